//! Channels of a drawn brand: budgets, habits, returns.

use rand_chacha::ChaCha8Rng;

use super::surroundings::PROMOTION;
use super::{Frame, chance, effects, graded};
use crate::draw::normal;
use crate::random::{NAMES, uniform, whole};
use crate::spec::{ChannelSpec, Dark, Effect, Flighting, Halo, Link, ReachFrequency};

/// Median of the true ROI, standard deviation of its log, and the range it is held to.
const ROI: (f64, f64, (f64, f64)) = (1.4, 0.72, (0.1, 6.0));
/// Share of channels that have no effect at all.
const IDLE: f64 = 0.1;
/// Media spend as a share of revenue.
const SPEND_SHARE: (f64, f64) = (0.09, 0.29);

pub(super) fn draw(frame: &Frame, n: usize, trend: f64, rng: &mut ChaCha8Rng) -> Vec<ChannelSpec> {
    let rois: Vec<f64> = (0..n).map(|_| roi(rng)).collect();
    let split: Vec<f64> = (0..n).map(|_| (0.7 * normal(rng)).exp()).collect();
    let sum: f64 = split.iter().sum();
    let mean_roi: f64 = rois.iter().zip(&split).map(|(r, s)| r * s / sum).sum();
    // Media bring at most half of the KPI, less where effects multiply each other.
    let most = if frame.link == Link::Log { 0.35 } else { 0.5 };
    let share = uniform(rng, SPEND_SHARE).min(most / mean_roi.max(0.1)).max(0.05);
    // Revenue is the level and what media bring: share * revenue = budget.
    let budget = share * frame.level / (1.0 - share * mean_roi).max(0.2);
    let impressions = chance(rng, 0.55);
    let mut channels: Vec<ChannelSpec> = (0..n)
        .map(|m| {
            let spend = (budget * split[m] / sum).max(1.0);
            channel(frame, rng, m, spend, rois[m], impressions)
        })
        .collect();
    if frame.mix.entangled {
        entangle(frame, &mut channels, trend, rng);
    }
    if frame.mix.drift && chance(rng, 0.7) {
        halo(&mut channels, &rois, uniform(rng, (0.2, 0.5)));
    }
    channels
}

/// The third channel raises the first: by no more than half of what it is to bring in all.
fn halo(channels: &mut [ChannelSpec], rois: &[f64], gain: f64) {
    let brings = |m: usize| channels.get(m).map_or(0.0, |c| c.spend * rois[m]);
    let (gains, gives) = (brings(0), brings(2));
    if gains <= 0.0 || gives <= 0.0 {
        return;
    }
    let to = channels[0].name.clone();
    if let Some(giver) = channels.get_mut(2) {
        giver.halo.push(Halo { to, gain: gain.min(0.5 * gives / gains) });
    }
}

/// A log-normal draw held to its range by drawing again, or nothing at all.
fn roi(rng: &mut ChaCha8Rng) -> f64 {
    let (median, sd, (low, high)) = ROI;
    let idle = chance(rng, IDLE);
    let value = loop {
        let value = median * (sd * normal(rng)).exp();
        if (low..=high).contains(&value) {
            break value;
        }
    };
    if idle { 0.0 } else { value }
}

fn channel(
    frame: &Frame,
    rng: &mut ChaCha8Rng,
    m: usize,
    spend: f64,
    roi: f64,
    impressions: bool,
) -> ChannelSpec {
    let mix = frame.mix;
    let name = NAMES.get(m).map_or_else(|| format!("channel_{}", m + 1), ToString::to_string);
    let length = |weeks: usize| weeks * frame.week as usize;
    let flighting = match whole(rng, (0, 4)) {
        0 => Flighting::Bursts {
            per_year: uniform(rng, (5.0, 9.0)).round(),
            length: length(whole(rng, (2, 5))),
        },
        1 => Flighting::Pulsed {
            per_year: uniform(rng, (4.0, 8.0)).round(),
            length: length(whole(rng, (2, 5))),
            floor: uniform(rng, (0.2, 0.6)),
        },
        _ => Flighting::AlwaysOn {},
    };
    let reach_frequency = (impressions && chance(rng, 0.08)).then(|| ReachFrequency {
        frequency: uniform(rng, (2.0, 5.0)),
        variation: uniform(rng, (0.05, 0.2)),
    });
    let frequency = reach_frequency.as_ref().map(|rf| rf.frequency);
    let adstock = effects::adstock(frame, rng);
    let (saturation, order) = effects::response(frame, flighting, frequency, rng);
    let hard = mix.chased || mix.hidden;
    let chases = chance(rng, if hard { 0.75 } else { 0.5 });
    let driven = graded(rng, hard, (0.05, 0.25), (0.4, 0.9));
    let gain = graded(rng, hard, (0.2, 0.4), (0.3, 0.6));
    let follows = mix.breaks && chance(rng, 0.45);
    let follow_gain = uniform(rng, (0.4, 1.5));
    let price = uniform(rng, (3.0, 20.0));
    let price_moves = (uniform(rng, (0.05, 0.25)), uniform(rng, (-0.08, 0.15)));
    ChannelSpec {
        name,
        spend: spend.round().max(1.0),
        cost_per_thousand: impressions.then_some(price),
        cost_variation: price_moves.0,
        cost_growth: if impressions { price_moves.1 } else { 0.0 },
        flighting,
        variation: uniform(rng, (0.25, 0.6)),
        seasonal: uniform(rng, (0.0, 0.4)),
        follows: follows.then(|| PROMOTION.to_owned()),
        follow_gain: if follows { follow_gain } else { 0.0 },
        demand_driven: if chases { driven } else { 0.0 },
        demand_gain: gain,
        reach_frequency,
        adstock,
        saturation,
        order,
        effect: Effect::Roi(roi),
        change: effects::change(frame, rng),
        ..ChannelSpec::default()
    }
}

/// Groups that move together, a long pause, a channel that hardly moves, budgets by the quarter,
/// growth together with the baseline.
fn entangle(frame: &Frame, channels: &mut [ChannelSpec], trend: f64, rng: &mut ChaCha8Rng) {
    let n = channels.len();
    // One is left outside the group, to be the one that hardly moves.
    let group = whole(rng, (2, 3)).min(n - 1).max(1);
    let leader = channels[0].name.clone();
    for channel in channels.iter_mut().take(group).skip(1) {
        channel.collinear_with = Some(leader.clone());
        channel.collinearity = uniform(rng, (0.8, 0.97));
    }
    let week = frame.week as usize;
    let last = n - 1;
    if let Some(channel) = channels.get_mut(last).filter(|_| last >= group) {
        channel.flighting = Flighting::AlwaysOn {};
        channel.variation = uniform(rng, (0.02, 0.06));
        channel.seasonal = 0.0;
        channel.demand_driven = 0.0;
        channel.follows = None;
        channel.follow_gain = 0.0;
    }
    // The pause leaves the last quarter to plan with.
    let length = whole(rng, (20, 26)) * week;
    let latest = frame.periods.saturating_sub(length + 14 * week);
    let from = frame.day(whole(rng, (week, latest.max(week))));
    if latest > week && n > 2 {
        let channel = &mut channels[1];
        channel.flighting = Flighting::AlwaysOn {};
        channel.dark = vec![Dark { from, periods: length }];
    }
    for channel in channels.iter_mut().take(last) {
        if chance(rng, 0.5) {
            channel.quarterly = uniform(rng, (0.15, 0.4));
        }
        if chance(rng, 0.6) {
            channel.growth = trend + uniform(rng, (0.0, 0.15));
        }
    }
}
