//! Experiments as likelihood terms.

use super::media::Series;

/// An experiment compiled for one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Lift {
    /// The channel.
    pub unit: usize,
    /// What was measured.
    pub kind: LiftKind,
    /// Observed effect.
    pub observed: f64,
    /// Standard error of the observed effect.
    pub standard_error: f64,
}

/// What an experiment measured, in model units.
#[derive(Debug, Clone, PartialEq)]
pub enum LiftKind {
    /// `Σ weights × β × (transformed - counterfactual)`, in KPI units: what the media of a window
    /// brought in it and in the carry-over after it.
    Window {
        /// Exposure without the test.
        counterfactual: Series,
        /// KPI units per scaled KPI, zero outside the test geos, `[geo][period]`.
        weights: Vec<f64>,
    },
    /// `β (f(x + Δx) - f(x))` on the scaled KPI, carry-over left out.
    Point {
        /// Scaled exposure before.
        from: f64,
        /// Scaled exposure after.
        to: f64,
    },
}
