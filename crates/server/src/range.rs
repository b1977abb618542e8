//! Which part of the data a page is about. Ranges count from the last day of the data, since stored
//! files end in the past, and hold whole periods: a period belongs to the range that holds its first
//! day, so that ranges which follow one another count each of them once.

use std::ops::Range;

use chrono::NaiveDate;
use outlay_core::registry::{Registry, keys};
use outlay_core::{Calendar, Granularity, Grid};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::wire::range::{RangeView, Stretch};

/// Which days, and what they are compared with.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// So many weeks up to the last day of the data, or `all` of it. Not together with `from` or
    /// `to`.
    #[param(pattern = "^([1-9][0-9]{0,3}|all)?$")]
    pub(crate) last: Option<String>,
    /// First day; that of the data when only `to` is said.
    pub(crate) from: Option<NaiveDate>,
    /// Last day; that of the data when only `from` is said.
    pub(crate) to: Option<NaiveDate>,
    /// What the range is compared with; `before` when left out.
    #[param(inline)]
    pub(crate) compare: Option<Compare>,
}

/// What a range is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compare {
    /// As many periods right before it.
    #[default]
    Before,
    /// The same periods a year before: 52 weeks, so that weekdays stay what they are.
    Year,
    /// Nothing.
    None,
}

/// Which days are wanted, before there is a calendar to find them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Weeks(u32),
    All,
    Days(Option<NaiveDate>, Option<NaiveDate>),
}

/// What is asked for, checked; an [`Asked`] in a workspace with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ask {
    wish: Wish,
    compare: Compare,
    /// Weeks where nothing is said.
    usual: u32,
}

impl Asked {
    /// Checks what was said; where nothing was, the usual weeks are meant.
    pub(crate) fn or_usual(&self, registry: &Registry) -> Result<Ask, Problem> {
        let usual = usual(registry);
        self.or(Wish::Weeks(usual), usual)
    }

    /// Checks what was said; where nothing was, everything is meant.
    pub(crate) fn or_all(&self, registry: &Registry) -> Result<Ask, Problem> {
        self.or(Wish::All, usual(registry))
    }

    fn or(&self, otherwise: Wish, usual: u32) -> Result<Ask, Problem> {
        let last = self.last.as_deref().filter(|text| !text.is_empty());
        let wish = match (last, self.from, self.to) {
            (None, None, None) => otherwise,
            (None, from, to) => {
                if from.zip(to).is_some_and(|(from, to)| from > to) {
                    let next = "give `from` the earlier day of the two";
                    return Err(refused("range.order", "the range ends before it begins", next)
                        .field("to", "lies before `from`"));
                }
                Wish::Days(from, to)
            }
            (Some("all"), None, None) => Wish::All,
            (Some(text), None, None) => {
                let weeks = text.parse().ok().filter(|weeks| (1..=MOST_WEEKS).contains(weeks));
                Wish::Weeks(weeks.ok_or_else(|| {
                    let next =
                        format!("ask for 1 to {MOST_WEEKS} weeks (`last=13`), or `last=all`");
                    refused("range.last", "`last` is no number of weeks", next)
                        .field("last", "is neither a number of weeks nor `all`")
                })?)
            }
            (Some(_), ..) => {
                let next = "send `last`, or `from` and `to`";
                return Err(refused("range.mixed", "the range is said twice", next)
                    .field("last", "stands beside `from` or `to`"));
            }
        };
        Ok(Ask { wish, compare: self.compare.unwrap_or_default(), usual })
    }
}

/// What `last` may be: as `data.range_weeks`.
const MOST_WEEKS: u32 = 5200;

fn usual(registry: &Registry) -> u32 {
    registry.get(&keys::DATA_RANGE) as u32
}

fn refused(code: &str, title: &str, next: impl Into<String>) -> Problem {
    Problem::refused(code, title, next)
}

/// One of the names that the data has, or a refusal that lists them.
pub(crate) fn known<'a>(
    what: &str,
    asked: Option<&'a str>,
    names: &[String],
) -> Result<Option<&'a str>, Problem> {
    let Some(asked) = asked.filter(|text| !text.is_empty()) else { return Ok(None) };
    if names.iter().any(|name| name == asked) {
        return Ok(Some(asked));
    }
    let next = if names.is_empty() {
        format!("leave `{what}` out: the data names none")
    } else {
        let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("leave `{what}` out, or name one of {}", all.join(", "))
    };
    let title = format!("the data has no {what} of this name");
    Err(refused(&format!("range.{what}"), &title, next).field(what, "is not in the data"))
}

/// The periods of a calendar that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// Their places; empty where the range holds nothing.
    pub(crate) inside: Range<usize>,
    /// Places of what they are compared with, as many; none where that is not wanted, or the data
    /// does not go back so far.
    pub(crate) before: Option<Range<usize>>,
    ask: Ask,
}

impl Window {
    /// Finds the periods that are asked for.
    pub(crate) fn of(ask: Ask, calendar: &Calendar) -> Self {
        let starts = calendar.starts();
        let length = starts.len();
        let inside = match ask.wish {
            Wish::All => 0..length,
            Wish::Weeks(weeks) => {
                length.saturating_sub(periods(weeks, calendar.granularity()))..length
            }
            Wish::Days(from, to) => {
                let first = from.map_or(0, |from| starts.partition_point(|start| *start < from));
                let end = to.map_or(length, |to| starts.partition_point(|start| *start <= to));
                first..end.max(first)
            }
        };
        let back = match ask.compare {
            Compare::Before => inside.len(),
            Compare::Year => calendar.granularity().periods_per_whole_year(),
            Compare::None => 0,
        };
        let before = inside.start.checked_sub(back).filter(|_| back > 0 && !inside.is_empty());
        Self { before: before.map(|start| start..start + inside.len()), inside, ask }
    }

    /// The sum over the range of a series that has one value per period.
    pub(crate) fn sum(&self, values: &[f64]) -> f64 {
        sum(values, &self.inside)
    }

    /// The same over what it is compared with.
    pub(crate) fn sum_before(&self, values: &[f64]) -> Option<f64> {
        self.before.as_ref().map(|before| sum(values, before))
    }

    /// As it is served; `None` for a calendar without periods.
    pub(crate) fn view(&self, calendar: &Calendar) -> Option<RangeView> {
        let data = stretch(calendar, &(0..calendar.len()))?;
        let here = stretch(calendar, &self.inside).unwrap_or(match self.ask.wish {
            // What holds nothing is what was asked for.
            Wish::Days(from, to) => {
                let from = from.unwrap_or_else(|| to.map_or(data.from, |to| to.min(data.from)));
                Stretch { from, to: to.unwrap_or(data.to).max(from) }
            }
            _ => data,
        });
        Some(RangeView {
            from: here.from,
            to: here.to,
            periods: self.inside.len(),
            granularity: calendar.granularity().to_string(),
            last: match self.ask.wish {
                Wish::Weeks(weeks) => Some(weeks.to_string()),
                Wish::All => Some("all".to_owned()),
                Wish::Days(..) => None,
            },
            against: self.before.as_ref().and_then(|before| stretch(calendar, before)),
            instead: self.inside.is_empty().then(|| instead(calendar, self.ask.usual)).flatten(),
            data,
        })
    }
}

/// The usual weeks at the end of a calendar: what is shown instead of a range that holds nothing.
pub(crate) fn instead(calendar: &Calendar, usual: u32) -> Option<Stretch> {
    let length = calendar.len();
    stretch(calendar, &(length.saturating_sub(periods(usual, calendar.granularity()))..length))
}

impl Ask {
    /// Weeks where nothing is said.
    pub(crate) fn usual(self) -> u32 {
        self.usual
    }

    /// The same without a comparison.
    pub(crate) fn alone(self) -> Self {
        Self { compare: Compare::None, ..self }
    }

    /// Names it among kept answers.
    pub(crate) fn key(self) -> String {
        format!("{:?} {:?} {}", self.wish, self.compare, self.usual)
    }
}

/// The days from `first` to `last` as a calendar, for data that has no other periods.
pub(crate) fn days(first: NaiveDate, last: NaiveDate) -> Calendar {
    let length = (last - first).num_days().max(0).unsigned_abs() as usize + 1;
    Calendar::regular(Granularity::Day, first, length)
}

/// How many periods so many weeks are; at least one.
fn periods(weeks: u32, granularity: Granularity) -> usize {
    let share = 7.0 * granularity.per_year() / Granularity::Day.per_year();
    (f64::from(weeks) * share).round().max(1.0) as usize
}

/// The first and the last day of some periods.
pub(crate) fn stretch(calendar: &Calendar, places: &Range<usize>) -> Option<Stretch> {
    let starts = calendar.starts().get(places.clone())?;
    let next = calendar.granularity().advance(*starts.last()?, 1)?;
    Some(Stretch { from: *starts.first()?, to: next.pred_opt()? })
}

fn sum(values: &[f64], places: &Range<usize>) -> f64 {
    values.get(places.clone()).unwrap_or_default().iter().sum()
}

/// A value beside what it was: the share by which it changed. Nothing where it was nothing.
pub(crate) fn change(now: f64, before: Option<f64>) -> Option<f64> {
    before.filter(|before| *before > 0.0).map(|before| now / before - 1.0)
}

/// A series of one geo, or of all together.
pub(crate) fn row(grid: &Grid, geo: Option<usize>) -> Vec<f64> {
    geo.filter(|geo| *geo < grid.geos())
        .map_or_else(|| grid.national(), |geo| grid.row(geo).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// 60 weeks; the last one ends on a Sunday, 23 February 2025.
    fn weeks() -> Calendar {
        Calendar::regular(Granularity::Week, day("2024-01-01"), 60)
    }

    fn asked(last: &str, from: &str, to: &str, compare: Compare) -> Result<Ask, Problem> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let date = |text: &str| (!text.is_empty()).then(|| day(text));
        Asked { last: text(last), from: date(from), to: date(to), compare: Some(compare) }
            .or_usual(&Registry::default())
    }

    fn window(last: &str, from: &str, to: &str, compare: Compare) -> Window {
        Window::of(asked(last, from, to, compare).unwrap(), &weeks())
    }

    #[test]
    fn ranges_count_from_the_last_day_of_the_data() {
        for (last, inside, before) in [
            ("", 47..60, Some(34..47)),
            ("4", 56..60, Some(52..56)),
            ("13", 47..60, Some(34..47)),
            ("52", 8..60, None),
            ("900", 0..60, None),
            ("all", 0..60, None),
        ] {
            let found = window(last, "", "", Compare::Before);
            assert_eq!((found.inside, found.before), (inside, before), "{last}");
        }
        let view = window("4", "", "", Compare::Before).view(&weeks()).unwrap();
        assert_eq!((view.from, view.to), (day("2025-01-27"), day("2025-02-23")));
        let against = view.against.unwrap();
        assert_eq!((against.from, against.to), (day("2024-12-30"), day("2025-01-26")));
        assert_eq!((view.last.as_deref(), view.periods), (Some("4"), 4));
        assert!(view.instead.is_none());
    }

    #[test]
    fn a_year_before_is_the_same_season() {
        assert_eq!(window("4", "", "", Compare::Year).before, Some(4..8));
        assert_eq!(window("13", "", "", Compare::Year).before, None, "the data is too short");
        assert_eq!(window("4", "", "", Compare::None).before, None);
        let months = Calendar::regular(Granularity::Month, day("2023-01-01"), 24);
        let ask = asked("13", "", "", Compare::Year).unwrap();
        let found = Window::of(ask, &months);
        assert_eq!((found.inside, found.before), (21..24, Some(9..12)), "a quarter is 3 months");
    }

    #[test]
    fn a_period_belongs_to_the_range_that_holds_its_first_day() {
        let january = window("", "2024-01-01", "2024-01-31", Compare::None);
        let february = window("", "2024-02-01", "2024-02-29", Compare::None);
        assert_eq!((january.inside, february.inside), (0..5, 5..9));
        assert_eq!(window("", "2025-02-01", "", Compare::None).inside, 57..60);
        assert_eq!(window("", "", "2024-01-08", Compare::None).inside, 0..2);
    }

    #[test]
    fn what_holds_nothing_says_where_there_is_something() {
        for (from, to) in
            [("2030-01-01", "2030-02-01"), ("2030-01-01", ""), ("2024-01-02", "2024-01-05")]
        {
            let found = window("", from, to, Compare::Before);
            let view = found.view(&weeks()).unwrap();
            assert_eq!((view.periods, found.before, view.from), (0, None, day(from)));
            assert!(view.to >= view.from && view.last.is_none());
            let instead = view.instead.unwrap();
            assert_eq!((instead.from, instead.to), (day("2024-11-25"), day("2025-02-23")));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_next_step() {
        for (last, from, to, code) in [
            ("0", "", "", "range.last"),
            ("-3", "", "", "range.last"),
            ("5201", "", "", "range.last"),
            ("soon", "", "", "range.last"),
            ("4", "2024-01-01", "", "range.mixed"),
            ("", "2024-02-01", "2024-01-01", "range.order"),
        ] {
            let refused = asked(last, from, to, Compare::Before).unwrap_err();
            assert_eq!((refused.status, refused.code.as_str()), (422, code));
            assert!(!refused.next.is_empty() && !refused.errors.is_empty());
        }
        let names = ["tv".to_owned(), "search".to_owned()];
        assert_eq!(known("channel", Some("tv"), &names).unwrap(), Some("tv"));
        assert_eq!(known("channel", Some(""), &names).unwrap(), None);
        let refused = known("channel", Some("radio"), &names).unwrap_err();
        assert_eq!(refused.code, "range.channel");
        assert!(refused.next.contains("`search`"), "{}", refused.next);
    }

    #[test]
    fn days_are_a_calendar_as_well() {
        let calendar = days(day("2024-01-01"), day("2024-03-31"));
        assert_eq!(calendar.len(), 91);
        let found = Window::of(asked("4", "", "", Compare::Before).unwrap(), &calendar);
        assert_eq!((found.inside, found.before), (63..91, Some(35..63)));
    }

    #[test]
    fn a_change_needs_something_to_have_changed() {
        assert_eq!(change(3.0, Some(2.0)), Some(0.5));
        assert_eq!(change(3.0, Some(0.0)), None);
        assert_eq!(change(3.0, None), None);
    }
}
