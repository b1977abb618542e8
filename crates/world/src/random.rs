//! Plausible worlds by the dozen, from the families that the model itself knows: for coverage
//! tests, where every structural assumption holds and only the draws are open.

use outlay_core::Granularity;
use outlay_stats::distribution::Distribution;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::draw::{normal, stream};
use crate::spec::{
    Adstock, Baseline, ChannelSpec, Control, ControlKind, Demand, Effect, Flighting, Geos, Noise,
    SPEC_VERSION, Saturation, WorldSpec, Yearly,
};

/// Families of carry-over to draw from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdstockFamily {
    /// [`Adstock::Geometric`], alpha 0.1 to 0.8.
    Geometric,
    /// [`Adstock::Binomial`], alpha 0.1 to 0.7.
    Binomial,
    /// [`Adstock::Delayed`], alpha 0.3 to 0.8, peak after 0.5 to 2 periods.
    Delayed,
    /// [`Adstock::WeibullCdf`], scale 1 to 4, shape 0.7 to 2.
    WeibullCdf,
    /// [`Adstock::WeibullPdf`], scale 1.5 to 4, shape 1.2 to 2.5.
    WeibullPdf,
}

/// Families of saturation to draw from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaturationFamily {
    /// [`Saturation::Hill`] of slope 1, half at 0.5 to 2.5 times the average level.
    Hill,
    /// [`Saturation::Hill`], slope 0.8 to 2.
    HillSlope,
    /// [`Saturation::Logistic`], rate 0.5 to 2.5.
    Logistic,
    /// [`Saturation::MichaelisMenten`], half at 0.5 to 2.5 times the average level.
    MichaelisMenten,
    /// [`Saturation::Tanh`], scale 0.7 to 2.
    Tanh,
}

/// What random worlds have in common. Ranges are inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FamilySettings {
    /// Number of periods.
    pub periods: (usize, usize),
    /// Number of paid channels.
    pub channels: (usize, usize),
    /// Number of geos; `(1, 1)` for national worlds.
    pub geos: (usize, usize),
    /// Carry-over families, drawn with equal chances.
    pub adstock: Vec<AdstockFamily>,
    /// Saturation families, drawn with equal chances.
    pub saturation: Vec<SaturationFamily>,
    /// Law of the true ROI; where there is none, a log-normal one by the three fields below.
    #[serde(default)]
    pub returns: Option<Distribution>,
    /// Median of the true ROI.
    pub roi_median: f64,
    /// Standard deviation of its log.
    pub roi_log_sd: f64,
    /// Range to which the true ROI is held by drawing again.
    pub roi_range: (f64, f64),
    /// Media spend as a share of the baseline level.
    pub spend_share: (f64, f64),
    /// Explained share of variance.
    pub r2: (f64, f64),
    /// Number of controls with an effect.
    pub controls: (usize, usize),
    /// Strength of latent demand, as a share of the level; 0 for none.
    pub demand_strength: f64,
    /// Largest share of a channel's spend that chases demand.
    pub demand_driven_max: f64,
    /// Whether a control shows the latent demand (without error).
    pub demand_observed: bool,
}

impl FamilySettings {
    /// National weekly brands: 104 to 208 weeks, 3 to 7 channels, geometric carry-over and Hill
    /// of slope 1, ROI log-normal around 1.4 within 0.5 to 4, no hidden demand.
    pub fn national() -> Self {
        Self {
            periods: (104, 208),
            channels: (3, 7),
            geos: (1, 1),
            adstock: vec![AdstockFamily::Geometric],
            saturation: vec![SaturationFamily::Hill],
            returns: None,
            roi_median: 1.4,
            roi_log_sd: 0.5,
            roi_range: (0.5, 4.0),
            spend_share: (0.1, 0.3),
            r2: (0.8, 0.95),
            controls: (0, 2),
            demand_strength: 0.0,
            demand_driven_max: 0.0,
            demand_observed: false,
        }
    }

    /// The same with every family of carry-over and saturation that a specification can name.
    pub fn mixed() -> Self {
        use {AdstockFamily as A, SaturationFamily as S};
        Self {
            adstock: vec![A::Geometric, A::Binomial, A::Delayed, A::WeibullCdf, A::WeibullPdf],
            saturation: vec![S::Hill, S::HillSlope, S::Logistic, S::MichaelisMenten, S::Tanh],
            ..Self::national()
        }
    }

    /// Small geo brands: 5 to 8 geos, 78 to 104 weeks, 2 to 4 channels.
    pub fn small_geo() -> Self {
        Self { geos: (5, 8), periods: (78, 104), channels: (2, 4), ..Self::national() }
    }

    /// National brands whose spend chases a demand that a control shows.
    pub fn confounded() -> Self {
        Self {
            demand_strength: 0.06,
            demand_driven_max: 0.7,
            demand_observed: true,
            ..Self::national()
        }
    }
}

pub(crate) const NAMES: [&str; 12] = [
    "search",
    "social",
    "tv",
    "video",
    "display",
    "radio",
    "print",
    "affiliate",
    "podcast",
    "outdoor",
    "shopping",
    "cinema",
];

/// Draws a world's specification; the same settings and seed give the same specification, whose
/// own seed is `seed`. Ranges that are upside down or empty are put right.
pub fn random_world(settings: &FamilySettings, seed: u64) -> WorldSpec {
    let mut rng = stream(seed, "random world");
    let rng = &mut rng;
    let level = 10_f64.powf(uniform(rng, (4.7, 6.0))).round();
    let n = whole(rng, settings.channels).max(1);
    let budget = level * uniform(rng, settings.spend_share);
    let split: Vec<f64> = (0..n).map(|_| (0.7 * normal(rng)).exp()).collect();
    let sum: f64 = split.iter().sum();
    let channels = split
        .iter()
        .enumerate()
        .map(|(m, part)| channel(settings, rng, m, (budget * part / sum).max(1.0)))
        .collect();
    let mut controls: Vec<Control> = (0..whole(rng, settings.controls))
        .map(|c| Control {
            name: format!("control_{}", c + 1),
            kind: if rng.random::<bool>() { ControlKind::Slow } else { ControlKind::Noise },
            mean: 100.0,
            sd: 10.0,
            effect: uniform(rng, (-0.04, 0.04)),
            error: 0.0,
        })
        .collect();
    if settings.demand_observed && settings.demand_strength > 0.0 {
        controls.push(Control {
            name: "demand_index".to_owned(),
            kind: ControlKind::Demand,
            mean: 100.0,
            sd: 10.0,
            effect: 0.0,
            error: 0.0,
        });
    }
    WorldSpec {
        version: SPEC_VERSION,
        name: format!("random_{seed}"),
        seed,
        granularity: Granularity::Week,
        periods: whole(rng, settings.periods),
        baseline: Baseline {
            level,
            trend: uniform(rng, (-0.03, 0.1)),
            yearly: Yearly {
                amplitude: uniform(rng, (0.03, 0.15)),
                peak_day: uniform(rng, (1.0, 366.0)).round(),
                second: uniform(rng, (-0.4, 0.4)),
                variation: 0.0,
            },
            ..Baseline::default()
        },
        demand: Demand {
            strength: settings.demand_strength,
            persistence: uniform(rng, (0.6, 0.9)),
        },
        geos: Geos { count: whole(rng, settings.geos).max(1), ..Geos::default() },
        channels,
        controls,
        noise: Noise { r2: uniform(rng, settings.r2), ..Noise::default() },
        ..WorldSpec::default()
    }
}

fn channel(settings: &FamilySettings, rng: &mut ChaCha8Rng, m: usize, spend: f64) -> ChannelSpec {
    let name = NAMES.get(m).map_or_else(|| format!("channel_{}", m + 1), ToString::to_string);
    let flighting = match whole(rng, (0, 3)) {
        0 => Flighting::Bursts {
            per_year: uniform(rng, (4.0, 9.0)).round(),
            length: whole(rng, (2, 4)),
        },
        1 => Flighting::Pulsed {
            per_year: uniform(rng, (4.0, 8.0)).round(),
            length: whole(rng, (2, 4)),
            floor: uniform(rng, (0.2, 0.6)),
        },
        _ => Flighting::AlwaysOn {},
    };
    ChannelSpec {
        name,
        spend: spend.round(),
        cost_per_thousand: Some(uniform(rng, (3.0, 20.0))),
        flighting,
        variation: uniform(rng, (0.3, 0.7)),
        demand_driven: uniform(rng, (0.0, settings.demand_driven_max)),
        adstock: adstock(settings, rng),
        saturation: saturation(settings, rng),
        effect: Effect::Roi(roi(settings, rng)),
        ..ChannelSpec::default()
    }
}

fn adstock(settings: &FamilySettings, rng: &mut ChaCha8Rng) -> Adstock {
    let draw = |rng: &mut ChaCha8Rng, low, high| uniform(rng, (low, high));
    match pick(&settings.adstock, rng).unwrap_or(AdstockFamily::Geometric) {
        AdstockFamily::Geometric => Adstock::Geometric { alpha: draw(rng, 0.1, 0.8) },
        AdstockFamily::Binomial => Adstock::Binomial { alpha: draw(rng, 0.1, 0.7) },
        AdstockFamily::Delayed => {
            Adstock::Delayed { alpha: draw(rng, 0.3, 0.8), theta: draw(rng, 0.5, 2.0) }
        }
        AdstockFamily::WeibullCdf => {
            Adstock::WeibullCdf { scale: draw(rng, 1.0, 4.0), shape: draw(rng, 0.7, 2.0) }
        }
        AdstockFamily::WeibullPdf => {
            Adstock::WeibullPdf { scale: draw(rng, 1.5, 4.0), shape: draw(rng, 1.2, 2.5) }
        }
    }
}

fn saturation(settings: &FamilySettings, rng: &mut ChaCha8Rng) -> Saturation {
    let draw = |rng: &mut ChaCha8Rng, low, high| uniform(rng, (low, high));
    match pick(&settings.saturation, rng).unwrap_or(SaturationFamily::Hill) {
        SaturationFamily::Hill => Saturation::Hill { slope: 1.0, half: draw(rng, 0.5, 2.5) },
        SaturationFamily::HillSlope => {
            Saturation::Hill { slope: draw(rng, 0.8, 2.0), half: draw(rng, 0.5, 2.0) }
        }
        SaturationFamily::Logistic => Saturation::Logistic { rate: draw(rng, 0.5, 2.5) },
        SaturationFamily::MichaelisMenten => {
            Saturation::MichaelisMenten { half: draw(rng, 0.5, 2.5) }
        }
        SaturationFamily::Tanh => Saturation::Tanh { scale: draw(rng, 0.7, 2.0) },
    }
}

/// A draw from the law of returns or, without one, a log-normal draw, held to its range by drawing
/// again; in a range that is all but impossible, its nearer end.
fn roi(settings: &FamilySettings, rng: &mut ChaCha8Rng) -> f64 {
    if let Some(law) = settings.returns {
        return law.sample(rng);
    }
    let (low, high) = ordered(settings.roi_range);
    let mut value = settings.roi_median;
    for _ in 0..1_000 {
        value = settings.roi_median * (settings.roi_log_sd * normal(rng)).exp();
        if (low..=high).contains(&value) {
            return value;
        }
    }
    value.max(low).min(high)
}

pub(crate) fn pick<T: Copy>(items: &[T], rng: &mut ChaCha8Rng) -> Option<T> {
    items.len().checked_sub(1).and_then(|last| items.get(whole(rng, (0, last))).copied())
}

fn ordered((low, high): (f64, f64)) -> (f64, f64) {
    if low <= high { (low, high) } else { (high, low) }
}

pub(crate) fn uniform(rng: &mut ChaCha8Rng, range: (f64, f64)) -> f64 {
    let (low, high) = ordered(range);
    low + (high - low) * rng.random::<f64>()
}

pub(crate) fn whole(rng: &mut ChaCha8Rng, (low, high): (usize, usize)) -> usize {
    rng.random_range(low.min(high)..=low.max(high))
}
