//! What the data shows of demand besides the media's effect: neighbours of controls, and what the
//! budgets of many channels do together.

use outlay_core::{Grid, Panel};

/// Mean of a series over the periods `near..=far` away on both sides, within each geo; at the ends
/// over those that exist.
pub(super) fn neighbours(values: &[f64], periods: usize, near: usize, far: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    for row in values.chunks_exact(periods) {
        for t in 0..periods {
            let before = t.saturating_sub(far)..(t + 1).saturating_sub(near);
            let after = (t + near).min(periods)..(t + far + 1).min(periods);
            let (sum, count) = row[before.clone()]
                .iter()
                .chain(&row[after.clone()])
                .fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
            out.push(if count > 0.0 { sum / count } else { row[t] });
        }
    }
    out
}

/// Share of periods in which a channel must spend for its budget to say something about demand.
const STEADY: f64 = 0.8;

/// Fewest channels whose budgets can move together.
const FEWEST: usize = 2;

/// Furthest that a period's log budget counts from its mean, in logs.
const FURTHEST: f64 = 1.5;

/// The common movement of budgets: per cell, the mean over steady channels of the log of spend
/// against the channel's mean in that geo. Budgets that are set by what is in demand share it;
/// what a channel does on its own stays out. `None` with too few steady channels.
pub(super) fn common_spending(panel: &Panel) -> Option<Vec<f64>> {
    let periods = panel.n_periods();
    let steady = |spend: &Grid| {
        let on = spend.values().iter().filter(|s| **s > 0.0).count();
        on as f64 >= STEADY * spend.values().len() as f64
    };
    let channels: Vec<&Grid> =
        panel.channels.iter().map(|c| &c.spend).filter(|s| steady(s)).collect();
    if channels.len() < FEWEST {
        return None;
    }
    let mut out = vec![0.0; panel.n_geos() * periods];
    for spend in &channels {
        for (row, out) in spend.values().chunks_exact(periods).zip(out.chunks_exact_mut(periods)) {
            let positive: Vec<f64> = row.iter().filter(|s| **s > 0.0).map(|s| s.ln()).collect();
            let mean = positive.iter().sum::<f64>() / positive.len().max(1) as f64;
            for (o, s) in out.iter_mut().zip(row) {
                let log = if *s > 0.0 { s.ln() - mean } else { -FURTHEST };
                *o += log.clamp(-FURTHEST, FURTHEST) / channels.len() as f64;
            }
        }
    }
    Some(out)
}
