//! Everything about a drawn brand that is no media.

use outlay_core::Granularity;
use rand_chacha::ChaCha8Rng;

use super::{Frame, chance, graded};
use crate::random::{uniform, whole};
use crate::spec::{
    Baseline, Control, ControlKind, Demand, Event, Noise, NoiseFamily, Shift, Slope, Treatment,
    TreatmentKind, Yearly,
};

/// Name of the promotion that channels may follow.
pub(super) const PROMOTION: &str = "promotion";

pub(super) struct Surroundings {
    /// Growth of the baseline per year, which budgets may share.
    pub(super) trend: f64,
    pub(super) baseline: Baseline,
    pub(super) demand: Demand,
    pub(super) controls: Vec<Control>,
    pub(super) treatments: Vec<Treatment>,
    pub(super) noise: Noise,
}

pub(super) fn draw(frame: &Frame, rng: &mut ChaCha8Rng) -> Surroundings {
    let trend = graded(rng, frame.mix.entangled, (-0.03, 0.08), (0.08, 0.2));
    Surroundings {
        trend,
        baseline: baseline(frame, trend, rng),
        demand: demand(frame, rng),
        controls: controls(frame, rng),
        treatments: treatments(frame, rng),
        noise: noise(frame, rng),
    }
}

fn baseline(frame: &Frame, trend: f64, rng: &mut ChaCha8Rng) -> Baseline {
    let hard = frame.mix.breaks;
    let (mut shifts, mut slopes, mut events) = (Vec::new(), Vec::new(), Vec::new());
    if hard {
        let at = |rng: &mut ChaCha8Rng, from: f64, to: f64| {
            frame.day((frame.periods as f64 * uniform(rng, (from, to))) as usize)
        };
        for _ in 0..whole(rng, (1, 2)) {
            let size = uniform(rng, (0.05, 0.14));
            let effect = if chance(rng, 0.5) { size } else { -size };
            shifts.push(Shift { from: at(rng, 0.1, 0.9), effect });
        }
        slopes.push(Slope { from: at(rng, 0.2, 0.5), trend: uniform(rng, (-0.1, 0.12)) });
        if chance(rng, 0.5) {
            slopes.push(Slope { from: at(rng, 0.55, 0.85), trend: uniform(rng, (-0.08, 0.12)) });
        }
    }
    let holidays = [("black_friday", 11, 27), ("christmas", 12, 20), ("easter", 4, 5)];
    for (name, month, day) in holidays {
        let (there, observed) = (chance(rng, if hard { 0.7 } else { 0.15 }), chance(rng, 0.6));
        let effect = uniform(rng, (0.1, 0.35));
        if there {
            let periods = (1.0_f64).max(0.6 * frame.week).round() as usize;
            let (month, day) = (Some(month), Some(day));
            let name = name.to_owned();
            events.push(Event { name, month, day, on: None, periods, effect, observed });
        }
    }
    let weekly = if frame.granularity == Granularity::Day {
        let weekend = uniform(rng, (-0.2, 0.25));
        (0..7).map(|d| if d >= 5 { weekend } else { uniform(rng, (-0.08, 0.08)) }).collect()
    } else {
        Vec::new()
    };
    Baseline {
        level: frame.level,
        trend,
        slopes,
        shifts,
        drift: graded(rng, hard, (0.0, 0.03), (0.03, 0.07)),
        yearly: Yearly {
            amplitude: uniform(rng, (0.04, 0.14)),
            peak_day: uniform(rng, (1.0, 366.0)).round(),
            second: uniform(rng, (-0.4, 0.4)),
            variation: graded(rng, hard, (0.0, 0.1), (0.15, 0.35)),
        },
        weekly,
        events,
    }
}

fn demand(frame: &Frame, rng: &mut ChaCha8Rng) -> Demand {
    let hard = frame.mix.chased || frame.mix.hidden;
    let persistence: f64 = uniform(rng, (0.7, 0.95));
    Demand {
        strength: graded(rng, hard, (0.01, 0.03), (0.04, 0.09)),
        persistence: persistence.powf(1.0 / frame.week),
    }
}

fn controls(frame: &Frame, rng: &mut ChaCha8Rng) -> Vec<Control> {
    let mut controls: Vec<Control> = (0..whole(rng, (1, 2)))
        .map(|c| Control {
            name: format!("control_{}", c + 1),
            kind: if chance(rng, 0.5) { ControlKind::Slow } else { ControlKind::Noise },
            mean: 100.0,
            sd: 10.0,
            effect: uniform(rng, (-0.03, 0.03)),
            error: 0.0,
        })
        .collect();
    let (exact, error) = (chance(rng, 0.4), uniform(rng, (0.2, 0.8)));
    if !frame.mix.hidden {
        controls.push(Control {
            name: "category_queries".to_owned(),
            kind: ControlKind::Demand,
            mean: 100.0,
            sd: 15.0,
            effect: 0.0,
            error: if frame.mix.chased && exact { 0.0 } else { error },
        });
    }
    controls
}

fn treatments(frame: &Frame, rng: &mut ChaCha8Rng) -> Vec<Treatment> {
    let mut treatments = Vec::new();
    let promotion = Treatment {
        name: PROMOTION.to_owned(),
        kind: TreatmentKind::Promotion,
        level: 20.0,
        size: uniform(rng, (0.1, 0.25)),
        per_year: uniform(rng, (3.0, 7.0)).round(),
        length: (uniform(rng, (1.0, 3.0)) * frame.week).round() as usize,
        effect: uniform(rng, (0.5, 1.3)),
    };
    let price = Treatment {
        name: "price".to_owned(),
        kind: TreatmentKind::Price,
        level: uniform(rng, (10.0, 80.0)).round(),
        size: uniform(rng, (0.03, 0.06)),
        per_year: uniform(rng, (2.0, 5.0)).round(),
        length: 1,
        effect: -uniform(rng, (0.8, 1.6)),
    };
    let priced = chance(rng, 0.6);
    if frame.mix.breaks {
        treatments.push(promotion);
        if priced {
            treatments.push(price);
        }
    }
    treatments
}

fn noise(frame: &Frame, rng: &mut ChaCha8Rng) -> Noise {
    // Only geos have something in common; a national brand's key stays unwritten.
    let common = if frame.geos > 1 { uniform(rng, (0.1, 0.5)) } else { 0.0 };
    let r2 = graded(rng, frame.mix.rough, (0.94, 0.985), (0.91, 0.965));
    let (tails, grows, strays) = (chance(rng, 0.45), chance(rng, 0.5), chance(rng, 0.6));
    let (df, rho) = (uniform(rng, (3.0, 6.0)), uniform(rng, (0.4, 0.8)));
    let (per_year, size) = (uniform(rng, (1.0, 3.0)), uniform(rng, (3.0, 5.0)));
    if !frame.mix.rough {
        return Noise { r2, common, ..Noise::default() };
    }
    Noise {
        family: if tails { NoiseFamily::StudentT } else { NoiseFamily::Ar1 },
        df,
        rho,
        r2,
        common,
        level_power: if grows { 1.0 } else { 0.0 },
        outliers: if strays { per_year * frame.week } else { 0.0 },
        outlier_size: if strays { size } else { 0.0 },
        ..Noise::default()
    }
}
