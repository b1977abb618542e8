//! What a fit answers, in the form that files, the API and pages share (`summary.json`).
//!
//! Money amounts are in units of the panel's currency, shares lie in 0..1, outcomes are in
//! revenue where revenue is known and in KPI units otherwise ([`DataSummary::outcome_unit`]).

use chrono::NaiveDate;
use indexmap::IndexMap;
use outlay_stats::distribution::Distribution;
use serde::{Deserialize, Serialize};

/// Name and version of the schema of `summary.json`.
pub const SCHEMA: &str = "outlay/summary/1";

/// Mean, standard deviation and quantiles over posterior draws. What a file gives as `null` has no
/// bound: a cost per outcome of a channel that may bring nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// Posterior mean.
    #[serde(deserialize_with = "unbounded")]
    pub mean: f64,
    /// Posterior standard deviation.
    #[serde(deserialize_with = "unbounded")]
    pub sd: f64,
    /// 5 % quantile: lower end of the 90 % interval.
    #[serde(deserialize_with = "unbounded")]
    pub q05: f64,
    /// 25 % quantile: lower end of the 50 % interval.
    #[serde(deserialize_with = "unbounded")]
    pub q25: f64,
    /// Median.
    #[serde(deserialize_with = "unbounded")]
    pub q50: f64,
    /// 75 % quantile.
    #[serde(deserialize_with = "unbounded")]
    pub q75: f64,
    /// 95 % quantile.
    #[serde(deserialize_with = "unbounded")]
    pub q95: f64,
}

/// An [`Estimate`] whose figures may have no bound, as files and the API write it.
#[cfg(feature = "schema")]
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
pub struct UnboundedEstimate {
    #[schema(required)]
    mean: Option<f64>,
    #[schema(required)]
    sd: Option<f64>,
    #[schema(required)]
    q05: Option<f64>,
    #[schema(required)]
    q25: Option<f64>,
    #[schema(required)]
    q50: Option<f64>,
    #[schema(required)]
    q75: Option<f64>,
    #[schema(required)]
    q95: Option<f64>,
}

/// `null` is infinite.
fn unbounded<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::INFINITY))
}

impl Estimate {
    /// The same figures of a distribution that needs no draws: a prior's.
    pub fn of(distribution: &Distribution) -> Self {
        let q = |p| distribution.quantile(p);
        Self {
            mean: distribution.mean(),
            sd: distribution.sd(),
            q05: q(0.05),
            q25: q(0.25),
            q50: q(0.5),
            q75: q(0.75),
            q95: q(0.95),
        }
    }
}

/// An estimate with its convergence diagnostics (Vehtari et al. 2021).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ParameterSummary {
    /// Mean, sd and quantiles.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// Rank-normalised split R-hat; `null` where it is undefined (a constant).
    pub rhat: Option<f64>,
    /// Bulk effective sample size.
    pub ess_bulk: Option<f64>,
    /// Tail effective sample size.
    pub ess_tail: Option<f64>,
}

/// Quantiles of a series, one entry per period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BandSeries {
    /// 5 % quantiles.
    pub q05: Vec<f64>,
    /// 25 % quantiles.
    pub q25: Vec<f64>,
    /// Medians.
    pub q50: Vec<f64>,
    /// 75 % quantiles.
    pub q75: Vec<f64>,
    /// 95 % quantiles.
    pub q95: Vec<f64>,
    /// Means; means of parts add up to the mean of the whole.
    pub mean: Vec<f64>,
}

/// The data behind a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DataSummary {
    /// Fingerprint of the panel.
    pub fingerprint: String,
    /// Name of the source (a file name, a world's name).
    pub source: String,
    /// KPI column.
    pub kpi: String,
    /// What outcomes are counted in: a currency code, or the KPI's name.
    pub outcome_unit: String,
    /// Whether outcomes are money, so that ROI has no unit.
    pub outcome_is_money: bool,
    /// Currency of spend, where known.
    pub currency: Option<String>,
    /// `day`, `week` or `month`.
    #[cfg_attr(feature = "schema", schema(value_type = outlay_core::Granularity))]
    pub granularity: String,
    /// First period.
    pub start: NaiveDate,
    /// Last period.
    pub end: NaiveDate,
    /// Number of periods.
    pub periods: usize,
    /// Geo names.
    pub geos: Vec<String>,
    /// Total outcome of all periods and geos.
    pub total_outcome: f64,
    /// Total spend of all channels.
    pub total_spend: f64,
}

/// One of several structures that were weighed against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StructureSummary {
    /// Its weight in every answer; weights sum to one.
    pub weight: f64,
    /// Expected log predictive density, leave-one-out, in units of the KPI per head.
    pub elpd: Option<f64>,
    /// How far that lies behind the best structure's.
    pub elpd_behind: Option<f64>,
    /// Largest Pareto k-hat of the leave-one-out densities (above 0.7: a rough estimate).
    pub khat: Option<f64>,
    /// Return on spend of each paid channel under this structure alone.
    pub roi: IndexMap<String, Estimate>,
}

/// Channels that the data cannot tell apart, from each other or from what comes without media, with
/// what it says of them together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct JointEffect {
    /// The channels, in the order of the panel; one alone where it looks like the baseline.
    pub channels: Vec<String>,
    /// Why they cannot be told apart.
    pub reason: JointReason,
    /// The strongest correlation that ties two of them: of exposure or spend over periods
    /// (`ran-together`), or of contributions over draws (`trade-off`).
    pub correlation: Option<f64>,
    /// Their total spend.
    pub spend: f64,
    /// Outcome that they brought together.
    pub contribution: Estimate,
    /// The same per unit of spend.
    pub roi: Estimate,
    /// What this means and what to do about it, in one sentence.
    pub sentence: String,
}

/// Why channels cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum JointReason {
    /// Their exposure moved together all the time.
    RanTogether,
    /// Over the draws one brings more where the other brings less.
    TradeOff,
    /// The channel hardly varied, so that its effect looks like the level of the baseline.
    NeverVaried,
    /// The posterior stayed where the prior was.
    PriorUnmoved,
}

/// What one channel brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelSummary {
    /// `paid` or `organic`.
    pub kind: ChannelKind,
    /// Total spend (0 for organic channels).
    pub spend: f64,
    /// Share of total spend.
    pub spend_share: f64,
    /// Outcome brought over the whole period.
    pub contribution: Estimate,
    /// Contribution as a share of the actual total outcome.
    pub contribution_share: Estimate,
    /// Contribution per unit of spend; `null` without spend.
    pub roi: Option<Estimate>,
    /// Return on the next unit of spend, at one per cent more; `null` without spend.
    pub mroi: Option<Estimate>,
    /// Spend per KPI unit brought; `null` without spend. Quantiles are of the ratio: infinite (in a
    /// file `null`) as far as the channel may bring nothing.
    #[cfg_attr(feature = "schema", schema(value_type = Option<UnboundedEstimate>))]
    pub cpa: Option<Estimate>,
    /// Share of the contribution that comes in periods after the exposure.
    pub carryover_share: Estimate,
    /// (q95 - q05) / (2 mean) of ROI; `null` without spend.
    pub roi_uncertainty: Option<f64>,
    /// Probability that the channel brings nothing at all; `null` where its prior leaves no room for
    /// that.
    #[serde(default)]
    pub no_effect: Option<f64>,
    /// How strong a demand that nobody measured would have to be to halve the answer; `null`
    /// without spend or effect, and where no model stands behind the answer.
    #[serde(default)]
    pub hidden_demand: Option<HiddenDemand>,
    /// Response to spend, historical flighting kept.
    pub response: Option<ResponseCurve>,
    /// Weight of the effect 0, 1, … periods after the exposure (sums to 1).
    pub adstock: BandSeries,
    /// Saturation: effect relative to its value at the highest observed level, over levels from
    /// 0 to 1.5 times that level.
    pub saturation: Curve,
    /// The prior beside the posterior of the effect size.
    pub prior: Option<PriorShift>,
}

impl Summary {
    /// Channels whose 90 % interval reaches down to no effect at all, with the probability of it.
    pub fn perhaps_nothing(&self) -> Vec<(&str, f64)> {
        let open = |c: &ChannelSummary| c.no_effect.filter(|_| c.contribution.q05 <= 0.0);
        self.channels.iter().filter_map(|(name, c)| Some((name.as_str(), open(c)?))).collect()
    }

    /// Channels by how weak a hidden demand would halve their return, the weakest first.
    pub fn by_hidden_demand(&self) -> Vec<(&str, &HiddenDemand)> {
        let known = self.channels.iter();
        let mut all: Vec<_> =
            known.filter_map(|(n, c)| Some((n.as_str(), c.hidden_demand.as_ref()?))).collect();
        all.sort_by(|a, b| a.1.halves.total_cmp(&b.1.halves));
        all
    }
}

/// What a demand that nobody measured would do to a channel's answer (Cinelli and Hazlett 2020).
/// Shares are partial R²: of what baseline, controls and the other channels leave unexplained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HiddenDemand {
    /// Robustness value for half of the return: a demand that explained this share of both the
    /// channel's exposure and the KPI would halve it; a weaker one would not.
    pub halves: f64,
    /// Observed demand (controls and seasons) as a measure of what there may be, the one whose like
    /// would take most of the return first.
    pub references: Vec<DemandReference>,
    /// What this means, in one sentence.
    pub sentence: String,
}

/// An observed demand, as a measure of one that is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DemandReference {
    /// Name of the control, or `seasonality`.
    pub name: String,
    /// Share of the channel's exposure that it explains.
    pub exposure: f64,
    /// Share of the KPI that it explains.
    pub outcome: f64,
    /// Share of the return that would be left beside a hidden demand as strong as this one.
    pub left: f64,
}

impl DemandReference {
    /// What it is called in a sentence or a cell: the control's own name, or `the seasons`.
    pub fn known_as(&self) -> &str {
        if self.name == "seasonality" { "the seasons" } else { &self.name }
    }
}

/// Whether money buys the exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ChannelKind {
    /// Bought.
    Paid,
    /// Not bought.
    Organic,
}

/// A curve with its band.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = SaturationCurve))]
pub struct Curve {
    /// Abscissa.
    pub x: Vec<f64>,
    /// Ordinate with quantiles.
    pub y: BandSeries,
}

/// Outcome and marginal return against spend.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ResponseCurve {
    /// Spend as a multiple of the historical spend.
    pub multiplier: Vec<f64>,
    /// Total spend at each point.
    pub spend: Vec<f64>,
    /// Outcome at each point.
    pub outcome: BandSeries,
    /// Return on the next unit of spend at each point.
    pub marginal: BandSeries,
    /// Multiplier up to which single periods were observed; beyond it the curve is extrapolated.
    pub observed_to: f64,
}

/// How far the data moved a prior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PriorShift {
    /// What the prior is on: `roi`, `mroi`, `contribution` or `coefficient`.
    pub quantity: String,
    /// The prior.
    pub prior: Estimate,
    /// The posterior of the same quantity.
    pub posterior: Estimate,
    /// 1 - posterior 90 % width / prior 90 % width.
    pub shrinkage: f64,
    /// Where the prior comes from (`preset`, `user`, `experiment`, `uplift`, `ltv`, `benchmark`, `posterior`).
    pub source: String,
}

/// Outcome over time and its parts; `baseline + controls-free parts + channels = predicted`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Decomposition {
    /// First days of the periods.
    pub dates: Vec<NaiveDate>,
    /// Observed outcome.
    pub actual: Vec<f64>,
    /// Expected outcome (of the mean).
    pub expected: BandSeries,
    /// Outcome with observation noise: where a new observation would fall.
    pub predictive: BandSeries,
    /// What would have come without media.
    pub baseline: BandSeries,
    /// Contribution of each channel.
    pub channels: IndexMap<String, BandSeries>,
    /// Parts of the baseline (`trend`, `seasonality`, `holidays`, each control, …), means.
    pub baseline_parts: IndexMap<String, Vec<f64>>,
    /// Whether the period was held out of the fit.
    pub held_out: Vec<bool>,
}

/// How well the model describes the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FitQuality {
    /// Explained variance of national outcome per period.
    pub r2: f64,
    /// Mean absolute error as a share of the mean absolute outcome.
    pub wmape: f64,
    /// Mean absolute percentage error (periods with zero outcome left out).
    pub mape: f64,
    /// Bayesian posterior predictive p-value of total outcome.
    pub posterior_predictive_p: f64,
    /// Probability that baseline outcome is negative in total.
    pub negative_baseline_probability: f64,
    /// Share of 90 % predictive intervals that hold the observation.
    pub predictive_coverage_90: f64,
    /// Error on held-out periods, where there are any.
    pub holdout: Option<HoldoutError>,
    /// Rolling-origin backtest, where asked for.
    pub backtest: Option<Backtest>,
}

/// Error on held-out periods beside the naive forecast's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HoldoutError {
    /// First held-out period.
    pub start: NaiveDate,
    /// Number of held-out periods.
    pub periods: usize,
    /// wMAPE of the model.
    pub wmape: f64,
    /// wMAPE of the seasonal-naive forecast (same period last year; last value when shorter).
    pub naive_wmape: f64,
    /// 1 - wmape / naive_wmape.
    pub skill: f64,
    /// Share of 90 % predictive intervals that hold the observation.
    pub coverage_90: f64,
}

/// Rolling-origin backtest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Backtest {
    /// One entry per origin.
    pub origins: Vec<HoldoutError>,
    /// wMAPE over all origins (ratio of sums).
    pub wmape: f64,
    /// The naive forecast's.
    pub naive_wmape: f64,
    /// 1 - wmape / naive_wmape.
    pub skill: f64,
}

/// Of a summary written before chains could draw on.
fn one() -> usize {
    1
}

/// Sampler and convergence diagnostics.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Diagnostics {
    /// Chains that were kept.
    pub chains: usize,
    /// Warm-up draws per chain.
    pub warmup: usize,
    /// Kept draws per chain.
    pub draws: usize,
    /// Draws made for each kept one, in the structure that had to draw on for longest; 1 where
    /// none had to.
    #[serde(default = "one")]
    pub thin: usize,
    /// Largest R-hat over all parameters.
    pub rhat_max: f64,
    /// The parameter with the largest R-hat.
    pub rhat_max_parameter: String,
    /// Smallest bulk effective sample size.
    pub ess_bulk_min: f64,
    /// The parameter with the smallest bulk effective sample size.
    pub ess_bulk_min_parameter: String,
    /// Smallest tail effective sample size.
    pub ess_tail_min: f64,
    /// The parameter with the smallest tail effective sample size.
    #[serde(default)]
    pub ess_tail_min_parameter: String,
    /// Divergent transitions after warm-up.
    pub divergences: usize,
    /// Draws whose tree reached its largest depth.
    pub max_depth_reached: usize,
    /// Mean leapfrog steps per draw.
    pub leapfrogs_mean: f64,
    /// Step size per chain.
    pub step_size: Vec<f64>,
    /// Chains that got stuck and were started again.
    pub restarts: usize,
    /// Whether the run was interrupted and holds what was drawn until then.
    pub interrupted: bool,
}

/// State of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// Nothing to do.
    Ok,
    /// Look before you use it.
    Review,
    /// Do not use it.
    Fail,
}

/// One finding of the health check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = HealthFinding))]
pub struct Finding {
    /// Stable code, for example `convergence.rhat`.
    pub code: String,
    /// How bad it is.
    pub verdict: Verdict,
    /// What was found, with the number.
    pub message: String,
    /// What to do next; empty when nothing is to be done.
    pub advice: String,
}

/// The health of a fit: the worst verdict, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ModelHealth))]
pub struct Health {
    /// Worst verdict over all findings.
    pub verdict: Verdict,
    /// 0 to 100; each check's share of it is documented in the book.
    pub score: f64,
    /// Findings, also those that are fine.
    pub findings: Vec<Finding>,
}

/// Where the time went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Timing {
    /// Wall seconds of sampling.
    pub wall_seconds: f64,
    /// CPU seconds of sampling, all threads.
    pub cpu_seconds: f64,
    /// Wall seconds from start to the first draw.
    pub first_draw_seconds: f64,
    /// Gradient evaluations, warm-up included.
    pub gradient_evaluations: u64,
    /// Wall seconds of the whole command.
    pub total_seconds: f64,
}

/// How the posterior was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Method {
    /// NUTS: exact up to Monte Carlo error.
    Nuts,
    /// Laplace approximation at the mode with importance resampling: approximate.
    Laplace,
    /// Pathfinder: approximate.
    Pathfinder,
    /// Robyn-style ridge: no posterior; intervals are the spread over the chosen models.
    Ridge,
}

/// Everything a fit answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ModelSummary))]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of Outlay.
    pub version: String,
    /// Seed of the run.
    pub seed: u64,
    /// How the posterior was found.
    pub method: Method,
    /// Whether the answer is approximate.
    pub approximate: bool,
    /// The answer in one sentence.
    pub sentence: String,
    /// The data.
    pub data: DataSummary,
    /// Paid channels in the order of the panel, then organic ones.
    pub channels: IndexMap<String, ChannelSummary>,
    /// All paid channels together.
    pub total_media: TotalSummary,
    /// What would have come without media, as a share of the actual outcome.
    pub baseline_share: Estimate,
    /// Outcome over time and its parts.
    pub decomposition: Decomposition,
    /// Non-media treatments: contribution against their baseline value.
    pub treatments: IndexMap<String, Estimate>,
    /// Structures that were weighed against each other; none where there was only one.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub structures: IndexMap<String, StructureSummary>,
    /// Channels that the data cannot tell apart; none where it can.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint: Vec<JointEffect>,
    /// Every scalar parameter, `name[coordinate]`.
    pub parameters: IndexMap<String, ParameterSummary>,
    /// Fit.
    pub fit: FitQuality,
    /// Convergence.
    pub diagnostics: Diagnostics,
    /// Can I believe it?
    pub health: Health,
    /// The specification in force, every default written out.
    pub spec: serde_json::Value,
    /// Where the time went; the only part that differs between equal runs.
    pub timing: Timing,
}

/// All paid channels together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TotalSummary {
    /// Total spend.
    pub spend: f64,
    /// Total contribution.
    pub contribution: Estimate,
    /// Share of the actual outcome.
    pub contribution_share: Estimate,
    /// Contribution per unit of spend; `null` without spend.
    pub roi: Option<Estimate>,
}

impl Estimate {
    /// Summarises draws; quantiles interpolate linearly (Hyndman and Fan type 7).
    pub fn from_draws(draws: &[f64]) -> Self {
        let n = draws.len().max(1) as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let ss = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        let sd = match draws.len() {
            0 | 1 => 0.0,
            _ if mean.is_infinite() => f64::INFINITY,
            _ => (ss / (n - 1.0)).sqrt(),
        };
        let mut sorted = draws.to_vec();
        sorted.sort_by(f64::total_cmp);
        let q = |p| quantile_sorted(&sorted, p);
        Self { mean, sd, q05: q(0.05), q25: q(0.25), q50: q(0.5), q75: q(0.75), q95: q(0.95) }
    }

    /// Whether the 90 % interval holds `value`.
    pub fn holds(&self, value: f64) -> bool {
        (self.q05..=self.q95).contains(&value)
    }
}

/// Quantile of ascending values by linear interpolation (Hyndman and Fan type 7); `NaN` when
/// there are none.
pub fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = p.clamp(0.0, 1.0) * last as f64;
    let low = position.floor() as usize;
    let high = (low + 1).min(last);
    // Two infinities have no difference.
    if sorted[low] == sorted[high] {
        return sorted[low];
    }
    sorted[low] + (position - low as f64) * (sorted[high] - sorted[low])
}

impl BandSeries {
    /// Summarises `draws[draw][point]` per point.
    pub fn from_draws(draws: &[Vec<f64>]) -> Self {
        let points = draws.first().map_or(0, Vec::len);
        let mut band = Self::default();
        let mut column = Vec::with_capacity(draws.len());
        for point in 0..points {
            column.clear();
            column.extend(draws.iter().map(|d| d[point]));
            band.push(&Estimate::from_draws(&column));
        }
        band
    }

    /// Appends one point.
    pub fn push(&mut self, e: &Estimate) {
        self.q05.push(e.q05);
        self.q25.push(e.q25);
        self.q50.push(e.q50);
        self.q75.push(e.q75);
        self.q95.push(e.q95);
        self.mean.push(e.mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_like_numpy() {
        let e = Estimate::from_draws(&[4.0, 1.0, 3.0, 2.0]);
        assert!((e.q25 - 1.75).abs() < 1e-12 && (e.q05 - 1.15).abs() < 1e-12);
        assert!((e.sd - 1.2909944487358056).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_bound_comes_back_from_a_file() {
        let costs: Vec<f64> = (0..10).map(|i| 12.0 / f64::from(i)).collect();
        let e = Estimate::from_draws(&costs);
        assert!(e.q50.is_finite() && e.q95 == f64::INFINITY && e.mean == f64::INFINITY);
        let text = serde_json::to_string(&e).unwrap();
        assert!(text.contains("\"q95\":null"), "{text}");
        assert_eq!(serde_json::from_str::<Estimate>(&text).unwrap(), e);
        let nothing = Estimate::from_draws(&[f64::INFINITY; 3]);
        assert_eq!((nothing.q05, nothing.sd), (f64::INFINITY, f64::INFINITY));
    }
}
