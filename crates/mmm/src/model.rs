//! A specification and a panel, compiled into what the density needs.

pub mod design;
pub mod layout;
pub mod media;
pub(crate) mod names;
pub mod scaling;

mod baseline;
mod compile;
mod demand;
mod lift;
mod returns;

use outlay_core::Panel;
use outlay_core::holidays::HolidayError;
use thiserror::Error;

pub use lift::{Lift, LiftKind};

use crate::linear::{LinearBlock, NoiseLaw};
use crate::spec::{LikelihoodFamily, Spec, SpecError};
use design::Column;
use layout::{Layout, Slot};
use media::MediaUnit;
use scaling::Affine;

/// Why a specification and a panel do not make a model.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ModelError {
    /// The specification does not fit the data.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The bundled calendar has no such country or years.
    #[error("holidays: {0}")]
    Holidays(#[from] HolidayError),
    /// A return on spend was asked for a channel without spend.
    #[error(
        "`{0}` has no spend: a prior on its return is not possible; put the prior on `contribution`, or map it as organic"
    )]
    NoSpend(String),
    /// The likelihood needs a positive KPI.
    #[error("a log-normal likelihood needs a positive KPI; `{geo}` has {value} in period {period}")]
    KpiNotPositive {
        /// Geo.
        geo: String,
        /// First day of the period.
        period: String,
        /// The value.
        value: f64,
    },
    /// Geos can share only noise whose linear block is integrated out.
    #[error(
        "geos cannot share a part of {by}: set `likelihood.common = false`, or take a normal likelihood with one `sigma`"
    )]
    NoiseNotShared {
        /// The noise that cannot be shared.
        by: &'static str,
    },
    /// Nothing is left to learn from.
    #[error("the holdout leaves no observation: shorten it")]
    NothingObserved,
    /// There are far more parameters than observations.
    #[error(
        "{parameters} parameters and {observations} observations: that cannot be fitted; merge or leave out channels, or bring more periods"
    )]
    TooManyParameters {
        /// Parameters of channels.
        parameters: usize,
        /// Observed cells.
        observations: usize,
    },
}

impl ModelError {
    /// Whether this one structure is not for this panel, so that others may stand without it.
    pub(crate) fn is_about_the_structure(&self) -> bool {
        matches!(self, Self::KpiNotPositive { .. } | Self::NoiseNotShared { .. })
    }
}

/// How the linear block is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Integrated out exactly (normal likelihood with one noise scale).
    Marginal,
    /// Sampled, in coordinates whitened around the conditional mean given the media (any
    /// likelihood).
    Whitened,
}

/// Noise scale: shared, or one per geo.
#[derive(Debug, Clone, PartialEq)]
pub struct Noise {
    /// Family.
    pub family: LikelihoodFamily,
    /// One slot, or one per geo.
    pub sigma: Vec<Slot>,
    /// Degrees of freedom (Student-t).
    pub degrees_of_freedom: Slot,
    /// Autocorrelation from one period to the next; zero unless the specification learns it.
    pub autocorrelation: Slot,
    /// Scale of what geos share of their innovations, in units of `sigma`; zero likewise.
    pub common: Slot,
}

impl Noise {
    /// The noise of a model whose linear block is integrated out.
    pub(crate) fn law(&self, theta: &[f64], power: f64) -> NoiseLaw {
        NoiseLaw {
            sigma: self.sigma.first().map_or(0.0, |slot| slot.value(theta)),
            rho: self.autocorrelation.value(theta),
            common: self.common.value(theta),
            power,
        }
    }

    /// Standard deviation of one cell's noise in a geo, the memory of earlier periods included.
    pub fn marginal_sd(&self, theta: &[f64], geo: usize) -> f64 {
        let tau = self.common.value(theta);
        self.own_sd(theta, geo) * (1.0 + tau * tau).sqrt()
    }

    /// The same without what geos share.
    pub fn own_sd(&self, theta: &[f64], geo: usize) -> f64 {
        let rho = self.autocorrelation.value(theta);
        let own = self.sigma.get(geo).or(self.sigma.first());
        own.map_or(0.0, |slot| slot.value(theta)) / (1.0 - rho * rho).sqrt()
    }

    /// Standard deviation of what geos share of it.
    pub fn common_sd(&self, theta: &[f64]) -> f64 {
        self.common.value(theta) * self.own_sd(theta, 0)
    }
}

/// A compiled model.
#[derive(Debug, Clone)]
pub struct Model {
    /// The specification it came from.
    pub spec: Spec,
    /// The data it came from.
    pub panel: Panel,
    /// Free nonlinear parameters.
    pub layout: Layout,
    /// Channels: paid in the order of the panel, then organic.
    pub units: Vec<MediaUnit>,
    /// Linear columns with normal priors.
    pub block: LinearBlock,
    /// Linear columns with other priors, sampled as they are: column and coefficient.
    pub explicit: Vec<(Column, Slot)>,
    /// How `block` is treated.
    pub treatment: Treatment,
    /// Noise.
    pub noise: Noise,
    /// Scaled KPI less the prior means of linear columns, `[geo][period]`.
    pub target: Vec<f64>,
    /// 1 for observed cells, 0 for held-out ones.
    pub observed: Vec<f64>,
    /// Power to which the likelihood is raised.
    pub power: f64,
    /// Whether any cell is held out.
    pub has_holdout: bool,
    /// Scaling of the KPI per head (of its logarithm's argument for log-normal).
    pub kpi_scale: Affine,
    /// People per geo that the KPI is divided by.
    pub heads: Vec<f64>,
    /// Scaling of controls and treatments: `(centre, spread)` per series.
    pub covariate_scale: Vec<Affine>,
    /// Value of each treatment that counts as nothing done, scaled.
    pub treatment_base: Vec<f64>,
    /// Coefficient per unit of each treatment's sampled parameter.
    pub treatment_factor: Vec<f64>,
    /// Experiments.
    pub lifts: Vec<Lift>,
    /// `Σ ln y` and kin: what turns the density of the transformed KPI into that of the scaled
    /// one.
    pub log_jacobian: f64,
}

impl Model {
    /// Compiles a specification for a panel.
    ///
    /// # Errors
    /// [`ModelError`] when they do not fit each other.
    pub fn new(spec: &Spec, panel: &Panel) -> Result<Self, ModelError> {
        compile::compile(spec, panel)
    }

    /// Number of geos.
    pub fn geos(&self) -> usize {
        self.panel.n_geos()
    }

    /// Number of KPI periods.
    pub fn periods(&self) -> usize {
        self.panel.n_periods()
    }

    /// Number of sampled coordinates.
    pub fn dim(&self) -> usize {
        self.layout.len()
            + match self.treatment {
                Treatment::Marginal => 0,
                Treatment::Whitened => self.block.len(),
            }
    }

    /// The KPI of a cell as the likelihood sees it: per head, scaled, its logarithm where effects
    /// multiply.
    pub fn transformed_kpi(&self, cell: usize) -> f64 {
        let per_head = self.panel.kpi.values.values()[cell] / self.heads[cell / self.periods()];
        let scaled = self.kpi_scale.apply(per_head);
        if self.noise.family == LikelihoodFamily::LogNormal { scaled.ln() } else { scaled }
    }

    /// Outcome (revenue where known) per unit of scaled KPI in a cell. For a log-normal
    /// likelihood this is the first-order value at the observed KPI.
    pub fn outcome_rate(&self, g: usize, t: usize) -> f64 {
        let kpi = match self.noise.family {
            LikelihoodFamily::LogNormal => self.panel.kpi.values.at(g, t),
            _ => self.heads[g] * self.kpi_scale.spread,
        };
        kpi * self.panel.revenue_per_unit(g, t)
    }

    /// Total outcome of all cells, in revenue where known.
    pub fn total_outcome(&self) -> f64 {
        let grid = &self.panel.kpi.values;
        let cells = (0..self.geos()).flat_map(|g| (0..self.periods()).map(move |t| (g, t)));
        cells.map(|(g, t)| grid.at(g, t) * self.panel.revenue_per_unit(g, t)).sum()
    }
}
