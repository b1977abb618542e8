//! Rows that show what the figures mean: no data at all, and all that could be known.

use outlay_core::Panel;
use outlay_mmm::spec::{EffectQuantity, Preset, Spec};
use outlay_mmm::summary::Estimate;
use outlay_stats::distribution::Distribution;

use super::answer::Answer;

/// The prior of a return without data: that of the preset `meridian`, the field's default.
pub(super) fn prior() -> Distribution {
    let effect = Spec::preset(Preset::Meridian).media.effect;
    debug_assert_eq!(effect.on, EffectQuantity::Roi);
    effect.prior
}

/// The prior as an answer on every channel; its plan is to change nothing.
pub(super) fn from_prior(panel: &Panel) -> Answer {
    let prior = prior();
    let estimate = Estimate::of(&prior);
    let spends = panel.channels.iter().map(|c| (c, c.spend.total()));
    let paid: Vec<_> = spends.filter(|(_, spend)| *spend > 0.0).collect();
    Answer {
        total: prior.mean() * paid.iter().map(|(_, spend)| spend).sum::<f64>(),
        returns: paid.into_iter().map(|(c, _)| (c.name.clone(), estimate)).collect(),
        curves: None,
        outlook: None,
        cpu_seconds: 0.0,
        divergences: None,
        khat: None,
        structures: Vec::new(),
    }
}
