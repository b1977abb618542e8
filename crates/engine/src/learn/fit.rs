//! The folder of a fit: what stands in it, and how it is read back.

mod arviz;
mod draws;
mod summary;

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use outlay_core::{Panel, PanelDraft};
use outlay_mmm::ensemble::{Ensemble, Member};
use outlay_mmm::fit::Fitted;
use outlay_mmm::model::Model;
use outlay_mmm::spec::Spec;
use outlay_mmm::summary::Summary;
use outlay_report::html;
use serde::{Deserialize, Serialize};

use super::{Found, Learnt, ReopenError};
use crate::error::EngineError;
use crate::folder::{Draft, Owner, Shelf};

pub use summary::{Loaded, load};

/// The answers of a fit: the file that a fit's folder is known by.
pub const SUMMARY: &str = "summary.json";
const REPORT: &str = "report.html";
const SPEC: &str = "spec.toml";
const MAPPING: &str = "mapping.toml";
const PANEL: &str = "panel.json";
const DRAWS: &str = "draws.parquet";
const ARVIZ: &str = "arviz.json";
const WARM: &str = "warm.json";
/// The whole Pareto front of a ridge.
const RIDGE: &str = "ridge.json";
/// Weights of the structures, where there are several.
const ENSEMBLE: &str = "ensemble.json";
/// A folder per structure, where there are several.
const STRUCTURES: &str = "structures";

/// The folder of a fit.
pub const FIT: Shelf<'static> = Shelf {
    what: "fit",
    unwritable: "fit.write",
    file: "fit.write",
    occupied: "fit.occupied",
    owner: Owner::Marker(SUMMARY),
    files: &[SUMMARY, REPORT, SPEC, MAPPING, PANEL, DRAWS, ARVIZ, WARM, RIDGE, ENSEMBLE],
    replaces: &[ENSEMBLE, STRUCTURES, RIDGE, PANEL, DRAWS, ARVIZ, WARM],
};

/// A fit with its draws: what curves and plans are made of.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The answers.
    pub summary: Summary,
    /// The posterior.
    pub ensemble: Ensemble,
}

/// A structure in [`ENSEMBLE`].
#[derive(Serialize, Deserialize)]
struct Weighed {
    name: String,
    weight: f64,
}

fn internal(error: impl Into<Box<dyn Error + Send + Sync>>) -> EngineError {
    EngineError::artefact("fit.artefact", error)
}

impl Learnt {
    /// Writes everything into a draft of [`FIT`]: summary and page, specification and mapping, and
    /// what is needed to go on from the fit. Of several structures, each has its own folder; the
    /// draws of the leading one also stand where those of a single one would.
    ///
    /// # Errors
    /// [`crate::folder::FolderError`].
    pub fn write(&self, draft: &Draft) -> Result<(), EngineError> {
        draft.put(SPEC, self.spec.as_bytes())?;
        draft.put(MAPPING, self.mapping.as_bytes())?;
        match &self.found {
            Found::Posterior(ensemble) => posterior(draft, ensemble)?,
            Found::Ridge(ridge) => document(draft, RIDGE, ridge)?,
        }
        document(draft, SUMMARY, &self.summary)?;
        draft.put(REPORT, self.report()?.as_bytes())?;
        Ok(())
    }

    /// The answers as a self-contained HTML page.
    ///
    /// # Errors
    /// [`EngineError::Artefact`].
    pub fn report(&self) -> Result<String, EngineError> {
        html(&self.summary, &self.page).map_err(internal)
    }
}

/// Writes a document of a draft as indented JSON.
fn document(draft: &Draft, name: &str, value: &impl Serialize) -> Result<(), EngineError> {
    let text = serde_json::to_vec_pretty(value).map_err(internal)?;
    Ok(draft.put(name, &text)?)
}

fn posterior(draft: &Draft, ensemble: &Ensemble) -> Result<(), EngineError> {
    let panel = serde_json::to_vec(&ensemble.model().panel).map_err(internal)?;
    draft.put(PANEL, &panel)?;
    structure(draft, "", &ensemble.leading().fitted)?;
    if ensemble.members.len() < 2 {
        return Ok(());
    }
    for member in &ensemble.members {
        structure(draft, &format!("{STRUCTURES}/{}/", member.name), &member.fitted)?;
    }
    let weights = ensemble.members.iter();
    let weights: Vec<Weighed> =
        weights.map(|m| Weighed { name: m.name.clone(), weight: m.weight }).collect();
    document(draft, ENSEMBLE, &weights)
}

/// Draws of one structure, in a folder of the draft (`""`, or ending in `/`).
fn structure(draft: &Draft, folder: &str, fitted: &Fitted) -> Result<(), EngineError> {
    let warm = serde_json::to_vec(&fitted.warm).map_err(internal)?;
    draft.put(&format!("{folder}{WARM}"), &warm)?;
    let file = draft.create(&format!("{folder}{DRAWS}"))?;
    draws::write(file, fitted).map_err(internal)?;
    let file = draft.create(&format!("{folder}{ARVIZ}"))?;
    arviz::write(io::BufWriter::new(file), fitted).map_err(|e| draft.failed(e))?;
    Ok(())
}

impl Fit {
    /// Opens the fit in a folder.
    ///
    /// # Errors
    /// [`ReopenError`].
    pub fn open(dir: &Path) -> Result<Self, EngineError> {
        Ok(Self { summary: load(dir)?.summary, ensemble: reopen(dir)? })
    }
}

/// Reads the models and the draws of a fit back.
///
/// # Errors
/// [`ReopenError`].
pub fn reopen(dir: &Path) -> Result<Ensemble, EngineError> {
    if dir.join(RIDGE).exists() && !dir.join(DRAWS).exists() {
        return Err(ReopenError::Ridge { dir: dir.to_path_buf() }.into());
    }
    let text = String::from_utf8(read(dir, SPEC)?).map_err(|e| damaged(dir, SPEC, e))?;
    let spec = Spec::from_toml(&text).map_err(|e| damaged(dir, SPEC, e))?;
    let draft: PanelDraft =
        serde_json::from_slice(&read(dir, PANEL)?).map_err(|e| damaged(dir, PANEL, e))?;
    let panel = Panel::new(draft).map_err(|errors| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        damaged(dir, PANEL, first)
    })?;
    let structures = spec.structures().map_err(|e| damaged(dir, SPEC, e))?;
    if !dir.join(ENSEMBLE).exists() {
        let Some((_, alone)) = structures.first() else {
            return Err(damaged(dir, SPEC, "it has no structure").into());
        };
        return Ok(Ensemble::single(member(dir, "", alone, &panel)?));
    }
    let weights: Vec<Weighed> =
        serde_json::from_slice(&read(dir, ENSEMBLE)?).map_err(|e| damaged(dir, ENSEMBLE, e))?;
    let mut members = Vec::new();
    for Weighed { name, weight } in weights {
        let Some((_, spec)) = structures.iter().find(|(own, _)| *own == name) else {
            let reason = format!("`{name}` is no structure of {SPEC}");
            return Err(damaged(dir, ENSEMBLE, reason).into());
        };
        let fitted = member(dir, &format!("{STRUCTURES}/{name}/"), spec, &panel)?;
        members.push(Member { name, weight, foresight: None, fitted });
    }
    Ok(Ensemble::new(members))
}

/// The posterior of one structure from its folder (`""`, or ending in `/`).
fn member(dir: &Path, folder: &str, spec: &Spec, panel: &Panel) -> Result<Fitted, ReopenError> {
    let model = Model::new(spec, panel).map_err(|e| damaged(dir, SPEC, e))?;
    let (warm, draws) = (format!("{folder}{WARM}"), format!("{folder}{DRAWS}"));
    let warm = serde_json::from_slice(&read(dir, &warm)?).map_err(|e| damaged(dir, &warm, e))?;
    let path = dir.join(&draws);
    let file = fs::File::open(&path)
        .map_err(|source| ReopenError::Unreadable { path: path.clone(), source })?;
    draws::read(file, model, warm).map_err(|e| damaged(dir, &draws, e))
}

fn read(dir: &Path, name: &str) -> Result<Vec<u8>, ReopenError> {
    let path = dir.join(name);
    fs::read(&path).map_err(|source| ReopenError::Unreadable { path, source })
}

fn damaged(dir: &Path, name: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> ReopenError {
    ReopenError::Damaged { path: dir.join(name), source: source.into() }
}
