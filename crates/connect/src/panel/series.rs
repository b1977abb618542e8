//! Mapped columns as series on the calendar.

use std::collections::BTreeSet;

use outlay_core::{Currency, Grid};

use super::align::{self, Frame};
use crate::mapping::{Mapping, Missing, RevenuePerUnit};
use crate::problem::Problem;
use crate::table::{Column, Note, Table, Values};

/// How several rows become one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    Sum,
    Mean,
    Any,
}

/// A paid or organic channel on the calendar.
pub(crate) struct Medium {
    pub(crate) name: String,
    pub(crate) spend: Option<Grid>,
    pub(crate) exposure: Option<Grid>,
    pub(crate) reach: Option<(Grid, Grid)>,
    pub(crate) unit: String,
}

impl Medium {
    /// What drives the channel's effect: exposure, contacts (reach times frequency), or spend.
    pub(crate) fn driver(&self) -> Option<Grid> {
        match (&self.reach, &self.exposure, &self.spend) {
            (Some((reach, frequency)), _, _) => {
                let cells = reach.values().iter().zip(frequency.values());
                let contacts = cells.map(|(r, f)| r * f).collect();
                Grid::new(reach.geos(), reach.periods(), contacts)
            }
            (None, exposure, spend) => exposure.as_ref().or(spend.as_ref()).cloned(),
        }
    }
}

/// Every mapped series, `[geo][period]`, media lead-in included; NaN where a value is missing.
pub(crate) struct Series {
    pub(crate) kpi: Grid,
    pub(crate) revenue_per_unit: Option<Grid>,
    pub(crate) channels: Vec<Medium>,
    pub(crate) organic: Vec<Medium>,
    pub(crate) controls: Vec<(String, Grid)>,
    pub(crate) treatments: Vec<(String, Grid)>,
}

/// What the collection of series shares.
struct Collector<'a> {
    mapping: &'a Mapping,
    table: &'a Table,
    frame: &'a Frame,
    problems: &'a mut Vec<Problem>,
    zeroed: usize,
}

/// Collects the mapped series; problems are added to the list. Also the number of periods of
/// media history before the KPI starts.
pub(crate) fn collect(
    mapping: &Mapping,
    table: &Table,
    frame: &Frame,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> (Series, usize) {
    let mut c = Collector { mapping, table, frame, problems, zeroed: 0 };
    let kpi = c.grid(&mapping.kpi.column, Join::Sum, "the KPI");
    let lead_in = c.kpi_span(&kpi, notes);
    c.complete(&kpi, &mapping.kpi.column, "the KPI", lead_in);
    let revenue_per_unit = match &mapping.kpi.revenue_per_unit {
        None => None,
        Some(RevenuePerUnit::Value(value)) => {
            Some(Grid::filled(frame.geos.len(), frame.calendar.len(), *value))
        }
        Some(RevenuePerUnit::Column(column)) => {
            let grid = c.grid(column, Join::Mean, "the revenue per unit");
            c.complete(&grid, column, "the revenue per unit", lead_in);
            Some(grid)
        }
    };
    let mut channels = Vec::new();
    for m in &mapping.channels {
        channels.push(Medium {
            name: m.name.clone(),
            spend: Some(c.media(&m.spend, Join::Sum, "spend", lead_in)),
            exposure: m.exposure.as_ref().map(|e| c.media(e, Join::Sum, "exposure", 0)),
            reach: c.reach(m.reach.as_ref(), m.frequency.as_ref()),
            unit: m.unit.clone().unwrap_or_else(|| "exposure".into()),
        });
    }
    let mut organic = Vec::new();
    for m in &mapping.organic {
        organic.push(Medium {
            name: m.name.clone(),
            spend: None,
            exposure: m.exposure.as_ref().map(|e| c.media(e, Join::Sum, "exposure", 0)),
            reach: c.reach(m.reach.as_ref(), m.frequency.as_ref()),
            unit: m.unit.clone().unwrap_or_else(|| "exposure".into()),
        });
    }
    if channels.is_empty() && organic.is_empty() {
        c.problems.push(Problem::NoMedia);
    }
    let mut covariates = |columns: &[String], role| -> Vec<(String, Grid)> {
        columns
            .iter()
            .map(|column| {
                let grid = c.grid(column, Join::Mean, role);
                c.complete(&grid, column, role, lead_in);
                (column.clone(), grid)
            })
            .collect()
    };
    let mut controls = covariates(&mapping.controls, "a control");
    let treatments = covariates(&mapping.treatments, "a treatment");
    let mut taken: BTreeSet<String> = names(mapping, frame);
    for column in &mapping.events {
        let events = c.events(column, &taken);
        taken.extend(events.iter().map(|(name, _)| name.clone()));
        controls.extend(events);
    }
    if c.zeroed > 0 {
        notes.push(Note::new(
            "zero-filled",
            format!("{} blank media cells were taken as zero, as the mapping says", c.zeroed),
        ));
    }
    (Series { kpi, revenue_per_unit, channels, organic, controls, treatments }, lead_in)
}

/// Names that an event's indicator must not repeat.
fn names(mapping: &Mapping, frame: &Frame) -> BTreeSet<String> {
    let media = mapping.channels.iter().map(|c| c.name.clone());
    let organic = mapping.organic.iter().map(|o| o.name.clone());
    let covariates = mapping.controls.iter().chain(&mapping.treatments).cloned();
    media.chain(organic).chain(covariates).chain(frame.geos.iter().cloned()).collect()
}

impl Collector<'_> {
    /// A column on the calendar; NaN where nothing is known.
    fn grid(&mut self, name: &str, join: Join, role: &'static str) -> Grid {
        let (geos, periods) = (self.frame.geos.len(), self.frame.calendar.len());
        let empty = Grid::filled(geos, periods, f64::NAN);
        let Some(column) = self.table.column(name) else { return empty };
        let Some(numbers) = column.numbers() else {
            self.problems.push(Problem::WrongType {
                column: name.to_owned(),
                role,
                found: column.values.noun(),
                expected: "numbers",
            });
            return empty;
        };
        if let Some(problem) = align::cells(column, "number") {
            self.problems.push(problem);
        }
        let values = self.frame.rows.iter().map(|rows| {
            let known = || rows.iter().map(|r| numbers.get(*r).copied().flatten());
            if rows.is_empty() || known().any(|v| v.is_none()) {
                return f64::NAN;
            }
            if let [only] = rows.as_slice() {
                return numbers.get(*only).copied().flatten().unwrap_or(f64::NAN);
            }
            let sum: f64 = known().flatten().sum();
            match join {
                Join::Sum => sum,
                Join::Mean => sum / rows.len() as f64,
                Join::Any => known().flatten().fold(0.0, f64::max),
            }
        });
        Grid::new(geos, periods, values.collect()).unwrap_or(empty)
    }

    fn line(&self, cell: usize) -> u64 {
        self.frame.rows.get(cell).and_then(|r| r.first()).map_or(0, |r| self.table.line(*r))
    }

    fn has_unreadable(&self, name: &str) -> bool {
        self.table.column(name).is_some_and(|c| !c.unreadable.is_empty() || c.numbers().is_none())
    }

    /// Reports missing values from period `from` on; unreadable cells were reported before.
    fn complete(&mut self, grid: &Grid, name: &str, role: &'static str, from: usize) {
        self.report_missing(grid, name, role, from, false);
    }

    fn report_missing(
        &mut self,
        grid: &Grid,
        name: &str,
        role: &'static str,
        from: usize,
        is_media: bool,
    ) {
        if self.has_unreadable(name) {
            return;
        }
        let periods = self.frame.calendar.len().max(1);
        let missing: Vec<usize> = (0..self.frame.cells())
            .filter(|cell| cell % periods >= from)
            .filter(|cell| grid.values().get(*cell).is_some_and(|v| v.is_nan()))
            .collect();
        if let Some(cell) = missing.first() {
            let (geo, date) = self.frame.place(*cell);
            self.problems.push(Problem::MissingValue {
                column: name.to_owned(),
                role,
                date,
                geo,
                line: self.line(*cell),
                count: missing.len(),
                is_media,
            });
        }
    }

    /// A media column: not negative, and blank cells as the mapping says.
    fn media(&mut self, name: &str, join: Join, role: &'static str, from: usize) -> Grid {
        let grid = self.grid(name, join, role);
        self.checked(grid, name, role, from)
    }

    fn checked(&mut self, mut grid: Grid, name: &str, role: &'static str, from: usize) -> Grid {
        let numbers = self.table.column(name).and_then(Column::numbers).unwrap_or(&[]);
        let mut negative = self.frame.rows.iter().enumerate().flat_map(|(cell, rows)| {
            let value = |row: &usize| numbers.get(*row).copied().flatten();
            rows.iter()
                .filter_map(move |row| value(row).filter(|v| *v < 0.0).map(|v| (cell, *row, v)))
        });
        if let Some((cell, row, value)) = negative.next() {
            let (geo, date) = self.frame.place(cell);
            let count = 1 + negative.count();
            self.problems.push(Problem::Negative {
                column: name.to_owned(),
                date,
                geo,
                line: self.table.line(row),
                value,
                count,
            });
        }
        if self.mapping.missing == Missing::Zero && !self.has_unreadable(name) {
            self.zeroed += grid.values().iter().filter(|v| v.is_nan()).count();
            grid = grid.map(|v| if v.is_nan() { 0.0 } else { v });
        }
        self.report_missing(&grid, name, role, from, true);
        grid
    }

    /// Reach, and frequency as the mean weighted with reach where rows are summed up.
    fn reach(
        &mut self,
        reach: Option<&String>,
        frequency: Option<&String>,
    ) -> Option<(Grid, Grid)> {
        let (reach, frequency) = (reach?, frequency?);
        let people = self.media(reach, Join::Sum, "reach", 0);
        let numbers = |name: &str| self.table.column(name).and_then(Column::numbers).unwrap_or(&[]);
        let (r, f) = (numbers(reach), numbers(frequency));
        let at = |v: &[Option<f64>], row: usize| v.get(row).copied().flatten();
        let joined = self.frame.rows.iter().zip(people.values()).map(|(rows, people)| {
            match rows.as_slice() {
                _ if *people == 0.0 => 0.0,
                [only] => at(f, *only).unwrap_or(f64::NAN),
                several => {
                    let contacts = |row: &usize| match at(r, *row) {
                        Some(0.0) => 0.0,
                        reached => reached.unwrap_or(f64::NAN) * at(f, *row).unwrap_or(f64::NAN),
                    };
                    several.iter().map(contacts).sum::<f64>() / people
                }
            }
        });
        let mean = Grid::new(people.geos(), people.periods(), joined.collect());
        let mean = mean.unwrap_or_else(|| Grid::filled(people.geos(), people.periods(), f64::NAN));
        let mean = self.checked(mean, frequency, "frequency", 0);
        Some((people, mean))
    }

    /// An event column as indicators: a 0/1 column is one, text gives one per name.
    fn events(&mut self, name: &str, taken: &BTreeSet<String>) -> Vec<(String, Grid)> {
        let Some(column) = self.table.column(name) else { return vec![] };
        let (geos, periods) = (self.frame.geos.len(), self.frame.calendar.len());
        let label = |text: &str| {
            let text = text.trim();
            if taken.contains(text) { format!("{name}: {text}") } else { text.to_owned() }
        };
        match &column.values {
            Values::Text(texts) => {
                let known: BTreeSet<&str> = texts.iter().flatten().map(|t| t.trim()).collect();
                let indicator = |event: &str| {
                    let here = |row: &usize| {
                        texts.get(*row).and_then(Option::as_ref).is_some_and(|t| t.trim() == event)
                    };
                    let values = self.frame.rows.iter();
                    values.map(|rows| f64::from(u8::from(rows.iter().any(here)))).collect()
                };
                known
                    .into_iter()
                    .filter_map(|event| {
                        Grid::new(geos, periods, indicator(event)).map(|g| (label(event), g))
                    })
                    .filter(|(_, grid)| grid.total() > 0.0)
                    .collect()
            }
            _ => {
                let grid = self.grid(name, Join::Any, "an event");
                vec![(name.to_owned(), grid.map(|v| if v.is_nan() { 0.0 } else { v }))]
            }
        }
    }

    /// Leading periods without a KPI are media history; trailing ones are reported.
    fn kpi_span(&mut self, kpi: &Grid, notes: &mut Vec<Note>) -> usize {
        let periods = kpi.periods();
        let blank = |t: usize| (0..kpi.geos()).all(|g| kpi.at(g, t).is_nan());
        if self.has_unreadable(&self.mapping.kpi.column) {
            return 0;
        }
        let lead_in = (0..periods).take_while(|t| blank(*t)).count();
        let open = (0..periods).rev().take_while(|t| blank(*t)).count();
        let starts = self.frame.calendar.starts();
        if open > 0 {
            self.problems.push(Problem::OpenEnd {
                column: self.mapping.kpi.column.clone(),
                from: starts.get(periods - open).copied().unwrap_or_default(),
                count: open,
                last: (periods - open).checked_sub(1).and_then(|t| starts.get(t).copied()),
            });
            return 0;
        }
        if lead_in > 0 {
            notes.push(Note::new(
                "lead-in",
                format!("the first {lead_in} period(s) have no KPI; their media count as history before the first {}", self.frame.calendar.granularity()),
            ));
        }
        lead_in
    }
}

/// The currency of the money columns, where they agree.
pub(crate) fn currency(
    mapping: &Mapping,
    table: &Table,
    notes: &mut Vec<Note>,
) -> Option<Currency> {
    let spend = mapping.channels.iter().map(|c| c.spend.as_str());
    let found: BTreeSet<Currency> = spend
        .chain([mapping.kpi.column.as_str()])
        .filter_map(|name| table.column(name).and_then(|c| c.currency))
        .collect();
    let mut codes = found.iter();
    match (codes.next(), codes.next()) {
        (Some(one), None) => Some(*one),
        (Some(_), Some(_)) => {
            let list: Vec<&str> = found.iter().map(Currency::code).collect();
            notes.push(Note::new(
                "mixed-currencies",
                format!(
                    "money columns are in several currencies ({}): convert them to one",
                    list.join(", ")
                ),
            ));
            None
        }
        _ => None,
    }
}
