//! A plan of the user's own, from a file: long (`channel`, `spend`, perhaps `period` and `geo`) or
//! wide (a column per channel, a row per period or one row of totals).

use std::path::Path;

use outlay_connect::{Input, ReadOptions, Table, Values, read_input};
use outlay_core::registry::Registry;
use outlay_planner::plan::Plan;

use super::artefact::{CSV, read};
use super::{AskError, Planner};
use crate::error::EngineError;

/// A plan of the user's own, or an earlier one: CSV, TSV, Parquet or XLSX, long (`channel`,
/// `spend`, perhaps `period` and `geo`) or wide (a column per channel).
#[derive(Debug, Clone)]
pub struct OwnPlan {
    /// The plan as messages name it.
    pub(super) place: String,
    /// The table.
    input: Input,
    /// The plan that was written with it, where it is an earlier one.
    pub(super) earlier: Option<Box<Plan>>,
}

/// A plan's table, read.
struct File<'a> {
    place: &'a str,
    table: &'a Table,
    opened: &'a Planner,
    periods: &'a [String],
}

fn wrong(place: &str, reason: String, next: &str) -> AskError {
    AskError::Own { place: place.to_owned(), reason, next: next.to_owned() }
}

const FORMS: &str = super::error::FORMS;

impl OwnPlan {
    /// A plan in a table.
    pub fn new(input: Input) -> Self {
        Self { place: input.to_string(), input, earlier: None }
    }

    /// A plan in a file; of a folder that a plan was written to, its table.
    pub fn at(path: &Path) -> Self {
        let file = if path.is_dir() { path.join(CSV) } else { path.to_path_buf() };
        Self { place: path.display().to_string(), ..Self::new(Input::Path(file)) }
    }

    /// As [`OwnPlan::at`]; a folder's plan is read too, so that its periods and its price are
    /// known.
    ///
    /// # Errors
    /// [`AskError`] when the folder holds no plan of this version.
    pub fn earlier(path: &Path) -> Result<Self, EngineError> {
        let earlier = path.is_dir().then(|| read(path)).transpose()?;
        Ok(Self { earlier: earlier.map(Box::new), ..Self::at(path) })
    }

    /// The plan that was written with the table, where it is an earlier one.
    pub fn plan(&self) -> Option<&Plan> {
        self.earlier.as_deref()
    }

    /// Spend per cell of the plan, whose periods are called `periods`.
    pub(super) fn cells(
        &self,
        planner: &Planner,
        periods: &[String],
        registry: &Registry,
    ) -> Result<Vec<f64>, AskError> {
        let options = ReadOptions::from_registry(registry);
        let table = read_input(&self.input, &options).map_err(AskError::OwnRead)?;
        let long =
            find(&table, &["channel"]).is_some() && find(&table, &["spend", "planned"]).is_some();
        let file = File { place: &self.place, table: &table, opened: planner, periods };
        if long { file.long() } else { file.wide() }
    }

    /// The plan spends nothing.
    pub(super) fn empty(&self) -> AskError {
        let next = "give at least one channel some money";
        wrong(&self.place, "the plan spends nothing".to_owned(), next)
    }
}

fn find(table: &Table, names: &[&str]) -> Option<usize> {
    let is = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name.trim()));
    table.columns.iter().position(|c| is(&c.name))
}

impl File<'_> {
    fn money(&self, column: usize, row: usize) -> Result<f64, AskError> {
        let (path, table) = (self.place, self.table);
        let name = &table.columns[column].name;
        let value = table.columns[column].numbers().and_then(|v| v.get(row).copied()).flatten();
        match value {
            Some(x) if x >= 0.0 => Ok(x),
            Some(x) => Err(wrong(
                path,
                format!("line {}: `{name}` is {x}", table.line(row)),
                "spend is zero or more",
            )),
            None => Err(wrong(
                path,
                format!("line {}: `{name}` holds no amount", table.line(row)),
                "write an amount in every row; zero for nothing",
            )),
        }
    }

    fn channel(&self, name: &str) -> Result<usize, AskError> {
        let (path, opened) = (self.place, self.opened);
        let known = &opened.outlook.response.channels;
        known.iter().position(|c| c == name.trim()).ok_or_else(|| {
            wrong(
                path,
                format!("the fit has no channel `{name}`"),
                &format!("it has {}", known.join(", ")),
            )
        })
    }

    /// The period that a cell names: its first day, or its number from 1.
    fn period(&self, column: usize, row: usize) -> Result<usize, AskError> {
        let (path, table) = (self.place, self.table);
        let label = table.columns[column].label(row).unwrap_or_default();
        let n = self.opened.periods.len();
        let by_date = self.periods.iter().position(|p| *p == label);
        let by_number = label.parse::<f64>().ok().filter(|k| k.fract() == 0.0 && *k >= 1.0);
        let found = by_date.or(by_number.map(|k| k as usize - 1)).filter(|k| *k < n);
        found.ok_or_else(|| {
        let (first, last) = (self.periods.first(), self.periods.last());
        wrong(
            path,
            format!("line {}: `{label}` is no period of the plan", table.line(row)),
            &format!(
                "the plan runs over {n} periods from {} to {}: name their first days, or 1 to {n}, or choose another --horizon",
                first.map_or("", String::as_str),
                last.map_or("", String::as_str)
            ),
        )
    })
    }

    fn long(&self) -> Result<Vec<f64>, AskError> {
        let (path, table, opened) = (self.place, self.table, self.opened);
        let response = &opened.outlook.response;
        let (geos, horizon) = (response.geos.len(), response.horizon);
        let column = |names: &[&str]| find(table, names);
        let (Some(who), Some(spend)) = (column(&["channel"]), column(&["spend", "planned"])) else {
            return Err(wrong(path, "it is no plan".to_owned(), FORMS));
        };
        let (when, place) = (column(&["period", "date", "week", "day", "month"]), column(&["geo"]));
        let mut cells = vec![0.0; response.cells()];
        for row in 0..table.rows() {
            let name = table.columns[who].label(row).unwrap_or_default();
            let c = self.channel(&name)?;
            let x = self.money(spend, row)?;
            let t = when.map(|column| self.period(column, row)).transpose()?;
            let g = match place {
                None => None,
                Some(column) => {
                    let label = table.columns[column].label(row).unwrap_or_default();
                    let found = response.geos.iter().position(|g| *g == label);
                    Some(found.ok_or_else(|| {
                        wrong(
                            path,
                            format!("line {}: the fit has no geo `{label}`", table.line(row)),
                            &format!("it has {}", response.geos.join(", ")),
                        )
                    })?)
                }
            };
            let own = |k: Option<usize>, n: usize| k.map_or(0..n, |k| k..k + 1);
            let chosen: Vec<usize> = own(g, geos)
                .flat_map(|g| own(t, horizon).map(move |t| (g, t)))
                .map(|(g, t)| response.cell(c, g, t))
                .collect();
            spread(&mut cells, &chosen, x, &opened.outlook.reference);
        }
        Ok(cells)
    }

    fn wide(&self) -> Result<Vec<f64>, AskError> {
        let (path, table, opened) = (self.place, self.table, self.opened);
        let response = &opened.outlook.response;
        let (geos, horizon) = (response.geos.len(), response.horizon);
        let (n, rows) = (table.columns.len(), table.rows());
        let is_time = |k: usize| {
            let c = &table.columns[k];
            matches!(c.values, Values::Date(_))
                || ["period", "week", "day", "month", "date"]
                    .contains(&c.name.to_lowercase().as_str())
        };
        let time = (0..n).find(|k| is_time(*k));
        if rows != 1 && rows != horizon && time.is_none() {
            return Err(wrong(
                path,
                format!("it has {rows} rows, and the plan {horizon} periods"),
                "give one row of totals, a row per period, or a column `period`",
            ));
        }
        let mut cells = vec![0.0; response.cells()];
        for k in (0..n).filter(|k| Some(*k) != time) {
            let c = self.channel(&table.columns[k].name)?;
            for row in 0..rows {
                let x = self.money(k, row)?;
                let t = match time {
                    Some(column) => Some(self.period(column, row)?),
                    None => (rows > 1).then_some(row),
                };
                let chosen: Vec<usize> = (0..geos)
                    .flat_map(|g| t.map_or(0..horizon, |t| t..t + 1).map(move |t| (g, t)))
                    .map(|(g, t)| response.cell(c, g, t))
                    .collect();
                spread(&mut cells, &chosen, x, &opened.outlook.reference);
            }
        }
        Ok(cells)
    }
}

/// Adds money to cells, as the reference spreads it; evenly where it spends nothing.
fn spread(cells: &mut [f64], chosen: &[usize], money: f64, reference: &[f64]) {
    let known: f64 = chosen.iter().map(|i| reference[*i]).sum();
    for i in chosen {
        let share = if known > 0.0 { reference[*i] / known } else { 1.0 / chosen.len() as f64 };
        cells[*i] += money * share;
    }
}
