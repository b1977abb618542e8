//! Series that move together: the data cannot tell their effects apart.

use outlay_core::Grid;
use outlay_core::registry::{Registry, keys};
use outlay_stats::linalg::{cholesky, inverse};

use super::{Finding, Severity};
use crate::panel::Aligned;

/// A correlation from which two series are one.
const SAME: f64 = 1.0 - 1e-9;

pub(crate) fn check(aligned: &Aligned, registry: &Registry, out: &mut Vec<Finding>) {
    let columns = standardised(aligned);
    let n = columns.first().map_or(0, |(_, v)| v.len());
    if columns.len() < 2 || n < 3 {
        return;
    }
    let p = columns.len();
    let mut correlations = vec![0.0; p * p];
    for (i, (_, a)) in columns.iter().enumerate() {
        for (j, (_, b)) in columns.iter().enumerate() {
            let product: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
            if let Some(slot) = correlations.get_mut(i * p + j) {
                *slot = product;
            }
        }
    }
    pairs(&columns, &correlations, registry, out);
    if n > p + 1 {
        inflation(&columns, correlations, registry, out);
    }
}

/// Media, controls and treatments per head and geo, each geo's mean taken out, scaled to unit
/// length; series that never change are left out.
fn standardised(aligned: &Aligned) -> Vec<(String, Vec<f64>)> {
    let series = &aligned.series;
    let media = series.channels.iter().chain(&series.organic);
    let media = media.filter_map(|m| m.driver().map(|g| (m.name.clone(), g, true)));
    let covariates = series.controls.iter().chain(&series.treatments);
    let covariates = covariates.map(|(name, grid)| (name.clone(), grid.clone(), false));
    media
        .chain(covariates)
        .filter_map(|(name, grid, per_head)| {
            let values =
                centred(&grid, if per_head { Some(&aligned.frame.population) } else { None });
            let length = values.iter().map(|v| v * v).sum::<f64>().sqrt();
            (length > 0.0 && length.is_finite())
                .then(|| (name, values.iter().map(|v| v / length).collect()))
        })
        .collect()
}

fn centred(grid: &Grid, population: Option<&Vec<f64>>) -> Vec<f64> {
    let mut out = Vec::with_capacity(grid.values().len());
    for geo in 0..grid.geos() {
        let heads = population.and_then(|p| p.get(geo)).copied().unwrap_or(1.0);
        let row = grid.row(geo);
        let first = row.first().copied().unwrap_or(0.0);
        if row.iter().all(|v| *v == first) {
            // Rounding of the mean must not make a constant look alive.
            out.extend(row.iter().map(|_| 0.0));
            continue;
        }
        let mean = row.iter().sum::<f64>() / row.len() as f64;
        out.extend(row.iter().map(|v| (v - mean) / heads));
    }
    out
}

fn pairs(columns: &[(String, Vec<f64>)], r: &[f64], registry: &Registry, out: &mut Vec<Finding>) {
    let limit = registry.get(&keys::DATA_CORRELATION_WARN);
    let p = columns.len();
    let mut found: Vec<(f64, &str, &str)> = Vec::new();
    for (i, (a, _)) in columns.iter().enumerate() {
        for (j, (b, _)) in columns.iter().enumerate().skip(i + 1) {
            let value = r.get(i * p + j).copied().unwrap_or(0.0);
            if value.abs() >= limit {
                found.push((value, a, b));
            }
        }
    }
    found.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let more = found.len().saturating_sub(SHOWN);
    for (value, a, b) in found.into_iter().take(SHOWN) {
        let message = if value.abs() >= SAME {
            format!(
                "`{a}` and `{b}` move as one (correlation {value:.2}): the data cannot tell them apart"
            )
        } else {
            format!("`{a}` and `{b}` move together (correlation {value:.2})")
        };
        out.push(Finding::new(
            "data.correlated",
            Severity::Warning,
            message,
            "expect wide intervals for both; join them, vary one on purpose, or test one",
        ));
    }
    if more > 0 {
        out.push(Finding::new(
            "data.correlated",
            Severity::Note,
            format!("{more} more pairs move together"),
            "join channels that always run together",
        ));
    }
}

/// How many findings of one kind are told one by one.
const SHOWN: usize = 5;

/// Variance inflation factors: the diagonal of the inverse correlation matrix.
fn inflation(
    columns: &[(String, Vec<f64>)],
    mut r: Vec<f64>,
    registry: &Registry,
    out: &mut Vec<Finding>,
) {
    let p = columns.len();
    if cholesky(&mut r, p).is_err() {
        out.push(Finding::new(
            "data.collinear",
            Severity::Warning,
            "some series are exact sums or multiples of others",
            "leave out totals beside their parts, and copies",
        ));
        return;
    }
    let (mut scratch, mut inverted) = (vec![0.0; p * p], vec![0.0; p * p]);
    inverse(&r, p, &mut scratch, &mut inverted);
    let limit = registry.get(&keys::DATA_VIF_WARN);
    let mut found: Vec<(f64, &str)> = columns
        .iter()
        .enumerate()
        .filter_map(|(i, (name, _))| inverted.get(i * p + i).map(|v| (*v, name.as_str())))
        .filter(|(vif, _)| *vif >= limit)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let more = found.len().saturating_sub(SHOWN);
    for (vif, name) in found.into_iter().take(SHOWN) {
        let share = 100.0 * (1.0 - 1.0 / vif);
        let share = if share > 99.4 { "nearly all".to_owned() } else { format!("{share:.0} %") };
        let vif = if vif > 1e6 { "over a million".to_owned() } else { format!("{vif:.0}") };
        out.push(Finding::new(
            "data.vif",
            Severity::Warning,
            format!("{share} of the ups and downs of `{name}` follow from the other series (variance inflation {vif})"),
            "its own effect is hard to see; join it with what it follows, or vary it on purpose",
        ));
    }
    if more > 0 {
        out.push(Finding::new(
            "data.vif",
            Severity::Note,
            format!("{more} more series follow from the others"),
            "join channels that always run together",
        ));
    }
}
