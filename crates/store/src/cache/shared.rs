//! The shared cache: a server that speaks Redis. Slow or dead, it is left alone for a while; no
//! error of it is an error of an answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue};
use thiserror::Error;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::{CacheKey, CacheOptions};

/// The address of the shared cache was not understood. It is not repeated: it may hold a password.
#[derive(Debug, Error)]
#[error("the shared cache's address is not understood: it looks like redis://host:6379")]
pub struct CacheAddressError(#[source] redis::RedisError);

pub(super) struct Shared {
    client: Client,
    connection: OnceCell<ConnectionManager>,
    timeout: Duration,
    pause: Duration,
    age: Duration,
    /// Until when it is left alone.
    resting: Mutex<Option<Instant>>,
    failures: AtomicU64,
}

impl Shared {
    pub(super) fn new(address: &str, options: &CacheOptions) -> Result<Self, CacheAddressError> {
        Ok(Self {
            client: Client::open(address).map_err(CacheAddressError)?,
            connection: OnceCell::new(),
            timeout: options.timeout,
            pause: options.pause,
            age: options.age,
            resting: Mutex::new(None),
            failures: AtomicU64::new(0),
        })
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(super) async fn get(&self, key: &CacheKey, now: Instant) -> Option<Bytes> {
        let mut command = redis::cmd("GET");
        command.arg(key.to_string());
        self.ask::<Option<Vec<u8>>>(command, now).await.flatten().map(Bytes::from)
    }

    pub(super) async fn set(&self, key: &CacheKey, answer: &Bytes, now: Instant) {
        let mut command = redis::cmd("SET");
        let age = u64::try_from(self.age.as_millis()).unwrap_or(u64::MAX).max(1);
        command.arg(key.to_string()).arg(answer.as_ref()).arg("PX").arg(age);
        self.ask::<()>(command, now).await;
    }

    pub(super) async fn remove(&self, key: &CacheKey, now: Instant) {
        let mut command = redis::cmd("DEL");
        command.arg(key.to_string());
        self.ask::<i64>(command, now).await;
    }

    /// The answer to a command; nothing when it rests, fails or takes too long.
    async fn ask<T: FromRedisValue>(&self, command: Cmd, now: Instant) -> Option<T> {
        let resting = *self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.is_some_and(|until| now < until) {
            return None;
        }
        let answer = timeout(self.timeout, async {
            let connect = || {
                // One try at a time: whoever asks again after the pause is the retry.
                let config = ConnectionManagerConfig::new().set_number_of_retries(1);
                ConnectionManager::new_with_config(self.client.clone(), config)
            };
            let mut connection = self.connection.get_or_try_init(connect).await?.clone();
            command.query_async::<T>(&mut connection).await
        })
        .await;
        match answer {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => tracing::warn!(%error, "the shared cache failed and is left alone"),
            Err(_) => tracing::warn!("the shared cache is slow and is left alone"),
        }
        self.failures.fetch_add(1, Ordering::Relaxed);
        let until = now.checked_add(self.pause);
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = until;
        None
    }
}
