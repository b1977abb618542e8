//! Robyn's allocator on the fits that robynpy left of Robyn's demonstration data.
//!
//! Its problem: mean spend per week of each channel with a coefficient, within multiples of what was
//! spent, the total kept. What is maximised is `Σ coef / (1 + (inflexion / (x + c))^α)`, where `c` is
//! the mean carry-over of the past, whatever is spent now. Its search is local: nloptr's augmented
//! Lagrangian with SLSQP, from the lower bounds. Here its place is taken by a projected gradient
//! climb to a stationary point, from the lower bounds and from the current spend, whichever ends
//! higher.

use std::path::Path;

use outlay_planner::curve::Curve;
use outlay_planner::design::{Design, Resolution};
use outlay_planner::response::{Delivery, DrawResponse, Effect, Link, Response};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::contest::{Contest, Theirs, budget};
use super::shared;

/// Most steps of a climb.
const STEPS: usize = 20_000;

const PAID: [&str; 5] = ["tv_S", "ooh_S", "print_S", "facebook_S", "search_S"];

/// What a fit says of a channel.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    name: String,
    coefficient: f64,
    alpha: f64,
    inflexion: f64,
    carried: f64,
    /// Mean spend of all weeks.
    spent: f64,
    /// Of the weeks with any: what earlier versions of Robyn begin from.
    spent_when_any: f64,
    /// What it brought in the window, by its formula and as recorded.
    pub(crate) brought: (f64, f64),
}

impl Channel {
    fn response(&self, x: f64) -> f64 {
        self.coefficient / (1.0 + (self.inflexion / (x + self.carried)).powf(self.alpha))
    }

    fn slope(&self, x: f64) -> f64 {
        let x = x + self.carried;
        let (a, i) = (self.alpha, self.inflexion.powf(self.alpha));
        self.coefficient * a * i * x.powf(a - 1.0) / (x.powf(a) + i).powi(2)
    }
}

/// The recorded fits: name, and channels with a coefficient.
pub(crate) fn fits(shared: &Path) -> Vec<(String, Vec<Channel>)> {
    let folder = shared.join("reference/mmm");
    let file = shared::json(folder.join("robynpy-dt_simulated_weekly.json"));
    let mut reader = csv::Reader::from_path(
        folder.join(file["features_file"].as_str().unwrap().split(' ').next().unwrap()),
    )
    .unwrap();
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |name: &str| -> Vec<f64> {
        let at = header.iter().position(|h| h == name).unwrap();
        rows.iter().map(|r| r[at].parse().unwrap()).collect()
    };
    let place = |key: &str| file[key].as_u64().unwrap() as usize;
    let window = place("rolling_window_start_which")..=place("rolling_window_end_which");
    let one = |fit: &serde_json::Value| {
        let channel = |name: &&str| {
            let hyper = |key: &str| fit["hyper"][format!("{name}_{key}")].as_f64().unwrap();
            let spend = column(name);
            // Carry-over is not normalised and runs over all rows.
            let carry = |last: &mut f64, x: &f64| {
                *last = x + hyper("thetas") * *last;
                Some(*last)
            };
            let carried: Vec<f64> = spend.iter().scan(0.0, carry).collect();
            let (spend, carried) = (&spend[window.clone()], &carried[window.clone()]);
            let weeks = spend.len() as f64;
            let total: f64 = spend.iter().sum();
            let mut channel = Channel {
                name: (*name).to_owned(),
                coefficient: fit["coefs"][*name].as_f64().unwrap(),
                alpha: hyper("alphas"),
                inflexion: hyper("gammas") * carried.iter().copied().fold(0.0, f64::max),
                carried: 0.0,
                spent: total / weeks,
                spent_when_any: total / spend.iter().filter(|x| **x > 0.0).count() as f64,
                brought: (0.0, fit["contribution"][*name].as_f64().unwrap()),
            };
            channel.brought.0 = carried.iter().map(|x| channel.response(*x)).sum();
            channel.carried = (carried.iter().sum::<f64>() - total) / weeks;
            channel
        };
        let all = PAID.iter().map(channel).filter(|c: &Channel| c.coefficient > 0.0);
        (fit["sol_id"].as_str().unwrap().to_owned(), all.collect())
    };
    file["vectors"].as_array().unwrap().iter().map(one).collect()
}

/// Bounds and total of a problem.
pub(crate) struct Limits {
    low: Vec<f64>,
    high: Vec<f64>,
    total: f64,
    start: Vec<f64>,
}

impl Limits {
    /// Multiples of the mean spend, of all weeks or of those with any.
    pub(crate) fn new(channels: &[Channel], (low, high): (f64, f64), when_any: bool) -> Self {
        let spent = |c: &Channel| if when_any { c.spent_when_any } else { c.spent };
        let start: Vec<f64> = channels.iter().map(spent).collect();
        Self {
            low: start.iter().map(|s| low * s).collect(),
            high: start.iter().map(|s| high * s).collect(),
            total: start.iter().sum(),
            start,
        }
    }

    /// The nearest point within the limits, distances in units of the start.
    fn project(&self, y: &[f64]) -> Vec<f64> {
        let at = |price: f64| -> Vec<f64> {
            let one =
                |j: usize| (y[j] - price * self.start[j].powi(2)).clamp(self.low[j], self.high[j]);
            (0..y.len()).map(one).collect()
        };
        let widest = self.start.iter().copied().fold(f64::INFINITY, f64::min);
        let most = y.iter().chain(&self.high).map(|v| v.abs()).fold(0.0, f64::max);
        let (mut left, mut right) = (-4.0 * most / widest.powi(2), 4.0 * most / widest.powi(2));
        for _ in 0..200 {
            let middle = 0.5 * (left + right);
            if at(middle).iter().sum::<f64>() > self.total { left = middle } else { right = middle }
        }
        at(0.5 * (left + right))
    }

    /// A local search as the peer's is: uphill by the formula's gradient until nothing moves.
    pub(crate) fn climb(&self, channels: &[Channel], from: &[f64]) -> Vec<f64> {
        let (mut x, mut length) = (self.project(from), 1.0);
        let size = value(channels, &x);
        for _ in 0..STEPS {
            let step = |length: f64| {
                let to = |j: usize| {
                    x[j] + length * channels[j].slope(x[j]) * self.start[j].powi(2) / size
                };
                self.project(&(0..x.len()).map(to).collect::<Vec<f64>>())
            };
            let (mut next, now) = (step(length), value(channels, &x));
            while value(channels, &next) < now && length > 1e-12 {
                length *= 0.25;
                next = step(length);
            }
            let moved = x.iter().zip(&next).zip(&self.start).map(|((a, b), s)| (a - b).abs() / s);
            let moved = moved.fold(0.0, f64::max);
            if value(channels, &next) >= now {
                x = next;
            }
            length *= 1.5;
            if moved < 1e-10 || length <= 1e-12 {
                break;
            }
        }
        x
    }

    /// The peer's answer: the higher of the tops above the lower bounds and above the start.
    pub(crate) fn search(&self, channels: &[Channel]) -> Vec<f64> {
        higher(channels, self.climb(channels, &self.low), self.climb(channels, &self.start))
    }

    /// The highest of as many more searches from random points.
    pub(crate) fn search_widely(
        &self,
        channels: &[Channel],
        rng: &mut ChaCha8Rng,
        times: usize,
    ) -> Vec<f64> {
        (0..times).fold(self.search(channels), |best, _| {
            let random = |(low, high): (&f64, &f64)| rng.random_range(*low..*high);
            let from: Vec<f64> = self.low.iter().zip(&self.high).map(random).collect();
            higher(channels, best, self.climb(channels, &from))
        })
    }
}

fn value(channels: &[Channel], x: &[f64]) -> f64 {
    channels.iter().zip(x).map(|(c, x)| c.response(*x)).sum()
}

fn higher(channels: &[Channel], a: Vec<f64>, b: Vec<f64>) -> Vec<f64> {
    if value(channels, &a) >= value(channels, &b) { a } else { b }
}

pub(crate) fn contest(channels: &[Channel], limits: &Limits, theirs: Vec<Theirs>) -> Contest {
    // What the past still carries is one period of history with weight one; the period after the
    // plan, which that weight needs, is worth nothing.
    let deliveries =
        channels.iter().map(|c| Delivery { rate: vec![1.0], history: vec![c.carried] }).collect();
    let effect = |c: &Channel| Effect {
        weights: vec![1.0, 1.0],
        curve: Curve::Hill { half_saturation: c.inflexion, slope: c.alpha },
        curve_first: false,
        height: vec![c.coefficient],
        lift: None,
    };
    let effects = channels.iter().map(effect).collect();
    let response = Response {
        channels: channels.iter().map(|c| c.name.clone()).collect(),
        geos: vec!["all".to_owned()],
        horizon: 1,
        tail: 1,
        deliveries,
        draws: vec![DrawResponse { link: Link::Add, worth: vec![1.0, 0.0], effects }],
        margins: vec![1.0; channels.len()],
    };
    let design =
        Design::new(&response, Resolution::Channel, &limits.start, &vec![true; channels.len()]);
    let bounds = limits.low.iter().copied().zip(limits.high.iter().copied()).collect();
    let known = channels.to_vec();
    Contest {
        response,
        design,
        polytope: budget(bounds, limits.total),
        current: limits.start.clone(),
        measure: Box::new(move |x| value(&known, x)),
        theirs,
    }
}
