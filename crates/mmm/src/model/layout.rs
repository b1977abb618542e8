//! The model's free parameters: names, priors, and the way to the whole real line.

use outlay_stats::bijector::{Bijector, Constrained};
use outlay_stats::distribution::{Density, Distribution, Rectified, Support};
use outlay_stats::special::LN_SQRT_2PI;

/// Where a parameter's value comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slot {
    /// A free parameter, by index.
    Free(usize),
    /// A fixed value.
    Fixed(f64),
}

impl Slot {
    /// The value.
    #[inline(always)]
    pub fn value(self, theta: &[f64]) -> f64 {
        match self {
            Self::Free(i) => theta[i],
            Self::Fixed(value) => value,
        }
    }

    /// Adds to the derivative, where there is one.
    #[inline(always)]
    pub fn add(self, gradient: &mut [f64], value: f64) {
        if let Self::Free(i) = self {
            gradient[i] += value;
        }
    }
}

/// A free scalar parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// `name[coordinate]`.
    pub name: String,
    /// Prior on the constrained value.
    pub prior: Distribution,
    /// The way to the whole real line.
    pub way: Way,
}

/// How a coordinate on the whole real line becomes a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// One to one: the prior is a density of the parameter.
    OneToOne(Bijector),
    /// With a share of the line that stands for zero: the prior is a standard normal density of
    /// the coordinate.
    Rectified(Rectified),
}

/// A parameter with what a sampler needs of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    /// Its value.
    pub(crate) value: f64,
    /// `d value / d coordinate`.
    pub(crate) derivative: f64,
    /// Log prior density of the coordinate.
    pub(crate) log_prior: f64,
    /// The part of its derivative that depends on the value, per unit of value.
    pub(crate) prior_slope: f64,
    /// The part of its derivative that depends on the coordinate alone.
    pub(crate) coordinate_slope: f64,
}

impl Parameter {
    /// The parameter of a coordinate, given the prior's compiled density.
    #[inline(always)]
    pub(crate) fn at(&self, u: f64, density: &Density) -> At {
        match &self.way {
            Way::OneToOne(bijector) => {
                let Constrained { value, derivative, log_jacobian, log_jacobian_gradient } =
                    bijector.evaluate(u);
                let (prior, prior_slope) = density.log_density_and_gradient(value);
                At {
                    value,
                    derivative,
                    log_prior: prior + log_jacobian,
                    prior_slope,
                    coordinate_slope: log_jacobian_gradient,
                }
            }
            Way::Rectified(map) => {
                let (value, derivative, _) = map.evaluate(u);
                let log_prior = -0.5 * u * u - LN_SQRT_2PI;
                At { value, derivative, log_prior, prior_slope: 0.0, coordinate_slope: -u }
            }
        }
    }

    /// A coordinate of a value.
    pub(crate) fn coordinate(&self, value: f64) -> f64 {
        match &self.way {
            Way::OneToOne(bijector) => bijector.to_unconstrained(value),
            Way::Rectified(map) => map.start(value),
        }
    }
}

/// All free scalars, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// The parameters.
    pub parameters: Vec<Parameter>,
}

impl Layout {
    /// Adds a parameter unless its prior is a point.
    pub(crate) fn add(&mut self, name: String, prior: &Distribution) -> Slot {
        let support = prior.support();
        let way = match prior.as_rectified() {
            Some(map) => Some(Way::Rectified(map)),
            None => Bijector::from_support(support).map(Way::OneToOne),
        };
        match (support, way) {
            (Support::Point(value), _) => Slot::Fixed(value),
            (_, None) => Slot::Fixed(prior.mean()),
            (_, Some(way)) => {
                self.parameters.push(Parameter { name, prior: *prior, way });
                Slot::Free(self.parameters.len() - 1)
            }
        }
    }

    /// Number of free parameters.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Index of a parameter by name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|p| p.name == name)
    }
}
