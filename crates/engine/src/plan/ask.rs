//! From a question and its limits to a problem.

use std::path::Path;

use chrono::NaiveDate;
use outlay_core::registry::{Registry, keys};
use outlay_core::{Calendar, Granularity};
use outlay_planner::design::Resolution;
use outlay_planner::problem::{Amount, Budget, ChannelLimits, Problem, ProblemFile, Wanted};
use serde::{Deserialize, Serialize};

use super::AskError;
use super::planner::{Planner, example};
use crate::collect::Text;
use crate::error::EngineError;

/// What is asked of the planner, as a job or a request writes it. Every key may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanRequest))]
pub struct Question {
    /// Total to be spent at most, in the fit's currency: `1200000`, `1.2M`, `500k`, or `free`. What
    /// is spent now when absent.
    pub budget: Option<Written>,
    /// How far the plan goes: `13w`, `3m`, `90d`, or a number of periods. A quarter when absent.
    pub horizon: Option<Written>,
    /// Limits. Without them every channel stays between the multiples of its current spend that
    /// `plan.change_min` and `plan.change_max` allow.
    pub limits: Option<ProblemFile>,
    /// What is wanted: `outcome`, `profit`, `cautious[:0.1]`, `quantile:0.1`, `goal:2M`, `roas:3`,
    /// `cpa:25`, `mroi:1`; over what the limits say.
    pub objective: Option<String>,
    /// How finely money is placed; chosen by the limits when absent.
    pub by: Option<Resolution>,
    /// Margin per unit of outcome, for profit.
    pub margin: Option<f64>,
    /// Gap to the best conceivable plan at which the search stops, as a share in 0..1.
    pub gap: Option<f64>,
}

/// A number, or a text that means one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Written {
    /// A number.
    Number(f64),
    /// As people write it: `1.2M`, `13w`.
    Text(String),
}

impl Written {
    /// As a text.
    pub fn text(&self) -> String {
        match self {
            Self::Number(x) => x.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl From<&str> for Written {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Reads limits from their text (TOML, `docs/planning.md`).
///
/// # Errors
/// [`AskError::Limits`] with line and reason.
pub fn limits(text: &Text) -> Result<ProblemFile, EngineError> {
    let refused = |source| AskError::Limits { place: text.place(), source };
    Ok(ProblemFile::from_toml(&text.text).map_err(refused)?)
}

/// Reads limits from their file.
///
/// # Errors
/// [`AskError::LimitsFile`], and as [`limits`].
pub fn limits_file(path: &Path) -> Result<ProblemFile, EngineError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| AskError::LimitsFile { path: path.to_path_buf(), source })?;
    limits(&Text { name: path.display().to_string(), text })
}

/// An amount as people write it: `1.2M`, `500k`, `1,200,000`; `None` for anything else.
pub fn amount(text: &str) -> Option<f64> {
    let text = text.trim().replace([',', '_', ' '], "");
    let (number, by) = match text.char_indices().last() {
        Some((end, 'k' | 'K')) => (&text[..end], 1e3),
        Some((end, 'm' | 'M')) => (&text[..end], 1e6),
        Some((end, 'b' | 'B')) => (&text[..end], 1e9),
        _ => (text.as_str(), 1.0),
    };
    number.parse::<f64>().ok().map(|x| x * by).filter(|x| x.is_finite() && *x >= 0.0)
}

/// Periods of a horizon such as `13w`; `plan.horizon_years` when none is given.
pub(super) fn horizon(
    text: Option<&str>,
    granularity: Granularity,
    registry: &Registry,
) -> Result<usize, AskError> {
    let year = granularity.periods_per_whole_year();
    let Some(text) = text else {
        let usual = registry.get(&keys::PLAN_HORIZON) * year as f64;
        return Ok(usual.round().max(1.0) as usize);
    };
    let text = text.trim();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text[digits.len()..].trim();
    let per = match (granularity, unit) {
        (_, "") => Some(1),
        (Granularity::Day, "d") | (Granularity::Week, "w") | (Granularity::Month, "m") => Some(1),
        (Granularity::Day, "w") => Some(7),
        (_, "q") => Some(year / 4),
        (_, "y") => Some(year),
        _ => None,
    };
    let (noun, example) = (granularity.noun(), example(granularity));
    let count = digits.parse::<usize>().ok();
    let (Some(count), Some(per)) = (count, per) else {
        return Err(AskError::Horizon { text: text.to_owned(), noun, example });
    };
    let periods = count.saturating_mul(per);
    if periods == 0 {
        return Err(AskError::NoPeriod { example });
    }
    let years = registry.get(&keys::PLAN_HORIZON_YEARS);
    if periods as f64 > years * year as f64 {
        return Err(AskError::TooFar { periods, noun, years });
    }
    Ok(periods)
}

/// First days of the periods after the data.
pub(super) fn periods(calendar: &Calendar, horizon: usize) -> Vec<String> {
    let last: Option<NaiveDate> = calendar.starts().last().copied();
    (1..=horizon)
        .map(|k| {
            let day = last.and_then(|d| calendar.granularity().advance(d, k as u32));
            day.map_or_else(|| format!("{k}"), |d| d.to_string())
        })
        .collect()
}

/// What is wanted, as people write it.
fn wanted(text: &str, caution: f64) -> Result<Wanted, AskError> {
    let (what, value) = text.split_once(':').map_or((text, None), |(a, b)| (a, Some(b)));
    let number = value.and_then(amount);
    match (what.trim(), value, number) {
        ("outcome", None, _) => Ok(Wanted::Outcome),
        ("profit", None, _) => Ok(Wanted::Profit),
        ("cautious", None, _) => Ok(Wanted::Cautious { level: caution, weight: 0.0 }),
        ("cautious", _, Some(level)) => Ok(Wanted::Cautious { level, weight: 0.0 }),
        ("quantile", _, Some(level)) => Ok(Wanted::Quantile { level }),
        ("goal", _, Some(least)) => Ok(Wanted::Goal { least }),
        ("roas", _, Some(least)) => Ok(Wanted::TargetRoas { least }),
        ("cpa", _, Some(most)) => Ok(Wanted::TargetCpa { most }),
        ("mroi", _, Some(least)) => Ok(Wanted::TargetMroi { least }),
        _ => Err(AskError::Objective(text.to_owned())),
    }
}

/// The problem of a question.
pub(super) fn problem(asked: &Question, planner: &Planner) -> Result<Problem, AskError> {
    let current = planner.current();
    let budget = asked.budget.as_ref().map(Written::text);
    let free = budget.as_deref().is_some_and(|b| b.trim() == "free");
    let total = match budget.as_deref().filter(|_| !free) {
        None => None,
        Some(text) => Some(amount(text).ok_or_else(|| AskError::Amount(text.to_owned()))?),
    };
    if total == Some(0.0) {
        return Err(AskError::ZeroBudget);
    }
    let wanted = asked.objective.as_deref().map(|o| wanted(o, planner.caution)).transpose()?;
    let file = asked.limits.clone().unwrap_or_default();
    let file_budget = file.budget;
    let mut problem = file.problem(Budget { least: 0.0, most: Some(current) });
    // The question speaks last.
    if let Some(wanted) = wanted {
        problem.wanted = wanted;
    }
    let aims =
        !matches!(problem.wanted, Wanted::Outcome | Wanted::Profit | Wanted::Cautious { .. });
    if free || (total.is_none() && file_budget.is_none() && aims) {
        problem.budget = Budget { least: 0.0, most: None };
    } else if let Some(total) = total {
        problem.budget = Budget { least: 0.0, most: Some(total) };
    }
    problem.resolution = asked.by.or(problem.resolution);
    problem.margin = asked.margin.or(problem.margin);
    if asked.limits.is_none() {
        usual(&mut problem, planner, current);
    }
    Ok(problem)
}

/// Limits where none were given: multiples of what each channel spends now, moved along with a
/// budget that is larger or smaller than what is spent now.
fn usual(problem: &mut Problem, planner: &Planner, current: f64) {
    let times = match problem.budget.most {
        Some(most) if current > 0.0 => most / current,
        _ => 1.0,
    };
    let (least, most) = planner.settings.change;
    let limits = ChannelLimits {
        min: Some(Amount::OfCurrent { of_current: least * times.min(1.0) }),
        max: Some(Amount::OfCurrent { of_current: most * times.max(1.0) }),
        ..ChannelLimits::default()
    };
    problem.every = limits;
}

/// The same money within the usual limits.
pub(super) fn usual_problem(planner: &Planner) -> Problem {
    let current = planner.current();
    let mut problem = Problem::of_budget(Budget { least: current, most: Some(current) });
    usual(&mut problem, planner, current);
    problem
}

/// The same for a range of budgets.
pub(super) fn widen(problem: &mut Problem, planner: &Planner, low: f64, high: f64) {
    let current = planner.current();
    let (least, most) = planner.settings.change;
    let times = |budget: f64| if current > 0.0 { budget / current } else { 1.0 };
    problem.every.min = Some(Amount::OfCurrent { of_current: least * times(low).min(1.0) });
    problem.every.max = Some(Amount::OfCurrent { of_current: most * times(high).max(1.0) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_write_them() {
        assert_eq!(amount("1.2M"), Some(1.2e6));
        assert_eq!(amount(" 500k "), Some(5e5));
        assert_eq!(amount("1,200,000"), Some(1.2e6));
        assert_eq!(amount("-3"), None);
        assert_eq!(amount("much"), None);
        assert_eq!(amount(&Written::Number(1.2e6).text()), Some(1.2e6));
        assert_eq!(amount(&Written::Number(-1.0).text()), None);
    }

    #[test]
    fn horizons_follow_the_data() {
        let periods =
            |text, granularity| horizon(Some(text), granularity, &Registry::default()).ok();
        assert_eq!(periods("13w", Granularity::Week), Some(13));
        assert_eq!(periods("2w", Granularity::Day), Some(14));
        assert_eq!(periods("1y", Granularity::Month), Some(12));
        assert_eq!(periods("3m", Granularity::Week), None);
        assert_eq!(periods("0", Granularity::Week), None);
        assert_eq!(periods("200", Granularity::Week), None);
        assert_eq!(horizon(None, Granularity::Week, &Registry::default()).ok(), Some(13));
    }
}
