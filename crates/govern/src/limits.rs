//! The limits in force for one account.

use outlay_core::registry::{Registry, keys};
use outlay_core::{Currency, Money};

use crate::error::GuardError;
use crate::freeze::Freeze;
use crate::ratio::Ratio;

/// What guard-rails allow: the registry's `guard.*` keys, and the freezes.
///
/// One account has one currency; every amount of a request must be in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    pub(crate) currency: Currency,
    /// Largest single change, of the value as read.
    pub(crate) change: Ratio,
    /// Largest sum of a day's changes, of the value at its start.
    pub(crate) day: Ratio,
    /// Largest share of exploring budgets in a portfolio.
    pub(crate) exploration: Ratio,
    pub(crate) cac_cap: Option<Money>,
    /// Point of the CAC interval by which a raise is judged.
    pub(crate) cac_raise: Ratio,
    /// Point of the CAC interval by which a cut is called for.
    pub(crate) cac_cut: Ratio,
    /// Cap on a daily budget in multiples of the highest daily spend.
    pub(crate) history_multiple: Ratio,
    /// Whole days before today in which that spend is sought.
    pub(crate) history_days: u32,
    /// Uncertainty of the return from which there is no raise.
    pub(crate) uncertainty: f64,
    pub(crate) freezes: Vec<Freeze>,
}

impl Limits {
    /// The limits that `registry` sets for an account in `currency`, with its freezes.
    ///
    /// # Errors
    /// [`GuardError::CacCap`] and [`GuardError::CacBounds`] for keys that are each in their range
    /// and make no sense together or in money.
    pub fn new(
        registry: &Registry,
        currency: Currency,
        freezes: Vec<Freeze>,
    ) -> Result<Self, GuardError> {
        let ratio = |setting| Ratio::at_most(registry.get(setting));
        let cap = registry.get(&keys::GUARD_CAC_CAP);
        let cac_cap = (cap > 0.0).then(|| Money::from_units(cap, currency)).transpose();
        let limits = Self {
            currency,
            change: ratio(&keys::GUARD_CHANGE_SHARE),
            day: ratio(&keys::GUARD_DAY_SHARE),
            exploration: ratio(&keys::GUARD_EXPLORATION_SHARE),
            cac_cap: cac_cap.map_err(GuardError::CacCap)?,
            cac_raise: ratio(&keys::GUARD_CAC_RAISE_BOUND),
            cac_cut: ratio(&keys::GUARD_CAC_CUT_BOUND),
            history_multiple: ratio(&keys::GUARD_HISTORY_MULTIPLE),
            history_days: registry.get(&keys::GUARD_HISTORY_DAYS) as u32,
            uncertainty: registry.get(&keys::GUARD_UNCERTAINTY),
            freezes,
        };
        // Otherwise a budget could have to fall and be allowed to rise at once.
        if limits.cac_cut > limits.cac_raise {
            return Err(GuardError::CacBounds);
        }
        Ok(limits)
    }

    /// The currency that every amount must have.
    pub fn currency(&self) -> Currency {
        self.currency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(settings: &[(&str, f64)]) -> Result<Limits, GuardError> {
        let registry = Registry::with(settings.iter().map(|(k, v)| ((*k).to_owned(), *v))).unwrap();
        Limits::new(&registry, "EUR".parse().unwrap(), Vec::new())
    }

    #[test]
    fn the_defaults_are_the_ledger_s() {
        let limits = with(&[]).unwrap();
        assert_eq!(limits.change, Ratio::at_most(0.05));
        assert_eq!(limits.day, Ratio::at_most(0.10));
        assert_eq!(limits.exploration, Ratio::at_most(0.10));
        assert_eq!(limits.cac_cap, None);
        assert_eq!((limits.cac_cut, limits.cac_raise), (Ratio::ZERO, Ratio::ONE));
        assert_eq!(limits.uncertainty, 0.8);
    }

    #[test]
    fn a_cap_is_money_of_the_account() {
        let limits = with(&[("guard.cac_cap", 49.99)]).unwrap();
        assert_eq!(limits.cac_cap, Some(Money::new(49_990_000, limits.currency())));
    }

    #[test]
    fn a_raise_is_never_judged_more_mildly_than_a_cut() {
        let settings = [("guard.cac_raise_bound", 0.2), ("guard.cac_cut_bound", 0.3)];
        assert_eq!(with(&settings), Err(GuardError::CacBounds));
    }
}
