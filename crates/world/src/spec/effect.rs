//! Keys of what media do: carry-over, response, size, and how it changes.

use serde::{Deserialize, Serialize};

/// How an effect spreads over later periods; weights over lags `0..=max_lag` sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Adstock {
    /// Nothing carries over.
    None {},
    /// `alpha^l`.
    Geometric {
        /// Retention from one period to the next (0 to below 1).
        alpha: f64,
    },
    /// `alpha^((l - theta)^2)`: the peak comes later.
    Delayed {
        /// Retention (above 0, below 1).
        alpha: f64,
        /// Lag of the peak, in periods.
        theta: f64,
    },
    /// `(1 - l / L)^(1 / alpha - 1)` with `L = max_lag + 1`: reaches zero at the window's end.
    Binomial {
        /// Retention (above 0, at most 1).
        alpha: f64,
    },
    /// Running product of Weibull survival.
    WeibullCdf {
        /// Scale, in periods.
        scale: f64,
        /// Shape: below 1 falls fast first, above 1 falls late.
        shape: f64,
    },
    /// Weibull density at `l + 1`, shifted so that its smallest value in the window is 0.
    WeibullPdf {
        /// Scale, in periods.
        scale: f64,
        /// Shape: above 1 peaks later.
        shape: f64,
    },
    /// `(1 - share) f^l / sum f^l + share s^l / sum s^l`: most is soon gone, some stays long.
    TwoSpeed {
        /// Retention of the fast part (0 to below 1).
        fast: f64,
        /// Retention of the slow part (0 to below 1).
        slow: f64,
        /// Share of the slow part (0..1).
        share: f64,
    },
    /// `(1 + l / scale)^-exponent`: an ever slower decay.
    PowerLaw {
        /// Periods until the decay shows.
        scale: f64,
        /// Steepness.
        exponent: f64,
    },
    /// `(x exp(1 - x))^shape` with `x = (l + 1) / (peak + 1)`: the shape of a gamma density.
    LatePeak {
        /// Lag of the peak, in periods.
        peak: f64,
        /// Narrowness; above 0.
        shape: f64,
    },
    /// The same for a number of periods, then nothing.
    Plateau {
        /// Periods that it lasts, the first included.
        periods: usize,
    },
}

/// How an effect levels off.
///
/// The argument `z` is exposure per head relative to the channel's average over the periods in
/// which it runs; for reach and frequency it is the frequency itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Saturation {
    /// `z`: it does not level off.
    None {},
    /// `z^slope / (z^slope + half^slope)`.
    Hill {
        /// Steepness; above 1 the curve is an S.
        slope: f64,
        /// Where half of the most is reached.
        half: f64,
    },
    /// `(1 - exp(-rate z)) / (1 + exp(-rate z))`.
    Logistic {
        /// Steepness.
        rate: f64,
    },
    /// `z / (z + half)`.
    MichaelisMenten {
        /// Where half of the most is reached.
        half: f64,
    },
    /// `tanh(z / scale)`.
    Tanh {
        /// Where 76 % of the most is reached.
        scale: f64,
    },
    /// `z^exponent`.
    Power {
        /// Above 0, at most 1; above 0.9 hardly bent.
        exponent: f64,
    },
    /// `(z - level) / (z - level + half)` above `level`, nothing below it.
    Threshold {
        /// Level that must be passed.
        level: f64,
        /// Level above it where half of the most is reached.
        half: f64,
    },
    /// `1 / (1 + exp(-steep (z - centre)))`, less its value at zero.
    SCurve {
        /// Level of the steepest rise.
        centre: f64,
        /// Steepness.
        steep: f64,
    },
    /// `ln(1 + z / scale)`: ever flatter, never at an end.
    Logarithmic {
        /// Level until which it is nearly straight.
        scale: f64,
    },
    /// `z` up to `at`, then with another slope.
    Kinked {
        /// Level of the kink.
        at: f64,
        /// Slope beyond it (0..1); a quarter unless given.
        #[serde(default = "quarter")]
        then: f64,
    },
    /// `(1 - share) (1 - exp(-z / fast)) + share (1 - exp(-z / slow))`: one audience is soon
    /// reached, another late.
    TwoAudience {
        /// Level at which 63 % of the easy audience is reached.
        fast: f64,
        /// Level at which 63 % of the hard one is reached.
        slow: f64,
        /// Share of the hard one (0..1).
        share: f64,
    },
}

/// Order of the two transforms (for reach and frequency saturation always comes first).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Carry over, then level off.
    #[default]
    AdstockFirst,
    /// Level off, then carry over.
    SaturationFirst,
}

/// How large the true effect is, over the periods of the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Outcome per unit of spend (KPI units where the worth of one is not known).
    Roi(f64),
    /// Contribution as a share of the expected KPI.
    Share(f64),
    /// Spend per KPI unit brought.
    Cpa(f64),
}

/// How a channel's effect changes over the data; the factor is 1 on average.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Change {
    /// On a straight line.
    Linear {
        /// Last factor minus first, between -1.9 and 1.9.
        total: f64,
    },
    /// As a random walk of its logarithm.
    Walk {
        /// Standard deviation of the walk after one year.
        per_year: f64,
    },
}

/// One channel's pressure raises what another brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halo {
    /// The paid channel that gains.
    pub to: String,
    /// Share that its effect gains where this channel's response is at its average over the data.
    pub gain: f64,
}

fn quarter() -> f64 {
    0.25
}
