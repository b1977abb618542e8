//! Starting and stopping: store, job workers and HTTP in one process.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use outlay_core::registry::keys;
use outlay_jobs::{Clock, Shutdown, SystemClock, Worker, WorkerOptions};
use outlay_store::{
    AddressError, CacheAddressError, ObjectError, Objects, Store, StoreError, StoreOptions,
};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::config::{Config, ConfigureError};
use crate::listen::{self, Listening};
use crate::reload;
use crate::routes::transfers;
use crate::scratch::Scratch;
use crate::{api, work};

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The address of the database is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The store cannot be opened or migrated.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is configured cannot be worked with.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// The artefacts' folder cannot be used.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The address of the shared cache is none.
    #[error(transparent)]
    Cache(#[from] CacheAddressError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The connection's socket failed.
    #[error("the server stopped unexpectedly")]
    Stopped(#[source] io::Error),
}

impl ServeError {
    /// Stable name of the kind of failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "serve.folder",
            Self::Address(_) => "serve.database-address",
            Self::Store(error) => error.code(),
            Self::Configure(error) => error.code(),
            Self::Objects(_) => "serve.objects",
            Self::Cache(_) => "serve.cache-address",
            Self::Listen { .. } => "serve.listen",
            Self::Stopped(_) => "serve.stopped",
        }
    }

    /// What to do next.
    pub fn next(&self) -> String {
        match self {
            Self::Folder { .. } | Self::Objects(_) => {
                "choose a folder that can be written with --data".to_owned()
            }
            Self::Address(_) => {
                "use --database sqlite:///path/outlay.db or postgres://user@host/database"
                    .to_owned()
            }
            Self::Configure(error) => error.next(),
            Self::Store(_) => "run `outlay doctor` with the same flags".to_owned(),
            Self::Cache(_) => "set store.cache_url to redis://host:6379, or to nothing".to_owned(),
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another program listens there: stop it, or choose another port with --listen"
                    .to_owned()
            }
            Self::Listen { .. } => "choose another address with --listen".to_owned(),
            Self::Stopped(_) => "start it again; look at the log".to_owned(),
        }
    }
}

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its requests share.
    pub app: Arc<App>,
    listening: Listening,
    worker: Option<(Shutdown, JoinHandle<()>)>,
    keeper: JoinHandle<()>,
    patience: Duration,
    _scratch: Scratch,
}

/// Time between two clean-ups of the store.
const SWEEP: Duration = Duration::from_secs(3600);

impl Server {
    /// Opens the store, brings its schema up to date, and starts the job workers and HTTP.
    ///
    /// # Errors
    /// [`ServeError`]; nothing runs then.
    pub async fn start(config: Config) -> Result<Self, ServeError> {
        let folder = |source| ServeError::Folder { folder: config.data.clone(), source };
        std::fs::create_dir_all(&config.data).map_err(folder)?;
        // The port first: a second server must not touch the first one's store.
        let busy = |source| ServeError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).map_err(busy)?;
        let address = listener.local_addr().map_err(ServeError::Stopped)?;
        let tls = match &config.edge.tls {
            Some(files) => Some((files.clone(), listen::tls(files)?)),
            None => None,
        };
        let scratch = Scratch::open(&config.data.join("tmp")).map_err(folder)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = Store::open(&config.store()?, StoreOptions::from(&config.registry)).await?;
        store.migrate(clock.now()).await?;
        let objects = Objects::open(&config.objects(), [])?;
        let cache = config.cache()?;
        let (workers, registry) = (config.workers, config.registry.clone());
        let path = scratch.path().to_owned();
        let app = App::new(store.clone(), objects, config, Arc::clone(&clock), path)?;
        let app = Arc::new(app.with_cache(cache));
        let worker = workers.then(|| {
            let options = WorkerOptions::from(&registry);
            Worker::new(store, work::handlers(&app), clock, options).start()
        });
        if let Some((_, running)) = &worker {
            // Nobody has set it before: this is where the process begins.
            let _ = app.readiness.worker.set(running.abort_handle());
        }
        let router = api::router(Arc::clone(&app));
        let listening = Listening::start(listener, router, tls, &registry);
        let listening = listening.map_err(ServeError::Stopped)?;
        let keeper = tokio::spawn(keep(Arc::clone(&app), app.stopping.subscribe()));
        // It ends with the server: it listens for the same end.
        tokio::spawn(reload::watch(Arc::clone(&app), app.stopping.subscribe()));
        let patience = Duration::from_secs_f64(registry.get(&keys::SERVER_SHUTDOWN));
        Ok(Self { address, app, listening, worker, keeper, patience, _scratch: scratch })
    }

    /// Serves until `end` comes, then stops: no new requests and jobs, and those at work are given
    /// a while to end.
    ///
    /// # Errors
    /// [`ServeError::Stopped`] when serving ended by itself.
    pub async fn run(mut self, end: impl Future<Output = ()>) -> Result<(), ServeError> {
        tokio::select! {
            () = end => {}
            ended = &mut self.listening.http => {
                let ended = ended.unwrap_or_else(|error| Err(io::Error::other(error)));
                return ended.map_err(ServeError::Stopped);
            }
        }
        self.stop().await;
        Ok(())
    }

    /// Stops as [`Server::run`] does.
    pub async fn stop(mut self) {
        self.app.stopping.send_replace(true);
        let worker = self.worker.take();
        if let Some((shutdown, _)) = &worker {
            shutdown.now();
        }
        self.listening.stop(self.patience).await;
        if let Some((_, mut running)) = worker
            && tokio::time::timeout(self.patience, &mut running).await.is_err()
        {
            // Its leases run out, and its jobs are taken over.
            running.abort();
        }
        self.keeper.abort();
        if let Err(error) = self.app.store.close().await {
            tracing::warn!(%error, "the store was not closed well");
        }
    }
}

/// Cleans up once in a while, and writes down what a dead worker could not.
pub(crate) async fn keep(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let look = Duration::from_secs_f64(app.registry.get(&keys::JOBS_LEASE));
    let mut swept: Option<Instant> = None;
    loop {
        if let Err(problem) = work::tidy::settle(&app).await {
            tracing::warn!(error = %problem.title, "jobs that were given up are not written down");
        }
        if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
            swept = Some(Instant::now());
            if let Err(error) = app.store.sweep(app.now()).await {
                tracing::warn!(%error, "the store was not cleaned up");
            }
            if let Err(problem) = transfers::expire(&app).await {
                tracing::warn!(code = problem.code, "old uploads were not cleaned up");
            }
            match work::tidy::artefacts(&app).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "artefacts without an owner are gone"),
                Err(problem) => {
                    tracing::warn!(error = %problem.title, "artefacts were not cleaned up");
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(look) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn asked_to_stop() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C is not heard");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            return interrupted.await;
        };
        tokio::select! {
            () = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
