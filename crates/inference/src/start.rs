//! Where chains start.

use crate::density::{Checked, Density, DensityError};
use crate::error::SampleError;
use crate::geometry::Geometry;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// Starting points of a run, with what is known of the posterior's shape.
///
/// Chain `i` takes point `i`; points beyond the number of chains are spares for restarts, and
/// fewer points than chains are used several times (the chains' seeds differ). Points at which the
/// density fails are passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Points in the unconstrained space.
    Points(Vec<Vec<f64>>),
    /// Points and an approximate geometry of the posterior (from [`crate::laplace`],
    /// [`crate::pathfinder`], [`crate::starts`]); the full warm-up is made.
    Shaped {
        /// Points in the unconstrained space.
        points: Vec<Vec<f64>>,
        /// The geometry to sample in.
        geometry: Geometry,
    },
    /// Where an earlier run on similar data ended; the warm-up is shortened to
    /// [`Settings::warm_warmup`].
    Warm(WarmStart),
}

/// The end of an earlier run ([`crate::Run::warm_start`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarmStart {
    /// Where each chain ended.
    pub points: Vec<Vec<f64>>,
    /// Pooled centre, scales and correlations of all draws.
    pub geometry: Geometry,
}

/// A start that was checked against the density.
pub(crate) struct CheckedStart<'a> {
    /// At least one point, all with a finite density.
    pub(crate) points: Vec<&'a [f64]>,
    pub(crate) geometry: Option<&'a Geometry>,
    pub(crate) warmup: usize,
}

impl Start {
    /// The points.
    #[must_use]
    pub fn points(&self) -> &[Vec<f64>] {
        match self {
            Self::Points(points) | Self::Shaped { points, .. } => points,
            Self::Warm(warm) => &warm.points,
        }
    }

    /// The geometry, if there is one.
    #[must_use]
    pub fn geometry(&self) -> Option<&Geometry> {
        match self {
            Self::Points(_) => None,
            Self::Shaped { geometry, .. } => Some(geometry),
            Self::Warm(warm) => Some(&warm.geometry),
        }
    }

    pub(crate) fn check<D: Density>(
        &self,
        density: &mut Checked<D>,
        settings: &Settings,
    ) -> Result<CheckedStart<'_>, SampleError> {
        let dim = density.dim();
        if dim == 0 {
            return Err(SampleError::NoParameters);
        }
        if let Some(geometry) = self.geometry() {
            geometry.validate(dim)?;
        }
        let mut gradient = vec![0.0; dim];
        let mut points = Vec::new();
        let mut failure = DensityError::NotFinite;
        for point in self.points() {
            if point.len() != dim {
                let (found, expected) = (point.len(), dim);
                return Err(SampleError::Dimension { what: "starting point", found, expected });
            }
            match density.log_density(point, &mut gradient) {
                Ok(_) => points.push(point.as_slice()),
                Err(error) => failure = error,
            }
        }
        if points.is_empty() {
            return Err(match self.points().len() {
                0 => SampleError::NoStart,
                tried => SampleError::NoValidStart { tried, source: failure },
            });
        }
        let warmup = match self {
            Self::Warm(_) => settings.warm_warmup.min(settings.warmup),
            _ => settings.warmup,
        };
        Ok(CheckedStart { points, geometry: self.geometry(), warmup })
    }
}
