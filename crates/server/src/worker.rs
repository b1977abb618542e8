//! A process that works on jobs and serves nothing: several of them share one database.

use std::sync::Arc;
use std::time::Duration;

use outlay_core::registry::keys;
use outlay_jobs::{Clock, SystemClock, Worker, WorkerOptions};
use outlay_store::{Objects, Store, StoreOptions};

use crate::app::App;
use crate::config::Config;
use crate::reload;
use crate::scratch::Scratch;
use crate::serve::{ServeError, keep};
use crate::work;

/// Works on jobs until `end` comes; those at work are given a while to end, and go back to the
/// queue else. The folder of artefacts in `config` must be the one that the servers have.
///
/// # Errors
/// [`ServeError`] when the store, its schema or the folder cannot be used.
pub async fn run(config: Config, end: impl Future<Output = ()>) -> Result<(), ServeError> {
    let folder = |source| ServeError::Folder { folder: config.data.clone(), source };
    let scratch = Scratch::open(&config.data.join("tmp")).map_err(folder)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Store::open(&config.store()?, StoreOptions::from(&config.registry)).await?;
    store.migrate(clock.now()).await?;
    let objects = Objects::open(&config.objects(), [])?;
    let cache = config.cache()?;
    let registry = config.registry.clone();
    let clock_too = Arc::clone(&clock);
    let app = App::new(store.clone(), objects, config, clock_too, scratch.path().to_owned())?;
    let app = Arc::new(app.with_cache(cache));
    let options = WorkerOptions::from(&registry);
    let worker = Worker::new(store.clone(), work::handlers(&app), clock, options);
    let (shutdown, mut running) = worker.start();
    let keeper = tokio::spawn(keep(Arc::clone(&app), app.stopping.subscribe()));
    let reloader = tokio::spawn(reload::watch(Arc::clone(&app), app.stopping.subscribe()));
    end.await;
    app.stopping.send_replace(true);
    shutdown.now();
    let patience = Duration::from_secs_f64(registry.get(&keys::SERVER_SHUTDOWN));
    if tokio::time::timeout(patience, &mut running).await.is_err() {
        // Its leases run out, and its jobs are taken over.
        running.abort();
    }
    keeper.abort();
    reloader.abort();
    store.close().await?;
    Ok(())
}
