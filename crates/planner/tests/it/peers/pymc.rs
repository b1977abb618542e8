//! PyMC-Marketing's optimiser on its example.
//!
//! Its problem (1.3.0): a constant budget per week for eight weeks, bounds from nothing to all of
//! it. It maximises the posterior mean of the total contribution by SLSQP from an even split. The
//! total runs over three stretches of weeks: the last `l_max` of the data as they were, the eight
//! that are planned, and `l_max` without spend. So carry-over into the plan bends its curves,
//! carry-over after it counts, and so does what the last weeks of the data brought by themselves,
//! which no plan changes.

use std::path::Path;

use outlay_mmm::fit::Fitted;
use outlay_mmm::spec::Preset;
use outlay_planner::curve::Curve;
use outlay_planner::design::{Design, Resolution};
use outlay_planner::response::{Delivery, DrawResponse, Effect, Link, Response};
use serde_json::Value;

use super::contest::{Contest, Measure, Theirs, budget, fit, numbers};
use super::shared;

/// Weeks that are planned.
pub(crate) const WEEKS: usize = 8;

/// What of the media's effect counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    /// What happens in the last weeks of the data.
    pub(crate) before: bool,
    /// Carry-over from them into the plan.
    pub(crate) into: bool,
    /// Carry-over after the last week of the plan.
    pub(crate) after: bool,
}

/// What the peer counts.
pub(crate) const PEERS: Counted = Counted { before: true, into: true, after: true };

/// What a draw says of a channel: `scale · height · (1 − e^(−rate·a)) / (1 + e^(−rate·a))`, `a` the
/// scaled spend carried over with weights `α^l / Σ α^l`.
#[derive(Debug, Clone, Copy)]
struct Channel {
    alpha: f64,
    rate: f64,
    height: f64,
}

/// A posterior of the peer's model, ours or its own.
#[derive(Debug, Clone)]
pub(crate) struct Posterior {
    channels: Vec<String>,
    /// Units of the KPI per unit of the scaled KPI.
    scale: f64,
    /// Money per unit of scaled spend.
    money: Vec<f64>,
    /// Scaled spend of the last `l_max` weeks of the data, oldest first.
    history: Vec<Vec<f64>>,
    draws: Vec<Vec<Channel>>,
}

impl Posterior {
    pub(crate) fn fitted(shared: &Path) -> (Self, Fitted) {
        let fitted = fit(&shared::pymc_example(shared), Preset::PymcMarketing, 4, 1000);
        let model = &fitted.model;
        let last = |u: &outlay_mmm::model::media::MediaUnit| {
            u.series.level[u.series.level.len() - u.window..].to_vec()
        };
        let draw = |draw: &outlay_mmm::density::Draw| {
            let channel = |(c, u): (usize, &outlay_mmm::model::media::MediaUnit)| Channel {
                alpha: u.adstock_slots[0].value(&draw.theta),
                rate: u.saturation_slots[0].value(&draw.theta),
                height: draw.beta[c][0],
            };
            model.units.iter().enumerate().map(channel).collect()
        };
        let posterior = Self {
            channels: model.units.iter().map(|u| u.name.clone()).collect(),
            scale: model.kpi_scale.spread,
            money: model.units.iter().map(|u| u.exposure_scale).collect(),
            history: model.units.iter().map(last).collect(),
            draws: fitted.draws().map(draw).collect(),
        };
        (posterior, fitted)
    }

    /// The peer's own, as `benches/peers/plan_pymc.py` writes it.
    pub(crate) fn written(file: &Value) -> Self {
        let draw = |draw: &Value| {
            let channel = |c: &Value| {
                let [alpha, rate, height] = numbers(c)[..] else { unreachable!() };
                Channel { alpha, rate, height }
            };
            draw.as_array().unwrap().iter().map(channel).collect()
        };
        let names = file["channels"].as_array().unwrap().iter();
        Self {
            channels: names.map(|c| c.as_str().unwrap().to_owned()).collect(),
            scale: file["scale"].as_f64().unwrap(),
            money: numbers(&file["money"]),
            history: file["history"].as_array().unwrap().iter().map(numbers).collect(),
            draws: file["draws"].as_array().unwrap().iter().map(draw).collect(),
        }
    }

    pub(crate) fn draws(&self) -> usize {
        self.draws.len()
    }

    fn lags(&self) -> usize {
        self.history[0].len()
    }

    fn weights(&self, alpha: f64) -> Vec<f64> {
        let raw: Vec<f64> = (0..self.lags()).map(|l| alpha.powi(l as i32)).collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|w| w / sum).collect()
    }

    /// The peer's expected total contribution of weekly budgets.
    pub(crate) fn total(&self, weekly: &[f64], counted: Counted) -> f64 {
        let lags = self.lags();
        let mut total = 0.0;
        for (c, budget) in weekly.iter().enumerate() {
            let mut spend = if counted.into { self.history[c].clone() } else { vec![0.0; lags] };
            spend.extend([budget / self.money[c]; WEEKS]);
            spend.extend(vec![0.0; lags]);
            let first = if counted.before { 0 } else { lags };
            let last = if counted.after { spend.len() } else { lags + WEEKS };
            for draw in &self.draws {
                let Channel { alpha, rate, height } = draw[c];
                let weights = self.weights(alpha);
                for t in first..last {
                    let carried: f64 =
                        (0..lags.min(t + 1)).map(|l| weights[l] * spend[t - l]).sum();
                    let gone = (-rate * carried).exp();
                    total += self.scale * height * (1.0 - gone) / (1.0 + gone);
                }
            }
        }
        total / self.draws.len() as f64
    }

    fn measure(&self) -> Measure {
        let own = self.clone();
        Box::new(move |weekly| own.total(weekly, PEERS))
    }

    /// The planner's view of it.
    pub(crate) fn response(&self) -> Response {
        let deliveries = self.money.iter().zip(&self.history).map(|(money, history)| Delivery {
            rate: vec![1.0 / money; WEEKS],
            history: history.clone(),
        });
        let draw = |draw: &Vec<Channel>| {
            let effect = |c: &Channel| Effect {
                weights: self.weights(c.alpha),
                curve: Curve::Tanh { scale: 2.0 / c.rate },
                curve_first: false,
                height: vec![c.height],
                lift: None,
            };
            let worth = vec![self.scale; WEEKS + self.lags()];
            DrawResponse { link: Link::Add, worth, effects: draw.iter().map(effect).collect() }
        };
        Response {
            channels: self.channels.clone(),
            geos: vec!["all".to_owned()],
            horizon: WEEKS,
            tail: self.lags(),
            deliveries: deliveries.collect(),
            draws: self.draws.iter().map(draw).collect(),
            margins: vec![1.0; self.channels.len()],
        }
    }

    /// The peer's problem at a budget per week; decisions are money per week.
    pub(crate) fn contest(&self, weekly: f64, theirs: Vec<Theirs>) -> Contest {
        let response = self.response();
        Contest {
            design: per_week(&response),
            response,
            polytope: budget(vec![(0.0, weekly); self.channels.len()], weekly),
            current: vec![weekly / self.channels.len() as f64; self.channels.len()],
            measure: self.measure(),
            theirs,
        }
    }
}

/// One decision per channel: what it spends in each week.
fn per_week(response: &Response) -> Design {
    let pattern = vec![1.0; response.cells()];
    let open = vec![true; pattern.len()];
    let mut design = Design::new(response, Resolution::Channel, &pattern, &open);
    for (_, share) in design.variables.iter_mut().flat_map(|v| &mut v.shares) {
        *share = 1.0;
    }
    design
}

/// What the peer recorded of one budget.
pub(crate) struct Recorded {
    pub(crate) weekly: f64,
    pub(crate) allocation: Vec<f64>,
    /// Its objective there, by its own posterior.
    pub(crate) total: f64,
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
}

/// The peer's recorded results at half, the same and twice the budget.
pub(crate) fn recorded(shared: &Path) -> Vec<Recorded> {
    let file = shared::json(shared.join("reference/mmm/pymc-marketing-mmm_example-budget.json"));
    let one = |budget: &str| {
        let result = &file["result"][format!("budget_{budget}")];
        let timing = |what: &str| file["timing"][format!("budget_{budget}_{what}")].as_f64();
        Recorded {
            weekly: budget.parse().unwrap(),
            allocation: ["x1", "x2"].map(|c| result["allocation"][c].as_f64().unwrap()).to_vec(),
            total: -result["fun"].as_f64().unwrap(),
            wall: timing("wall").unwrap(),
            cpu: timing("cpu").unwrap(),
        }
    };
    ["0.5", "1.0", "2.0"].map(one).into()
}
