//! The regressors of a ridge model and what the search may vary about them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::error::RidgeError;
use super::settings::{AdstockFamily, Interval, LiftScope};
use super::solver::{Bounds, lambda_range};

/// What a regressor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Fitted component of the baseline (trend, season, …).
    Baseline,
    /// Control.
    Control,
    /// Non-media treatment.
    Treatment,
    /// Paid media: adstocked and saturated.
    Paid,
    /// Organic media: adstocked and saturated.
    Organic,
}

impl Role {
    /// Whether the regressor is adstocked and saturated.
    pub fn is_media(self) -> bool {
        matches!(self, Self::Paid | Self::Organic)
    }
}

/// One regressor before any transformation.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// The series: `[period]`, media `[lead_in + period]`.
    pub values: Vec<f64>,
    /// Spend per period (paid media only; empty otherwise).
    pub spend: Vec<f64>,
    /// Bounds of its coefficient.
    pub bounds: Bounds,
    /// Boxes of its hyper-parameters (media only): alpha, gamma, then theta or shape and scale.
    pub boxes: Vec<(&'static str, Interval)>,
}

/// A measured lift in rows of the design.
#[derive(Debug, Clone, PartialEq)]
pub struct Lift {
    /// Columns whose effects are added up.
    pub columns: Vec<usize>,
    /// Rows of the study, in periods.
    pub rows: Range<usize>,
    /// Absolute lift in KPI units.
    pub lift: f64,
    /// Days of the study over days of the rows.
    pub day_ratio: f64,
    /// What it counts.
    pub scope: LiftScope,
}

/// KPI, regressors and modelling window: all that an evaluation reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// KPI per period.
    pub kpi: Vec<f64>,
    /// Outcome of one KPI unit per period: revenue where it is known, 1 otherwise.
    pub value: Vec<f64>,
    /// Regressors, in the order of the coefficients.
    pub columns: Vec<Column>,
    /// Periods of media history before the first period.
    pub lead_in: usize,
    /// Modelling window, in periods. Adstock sees everything before its end.
    pub window: Range<usize>,
    /// Carry-over family.
    pub family: AdstockFamily,
    /// Lift tests.
    pub lifts: Vec<Lift>,
}

/// Fewest training rows that a fit accepts.
pub(crate) const MINIMUM_ROWS: usize = 8;

impl Design {
    /// Checks that shapes agree and the window is long enough.
    ///
    /// # Errors
    /// [`RidgeError::Shape`] or [`RidgeError::Window`].
    pub fn validate(&self) -> Result<(), RidgeError> {
        let periods = self.kpi.len();
        let shape = |column: &Column, got: usize, expected: usize| {
            if got == expected {
                return Ok(());
            }
            Err(RidgeError::Shape { column: column.name.clone(), got, expected })
        };
        for column in &self.columns {
            let lead_in = if column.role.is_media() { self.lead_in } else { 0 };
            shape(column, column.values.len(), periods + lead_in)?;
            if column.role == Role::Paid {
                shape(column, column.spend.len(), periods)?;
            }
        }
        if self.value.len() != periods {
            let column = "revenue per KPI unit".to_owned();
            return Err(RidgeError::Shape { column, got: self.value.len(), expected: periods });
        }
        let rows = self.window.len();
        if rows < 2 * MINIMUM_ROWS || self.window.end > periods {
            return Err(RidgeError::Window { periods: rows, minimum: 2 * MINIMUM_ROWS });
        }
        Ok(())
    }

    /// Rows of the modelling window.
    pub fn rows(&self) -> usize {
        self.window.len()
    }

    /// KPI in the modelling window.
    pub fn target(&self) -> &[f64] {
        &self.kpi[self.window.clone()]
    }

    /// Indices of media columns.
    pub fn media(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.columns.len()).filter(|j| self.columns[*j].role.is_media())
    }

    /// Indices of paid media columns.
    pub fn paid(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.columns.len()).filter(|j| self.columns[*j].role == Role::Paid)
    }

    /// Bounds of all coefficients.
    pub fn bounds(&self) -> Vec<Bounds> {
        self.columns.iter().map(|c| c.bounds).collect()
    }

    /// Spend of column `j` in the modelling window.
    pub fn window_spend(&self, j: usize) -> f64 {
        self.columns[j].spend.get(self.window.clone()).map_or(0.0, |s| s.iter().sum())
    }

    /// Smallest and largest λ, over all periods and before any transformation.
    pub fn lambda_range(&self) -> (f64, f64) {
        let columns = self.columns.iter().map(|c| {
            let lead_in = if c.role.is_media() { self.lead_in } else { 0 };
            &c.values[lead_in..]
        });
        lambda_range(columns, &self.kpi)
    }
}

/// One dimension of the search.
#[derive(Debug, Clone, PartialEq)]
pub struct Dimension {
    /// `channel.parameter`, `lambda`, `train_size` or `penalty.column`.
    pub name: String,
    /// Box.
    pub interval: Interval,
}

/// Order and boxes of the hyper-parameters: per media column its own, then λ, then the share of
/// training periods (with validation), then penalty factors (when asked for).
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    dimensions: Vec<Dimension>,
    per_channel: usize,
    media: usize,
    train_size: Option<usize>,
    penalties: Option<usize>,
}

impl Space {
    /// The space of a design.
    pub fn new(
        design: &Design,
        lambda: Interval,
        train_size: Option<Interval>,
        penalty_factors: bool,
    ) -> Self {
        let mut dimensions = Vec::new();
        let mut media = 0;
        for j in design.media() {
            let column = &design.columns[j];
            media += 1;
            dimensions.extend(column.boxes.iter().map(|(part, interval)| Dimension {
                name: format!("{}.{part}", column.name),
                interval: *interval,
            }));
        }
        let per_channel = if design.family == AdstockFamily::Geometric { 3 } else { 4 };
        dimensions.push(Dimension { name: "lambda".to_owned(), interval: lambda });
        let train = train_size.map(|interval| {
            dimensions.push(Dimension { name: "train_size".to_owned(), interval });
            dimensions.len() - 1
        });
        let penalties =
            penalty_factors.then(|| {
                let first = dimensions.len();
                dimensions.extend(design.columns.iter().map(|c| Dimension {
                    name: format!("penalty.{}", c.name),
                    interval: [0.0, 1.0],
                }));
                first
            });
        Self { dimensions, per_channel, media, train_size: train, penalties }
    }

    /// All dimensions in order.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// Number of dimensions.
    pub fn len(&self) -> usize {
        self.dimensions.len()
    }

    /// Whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// Hyper-parameters of the `m`-th media column.
    #[inline(always)]
    pub(crate) fn channel<'a>(&self, point: &'a [f64], m: usize) -> &'a [f64] {
        &point[m * self.per_channel..(m + 1) * self.per_channel]
    }

    /// Position of λ in [0, 1].
    #[inline(always)]
    pub(crate) fn lambda(&self, point: &[f64]) -> f64 {
        point[self.media * self.per_channel]
    }

    /// Share of training periods; `None` without validation.
    #[inline(always)]
    pub(crate) fn train_size(&self, point: &[f64]) -> Option<f64> {
        self.train_size.map(|i| point[i])
    }

    /// Penalty factors; empty unless searched.
    #[inline(always)]
    pub(crate) fn penalties<'a>(&self, point: &'a [f64]) -> &'a [f64] {
        self.penalties.map_or(&[], |first| &point[first..])
    }

    /// Maps a point of the unit box into the boxes.
    #[inline(always)]
    pub fn scale(&self, unit: &[f64], out: &mut [f64]) {
        for ((out, u), d) in out.iter_mut().zip(unit).zip(&self.dimensions) {
            let [low, high] = d.interval;
            *out = low + u * (high - low);
        }
    }
}
