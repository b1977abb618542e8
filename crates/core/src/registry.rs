//! The configuration registry: every business constant as a key with its default, unit, range,
//! source and impact. Decision code asks for a key; it never writes the number.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How much a wrong value can hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Impact {
    /// Changes what money is spent.
    Critical,
    /// Changes what people are told about money.
    High,
    /// Changes a warning or a ranking.
    Medium,
    /// Changes presentation only.
    Low,
}

/// One key of the registry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Dotted name, for example `data.gap_share_max`.
    pub key: &'static str,
    /// Value unless configured otherwise.
    pub default: f64,
    /// Unit of the value (`share`, `periods`, `ratio`, …).
    pub unit: &'static str,
    /// Smallest allowed value.
    pub min: f64,
    /// Largest allowed value.
    pub max: f64,
    /// Where the default comes from.
    pub source: &'static str,
    /// How much a wrong value can hurt.
    pub impact: Impact,
    /// What the key does.
    pub meaning: &'static str,
}

/// Sections that are read once, when a process begins.
const AT_START: [&str; 3] = ["server.", "store.", "jobs."];

impl Setting {
    /// Whether a changed value counts while the process runs.
    pub fn is_live(&self) -> bool {
        !AT_START.iter().any(|section| self.key.starts_with(section))
    }
}

/// Why a configuration was refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RegistryError {
    /// No such key.
    #[error("unknown configuration key `{0}`: see `outlay config` for the list")]
    Unknown(String),
    /// Out of range.
    #[error("`{key}` must lie between {min} and {max}, not {value}")]
    Range {
        /// The key.
        key: String,
        /// The value given.
        value: f64,
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
}

/// The settings in force: defaults, and what was set over them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Registry {
    overrides: IndexMap<String, f64>,
}

impl Registry {
    /// The registry with `overrides` over the defaults.
    ///
    /// # Errors
    /// [`RegistryError`] for an unknown key or a value out of its range.
    pub fn with(overrides: impl IntoIterator<Item = (String, f64)>) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        for (key, value) in overrides {
            let setting = SETTINGS.iter().find(|s| s.key == key);
            let setting = setting.ok_or_else(|| RegistryError::Unknown(key.clone()))?;
            if !(setting.min..=setting.max).contains(&value) {
                let (min, max) = (setting.min, setting.max);
                return Err(RegistryError::Range { key, value, min, max });
            }
            registry.overrides.insert(key, value);
        }
        Ok(registry)
    }

    /// This registry with one more value over it.
    ///
    /// # Errors
    /// [`RegistryError`] for an unknown key or a value out of its range.
    pub fn and(mut self, key: &str, value: f64) -> Result<Self, RegistryError> {
        let one = Self::with([(key.to_owned(), value)])?;
        self.overrides.extend(one.overrides);
        Ok(self)
    }

    /// What is set over the defaults: key and value.
    pub fn overrides(&self) -> impl Iterator<Item = (&str, f64)> {
        self.overrides.iter().map(|(key, value)| (key.as_str(), *value))
    }

    /// The value in force of a setting, named by its constant in [`keys`].
    pub fn get(&self, setting: &Setting) -> f64 {
        self.overrides.get(setting.key).copied().unwrap_or(setting.default)
    }
}

macro_rules! settings {
    ($($name:ident = $key:literal, $default:expr, $unit:literal, $min:expr, $max:expr, $impact:ident, $source:literal, $meaning:literal;)*) => {
        /// One constant per key, so that a misspelt key does not compile.
        pub mod keys {
            use super::{Impact, Setting};
            $(
                #[doc = $meaning]
                pub const $name: Setting = Setting {
                    key: $key, default: $default, unit: $unit, min: $min, max: $max,
                    source: $source, impact: Impact::$impact, meaning: $meaning,
                };
            )*
        }
        /// Every key, in the order of the reference page.
        pub const SETTINGS: &[Setting] = &[$(keys::$name),*];
    };
}

settings! {
    DATA_VIF_WARN = "data.vif_warn", 10.0, "ratio", 1.0, 1e6, Medium,
        "Kutner et al. 2005, Applied Linear Statistical Models, section 10.5",
        "Variance inflation factor from which two channels are said to be hard to tell apart";
    DATA_CORRELATION_WARN = "data.correlation_warn", 0.9, "correlation", 0.0, 1.0, Medium,
        "convention of the field", "Absolute correlation of two channels from which a warning is given";
    DATA_SPIKE_SCORE = "data.spike_score", 6.0, "robust standard deviations", 2.0, 100.0, Low,
        "Iglewicz and Hoaglin 1993 use 3.5; marketing data is heavier-tailed",
        "Distance from the median, in robust standard deviations, from which a value is called a spike";
    DATA_OBSERVATIONS_PER_PARAMETER = "data.observations_per_parameter_min", 3.0, "observations", 1.0, 100.0, Medium,
        "convention of the field (7 to 10 recommended, 3 the least)",
        "Observations per model parameter below which the data is called thin";
    DATA_FILE_BYTES_MAX = "data.file_bytes_max", 1.0e9, "bytes", 1e3, 1e12, Low,
        "memory of a small server", "Largest file that is read";
    DATA_ROWS_MAX = "data.rows_max", 2.0e6, "rows", 10.0, 1e9, Low,
        "memory of a small server", "Most rows of a file that are read";
    DATA_COLUMNS_MAX = "data.columns_max", 5000.0, "columns", 2.0, 1e5, Low,
        "memory of a small server", "Most columns of a file that are read";
    DATA_OBSERVATIONS_PER_PARAMETER_REFUSE = "data.observations_per_parameter_refuse", 1.0, "observations", 0.0, 100.0, High,
        "fewer observations than effects determine nothing", "Observations per model parameter below which the data is refused";
    DATA_ZERO_SHARE_WARN = "data.zero_share_warn", 0.9, "share of periods", 0.0, 1.0, Low,
        "own choice", "Share of periods without activity from which a channel is called sparse";
    DATA_MISMATCH_SHARE = "data.mismatch_share_warn", 0.02, "share of periods", 0.0, 1.0, Medium,
        "own choice", "Share of periods with exposure but no spend, or spend but no exposure, that is reported";
    DATA_CHANNEL_SHARE_MIN = "data.channel_share_min", 0.005, "share of spend", 0.0, 1.0, Low,
        "own choice", "Share of all spend below which a channel is called too small to learn about";
    DATA_SPEND_TO_REVENUE_MAX = "data.spend_to_revenue_max", 1.0, "ratio", 0.0, 1e6, Medium,
        "media that cost more than all revenue are an error of units or currency", "Spend over revenue above which the scale is doubted";
    DATA_SPEND_TO_REVENUE_MIN = "data.spend_to_revenue_min", 0.0001, "ratio", 0.0, 1.0, Medium,
        "media below a hundredth of a percent of revenue are an error of units or currency", "Spend over revenue below which the scale is doubted";
    DATA_HISTORY_YEARS = "data.history_years_min", 1.5, "years", 0.0, 20.0, Medium,
        "a season must be seen more than once to be told from media that follow it", "Years of history below which seasons and media are said to be hard to tell apart";
    DATA_UNIT_COST_SPREAD = "data.unit_cost_spread_max", 20.0, "ratio", 1.0, 1e6, Low,
        "own choice", "Ratio of the dearest to the cheapest tenth of a channel's unit costs above which spend and exposure are doubted to belong together";
    DATA_UNIT_COST_ROWS = "data.unit_cost_rows_min", 20.0, "rows", 2.0, 1e6, Low,
        "own choice: a tenth is then two rows", "Rows with spend and exposure below which unit costs are not judged";
    DATA_LATE = "data.late_periods", 2.0, "periods", 0.0, 1000.0, Low,
        "own choice: one period to close, one to report", "Data that ends longer ago is said to be late";
    DATA_RANGE = "data.range_weeks", 13.0, "weeks", 1.0, 5200.0, Low,
        "own choice: a quarter is what plans are made for", "Weeks up to the last day of the data that pages show where nothing else is asked";
    DATA_SPIKE_PERIODS = "data.spike_periods_min", 10.0, "periods", 3.0, 1e4, Low,
        "own choice: a median and a deviation of fewer say little", "Active periods below which spikes are not sought";
    HEALTH_RHAT_WARN = "health.rhat_warn", 1.01, "ratio", 1.0, 2.0, High,
        "Vehtari et al. 2021", "R-hat from which a parameter is called doubtful";
    HEALTH_RHAT_FAIL = "health.rhat_fail", 1.05, "ratio", 1.0, 3.0, High,
        "convention; Vehtari et al. 2021 for the statistic", "R-hat from which a fit is called not converged";
    HEALTH_ESS_MIN = "health.ess_min", 400.0, "effective draws", 10.0, 1e6, High,
        "Vehtari et al. 2021", "Effective draws below which an interval is called unstable";
    HEALTH_ESS_FAIL = "health.ess_fail", 100.0, "effective draws", 1.0, 1e6, High,
        "Vehtari et al. 2021: about 100 per chain are needed, so fewer in all are none", "Effective draws below which a fit fails";
    HEALTH_DIVERGENCE_SHARE = "health.divergence_share_max", 0.001, "share of draws", 0.0, 1.0, High,
        "Betancourt 2017", "Share of divergent draws above which a fit is doubtful";
    HEALTH_DIVERGENCE_FAIL = "health.divergence_share_fail", 0.01, "share of draws", 0.0, 1.0, High,
        "own choice: ten times the share that needs review", "Share of divergent draws above which a fit fails";
    HEALTH_STRUCTURE_WEIGHT = "health.structure_weight_min", 0.05, "share", 0.0, 1.0, Medium,
        "own choice: what is wrong with a twentieth of the answer lies well within its interval", "Weight below which a structure that has not settled is only spoken of and does not fail the fit";
    HEALTH_KHAT_MAX = "health.khat_max", 0.7, "Pareto k-hat", 0.0, 5.0, Medium,
        "Yao et al. 2018, Vehtari et al. 2024", "Pareto k-hat up to which an approximation is called close to the posterior";
    HEALTH_R2_MIN = "health.r2_min", 0.5, "share", 0.0, 1.0, Medium,
        "convention of the field", "Explained variance below which the fit is called poor";
    HEALTH_WMAPE_MAX = "health.wmape_max", 0.2, "share", 0.0, 1.0, Medium,
        "convention of the field", "Weighted error above which the fit is called poor";
    HEALTH_PPP_MIN = "health.ppp_min", 0.05, "probability", 0.0, 0.5, Medium,
        "Gelman et al. 2013, section 6.3", "Posterior predictive p-value below which the model contradicts its data";
    HEALTH_NEGATIVE_BASELINE = "health.negative_baseline_max", 0.2, "probability", 0.0, 1.0, High,
        "convention of the field (Meridian reviews from 0.2)", "Probability of a negative baseline from which a fit needs review";
    HEALTH_NEGATIVE_BASELINE_FAIL = "health.negative_baseline_fail", 0.8, "probability", 0.0, 1.0, High,
        "convention of the field (Meridian 2.1 fails from 0.8)", "Probability of a negative baseline above which a fit fails";
    HEALTH_PRIOR_SHIFT = "health.prior_shift_min", 0.1, "share", 0.0, 1.0, Medium,
        "own choice: intervals that shrank by less are the prior's", "Shrinkage of the 90 % ROI interval below which the answer is called the prior's, not the data's";
    HEALTH_SKILL_MIN = "health.holdout_skill_min", 0.0, "share", -10.0, 1.0, Medium,
        "seasonal naive is the least a model must beat", "Holdout improvement over seasonal naive below which a fit needs review";
    HEALTH_WEIGHT_CONVERGENCE = "health.weight_convergence", 30.0, "parts of the score", 0.0, 1000.0, Medium,
        "own choice: without convergence nothing else counts", "Weight of the checks of convergence in the health score";
    HEALTH_WEIGHT_BASELINE = "health.weight_baseline", 15.0, "parts of the score", 0.0, 1000.0, Medium,
        "own choice", "Weight of the checks of the baseline in the health score";
    HEALTH_WEIGHT_FIT = "health.weight_fit", 25.0, "parts of the score", 0.0, 1000.0, Medium,
        "own choice", "Weight of the checks of the fit in the health score";
    HEALTH_WEIGHT_HOLDOUT = "health.weight_holdout", 10.0, "parts of the score", 0.0, 1000.0, Medium,
        "own choice: not every fit has one", "Weight of the checks on unseen periods in the health score";
    HEALTH_WEIGHT_LEARNED = "health.weight_learned", 20.0, "parts of the score", 0.0, 1000.0, Medium,
        "own choice", "Weight of the checks of what the data says beyond the prior in the health score";
    HEALTH_REVIEW_POINTS = "health.review_points", 0.5, "share of a passed check", 0.0, 1.0, Medium,
        "own choice: half way between passed and failed", "What a check that needs review counts for in the health score";
    HEALTH_RIDGE_REVIEW = "health.ridge_review_cost", 10.0, "points", 0.0, 100.0, Medium,
        "own choice", "Points that a finding to review takes off the score of the second opinion";
    HEALTH_RIDGE_FAIL = "health.ridge_fail_cost", 40.0, "points", 0.0, 100.0, Medium,
        "own choice: two of them and a review leave next to nothing", "Points that a failed check takes off the score of the second opinion";
    SEPARABILITY_TRADE_OFF = "separability.trade_off_max", -0.5, "correlation", -1.0, 0.0, High,
        "own choice: a quarter of what one channel's contribution varies is then the other's, with the opposite sign", "Correlation over draws of two channels' contributions below which they are said to trade against each other";
    SEPARABILITY_WIDTH = "separability.interval_ratio_min", 1.5, "ratio", 1.0, 100.0, High,
        "own choice: two channels of equal, independent intervals reach 1.4", "Width of each channel's 90 % ROI interval over that of both together from which only the two together are said to be known";
    SEPARABILITY_VARIATION = "separability.variation_min", 0.1, "share of the mean", 0.0, 10.0, High,
        "own choice: below it, what carries over is all but constant", "Variation of a channel's smoothed spend below which its effect is said to look like the baseline's level";
    SEPARABILITY_SMOOTHING = "separability.smoothing_weeks", 4.0, "weeks", 1.0, 52.0, Medium,
        "own choice: about what carry-over levels out", "Weeks over which spend is averaged before its variation is judged";
    SEPARABILITY_PRIOR_MOVED = "separability.prior_moved_min", 0.1, "share", 0.0, 1.0, Medium,
        "own choice, as health.prior_shift_min", "Distance of the posterior's median from the prior's, in 90 % intervals of the prior, below which an effect is said to have stayed where it was believed";
    COMPARE_REVIEW = "compare.review_overlap", 0.5, "share", 0.0, 1.0, High,
        "own choice", "Distance between two methods' shares, in interval half-widths, from which a channel needs review";
    COMPARE_FAIL = "compare.fail_overlap", 1.5, "share", 0.0, 100.0, High,
        "own choice", "Distance between two methods' shares, in interval half-widths, from which a channel fails";
    ROI_UNCERTAINTY_MAX = "roi.uncertainty_max", 0.8, "share", 0.0, 10.0, High,
        "ledger S4-060: (upper - lower of the 90 % interval) / (2 x mean)", "ROI uncertainty above which a channel's answer is called wide";
    PLAN_GAP = "plan.gap", 0.001, "share of the outcome", 1e-6, 0.1, High,
        "the certificate that the project promises", "Gap between a plan and the best conceivable one at which the search stops";
    PLAN_NODES = "plan.nodes", 400.0, "boxes", 1.0, 1e6, Medium,
        "a few seconds on a small machine", "Most boxes of plans that the search looks into";
    PLAN_SCOUT_DRAWS = "plan.scout_draws", 128.0, "draws", 16.0, 1e5, Low,
        "own choice", "Draws on which boxes are chosen before all draws bound them";
    PLAN_DOUBT = "plan.doubt_per_doubling", 0.5, "log standard deviation", 0.0, 5.0, High,
        "own choice: beyond what was seen the shape of a curve is an assumption", "Extra doubt about spend beyond the highest seen, per doubling of it";
    PLAN_CHANGE_MIN = "plan.change_min", 0.5, "multiple of current spend", 0.0, 1.0, Critical,
        "half to one and a half times: what peers' users plan within", "Least spend of a channel where no limits are given";
    PLAN_CHANGE_MAX = "plan.change_max", 1.5, "multiple of current spend", 1.0, 100.0, Critical,
        "half to one and a half times: what peers' users plan within", "Most spend of a channel where no limits are given";
    PLAN_RAMP_NOTE = "plan.ramp_note", 1.5, "multiple of current spend", 1.0, 100.0, Low,
        "own choice", "Rise of a channel's spend from which a plan says that platforms need time to learn";
    PLAN_UNDECIDED = "plan.undecided", 0.25, "probability", 0.0, 0.5, Medium,
        "own choice", "Probability of being worse than doing nothing from which a plan is called undecided";
    PLAN_CAUTION_SHARE = "plan.caution_share", 0.25, "share of the draws", 0.01, 0.99, Critical,
        "own choice: the worst quarter", "Share of the worst cases that a cautious plan looks at when none is named";
    PLAN_HORIZON_YEARS = "plan.horizon_years_max", 2.0, "years", 0.25, 10.0, High,
        "own choice: responses measured today say little about the year after next", "Years beyond which nothing is planned";
    PLAN_FRONT_LOW = "plan.front_low", 0.5, "multiple of current spend", 0.0, 1.0, Medium,
        "own choice: half of what is spent now", "Smallest budget of a front where none is named";
    PLAN_FRONT_HIGH = "plan.front_high", 2.0, "multiple of current spend", 1.0, 100.0, Medium,
        "own choice: twice what is spent now", "Largest budget of a front where none is named";
    PLAN_HORIZON = "plan.horizon_years", 0.25, "years", 0.01, 10.0, High,
        "own choice: a quarter, as budgets are made", "How far ahead is planned where nothing is said";
    PLAN_FREE_BUDGET = "plan.free_budget_multiple", 10.0, "multiple of current spend", 1.0, 1000.0, Critical,
        "own choice: far beyond what any curve was seen at", "Most that a plan without a budget may spend";
    PLAN_SAME_BUDGET = "plan.same_budget_share", 0.05, "share of spend", 0.0, 1.0, Medium,
        "own choice", "Difference of two budgets up to which their outcomes are compared as of one";
    PLAN_STAY = "plan.stay_gain", 0.001, "share of the outcome", 0.0, 1.0, Medium,
        "as plan.gap: less is what searches leave", "Gain of a cautious plan up to which staying is said to be the plan";
    PLAN_MOVE = "plan.move_note", 0.005, "share of spend", 0.0, 1.0, Low,
        "own choice", "Move of money from which a plan's sentence names the channel";
    PLAN_WORST_SHARE = "plan.front_worst_share", 0.1, "share of the draws", 0.01, 0.99, High,
        "own choice: the worst tenth", "Share of the draws that a front counts as the worst";
    PLAN_CASE_SHARE = "plan.case_share", 0.2, "share of the draws", 0.01, 0.5, Medium,
        "own choice: fifths", "Share of the draws that makes a low or a high case of a sensitivity";
    PLAN_CASE_COST = "plan.case_cost_change", 0.2, "share of the price", 0.01, 0.95, Medium,
        "own choice: a usual change between two years", "Change of a price of exposure that a sensitivity tries";
    PLAN_TEST_WORTH = "plan.test_worth_min", 0.0001, "share of the outcome", 0.0, 1.0, Medium,
        "own choice: below it the searches themselves differ", "Worth of knowing a channel from which a test of it is recommended";
    PLAN_KNOWLEDGE_GROUPS = "plan.knowledge_groups", 8.0, "groups", 2.0, 1000.0, Low,
        "own choice: more would leave few draws in each", "Groups of draws between which a channel's response is taken as known";
    PLAN_KNOWLEDGE_DRAWS = "plan.knowledge_draws", 60.0, "draws", 9.0, 1e5, Low,
        "own choice: a search for each", "Single draws that stand for knowing everything";
    PLAN_STUDY_DRAWS = "plan.study_draws", 1000.0, "draws", 10.0, 1e6, Low,
        "own choice: more would not change which input decides", "Most draws that a sensitivity looks at";
    PLAN_STUDY_NODES = "plan.study_nodes", 16.0, "boxes", 1.0, 1e6, Low,
        "own choice: there are dozens of searches", "Most boxes of plans that each search of a sensitivity looks into";
    FIT_APPROXIMATE_DRAWS = "fit.approximate_draws", 1000.0, "draws", 50.0, 1e5, Low,
        "own choice: more would not make an approximation better", "Most draws of an approximate fit";
    FIT_MAX_THIN = "fit.max_thin", 4.0, "draws", 1.0, 64.0, Medium,
        "measured: what default fits need that have not settled (see How often a fit is refused)", "Draws made for each kept one at most, in doublings, where chains have not settled enough for the fit to be used; 1: never more than asked";
    FIT_DRAWS = "fit.draws_max", 40000.0, "draws", 100.0, 1e7, Low,
        "own choice: ten times the usual number; 80 thousand of a brand of ten channels take 5 GB", "Most kept draws of a fit that the server is asked for, all chains together";
    FIT_BACKTEST_ORIGINS = "fit.backtest_origins", 3.0, "origins", 0.0, 50.0, Low,
        "own choice", "Origins of the rolling backtest of a national panel of two years and more, where none are named";
    FIT_BACKTEST_DRAWS = "fit.backtest_draws", 300.0, "draws", 50.0, 1e5, Medium,
        "own choice: enough for a forecast's mean and interval", "Warm-up and kept draws per chain of each fit of the backtest";
    FIT_BACKTEST_HORIZONS = "fit.backtest_horizons_min", 4.0, "horizons", 1.0, 100.0, Medium,
        "own choice", "Periods that each fit of the backtest must be left with, in horizons of its forecast";
    FIT_BACKTEST_YEARS = "fit.backtest_years_min", 2.0, "years", 0.5, 20.0, Low,
        "a fit without a whole year cannot know the season it forecasts", "Years of history from which a backtest is run unasked";
    GUARD_CHANGE_SHARE = "guard.change_share_max", 0.05, "share of the value as read", 0.0, 1.0, Critical,
        "ledger S4-022", "Largest single change of a daily budget, up or down";
    GUARD_DAY_SHARE = "guard.day_share_max", 0.1, "share of the value at the start of the day", 0.0, 1.0, Critical,
        "ledger S4-023", "Most that all changes of a daily budget on one day of the account may add up to, ups and downs alike";
    GUARD_EXPLORATION_SHARE = "guard.exploration_share_max", 0.1, "share of the portfolio's daily budgets", 0.0, 1.0, Critical,
        "ledger S4-026", "Most that arms or channels which are tried out, not known to be best, may take of the money";
    GUARD_CAC_CAP = "guard.cac_cap", 0.0, "units of the account's currency", 0.0, 1e9, Critical,
        "ledger S4-018; every business has its own, so there is none until it is set", "Cost of an acquired customer above which a budget may only go down; 0 is no cap";
    GUARD_CAC_RAISE_BOUND = "guard.cac_raise_bound", 1.0, "position in the CAC interval", 0.0, 1.0, Critical,
        "definition of S4-064: a raise is judged by the upper bound", "Point of the CAC interval that must not exceed the cap for a raise: 0 is the lower bound, 1 the upper";
    GUARD_CAC_CUT_BOUND = "guard.cac_cut_bound", 0.0, "position in the CAC interval", 0.0, 1.0, Critical,
        "definition of S4-064: a cut is judged by the lower bound", "Point of the CAC interval that must exceed the cap before a budget is said to have to fall: 0 is the lower bound, 1 the upper";
    GUARD_HISTORY_MULTIPLE = "guard.history_multiple_max", 1.5, "times the highest daily spend", 0.0, 100.0, Critical,
        "own choice: what was never nearly spent is outside of what the model has seen", "Highest daily budget, in multiples of the highest daily spend in the window of history";
    GUARD_HISTORY_DAYS = "guard.history_days", 28.0, "days", 1.0, 3660.0, Critical,
        "own choice: four weeks, so that each weekday counts equally", "Whole days before today in which the highest daily spend is sought";
    GUARD_UNCERTAINTY = "guard.uncertainty_max", 0.8, "share of the mean", 0.0, 10.0, Critical,
        "ledger S4-060: (upper - lower of the 90 % interval of ROI) / (2 x mean); apart from roi.uncertainty_max, so that no report's threshold moves money", "Uncertainty of the return from which a budget may not be raised";
    STORE_POOL = "store.pool_max", 8.0, "connections", 1.0, 1000.0, Low,
        "own choice: a few per core; PostgreSQL allows 100 to all processes together", "Most connections of one process to its database (readers, where the database is SQLite)";
    STORE_ACQUIRE = "store.acquire_seconds", 5.0, "seconds", 0.1, 300.0, Low,
        "own choice: shorter than a browser's patience", "Longest wait for a free connection before a request is refused as busy";
    STORE_BUSY = "store.busy_seconds", 5.0, "seconds", 0.0, 300.0, Low,
        "own choice: longer than any of our transactions", "Longest wait for another writer's lock";
    STORE_SLOW = "store.slow_query_seconds", 0.1, "seconds", 0.0, 3600.0, Low,
        "ledger S3-193: answers of the database in less than 100 ms", "Time of a statement from which it is written to the log as slow";
    STORE_PAGE = "store.page_max", 200.0, "rows", 1.0, 10000.0, Low,
        "own choice: a screen or two", "Most rows of one page of a list";
    STORE_PAGES = "store.sqlite_cache_bytes", 32.0e6, "bytes", 1e5, 1e11, Low,
        "own choice: the inner pages of an index over ten million facts", "Memory in which each SQLite connection keeps pages of the file";
    STORE_BATCH = "store.batch_rows", 500.0, "rows", 1.0, 2000.0, Low,
        "PostgreSQL and SQLite bind no more than 32,766 values to a statement", "Rows that are written by one statement";
    STORE_RETRIES = "store.transaction_retries", 3.0, "times", 0.0, 100.0, Low,
        "own choice", "How often a transaction that lost against another one is tried again";
    STORE_CACHE_BYTES = "store.cache_bytes", 64.0e6, "bytes", 0.0, 1e12, Low,
        "memory of a small server", "Most memory of answers that are kept to be given again; 0 keeps none";
    STORE_CACHE_SECONDS = "store.cache_seconds", 3600.0, "seconds", 1.0, 1e7, Low,
        "own choice: keys name the version of what they hold, so age only frees memory", "Age from which a kept answer is dropped";
    STORE_CACHE_TIMEOUT = "store.cache_timeout_seconds", 0.2, "seconds", 0.001, 60.0, Low,
        "own choice: waiting longer costs more than computing again", "Longest wait for the shared cache before an answer is computed instead";
    STORE_CACHE_PAUSE = "store.cache_pause_seconds", 5.0, "seconds", 0.0, 3600.0, Low,
        "own choice", "How long the shared cache is left alone after it failed";
    STORE_EVENT_DAYS = "store.event_days", 7.0, "days", 0.01, 3660.0, Low,
        "own choice: a browser tab left open over a week-end resumes", "Age from which live events are removed";
    STORE_IDEMPOTENCY_HOURS = "store.idempotency_hours", 24.0, "hours", 0.1, 8760.0, Medium,
        "convention of payment interfaces", "How long a repeated request is answered with the first one's answer";
    STORE_SEEN = "store.seen_seconds", 60.0, "seconds", 0.0, 86400.0, Low,
        "own choice: reading a page must not wait for a write", "How exactly the last use of a session or a token is noted";
    JOBS_NICENESS = "jobs.niceness", 10.0, "steps", 0.0, 19.0, Low,
        "own choice: pages are answered at once while models are fitted", "By how much jobs stand back behind requests for the processor (Linux)";
    JOBS_LEASE = "jobs.lease_seconds", 30.0, "seconds", 1.0, 86400.0, Medium,
        "own choice: three missed heartbeats", "Silence of a worker from which another one takes its job over";
    JOBS_HEARTBEAT = "jobs.heartbeat_seconds", 10.0, "seconds", 0.05, 3600.0, Low,
        "own choice: a third of the lease", "Time between two signs of life of a running job";
    JOBS_POLL = "jobs.poll_seconds", 1.0, "seconds", 0.01, 3600.0, Low,
        "own choice: what a person notices", "Time between two looks for work when there was none";
    JOBS_ATTEMPTS = "jobs.attempts_max", 3.0, "attempts", 1.0, 1000.0, Medium,
        "own choice", "How often a job is tried where its request does not say";
    JOBS_BACKOFF = "jobs.backoff_seconds", 5.0, "seconds", 0.0, 86400.0, Low,
        "own choice", "Wait before the second attempt; it doubles with each further one";
    JOBS_BACKOFF_MAX = "jobs.backoff_seconds_max", 600.0, "seconds", 0.0, 604800.0, Low,
        "own choice", "Longest wait between two attempts";
    JOBS_JITTER = "jobs.backoff_jitter", 0.2, "share", 0.0, 1.0, Low,
        "own choice: jobs that failed together do not come back together", "Share of a wait that is drawn at random";
    JOBS_PROGRESS = "jobs.progress_seconds", 0.5, "seconds", 0.0, 3600.0, Low,
        "own choice: what an eye follows", "Least time between two written reports of a job's progress";
    JOBS_SLOTS = "jobs.slots", 2.0, "jobs", 1.0, 1024.0, Low,
        "cores of a small server", "Jobs that one worker process runs at once";
    SERVER_UPLOAD_HOURS = "server.upload_hours", 24.0, "hours", 1.0, 720.0, Low,
        "as long as a person may need to come back to a broken transfer",
        "Time after the last part at which an upload that is not complete is removed";
    SERVER_ORPHAN_HOURS = "server.orphan_hours", 24.0, "hours", 1.0, 8760.0, Low,
        "longer than any upload, and any write of a fit, takes",
        "Age from which an artefact that nothing refers to is removed";
    SERVER_UPLOAD_BYTES = "server.upload_bytes_max", 1.0e9, "bytes", 1e3, 1e12, Medium,
        "as the largest file that is read", "Largest file that is taken";
    SERVER_BODY_BYTES = "server.body_bytes_max", 2.0e6, "bytes", 1e3, 1e9, Low,
        "own choice: a mapping of thousands of columns", "Largest request that is no file";
    SERVER_TIMEOUT = "server.timeout_seconds", 60.0, "seconds", 1.0, 3600.0, Low,
        "own choice: what proxies wait", "Time after which a request is given up; live updates and uploads are not";
    SERVER_SESSION_HOURS = "server.session_hours", 168.0, "hours", 0.1, 8760.0, Medium,
        "own choice: a working week", "How long a sign-in lasts";
    SERVER_LOGIN_ATTEMPTS = "server.login_attempts_per_minute", 10.0, "attempts", 1.0, 10000.0, Medium,
        "OWASP Authentication Cheat Sheet asks for a limit; the number is our own choice", "Sign-ins that are tried per minute for one name and for one address";
    SERVER_REQUESTS = "server.requests_per_second", 100.0, "requests", 1.0, 1e6, Low,
        "own choice: a page loads some twenty at once", "Requests per second of one person";
    SERVER_ADDRESS_REQUESTS = "server.address_requests_per_second", 500.0, "requests", 1.0, 1e6, Low,
        "own choice: an office behind one address", "Requests per second of one address, whoever they are from";
    SERVER_PASSWORD_LENGTH = "server.password_length_min", 10.0, "characters", 8.0, 128.0, High,
        "NIST SP 800-63B asks for 8 at least", "Shortest password that is taken";
    SERVER_CONFIG_POLL = "server.config_poll_seconds", 2.0, "seconds", 0.05, 3600.0, Low,
        "own choice: what a person who saves a file waits", "Time between two looks at the configuration's files";
    SERVER_EVENTS_POLL = "server.events_poll_seconds", 0.3, "seconds", 0.02, 60.0, Low,
        "own choice: what an eye follows", "Time between two looks for events of other processes";
    SERVER_KEEP_ALIVE = "server.keep_alive_seconds", 15.0, "seconds", 1.0, 300.0, Low,
        "proxies close silent connections after 30 to 60 seconds", "Silence on a live connection after which a sign of life is sent";
    SERVER_READY = "server.ready_seconds", 5.0, "seconds", 0.0, 3600.0, Low,
        "own choice: below the usual period of a probe", "How long a look whether the server is ready counts before the next one";
    SERVER_FITS = "server.fits_kept", 2.0, "fits", 0.0, 100.0, Low,
        "memory of a small server", "Fits whose draws are kept in memory for curves and plans";
    SERVER_SHUTDOWN = "server.shutdown_seconds", 20.0, "seconds", 0.0, 3600.0, Low,
        "own choice: container runtimes wait 10 to 30", "Longest wait for requests and jobs when the server stops";
    SERVER_PREVIEW = "server.preview_rows", 20.0, "rows", 1.0, 1000.0, Low,
        "own choice: what fits on a page", "Rows of a file that are shown before it is imported";
    SERVER_TOKEN_DAYS = "server.token_days", 365.0, "days", 1.0, 3660.0, Medium,
        "own choice", "How long an API token is valid where nothing else is said";
    SERVER_ACCESS_MINUTES = "server.access_token_minutes", 15.0, "minutes", 1.0, 1440.0, Medium,
        "RFC 9700 asks for short-lived ones", "How long an access token (JSON web token) is valid";
    SERVER_CLOCK_LEEWAY = "server.clock_leeway_seconds", 10.0, "seconds", 0.0, 300.0, Low,
        "own choice: clocks that are set by NTP differ by less", "How far the clocks of two servers may differ when the time of a signed token is checked";
    SERVER_HEADER_SECONDS = "server.header_seconds", 15.0, "seconds", 1.0, 600.0, Low,
        "own choice: a slow line sends headers within a second", "Time within which a request's headers, or a connection's handshake, must have come";
    SERVER_SIGN_ON_MINUTES = "server.sign_on_minutes", 10.0, "minutes", 1.0, 60.0, Low,
        "own choice: a second factor that must be looked for", "Time for signing in at an identity provider";
    SERVER_SIGN_ON_PAUSE = "server.sign_on_pause_seconds", 5.0, "seconds", 0.0, 3600.0, Low,
        "own choice: as for the shared cache", "How long an identity provider is left alone after it failed: who signs in meanwhile is told so at once";
    SERVER_HSTS_DAYS = "server.hsts_days", 365.0, "days", 0.0, 3650.0, Low,
        "the least that browsers' lists of preloaded hosts ask for", "How long browsers that came over TLS use nothing else (Strict-Transport-Security); 0 does not say it";
    SERVER_DEMO_SEED = "server.demo_seed", 2.0, "seed", 0.0, 1e9, Low,
        "the same brand as `outlay demo`", "Which simulated brand the demo loads";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_lie_in_their_ranges_and_keys_are_unique() {
        let mut seen = std::collections::HashSet::new();
        for s in SETTINGS {
            assert!((s.min..=s.max).contains(&s.default), "{}", s.key);
            assert!(seen.insert(s.key), "{} twice", s.key);
        }
    }

    #[test]
    fn overrides_are_checked() {
        let set = |k: &str, v| Registry::with([(k.to_owned(), v)]);
        assert_eq!(set("health.rhat_warn", 1.1).unwrap().get(&keys::HEALTH_RHAT_WARN), 1.1);
        assert!(matches!(set("health.rhat_warn", 0.5), Err(RegistryError::Range { .. })));
        assert!(matches!(set("health.nonsense", 1.0), Err(RegistryError::Unknown(_))));
    }
}
