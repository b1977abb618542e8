//! Series one by one: constant, sparse, small, spiky; and whether exposure goes with spend.

use outlay_core::Grid;
use outlay_core::registry::{Registry, keys};

use super::{Finding, Severity, Watched};
use crate::mapping::Mapping;
use crate::panel::{Aligned, Medium};

/// From median absolute deviation to standard deviation, for a normal distribution.
const MAD_TO_SD: f64 = 1.4826;

pub(crate) fn check(
    aligned: &Aligned,
    mapping: &Mapping,
    registry: &Registry,
    out: &mut Vec<Finding>,
) {
    let series = &aligned.series;
    let total: f64 = series.channels.iter().filter_map(|c| c.spend.as_ref()).map(Grid::total).sum();
    for medium in series.channels.iter().chain(&series.organic) {
        constant_or_sparse(medium, registry, out);
        if let Some(spend) = &medium.spend {
            small(medium, spend, total, registry, out);
            together_with_spend(medium, spend, registry, out);
        }
    }
    for (name, grid) in series.controls.iter().chain(&series.treatments) {
        let first = grid.values().first().copied().unwrap_or(0.0);
        if grid.values().iter().all(|v| *v == first) {
            out.push(Finding::new(
                "data.constant-column",
                Severity::Warning,
                format!("`{name}` is {first} throughout: it explains nothing"),
                "move it to `ignored` in the mapping",
            ));
        }
    }
    let mut watched =
        vec![Watched { name: format!("the KPI `{}`", mapping.kpi.column), grid: &series.kpi }];
    for medium in &series.channels {
        if let Some(spend) = &medium.spend {
            watched.push(Watched { name: format!("spend on `{}`", medium.name), grid: spend });
        }
    }
    for watched in &watched {
        spikes(aligned, watched, registry, out);
    }
}

fn constant_or_sparse(medium: &Medium, registry: &Registry, out: &mut Vec<Finding>) {
    let name = &medium.name;
    let Some(grid) = medium.driver() else { return };
    let values = grid.values();
    let first = values.first().copied().unwrap_or(0.0);
    let zeros = values.iter().filter(|v| **v == 0.0).count();
    if first != 0.0 && values.iter().all(|v| *v == first) {
        out.push(Finding::new(
            "data.constant-channel",
            Severity::Warning,
            format!("`{name}` is {first} throughout: its effect cannot be told from the baseline"),
            "vary it on purpose for some weeks, give an experiment as evidence, or leave it out",
        ));
    }
    let share = zeros as f64 / values.len().max(1) as f64;
    if zeros < values.len() && share > registry.get(&keys::DATA_ZERO_SHARE_WARN) {
        out.push(Finding::new(
            "data.sparse-channel",
            Severity::Warning,
            format!("`{name}` ran in {} of {} rows only", values.len() - zeros, values.len()),
            "expect an answer close to the prior; join it with a similar channel",
        ));
    }
}

fn small(medium: &Medium, spend: &Grid, total: f64, registry: &Registry, out: &mut Vec<Finding>) {
    let share = spend.total() / total;
    if total > 0.0 && spend.total() > 0.0 && share < registry.get(&keys::DATA_CHANNEL_SHARE_MIN) {
        out.push(Finding::new(
            "data.small-channel",
            Severity::Note,
            format!("`{}` takes {:.2} % of all spend", medium.name, share * 100.0),
            "its return will be uncertain; join it with a similar channel",
        ));
    }
}

fn together_with_spend(medium: &Medium, spend: &Grid, registry: &Registry, out: &mut Vec<Finding>) {
    if medium.exposure.is_none() && medium.reach.is_none() {
        return;
    }
    let Some(driver) = medium.driver() else { return };
    let name = &medium.name;
    let pairs = || {
        driver.values().iter().zip(spend.values()).filter(|(e, s)| e.is_finite() && s.is_finite())
    };
    let rows = pairs().count().max(1) as f64;
    let free = pairs().filter(|(e, s)| **e > 0.0 && **s == 0.0).count();
    let blind = pairs().filter(|(e, s)| **e == 0.0 && **s > 0.0).count();
    let limit = registry.get(&keys::DATA_MISMATCH_SHARE);
    if free as f64 / rows > limit {
        out.push(Finding::new(
            "data.exposure-without-spend",
            Severity::Warning,
            format!("`{name}` reached people in {free} rows without any spend"),
            "check that spend is booked in the period in which it ran; split off what was free as organic",
        ));
    }
    if blind as f64 / rows > limit {
        out.push(Finding::new(
            "data.spend-without-exposure",
            Severity::Warning,
            format!("`{name}` cost money in {blind} rows without reaching anybody"),
            "check that the exposure is complete; production costs belong to the period of the broadcast",
        ));
    }
    let mut costs: Vec<f64> =
        pairs().filter(|(e, s)| **e > 0.0 && **s > 0.0).map(|(e, s)| s / e).collect();
    costs.sort_by(f64::total_cmp);
    let at = |share: f64| costs.get(((costs.len() - 1) as f64 * share) as usize).copied();
    if costs.len() as f64 >= registry.get(&keys::DATA_UNIT_COST_ROWS)
        && let (Some(low), Some(high)) = (at(0.1), at(0.9))
        && high / low > registry.get(&keys::DATA_UNIT_COST_SPREAD)
    {
        out.push(Finding::new(
            "data.unit-cost",
            Severity::Warning,
            format!(
                "a unit of `{name}` costs from {} to {} (middle four fifths of the rows)",
                figure(low),
                figure(high)
            ),
            "check that spend and exposure belong to the same channel and period",
        ));
    }
}

/// A number with about four figures, for a sentence.
fn figure(value: f64) -> String {
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    format!("{value:.digits$}")
}

fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        _ if sorted.is_empty() => None,
        1 => sorted.get(middle).copied(),
        _ => sorted.get(middle).zip(sorted.get(middle - 1)).map(|(a, b)| f64::midpoint(*a, *b)),
    }
}

/// Values far from the median of their geo, measured in robust standard deviations (Iglewicz
/// and Hoaglin 1993); zeros are pauses and do not count.
fn spikes(aligned: &Aligned, watched: &Watched<'_>, registry: &Registry, out: &mut Vec<Finding>) {
    let limit = registry.get(&keys::DATA_SPIKE_SCORE);
    let fewest = registry.get(&keys::DATA_SPIKE_PERIODS);
    let mut found = 0;
    let mut worst: Option<(f64, usize, f64)> = None;
    for geo in 0..watched.grid.geos() {
        let row = watched.grid.row(geo);
        let mut active: Vec<f64> =
            row.iter().copied().filter(|v| *v != 0.0 && v.is_finite()).collect();
        active.sort_by(f64::total_cmp);
        let enough = active.len() as f64 >= fewest;
        let Some(centre) = median(&active).filter(|_| enough) else { continue };
        let mut distances: Vec<f64> = active.iter().map(|v| (v - centre).abs()).collect();
        distances.sort_by(f64::total_cmp);
        let Some(deviation) = median(&distances).filter(|d| *d > 0.0) else { continue };
        for (t, value) in row.iter().enumerate() {
            let score = (value - centre).abs() / (MAD_TO_SD * deviation);
            if *value != 0.0 && score > limit {
                found += 1;
                if worst.is_none_or(|(s, _, _)| score > s) {
                    worst = Some((score, geo * watched.grid.periods() + t, *value));
                }
            }
        }
    }
    if let Some((score, cell, value)) = worst {
        let (geo, date) = aligned.frame.place(cell);
        let place = geo.map(|g| format!(" in `{g}`")).unwrap_or_default();
        let more = if found > 1 { format!(", and {} more", found - 1) } else { String::new() };
        out.push(Finding::new(
            "data.spike",
            Severity::Note,
            format!("{} is {} on {date}{place}, {score:.0} robust standard deviations from its median{more}", watched.name,
                figure(value)),
            "correct it if it is an error; if it is real (a sale, a holiday), add an event for it",
        ));
    }
}
