//! The answer of the second opinion.

use std::sync::atomic::AtomicBool;

use cpu_time::ThreadTime;
use outlay_core::Panel;
use outlay_core::registry::Registry;
use outlay_mmm::ridge::{self, RidgeError, RidgeFit, RidgeModel, RidgeSettings};

use super::answer::{Answer, Stop};

/// Searches and reads off; intervals are the ridge's own, the spread of models that fit about
/// equally well.
pub(super) fn answer(
    panel: &Panel,
    settings: &RidgeSettings,
    seed: u64,
    (horizon, multiples): (usize, &[f64]),
    cancel: &AtomicBool,
) -> Result<Answer, Stop> {
    let clock = ThreadTime::now();
    let fit = match ridge::fit(panel, settings, seed, &|_| {}, cancel) {
        Err(RidgeError::Cancelled) => return Err(Stop::Cancelled),
        other => other.map_err(|e| Stop::failed(&e))?,
    };
    if fit.interrupted {
        return Err(Stop::Cancelled);
    }
    let cpu_seconds = clock.elapsed().as_secs_f64();
    let summary = fit.summary(panel, "", &Registry::default());
    let paid = panel.channels.iter().map(|c| c.name.clone());
    let returns = paid.filter_map(|name| {
        let roi = summary.channels.get(&name)?.roi?;
        Some((name, roi))
    });
    Ok(Answer {
        returns: returns.collect(),
        total: summary.total_media.contribution.mean,
        curves: Some(curves(&fit, horizon, multiples)),
        outlook: None,
        cpu_seconds,
        divergences: None,
        khat: None,
        structures: Vec::new(),
    })
}

/// Mean over the models of the spread of the next quarter's outcome, per paid channel and multiple.
fn curves(fit: &RidgeFit, horizon: usize, multiples: &[f64]) -> Vec<Vec<f64>> {
    let design = &fit.design;
    let media: Vec<usize> = design.media().collect();
    let models = fit.spread_models();
    let paid: Vec<usize> = design.paid().collect();
    paid.iter()
        .map(|j| {
            let mut sum = vec![0.0; multiples.len()];
            let Some(m) = media.iter().position(|k| k == j) else { return sum };
            for model in &models {
                let own = next(fit, model, m, *j, horizon, multiples);
                sum.iter_mut().zip(own).for_each(|(s, v)| *s += v);
            }
            sum.iter().map(|s| s / models.len().max(1) as f64).collect()
        })
        .collect()
}

/// What one model says that a channel brings when its last `horizon` periods are repeated at each
/// multiple, in them and afterwards, beyond what earlier media carries over.
fn next(
    fit: &RidgeFit,
    model: &RidgeModel,
    m: usize,
    j: usize,
    horizon: usize,
    multiples: &[f64],
) -> Vec<f64> {
    let design = &fit.design;
    let seen = design.lead_in + design.window.end;
    let horizon = horizon.min(design.window.len());
    let responses = model.responses(design, &fit.space);
    let (Some(response), Some(column)) = (responses.get(m), design.columns.get(j)) else {
        return vec![0.0; multiples.len()];
    };
    let (past, pattern) = (&column.values[..seen], &column.values[seen - horizon..seen]);
    let value = &design.value[design.window.end - horizon..design.window.end];
    let worth = value.iter().sum::<f64>() / horizon.max(1) as f64;
    // Carry-over lasts as long as the history that it was fitted on.
    let ahead = horizon + seen;
    let total = |multiple: f64| -> f64 {
        let mut exposure = past.to_vec();
        exposure.extend(pattern.iter().map(|x| multiple * x));
        exposure.resize(seen + ahead, 0.0);
        let (mut scratch, mut out) =
            (vec![0.0; design.lead_in + design.kpi.len()], vec![0.0; exposure.len()]);
        response.carryover.apply(&exposure, &mut scratch, &mut out);
        out[seen..].iter().map(|a| response.hill.at(*a)).sum::<f64>()
    };
    let nothing = total(0.0);
    multiples.iter().map(|m| worth * response.coefficient * (total(*m) - nothing)).collect()
}
