//! What a process that died leaves behind: rows that wait for a job which is over, and artefacts
//! that no row came to refer to.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use outlay_core::registry::keys;
use outlay_store::{JobState, Page, Scope, StoreError, Wanted, WorkspaceId};

use crate::app::App;
use crate::problem::Problem;
use crate::routes::jobs;

/// All rows, page by page.
macro_rules! each {
    ($rows:expr, |$row:ident| $see:expr) => {{
        let mut page = Page::default();
        loop {
            let found = $rows.list(page).await?;
            for $row in found.rows {
                $see;
            }
            match found.next {
                None => break,
                next => page.after = next,
            }
        }
    }};
}

async fn workspaces(app: &App) -> Result<Vec<WorkspaceId>, StoreError> {
    let mut found = Vec::new();
    each!(app.store.workspaces(), |row| found.push(row.id));
    Ok(found)
}

/// Writes how it ended into models and plans whose job was given up by the queue: when the worker
/// of the last attempt dies, nobody else is left to do so.
pub(crate) async fn settle(app: &App) -> Result<(), Problem> {
    for workspace in workspaces(app).await? {
        let scope = app.scope(workspace);
        for state in [JobState::Failed, JobState::Cancelled] {
            // The newest page: this is done again and again, and jobs do not die by the hundred.
            for job in scope.jobs().list(Some(state), Page::default()).await?.rows {
                jobs::close(app, workspace, &job).await?;
            }
        }
    }
    Ok(())
}

/// Removes artefacts that nothing refers to and that are old enough that nothing will.
pub(crate) async fn artefacts(app: &App) -> Result<u64, Problem> {
    let hour = Duration::from_secs(3600);
    let old = hour.mul_f64(app.registry.get(&keys::SERVER_ORPHAN_HOURS));
    let before = app.now() - TimeDelta::from_std(old).unwrap_or(TimeDelta::MAX);
    let mut removed = app.objects.remove_parts(old).await?;
    for workspace in workspaces(app).await? {
        let wanted = || wanted(app.scope(workspace));
        removed += app.objects.remove_unwanted::<Problem, _>(workspace, before, wanted).await?;
    }
    Ok(removed)
}

/// Which artefacts of a workspace rows refer to. What is of no kind named here stays.
async fn wanted(scope: Scope<'_>) -> Result<Wanted, Problem> {
    let root = format!("workspace/{}/", scope.id());
    let (mut uploads, mut panels, mut folders) = (HashSet::new(), HashSet::new(), HashSet::new());
    each!(scope.uploads(), |row| uploads.insert(row.id.to_string()));
    each!(scope.panels(), |row| panels.insert(row.body.object_key));
    each!(scope.models(), |row| folders.extend(row.body.artefact_key));
    each!(scope.scenarios(), |row| folders.insert(super::plan::folder(row.id)));
    Ok(Box::new(move |name| {
        let (folder, rest) = name.split_once('/').unwrap_or((name, ""));
        match folder {
            "content" => panels.contains(&format!("{root}{name}")),
            // The parts of a file that is sent bit by bit begin with its identity.
            "uploads" => rest.get(..36).is_none_or(|id| uploads.contains(id)),
            _ if folder.starts_with("model-") || folder.starts_with("plan-") => {
                folders.contains(folder)
            }
            _ => true,
        }
    }))
}
