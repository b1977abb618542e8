//! Presets: the peers' default models, equation by equation, and ours.

use indexmap::IndexMap;
use outlay_stats::distribution::Distribution;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::{
    AdstockFamily, AdstockSpec, Baseline, Controls, EffectDistribution, EffectQuantity, EffectSpec,
    Geo, Holdout, Holidays, KnotPlacement, Knots, Likelihood, LikelihoodFamily, MediaSpec, Order,
    Sampling, SaturationFamily, SaturationSpec, Scale, Scaling, Seasonality, Spec, Structure,
    TimeUnit, TreatmentBaseline, TreatmentQuantity, Treatments, UseEvidence, VERSION,
};

/// A named starting point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Preset {
    /// Ours: the default.
    Outlay,
    /// Google Meridian 2.1's default model, geo and national.
    Meridian,
    /// PyMC-Marketing 1.3's default `MMM`.
    PymcMarketing,
}

fn normal(mean: f64, sd: f64) -> Distribution {
    Distribution::Normal { mean, sd }
}

fn half_normal(sd: f64) -> Distribution {
    Distribution::HalfNormal { sd }
}

fn log_normal(mu: f64, sigma: f64) -> Distribution {
    Distribution::LogNormal { mu, sigma }
}

/// Shape and rate of a gamma distribution from its mean and standard deviation.
fn gamma_mean(mean: f64, sd: f64) -> Distribution {
    Distribution::Gamma { shape: (mean / sd).powi(2), rate: mean / (sd * sd) }
}

impl Preset {
    /// The name in a specification file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outlay => "outlay",
            Self::Meridian => "meridian",
            Self::PymcMarketing => "pymc-marketing",
        }
    }

    /// The whole specification.
    pub(crate) fn spec(self) -> Spec {
        match self {
            Self::Outlay => outlay(),
            Self::Meridian => meridian(),
            Self::PymcMarketing => pymc_marketing(),
        }
    }
}

/// PyMC-Marketing's default priors of every transform family.
fn pymc_adstock(max_lag: usize) -> AdstockSpec {
    AdstockSpec {
        family: AdstockFamily::Geometric,
        max_lag,
        unit: TimeUnit::Period,
        normalise: true,
        alpha: Distribution::Beta { alpha: 1.0, beta: 3.0 },
        theta: half_normal(1.0),
        lambda: gamma_mean(2.0, 1.0),
        k: gamma_mean(3.0, 1.0),
        horizon: Some(max_lag as f64 + 2.0),
    }
}

fn pymc_saturation(family: SaturationFamily) -> SaturationSpec {
    SaturationSpec {
        family,
        half_saturation: half_normal(1.5),
        slope: half_normal(1.5),
        lambda: Distribution::Gamma { shape: 3.0, rate: 1.0 },
        scale: half_normal(1.0),
        exponent: Distribution::Beta { alpha: 1.0, beta: 2.0 },
    }
}

fn effect(on: EffectQuantity, prior: Distribution) -> EffectSpec {
    EffectSpec { on, prior, source: "preset".to_owned() }
}

fn no_seasonality(prior: Distribution) -> Seasonality {
    Seasonality { yearly: 0, monthly: 0, weekly: 0, prior, sd: None }
}

fn no_holidays(prior: Distribution) -> Holidays {
    Holidays { countries: Vec::new(), prior, sd: None }
}

fn meridian() -> Spec {
    let adstock = AdstockSpec {
        alpha: Distribution::Uniform { low: 0.0, high: 1.0 },
        horizon: None,
        ..pymc_adstock(8)
    };
    let saturation = SaturationSpec {
        half_saturation: Distribution::TruncatedNormal { mean: 0.8, sd: 0.8, low: 0.1, high: 10.0 },
        slope: Distribution::Fixed { value: 1.0 },
        ..pymc_saturation(SaturationFamily::Hill)
    };
    let frequency = SaturationSpec {
        half_saturation: Distribution::ShiftedLogNormal { shift: 0.1, mu: 0.7, sigma: 0.4 },
        slope: log_normal(0.7, 0.4),
        ..saturation.clone()
    };
    let roi = effect(EffectQuantity::Roi, log_normal(0.2, 0.9));
    let share = effect(EffectQuantity::Contribution, Distribution::Beta { alpha: 1.0, beta: 99.0 });
    let media = |saturation: &SaturationSpec, effect: &EffectSpec| MediaSpec {
        order: Order::AdstockFirst,
        adstock: adstock.clone(),
        saturation: saturation.clone(),
        effect: effect.clone(),
    };
    Spec {
        version: VERSION,
        preset: Preset::Meridian,
        scaling: Scaling {
            kpi: Scale::Standardise,
            media: Scale::Median,
            controls: Scale::Standardise,
            per_capita: true,
        },
        baseline: Baseline {
            intercept: None,
            knots: Some(Knots {
                placement: KnotPlacement::Auto,
                prior: normal(0.0, 5.0),
                walk: None,
            }),
            trend: None,
            seasonality: no_seasonality(normal(0.0, 1.0)),
            holidays: no_holidays(normal(0.0, 1.0)),
        },
        controls: Controls {
            prior: normal(0.0, 5.0),
            geo_sd: Some(half_normal(5.0)),
            each: IndexMap::new(),
            neighbours: None,
            common_spending: None,
        },
        treatments: Treatments {
            on: TreatmentQuantity::Contribution,
            prior: Distribution::TruncatedNormal { mean: 0.0, sd: 0.1, low: -1.0, high: 1.0 },
            baseline: TreatmentBaseline::Min,
            geo_sd: Some(half_normal(5.0)),
            each: IndexMap::new(),
        },
        geo: Geo {
            level: normal(0.0, 5.0),
            media_effects: EffectDistribution::LogNormal,
            media_sd: half_normal(1.0),
        },
        media: media(&saturation, &roi),
        reach_frequency: media(&frequency, &roi),
        organic: media(&saturation, &share),
        organic_reach_frequency: media(&frequency, &share),
        channel: IndexMap::new(),
        likelihood: Likelihood {
            family: LikelihoodFamily::Normal,
            sigma: half_normal(5.0),
            sigma_per_geo: false,
            degrees_of_freedom: Distribution::Gamma { shape: 2.0, rate: 0.1 },
            autocorrelation: None,
            common: None,
            coarsening: None,
        },
        history: None,
        holdout: Holdout::default(),
        structure: Vec::new(),
        lift_test: Vec::new(),
        evidence: Vec::new(),
        use_evidence: UseEvidence::default(),
        sampling: sampling(),
    }
}

fn pymc_marketing() -> Spec {
    let media = MediaSpec {
        order: Order::AdstockFirst,
        adstock: pymc_adstock(7),
        saturation: pymc_saturation(SaturationFamily::Logistic),
        effect: effect(EffectQuantity::Coefficient, half_normal(2.0)),
    };
    let mut spec = meridian();
    spec.preset = Preset::PymcMarketing;
    spec.scaling =
        Scaling { kpi: Scale::Max, media: Scale::Max, controls: Scale::None, per_capita: false };
    spec.baseline = Baseline {
        intercept: Some(normal(0.0, 2.0)),
        knots: None,
        trend: None,
        seasonality: Seasonality {
            yearly: 2,
            ..no_seasonality(Distribution::Laplace { mean: 0.0, scale: 1.0 })
        },
        holidays: no_holidays(normal(0.0, 2.0)),
    };
    spec.controls = Controls {
        prior: normal(0.0, 2.0),
        geo_sd: None,
        each: IndexMap::new(),
        neighbours: None,
        common_spending: None,
    };
    spec.treatments = Treatments {
        on: TreatmentQuantity::Coefficient,
        prior: normal(0.0, 2.0),
        geo_sd: None,
        ..spec.treatments
    };
    spec.reach_frequency =
        MediaSpec { saturation: pymc_saturation(SaturationFamily::Hill), ..media.clone() };
    spec.organic = media.clone();
    spec.organic_reach_frequency = spec.reach_frequency.clone();
    spec.media = media;
    spec.likelihood.sigma = half_normal(2.0);
    spec
}

/// Ours. A channel may do nothing. Carry-over is a Weibull delay that may decay, linger or peak late;
/// the slope of saturation is free, up to thresholds; the level is a smooth walk whose stiffness is learned, seasons and holidays share
/// learned scales, noise remembers, and data counts for what a wrong structure leaves of it. Effects
/// may add, multiply, or add under noise that strays far. Windows and knots are told in weeks, so
/// that daily data is treated alike.
fn outlay() -> Spec {
    let mut spec = meridian();
    spec.preset = Preset::Outlay;
    let adstock = AdstockSpec {
        family: AdstockFamily::Weibull,
        max_lag: 20,
        unit: TimeUnit::Week,
        lambda: log_normal(0.7, 0.9),
        k: log_normal(0.1, 0.4),
        ..spec.media.adstock.clone()
    };
    let saturation = SaturationSpec {
        half_saturation: log_normal(-0.1, 0.7),
        slope: log_normal(0.1, 0.5),
        lambda: log_normal(0.3, 0.7),
        ..spec.media.saturation.clone()
    };
    let frequency = spec.reach_frequency.saturation.clone();
    // One channel in ten does nothing: without room for it no interval could ever hold a zero.
    let returns = Distribution::RectifiedLogNormal { zero: 0.1, mu: 0.2, sigma: 0.7 };
    let roi = effect(EffectQuantity::Roi, returns);
    let share = effect(EffectQuantity::Contribution, Distribution::Beta { alpha: 1.0, beta: 30.0 });
    let media = |saturation: &SaturationSpec, effect: &EffectSpec| MediaSpec {
        order: Order::AdstockFirst,
        adstock: adstock.clone(),
        saturation: saturation.clone(),
        effect: effect.clone(),
    };
    spec.media = media(&saturation, &roi);
    spec.reach_frequency = media(&frequency, &roi);
    spec.organic = media(&saturation, &share);
    spec.organic_reach_frequency = media(&frequency, &share);
    spec.baseline = Baseline {
        intercept: None,
        knots: Some(Knots {
            placement: KnotPlacement::EveryWeeks(8),
            prior: normal(0.0, 8.0),
            walk: Some(half_normal(0.15)),
        }),
        trend: None,
        seasonality: Seasonality {
            yearly: 3,
            weekly: 3,
            sd: Some(half_normal(0.5)),
            ..no_seasonality(normal(0.0, 1.0))
        },
        holidays: Holidays { sd: Some(half_normal(0.5)), ..no_holidays(normal(0.0, 1.0)) },
    };
    spec.controls.prior = normal(0.0, 1.0);
    spec.controls.geo_sd = Some(half_normal(0.5));
    spec.treatments.geo_sd = Some(half_normal(0.5));
    spec.geo.level = normal(0.0, 3.0);
    spec.controls.common_spending = Some(half_normal(0.3));
    spec.geo.media_sd = half_normal(0.25);
    // Data seldom begin where a brand began.
    spec.history = Some(Distribution::Uniform { low: 0.0, high: 1.2 });
    spec.likelihood.sigma = half_normal(1.0);
    spec.likelihood.common = Some(half_normal(0.5));
    spec.likelihood.autocorrelation = Some(Distribution::Beta { alpha: 1.5, beta: 2.5 });
    spec.likelihood.coarsening = Some(400.0);
    spec.sampling.warmup = 500;
    spec.structure = vec![
        Structure { name: "additive".to_owned(), set: Table::new() },
        Structure { name: "multiplicative".to_owned(), set: multiplicative() },
        Structure { name: "robust".to_owned(), set: robust() },
    ];
    spec
}

/// A distribution as a specification file has it.
fn value(prior: &Distribution) -> Value {
    Value::try_from(prior).unwrap_or(Value::Boolean(false))
}

/// What differs where effects multiply: the KPI is a multiple of its mean and enters as its
/// logarithm, so that priors on it are told in shares.
fn multiplicative() -> Table {
    let prior = |key: &str, prior: &Distribution| (key.to_owned(), value(prior));
    let table = |entries: Vec<(String, Value)>| Value::Table(entries.into_iter().collect());
    let word = |key: &str, value: &str| (key.to_owned(), Value::String(value.to_owned()));
    let under = |key: &str, entries: Vec<(String, Value)>| (key.to_owned(), table(entries));
    [
        under("scaling", vec![word("kpi", "mean")]),
        under("likelihood", vec![word("family", "log-normal"), prior("sigma", &half_normal(0.3))]),
        under(
            "controls",
            vec![
                prior("prior", &normal(0.0, 0.2)),
                prior("geo_sd", &half_normal(0.1)),
                prior("common_spending", &half_normal(0.06)),
            ],
        ),
        under(
            "treatments",
            vec![
                word("on", "coefficient"),
                prior("prior", &normal(0.0, 0.2)),
                prior("geo_sd", &half_normal(0.1)),
            ],
        ),
        under("geo", vec![prior("level", &normal(0.0, 1.0))]),
        under(
            "baseline",
            vec![
                under(
                    "knots",
                    vec![prior("prior", &normal(0.0, 1.0)), prior("walk", &half_normal(0.04))],
                ),
                under("seasonality", vec![prior("sd", &half_normal(0.15))]),
                under("holidays", vec![prior("sd", &half_normal(0.15))]),
            ],
        ),
    ]
    .into_iter()
    .collect()
}

/// What differs where single periods stray far: innovations with four degrees of freedom (Lange,
/// Little and Taylor 1989), fixed, because learned ones have several modes where a few periods are
/// far off. Only for one series: what geos share of the noise is no part of it.
fn robust() -> Table {
    let likelihood: Table = [
        ("family".to_owned(), Value::String("student-t".to_owned())),
        ("degrees_of_freedom".to_owned(), value(&Distribution::Fixed { value: 4.0 })),
    ]
    .into_iter()
    .collect();
    [("likelihood".to_owned(), Value::Table(likelihood))].into_iter().collect()
}

/// Starting points are good and what is linear is integrated out: chains settle within a few dozen
/// draws.
fn sampling() -> Sampling {
    Sampling { chains: 4, warmup: 300, draws: 1000, target_accept: 0.8 }
}
