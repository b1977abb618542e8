//! What is wrong or weak about the data, and what to do about it.

mod activity;
mod together;

use outlay_core::registry::{Registry, keys};
use outlay_core::{Grid, KpiKind, Panel};
use serde::{Deserialize, Serialize};

use crate::mapping::Mapping;
use crate::panel::{self, Aligned};
use crate::problem::Problem;
use crate::table::Table;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Makes answers weaker.
    Warning,
    /// Keeps the data from being used.
    Error,
}

impl Severity {
    /// The word for people.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something about the data that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = DataFinding))]
pub struct Finding {
    /// Stable name of the kind of finding.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it is, with numbers.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

impl Finding {
    pub(crate) fn new(
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { code, severity, message: message.into(), advice: advice.into() }
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        Self::new(problem.code(), Severity::Error, problem.to_string(), problem.advice())
    }
}

/// A named series over `[geo][period]` that the checks look at.
pub(crate) struct Watched<'a> {
    pub(crate) name: String,
    pub(crate) grid: &'a Grid,
}

/// Looks for everything that is wrong or weak about a table under a mapping, the worst first.
/// What keeps the data from being used is [`Severity::Error`].
pub fn inspect(table: &Table, mapping: &Mapping, registry: &Registry) -> Vec<Finding> {
    survey(table, mapping, registry).0
}

/// The findings, and the panel where the data makes one.
pub(crate) fn survey(
    table: &Table,
    mapping: &Mapping,
    registry: &Registry,
) -> (Vec<Finding>, Option<Panel>) {
    let mut findings = reading(table);
    let mut panel = None;
    match panel::align(mapping, table) {
        Err(refused) => findings.extend(refused.problems.iter().map(Finding::from)),
        Ok(aligned) => {
            findings.extend(aligned.problems.iter().map(Finding::from));
            findings.extend(aligned.notes.iter().map(note));
            if aligned.problems.is_empty() {
                panel = examine(&aligned, mapping, registry, &mut findings);
            }
        }
    }
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    (findings, panel)
}

/// What was decided while the file was read.
fn reading(table: &Table) -> Vec<Finding> {
    table.notes.iter().map(note).collect()
}

fn note(note: &crate::table::Note) -> Finding {
    let doubtful = note.code.starts_with("doubtful") || note.code == "mixed-currencies";
    let severity = if doubtful { Severity::Warning } else { Severity::Note };
    Finding::new(note.code, severity, note.message.clone(), "")
}

fn examine(
    aligned: &Aligned,
    mapping: &Mapping,
    registry: &Registry,
    out: &mut Vec<Finding>,
) -> Option<Panel> {
    if let Some(problem) = panel::check_size(aligned, registry) {
        // What series have in common says little where they outnumber the observations.
        out.push(Finding::from(&problem));
        return None;
    }
    size(aligned, registry, out);
    scale(aligned, mapping, registry, out);
    units(mapping, out);
    activity::check(aligned, mapping, registry, out);
    together::check(aligned, registry, out);
    match Panel::new(panel::draft(mapping, aligned)) {
        Ok(panel) => Some(panel),
        Err(errors) => {
            out.extend(errors.into_iter().map(|e| Finding::from(&Problem::Panel(e))));
            None
        }
    }
}

/// Whether there is enough data for the model.
fn size(aligned: &Aligned, registry: &Registry, out: &mut Vec<Finding>) {
    let periods = aligned.frame.calendar.len() - aligned.lead_in;
    let observations = periods * aligned.frame.geos.len();
    let parameters = panel::least_parameters(aligned);
    let ratio = observations as f64 / parameters as f64;
    let wanted = registry.get(&keys::DATA_OBSERVATIONS_PER_PARAMETER);
    if ratio < wanted && ratio >= registry.get(&keys::DATA_OBSERVATIONS_PER_PARAMETER_REFUSE) {
        out.push(Finding::new(
            "data.thin",
            Severity::Warning,
            format!("{observations} observations for at least {parameters} parameters: {ratio:.1} each, where {wanted} are the least"),
            "expect wide intervals; join small channels, add periods, or split the data by geo",
        ));
    }
    let years = periods as f64 / aligned.frame.calendar.granularity().per_year();
    let least = registry.get(&keys::DATA_HISTORY_YEARS);
    if years < least && periods >= outlay_core::panel::MINIMUM_PERIODS {
        out.push(Finding::new(
            "data.short-history",
            Severity::Warning,
            format!("{years:.1} years of history: seasons and media that follow them are hard to tell apart below {least}"),
            "add earlier periods if there are any",
        ));
    }
}

/// Words in a header that say that its money is in thousands or millions.
const SCALE_WORDS: [&str; 15] = [
    "tsd",
    "teur",
    "keur",
    "kusd",
    "kgbp",
    "thousand",
    "thousands",
    "000s",
    "milliers",
    "miles",
    "mio",
    "mn",
    "meur",
    "million",
    "millions",
];
/// The same as signs.
const SCALE_SIGNS: [&str; 8] = ["T€", "k€", "K€", "M€", "k$", "K$", "M$", "k£"];

/// Money columns of which some say thousands and others say nothing.
fn units(mapping: &Mapping, out: &mut Vec<Finding>) {
    let mut money: Vec<&str> = mapping.channels.iter().map(|c| c.spend.as_str()).collect();
    if mapping.kpi.kind == KpiKind::Revenue {
        money.push(&mapping.kpi.column);
    }
    let scaled = |name: &&&str| {
        let words = crate::vocabulary::tokens(name);
        words.iter().any(|t| SCALE_WORDS.contains(&t.text.as_str()))
            || SCALE_SIGNS.iter().any(|sign| name.contains(sign))
    };
    let named: Vec<&&str> = money.iter().filter(scaled).collect();
    if let Some(first) = named.first()
        && named.len() < money.len()
    {
        out.push(Finding::new(
            "data.money-units",
            Severity::Warning,
            format!("`{first}` seems to be in thousands or millions, other money columns not"),
            "bring all money to one unit, or returns will be off by that factor",
        ));
    }
}

/// Whether money and outcome are of a plausible size.
fn scale(aligned: &Aligned, mapping: &Mapping, registry: &Registry, out: &mut Vec<Finding>) {
    let series = &aligned.series;
    let revenue: f64 = match (&series.revenue_per_unit, mapping.kpi.kind) {
        (Some(price), _) => {
            let cells = series.kpi.values().iter().zip(price.values());
            cells.map(|(k, p)| k * p).filter(|v| v.is_finite()).sum()
        }
        (None, KpiKind::Revenue) => series.kpi.values().iter().filter(|v| v.is_finite()).sum(),
        (None, KpiKind::Count) => 0.0,
    };
    let spend: f64 = series.channels.iter().filter_map(|c| c.spend.as_ref()).map(Grid::total).sum();
    if revenue > 0.0 && spend > 0.0 {
        let ratio = spend / revenue;
        if ratio > registry.get(&keys::DATA_SPEND_TO_REVENUE_MAX) {
            out.push(Finding::new(
                "data.spend-above-revenue",
                Severity::Warning,
                format!("media cost {ratio:.1} times the revenue"),
                "check that spend and revenue are in the same currency and unit (thousands?)",
            ));
        } else if ratio < registry.get(&keys::DATA_SPEND_TO_REVENUE_MIN) {
            out.push(Finding::new(
                "data.spend-tiny",
                Severity::Warning,
                format!("media cost {:.4} % of the revenue", ratio * 100.0),
                "check that spend and revenue are in the same currency and unit (thousands? scaled to 0..1?)",
            ));
        }
    }
    let values = series.kpi.values();
    let zeros = values.iter().filter(|v| **v == 0.0).count();
    if zeros > 0 && zeros * 10 < values.len() {
        out.push(Finding::new(
            "data.kpi-zero",
            Severity::Warning,
            format!("the KPI is zero in {zeros} of {} rows", values.len()),
            "if tracking failed there, fill in the real numbers or mark the periods as events",
        ));
    }
    let negative = values.iter().filter(|v| **v < 0.0).count();
    if negative > 0 {
        out.push(Finding::new(
            "data.kpi-negative",
            Severity::Warning,
            format!("the KPI is negative in {negative} of {} rows", values.len()),
            "book returns in the period of the sale, or take gross numbers",
        ));
    }
}
