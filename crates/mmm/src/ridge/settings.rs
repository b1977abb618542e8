//! What a user may set, with Robyn's recommendations as defaults.

use chrono::NaiveDate;
use indexmap::IndexMap;
use outlay_core::Granularity;
use serde::{Deserialize, Serialize};

use super::error::RidgeError;

/// Carry-over family, one for all channels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdstockFamily {
    /// `a_t = x_t + θ a_{t-1}`; one hyper-parameter.
    #[default]
    Geometric,
    /// Weights follow a min-max-normalised Weibull density: the peak may come late.
    WeibullPdf,
    /// Weights are the running product of Weibull survival: no late peak, flexible decay.
    WeibullCdf,
}

/// How far the regression's coefficients are iterated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// The minimum itself: coordinate descent, finished by an active-set step.
    #[default]
    Exact,
    /// Coordinate descent in glmnet's order, stopped at glmnet's threshold of `1e-7`: the
    /// peer's numbers, which stop up to a few per cent short of the minimum when regressors
    /// are collinear.
    Glmnet,
}

/// What happens when the intercept comes out negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterceptRule {
    /// Fit again without intercept.
    #[default]
    NonNegative,
    /// Keep it.
    Free,
}

/// Sign that a coefficient must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// Zero or more: the default of media.
    Positive,
    /// Zero or less.
    Negative,
    /// Unbounded: the default of controls and treatments.
    Free,
}

/// Component of the baseline that is taken out of the KPI before the regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// Piecewise linear with penalised changepoints.
    Trend,
    /// Yearly Fourier series.
    Season,
    /// Fourier series of period 30.5 days.
    Monthly,
    /// Weekly Fourier series; for daily data.
    Weekday,
    /// Sum of the effects of [`RidgeSettings::holidays`].
    Holiday,
}

impl Component {
    /// Name of the regressor.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Season => "season",
            Self::Monthly => "monthly",
            Self::Weekday => "weekday",
            Self::Holiday => "holiday",
        }
    }
}

/// What the candidate models are clustered on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterBy {
    /// Return on spend of the paid channels.
    #[default]
    Roi,
    /// Hyper-parameters on the unit box.
    Hyperparameters,
}

/// Which models the reported spread is over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// The candidates in the cluster of the chosen model; all of them when it has fewer than five.
    #[default]
    Cluster,
    /// Every candidate on the kept Pareto fronts.
    Pareto,
}

/// Lower and upper end of a hyper-parameter; equal ends fix it.
pub type Interval = [f64; 2];

/// Hyper-parameter boxes of one channel; what is left out takes the recommended box.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelBoxes {
    /// Hill exponent, within (0, 10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<Interval>,
    /// Inflexion as a share of the largest adstocked value, within (0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gamma: Option<Interval>,
    /// Geometric retention per period, within [0, 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theta: Option<Interval>,
    /// Weibull shape, within [0, 20).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Interval>,
    /// Weibull scale as a quantile of the history's length, within [0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Interval>,
    /// Sign of the coefficient; positive unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
}

/// Days on which something happened every year, or once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Name; holidays of the same name share one effect.
    pub name: String,
    /// Days. The regressor counts how many fall into a period.
    pub dates: Vec<NaiveDate>,
}

/// What a lift test measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiftScope {
    /// Only what spend within the study brought.
    #[default]
    Immediate,
    /// Also the carry-over of earlier spend.
    Total,
}

/// A measured lift that MAPE.LIFT holds the models to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiftTest {
    /// Channels that the study switched; their effects are added up.
    pub channels: Vec<String>,
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: NaiveDate,
    /// Absolute lift in KPI units over the whole study.
    pub lift: f64,
    /// What it counts.
    #[serde(default)]
    pub scope: LiftScope,
}

/// Everything that shapes a ridge search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RidgeSettings {
    /// Hyper-parameter vectors tried per trial.
    pub iterations: usize,
    /// Independent searches.
    pub trials: usize,
    /// Carry-over family.
    pub adstock: AdstockFamily,
    /// Split the window into train, validation and test blocks and search on the validation
    /// error.
    pub validation: bool,
    /// Box of the share of periods to train on.
    pub train_size: Interval,
    /// Box of the position of λ between its smallest and largest value.
    pub lambda: Interval,
    /// Search a penalty factor in [0, 1] per regressor, too.
    pub penalty_factors: bool,
    /// Multiply DECOMP.RSSD by one plus the share of channels without effect.
    pub zero_effect_penalty: bool,
    /// Round spend shares to four decimals as the Python port of Robyn does.
    pub round_spend_share: bool,
    /// Rule for a negative intercept.
    pub intercept: InterceptRule,
    /// How far coefficients are iterated.
    pub solver: Solver,
    /// Baseline components; chosen by length and granularity of the data when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub components: Option<Vec<Component>>,
    /// First day of the modelling window; media before it still carries over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_start: Option<NaiveDate>,
    /// Last day of the modelling window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_end: Option<NaiveDate>,
    /// Scale of NRMSE, DECOMP.RSSD and MAPE.LIFT before they are weighed together.
    pub objective_weights: [f64; 3],
    /// Pareto fronts are kept until they hold this many candidates.
    pub candidates_min: usize,
    /// What candidates are clustered on.
    pub cluster_by: ClusterBy,
    /// Number of clusters; chosen by the elbow rule when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<usize>,
    /// Which models the reported spread is over.
    pub spread: Spread,
    /// Boxes per channel, by name.
    pub channels: IndexMap<String, ChannelBoxes>,
    /// Signs of controls and treatments, by name.
    pub signs: IndexMap<String, Sign>,
    /// Holidays for the baseline.
    pub holidays: Vec<Holiday>,
    /// Lift tests to calibrate with.
    pub lift_tests: Vec<LiftTest>,
}

impl Default for RidgeSettings {
    fn default() -> Self {
        Self {
            iterations: 2000,
            trials: 5,
            adstock: AdstockFamily::Geometric,
            validation: true,
            train_size: [0.5, 0.8],
            lambda: [0.0, 1.0],
            penalty_factors: false,
            zero_effect_penalty: true,
            round_spend_share: false,
            intercept: InterceptRule::NonNegative,
            solver: Solver::Exact,
            components: None,
            window_start: None,
            window_end: None,
            objective_weights: [1.0; 3],
            candidates_min: 100,
            cluster_by: ClusterBy::Roi,
            clusters: None,
            spread: Spread::Cluster,
            channels: IndexMap::new(),
            signs: IndexMap::new(),
            holidays: Vec::new(),
            lift_tests: Vec::new(),
        }
    }
}

impl RidgeSettings {
    /// Checks everything that needs no data.
    ///
    /// # Errors
    /// [`RidgeError::Setting`] or [`RidgeError::LiftTest`] for the first impossible value.
    pub fn validate(&self) -> Result<(), RidgeError> {
        let refuse = |key: &str, problem: &str| {
            Err(RidgeError::Setting { key: key.to_owned(), problem: problem.to_owned() })
        };
        if !(1..=1_000_000).contains(&self.iterations) {
            return refuse("iterations", "must lie between 1 and 1000000");
        }
        if !(1..=1000).contains(&self.trials) {
            return refuse("trials", "must lie between 1 and 1000");
        }
        if self.clusters.is_some_and(|k| !(1..=20).contains(&k)) {
            return refuse("clusters", "must lie between 1 and 20");
        }
        if self.objective_weights.iter().any(|w| !(w.is_finite() && *w > 0.0)) {
            return refuse("objective_weights", "must be three positive numbers");
        }
        check("train_size", self.train_size, 0.1, 0.95)?;
        check("lambda", self.lambda, 0.0, 1.0)?;
        for (name, boxes) in &self.channels {
            let key = |part: &str| format!("channels.{name}.{part}");
            // Open ends of Robyn's hard limits, as the nearest value that a search can reach.
            for (part, interval, low, high) in [
                ("alpha", boxes.alpha, 1e-3, 10.0 - 1e-9),
                ("gamma", boxes.gamma, 1e-6, 1.0),
                ("theta", boxes.theta, 0.0, 1.0 - 1e-9),
                ("shape", boxes.shape, 0.0, 20.0 - 1e-9),
                ("scale", boxes.scale, 0.0, 1.0),
            ] {
                if let Some(interval) = interval {
                    check(&key(part), interval, low, high)?;
                }
            }
        }
        for (i, test) in self.lift_tests.iter().enumerate() {
            let refuse = |problem: &str| {
                Err(RidgeError::LiftTest { index: i + 1, problem: problem.to_owned() })
            };
            if test.channels.is_empty() {
                return refuse("names no channel: say which channels were switched");
            }
            if test.end < test.start {
                return refuse("ends before it starts: swap `start` and `end`");
            }
            if !test.lift.is_finite() || test.lift == 0.0 {
                return refuse("needs a lift that is a number and not zero");
            }
        }
        Ok(())
    }
}

fn check(key: &str, [low, high]: Interval, min: f64, max: f64) -> Result<(), RidgeError> {
    let inside = |v: f64| v.is_finite() && (min..=max).contains(&v);
    if inside(low) && inside(high) && low <= high {
        return Ok(());
    }
    let problem = format!("must be [low, high] within {min} and {max}, not [{low}, {high}]");
    Err(RidgeError::Setting { key: key.to_owned(), problem })
}

/// Weekly retention that Robyn recommends by the kind of medium, told from its name.
///
/// Television 0.3 to 0.8; out of home, print, radio and mail 0.1 to 0.4; everything else counts
/// as digital, 0 to 0.3.
pub fn recommended_weekly_theta(channel: &str) -> Interval {
    const TELEVISION: &[&str] = &["tv", "television", "broadcast", "linear", "atv"];
    const OFFLINE: &[&str] = &[
        "ooh",
        "dooh",
        "outdoor",
        "billboard",
        "billboards",
        "poster",
        "posters",
        "print",
        "newspaper",
        "newspapers",
        "magazine",
        "magazines",
        "radio",
        "audio",
        "cinema",
        "mail",
        "mailing",
        "catalog",
        "catalogue",
        "flyer",
        "flyers",
        "leaflet",
        "newsletter",
        "event",
        "events",
        "sponsorship",
    ];
    let lower = channel.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let any = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let digital = any(&["online", "digital", "connected", "ctv"]);
    if any(TELEVISION) && !digital {
        [0.3, 0.8]
    } else if any(OFFLINE) && !any(&["online", "digital"]) {
        [0.1, 0.4]
    } else {
        [0.0, 0.3]
    }
}

/// Recommended boxes of a channel with the user's over them, in the order alpha, gamma, then
/// theta (geometric) or shape and scale (Weibull).
///
/// Robyn's recommendation for θ is per week; for other granularities it is turned into the
/// retention per period that leaves the same share after a week.
pub(crate) fn boxes(
    channel: &str,
    set: Option<&ChannelBoxes>,
    family: AdstockFamily,
    granularity: Granularity,
) -> Vec<(&'static str, Interval)> {
    let pick =
        |f: fn(&ChannelBoxes) -> Option<Interval>, default| set.and_then(f).unwrap_or(default);
    let mut out =
        vec![("alpha", pick(|b| b.alpha, [0.5, 3.0])), ("gamma", pick(|b| b.gamma, [0.3, 1.0]))];
    match family {
        AdstockFamily::Geometric => {
            let weeks_per_period = 365.25 / 7.0 / granularity.per_year();
            let per_period = recommended_weekly_theta(channel).map(|v| v.powf(weeks_per_period));
            out.push(("theta", pick(|b| b.theta, per_period)));
        }
        AdstockFamily::WeibullPdf | AdstockFamily::WeibullCdf => {
            let widest = if family == AdstockFamily::WeibullPdf { 10.0 } else { 2.0 };
            out.push(("shape", pick(|b| b.shape, [1e-4, widest])));
            out.push(("scale", pick(|b| b.scale, [0.0, 0.1])));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_medium() {
        assert_eq!(recommended_weekly_theta("tv_S"), [0.3, 0.8]);
        assert_eq!(recommended_weekly_theta("OOH spend"), [0.1, 0.4]);
        assert_eq!(recommended_weekly_theta("facebook_S"), [0.0, 0.3]);
        assert_eq!(recommended_weekly_theta("connected_tv"), [0.0, 0.3]);
    }

    #[test]
    fn daily_retention_keeps_the_weekly_share() {
        let daily = boxes("tv", None, AdstockFamily::Geometric, Granularity::Day);
        let (_, [low, _]) = daily[2];
        assert!((low.powi(7) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn settings_round_trip_through_toml_and_refuse_nonsense() {
        let text = "iterations = 500\nadstock = \"weibull-pdf\"\n[channels.tv]\nalpha = [1.0, 2.0]\n\
                    [[lift_tests]]\nchannels = [\"tv\"]\nstart = \"2024-01-01\"\nend = \"2024-02-01\"\nlift = 10.0\n";
        let settings: RidgeSettings = toml::from_str(text).unwrap();
        settings.validate().unwrap();
        let again: RidgeSettings = toml::from_str(&toml::to_string(&settings).unwrap()).unwrap();
        assert_eq!(again, settings);
        assert!(toml::from_str::<RidgeSettings>("iteratons = 5").is_err());
        for bad in [
            "iterations = 0",
            "train_size = [0.9, 0.5]",
            "[channels.tv]\ntheta = [0.0, 1.0]",
            "[channels.tv]\nalpha = [0.0, 3.0]",
            "objective_weights = [1.0, 0.0, 1.0]",
        ] {
            let settings: RidgeSettings = toml::from_str(bad).unwrap();
            assert!(settings.validate().is_err(), "{bad}");
        }
    }
}
