//! The folder of a fit: what stands in it, how it is written whole or not at all, and how it is
//! read back.

mod arviz;
mod draws;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use outlay_core::{Panel, PanelDraft};
use outlay_mmm::ensemble::{Ensemble, Member};
use outlay_mmm::fit::Fitted;
use outlay_mmm::model::Model;
use outlay_mmm::spec::Spec;
use outlay_mmm::summary::Summary;
use outlay_report::{ReportOptions, html};

use crate::failure::{Exit, Failure};

pub(crate) const SUMMARY: &str = "summary.json";
const REPORT: &str = "report.html";
const SPEC: &str = "spec.toml";
const MAPPING: &str = "mapping.toml";
const PANEL: &str = "panel.json";
const DRAWS: &str = "draws.parquet";
const ARVIZ: &str = "arviz.json";
const WARM: &str = "warm.json";
/// Weights of the structures, where there are several.
const ENSEMBLE: &str = "ensemble.json";
/// A folder per structure, where there are several.
const STRUCTURES: &str = "structures";

/// A structure in [`ENSEMBLE`].
#[derive(serde::Serialize, serde::Deserialize)]
struct Weighed {
    name: String,
    weight: f64,
}

/// A folder that is being completed beside its final place.
pub(crate) struct Draft {
    target: PathBuf,
    folder: PathBuf,
    created: Vec<PathBuf>,
}

fn unwritable(target: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Files,
        "fit.write",
        format!("cannot write to {}: {error}", target.display()),
        "choose a folder that you may write to; nothing was written",
    )
}

impl Draft {
    /// Makes sure, before the work begins, that the folder can be written: a new one, or one that
    /// holds an earlier fit.
    pub(crate) fn open(target: &Path) -> Result<Self, Failure> {
        if target.is_file() {
            let error = io::Error::new(io::ErrorKind::NotADirectory, "it is a file");
            return Err(unwritable(target, &error));
        }
        let occupied = target.is_dir()
            && !target.join(SUMMARY).exists()
            && fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some());
        if occupied {
            return Err(Failure::new(
                Exit::Files,
                "fit.occupied",
                format!("{} holds other files: they were not touched", target.display()),
                "choose a new folder, or one that holds an earlier fit",
            ));
        }
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let created = parent.ancestors().take_while(missing).map(Path::to_path_buf).collect();
        let name = target.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        let folder = parent.join(format!(".{name}.outlay-{}", std::process::id()));
        let made = fs::create_dir_all(&parent).and_then(|()| fs::create_dir(&folder));
        let draft = Self { target: target.to_path_buf(), folder, created };
        made.map_err(|e| unwritable(target, &e))?;
        Ok(draft)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        fs::write(self.folder.join(name), bytes).map_err(|e| unwritable(&self.target, &e))
    }

    /// Writes the summary and its report.
    pub(crate) fn answers(&self, summary: &Summary) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(summary).map_err(|e| internal(&e))?;
        self.put(SUMMARY, text.as_bytes())?;
        let page = html(summary, &ReportOptions::default()).map_err(|e| internal(&e))?;
        self.put(REPORT, page.as_bytes())
    }

    /// Writes specification and mapping.
    pub(crate) fn texts(&self, spec: &str, mapping: &str) -> Result<(), Failure> {
        self.put(SPEC, spec.as_bytes())?;
        self.put(MAPPING, mapping.as_bytes())
    }

    /// Writes what is needed to go on from the fit: draws, data, the sampler's state. Of several
    /// structures, each has its own folder; the draws of the leading one also stand where those of
    /// a single one would.
    pub(crate) fn posterior(&self, ensemble: &Ensemble) -> Result<(), Failure> {
        let panel = serde_json::to_vec(&ensemble.model().panel).map_err(|e| internal(&e))?;
        self.put(PANEL, &panel)?;
        self.draws("", &ensemble.leading().fitted)?;
        if ensemble.members.len() < 2 {
            return Ok(());
        }
        for member in &ensemble.members {
            let folder = format!("{STRUCTURES}/{}", member.name);
            let made = fs::create_dir_all(self.folder.join(&folder));
            made.map_err(|e| unwritable(&self.target, &e))?;
            self.draws(&format!("{folder}/"), &member.fitted)?;
        }
        let weights = ensemble.members.iter();
        let weights: Vec<Weighed> =
            weights.map(|m| Weighed { name: m.name.clone(), weight: m.weight }).collect();
        self.document(ENSEMBLE, &weights)
    }

    /// Draws of one structure, in a folder of the draft (`""`, or ending in `/`).
    fn draws(&self, folder: &str, fitted: &Fitted) -> Result<(), Failure> {
        let warm = serde_json::to_vec(&fitted.warm).map_err(|e| internal(&e))?;
        self.put(&format!("{folder}{WARM}"), &warm)?;
        let path = self.folder.join(format!("{folder}{DRAWS}"));
        draws::write(&path, fitted).map_err(|e| internal(e.as_ref()))?;
        let file = fs::File::create(self.folder.join(format!("{folder}{ARVIZ}")));
        let file = file.map_err(|e| unwritable(&self.target, &e))?;
        arviz::write(io::BufWriter::new(file), fitted).map_err(|e| unwritable(&self.target, &e))
    }

    /// Writes another document.
    pub(crate) fn document(
        &self,
        name: &str,
        value: &impl serde::Serialize,
    ) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(value).map_err(|e| internal(&e))?;
        self.put(name, &text)
    }

    /// Writes further files as they are.
    pub(crate) fn files(&self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        files.iter().try_for_each(|(name, bytes)| self.put(name, bytes))
    }

    /// Moves the completed folder to its place; an earlier fit there is replaced.
    pub(crate) fn publish(mut self) -> Result<(), Failure> {
        let moved = if self.target.is_dir() {
            let entries = clear_structures(&self.target).and_then(|()| fs::read_dir(&self.folder));
            entries.and_then(|entries| {
                for entry in entries {
                    let entry = entry?;
                    fs::rename(entry.path(), self.target.join(entry.file_name()))?;
                }
                fs::remove_dir(&self.folder)
            })
        } else {
            fs::rename(&self.folder, &self.target)
        };
        moved.map_err(|e| unwritable(&self.target, &e))?;
        self.created.clear();
        Ok(())
    }
}

impl Drop for Draft {
    /// What was not published leaves no trace.
    fn drop(&mut self) {
        if self.folder.exists() {
            let _ = fs::remove_dir_all(&self.folder);
        }
        for folder in &self.created {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Takes away the structures of an earlier fit: the new one may have others, or none.
fn clear_structures(target: &Path) -> io::Result<()> {
    let ensemble = target.join(ENSEMBLE);
    if ensemble.exists() {
        fs::remove_file(ensemble)?;
        fs::remove_dir_all(target.join(STRUCTURES))?;
    }
    Ok(())
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::from_error(Exit::Internal, "fit.artefact", error, "please report this")
}

/// Reads the models and the draws of a fit back.
pub(crate) fn reopen(dir: &Path) -> Result<Ensemble, Failure> {
    let read = |name: &str| {
        fs::read(dir.join(name)).map_err(|e| {
            Failure::new(
                Exit::Files,
                "fit.unreadable",
                format!("cannot read {}: {e}", dir.join(name).display()),
                "name a folder that `outlay fit --out DIR` wrote with draws",
            )
        })
    };
    let damaged = |name: &str, error: &dyn std::fmt::Display| {
        Failure::new(
            Exit::Files,
            "fit.damaged",
            format!("{} is damaged: {error}", dir.join(name).display()),
            "fit again",
        )
    };
    let text = String::from_utf8(read(SPEC)?).map_err(|e| damaged(SPEC, &e))?;
    let spec = Spec::from_toml(&text).map_err(|e| damaged(SPEC, &e))?;
    let draft: PanelDraft =
        serde_json::from_slice(&read(PANEL)?).map_err(|e| damaged(PANEL, &e))?;
    let panel = Panel::new(draft).map_err(|errors| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        damaged(PANEL, &first)
    })?;
    let structures = spec.structures().map_err(|e| damaged(SPEC, &e))?;
    let member = |spec: &Spec, folder: &str| -> Result<Fitted, Failure> {
        let model = Model::new(spec, &panel).map_err(|e| damaged(SPEC, &e))?;
        let (warm, draws) = (format!("{folder}{WARM}"), format!("{folder}{DRAWS}"));
        let warm = serde_json::from_slice(&read(&warm)?).map_err(|e| damaged(&warm, &e))?;
        read(&draws)?;
        draws::read(&dir.join(&draws), model, warm).map_err(|e| damaged(&draws, &e))
    };
    if !dir.join(ENSEMBLE).exists() {
        let Some((_, alone)) = structures.first() else {
            return Err(damaged(SPEC, &"it has no structure"));
        };
        return Ok(Ensemble::single(member(alone, "")?));
    }
    let weights: Vec<Weighed> =
        serde_json::from_slice(&read(ENSEMBLE)?).map_err(|e| damaged(ENSEMBLE, &e))?;
    let mut members = Vec::new();
    for Weighed { name, weight } in weights {
        let Some((_, spec)) = structures.iter().find(|(own, _)| *own == name) else {
            return Err(damaged(ENSEMBLE, &format!("`{name}` is no structure of {SPEC}")));
        };
        let fitted = member(spec, &format!("{STRUCTURES}/{name}/"))?;
        members.push(Member { name, weight, foresight: None, fitted });
    }
    Ok(Ensemble::new(members))
}
