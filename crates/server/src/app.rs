//! What every request and every job shares.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use outlay_config::Live;
use outlay_core::registry::Registry;
use outlay_jobs::Clock;
use outlay_store::{Cache, CacheFigures, CacheOptions, Objects, Scope, Store, WorkspaceId};
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::auth::access::Access;
use crate::auth::oidc::Provider;
use crate::auth::password::Passwords;
use crate::auth::throttle::Throttle;
use crate::config::{Config, ConfigureError};
use crate::edge::Edge;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::readiness::Readiness;
use crate::together::Together;
use crate::work::fits::Fits;

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
    /// How the server meets the network.
    pub edge: Edge,
    pub(crate) access: Option<Access>,
    pub(crate) oidc: Option<Arc<Provider>>,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) hub: Hub,
    pub(crate) fits: Fits,
    pub(crate) cache: Cache,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Readiness,
    pub(crate) together: Together,
    /// Becomes true when the server stops: what lasts (live updates) ends then.
    pub(crate) stopping: watch::Sender<bool>,
}

/// The state of the router.
pub(crate) type Shared = Arc<App>;

impl App {
    /// What every request shares, over an open store.
    ///
    /// # Errors
    /// [`ConfigureError`] when the configured secrets or files cannot be used.
    pub fn new(
        store: Store,
        objects: Objects,
        config: Config,
        clock: Arc<dyn Clock>,
        scratch: PathBuf,
    ) -> Result<Self, ConfigureError> {
        let registry = config.registry;
        let started_at = clock.now();
        let began = started_at.timestamp_micros() as f64 / 1e6;
        let metrics = Arc::new(Metrics::new(began, store.engine().to_string()));
        store.observe(metrics.clone());
        let oidc = config.oidc.map(|client| Provider::new(client, &registry)).transpose()?;
        // Without a shared cache there is no address that could be wrong.
        let cache =
            Cache::new(&CacheOptions::from(&registry), None).unwrap_or_else(|_| Cache::off());
        Ok(Self {
            hub: Hub::new(store.clone(), &registry, metrics.listeners.clone()),
            cache,
            metrics,
            readiness: Readiness::new(&registry),
            throttle: Throttle::new(&registry),
            passwords: Passwords::new(),
            together: Together::default(),
            fits: Fits::new(objects.clone(), scratch.clone(), &registry),
            access: config.jwt.as_ref().map(Access::new).transpose()?,
            oidc: oidc.map(Arc::new),
            edge: config.edge,
            store,
            objects,
            config: Live::new(config.sources, config.settings.with_registry(registry.clone())),
            registry,
            clock,
            scratch,
            started_at,
            secure_cookies: config.secure_cookies,
            stopping: watch::Sender::new(false),
        })
    }

    /// With another cache, as one that is shared with other processes.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Self {
        Self { cache, ..self }
    }

    /// How often kept answers were there.
    pub fn cache_figures(&self) -> CacheFigures {
        self.cache.figures()
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
