//! The figures of a range: totals beside what they were, and what a year looked like until then.
//! Every ratio is one of sums.

use outlay_core::{Exposure, Panel};
use outlay_mmm::summary::Estimate;
use serde_json::Value;

use super::Part;
use crate::problem::Problem;
use crate::range::{Ask, Window, change, known, row};
use crate::wire::home::{
    Efficiency, HomeChannel, HomeChoices, HomeKpi, HomeSpend, HomeView, HomeWindow, Mover,
    ReachCost,
};

/// What the page is narrowed to, found in the data.
pub(super) struct Chosen {
    channel: Option<String>,
    geo: Option<usize>,
    channels: Vec<String>,
    geos: Vec<String>,
}

impl Chosen {
    /// Refuses a channel or a region that the data does not have.
    pub(super) fn of(part: &Part, panel: &Panel) -> Result<Self, Problem> {
        let channels: Vec<String> = panel.channels.iter().map(|c| c.name.clone()).collect();
        let geos = panel.geos.clone();
        let channel = known("channel", part.channel.as_deref(), &channels)?.map(str::to_owned);
        let geo = known("geo", part.geo.as_deref(), &geos)?;
        let geo = geo.and_then(|geo| geos.iter().position(|name| name == geo));
        Ok(Self { channel, geo, channels, geos })
    }

    /// What can be chosen; a single region is no choice.
    pub(super) fn choices(&self) -> HomeChoices {
        let geos = if self.geos.len() > 1 { self.geos.clone() } else { Vec::new() };
        HomeChoices { channels: self.channels.clone(), geos }
    }

    fn shows(&self, channel: &str) -> bool {
        self.channel.as_deref().is_none_or(|one| one == channel)
    }
}

/// The range beside what it is compared with.
pub(super) fn window(
    served: &mut HomeView,
    panel: &Panel,
    answers: Option<&Value>,
    ask: Ask,
    chosen: &Chosen,
) {
    let window = Window::of(ask, &panel.calendar);
    served.range = window.view(&panel.calendar);
    let starts = panel.calendar.starts();
    let inside = starts.get(window.inside.clone()).unwrap_or_default();
    let (Some(from), Some(to)) = (inside.first().copied(), inside.last().copied()) else { return };
    served.window = Some(HomeWindow { periods: inside.len(), from: Some(from), to: Some(to) });

    // A year up to the window's end, and what it is compared with: how things stand needs how they
    // stood.
    let end = window.inside.end;
    let year = end.saturating_sub(panel.calendar.granularity().periods_per_whole_year());
    let compared = window.before.as_ref().map_or(end, |before| before.start);
    let shown = year.min(window.inside.start).min(compared)..end;
    let dates = starts.get(shown.clone()).unwrap_or_default();
    let trail = |values: &[f64]| values.get(shown.clone()).unwrap_or_default().to_vec();

    let kpi = row(&panel.kpi.values, chosen.geo);
    let (total, before) = (window.sum(&kpi), window.sum_before(&kpi));
    served.kpi = Some(HomeKpi {
        name: panel.kpi.name.clone(),
        dates: dates.to_vec(),
        values: trail(&kpi),
        total,
        before,
        change: change(total, before),
    });

    let mut channels = Vec::new();
    let mut efficiency = Vec::new();
    let spends: Vec<Vec<f64>> =
        panel.channels.iter().map(|channel| row(&channel.spend, chosen.geo)).collect();
    let all: f64 = spends.iter().map(|spend| window.sum(spend)).sum();
    for (channel, spend) in panel.channels.iter().zip(&spends) {
        if !chosen.shows(&channel.name) {
            continue;
        }
        let (total, before) = (window.sum(spend), window.sum_before(spend));
        let answer = answers.and_then(|a| a.get("channels")?.get(&channel.name));
        efficiency.push(Efficiency {
            channel: channel.name.clone(),
            spend: total,
            change: change(total, before),
            roi: estimate(answer, "roi"),
            mroi: estimate(answer, "mroi"),
            share: if all > 0.0 { total / all } else { 0.0 },
            cost: cost(panel, &channel.exposure, chosen.geo, &window, (total, before)),
        });
        channels.push(HomeChannel {
            name: channel.name.clone(),
            values: trail(spend),
            total,
            before,
            change: change(total, before),
        });
    }
    served.efficiency = efficiency;
    served.mover = if chosen.channel.is_none() { mover(&channels) } else { None };
    let total = channels.iter().map(|channel| channel.total).sum();
    let before = channels.iter().map(|channel| channel.before).sum();
    served.spend = Some(HomeSpend {
        dates: dates.to_vec(),
        before,
        change: change(total, before),
        total,
        channels,
    });
}

/// One of the model's answers about a channel.
fn estimate(answer: Option<&Value>, key: &str) -> Option<Estimate> {
    answer.and_then(|a| serde_json::from_value(a.get(key)?.clone()).ok()).flatten()
}

/// What reaching people cost, where the data counts them.
fn cost(
    panel: &Panel,
    exposure: &Exposure,
    geo: Option<usize>,
    window: &Window,
    (spend, before): (f64, Option<f64>),
) -> Option<ReachCost> {
    let (per, unit) = counted(exposure)?;
    let reached = row(&exposure.impressions(), geo);
    // Media may have a history before the first outcome.
    let reached = reached.get(panel.lead_in..)?;
    let price = |spend: f64, of: f64| (of > 0.0).then(|| per * spend / of);
    let value = price(spend, window.sum(reached))?;
    let before = before.zip(window.sum_before(reached)).and_then(|(s, of)| price(s, of));
    Some(ReachCost { value, before, change: change(value, before), unit })
}

/// How many of what a channel counts one pays for at a time, in words; nothing where only spend is
/// known.
fn counted(exposure: &Exposure) -> Option<(f64, String)> {
    let unit = match exposure {
        Exposure::Volume { unit, .. } => unit.as_str(),
        Exposure::ReachFrequency { .. } => "impressions",
    };
    match unit {
        "spend" => None,
        "impressions" => Some((1000.0, "1,000 impressions".to_owned())),
        unit => Some((1.0, unit.to_owned())),
    }
}

/// The channel whose spend changed most against what the window is compared with.
fn mover(channels: &[HomeChannel]) -> Option<Mover> {
    let moved = channels.iter().filter_map(|channel| {
        let by = channel.total - channel.before?;
        Some((channel, by))
    });
    let (channel, by) = moved.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let share = channel.change.filter(|_| by != 0.0)?;
    let word = if by > 0.0 { "more" } else { "less" };
    Some(Mover {
        channel: channel.name.clone(),
        sentence: format!("{:.0} % {word} spend than before", 100.0 * share.abs()),
    })
}
