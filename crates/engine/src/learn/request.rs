//! What is asked of a fit.

use std::fs;
use std::path::Path;

use outlay_mmm::spec::{Preset, Spec};
use outlay_mmm::summary::Method;
use serde::{Deserialize, Serialize};

use super::LearnError;
use crate::collect::Text;
use crate::error::EngineError;

/// What is asked of a fit, as a job or a request writes it. Every key may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FitRequest {
    /// The specification (TOML); the preset as it stands when absent.
    pub spec: Option<String>,
    /// What messages call the specification.
    #[serde(skip)]
    pub spec_name: String,
    /// The preset, in place of a specification; ours when absent.
    pub preset: Option<Preset>,
    /// How the answer is found: `nuts`, `laplace`, `pathfinder` (both approximate) or `ridge`.
    pub method: Method,
    /// Seed: the same seed gives the same answer.
    pub seed: u64,
    /// Chains, in place of the specification's.
    pub chains: Option<usize>,
    /// Warm-up draws per chain, in place of the specification's.
    pub warmup: Option<usize>,
    /// Kept draws per chain, in place of the specification's.
    pub draws: Option<usize>,
    /// Last periods that are held out of the fit, in place of the specification's.
    pub holdout: Option<usize>,
    /// Origins of the rolling backtest; 0 for none. As [`super::usual_origins`] when absent, and
    /// none for an approximate fit.
    pub backtest: Option<usize>,
    /// Periods forecast from each origin of the backtest.
    pub horizon: usize,
    /// Iterations of a ridge's search, per trial.
    pub iterations: usize,
    /// Trials of a ridge's search.
    pub trials: usize,
}

impl Default for FitRequest {
    fn default() -> Self {
        Self {
            spec: None,
            spec_name: String::new(),
            preset: None,
            method: Method::Nuts,
            seed: 1,
            chains: None,
            warmup: None,
            draws: None,
            holdout: None,
            backtest: None,
            horizon: 13,
            iterations: 2000,
            trials: 5,
        }
    }
}

impl FitRequest {
    /// The specification in force: the text's or the preset's, and what the request says over it.
    ///
    /// # Errors
    /// [`LearnError`] when the text is refused, or both a text and a preset are given.
    pub fn specification(&self) -> Result<Spec, EngineError> {
        let text = self
            .spec
            .as_ref()
            .map(|text| Text { name: self.spec_name.clone(), text: text.clone() });
        if text.is_some() && self.preset.is_some() {
            return Err(LearnError::Twice.into());
        }
        let mut spec = spec(text.as_ref(), self.preset)?;
        let sampling = &mut spec.sampling;
        sampling.chains = self.chains.unwrap_or(sampling.chains);
        sampling.warmup = self.warmup.unwrap_or(sampling.warmup);
        sampling.draws = self.draws.unwrap_or(sampling.draws);
        if let Some(last) = self.holdout {
            spec.holdout.last = last;
        }
        Ok(spec)
    }
}

/// A specification from its text, or a preset (ours, unless another is named) as it stands.
///
/// # Errors
/// [`LearnError::Spec`] with the line and the reason.
pub fn spec(text: Option<&Text>, preset: Option<Preset>) -> Result<Spec, EngineError> {
    let Some(text) = text else { return Ok(Spec::preset(preset.unwrap_or(Preset::Outlay))) };
    let refused = |source| LearnError::Spec { place: text.place(), source };
    Ok(Spec::from_toml(&text.text).map_err(refused)?)
}

/// Reads a specification's file.
///
/// # Errors
/// [`LearnError::SpecFile`].
pub fn spec_file(path: &Path) -> Result<Text, EngineError> {
    let text = fs::read_to_string(path)
        .map_err(|source| LearnError::SpecFile { path: path.to_path_buf(), source })?;
    Ok(Text { name: path.display().to_string(), text })
}
