//! What the limits allow, channel by channel and cell by cell.

use crate::design::Variable;
use crate::problem::Compiled;

/// Ranges that the limits allow: bounds of decisions, tightened by single rows.
pub(super) struct Ranges<'a> {
    compiled: &'a Compiled,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl<'a> Ranges<'a> {
    pub(super) fn of(compiled: &'a Compiled) -> Self {
        let mut polytope = compiled.polytope();
        let money = polytope.high.iter().copied().fold(0.0, f64::max);
        polytope.tighten(1e-9 * money);
        Self { compiled, low: polytope.low, high: polytope.high }
    }

    fn sum(&self, share: impl Fn(&Variable) -> f64) -> (f64, f64) {
        let each = self.compiled.design.variables.iter().enumerate().map(|(j, v)| {
            let share = share(v);
            (self.low[j] * share, self.high[j] * share)
        });
        each.fold((0.0, 0.0), |(a, b), (low, high)| (a + low, b + high))
    }

    pub(super) fn channel(&self, c: usize) -> (f64, f64) {
        self.sum(|v| if v.channel == c { 1.0 } else { 0.0 })
    }

    pub(super) fn cells(&self, cells: &[usize]) -> (f64, f64) {
        self.sum(|v| {
            v.shares.iter().filter(|(cell, _)| cells.contains(cell)).map(|(_, share)| share).sum()
        })
    }
}
