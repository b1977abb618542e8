//! The aligned data a mix model eats, built and validated in one place.
//!
//! Everything is geo-major: a value of geo `g` in period `t` stands at `g * T + t`. A national
//! panel has one geo.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::calendar::Calendar;
use crate::fingerprint::Fingerprint;
use crate::money::Currency;

/// A matrix of one value per geo and period, `[geo][period]`, row-major.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    geos: usize,
    periods: usize,
    values: Vec<f64>,
}

impl Grid {
    /// Wraps `values`, which must hold `geos * periods` numbers; `None` otherwise.
    pub fn new(geos: usize, periods: usize, values: Vec<f64>) -> Option<Self> {
        (values.len() == geos * periods).then_some(Self { geos, periods, values })
    }

    /// The same value everywhere.
    pub fn filled(geos: usize, periods: usize, value: f64) -> Self {
        Self { geos, periods, values: vec![value; geos * periods] }
    }

    /// One value per cell from a function of `(geo, period)`.
    pub fn from_fn(geos: usize, periods: usize, f: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..geos).flat_map(|g| (0..periods).map(move |t| (g, t)));
        let values = values.map(|(g, t)| f(g, t)).collect();
        Self { geos, periods, values }
    }

    /// Number of geos.
    pub fn geos(&self) -> usize {
        self.geos
    }

    /// Number of periods.
    pub fn periods(&self) -> usize {
        self.periods
    }

    /// The series of geo `g`.
    pub fn row(&self, g: usize) -> &[f64] {
        &self.values[g * self.periods..(g + 1) * self.periods]
    }

    /// The value of geo `g` in period `t`.
    pub fn at(&self, g: usize, t: usize) -> f64 {
        self.values[g * self.periods + t]
    }

    /// All values, geo-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Sum of all values.
    pub fn total(&self) -> f64 {
        self.values.iter().sum()
    }

    /// Sum over geos per period.
    pub fn national(&self) -> Vec<f64> {
        (0..self.periods).map(|t| (0..self.geos).map(|g| self.at(g, t)).sum()).collect()
    }

    /// The first `n` periods.
    pub fn first(&self, n: usize) -> Self {
        let n = n.min(self.periods);
        Self::from_fn(self.geos, n, |g, t| self.at(g, t))
    }

    /// Applies `f` to every value.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.iter().map(|v| f(*v)).collect(), ..*self }
    }
}

/// Whether the KPI is money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum KpiKind {
    /// The KPI is revenue, in the panel's currency.
    Revenue,
    /// The KPI counts something (orders, sign-ups); revenue per KPI may be known.
    Count,
}

/// The outcome that marketing should move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kpi {
    /// Column name in the user's file.
    pub name: String,
    /// Money or a count.
    pub kind: KpiKind,
    /// Outcome per geo and period, in KPI units.
    pub values: Grid,
    /// Revenue of one KPI unit per geo and period, where known.
    pub revenue_per_unit: Option<Grid>,
}

/// What reaches people: the driver of a channel's effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// Impressions, clicks, GRPs, or spend itself; non-negative. `[geo][lead_in + period]`.
    Volume {
        /// What is counted (`impressions`, `spend`, …).
        unit: String,
        /// The series.
        values: Grid,
    },
    /// People reached and average contacts of each. `[geo][lead_in + period]`.
    ReachFrequency {
        /// People reached in the period.
        reach: Grid,
        /// Average frequency among those reached; 0 where reach is 0.
        frequency: Grid,
    },
}

impl Exposure {
    /// Volume: the series itself; reach and frequency: their product, the impressions.
    pub fn impressions(&self) -> Grid {
        match self {
            Self::Volume { values, .. } => values.clone(),
            Self::ReachFrequency { reach, frequency } => {
                Grid::from_fn(reach.geos(), reach.periods(), |g, t| {
                    reach.at(g, t) * frequency.at(g, t)
                })
            }
        }
    }

    fn first(&self, n: usize) -> Self {
        match self {
            Self::Volume { unit, values } => {
                Self::Volume { unit: unit.clone(), values: values.first(n) }
            }
            Self::ReachFrequency { reach, frequency } => {
                Self::ReachFrequency { reach: reach.first(n), frequency: frequency.first(n) }
            }
        }
    }

    fn grids(&self) -> Vec<&Grid> {
        match self {
            Self::Volume { values, .. } => vec![values],
            Self::ReachFrequency { reach, frequency } => vec![reach, frequency],
        }
    }
}

/// A paid channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Name that people use.
    pub name: String,
    /// What reaches people.
    pub exposure: Exposure,
    /// Money spent per geo and period (without lead-in), in units of the panel's currency.
    pub spend: Grid,
}

/// A channel without spend: newsletter, organic posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organic {
    /// Name that people use.
    pub name: String,
    /// What reaches people.
    pub exposure: Exposure,
}

/// A series that explains the KPI and is no media: a control (weather, competitor) or a
/// non-media treatment (price, promotion).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Covariate {
    /// Name that people use.
    pub name: String,
    /// Value per geo and period.
    pub values: Grid,
}

/// Parts of a panel before they are validated together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelDraft {
    /// The KPI's periods.
    pub calendar: Calendar,
    /// Periods of media history before the first KPI period.
    pub lead_in: usize,
    /// Geo names; exactly one for a national panel.
    pub geos: Vec<String>,
    /// People per geo; `1` for a national panel.
    pub population: Vec<f64>,
    /// Currency of spend and revenue, where known.
    pub currency: Option<Currency>,
    /// The outcome.
    pub kpi: Kpi,
    /// Paid channels.
    pub channels: Vec<Channel>,
    /// Channels without spend.
    pub organic: Vec<Organic>,
    /// Confounders and other explanations.
    pub controls: Vec<Covariate>,
    /// Non-media treatments: the user's own levers that are no media.
    pub treatments: Vec<Covariate>,
}

/// Why parts do not make a panel.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PanelError {
    /// There is nothing to explain the KPI with.
    #[error("no media channel: name at least one spend or exposure column")]
    NoChannel,
    /// A series has another shape than the calendar and the geos.
    #[error("`{series}` has {got} values, {expected} expected ({geos} geo(s) × {periods} periods)")]
    Shape {
        /// Which series.
        series: String,
        /// Values found.
        got: usize,
        /// Values expected.
        expected: usize,
        /// Geos.
        geos: usize,
        /// Periods.
        periods: usize,
    },
    /// Two series share a name.
    #[error("the name `{0}` stands twice: rename one of them")]
    DuplicateName(String),
    /// A value is missing or infinite.
    #[error(
        "`{series}` has no number in geo `{geo}`, period {period}: fill it or leave the column out"
    )]
    NotFinite {
        /// Which series.
        series: String,
        /// Which geo.
        geo: String,
        /// Which period (first day, or lead-in index).
        period: String,
    },
    /// Spend or exposure below zero.
    #[error(
        "`{series}` is negative ({value}) in geo `{geo}`, period {period}: media cannot be negative; move refunds to the period of the spend"
    )]
    Negative {
        /// Which series.
        series: String,
        /// Which geo.
        geo: String,
        /// Which period.
        period: String,
        /// The value.
        value: f64,
    },
    /// A channel never ran.
    #[error("`{0}` is zero throughout: there is nothing to learn about it; leave it out")]
    AllZero(String),
    /// The KPI never changes.
    #[error("the KPI `{0}` never changes: there is nothing to explain")]
    ConstantKpi(String),
    /// A population is not positive.
    #[error("the population of `{geo}` must be positive, not {value}")]
    Population {
        /// Which geo.
        geo: String,
        /// The value.
        value: f64,
    },
    /// Too few periods to fit anything.
    #[error("{periods} period(s) are too few: at least {minimum} are needed")]
    TooShort {
        /// Periods found.
        periods: usize,
        /// Periods needed.
        minimum: usize,
    },
}

/// Aligned KPI, media and explanations for geos × periods, valid by construction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Panel(PanelDraft);

impl std::ops::Deref for Panel {
    type Target = PanelDraft;

    fn deref(&self) -> &PanelDraft {
        &self.0
    }
}

/// Fewer KPI periods than this cannot identify even one channel beside a level.
pub const MINIMUM_PERIODS: usize = 8;

impl Panel {
    /// Validates the parts together.
    ///
    /// # Errors
    /// Every problem found, in the order of the parts.
    pub fn new(draft: PanelDraft) -> Result<Self, Vec<PanelError>> {
        let mut errors = Vec::new();
        draft.check_size(&mut errors);
        draft.check_names(&mut errors);
        draft.check_series(&mut errors);
        if errors.is_empty() { Ok(Self(draft)) } else { Err(errors) }
    }

    /// Number of geos G.
    pub fn n_geos(&self) -> usize {
        self.geos.len()
    }

    /// Number of KPI periods T.
    pub fn n_periods(&self) -> usize {
        self.calendar.len()
    }

    /// Whether there is one geo only.
    pub fn is_national(&self) -> bool {
        self.geos.len() == 1
    }

    /// Revenue per KPI unit in a cell: the given one, or 1.
    pub fn revenue_per_unit(&self, g: usize, t: usize) -> f64 {
        self.kpi.revenue_per_unit.as_ref().map_or(1.0, |grid| grid.at(g, t))
    }

    /// Whether outcomes can be told in money.
    pub fn outcome_is_money(&self) -> bool {
        self.kpi.kind == KpiKind::Revenue || self.kpi.revenue_per_unit.is_some()
    }

    /// The first `n` KPI periods with the media history before them.
    ///
    /// # Errors
    /// [`PanelError`]s when what is left is no panel: too short, a channel that had not begun.
    pub fn first(&self, n: usize) -> Result<Self, Vec<PanelError>> {
        let mut draft = self.0.clone();
        let first_day = draft.calendar.starts().first().copied().unwrap_or_default();
        draft.calendar =
            Calendar::regular(draft.calendar.granularity(), first_day, n.min(draft.calendar.len()));
        draft.kpi.values = draft.kpi.values.first(n);
        draft.kpi.revenue_per_unit = draft.kpi.revenue_per_unit.map(|grid| grid.first(n));
        let long = draft.lead_in + n;
        for channel in &mut draft.channels {
            channel.spend = channel.spend.first(n);
            channel.exposure = channel.exposure.first(long);
        }
        for organic in &mut draft.organic {
            organic.exposure = organic.exposure.first(long);
        }
        for covariate in draft.controls.iter_mut().chain(&mut draft.treatments) {
            covariate.values = covariate.values.first(n);
        }
        Self::new(draft)
    }

    /// A fingerprint of every value and name.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut bytes: Vec<Vec<u8>> = Vec::new();
        let mut text = |s: &str| bytes.push(s.as_bytes().to_vec());
        for date in self.calendar.starts() {
            text(&date.to_string());
        }
        self.geos.iter().for_each(|g| text(g));
        text(self.currency.as_ref().map_or("", |c| c.code()));
        text(&format!("{:?} {}", self.kpi.kind, self.lead_in));
        let numbers = |v: &[f64]| v.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        bytes.push(numbers(&self.population));
        for (name, grid) in self.0.series() {
            bytes.push(name.into_bytes());
            bytes.push(numbers(grid.values()));
        }
        Fingerprint::of(bytes.iter().map(Vec::as_slice))
    }
}

impl PanelDraft {
    /// Every series with a name for messages, in a fixed order.
    fn series(&self) -> Vec<(String, &Grid)> {
        let mut all = vec![(self.kpi.name.clone(), &self.kpi.values)];
        if let Some(grid) = &self.kpi.revenue_per_unit {
            all.push((format!("{} (revenue per unit)", self.kpi.name), grid));
        }
        for channel in &self.channels {
            all.push((format!("{} (spend)", channel.name), &channel.spend));
            all.extend(named(&channel.name, &channel.exposure));
        }
        for organic in &self.organic {
            all.extend(named(&organic.name, &organic.exposure));
        }
        for covariate in self.controls.iter().chain(&self.treatments) {
            all.push((covariate.name.clone(), &covariate.values));
        }
        all
    }

    /// Series that carry the media lead-in and must not be negative.
    fn exposures(&self) -> Vec<(String, &Grid)> {
        let paid = self.channels.iter().flat_map(|c| named(&c.name, &c.exposure));
        paid.chain(self.organic.iter().flat_map(|o| named(&o.name, &o.exposure))).collect()
    }

    fn check_size(&self, errors: &mut Vec<PanelError>) {
        if self.channels.is_empty() && self.organic.is_empty() {
            errors.push(PanelError::NoChannel);
        }
        if self.calendar.len() < MINIMUM_PERIODS {
            errors.push(PanelError::TooShort {
                periods: self.calendar.len(),
                minimum: MINIMUM_PERIODS,
            });
        }
        if self.population.len() != self.geos.len() {
            errors.push(PanelError::Shape {
                series: "population".to_owned(),
                got: self.population.len(),
                expected: self.geos.len(),
                geos: self.geos.len(),
                periods: 1,
            });
        }
        for (geo, value) in self.geos.iter().zip(&self.population) {
            if !(value.is_finite() && *value > 0.0) {
                errors.push(PanelError::Population { geo: geo.clone(), value: *value });
            }
        }
    }

    fn check_names(&self, errors: &mut Vec<PanelError>) {
        let mut seen = HashSet::new();
        let channels = self.channels.iter().map(|c| &c.name);
        let covariates = self.controls.iter().chain(&self.treatments).map(|c| &c.name);
        let names = channels.chain(self.organic.iter().map(|o| &o.name)).chain(covariates);
        for name in names.chain(&self.geos) {
            if !seen.insert(name) {
                errors.push(PanelError::DuplicateName(name.clone()));
            }
        }
    }

    fn check_series(&self, errors: &mut Vec<PanelError>) {
        let (geos, periods) = (self.geos.len(), self.calendar.len());
        let exposures: HashSet<String> = self.exposures().into_iter().map(|(n, _)| n).collect();
        for (name, grid) in self.series() {
            let is_exposure = exposures.contains(&name);
            let is_media = is_exposure || name.ends_with("(spend)");
            let expected = if is_exposure { periods + self.lead_in } else { periods };
            if grid.geos() != geos || grid.periods() != expected {
                errors.push(PanelError::Shape {
                    series: name,
                    got: grid.values().len(),
                    expected: geos * expected,
                    geos,
                    periods: expected,
                });
                continue;
            }
            let period = |t: usize| match (is_exposure, t.checked_sub(self.lead_in)) {
                (true, None) => format!("lead-in {t}"),
                (true, Some(t)) => self.calendar.starts()[t].to_string(),
                (false, _) => self.calendar.starts()[t].to_string(),
            };
            for (cell, value) in grid.values().iter().enumerate() {
                let geo = || self.geos[cell / expected].clone();
                if !value.is_finite() {
                    errors.push(PanelError::NotFinite {
                        series: name.clone(),
                        geo: geo(),
                        period: period(cell % expected),
                    });
                    break;
                }
                if is_media && *value < 0.0 {
                    errors.push(PanelError::Negative {
                        series: name.clone(),
                        geo: geo(),
                        period: period(cell % expected),
                        value: *value,
                    });
                    break;
                }
            }
            if is_exposure && !grid.values().is_empty() && grid.values().iter().all(|v| *v == 0.0) {
                errors.push(PanelError::AllZero(name));
            }
        }
        let kpi = self.kpi.values.values();
        if kpi.len() > 1 && kpi.iter().all(|v| *v == kpi[0]) {
            errors.push(PanelError::ConstantKpi(self.kpi.name.clone()));
        }
    }
}

fn named<'a>(name: &str, exposure: &'a Exposure) -> Vec<(String, &'a Grid)> {
    match exposure {
        Exposure::Volume { unit, .. } => {
            exposure.grids().into_iter().map(|g| (format!("{name} ({unit} exposure)"), g)).collect()
        }
        Exposure::ReachFrequency { .. } => ["reach", "frequency"]
            .iter()
            .zip(exposure.grids())
            .map(|(part, g)| (format!("{name} ({part})"), g))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Granularity;

    fn draft() -> PanelDraft {
        let grid = |f: fn(usize) -> f64| Grid::from_fn(1, 10, |_, t| f(t));
        PanelDraft {
            calendar: Calendar::regular(Granularity::Week, "2024-01-01".parse().unwrap(), 10),
            lead_in: 0,
            geos: vec!["national".into()],
            population: vec![1.0],
            currency: None,
            kpi: Kpi {
                name: "sales".into(),
                kind: KpiKind::Revenue,
                values: grid(|t| 100.0 + t as f64),
                revenue_per_unit: None,
            },
            channels: vec![Channel {
                name: "tv".into(),
                exposure: Exposure::Volume { unit: "spend".into(), values: grid(|t| t as f64) },
                spend: grid(|t| t as f64),
            }],
            organic: vec![],
            controls: vec![],
            treatments: vec![],
        }
    }

    #[test]
    fn a_sound_draft_becomes_a_panel_with_a_stable_fingerprint() {
        let a = Panel::new(draft()).unwrap();
        let b = Panel::new(draft()).unwrap();
        assert_eq!(a.fingerprint(), b.fingerprint());
        let mut changed = draft();
        changed.kpi.values = changed.kpi.values.map(|v| v + 1e-9);
        assert_ne!(a.fingerprint(), Panel::new(changed).unwrap().fingerprint());
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let mut bad = draft();
        bad.channels[0].spend = Grid::from_fn(1, 10, |_, t| if t == 3 { -1.0 } else { 1.0 });
        bad.kpi.values = Grid::filled(1, 10, 5.0);
        bad.population = vec![0.0];
        let errors = Panel::new(bad).unwrap_err();
        assert!(errors.iter().any(|e| matches!(e, PanelError::Negative { .. })), "{errors:?}");
        assert!(errors.iter().any(|e| matches!(e, PanelError::ConstantKpi(_))));
        assert!(errors.iter().any(|e| matches!(e, PanelError::Population { .. })));
    }

    #[test]
    fn the_first_periods_are_a_panel_of_their_own() {
        let panel = Panel::new(draft()).unwrap();
        let short = panel.first(9).unwrap();
        assert_eq!(short.n_periods(), 9);
        assert_eq!(short.kpi.values.row(0), &panel.kpi.values.row(0)[..9]);
        assert!(matches!(panel.first(3), Err(e) if matches!(e[0], PanelError::TooShort { .. })));
    }

    #[test]
    fn exposure_carries_the_lead_in() {
        let mut early = draft();
        early.lead_in = 2;
        assert!(
            matches!(Panel::new(early.clone()), Err(e) if matches!(e[0], PanelError::Shape { .. }))
        );
        early.channels[0].exposure = Exposure::Volume {
            unit: "spend".into(),
            values: Grid::from_fn(1, 12, |_, t| t as f64),
        };
        assert!(Panel::new(early).is_ok());
    }
}
