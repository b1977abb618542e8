//! What parameters are called: the peers' own names under their presets, so that their users find
//! what they know; plain names under ours.

use crate::spec::{EffectQuantity, MediaKind, Preset};

/// Names of a channel's parameters.
#[derive(Debug, Clone)]
pub(crate) struct MediaNames {
    preset: Preset,
    suffix: &'static str,
}

impl MediaNames {
    pub(crate) fn new(preset: Preset, kind: MediaKind) -> Self {
        let suffix = match kind {
            MediaKind::Paid => "m",
            MediaKind::PaidReachFrequency => "rf",
            MediaKind::Organic => "om",
            MediaKind::OrganicReachFrequency => "orf",
        };
        Self { preset, suffix }
    }

    pub(crate) fn effect(&self, quantity: EffectQuantity) -> String {
        let plain = match quantity {
            EffectQuantity::Roi => "roi",
            EffectQuantity::Mroi => "mroi",
            EffectQuantity::Contribution => "contribution",
            EffectQuantity::Coefficient => "beta",
        };
        match (self.preset, quantity) {
            (Preset::Meridian, _) => format!("{plain}_{}", self.suffix),
            (Preset::PymcMarketing, EffectQuantity::Coefficient) => "saturation_beta".to_owned(),
            (_, EffectQuantity::Coefficient) => "coefficient".to_owned(),
            _ => plain.to_owned(),
        }
    }

    pub(crate) fn adstock(&self, parameter: &str) -> String {
        match self.preset {
            Preset::Meridian => format!("{parameter}_{}", self.suffix),
            _ => format!("adstock_{parameter}"),
        }
    }

    pub(crate) fn saturation(&self, parameter: &str) -> String {
        match (self.preset, parameter) {
            (Preset::Meridian, "half_saturation") => format!("ec_{}", self.suffix),
            (Preset::Meridian, _) => format!("{parameter}_{}", self.suffix),
            (Preset::PymcMarketing, "lambda") => "saturation_lam".to_owned(),
            (Preset::PymcMarketing, "half_saturation") => "saturation_kappa".to_owned(),
            (_, "half_saturation") => "half_saturation".to_owned(),
            _ => format!("saturation_{parameter}"),
        }
    }

    pub(crate) fn geo_sd(&self) -> String {
        match self.preset {
            Preset::Meridian => format!("eta_{}", self.suffix),
            _ => "geo_effect_sd".to_owned(),
        }
    }

    pub(crate) fn geo_deviation(&self) -> String {
        match self.preset {
            Preset::Meridian => format!("beta_g{}_dev", self.suffix),
            _ => "geo_effect_deviation".to_owned(),
        }
    }

    /// The coefficient per geo, which is derived.
    pub(crate) fn geo_coefficient(&self) -> String {
        match self.preset {
            Preset::Meridian => format!("beta_g{}", self.suffix),
            _ => "geo_coefficient".to_owned(),
        }
    }
}

/// Names outside the channels: `(ours, Meridian's, PyMC-Marketing's)`.
pub(crate) fn base(preset: Preset, ours: &'static str) -> &'static str {
    let (meridian, pymc) = match ours {
        "intercept" => ("intercept", "intercept_contribution"),
        "level" => ("knot_values", "knot_values"),
        "geo_level" => ("tau_g", "intercept_geo"),
        "control" => ("gamma_c", "gamma_control"),
        "control_geo" => ("gamma_gc", "gamma_control_geo"),
        "control_geo_deviation" => ("gamma_gc_dev", "gamma_control_geo_dev"),
        "control_geo_sd" => ("xi_c", "gamma_control_geo_sd"),
        "treatment" => ("gamma_n", "gamma_treatment"),
        "treatment_geo_deviation" => ("gamma_gn_dev", "gamma_treatment_geo_dev"),
        "treatment_geo_sd" => ("xi_n", "gamma_treatment_geo_sd"),
        "season" => ("gamma_fourier", "gamma_fourier"),
        "sigma" => ("sigma", "y_sigma"),
        _ => (ours, ours),
    };
    match preset {
        Preset::Outlay => ours,
        Preset::Meridian => meridian,
        Preset::PymcMarketing => pymc,
    }
}
