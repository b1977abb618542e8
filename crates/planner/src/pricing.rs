//! What a plan brings, draw by draw: in all, per channel, per period and geo, beside alternatives.
//!
//! Spend beyond the highest ever seen is priced with more doubt: what lies beyond it is multiplied,
//! draw by draw, by a log-normal factor of mean one whose log standard deviation grows by
//! [`Doubt::per_doubling`] with each doubling of the spend per period.

use outlay_mmm::summary::Estimate;
use outlay_stats::special::normal_quantile;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::evaluate::effect;
use crate::from_fit::Outlook;
use crate::response::{DrawResponse, Link, Response};

/// How doubt grows beyond what was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubt {
    /// Log standard deviation per doubling of the spend beyond the highest seen.
    pub per_doubling: f64,
    /// Seed of the factors.
    pub seed: u64,
}

/// What a plan brings.
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    /// Outcome per draw.
    pub(crate) total: Vec<f64>,
    /// Part of it that comes after the last period, per draw.
    pub(crate) later: Vec<f64>,
    /// Outcome of each channel, `[channel][draw]`; they add up to the total.
    pub(crate) channels: Vec<Vec<f64>>,
    /// Return on the next unit of each channel, `[channel][draw]`.
    pub(crate) next: Vec<Vec<f64>>,
    /// What the spend of each period brings, given the rest, `[channel][period][draw]`.
    pub(crate) periods: Vec<Vec<Vec<f64>>>,
    /// The same per geo; empty where there is one.
    pub(crate) geos: Vec<Vec<Vec<f64>>>,
}

/// Step by which the return on the next unit is measured, as a share of the spend.
const STEP: f64 = 0.01;

/// Prices plans.
#[derive(Debug, Clone)]
pub(crate) struct Pricer<'a> {
    pub(crate) outlook: &'a Outlook,
    /// Normal score per draw and channel.
    scores: Vec<Vec<f64>>,
    per_doubling: f64,
}

impl<'a> Pricer<'a> {
    pub(crate) fn new(outlook: &'a Outlook, doubt: Doubt) -> Self {
        let response = &outlook.response;
        let mut rng = ChaCha8Rng::seed_from_u64(doubt.seed);
        let channels = response.channels.len();
        let mut score = || normal_quantile(rng.random_range(1e-9..1.0 - 1e-9));
        let scores =
            (0..response.draws.len()).map(|_| (0..channels).map(|_| score()).collect()).collect();
        Self { outlook, scores, per_doubling: doubt.per_doubling }
    }

    fn response(&self) -> &Response {
        &self.outlook.response
    }

    /// The plan with each cell cut to the highest spend seen, and by how many doublings the
    /// channel goes beyond; `None` where it does not.
    fn beyond(&self, c: usize, plan: &[f64]) -> Option<(Vec<f64>, f64)> {
        let response = self.response();
        let mut cut = plan.to_vec();
        let mut most: f64 = 0.0;
        for g in 0..response.geos.len() {
            let seen = self.outlook.highest[c][g];
            for t in 0..response.horizon {
                let cell = response.cell(c, g, t);
                if plan[cell] > seen * (1.0 + 1e-9) {
                    cut[cell] = seen;
                    // Where nothing was ever seen, all of it is beyond, by one doubling.
                    most = most.max(if seen > 0.0 { (plan[cell] / seen).log2() } else { 1.0 });
                }
            }
        }
        (most > 0.0).then_some((cut, most))
    }

    /// Effects of a channel above none, with doubt about what lies beyond.
    fn effects(
        &self,
        d: usize,
        draw: &DrawResponse,
        c: usize,
        plan: &[f64],
        zero: &[f64],
    ) -> Vec<f64> {
        let response = self.response();
        let mut own = effect(response, draw, c, plan);
        if let Some((cut, doublings)) = self.beyond(c, plan) {
            let sd = self.per_doubling * doublings;
            let factor = (sd * self.scores[d][c] - 0.5 * sd * sd).exp();
            for (v, seen) in own.iter_mut().zip(effect(response, draw, c, &cut)) {
                *v = seen + (*v - seen) * factor;
            }
        }
        own.iter_mut().zip(zero).for_each(|(v, z)| *v -= z);
        own
    }

    /// Outcome per draw.
    pub(crate) fn totals(&self, plan: &[f64]) -> Vec<f64> {
        let response = self.response();
        let nothing = vec![0.0; plan.len()];
        (0..response.draws.len())
            .into_par_iter()
            .map(|d| {
                let draw = &response.draws[d];
                let effects: Vec<Vec<f64>> = (0..response.channels.len())
                    .map(|c| {
                        let zero = effect(response, draw, c, &nothing);
                        self.effects(d, draw, c, plan, &zero)
                    })
                    .collect();
                joint(draw, &effects).iter().sum()
            })
            .collect()
    }

    /// Outcome of each channel, `[channel][draw]`.
    pub(crate) fn price_channels(&self, plan: &[f64]) -> Vec<Vec<f64>> {
        self.price(plan).channels
    }

    /// Everything about a plan.
    pub(crate) fn price(&self, plan: &[f64]) -> Priced {
        let response = self.response();
        let (channels, geos, horizon) =
            (response.channels.len(), response.geos.len(), response.horizon);
        let rows: Vec<Row> =
            (0..response.draws.len()).into_par_iter().map(|d| self.row(d, plan)).collect();
        let column = |f: &dyn Fn(&Row) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
        let grid = |n: usize, f: &dyn Fn(&Row, usize, usize) -> f64| -> Vec<Vec<Vec<f64>>> {
            let one = |c: usize| (0..n).map(|k| column(&|r| f(r, c, k))).collect();
            (0..channels).map(one).collect()
        };
        Priced {
            total: column(&|r| r.total),
            later: column(&|r| r.later),
            channels: (0..channels).map(|c| column(&|r| r.channels[c])).collect(),
            next: (0..channels).map(|c| column(&|r| r.next[c])).collect(),
            periods: grid(horizon, &|r, c, t| r.periods[c * horizon + t]),
            geos: if geos > 1 { grid(geos, &|r, c, g| r.geos[c * geos + g]) } else { Vec::new() },
        }
    }

    fn row(&self, d: usize, plan: &[f64]) -> Row {
        let response = self.response();
        let (channels, geos, horizon, span) =
            (response.channels.len(), response.geos.len(), response.horizon, response.span());
        let draw = &response.draws[d];
        let nothing = vec![0.0; plan.len()];
        let zeros: Vec<Vec<f64>> =
            (0..channels).map(|c| effect(response, draw, c, &nothing)).collect();
        let effects: Vec<Vec<f64>> =
            (0..channels).map(|c| self.effects(d, draw, c, plan, &zeros[c])).collect();
        let cells = joint(draw, &effects);
        let total: f64 = cells.iter().sum();
        let later = cells.chunks_exact(span).map(|row| row[horizon..].iter().sum::<f64>()).sum();
        let sums: Vec<f64> =
            (0..geos * span).map(|i| effects.iter().map(|e| e[i]).sum::<f64>()).collect();
        let own = |c: usize| -> f64 {
            (0..geos * span)
                .map(|i| {
                    let z = effects[c][i];
                    match draw.link {
                        Link::Add => draw.worth[i] * z,
                        // In proportion to the terms.
                        Link::Multiply if sums[i] != 0.0 => cells[i] * z / sums[i],
                        Link::Multiply => draw.worth[i] * z,
                    }
                })
                .sum()
        };
        // What the outcome is when a channel's effects are others.
        let with = |c: usize, other: &[f64]| -> f64 {
            (0..geos * span)
                .map(|i| match draw.link {
                    Link::Add => draw.worth[i] * (other[i] - effects[c][i]),
                    Link::Multiply => {
                        let rest = sums[i] - effects[c][i];
                        draw.worth[i] * ((rest + other[i]).exp() - sums[i].exp())
                    }
                })
                .sum()
        };
        let mut next = Vec::with_capacity(channels);
        let (mut by_period, mut by_geo) =
            (vec![0.0; channels * horizon], vec![0.0; channels * geos]);
        for c in 0..channels {
            let range = response.cell(c, 0, 0)..response.cell(c, 0, 0) + geos * horizon;
            let spent: f64 = plan[range.clone()].iter().sum();
            let mut other = plan.to_vec();
            let amount = if spent > 0.0 {
                other[range.clone()].iter_mut().for_each(|x| *x *= 1.0 + STEP);
                STEP * spent
            } else {
                // From nothing: a little of what the channel once had, or of everything.
                let reference: f64 = self.outlook.reference[range.clone()].iter().sum();
                let all: f64 = plan.iter().sum::<f64>() / channels as f64;
                let amount = STEP * if reference > 0.0 { reference } else { all.max(1.0) };
                let share = amount / range.len() as f64;
                other[range.clone()].iter_mut().for_each(|x| *x = share);
                amount
            };
            next.push(with(c, &self.effects(d, draw, c, &other, &zeros[c])) / amount);
            if spent == 0.0 {
                continue;
            }
            for t in 0..horizon {
                let mut other = plan.to_vec();
                let moved: f64 =
                    (0..geos).map(|g| std::mem::take(&mut other[response.cell(c, g, t)])).sum();
                if moved > 0.0 {
                    let lost = with(c, &self.effects(d, draw, c, &other, &zeros[c]));
                    by_period[c * horizon + t] = -lost;
                }
            }
            if geos > 1 {
                // Geos do not touch each other: a geo's part is its own cells.
                for g in 0..geos {
                    by_geo[c * geos + g] = (g * span..(g + 1) * span)
                        .map(|i| match draw.link {
                            Link::Add => draw.worth[i] * effects[c][i],
                            Link::Multiply if sums[i] != 0.0 => cells[i] * effects[c][i] / sums[i],
                            Link::Multiply => 0.0,
                        })
                        .sum();
                }
            }
        }
        Row {
            total,
            later,
            channels: (0..channels).map(own).collect(),
            next,
            periods: by_period,
            geos: by_geo,
        }
    }

    /// What each channel brings at other totals, the others as planned: `[channel][spend]`. A
    /// channel without spend is spread as in the reference, or evenly.
    pub(crate) fn curves(&self, plan: &[f64], spends: &[Vec<f64>]) -> Vec<Vec<Estimate>> {
        let response = self.response();
        let size = response.geos.len() * response.horizon;
        // The plan with one channel at each of its totals, the first of them nothing.
        let others: Vec<Vec<Vec<f64>>> = spends
            .iter()
            .enumerate()
            .map(|(c, spends)| {
                let range = response.cell(c, 0, 0)..response.cell(c, 0, 0) + size;
                let shape: Vec<f64> =
                    [&plan[range.clone()], &self.outlook.reference[range.clone()]]
                        .into_iter()
                        .find(|p| p.iter().sum::<f64>() > 0.0)
                        .map_or_else(|| vec![1.0; size], <[f64]>::to_vec);
                let sum: f64 = shape.iter().sum();
                let at = |spend: &f64| {
                    let mut other = plan.to_vec();
                    for (x, s) in other[range.clone()].iter_mut().zip(&shape) {
                        *x = spend * s / sum;
                    }
                    other
                };
                std::iter::once(&0.0).chain(spends).map(at).collect()
            })
            .collect();
        let rows: Vec<Vec<Vec<f64>>> = (0..response.draws.len())
            .into_par_iter()
            .map(|d| self.curve_row(d, plan, &others))
            .collect();
        let column = |c: usize, k: usize| {
            let draws: Vec<f64> = rows.iter().map(|row| row[c][k]).collect();
            Estimate::from_draws(&draws)
        };
        (0..spends.len()).map(|c| (0..spends[c].len()).map(|k| column(c, k)).collect()).collect()
    }

    /// One draw of [`Self::curves`], `[channel][spend]`.
    fn curve_row(&self, d: usize, plan: &[f64], others: &[Vec<Vec<f64>>]) -> Vec<Vec<f64>> {
        let response = self.response();
        let draw = &response.draws[d];
        let nothing = vec![0.0; plan.len()];
        let zeros: Vec<Vec<f64>> =
            (0..response.channels.len()).map(|c| effect(response, draw, c, &nothing)).collect();
        let effects: Vec<Vec<f64>> = (0..response.channels.len())
            .map(|c| self.effects(d, draw, c, plan, &zeros[c]))
            .collect();
        let n = draw.worth.len();
        let rest = |c: usize| -> Vec<f64> {
            let others = effects.iter().enumerate().filter(|(k, _)| *k != c);
            let mut sum = vec![0.0; n];
            others.for_each(|(_, e)| sum.iter_mut().zip(e).for_each(|(s, e)| *s += e));
            sum
        };
        others
            .iter()
            .enumerate()
            .map(|(c, plans)| {
                let rest = rest(c);
                let outcome = |own: &[f64]| -> f64 {
                    (0..n)
                        .map(|i| {
                            draw.worth[i]
                                * match draw.link {
                                    Link::Add => own[i],
                                    Link::Multiply => (rest[i] + own[i]).exp(),
                                }
                        })
                        .sum()
                };
                let brought: Vec<f64> = plans
                    .iter()
                    .map(|plan| outcome(&self.effects(d, draw, c, plan, &zeros[c])))
                    .collect();
                brought[1..].iter().map(|b| b - brought[0]).collect()
            })
            .collect()
    }
}

struct Row {
    total: f64,
    later: f64,
    channels: Vec<f64>,
    next: Vec<f64>,
    periods: Vec<f64>,
    geos: Vec<f64>,
}

/// Outcome per cell `[geo × span]`.
fn joint(draw: &DrawResponse, effects: &[Vec<f64>]) -> Vec<f64> {
    let n = draw.worth.len();
    (0..n)
        .map(|i| {
            let z: f64 = effects.iter().map(|e| e[i]).sum();
            draw.worth[i] * if draw.link == Link::Add { z } else { z.exp_m1() }
        })
        .collect()
}
