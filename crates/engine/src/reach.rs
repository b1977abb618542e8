//! Reach planning: curves from given points, and the budget that reaches most people.

use outlay_planner::reach::{
    FitReport, FitSettings, Method, ReachAt, ReachError, ReachRow, Segment, Split, SplitRequest,
    Unit, cheapest, fit, from_rows, split,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::EngineError;
use crate::error::{Kind, Told};

/// Points at which a curve is read.
const STEPS: u32 = 24;
/// How far beyond its last point a curve is read, as a multiple of it.
const BEYOND: f64 = 1.5;
/// What the table of points must have.
const COLUMNS: &str = "give the columns channel, population, unit (`spend` or `impressions`), bought and reached; segment, frequency and cost_per_thousand may be there too";

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReachRequest {
    /// Numbers of exposures at which people are counted; 1 and 3 when empty.
    pub frequencies: Vec<u32>,
    /// Money to divide for the highest combined reach at the first of them.
    pub budget: Option<f64>,
    /// Share of the population to reach (0 to 1) for as little money as possible; the budget, where
    /// there is one, is the most that may be spent.
    pub target: Option<f64>,
    /// What a curve keeps of its points.
    pub method: Method,
}

/// Curves, and the split where one was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reached {
    /// The answer in one sentence.
    pub sentence: String,
    /// One per channel and segment, in the order of the points.
    pub curves: Vec<Curve>,
    /// The split.
    pub split: Option<Split>,
}

/// A curve, read at some amounts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReachCurve))]
pub struct Curve {
    /// The channel.
    pub channel: String,
    /// Whom the points describe; empty for everybody.
    #[cfg_attr(feature = "schema", schema(value_type = std::collections::HashMap<String, String>))]
    pub segment: Segment,
    /// People in the segment.
    pub population: f64,
    /// What is bought.
    pub unit: Unit,
    /// How far the curve is from its points, and what was assumed.
    pub fit: FitReport,
    /// Most people it can reach once, however much is bought.
    pub limit: f64,
    /// From the first step to one and a half times the largest amount given.
    pub at: Vec<ReachAt>,
    /// The same at the largest amount given.
    pub last: ReachAt,
}

/// Why there is no answer about reach.
#[derive(Debug, Error)]
pub enum ReachFailure {
    /// The table cannot be read.
    #[error("{name} is no table of reach points: {reason}")]
    Table {
        /// The file.
        name: String,
        /// What is wrong, with its line.
        reason: String,
    },
    /// There is nothing in it.
    #[error("{0} has no reach points")]
    Empty(String),
    /// The target is no share.
    #[error("{0} is no share of people")]
    Target(f64),
    /// Segments cannot share a budget.
    #[error("a budget is divided over channels of one segment, and there are several")]
    Segments,
    /// The points, or the question, make no sense.
    #[error(transparent)]
    Reach(#[from] ReachError),
}

impl Told for ReachFailure {
    fn code(&self) -> &'static str {
        match self {
            Self::Table { .. } | Self::Empty(_) => "reach.table",
            Self::Target(_) => "reach.target",
            Self::Segments => "reach.segments",
            Self::Reach(ReachError::Target { .. } | ReachError::Budget { .. }) => "reach.split",
            Self::Reach(_) => "reach.points",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Target(_) | Self::Segments => Kind::Specification,
            Self::Reach(ReachError::Target { .. } | ReachError::Budget { .. }) => {
                Kind::Specification
            }
            _ => Kind::Data,
        }
    }

    fn next(&self) -> String {
        match self {
            Self::Table { .. } | Self::Empty(_) => COLUMNS.to_owned(),
            Self::Target(_) => "give a share between 0 and 1".to_owned(),
            Self::Segments => "leave one segment in the table, or ask for curves only".to_owned(),
            Self::Reach(ReachError::Target { .. }) => {
                "lower the target, raise the budget, or add channels".to_owned()
            }
            Self::Reach(_) => "correct the points".to_owned(),
        }
    }
}

/// Fits a curve to the points of each channel and segment (CSV, one row per point), and divides a
/// budget where one is given.
///
/// # Errors
/// [`ReachFailure`], as an [`EngineError`], for tables that cannot be read, points that cannot be,
/// and targets that no budget reaches.
pub fn reach(name: &str, csv: &[u8], request: &ReachRequest) -> Result<Reached, EngineError> {
    Ok(answer(name, csv, request)?)
}

fn answer(name: &str, csv: &[u8], request: &ReachRequest) -> Result<Reached, ReachFailure> {
    let points = from_rows(&rows(name, csv)?)?;
    if points.is_empty() {
        return Err(ReachFailure::Empty(name.to_owned()));
    }
    let usual = [1, 3];
    let frequencies: &[u32] =
        if request.frequencies.is_empty() { &usual } else { &request.frequencies };
    let settings = FitSettings { method: request.method, ..FitSettings::default() };
    let (mut curves, mut read) = (Vec::new(), Vec::new());
    for given in &points {
        let (curve, report) = fit(given, &settings)?;
        let step = BEYOND * curve.last() / f64::from(STEPS);
        let at = |bought: f64| curve.at(bought, frequencies);
        read.push(Curve {
            channel: given.channel.clone(),
            segment: given.segment.clone(),
            population: given.population,
            unit: given.unit,
            fit: report,
            limit: curve.limit(1),
            at: (1..=STEPS).map(|k| at(step * f64::from(k))).collect::<Result<_, _>>()?,
            last: at(curve.last())?,
        });
        curves.push(curve);
    }
    let split = if request.budget.is_some() || request.target.is_some() {
        if points.iter().any(|p| p.segment != points[0].segment) {
            return Err(ReachFailure::Segments);
        }
        // Without a budget the whole of every curve may be bought.
        let all: f64 =
            curves.iter().map(|c| BEYOND * c.last() * c.cost_per_unit().unwrap_or(1.0)).sum();
        let mut wanted = SplitRequest::new(request.budget.unwrap_or(all));
        wanted.frequency = frequencies[0];
        Some(match request.target {
            Some(share) if share > 0.0 && share <= 1.0 => {
                cheapest(share * points[0].population, &curves, &wanted)?
            }
            Some(share) => return Err(ReachFailure::Target(share)),
            None => split(&curves, &wanted)?,
        })
    } else {
        None
    };
    let sentence = sentence(&read, split.as_ref(), frequencies[0]);
    Ok(Reached { sentence, curves: read, split })
}

fn rows(name: &str, csv: &[u8]) -> Result<Vec<ReachRow>, ReachFailure> {
    let bad = |e: csv::Error| ReachFailure::Table { name: name.to_owned(), reason: e.to_string() };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
    reader.deserialize().collect::<Result<_, _>>().map_err(bad)
}

fn sentence(curves: &[Curve], split: Option<&Split>, frequency: u32) -> String {
    let often = match frequency {
        1 => String::new(),
        k => format!(" at least {k} times"),
    };
    match split {
        Some(split) => format!(
            "{:.0} of money reach {:.0} % of the people{often} by at least one channel.",
            split.spent,
            100.0 * split.combined.share,
        ),
        None => {
            let most = curves.iter().max_by(|a, b| {
                let share = |c: &Curve| c.last.reach[0].people / c.population;
                share(a).total_cmp(&share(b))
            });
            most.map_or_else(String::new, |c| {
                format!(
                    "{} reaches most: {:.0} % of its people{often} at {:.0} of {}.",
                    c.channel,
                    100.0 * c.last.reach[0].share,
                    c.last.bought,
                    match c.unit {
                        Unit::Spend => "money",
                        Unit::Impressions => "impressions",
                    },
                )
            })
        }
    }
}
