//! What every request and every job shares.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use outlay_config::Live;
use outlay_core::registry::Registry;
use outlay_jobs::Clock;
use outlay_store::{Objects, Scope, Store, WorkspaceId};
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::auth::password::Passwords;
use crate::auth::throttle::Throttle;
use crate::hub::Hub;
use crate::problem::Problem;
use crate::work::fits::Fits;
use crate::work::studies::Studies;

/// What every request and every job shares. Held in an [`Arc`].
pub struct App {
    /// The store.
    pub store: Store,
    /// The artefacts.
    pub objects: Objects,
    /// The business constants with which this process began.
    pub registry: Registry,
    /// The configuration in force now.
    pub config: Live,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Folder for what is only needed for a while.
    pub scratch: PathBuf,
    /// When this process began.
    pub started_at: DateTime<Utc>,
    /// Whether cookies are sent over TLS only.
    pub secure_cookies: bool,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) hub: Hub,
    pub(crate) fits: Fits,
    pub(crate) studies: Studies,
    /// Becomes true when the server stops: what lasts (live updates) ends then.
    pub(crate) stopping: watch::Sender<bool>,
}

/// The state of the router.
pub(crate) type Shared = Arc<App>;

impl App {
    /// What every request shares, over an open store.
    pub fn new(
        store: Store,
        objects: Objects,
        registry: Registry,
        clock: Arc<dyn Clock>,
        scratch: PathBuf,
        secure_cookies: bool,
        config: Live,
    ) -> Self {
        let started_at = clock.now();
        Self {
            hub: Hub::new(store.clone(), &registry),
            throttle: Throttle::new(&registry),
            passwords: Passwords::new(),
            studies: Studies::new(&registry),
            fits: Fits::new(objects.clone(), scratch.clone(), &registry),
            store,
            objects,
            registry,
            config,
            clock,
            scratch,
            started_at,
            secure_cookies,
            stopping: watch::Sender::new(false),
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Everything of one workspace.
    pub(crate) fn scope(&self, workspace: WorkspaceId) -> Scope<'_> {
        self.store.workspace(workspace)
    }

    /// The settings in force in a workspace. What was stored and is no longer allowed counts for
    /// nothing.
    pub(crate) async fn settings(&self, workspace: WorkspaceId) -> Result<Registry, Problem> {
        let stored = self.scope(workspace).settings().list().await?;
        let mut registry = self.config.now().registry().clone();
        for setting in stored {
            let Some(value) = setting.value.as_f64() else { continue };
            match registry.clone().and(&setting.key, value) {
                Ok(changed) => registry = changed,
                Err(error) => tracing::warn!(%error, "a stored setting is left out"),
            }
        }
        Ok(registry)
    }

    /// Tells listeners that something happened. Nothing depends on it: a failure is logged.
    pub(crate) async fn tell(&self, workspace: WorkspaceId, topic: &str, kind: &str, what: Json) {
        let events = self.scope(workspace).events();
        if let Err(error) = events.publish(topic, kind, what, self.now()).await {
            tracing::warn!(%error, topic, "listeners were not told");
        }
    }
}
