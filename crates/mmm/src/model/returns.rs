//! The default prior of a return where returns are not told in money per money.
//!
//! A log-normal prior around 1.3 is about revenue per unit of spend. It says nothing about orders per
//! euro, or about a spend column that holds an index between 0 and 1. There the prior keeps its
//! form and moves to where all media together would bring a usual share of the outcome.

use outlay_core::Panel;
use outlay_stats::distribution::Distribution;

/// Shares of the outcome that all paid media may bring at the prior's median; outside, spend and
/// outcome are not told in the same money.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = 0.01..=1.5;

/// Share that all paid media bring at the median of a moved prior.
const USUAL: f64 = 0.2;

/// Least standard deviation of the log of a return under a moved prior: its scale is a guess.
const WIDE: f64 = 1.0;

/// `prior` where it fits the panel's units, or moved to them. Only log-normal priors are moved,
/// rectified or not.
pub(super) fn in_units_of(panel: &Panel, prior: Distribution) -> Distribution {
    let (mu, sigma) = match prior {
        Distribution::LogNormal { mu, sigma }
        | Distribution::RectifiedLogNormal { mu, sigma, .. } => (mu, sigma),
        _ => return prior,
    };
    let spend: f64 = panel.channels.iter().map(|c| c.spend.total()).sum();
    let kpi = &panel.kpi.values;
    let outcome: f64 = (0..panel.n_geos())
        .flat_map(|g| (0..panel.n_periods()).map(move |t| (g, t)))
        .map(|(g, t)| kpi.at(g, t) * panel.revenue_per_unit(g, t))
        .sum();
    let share = mu.exp() * spend / outcome;
    let sensible = share.is_finite() && share > 0.0;
    if !sensible || (panel.outcome_is_money() && PLAUSIBLE.contains(&share)) {
        return prior;
    }
    let (mu, sigma) = (mu + (USUAL / share).ln(), sigma.max(WIDE));
    match prior {
        Distribution::RectifiedLogNormal { zero, .. } => {
            Distribution::RectifiedLogNormal { zero, mu, sigma }
        }
        _ => Distribution::LogNormal { mu, sigma },
    }
}
