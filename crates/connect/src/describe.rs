//! Everything there is to say about a file before it is fitted.

use chrono::NaiveDate;
use outlay_core::registry::Registry;
use outlay_core::{Granularity, KpiKind, Panel};
use serde::{Deserialize, Serialize};

use crate::load::Mapped;
use crate::mapping::{Mapping, RevenuePerUnit};
use crate::propose::{ColumnProposal, Role};
use crate::quality::{Finding, Severity, survey};
use crate::table::{Source, Table};
use crate::totals::{TotalOf, Totals, totals};

/// Name and version of the document's form.
pub const SCHEMA: &str = "outlay/describe/1";

/// What a file holds, what its columns mean, what it adds up to, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Description {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The file in one sentence.
    pub sentence: String,
    /// Whether it can be fitted as it is.
    pub ready: bool,
    /// How it was read.
    pub source: Source,
    /// Rows of data.
    pub rows: usize,
    /// What each column is taken for.
    pub columns: Vec<ColumnProposal>,
    /// What only a person can answer, at most three questions.
    pub questions: Vec<String>,
    /// Size of the panel, where the data makes one.
    pub panel: Option<PanelShape>,
    /// What the file adds up to, where its dates can be read.
    pub totals: Option<Totals>,
    /// What is wrong or weak, the worst first.
    pub findings: Vec<Finding>,
    /// The mapping.
    pub mapping: Mapping,
}

/// Size of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PanelShape {
    /// Period length.
    pub granularity: Granularity,
    /// Periods with a KPI.
    pub periods: usize,
    /// First day of the first of them.
    pub first: NaiveDate,
    /// First day of the last of them.
    pub last: NaiveDate,
    /// Geos; 1 for a national panel.
    pub geos: usize,
    /// Paid channels.
    pub channels: usize,
    /// Organic channels.
    pub organic: usize,
    /// Fingerprint of the data.
    pub fingerprint: String,
}

impl PanelShape {
    fn of(panel: &Panel) -> Option<Self> {
        let starts = panel.calendar.starts();
        Some(Self {
            granularity: panel.calendar.granularity(),
            periods: starts.len(),
            first: *starts.first()?,
            last: *starts.last()?,
            geos: panel.n_geos(),
            channels: panel.channels.len(),
            organic: panel.organic.len(),
            fingerprint: panel.fingerprint().as_str().to_owned(),
        })
    }
}

/// Describes a file under its mapping; `compact` writes a number for a sentence.
pub fn describe(
    mapped: &Mapped,
    registry: &Registry,
    compact: impl Fn(f64) -> String,
) -> Description {
    let Mapped { table, mapping, proposal } = mapped;
    let (findings, built) = survey(table, mapping, registry);
    let totals = totals(table, mapping).ok();
    let (columns, questions) = match proposal {
        Some(proposal) => (proposal.columns.clone(), proposal.questions.clone()),
        None => (named(mapping, table), Vec::new()),
    };
    let panel = built.as_ref().and_then(PanelShape::of);
    let sentence = sentence(table, mapping, &panel, &totals, &findings, compact);
    Description {
        schema: SCHEMA,
        sentence,
        ready: panel.is_some(),
        source: table.source.clone(),
        rows: table.rows(),
        columns,
        questions,
        panel,
        totals,
        findings,
        mapping: mapping.clone(),
    }
}

fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn sentence(
    table: &Table,
    mapping: &Mapping,
    panel: &Option<PanelShape>,
    totals: &Option<Totals>,
    findings: &[Finding],
    compact: impl Fn(f64) -> String,
) -> String {
    let file = &table.source.file;
    let Some(shape) = panel else {
        let problems = findings.iter().filter(|f| f.severity == Severity::Error).count();
        return format!(
            "{file} has {}, and cannot be fitted as it is: {}.",
            plural(table.rows(), "row"),
            plural(problems, "problem")
        );
    };
    let sum = |of: TotalOf| -> f64 {
        totals.iter().flat_map(|t| &t.series).filter(|s| s.of == of).map(|s| s.total).sum()
    };
    let place =
        if shape.geos == 1 { String::new() } else { format!(" in {}", plural(shape.geos, "geo")) };
    let organic = match shape.organic {
        0 => String::new(),
        n => format!(" and {n} organic"),
    };
    let unit = mapping.currency.map(|c| format!(" {c}")).unwrap_or_default();
    let kpi_unit = if mapping.kpi.kind == KpiKind::Revenue { unit.as_str() } else { "" };
    let watch = findings.iter().filter(|f| f.severity == Severity::Warning).count();
    let verdict = match watch {
        0 => "ready to fit".to_owned(),
        1 => "ready to fit, with 1 thing to look at first".to_owned(),
        n => format!("ready to fit, with {n} things to look at first"),
    };
    format!(
        "{file} holds {}{place} from {} to {}, with {} ({}{unit} spent){organic} to explain `{}` ({}{kpi_unit}): {verdict}.",
        plural(shape.periods, shape.granularity.noun()),
        shape.first,
        shape.last,
        plural(shape.channels, "paid channel"),
        compact(sum(TotalOf::Spend)),
        mapping.kpi.column,
        compact(sum(TotalOf::Kpi)),
    )
}

/// What each column is under a mapping that a person wrote.
fn named(mapping: &Mapping, table: &Table) -> Vec<ColumnProposal> {
    let mut out: Vec<ColumnProposal> = Vec::new();
    let mut put = |column: &str, role: Role, channel: Option<&String>| {
        out.push(ColumnProposal {
            column: column.to_owned(),
            role,
            channel: channel.cloned(),
            confidence: 1.0,
            reason: "as the mapping says".to_owned(),
        });
    };
    put(&mapping.date.column, Role::Date, None);
    if let Some(geo) = &mapping.geo {
        put(&geo.column, Role::Geo, None);
        geo.population.iter().for_each(|p| put(p, Role::Population, None));
    }
    if let Some(long) = &mapping.long {
        long.channel.iter().for_each(|c| put(c, Role::ChannelName, None));
        long.variable.iter().for_each(|c| put(c, Role::QuantityName, None));
        long.value.iter().for_each(|c| put(c, Role::QuantityValue, None));
    }
    let kpi = if mapping.kpi.kind == KpiKind::Revenue { Role::Revenue } else { Role::Count };
    put(&mapping.kpi.column, kpi, None);
    if let Some(RevenuePerUnit::Column(column)) = &mapping.kpi.revenue_per_unit {
        put(column, Role::RevenuePerUnit, None);
    }
    for c in &mapping.channels {
        put(&c.spend, Role::Spend, Some(&c.name));
        c.exposure.iter().for_each(|e| put(e, Role::Exposure, Some(&c.name)));
        c.reach.iter().for_each(|e| put(e, Role::Reach, Some(&c.name)));
        c.frequency.iter().for_each(|e| put(e, Role::Frequency, Some(&c.name)));
    }
    for o in &mapping.organic {
        o.exposure.iter().chain(&o.reach).for_each(|e| put(e, Role::Organic, Some(&o.name)));
        o.frequency.iter().for_each(|e| put(e, Role::Frequency, Some(&o.name)));
    }
    let lists = [
        (&mapping.controls, Role::Control),
        (&mapping.treatments, Role::Treatment),
        (&mapping.events, Role::Event),
        (&mapping.ignored, Role::Ignored),
    ];
    for (list, role) in lists {
        list.iter().for_each(|column| put(column, role, None));
    }
    let silent: Vec<String> = table
        .columns
        .iter()
        .filter(|c| !out.iter().any(|p| p.column == c.name))
        .filter(|c| mapping.long.as_ref().is_none_or(|l| !l.metrics.contains(&c.name)))
        .map(|c| c.name.clone())
        .collect();
    for column in silent {
        out.push(ColumnProposal {
            column,
            role: Role::Ignored,
            channel: None,
            confidence: 1.0,
            reason: "the mapping does not name it".to_owned(),
        });
    }
    out
}

impl Description {
    /// The mapping as a TOML file, with the reason for each column as a comment.
    pub fn mapping_file(&self) -> String {
        self.mapping.to_toml(|column| {
            let found = self.columns.iter().find(|c| c.column == column)?;
            (found.reason != "as the mapping says")
                .then(|| format!("{} ({:.0} % sure)", found.reason, found.confidence * 100.0))
        })
    }
}
