//! The model's free parameters: names, priors, and the way to the whole real line.

use outlay_stats::bijector::Bijector;
use outlay_stats::distribution::{Distribution, Support};

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
    pub bijector: Bijector,
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
        match (support, Bijector::from_support(support)) {
            (Support::Point(value), _) => Slot::Fixed(value),
            (_, None) => Slot::Fixed(prior.mean()),
            (_, Some(bijector)) => {
                self.parameters.push(Parameter { name, prior: *prior, bijector });
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
