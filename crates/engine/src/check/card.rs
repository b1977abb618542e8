//! The quality card of a data set: how complete it is, what is wrong or weak, and what so much
//! history allows.

use std::collections::BTreeSet;

use outlay_connect::{Description, Finding, PanelShape, Severity, Values, smallest_model};
use outlay_core::registry::{Registry, keys};
use serde::{Deserialize, Serialize};

use crate::collect::Collected;
use crate::learn::usual_origins;

/// Name and version of the card's form.
pub const SCHEMA: &str = "outlay/card/1";

/// The quality card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Whether the data may be learnt from.
    pub ready: bool,
    /// The worst of what was found.
    pub state: State,
    /// The data in one sentence.
    pub sentence: String,
    /// Size of the panel, where the data makes one.
    pub panel: Option<PanelShape>,
    /// Every mapped column with the share of its cells that hold a value.
    pub completeness: Vec<Completeness>,
    /// What was looked at, heading by heading, always all of them.
    pub aspects: Vec<Aspect>,
    /// What so much history allows, where the data makes a panel.
    pub allows: Option<Allowance>,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CardState))]
pub enum State {
    /// Nothing was found.
    Good,
    /// Something is worth knowing.
    Note,
    /// Answers will be weaker.
    Look,
    /// The data cannot be used as it is.
    Bad,
}

/// How complete a column is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Completeness {
    /// The column.
    pub column: String,
    /// Rows with a value.
    pub present: usize,
    /// Rows of the file.
    pub rows: usize,
    /// Share of rows with a value, in 0..1.
    pub share: f64,
    /// Cells that hold something that could not be read.
    pub unreadable: usize,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CardHeading))]
pub enum Heading {
    /// Missing values.
    Completeness,
    /// Missing periods, uneven dates.
    Gaps,
    /// Periods that stand twice, rows that contradict each other.
    Duplicates,
    /// Values far from the rest, impossible ones, doubtful units.
    Values,
    /// Channels that cannot be told apart, or from the baseline.
    Separability,
    /// How much data there is.
    Size,
    /// How the file was read and mapped.
    Reading,
}

/// One heading of the card.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CardAspect))]
pub struct Aspect {
    /// What it is about.
    pub heading: Heading,
    /// The worst of its findings.
    pub state: State,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// What so much history allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Allowance {
    /// Geos times periods with a KPI.
    pub observations: usize,
    /// Years of history.
    pub years: f64,
    /// Parameters of the smallest sensible model of these channels.
    pub parameters: usize,
    /// Observations per parameter.
    pub per_parameter: f64,
    /// Channels, paid and organic, of the data.
    pub channels: usize,
    /// Most channels for which there would be enough observations per parameter.
    pub channels_at_most: usize,
    /// Whether seasons can be told from media that follow them.
    pub seasons: bool,
    /// Origins of the backtest that is run unasked; 0 where there is too little history.
    pub backtest_origins: usize,
    /// The same in one sentence.
    pub sentence: String,
}

/// The quality card of a file under its mapping.
pub fn card(collected: &Collected, registry: &Registry) -> Card {
    let description = collected.describe(registry);
    let state = worst(&description.findings);
    Card {
        schema: SCHEMA,
        ready: description.ready,
        state: if description.ready { state } else { State::Bad },
        sentence: description.sentence.clone(),
        panel: description.panel.clone(),
        completeness: completeness(collected),
        aspects: aspects(&description),
        allows: allowance(collected, &description, registry),
    }
}

fn worst(findings: &[Finding]) -> State {
    let state = |f: &Finding| match f.severity {
        Severity::Note => State::Note,
        Severity::Warning => State::Look,
        Severity::Error => State::Bad,
    };
    findings.iter().map(state).max().unwrap_or(State::Good)
}

fn completeness(collected: &Collected) -> Vec<Completeness> {
    let (table, mapping) = (&collected.mapped.table, &collected.mapped.mapping);
    let ignored: BTreeSet<&str> = mapping.ignored.iter().map(String::as_str).collect();
    let rows = table.rows();
    let present = |values: &Values| match values {
        Values::Number(v) => v.iter().flatten().count(),
        Values::Date(v) => v.iter().flatten().count(),
        Values::Text(v) => v.iter().flatten().count(),
    };
    let columns = table.columns.iter().filter(|c| !ignored.contains(c.name.as_str()));
    columns
        .map(|column| {
            let present = present(&column.values);
            Completeness {
                column: column.name.clone(),
                present,
                rows,
                share: present as f64 / rows.max(1) as f64,
                unreadable: column.unreadable.len(),
            }
        })
        .collect()
}

const HEADINGS: [Heading; 7] = [
    Heading::Completeness,
    Heading::Gaps,
    Heading::Duplicates,
    Heading::Values,
    Heading::Separability,
    Heading::Size,
    Heading::Reading,
];

fn aspects(description: &Description) -> Vec<Aspect> {
    HEADINGS
        .into_iter()
        .map(|heading| {
            let own = description.findings.iter().filter(|f| about(f.code) == heading);
            let findings: Vec<Finding> = own.cloned().collect();
            Aspect { heading, state: worst(&findings), findings }
        })
        .collect()
}

/// What a finding is about, by its code; what has no heading of its own is about the reading.
fn about(code: &str) -> Heading {
    match code {
        "data.missing-values" | "data.open-end" | "data.blank-key" | "data.sparse-channel" => {
            Heading::Completeness
        }
        "data.missing-periods" | "data.geo-missing-periods" | "data.uneven-dates" => Heading::Gaps,
        "data.duplicate-dates" | "data.conflicting-rows" => Heading::Duplicates,
        "data.spike"
        | "data.negative-media"
        | "data.kpi-zero"
        | "data.kpi-negative"
        | "data.unit-cost"
        | "data.money-units"
        | "data.spend-above-revenue"
        | "data.spend-tiny"
        | "data.exposure-without-spend"
        | "data.spend-without-exposure"
        | "data.unreadable-cell"
        | "data.wrong-type"
        | "data.constant-kpi"
        | "data.all-zero-channel" => Heading::Values,
        "data.correlated"
        | "data.collinear"
        | "data.vif"
        | "data.constant-channel"
        | "data.constant-column"
        | "data.small-channel" => Heading::Separability,
        "data.thin"
        | "data.short-history"
        | "data.too-many-parameters"
        | "data.too-few-periods"
        | "data.no-media" => Heading::Size,
        _ => Heading::Reading,
    }
}

fn allowance(
    collected: &Collected,
    description: &Description,
    registry: &Registry,
) -> Option<Allowance> {
    let shape = description.panel.as_ref()?;
    let mapping = &collected.mapped.mapping;
    let channels = shape.channels + shape.organic;
    let covariates = mapping.controls.len() + mapping.treatments.len();
    let observations = shape.geos * shape.periods;
    let parameters = smallest_model(channels, covariates);
    let wanted = registry.get(&keys::DATA_OBSERVATIONS_PER_PARAMETER);
    let enough = |n: usize| observations as f64 >= wanted * smallest_model(n, covariates) as f64;
    let most = (1..=observations).take_while(|n| enough(*n)).last().unwrap_or(0);
    let years = shape.periods as f64 / shape.granularity.per_year();
    let seasons = years >= registry.get(&keys::DATA_HISTORY_YEARS);
    let origins = usual_origins(shape.geos, shape.periods, shape.granularity, registry);
    let noun = shape.granularity.noun();
    let channels_word = if most == 1 { "channel" } else { "channels" };
    let sentence = format!(
        "{} {noun}s{} are enough for about {most} {channels_word}{}{}.",
        shape.periods,
        if shape.geos > 1 { format!(" of {} geos", shape.geos) } else { String::new() },
        if seasons { "" } else { ", and too short to tell seasons from media that follow them" },
        if origins > 0 { "; the model is tried on periods it has not seen" } else { "" },
    );
    Some(Allowance {
        observations,
        years,
        parameters,
        per_parameter: observations as f64 / parameters as f64,
        channels,
        channels_at_most: most,
        seasons,
        backtest_origins: origins,
        sentence,
    })
}
