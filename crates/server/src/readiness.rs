//! Whether this process can do its work now: looked at when asked, and not again for a while, since
//! anybody may ask.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use outlay_core::registry::{Registry, keys};
use outlay_store::{Id, ObjectKey, Objects, Store, StoreError, Workspace};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use utoipa::ToSchema;
use uuid::Uuid;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Check {
    /// `database`, `schema`, `objects` or `worker`.
    name: &'static str,
    /// Whether it is as it should be.
    ok: bool,
    /// How it stands.
    message: String,
}

/// What was found when somebody looked last.
pub(crate) struct Readiness {
    keep: Duration,
    last: Mutex<Option<(Instant, Vec<Check>)>>,
    /// The job worker of this process, where it has one.
    pub(crate) worker: OnceLock<AbortHandle>,
}

impl Readiness {
    pub(crate) fn new(registry: &Registry) -> Self {
        let keep = Duration::from_secs_f64(registry.get(&keys::SERVER_READY));
        Self { keep, last: Mutex::default(), worker: OnceLock::new() }
    }

    /// How everything stands. Those who ask together get one look.
    pub(crate) async fn look(&self, store: &Store, objects: &Objects) -> Vec<Check> {
        let mut last = self.last.lock().await;
        if let Some((at, checks)) = last.as_ref()
            && at.elapsed() < self.keep
        {
            return checks.clone();
        }
        let checks = vec![
            check("database", store.ping().await.map_err(|error| told(&error)), "it answers"),
            check(
                "schema",
                store.require_schema().await.map_err(|error| told(&error)),
                "it is this program's",
            ),
            check("objects", writable(objects).await, "they can be written"),
            self.worker(),
        ];
        *last = Some((Instant::now(), checks.clone()));
        checks
    }

    fn worker(&self) -> Check {
        let (stands, message) = match self.worker.get() {
            None => (Ok(()), "none in this process"),
            Some(worker) if worker.is_finished() => (Err("it has ended".to_owned()), ""),
            Some(_) => (Ok(()), "it takes jobs"),
        };
        check("worker", stands, message)
    }
}

/// Whether all is as it should be.
pub(crate) fn ready(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.ok)
}

fn check(name: &'static str, stands: Result<(), String>, message: &str) -> Check {
    match stands {
        Ok(()) => Check { name, ok: true, message: message.to_owned() },
        Err(message) => Check { name, ok: false, message },
    }
}

/// An error for whoever asks: its kind, without addresses. The log has the rest.
fn told(error: &StoreError) -> String {
    tracing::warn!(%error, "this process is not ready");
    format!("{}: look at the server's log", error.code())
}

/// Writes something and takes it back, where no workspace is.
async fn writable(objects: &Objects) -> Result<(), String> {
    let nobody: Id<Workspace> = Id::from_uuid(Uuid::nil());
    let name = format!("{}-{}", std::process::id(), "probe");
    let written = async {
        let key = ObjectKey::named(nobody, &["ready", &name])?;
        objects.put(&key, Bytes::from_static(b"ready")).await?;
        objects.delete(&key).await
    };
    written.await.map_err(|error| told(&StoreError::from(error)))
}
