//! From the command line and the constraints file to a problem.

use chrono::NaiveDate;
use outlay_core::{Calendar, Granularity};
use outlay_planner::design::Resolution;
use outlay_planner::problem::{Amount, Budget, ChannelLimits, Problem, ProblemFile, Wanted};

use super::{Opened, Question};
use crate::failure::{Exit, Failure};

/// How finely money is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum By {
    /// A total per channel; periods and geos as they are now.
    Channel,
    /// Per channel and geo.
    Geo,
    /// Per channel and period.
    Period,
    /// Per channel, geo and period.
    Cell,
}

impl By {
    fn resolution(self) -> Resolution {
        match self {
            Self::Channel => Resolution::Channel,
            Self::Geo => Resolution::Geo,
            Self::Period => Resolution::Period,
            Self::Cell => Resolution::Cell,
        }
    }
}

/// Years beyond which nothing is planned: no response function is known for so long.
const YEARS: usize = 2;

fn wrong(code: &'static str, message: String, next: &str) -> Failure {
    Failure::new(Exit::Specification, code, message, next)
}

/// An amount as people write it: `1.2M`, `500k`, `1,200,000`.
pub(super) fn amount(text: &str) -> Option<f64> {
    let text = text.trim().replace([',', '_', ' '], "");
    let (number, by) = match text.char_indices().last() {
        Some((end, 'k' | 'K')) => (&text[..end], 1e3),
        Some((end, 'm' | 'M')) => (&text[..end], 1e6),
        Some((end, 'b' | 'B')) => (&text[..end], 1e9),
        _ => (text.as_str(), 1.0),
    };
    number.parse::<f64>().ok().map(|x| x * by).filter(|x| x.is_finite() && *x >= 0.0)
}

/// Periods of a horizon such as `13w`; a quarter when none is given.
pub(super) fn horizon(text: Option<&str>, granularity: Granularity) -> Result<usize, Failure> {
    let year = granularity.periods_per_whole_year();
    let Some(text) = text else { return Ok(year / 4) };
    let text = text.trim();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text[digits.len()..].trim();
    let example = match granularity {
        Granularity::Day => "90d, 13w or 1q",
        Granularity::Week => "13w, 1q or 1y",
        Granularity::Month => "3m, 1q or 1y",
    };
    let per = match (granularity, unit) {
        (_, "") => Some(1),
        (Granularity::Day, "d") | (Granularity::Week, "w") | (Granularity::Month, "m") => Some(1),
        (Granularity::Day, "w") => Some(7),
        (_, "q") => Some(year / 4),
        (_, "y") => Some(year),
        _ => None,
    };
    let count = digits.parse::<usize>().ok();
    let (Some(count), Some(per)) = (count, per) else {
        let noun = granularity.noun();
        return Err(wrong(
            "plan.horizon",
            format!("`{text}` is no horizon for a fit of {noun}s"),
            &format!("write it as {example}"),
        ));
    };
    let periods = count.saturating_mul(per);
    if periods == 0 {
        return Err(wrong(
            "plan.horizon",
            "a plan needs at least one period".to_owned(),
            &format!("write the horizon as {example}"),
        ));
    }
    if periods > YEARS * year {
        return Err(wrong(
            "plan.horizon",
            format!("a horizon of {periods} {}s is beyond {YEARS} years", granularity.noun()),
            "nothing is known of responses that far ahead: plan two years at most, and again then",
        ));
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

/// What is wanted, as written on the command line.
fn wanted(text: &str) -> Result<Wanted, Failure> {
    let (what, value) = text.split_once(':').map_or((text, None), |(a, b)| (a, Some(b)));
    let number = value.and_then(amount);
    let refuse =
        |next: &str| Err(wrong("plan.objective", format!("`{text}` is no objective"), next));
    match (what.trim(), value, number) {
        ("outcome", None, _) => Ok(Wanted::Outcome),
        ("profit", None, _) => Ok(Wanted::Profit),
        ("cautious", None, _) => Ok(Wanted::Cautious { level: CAUTION, weight: 0.0 }),
        ("cautious", _, Some(level)) => Ok(Wanted::Cautious { level, weight: 0.0 }),
        ("quantile", _, Some(level)) => Ok(Wanted::Quantile { level }),
        ("goal", _, Some(least)) => Ok(Wanted::Goal { least }),
        ("roas", _, Some(least)) => Ok(Wanted::TargetRoas { least }),
        ("cpa", _, Some(most)) => Ok(Wanted::TargetCpa { most }),
        ("mroi", _, Some(least)) => Ok(Wanted::TargetMroi { least }),
        _ => refuse(
            "use outcome, profit, cautious[:0.1], quantile:0.1, goal:2M, roas:3, cpa:25 or mroi:1",
        ),
    }
}

/// Share of the worst cases that a cautious plan looks at when none is named.
const CAUTION: f64 = 0.25;

/// The problem of a question.
pub(super) fn problem(asked: &Question, opened: &Opened) -> Result<Problem, Failure> {
    let current: f64 = opened.outlook.reference.iter().sum();
    let given = asked.constraints.as_deref().map(file).transpose()?;
    let free = asked.budget.as_deref().is_some_and(|b| b.trim() == "free");
    let total = match asked.budget.as_deref().filter(|_| !free) {
        None => None,
        Some(text) => Some(amount(text).ok_or_else(|| {
            let next = "write it as 1200000, 500k or 1.2M, or `free`";
            wrong("plan.budget", format!("`{text}` is no amount"), next)
        })?),
    };
    if total == Some(0.0) {
        return Err(wrong(
            "plan.budget",
            "the budget is zero: there is nothing to place".to_owned(),
            "give a budget above zero, or `free`",
        ));
    }
    let has_file = given.is_some();
    let wanted = asked.objective.as_deref().map(wanted).transpose()?;
    let file = given.unwrap_or_default();
    let file_budget = file.budget;
    let mut problem = file.problem(Budget { least: 0.0, most: Some(current) });
    // The command line speaks last.
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
    if let Some(by) = asked.by {
        problem.resolution = Some(by.resolution());
    }
    if asked.margin.is_some() {
        problem.margin = asked.margin;
    }
    if !has_file {
        usual(&mut problem, opened, current);
    }
    Ok(problem)
}

/// Limits where none were given: multiples of what each channel spends now, moved along with a
/// budget that is larger or smaller than what is spent now.
fn usual(problem: &mut Problem, opened: &Opened, current: f64) {
    let times = match problem.budget.most {
        Some(most) if current > 0.0 => most / current,
        _ => 1.0,
    };
    let (least, most) = opened.settings.change;
    let limits = ChannelLimits {
        min: Some(Amount::OfCurrent { of_current: least * times.min(1.0) }),
        max: Some(Amount::OfCurrent { of_current: most * times.max(1.0) }),
        ..ChannelLimits::default()
    };
    problem.every = limits;
}

/// The same money within the usual limits.
pub(super) fn usual_problem(opened: &Opened) -> Problem {
    let current: f64 = opened.outlook.reference.iter().sum();
    let mut problem = Problem::of_budget(Budget { least: current, most: Some(current) });
    usual(&mut problem, opened, current);
    problem
}

/// The same for a range of budgets.
pub(super) fn widen(problem: &mut Problem, opened: &Opened, low: f64, high: f64) {
    let current: f64 = opened.outlook.reference.iter().sum();
    let (least, most) = opened.settings.change;
    let times = |budget: f64| if current > 0.0 { budget / current } else { 1.0 };
    problem.every.min = Some(Amount::OfCurrent { of_current: least * times(low).min(1.0) });
    problem.every.max = Some(Amount::OfCurrent { of_current: most * times(high).max(1.0) });
}

fn file(path: &std::path::Path) -> Result<ProblemFile, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        let message = format!("cannot read {}: {e}", path.display());
        Failure::new(Exit::Files, "plan.constraints", message, "name a file with limits (TOML)")
    })?;
    ProblemFile::from_toml(&text).map_err(|e| {
        let message = format!("{}: {e}", path.display());
        Failure::new(
            Exit::Specification,
            "plan.constraints",
            message,
            "correct it (`docs/planning.md` lists what may stand there); nothing was written",
        )
    })
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
    }

    #[test]
    fn horizons_follow_the_data() {
        let periods = |text, granularity| horizon(Some(text), granularity).ok();
        assert_eq!(periods("13w", Granularity::Week), Some(13));
        assert_eq!(periods("2w", Granularity::Day), Some(14));
        assert_eq!(periods("1y", Granularity::Month), Some(12));
        assert_eq!(periods("3m", Granularity::Week), None);
        assert_eq!(periods("0", Granularity::Week), None);
        assert_eq!(periods("200", Granularity::Week), None);
        assert_eq!(horizon(None, Granularity::Week).ok(), Some(13));
    }
}
