//! Meridian's optimiser on its national and geo data.
//!
//! Its problem (2.1.0, the default scenario): the money that was spent, within 30 % of what each
//! channel had, over the whole history in the pattern of the history: all media of a channel are
//! multiplied by one factor. What is maximised is the posterior mean of the revenue that media
//! bring within the history. Its search: outcome per channel on a grid of spend, then from the
//! lower bounds repeatedly the grid point that returns most per unit of money.

use std::path::Path;
use std::sync::Arc;

use outlay_mmm::fit::Fitted;
use outlay_mmm::model::media::MediaUnit;
use outlay_mmm::spec::Preset;
use outlay_planner::curve::Curve;
use outlay_planner::design::{Design, Resolution};
use outlay_planner::response::{Delivery, DrawResponse, Effect, Link, Response};
use rayon::prelude::*;
use serde_json::Value;

use super::contest::{Contest, Theirs, budget, fit, numbers};
use super::shared;

/// Largest change of a channel's spend.
const CHANGE: f64 = 0.3;
/// Relative tolerance from which the grid's step follows.
const GRID: f64 = 1e-4;

/// What the peer's run on this data recorded.
pub(crate) struct Recorded {
    pub(crate) allocation: Vec<f64>,
    /// Posterior mean of what each channel brought in the history, with its Monte Carlo error.
    pub(crate) incremental: Vec<(f64, f64)>,
    /// Wall seconds of the fixed-budget optimisation.
    pub(crate) wall: f64,
}

pub(crate) fn recorded(shared: &Path, case: &str) -> Recorded {
    let file = shared::json(shared.join(format!("reference/mmm/meridian-{case}_media.json")));
    let number = |v: &Value| v.as_f64().unwrap();
    let channels = (0..4).map(|c| format!("Channel{c}"));
    let spend = &file["budget_opt"]["opt_spend"];
    Recorded {
        allocation: channels.clone().map(|c| number(&spend[c])).collect(),
        incremental: channels
            .map(|c| {
                let known = &file["channel_incremental_revenue"][c];
                (number(&known["mean"]), number(&known["sd"]) / number(&known["ess_bulk"]).sqrt())
            })
            .collect(),
        wall: number(&file["timing"]["budget_opt_fixed_s"]),
    }
}

/// What a draw says of a channel: `height_g · a / (a + half)`, `a` the scaled media carried over
/// with weights `α^l / Σ α^l`.
#[derive(Debug, Clone)]
struct Channel {
    alpha: f64,
    half: f64,
    height: Vec<f64>,
}

/// A posterior of the peer's model, ours or its own.
#[derive(Debug, Clone)]
pub(crate) struct Posterior {
    channels: Vec<String>,
    geos: usize,
    periods: usize,
    lags: usize,
    /// Revenue per unit of the scaled KPI, `[geo][period]`.
    worth: Vec<f64>,
    /// Scaled media, `[channel][geo × period]`.
    media: Vec<Vec<f64>>,
    /// Money per channel in the history.
    spent: Vec<f64>,
    draws: Vec<Vec<Channel>>,
}

impl Posterior {
    pub(crate) fn fitted(shared: &Path, case: &str, chains: usize, draws: usize) -> Arc<Self> {
        let panel = shared::meridian(shared, &format!("{case}_media.csv"));
        Arc::new(Self::of(&fit(&panel, Preset::Meridian, chains, draws)))
    }

    fn of(fitted: &Fitted) -> Self {
        let model = &fitted.model;
        let (geos, periods) = (model.geos(), model.periods());
        let media = |u: &MediaUnit| {
            let rows = u.series.level.chunks_exact(periods + u.pad);
            rows.flat_map(|row| row[u.pad..].to_vec()).collect()
        };
        let draw = |draw: &outlay_mmm::density::Draw| {
            let channel = |(c, u): (usize, &MediaUnit)| Channel {
                alpha: u.adstock_slots[0].value(&draw.theta),
                half: u.saturation_slots[0].value(&draw.theta),
                height: draw.beta[c].clone(),
            };
            model.units.iter().enumerate().map(channel).collect()
        };
        let cells = (0..geos).flat_map(|g| (0..periods).map(move |t| (g, t)));
        let spent = |c: &outlay_core::Channel| c.spend.values().iter().sum();
        Self {
            channels: model.units.iter().map(|u| u.name.clone()).collect(),
            geos,
            periods,
            lags: model.units[0].window,
            worth: cells.map(|(g, t)| model.outcome_rate(g, t)).collect(),
            media: model.units.iter().map(media).collect(),
            spent: model.panel.channels.iter().map(spent).collect(),
            draws: fitted.draws().map(draw).collect(),
        }
    }

    /// The peer's own, as `benches/peers/plan_meridian.py` writes it.
    pub(crate) fn written(file: &Value) -> Arc<Self> {
        let size = |key: &str| file[key].as_u64().unwrap() as usize;
        let each = |key: &str| file[key].as_array().unwrap().iter();
        let draw = |draw: &Value| {
            let (alpha, half) = (numbers(&draw["alpha"]), numbers(&draw["half"]));
            let height = draw["height"].as_array().unwrap().iter().map(numbers);
            let channels = alpha.into_iter().zip(half).zip(height);
            channels.map(|((alpha, half), height)| Channel { alpha, half, height }).collect()
        };
        Arc::new(Self {
            channels: each("channels").map(|c| c.as_str().unwrap().to_owned()).collect(),
            geos: size("geos"),
            periods: size("periods"),
            lags: size("lags"),
            worth: numbers(&file["worth"]),
            media: each("media").map(numbers).collect(),
            spent: numbers(&file["spent"]),
            draws: each("draws").map(draw).collect(),
        })
    }

    pub(crate) fn draws(&self) -> usize {
        self.draws.len()
    }

    fn weights(&self, alpha: f64) -> Vec<f64> {
        let raw: Vec<f64> = (0..self.lags).map(|l| alpha.powi(l as i32)).collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|w| w / sum).collect()
    }

    /// Posterior mean of what each channel brings with its media multiplied by each of `factors`,
    /// `[channel][factor]`.
    fn curves(&self, factors: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let one = |draw: &Vec<Channel>| -> Vec<Vec<f64>> {
            let mut brought: Vec<Vec<f64>> = factors.iter().map(|f| vec![0.0; f.len()]).collect();
            for (c, channel) in draw.iter().enumerate() {
                let weights = self.weights(channel.alpha);
                for g in 0..self.geos {
                    let cells = g * self.periods..(g + 1) * self.periods;
                    let (media, worth) = (&self.media[c][cells.clone()], &self.worth[cells]);
                    for t in 0..self.periods {
                        let carried: f64 =
                            (0..self.lags.min(t + 1)).map(|l| weights[l] * media[t - l]).sum();
                        let worth = worth[t] * channel.height[g];
                        for (b, f) in brought[c].iter_mut().zip(&factors[c]) {
                            *b += worth * f * carried / (f * carried + channel.half);
                        }
                    }
                }
            }
            brought
        };
        let mut mean: Vec<Vec<f64>> = factors.iter().map(|f| vec![0.0; f.len()]).collect();
        for group in self.draws.chunks(64) {
            // Summed in the order of the draws, whatever the number of threads.
            let parts: Vec<_> = group.par_iter().map(one).collect();
            for part in parts {
                for (mean, part) in mean.iter_mut().flatten().zip(part.iter().flatten()) {
                    *mean += part / self.draws.len() as f64;
                }
            }
        }
        mean
    }

    /// Posterior mean of what each channel brings at some money per channel.
    pub(crate) fn brought(&self, allocation: &[f64]) -> Vec<f64> {
        let factors = allocation.iter().zip(&self.spent).map(|(x, s)| vec![x / s]);
        self.curves(&factors.collect::<Vec<_>>()).concat()
    }

    /// The planner's view of it: nothing before the history, nothing counted after it.
    pub(crate) fn response(&self) -> Response {
        let (cells, tail) = (self.geos * self.periods, self.lags - 1);
        let delivery = |(media, spent): (&Vec<f64>, &f64)| Delivery {
            // Money is spread like media, so that only a channel's total has a price.
            rate: vec![media.iter().sum::<f64>() / spent; cells],
            history: Vec::new(),
        };
        let mut worth = Vec::with_capacity(cells + self.geos * tail);
        for row in self.worth.chunks_exact(self.periods) {
            worth.extend_from_slice(row);
            worth.extend(std::iter::repeat_n(0.0, tail));
        }
        let draw = |draw: &Vec<Channel>| {
            let effect = |c: &Channel| Effect {
                weights: self.weights(c.alpha),
                curve: Curve::Hill { half_saturation: c.half, slope: 1.0 },
                curve_first: false,
                height: c.height.clone(),
                lift: None,
            };
            let effects = draw.iter().map(effect).collect();
            DrawResponse { link: Link::Add, worth: worth.clone(), effects }
        };
        Response {
            channels: self.channels.clone(),
            geos: (0..self.geos).map(|g| format!("geo {g}")).collect(),
            horizon: self.periods,
            tail,
            deliveries: self.media.iter().zip(&self.spent).map(delivery).collect(),
            draws: self.draws.iter().map(draw).collect(),
            margins: vec![1.0; self.channels.len()],
        }
    }

    pub(crate) fn contest(self: &Arc<Self>, theirs: Vec<Theirs>) -> Contest {
        let (grid, response) = (Grid::new(self), self.response());
        let pattern = self.media.concat();
        let open = vec![true; pattern.len()];
        let bounds = grid.low.iter().copied().zip(grid.high.iter().copied()).collect();
        let own = Arc::clone(self);
        Contest {
            design: Design::new(&response, Resolution::Channel, &pattern, &open),
            response,
            polytope: budget(bounds, grid.current.iter().sum()),
            current: grid.current,
            measure: Box::new(move |allocation| own.brought(allocation).iter().sum()),
            theirs,
        }
    }
}

/// The peer's problem in money: the step of its grid, and what that makes of budget and bounds.
pub(crate) struct Grid {
    step: f64,
    pub(crate) current: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
}

impl Grid {
    pub(crate) fn new(posterior: &Posterior) -> Self {
        let tolerance = GRID * posterior.spent.iter().sum::<f64>();
        // As the peer computes it: 122 M and 1e-4 make a step of 100,000, not one of 12,000.
        let step = 10.0_f64.powi(tolerance.log10() as i32 + 1);
        let round = |x: f64| (x / step).round() * step;
        let current: Vec<f64> = posterior.spent.iter().map(|s| round(*s)).collect();
        let bound = |by: f64| current.iter().map(|s| round(by * s)).collect::<Vec<f64>>();
        Self { step, low: bound(1.0 - CHANGE), high: bound(1.0 + CHANGE), current }
    }

    /// The peer's search on a posterior.
    pub(crate) fn search(&self, posterior: &Posterior) -> Vec<f64> {
        let channels = self.low.len();
        let points = |c: usize| {
            let steps = ((self.high[c] - self.low[c]) / self.step).round() as usize;
            (0..=steps).map(|k| self.low[c] + k as f64 * self.step).collect()
        };
        let grid: Vec<Vec<f64>> = (0..channels).map(points).collect();
        let factors: Vec<Vec<f64>> = grid
            .iter()
            .zip(&posterior.spent)
            .map(|(points, spent)| points.iter().map(|x| x / spent).collect())
            .collect();
        let outcome = posterior.curves(&factors);
        let total: f64 = self.current.iter().sum();
        let mut at = vec![0; channels];
        loop {
            // The largest return; of equal ones the first by row, then by channel.
            let mut best: Option<(f64, usize, usize)> = None;
            for c in 0..channels {
                let (x, y) = (grid[c][at[c]], outcome[c][at[c]]);
                for k in at[c] + 1..grid[c].len() {
                    let returned = (outcome[c][k] - y) / (grid[c][k] - x);
                    let returned = (returned * 1e8).round() / 1e8;
                    let before = |(r, row, channel): (f64, usize, usize)| {
                        returned > r || (returned == r && (k, c) < (row, channel))
                    };
                    if best.is_none_or(before) {
                        best = Some((returned, k, c));
                    }
                }
            }
            let Some((_, k, c)) = best else { break };
            let spent: f64 = (0..channels).map(|o| grid[o][if o == c { k } else { at[o] }]).sum();
            if spent > total + 0.5 * self.step {
                // It stops at the first step that the money does not reach for.
                break;
            }
            at[c] = k;
        }
        (0..channels).map(|c| grid[c][at[c]]).collect()
    }
}
