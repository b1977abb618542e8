//! Large artefacts (draws, reports, uploads) under keys: in a local folder, or in the object store
//! of a cloud with the features `s3`, `gcs` and `azure`.
//!
//! An object appears as a whole or not at all: a local one is written beside its place and renamed.

mod leftover;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::prefix::PrefixStore;
use object_store::{
    Error as LayerError, MultipartUpload, ObjectStore as Layer, ObjectStoreExt, PutPayload,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::Url;

use crate::error::Cause;
use crate::workspaces::WorkspaceId;

pub use leftover::Wanted;

/// Parts of a streamed object: the clouds want at least 5 MiB.
const PART: usize = 8 << 20;

/// Why an artefact could not be written or read.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// A key that could leave its workspace, or that not every store can hold.
    #[error(
        "`{0}` is not a name for a stored object: letters, digits, `.`, `_` and `-`, not beginning with a dot"
    )]
    Key(String),
    /// Neither a folder nor a store that this build knows.
    #[error(
        "cannot use `{address}` as a store of artefacts: a folder, or s3://, gs:// or az:// where this build has that feature"
    )]
    Address {
        /// The address as it was given, without user and password.
        address: String,
        /// Why not.
        #[source]
        source: Cause,
    },
    /// Nothing there.
    #[error("there is no stored object {0}")]
    NotFound(ObjectKey),
    /// The store failed.
    #[error("the store of artefacts reports an error")]
    Layer(#[source] Cause),
}

/// The address of an artefact inside of the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The key of a named artefact of a workspace. No part can lead out of the workspace.
    ///
    /// # Errors
    /// [`ObjectError::Key`] for a part that is more than a plain name.
    pub fn named(workspace: WorkspaceId, parts: &[&str]) -> Result<Self, ObjectError> {
        let plain = |part: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            (1..=200).contains(&part.len()) && !part.starts_with('.') && part.chars().all(allowed)
        };
        match parts.iter().find(|part| !plain(part)) {
            Some(part) => Err(ObjectError::Key((*part).to_owned())),
            None if parts.is_empty() => Err(ObjectError::Key(String::new())),
            None => Ok(Self(format!("workspace/{workspace}/{}", parts.join("/")))),
        }
    }

    /// The key of a content: the same content of a workspace lies there once.
    pub fn of_content(workspace: WorkspaceId, content: &[u8]) -> Self {
        let hash: String =
            Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("workspace/{workspace}/content/{hash}"))
    }

    /// The key as it was stored, checked to belong to this workspace.
    ///
    /// # Errors
    /// [`ObjectError::Key`] when it does not.
    pub fn parse(workspace: WorkspaceId, text: &str) -> Result<Self, ObjectError> {
        let rest = text.strip_prefix(&format!("workspace/{workspace}/"));
        let rest = rest.ok_or_else(|| ObjectError::Key(text.to_owned()))?;
        Self::named(workspace, &rest.split('/').collect::<Vec<_>>())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn place(&self) -> Place {
        Place::from(self.0.as_str())
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The store of artefacts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Objects {
    layer: Arc<dyn Layer>,
    /// Where the objects lie, if that is a local folder.
    folder: Option<PathBuf>,
}

impl Objects {
    /// A store in a local folder, which is made where there is none.
    ///
    /// # Errors
    /// [`ObjectError::Address`] when the folder cannot be used.
    pub fn folder(path: &Path) -> Result<Self, ObjectError> {
        let refused =
            |source: Cause| ObjectError::Address { address: path.display().to_string(), source };
        std::fs::create_dir_all(path).map_err(|error| refused(Box::new(error)))?;
        let layer = LocalFileSystem::new_with_prefix(path)
            .map_err(|error| refused(Box::new(error)))?
            .with_automatic_cleanup(true);
        Ok(Self { layer: Arc::new(layer), folder: Some(path.to_owned()) })
    }

    /// A store by its address: a path, or `s3://bucket/prefix`, `gs://…`, `az://…`. `options` are
    /// those of the cloud (`aws_region`, …), from configuration or secrets; unknown ones are
    /// ignored.
    ///
    /// # Errors
    /// [`ObjectError::Address`] for a store that this build does not know.
    pub fn open(
        address: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ObjectError> {
        if let Some(path) = address.strip_prefix("file://") {
            return Self::folder(Path::new(path));
        }
        if !address.contains("://") {
            return Self::folder(Path::new(address));
        }
        let refused = |source: Cause| {
            let shown = address.rsplit_once('@').map_or(address, |(_, rest)| rest);
            ObjectError::Address { address: shown.to_owned(), source }
        };
        let url: Url = address.parse().map_err(|error| refused(Box::new(error)))?;
        let (layer, prefix) = object_store::parse_url_opts(&url, options)
            .map_err(|error| refused(Box::new(error)))?;
        Ok(Self { layer: Arc::new(PrefixStore::new(layer, prefix)), folder: None })
    }

    /// Stores a content under a key, instead of what was there.
    ///
    /// # Errors
    /// When the store fails; what was there is still there then.
    pub async fn put(&self, key: &ObjectKey, content: Bytes) -> Result<(), ObjectError> {
        let payload = PutPayload::from_bytes(content);
        self.layer.put(&key.place(), payload).await.map(|_| ()).map_err(|e| layer(e, key))
    }

    /// Stores a content under its own hash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_content(
        &self,
        workspace: WorkspaceId,
        content: Bytes,
    ) -> Result<ObjectKey, ObjectError> {
        let key = ObjectKey::of_content(workspace, &content);
        // Also where it is there: it is young again, and housekeeping leaves it alone until the
        // row that refers to it is written.
        self.put(&key, content).await?;
        Ok(key)
    }

    /// Begins an object that is written bit by bit, as large as one likes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn writer(&self, key: &ObjectKey) -> Result<ObjectWriter, ObjectError> {
        let upload = self.layer.put_multipart(&key.place()).await.map_err(|e| layer(e, key))?;
        Ok(ObjectWriter {
            upload,
            key: key.clone(),
            buffer: Vec::new(),
            digest: Sha256::new(),
            bytes: 0,
        })
    }

    /// The whole content.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`] where there is none.
    pub async fn get(&self, key: &ObjectKey) -> Result<Bytes, ObjectError> {
        let found = self.layer.get(&key.place()).await.map_err(|error| layer(error, key))?;
        found.bytes().await.map_err(|error| layer(error, key))
    }

    /// The content bit by bit, to be sent on without being held.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`] where there is none.
    pub async fn stream(
        &self,
        key: &ObjectKey,
    ) -> Result<impl Stream<Item = Result<Bytes, ObjectError>> + Send + use<>, ObjectError> {
        let found = self.layer.get(&key.place()).await.map_err(|error| layer(error, key))?;
        let key = key.clone();
        Ok(found.into_stream().map_err(move |error| layer(error, &key)))
    }

    /// How many bytes there are; nothing where there is no such object.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn size(&self, key: &ObjectKey) -> Result<Option<u64>, ObjectError> {
        match self.layer.head(&key.place()).await {
            Ok(found) => Ok(Some(found.size)),
            Err(LayerError::NotFound { .. }) => Ok(None),
            Err(error) => Err(layer(error, key)),
        }
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectError> {
        match self.layer.delete(&key.place()).await {
            Ok(()) | Err(LayerError::NotFound { .. }) => Ok(()),
            Err(error) => Err(layer(error, key)),
        }
    }

    /// The keys of a workspace, in order; those below `folder` where one is named.
    ///
    /// # Errors
    /// [`ObjectError::Key`] for a folder that is no plain name, or when the store fails.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        folder: Option<&str>,
    ) -> Result<Vec<ObjectKey>, ObjectError> {
        let prefix = match folder {
            Some(folder) => ObjectKey::named(workspace, &[folder])?,
            None => ObjectKey(format!("workspace/{workspace}")),
        };
        let found: Vec<_> = self.layer.list(Some(&prefix.place())).collect().await;
        let mut keys = found
            .into_iter()
            .map(|meta| meta.map(|meta| ObjectKey(meta.location.to_string())))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| layer(error, &prefix))?;
        keys.sort();
        Ok(keys)
    }
}

fn layer(error: LayerError, key: &ObjectKey) -> ObjectError {
    match error {
        LayerError::NotFound { .. } => ObjectError::NotFound(key.clone()),
        other => ObjectError::Layer(Box::new(other)),
    }
}

/// An object that is being written. It appears with [`ObjectWriter::finish`]; dropped before, or
/// [given up](ObjectWriter::abort), it leaves nothing under its key.
pub struct ObjectWriter {
    upload: Box<dyn MultipartUpload>,
    key: ObjectKey,
    buffer: Vec<u8>,
    digest: Sha256,
    bytes: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

impl ObjectWriter {
    /// Adds a bit.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn write(&mut self, bit: &[u8]) -> Result<(), ObjectError> {
        self.digest.update(bit);
        self.bytes += bit.len() as u64;
        self.buffer.extend_from_slice(bit);
        while self.buffer.len() >= PART {
            let rest = self.buffer.split_off(PART);
            let part = std::mem::replace(&mut self.buffer, rest);
            self.send(part).await?;
        }
        Ok(())
    }

    /// Makes the object appear.
    ///
    /// # Errors
    /// When the store fails; nothing appeared then.
    pub async fn finish(mut self) -> Result<Written, ObjectError> {
        let last = std::mem::take(&mut self.buffer);
        if !last.is_empty() || self.bytes == 0 {
            self.send(last).await?;
        }
        self.upload.complete().await.map_err(|error| layer(error, &self.key))?;
        let sha256 = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Written { bytes: self.bytes, sha256 })
    }

    /// Gives it up, and what was sent with it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn abort(mut self) -> Result<(), ObjectError> {
        self.upload.abort().await.map_err(|error| layer(error, &self.key))
    }

    async fn send(&mut self, part: Vec<u8>) -> Result<(), ObjectError> {
        let sent = self.upload.put_part(PutPayload::from(part));
        sent.await.map_err(|error| layer(error, &self.key))
    }
}
