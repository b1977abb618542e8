//! The page of a plan: sentence, plan, curves, change, calendar, alternatives, limits, notes,
//! proof, in this order.

mod alternatives;
mod calendar;
mod change;
mod channels;
mod curves;
mod head;
mod hold;
mod limits;
mod proof;
mod tracks;

use chrono::NaiveDate;
use minijinja::Value;
use outlay_mmm::summary::Estimate;
use outlay_planner::plan::{ChannelPlan, Plan};
use serde::Serialize;

use crate::options::{ReportError, ReportOptions};
use crate::palette::{self, Look};
use crate::policy::content_policy;
use crate::render::{SCRIPT, STYLE, render};
use crate::terms::{Terms, label};

const TEMPLATE: &str = include_str!("templates/plan.html");
const PLAN_STYLE: &str = include_str!("templates/plan.css");

/// A channel of a plan as charts need it.
#[derive(Debug, Clone)]
pub(crate) struct Shown<'a> {
    /// Place in the plan, for look-ups by position.
    pub(crate) index: usize,
    /// The name made safe to show.
    pub(crate) name: String,
    /// Its look, by its place in the fit: the same as in the report of the fit.
    pub(crate) look: Look,
    /// What is planned for it.
    pub(crate) channel: &'a ChannelPlan,
}

/// What every section is made from.
pub(crate) struct Material<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) terms: Terms,
    /// All channels, those with most money now or planned first.
    pub(crate) ordered: Vec<Shown<'a>>,
    /// How many of them stand in the pictures.
    shown: usize,
}

impl<'a> Material<'a> {
    fn new(plan: &'a Plan, options: &ReportOptions) -> Self {
        let mut ordered: Vec<Shown<'a>> = plan
            .channels
            .iter()
            .enumerate()
            .map(|(index, channel)| Shown {
                index,
                name: label(&channel.name),
                look: Look::of(index),
                channel,
            })
            .collect();
        let money = |s: &Shown<'_>| s.channel.planned.max(s.channel.current);
        ordered.sort_by(|a, b| money(b).total_cmp(&money(a)));
        Self {
            plan,
            terms: Terms::of_question(&plan.question, options.locale),
            ordered,
            shown: options.channels_shown.clamp(1, 30),
        }
    }

    /// The channels that stand in the pictures.
    pub(crate) fn pictured(&self) -> &[Shown<'a>] {
        &self.ordered[..self.shown.min(self.ordered.len())]
    }

    /// The rest, which stand in the tables only.
    pub(crate) fn others(&self) -> &[Shown<'a>] {
        &self.ordered[self.shown.min(self.ordered.len())..]
    }

    /// Whether the plan was searched for within limits; one that was only priced has none.
    pub(crate) fn was_searched(&self) -> bool {
        self.plan.certificate.is_some()
    }

    /// `6 weeks`, `1 month`.
    pub(crate) fn span(&self) -> String {
        let count = self.plan.question.periods.len();
        plural(count, &label(&self.plan.question.period))
    }

    /// A sentence for hover without its full stop: `Brings €1.2M (0.9M–1.5M)`.
    pub(crate) fn outcome_tip(&self, what: &str, e: &Estimate) -> String {
        format!("{what} {}", self.terms.outcome_interval(&expected(e)))
    }
}

/// The estimate with its mean as the central value. A plan is found and proved by what is expected,
/// and its sentences say that; means of channels add up, medians do not. Without a finite mean (a
/// cost of what may bring nothing) the median stays.
pub(crate) fn expected(e: &Estimate) -> Estimate {
    if e.mean.is_finite() { Estimate { q50: e.mean, ..*e } } else { *e }
}

/// A sentence whose signs are not torn from their amounts at the end of a line.
pub(crate) fn unbroken(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut chars = sentence.trim().chars().peekable();
    while let Some(c) = chars.next() {
        text.push(c);
        let amount =
            chars.peek().is_some_and(|next| !next.is_whitespace() && !next.is_alphabetic());
        if matches!(c, '−' | '+') && amount {
            text.push('\u{2060}');
        }
    }
    text
}

/// `1 week`, `6 weeks`.
pub(crate) fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// Heads for periods, short: `2 Nov 2026`, then `9 Nov`, with the year again where it changes. What
/// is no date is shown as it is.
pub(crate) fn period_names(starts: &[String], period: &str) -> Vec<String> {
    use chrono::Datelike;
    let mut year = None;
    starts
        .iter()
        .map(|start| match start.parse::<NaiveDate>() {
            Ok(date) => {
                let new_year = year.replace(date.year()) != Some(date.year());
                let shape = match (period == "month", new_year) {
                    (true, true) => "%b %Y",
                    (true, false) => "%b",
                    (false, true) => "%-d %b %Y",
                    (false, false) => "%-d %b",
                };
                date.format(shape).to_string()
            }
            Err(_) => label(start),
        })
        .collect()
}

/// A change as a share of what is now: `+12 %`, `=`, `new`; empty where there is nothing either
/// way.
pub(crate) fn relative_change(terms: &Terms, now: f64, planned: f64) -> String {
    if !now.is_finite() || !planned.is_finite() || (now <= 0.0 && planned <= 0.0) {
        return String::new();
    }
    if now <= 0.0 {
        return "new".to_owned();
    }
    let change = planned / now - 1.0;
    // Less than what would round to one per cent of itself is not worth a reader's look.
    if change.abs() < 0.005 {
        return "=".to_owned();
    }
    // Nearly all is not all.
    let nearly = planned > 0.0 && change < -0.995;
    let digits = usize::from(change.abs() < 0.0995 || nearly);
    let text = terms.locale.fixed(change * 100.0, digits);
    format!("{}{text} %", if change > 0.0 { "+" } else { "" })
}

#[derive(Serialize)]
struct Context {
    page: Page,
}

#[derive(Serialize)]
struct Page {
    theme: &'static str,
    /// Name of the plan; may be empty.
    name: String,
    title: String,
    policy: String,
    style: Value,
    script: Value,
    sign: String,
    decimal: String,
    money: &'static str,
    head: head::Head,
    tracks: tracks::Section,
    channels: channels::Section,
    curves: curves::Section,
    change: change::Section,
    calendar: calendar::Section,
    alternatives: alternatives::Section,
    limits: limits::Section,
    notes: Vec<limits::Note>,
    proof: proof::Section,
}

/// A plan as one HTML page that needs nothing else: style, script, pictures and data are inside.
/// The same plan and options give the same bytes. [`ReportOptions::title`] is the plan's name; an
/// empty one leaves its periods.
///
/// # Errors
/// [`ReportError`] when the page cannot be rendered.
pub fn plan_html(plan: &Plan, options: &ReportOptions) -> Result<String, ReportError> {
    let material = Material::new(plan, options);
    let style = format!("{}{STYLE}{PLAN_STYLE}", palette::style());
    let head = head::build(&material);
    let name = if options.title.is_empty() { String::new() } else { label(&options.title) };
    let page = Page {
        theme: options.theme.name(),
        title: if name.is_empty() { head.period.clone() } else { name.clone() },
        name,
        policy: content_policy(&style, SCRIPT),
        style: Value::from_safe_string(style),
        script: Value::from_safe_string(SCRIPT.to_owned()),
        sign: material.terms.sign.clone(),
        decimal: material.terms.locale.decimal.to_string(),
        money: if material.terms.outcome_is_money { "true" } else { "false" },
        head,
        tracks: tracks::build(&material),
        channels: channels::build(&material),
        curves: curves::build(&material),
        change: change::build(&material),
        calendar: calendar::build(&material),
        alternatives: alternatives::build(&material),
        limits: limits::build(&material),
        notes: limits::notes(&material),
        proof: proof::build(&material),
    };
    render(TEMPLATE, Context { page })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Locale;

    #[test]
    fn periods_say_their_year_where_it_changes() {
        let starts = ["2026-12-21", "2026-12-28", "2027-01-04", "later"].map(str::to_owned);
        assert_eq!(period_names(&starts, "week"), ["21 Dec 2026", "28 Dec", "4 Jan 2027", "later"]);
        assert_eq!(period_names(&["2026-12-01".to_owned()], "month"), ["Dec 2026"]);
    }

    #[test]
    fn signs_stay_with_their_amounts() {
        assert_eq!(unbroken("(−€78K to +5), a + b"), "(−\u{2060}€78K to +\u{2060}5), a + b");
    }

    #[test]
    fn changes_are_shares_of_what_is_now() {
        let question = outlay_planner::plan::Question {
            periods: vec![],
            period: "week".into(),
            geos: vec![],
            objective: String::new(),
            wanted: None,
            resolution: outlay_planner::design::Resolution::Channel,
            budget_least: 0.0,
            budget_most: None,
            currency: None,
            outcome_unit: "sales".into(),
            outcome_is_money: false,
            limits: vec![],
        };
        let terms = Terms::of_question(&question, Locale::POINT);
        let cases = [
            (100.0, 112.0, "+12 %"),
            (100.0, 96.5, "−3.5 %"),
            (100.0, 100.1, "="),
            (0.0, 5.0, "new"),
            (5.0, 0.0, "−100 %"),
            (500.0, 1.0, "−99.8 %"),
            (0.0, 0.0, ""),
            (f64::NAN, 1.0, ""),
        ];
        for (now, planned, shown) in cases {
            assert_eq!(relative_change(&terms, now, planned), shown);
        }
    }
}
