//! From a table and a mapping to the panel a model eats.

mod align;
mod series;

use outlay_core::registry::{Registry, keys};
use outlay_core::{Channel, Covariate, Currency, Exposure, Grid, Kpi, Organic, Panel, PanelDraft};

use crate::long::{self, Shape};
use crate::mapping::Mapping;
use crate::problem::{PanelRefused, Problem};
use crate::table::{Note, Table};

pub(crate) use align::Frame;
pub(crate) use series::{Medium, Series};

/// A panel, and what was decided while it was built.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelFromFile {
    /// The panel.
    pub panel: Panel,
    /// What was decided, for people to check.
    pub notes: Vec<Note>,
}

/// Mapped series on a common calendar, before they are validated as a panel. Missing values are
/// NaN; shapes are `[geo][period]` over all periods, media lead-in included.
pub(crate) struct Aligned {
    pub(crate) frame: Frame,
    pub(crate) series: Series,
    pub(crate) lead_in: usize,
    pub(crate) notes: Vec<Note>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) currency: Option<Currency>,
}

impl Mapping {
    /// Builds and validates the panel that a table makes under this mapping.
    ///
    /// # Errors
    /// [`PanelRefused`] with every problem that was found: missing or repeated periods, text
    /// among numbers, negative media, geos with gaps, too little data for so many channels.
    pub fn panel(&self, table: &Table, registry: &Registry) -> Result<PanelFromFile, PanelRefused> {
        let mut aligned = align(self, table)?;
        if aligned.problems.is_empty() {
            aligned.problems.extend(check_size(&aligned, registry));
        }
        if !aligned.problems.is_empty() {
            return Err(PanelRefused { problems: aligned.problems });
        }
        let notes = std::mem::take(&mut aligned.notes);
        let draft = draft(self, &aligned);
        match Panel::new(draft) {
            Ok(panel) => Ok(PanelFromFile { panel, notes }),
            Err(errors) => {
                Err(PanelRefused { problems: errors.into_iter().map(Problem::Panel).collect() })
            }
        }
    }
}

/// Puts the mapped columns on a common calendar.
pub(crate) fn align(mapping: &Mapping, table: &Table) -> Result<Aligned, PanelRefused> {
    let one = |problem| PanelRefused { problems: vec![problem] };
    let mut notes = Vec::new();
    let wide;
    let mut conflicts = std::collections::BTreeMap::new();
    let table = match &mapping.long {
        None => table,
        Some(long) => {
            let geo = mapping.geo.as_ref().map(|g| g.column.as_str());
            let shape = Shape { date: &mapping.date.column, geo, long };
            align::check_dates(mapping, table).map_err(one)?;
            let made = long::widen(table, &shape).map_err(one)?;
            conflicts = made.conflicts;
            notes.extend(made.table.notes.iter().skip(table.notes.len()).cloned());
            wide = made.table;
            &wide
        }
    };
    mapping.check_columns(table, None).map_err(|e| one(e.into()))?;
    let mut problems: Vec<Problem> = mapping
        .columns()
        .into_iter()
        .filter(|(key, _)| key != "ignored")
        .filter_map(|(_, column)| conflicts.remove(column))
        .collect();
    let frame = align::frame(mapping, table, &mut notes)
        .map_err(|found| PanelRefused { problems: problems.drain(..).chain(found).collect() })?;
    let (series, lead_in) = series::collect(mapping, table, &frame, &mut notes, &mut problems);
    let currency = mapping.currency.or_else(|| series::currency(mapping, table, &mut notes));
    Ok(Aligned { frame, series, lead_in, notes, problems, currency })
}

/// Parameters of the smallest sensible model of so many channels (paid and organic) and covariates
/// (controls and treatments): level, trend and season; effect, carry-over and saturation of each
/// channel; one for each covariate.
pub fn smallest_model(channels: usize, covariates: usize) -> usize {
    3 + 3 * channels + covariates
}

pub(crate) fn least_parameters(aligned: &Aligned) -> usize {
    let s = &aligned.series;
    smallest_model(s.channels.len() + s.organic.len(), s.controls.len() + s.treatments.len())
}

pub(crate) fn check_size(aligned: &Aligned, registry: &Registry) -> Option<Problem> {
    let observations = aligned.frame.geos.len() * (aligned.frame.calendar.len() - aligned.lead_in);
    let parameters = least_parameters(aligned);
    let least = registry.get(&keys::DATA_OBSERVATIONS_PER_PARAMETER_REFUSE);
    let short =
        observations / aligned.frame.geos.len().max(1) < outlay_core::panel::MINIMUM_PERIODS;
    ((observations as f64) < least * parameters as f64 && !short).then(|| {
        Problem::TooManyParameters {
            observations,
            channels: aligned.series.channels.len() + aligned.series.organic.len(),
            parameters,
        }
    })
}

/// The grid without the media lead-in.
fn kpi_periods(grid: &Grid, lead_in: usize) -> Grid {
    Grid::from_fn(grid.geos(), grid.periods() - lead_in, |g, t| grid.at(g, t + lead_in))
}

fn exposure(medium: &series::Medium) -> Exposure {
    match (&medium.reach, &medium.exposure, &medium.spend) {
        (Some((reach, frequency)), _, _) => {
            Exposure::ReachFrequency { reach: reach.clone(), frequency: frequency.clone() }
        }
        (None, Some(values), _) => {
            Exposure::Volume { unit: medium.unit.clone(), values: values.clone() }
        }
        (None, None, spend) => Exposure::Volume {
            unit: "spend".into(),
            values: spend.clone().unwrap_or_else(|| Grid::filled(0, 0, 0.0)),
        },
    }
}

pub(crate) fn draft(mapping: &Mapping, aligned: &Aligned) -> PanelDraft {
    let Aligned { frame, series, currency, .. } = aligned;
    let lead_in = aligned.lead_in;
    let cut = |grid: &Grid| kpi_periods(grid, lead_in);
    let covariates = |list: &[(String, Grid)]| {
        list.iter()
            .map(|(name, grid)| Covariate { name: name.clone(), values: cut(grid) })
            .collect()
    };
    PanelDraft {
        calendar: frame.calendar_from(lead_in),
        lead_in,
        population: frame.population.clone(),
        geos: frame.geos.clone(),
        currency: *currency,
        kpi: Kpi {
            name: mapping.kpi.column.clone(),
            kind: mapping.kpi.kind,
            values: cut(&series.kpi),
            revenue_per_unit: series.revenue_per_unit.as_ref().map(cut),
        },
        channels: series
            .channels
            .iter()
            .map(|medium| Channel {
                name: medium.name.clone(),
                exposure: exposure(medium),
                spend: medium.spend.as_ref().map(cut).unwrap_or_else(|| Grid::filled(0, 0, 0.0)),
            })
            .collect(),
        organic: series
            .organic
            .iter()
            .map(|medium| Organic { name: medium.name.clone(), exposure: exposure(medium) })
            .collect(),
        controls: covariates(&series.controls),
        treatments: covariates(&series.treatments),
    }
}
