//! What could be known: a regression that is told each channel's true effect over time, up to its
//! size, and has the same prior of a return as the row without data. What it gets wrong, the data
//! cannot tell.
//!
//! It is not told which channels have no effect: of those it gets the shape that their effect would
//! have.
//!
//! Outcome per head and geo on: every channel's true contribution, a level and a slope per geo,
//! controls and treatments as observed, and, for a national brand, bends of the level every
//! half-year and three harmonics of the year (for days, of the week too); for a regional one, an
//! effect of each period common to all geos.
//! Noise counts as independent.

mod regression;

use std::sync::atomic::AtomicBool;

use chrono::Datelike;
use cpu_time::ThreadTime;
use outlay_core::{Granularity, Panel};
use outlay_mmm::summary::Estimate;
use outlay_world::{Quarter, World, scaled};

use super::answer::{Answer, Stop};
use super::plan::{Ahead, true_curve};
use regression::{Regression, returns};

/// Bends of the common level per year.
const BENDS: f64 = 2.0;
/// Harmonics of year and week.
const HARMONICS: u32 = 3;

/// The answer of the regression.
pub(super) fn answer(
    world: &World,
    ahead: &Ahead,
    multiples: &[f64],
    seed: u64,
    cancel: &AtomicBool,
) -> Result<Answer, Stop> {
    let clock = ThreadTime::now();
    let panel = &world.panel;
    let effects = effects(world);
    let people = &world.mechanism.people;
    let mut columns: Vec<Vec<f64>> = effects.iter().map(|e| per_head(e, people)).collect();
    let cells = (0..panel.n_geos()).flat_map(|g| (0..panel.n_periods()).map(move |t| (g, t)));
    let outcome = cells.map(|(g, t)| panel.kpi.values.at(g, t) * panel.revenue_per_unit(g, t));
    let outcome = per_head(&outcome.collect::<Vec<f64>>(), people);
    columns.extend(baseline(panel, &outcome));
    let regression = Regression::of(&columns, &outcome)?;
    // Coefficient per unit of return, of the paid channels that spent.
    let units: Vec<(usize, f64)> = panel
        .channels
        .iter()
        .enumerate()
        .map(|(m, channel)| (m, channel.spend.total() / effects[m].iter().sum::<f64>()))
        .filter(|(_, unit)| unit.is_finite() && *unit != 0.0)
        .collect();
    let draws = returns(&regression, &units, seed, cancel)?;
    let cpu_seconds = clock.elapsed().as_secs_f64();
    let mut sizes = vec![0.0; panel.channels.len()];
    let (mut told, mut total) = (Vec::new(), 0.0);
    for ((m, unit), own) in units.iter().zip(&draws) {
        let channel = &panel.channels[*m];
        let estimate = Estimate::from_draws(own);
        sizes[*m] = estimate.mean * unit;
        total += estimate.mean * channel.spend.total();
        told.push((channel.name.clone(), estimate));
    }
    let sized = curves(world, ahead, multiples).into_iter().zip(&sizes);
    let curves = sized.map(|(curve, b)| curve.into_iter().map(|v| v * b).collect()).collect();
    Ok(Answer {
        returns: told,
        total,
        curves: Some(curves),
        outlook: None,
        cpu_seconds,
        divergences: None,
        khat: None,
        structures: Vec::new(),
    })
}

fn per_head(cells: &[f64], people: &[f64]) -> Vec<f64> {
    let periods = cells.len() / people.len().max(1);
    cells.iter().enumerate().map(|(cell, x)| x / people[cell / periods]).collect()
}

/// True contribution per channel, `[geo][period]` in one row, organic channels after paid ones; of
/// channels without an effect, what they would bring with one.
fn effects(world: &World) -> Vec<Vec<f64>> {
    let channels = world.truth.channels.values().enumerate();
    channels
        .map(|(m, channel)| {
            let Some(awake) = awake(world, m) else { return channel.contribution_by_geo.concat() };
            let with = awake.mechanism.expected(&world.plan);
            let without = awake.mechanism.expected(&scaled(&world.plan, m, 0.0));
            let worth = world.truth.spec.outcome_per_unit();
            with.values().iter().zip(without.values()).map(|(a, b)| worth * (a - b)).collect()
        })
        .collect()
}

/// True curve of the next quarter per paid channel, in the units of [`effects`].
fn curves(world: &World, ahead: &Ahead, multiples: &[f64]) -> Vec<Vec<f64>> {
    (0..world.panel.channels.len())
        .map(|m| match awake(world, m) {
            Some(awake) => true_curve(&Quarter::new(&awake), m, multiples),
            None => true_curve(ahead.quarter(), m, multiples),
        })
        .collect()
}

/// The world with an effect of one channel, where that has none: a hundredth of an average
/// period's outcome per unit of response and head.
fn awake(world: &World, channel: usize) -> Option<World> {
    let (_, truth) = world.truth.channels.get_index(channel)?;
    if truth.contribution_by_geo.iter().flatten().any(|x| *x != 0.0) {
        return None;
    }
    let mut awake = world.clone();
    let mechanism = &mut awake.mechanism;
    let size = 0.01 * mechanism.baseline.total() / mechanism.baseline.periods() as f64;
    let effect = mechanism.media.get_mut(channel)?;
    effect.size = mechanism.people.iter().map(|share| size * share).collect();
    Some(awake)
}

/// Level, season, controls and treatments, `[geo][period]` in one row each.
fn baseline(panel: &Panel, outcome: &[f64]) -> Vec<Vec<f64>> {
    let (starts, granularity) = (panel.calendar.starts(), panel.calendar.granularity());
    let (geos, n) = (panel.n_geos(), panel.n_periods());
    // What a season or a control does is larger where the level is.
    let level: Vec<f64> =
        outcome.chunks_exact(n).map(|own| own.iter().sum::<f64>() / n as f64).collect();
    let mut columns = Vec::new();
    let mut add = |value: &dyn Fn(usize, usize) -> f64| {
        let cells = (0..geos).flat_map(|g| (0..n).map(move |t| (g, t)));
        columns.push(cells.map(|(g, t)| level[g] * value(g, t)).collect::<Vec<f64>>());
    };
    let time = |t: usize| t as f64 / n as f64;
    for own in 0..geos {
        add(&|g, _| f64::from(u8::from(g == own)));
        add(&|g, t| if g == own { time(t) } else { 0.0 });
    }
    if geos > 1 {
        // Regions differ enough that whatever happens to all of them at once can be taken out.
        for period in 1..n {
            add(&|_, t| f64::from(u8::from(t == period)));
        }
    } else {
        let every = (granularity.per_year() / BENDS).round().max(1.0) / n as f64;
        let mut bend = every;
        while bend < 1.0 - 0.5 * every {
            add(&|_, t| (time(t) - bend).max(0.0));
            bend += every;
        }
        let mut waves = |turns: &dyn Fn(usize) -> f64| {
            for k in 1..=HARMONICS {
                let angle = |t| std::f64::consts::TAU * f64::from(k) * turns(t);
                add(&|_, t| angle(t).sin());
                add(&|_, t| angle(t).cos());
            }
        };
        waves(&|t| f64::from(starts[t].ordinal0()) / 365.25);
        if granularity == Granularity::Day {
            waves(&|t| f64::from(starts[t].weekday().num_days_from_monday()) / 7.0);
        }
    }
    for covariate in panel.controls.iter().chain(&panel.treatments) {
        add(&|g, t| covariate.values.at(g, t));
    }
    columns
}

#[cfg(test)]
mod tests {
    use outlay_world::{BrandClass, random_brand};

    use super::super::plan::multiples;
    use super::*;

    #[test]
    fn it_is_not_told_which_channels_have_no_effect() {
        let world = (1..)
            .map(|seed| World::simulate(&random_brand(BrandClass::Mixed, seed), seed).unwrap())
            .find(|world| world.truth.channels.values().any(|c| c.roi == Some(0.0)))
            .unwrap();
        let (ahead, multiples) = (Ahead::of(&world), multiples());
        let truly = |m| true_curve(ahead.quarter(), m, &multiples);
        let shapes = curves(&world, &ahead, &multiples);
        let told = answer(&world, &ahead, &multiples, 1, &AtomicBool::new(false)).unwrap();
        let (effects, sized) = (effects(&world), told.curves.unwrap());
        let mut idle = 0;
        for (m, (name, channel)) in world.truth.channels.iter().enumerate() {
            let Some(shape) = shapes.get(m).filter(|_| ahead.quarter().spend()[m] > 0.0) else {
                continue;
            };
            if channel.roi == Some(0.0) {
                idle += 1;
                assert!(truly(m).iter().all(|v| *v == 0.0), "{name} does nothing");
                assert!(effects[m].iter().sum::<f64>() > 0.0, "{name} has a shape");
                assert!(shape.windows(2).all(|w| w[1] >= w[0]) && shape[40] > shape[0], "{name}");
                assert!(sized[m][40] > 0.0, "{name} is given the benefit of the doubt");
            } else {
                assert_eq!(*shape, truly(m), "{name}");
            }
        }
        assert!(idle > 0, "a channel without an effect was looked at");
    }
}
