//! Proposes what each column means, with a confidence and a reason, from its name and its
//! values.

mod keys;
mod media;
mod outcome;
mod roles;

use chrono::NaiveDate;
use outlay_core::Currency;
use serde::Serialize;
use thiserror::Error;

use crate::long::{self, Shape};
use crate::mapping::{
    DateMapping, FileDialect, GeoMapping, KpiMapping, LongMapping, Mapping, Missing, VERSION,
    Window,
};
use crate::problem::Problem;
use crate::profile::{Profile, profile};
use crate::table::{Column, Table};
use crate::vocabulary::{Topic, Vocabulary, Words};

/// What a column is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ColumnRole))]
pub enum Role {
    /// The dates.
    Date,
    /// The geos.
    Geo,
    /// People per geo.
    Population,
    /// Names the channel of its row.
    ChannelName,
    /// Names the quantity of its row.
    QuantityName,
    /// Holds the quantity of its row.
    QuantityValue,
    /// The outcome, in money.
    Revenue,
    /// The outcome, as a count.
    Count,
    /// Revenue of one unit of the outcome.
    RevenuePerUnit,
    /// Money spent on a channel.
    Spend,
    /// What reached people by a paid channel.
    Exposure,
    /// People reached.
    Reach,
    /// Contacts of those reached.
    Frequency,
    /// What reached people without spend.
    Organic,
    /// Explains the outcome, is no lever.
    Control,
    /// An own lever that is no media.
    Treatment,
    /// An event.
    Event,
    /// Left out.
    Ignored,
}

impl Role {
    /// The word for people.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Geo => "geo",
            Self::Population => "population",
            Self::ChannelName => "channel names",
            Self::QuantityName => "quantity names",
            Self::QuantityValue => "quantities",
            Self::Revenue => "KPI (revenue)",
            Self::Count => "KPI (count)",
            Self::RevenuePerUnit => "revenue per KPI",
            Self::Spend => "spend",
            Self::Exposure => "exposure",
            Self::Reach => "reach",
            Self::Frequency => "frequency",
            Self::Organic => "organic media",
            Self::Control => "control",
            Self::Treatment => "treatment",
            Self::Event => "event",
            Self::Ignored => "ignored",
        }
    }
}

/// What one column is taken for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ColumnProposal {
    /// Name of the column; for a long layout, of the column that was made.
    pub column: String,
    /// What it is taken for.
    pub role: Role,
    /// The channel it belongs to, for media.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// Why.
    pub reason: String,
}

/// A proposed mapping, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The mapping.
    pub mapping: Mapping,
    /// What each column is taken for, in the order of the file.
    pub columns: Vec<ColumnProposal>,
    /// At most three questions that the file cannot answer.
    pub questions: Vec<String>,
}

/// Why no mapping can be proposed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ProposeError {
    /// No column holds dates.
    #[error(
        "no column holds dates: the model needs one row per day, week or month; found {found}; if a column does hold dates, name it under `[date]` in a mapping with its `format`"
    )]
    NoDate {
        /// The columns and their types.
        found: String,
    },
    /// No column is an outcome.
    #[error("no column looks like an outcome (revenue, orders, sign-ups): {advice}")]
    NoKpi {
        /// What to do.
        advice: &'static str,
    },
    /// No column is media.
    #[error(
        "no column looks like media (spend, impressions, clicks): add one column per channel, or name them under `[[channels]]` in a mapping"
    )]
    NoMedia,
    /// The rows could not be turned into columns.
    #[error(transparent)]
    Long(#[from] Problem),
}

impl ProposeError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDate { .. } => "data.no-date",
            Self::NoKpi { .. } => "data.no-kpi",
            Self::NoMedia => "data.no-media",
            Self::Long(problem) => problem.code(),
        }
    }
}

/// A column under consideration.
pub(crate) struct Candidate<'a> {
    pub(crate) column: &'a Column,
    pub(crate) words: Words,
    pub(crate) profile: Profile,
    /// The channel, where the layout says it.
    pub(crate) channel: Option<String>,
}

/// What one column was taken for, on the way to a proposal.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) role: Role,
    pub(crate) channel: Option<String>,
    pub(crate) confidence: f64,
    pub(crate) reason: String,
}

impl Verdict {
    pub(crate) fn new(role: Role, confidence: f64, reason: impl Into<String>) -> Self {
        Self { role, channel: None, confidence, reason: reason.into() }
    }
}

/// Proposes a mapping for a table.
///
/// # Errors
/// [`ProposeError`] when the file has no dates, no outcome or no media.
pub fn propose(table: &Table) -> Result<Proposal, ProposeError> {
    let keys = keys::find(table)?;
    let mut proposals: Vec<ColumnProposal> =
        keys.verdicts.iter().map(|(column, verdict)| proposal(column, verdict)).collect();
    let Some(long) = &keys.long else {
        return wide(table, table, &keys, None, &mut proposals);
    };
    let shape = Shape { date: &keys.date, geo: keys.geo.as_deref(), long };
    let made = long::widen(table, &shape)?;
    wide(table, &made.table, &keys, Some(long), &mut proposals)
}

fn proposal(column: &str, verdict: &Verdict) -> ColumnProposal {
    ColumnProposal {
        column: column.to_owned(),
        role: verdict.role,
        channel: verdict.channel.clone(),
        confidence: verdict.confidence,
        reason: verdict.reason.clone(),
    }
}

/// The channel and the metric that a column of a widened table was made from.
fn origin<'a>(column: &'a str, long: &'a LongMapping) -> Option<(&'a str, &'a str)> {
    long.channel.as_ref()?;
    long.metrics.iter().find_map(|metric| {
        let channel = column.strip_suffix(metric.as_str())?.strip_suffix(' ')?;
        (!channel.is_empty()).then_some((channel, metric.as_str()))
    })
}

fn candidate<'a>(
    column: &'a Column,
    dates: &[Option<NaiveDate>],
    geo: Option<&Column>,
    long: Option<&'a LongMapping>,
) -> Candidate<'a> {
    let vocabulary = Vocabulary::get();
    let made = long.and_then(|l| origin(&column.name, l));
    let mut words = vocabulary.words(made.map_or(&column.name, |(_, metric)| metric));
    if let Some((channel, _)) = made
        && vocabulary.words(channel).has(Topic::Organic)
    {
        for topics in &mut words.topics {
            topics.push(Topic::Organic);
        }
    }
    Candidate {
        column,
        words,
        profile: profile(column, dates, geo),
        channel: made.map(|(channel, _)| channel.to_owned()),
    }
}

fn wide(
    original: &Table,
    table: &Table,
    keys: &keys::Keys,
    long: Option<&LongMapping>,
    proposals: &mut Vec<ColumnProposal>,
) -> Result<Proposal, ProposeError> {
    let dates = table.column(&keys.date).and_then(Column::dates).unwrap_or(&[]);
    let geo = keys.geo.as_ref().and_then(|g| table.column(g));
    let candidates: Vec<Candidate<'_>> = table
        .columns
        .iter()
        .filter(|c| !keys.verdicts.iter().any(|(name, _)| *name == c.name))
        .map(|c| candidate(c, dates, geo, long))
        .collect();
    let mut verdicts: Vec<Option<Verdict>> =
        candidates.iter().map(|c| roles::by_name_and_values(c, keys)).collect();
    outcome::choose(&candidates, &mut verdicts)?;
    roles::settle_unknown(&candidates, &mut verdicts);
    let media = media::assemble(&candidates, &mut verdicts, keys);
    if media.channels.is_empty() && media.organic.is_empty() {
        return Err(ProposeError::NoMedia);
    }
    let mut mapping = Mapping {
        version: VERSION,
        currency: currency(&candidates, &verdicts),
        missing: Missing::Refuse,
        granularity: None,
        aggregate: None,
        controls: vec![],
        treatments: vec![],
        events: vec![],
        ignored: vec![],
        file: FileDialect::default(),
        date: DateMapping { column: keys.date.clone(), format: keys.date_format },
        window: Window::default(),
        geo: keys.geo.clone().map(|column| GeoMapping { column, population: None }),
        long: long.cloned(),
        kpi: KpiMapping {
            column: String::new(),
            kind: outlay_core::KpiKind::Revenue,
            revenue_per_unit: None,
        },
        channels: media.channels,
        organic: media.organic,
    };
    for (name, verdict) in &keys.verdicts {
        if verdict.role == Role::Ignored && (long.is_none() || table.column(name).is_some()) {
            mapping.ignored.push(name.clone());
        }
    }
    for (candidate, verdict) in candidates.iter().zip(&verdicts) {
        let Some(verdict) = verdict else { continue };
        assign(&mut mapping, &candidate.column.name, verdict.role);
        proposals.push(proposal(&candidate.column.name, verdict));
    }
    proposals.sort_by_key(|p| {
        let own = original.column(&p.column).or_else(|| table.column(&p.column));
        own.map_or(0, |c| c.position)
    });
    let questions = questions(&mapping, proposals);
    Ok(Proposal { mapping, columns: std::mem::take(proposals), questions })
}

fn assign(mapping: &mut Mapping, column: &str, role: Role) {
    let column = column.to_owned();
    match role {
        Role::Revenue | Role::Count => {
            mapping.kpi.column = column;
            mapping.kpi.kind = if role == Role::Revenue {
                outlay_core::KpiKind::Revenue
            } else {
                outlay_core::KpiKind::Count
            };
        }
        Role::RevenuePerUnit => {
            mapping.kpi.revenue_per_unit = Some(crate::mapping::RevenuePerUnit::Column(column));
        }
        Role::Population => {
            if let Some(geo) = &mut mapping.geo {
                geo.population = Some(column);
            }
        }
        Role::Control => mapping.controls.push(column),
        Role::Treatment => mapping.treatments.push(column),
        Role::Event => mapping.events.push(column),
        Role::Ignored => mapping.ignored.push(column),
        _ => {}
    }
}

fn currency(candidates: &[Candidate<'_>], verdicts: &[Option<Verdict>]) -> Option<Currency> {
    let money = [Role::Spend, Role::Revenue, Role::RevenuePerUnit];
    let mut found: Option<Currency> = None;
    for (candidate, verdict) in candidates.iter().zip(verdicts) {
        if verdict.as_ref().is_some_and(|v| money.contains(&v.role))
            && let Some(currency) = candidate.column.currency
        {
            if found.is_some_and(|f| f != currency) {
                return None;
            }
            found = Some(currency);
        }
    }
    found
}

/// What a person should confirm, the most consequential first.
fn questions(mapping: &Mapping, proposals: &[ColumnProposal]) -> Vec<String> {
    let mut out = Vec::new();
    let is_kpi = |p: &&ColumnProposal| matches!(p.role, Role::Revenue | Role::Count);
    if let Some(kpi) = proposals.iter().find(is_kpi) {
        let doubtful = kpi.confidence < 0.8;
        if doubtful {
            out.push(format!(
                "is `{}` the outcome, and is it {}?",
                kpi.column,
                if kpi.role == Role::Revenue { "revenue" } else { "a count" }
            ));
        }
    }
    let guessed: Vec<&str> = proposals
        .iter()
        .filter(|p| p.confidence <= 0.5 && p.role != Role::Ignored && !is_kpi(p))
        .map(|p| p.column.as_str())
        .collect();
    if !guessed.is_empty() {
        let shown = guessed.iter().take(4).map(|g| format!("`{g}`")).collect::<Vec<_>>().join(", ");
        let more = if guessed.len() > 4 {
            format!(" and {} more", guessed.len() - 4)
        } else {
            String::new()
        };
        out.push(format!(
            "what {} {shown}{more}? The name says little; the proposal follows the values",
            if guessed.len() == 1 { "is" } else { "are" }
        ));
    }
    if mapping.currency.is_none() {
        out.push(
            "in which currency are spend and revenue? Set `currency` in the mapping".to_owned(),
        );
    }
    out.truncate(3);
    out
}
