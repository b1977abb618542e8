//! A random advertiser of a given size.

use outlay_planner::curve::Curve;
use outlay_planner::design::{Design, Resolution};
use outlay_planner::polytope::{Polytope, Row};
use outlay_planner::response::{Delivery, DrawResponse, Effect, Link, Response};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Lags of carry-over where there are several periods.
const LAGS: usize = 8;

/// How large a problem is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) channels: usize,
    pub(crate) geos: usize,
    pub(crate) periods: usize,
    pub(crate) draws: usize,
    pub(crate) rows: usize,
    /// Curves with thresholds.
    pub(crate) bent: bool,
}

/// Response functions, decisions and limits.
pub(crate) fn case(size: Size) -> (Response, Design, Polytope) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let Size { channels, geos, periods, draws, rows, bent } = size;
    let lags = if periods > 1 { LAGS } else { 0 };
    let response = response(&mut rng, channels, geos, periods, draws, lags, bent);
    let resolution = match (geos > 1, periods > 1) {
        (true, true) => Resolution::Cell,
        (true, false) => Resolution::Geo,
        (false, true) => Resolution::Period,
        (false, false) => Resolution::Channel,
    };
    let pattern = vec![1.0; response.cells()];
    let design = Design::new(&response, resolution, &pattern, &vec![true; pattern.len()]);
    let polytope = limits(&mut rng, &design, rows);
    (response, design, polytope)
}

fn response(
    rng: &mut ChaCha8Rng,
    channels: usize,
    geos: usize,
    periods: usize,
    draws: usize,
    lags: usize,
    bent: bool,
) -> Response {
    let base: Vec<(f64, f64, f64, f64)> = (0..channels)
        .map(|_| {
            let slope = if bent { rng.random_range(0.7..2.5) } else { rng.random_range(0.6..1.0) };
            (
                rng.random_range(0.3..3.0),
                slope,
                rng.random_range(0.2..2.0),
                rng.random_range(0.1..0.7),
            )
        })
        .collect();
    let deliveries = (0..channels)
        .map(|_| Delivery {
            rate: (0..geos * periods).map(|_| rng.random_range(0.5..1.5)).collect(),
            history: (0..geos * lags).map(|_| rng.random_range(0.2..1.0)).collect(),
        })
        .collect();
    let sizes: Vec<f64> = (0..geos).map(|_| rng.random_range(0.2..2.0)).collect();
    let draws = (0..draws)
        .map(|_| DrawResponse {
            link: Link::Add,
            worth: (0..geos * (periods + lags)).map(|_| 1.0).collect(),
            effects: base
                .iter()
                .map(|(half, slope, height, decay)| {
                    let near = |x: f64, rng: &mut ChaCha8Rng| x * rng.random_range(0.7..1.4);
                    let decay = near(*decay, rng).min(0.9);
                    let raw: Vec<f64> = (0..=lags).map(|l| decay.powi(l as i32)).collect();
                    let sum: f64 = raw.iter().sum();
                    let height = near(*height, rng);
                    Effect {
                        weights: raw.iter().map(|w| w / sum).collect(),
                        curve: Curve::Hill { half_saturation: near(*half, rng), slope: *slope },
                        curve_first: false,
                        height: sizes.iter().map(|s| s * height).collect(),
                        lift: None,
                    }
                })
                .collect(),
        })
        .collect();
    Response {
        channels: (0..channels).map(|c| format!("channel {c}")).collect(),
        geos: (0..geos).map(|g| format!("geo {g}")).collect(),
        horizon: periods,
        tail: lags,
        deliveries,
        draws,
        margins: vec![1.0; channels],
    }
}

/// A budget, and random groups of decisions with upper limits.
fn limits(rng: &mut ChaCha8Rng, design: &Design, rows: usize) -> Polytope {
    let n = design.variables.len();
    let budget = 0.5 * n as f64;
    let mut polytope = Polytope {
        low: vec![0.0; n],
        high: vec![3.0; n],
        rows: vec![Row {
            name: "budget".to_owned(),
            rule: 0,
            terms: (0..n).map(|j| (j, 1.0)).collect(),
            least: f64::NEG_INFINITY,
            most: budget,
        }],
        switches: Vec::new(),
    };
    for rule in 1..rows {
        let terms: Vec<(usize, f64)> =
            (0..n).filter(|_| rng.random_bool(0.2)).map(|j| (j, 1.0)).collect();
        let most = 0.5 * terms.len() as f64 * rng.random_range(0.7..1.3);
        let name = format!("group {rule}");
        polytope.rows.push(Row { name, rule, terms, least: f64::NEG_INFINITY, most });
    }
    polytope
}
