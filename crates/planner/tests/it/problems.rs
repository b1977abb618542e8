//! Random responses and limits, small enough to be searched by other means.

use outlay_planner::curve::Curve;
use outlay_planner::polytope::{Polytope, Row, Switch};
use outlay_planner::response::{Delivery, DrawResponse, Effect, Link, Response};
use rand::{Rng, RngExt};

/// What a random response is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) channels: usize,
    pub(crate) horizon: usize,
    pub(crate) draws: usize,
    pub(crate) lags: usize,
    /// Curves with thresholds.
    pub(crate) bent: bool,
    pub(crate) link: Link,
}

fn curve(rng: &mut impl Rng, bent: bool) -> Curve {
    let half_saturation = rng.random_range(0.2..2.0);
    match rng.random_range(0..4) {
        0 if !bent => Curve::Tanh { scale: half_saturation },
        1 if !bent => Curve::Power { exponent: rng.random_range(0.3..0.95) },
        _ => {
            let slope = if bent { rng.random_range(1.0..4.0) } else { rng.random_range(0.5..1.0) };
            Curve::Hill { half_saturation, slope }
        }
    }
}

pub(crate) fn response(rng: &mut impl Rng, kind: Kind) -> Response {
    let Kind { channels, horizon, draws, lags, bent, link } = kind;
    let tail = lags;
    let shapes: Vec<Curve> = (0..channels).map(|_| curve(rng, bent)).collect();
    let first: Vec<bool> = (0..channels).map(|_| rng.random_bool(0.3)).collect();
    let sizes: Vec<f64> = (0..channels).map(|_| rng.random_range(0.3..2.0)).collect();
    let deliveries = (0..channels)
        .map(|_| Delivery {
            rate: (0..horizon).map(|_| rng.random_range(0.5..2.0)).collect(),
            history: (0..lags).map(|_| rng.random_range(0.0..1.0)).collect(),
        })
        .collect();
    let vary = |rng: &mut dyn Rng, curve: Curve| {
        let by: f64 = rng.random_range(0.7..1.4);
        match curve {
            Curve::Linear => Curve::Linear,
            Curve::Hill { half_saturation, slope } => {
                Curve::Hill { half_saturation: half_saturation * by, slope }
            }
            Curve::Tanh { scale } => Curve::Tanh { scale: scale * by },
            Curve::Power { exponent } => Curve::Power { exponent: (exponent * by).min(1.0) },
        }
    };
    let draws = (0..draws)
        .map(|_| {
            let effects = (0..channels)
                .map(|c| {
                    let decay: f64 = rng.random_range(0.1..0.8);
                    let raw: Vec<f64> = (0..=lags).map(|l| decay.powi(l as i32)).collect();
                    let sum: f64 = raw.iter().sum();
                    let share = if link == Link::Multiply { 0.3 } else { 1.0 };
                    Effect {
                        weights: raw.iter().map(|w| w / sum).collect(),
                        curve: vary(rng, shapes[c]),
                        curve_first: first[c],
                        height: vec![share * sizes[c] * rng.random_range(0.5..1.5)],
                        lift: None,
                    }
                })
                .collect();
            let worth = (0..horizon + tail).map(|_| rng.random_range(0.8..1.2)).collect();
            DrawResponse { link, worth, effects }
        })
        .collect();
    Response {
        channels: (0..channels).map(|c| format!("channel {c}")).collect(),
        geos: vec!["all".to_owned()],
        horizon,
        tail,
        deliveries,
        draws,
        margins: vec![1.0; channels],
    }
}

/// A budget with bounds, and perhaps ratios and switches, over `n` decisions.
pub(crate) fn limits(rng: &mut impl Rng, n: usize, ratios: bool, switches: bool) -> Polytope {
    let budget = n as f64 * rng.random_range(0.3..1.2);
    let share = budget / n as f64;
    let low: Vec<f64> = (0..n)
        .map(|_| {
            if switches || rng.random_bool(0.5) { 0.0 } else { share * rng.random_range(0.0..0.5) }
        })
        .collect();
    let high = (0..n).map(|_| share * rng.random_range(1.2..4.0)).collect();
    let mut rows = vec![Row {
        name: "budget".to_owned(),
        rule: 0,
        terms: (0..n).map(|j| (j, 1.0)).collect(),
        least: if rng.random_bool(0.5) { budget } else { 0.0 },
        most: budget,
    }];
    if ratios && n > 1 {
        let times = rng.random_range(0.5..2.0);
        rows.push(Row {
            name: "ratio".to_owned(),
            rule: 1,
            terms: vec![(0, 1.0), (1, -times)],
            least: f64::NEG_INFINITY,
            most: 0.0,
        });
        let part = rng.random_range(0.4..0.8);
        let terms = (0..n).map(|j| (j, f64::from(u8::from(j < n / 2)) - part)).collect();
        rows.push(Row {
            name: "share".to_owned(),
            rule: 2,
            terms,
            least: f64::NEG_INFINITY,
            most: 0.0,
        });
    }
    let switches = if switches {
        (0..n.min(4))
            .map(|j| Switch {
                name: format!("minimum of {j}"),
                rule: 3 + j,
                variables: vec![j],
                least: share * rng.random_range(0.5..1.1),
            })
            .collect()
    } else {
        Vec::new()
    };
    Polytope { low, high, rows, switches }
}
