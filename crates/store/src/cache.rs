//! Answers that are dear to compute are kept: in this process, and in a Redis where one is named.
//!
//! A key names the versions of the data and of the model that the answer was computed from, so
//! that a kept answer is right as long as it is kept, and a new version asks anew. The cache is
//! never needed: off, cold, or with a Redis that dies, the answers are the same.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::sync::Cache as Memory;
use outlay_core::registry::{Registry, keys};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::workspaces::WorkspaceId;

mod shared;

use shared::Shared;

/// What an answer was computed from. Two keys are the same when all their parts are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey(String);

impl CacheKey {
    /// The key of a question of a workspace, about these versions of data and model, with
    /// whatever else the answer depends on in `parts`.
    pub fn new(
        workspace: WorkspaceId,
        question: &str,
        data_version: &str,
        model_version: &str,
        parts: &[&str],
    ) -> Self {
        let mut digest = Sha256::new();
        for part in [&[question, data_version, model_version][..], parts].concat() {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        let hash: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("outlay:{workspace}:{hash}"))
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a cache is used.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheOptions {
    /// Most bytes of answers in this process; 0 keeps none.
    pub bytes: u64,
    /// Age from which an answer is dropped.
    pub age: Duration,
    /// Longest wait for the shared cache.
    pub timeout: Duration,
    /// How long the shared cache is left alone after it failed.
    pub pause: Duration,
}

impl From<&Registry> for CacheOptions {
    fn from(registry: &Registry) -> Self {
        let seconds = |setting| Duration::from_secs_f64(registry.get(setting));
        Self {
            bytes: registry.get(&keys::STORE_CACHE_BYTES) as u64,
            age: seconds(&keys::STORE_CACHE_SECONDS),
            timeout: seconds(&keys::STORE_CACHE_TIMEOUT),
            pause: seconds(&keys::STORE_CACHE_PAUSE),
        }
    }
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self::from(&Registry::default())
    }
}

/// How often an answer was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CacheFigures {
    /// In this process.
    pub hits: u64,
    /// In the shared cache.
    pub shared_hits: u64,
    /// Nowhere.
    pub misses: u64,
    /// Times that the shared cache failed.
    pub shared_failures: u64,
}

#[derive(Default)]
struct Counters {
    hits: AtomicU64,
    shared_hits: AtomicU64,
    misses: AtomicU64,
}

/// Who computes what just now: those who ask for the same meanwhile wait for it.
type AtWork = Mutex<HashMap<CacheKey, Arc<tokio::sync::Mutex<()>>>>;

/// The cache.
pub struct Cache {
    memory: Option<Memory<CacheKey, Bytes>>,
    shared: Option<Shared>,
    at_work: AtWork,
    counters: Counters,
}

impl Cache {
    /// A cache in this process, and in the Redis at `shared` (`redis://host:port`) where one is
    /// named. Does not wait for it.
    ///
    /// # Errors
    /// When the address is not understood.
    pub fn new(options: &CacheOptions, shared: Option<&str>) -> Result<Self, CacheAddressError> {
        let memory = (options.bytes > 0).then(|| {
            let weigh = |key: &CacheKey, value: &Bytes| {
                u32::try_from(key.0.len() + value.len()).unwrap_or(u32::MAX)
            };
            Memory::builder()
                .max_capacity(options.bytes)
                .weigher(weigh)
                .time_to_live(options.age)
                .build()
        });
        let shared = shared.map(|address| Shared::new(address, options)).transpose()?;
        Ok(Self { memory, shared, at_work: AtWork::default(), counters: Counters::default() })
    }

    /// A cache that keeps nothing.
    pub fn off() -> Self {
        Self {
            memory: None,
            shared: None,
            at_work: AtWork::default(),
            counters: Counters::default(),
        }
    }

    /// The answer that is kept, or the one that `compute` gives. An error is not kept. Many who ask
    /// for the same at once have it computed once.
    ///
    /// # Errors
    /// What `compute` reports.
    pub async fn get_or_compute<E, F: Future<Output = Result<Bytes, E>>>(
        &self,
        key: &CacheKey,
        compute: impl FnOnce() -> F,
    ) -> Result<Bytes, E> {
        if let Some(kept) = self.found(key) {
            return Ok(kept);
        }
        if self.memory.is_none() {
            return self.elsewhere(key, compute).await;
        }
        let turn = {
            let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(at_work.entry(key.clone()).or_default())
        };
        let _turn = Turn { at_work: &self.at_work, key };
        let _held = turn.lock().await;
        // Whoever was before us may have found it.
        if let Some(kept) = self.found(key) {
            return Ok(kept);
        }
        self.elsewhere(key, compute).await
    }

    /// What is kept in this process.
    fn found(&self, key: &CacheKey) -> Option<Bytes> {
        let kept = self.memory.as_ref()?.get(key)?;
        self.counters.hits.fetch_add(1, Ordering::Relaxed);
        Some(kept)
    }

    /// What is kept in the shared cache, or is computed now.
    async fn elsewhere<E, F: Future<Output = Result<Bytes, E>>>(
        &self,
        key: &CacheKey,
        compute: impl FnOnce() -> F,
    ) -> Result<Bytes, E> {
        let now = Instant::now();
        if let Some(shared) = &self.shared
            && let Some(kept) = shared.get(key, now).await
        {
            self.counters.shared_hits.fetch_add(1, Ordering::Relaxed);
            self.keep(key, &kept);
            return Ok(kept);
        }
        self.counters.misses.fetch_add(1, Ordering::Relaxed);
        let answer = compute().await?;
        self.keep(key, &answer);
        if let Some(shared) = &self.shared {
            shared.set(key, &answer, Instant::now()).await;
        }
        Ok(answer)
    }

    /// Drops an answer, here and in the shared cache. Other processes may keep it until its age.
    pub async fn forget(&self, key: &CacheKey) {
        if let Some(memory) = &self.memory {
            memory.invalidate(key);
        }
        if let Some(shared) = &self.shared {
            shared.remove(key, Instant::now()).await;
        }
    }

    /// How often an answer was there.
    pub fn figures(&self) -> CacheFigures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheFigures {
            hits: read(&self.counters.hits),
            shared_hits: read(&self.counters.shared_hits),
            misses: read(&self.counters.misses),
            shared_failures: self.shared.as_ref().map_or(0, Shared::failures),
        }
    }

    fn keep(&self, key: &CacheKey, answer: &Bytes) {
        if let Some(memory) = &self.memory {
            memory.insert(key.clone(), answer.clone());
        }
    }
}

/// A turn that is over when this is dropped, also by somebody who hung up.
struct Turn<'a> {
    at_work: &'a AtWork,
    key: &'a CacheKey,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        // One is the map's, one is this turn's own: nobody else waits.
        if at_work.get(self.key).is_some_and(|turn| Arc::strong_count(turn) <= 2) {
            at_work.remove(self.key);
        }
    }
}

pub use shared::CacheAddressError;
