//! Folders of results in the store of artefacts.

use std::path::Path;

use outlay_store::{ObjectKey, Objects, WorkspaceId};

use crate::problem::Problem;

/// Stores every file of a local folder under `folder`.
pub(crate) async fn store(
    objects: &Objects,
    workspace: WorkspaceId,
    folder: &str,
    from: &Path,
) -> Result<(), Problem> {
    for (name, path) in files(from)? {
        let mut parts = vec![folder];
        parts.extend(name.iter().map(String::as_str));
        let key = ObjectKey::named(workspace, &parts)?;
        let bytes = tokio::fs::read(path).await?;
        objects.put(&key, bytes.into()).await?;
    }
    Ok(())
}

/// Writes every file under `folder` into a local folder.
pub(crate) async fn fetch(
    objects: &Objects,
    workspace: WorkspaceId,
    folder: &str,
    to: &Path,
) -> Result<(), Problem> {
    let keys = objects.list(workspace, Some(folder)).await?;
    if keys.is_empty() {
        return Err(Problem::not_found("stored fit"));
    }
    for key in keys {
        let text = key.as_str();
        let Some((_, name)) = text.split_once(&format!("/{folder}/")) else { continue };
        let path = to.join(name);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await?;
        }
        tokio::fs::write(path, objects.get(&key).await?).await?;
    }
    Ok(())
}

/// Writes one file of a folder into a local folder.
pub(crate) async fn fetch_one(
    objects: &Objects,
    workspace: WorkspaceId,
    [folder, name]: [&str; 2],
    to: &Path,
) -> Result<(), Problem> {
    let key = ObjectKey::named(workspace, &[folder, name])?;
    tokio::fs::write(to.join(name), objects.get(&key).await?).await?;
    Ok(())
}

/// Removes what lies under `folder`.
pub(crate) async fn remove(
    objects: &Objects,
    workspace: WorkspaceId,
    folder: &str,
) -> Result<(), Problem> {
    for key in objects.list(workspace, Some(folder)).await? {
        objects.delete(&key).await?;
    }
    Ok(())
}

type Named = (Vec<String>, std::path::PathBuf);

/// The files of a folder with the parts of their names.
fn files(folder: &Path) -> Result<Vec<Named>, Problem> {
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), folder.to_path_buf())];
    while let Some((parts, folder)) = open.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let mut name: Vec<String> = parts.clone();
            name.push(entry.file_name().to_string_lossy().into_owned());
            match entry.file_type()?.is_dir() {
                true => open.push((name, entry.path())),
                false => found.push((name, entry.path())),
            }
        }
    }
    found.sort();
    Ok(found)
}
