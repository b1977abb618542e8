//! Fits that were read back from their artefacts, the last few of them kept.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use outlay_core::registry::{Registry, keys};
use outlay_engine::learn::{Fit, SUMMARY, load};
use outlay_mmm::summary::Summary;
use outlay_store::{Objects, WorkspaceId};

use super::artefacts;
use crate::problem::Problem;

/// Opens fits.
pub(crate) struct Fits {
    objects: Objects,
    scratch: PathBuf,
    most: usize,
    kept: Mutex<Vec<(String, Arc<Fit>)>>,
    /// One fit is opened at a time: many who ask for the same wait for it, and many who ask for
    /// different ones do not fill the memory together.
    opening: tokio::sync::Mutex<()>,
}

impl Fits {
    pub(crate) fn new(objects: Objects, scratch: PathBuf, registry: &Registry) -> Self {
        let most = registry.get(&keys::SERVER_FITS) as usize;
        Self { objects, scratch, most, kept: Mutex::default(), opening: Default::default() }
    }

    /// The fit whose files lie under `folder`. The name of a folder is that of one content for
    /// ever, so that nothing kept is ever stale.
    pub(crate) async fn open(
        &self,
        workspace: WorkspaceId,
        folder: &str,
    ) -> Result<Arc<Fit>, Problem> {
        let key = format!("{workspace}/{folder}");
        if let Some(fit) = self.find(&key) {
            return Ok(fit);
        }
        let _turn = self.opening.lock().await;
        if let Some(fit) = self.find(&key) {
            return Ok(fit);
        }
        let place = tempfile::tempdir_in(&self.scratch)?;
        artefacts::fetch(&self.objects, workspace, folder, place.path()).await?;
        let read = tokio::task::spawn_blocking(move || Fit::open(place.path()));
        let fit = Arc::new(read.await??);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(0, (key, Arc::clone(&fit)));
        kept.truncate(self.most);
        Ok(fit)
    }

    /// The answers of the fit under `folder` alone: its draws are a thousand times as large, and
    /// most who read answers never ask anything of the draws.
    pub(crate) async fn summary(
        &self,
        workspace: WorkspaceId,
        folder: &str,
    ) -> Result<Summary, Problem> {
        if let Some(fit) = self.find(&format!("{workspace}/{folder}")) {
            return Ok(fit.summary.clone());
        }
        let place = tempfile::tempdir_in(&self.scratch)?;
        artefacts::fetch_one(&self.objects, workspace, [folder, SUMMARY], place.path()).await?;
        let read = tokio::task::spawn_blocking(move || load(place.path()));
        Ok(read.await??.summary)
    }

    fn find(&self, key: &str) -> Option<Arc<Fit>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(own, _)| own == key)?;
        let found = kept.remove(place);
        let fit = Arc::clone(&found.1);
        kept.insert(0, found);
        Some(fit)
    }
}
