//! Takes over what changes in the configuration's files while the process runs.

use std::sync::Arc;
use std::time::Duration;

use outlay_config::{ConfigError, Reloaded, keys as server};
use outlay_core::registry::keys;
use tokio::sync::watch;

use crate::app::App;
use crate::logging;

/// Looks at the files again and again until the server stops.
pub(crate) async fn watch(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let every = Duration::from_secs_f64(app.registry.get(&keys::SERVER_CONFIG_POLL));
    // What was said last, so that it is said once.
    let (mut refused, mut waiting): (Option<ConfigError>, Vec<&str>) = (None, Vec::new());
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stopped.changed() => return,
        }
        match app.config.reload() {
            Ok(reloaded) => {
                refused = None;
                tell(&app, &reloaded, &mut waiting);
            }
            Err(error) if refused.as_ref() != Some(&error) => {
                tracing::error!(%error, next = error.next(), "the configuration stays as it was");
                refused = Some(error);
            }
            Err(_) => {}
        }
    }
}

fn tell(app: &App, reloaded: &Reloaded, waiting: &mut Vec<&'static str>) {
    if !reloaded.changed.is_empty() {
        tracing::info!(keys = reloaded.changed.join(", "), "the configuration has changed");
    }
    if reloaded.changed.contains(&server::LOG_FILTER.definition.name)
        && let Err(error) = logging::refilter(&app.config.now().get(&server::LOG_FILTER))
    {
        tracing::error!(%error, "`log.filter` is no filter; the log goes on as before");
    }
    if *waiting != reloaded.waiting {
        waiting.clone_from(&reloaded.waiting);
        if !waiting.is_empty() {
            tracing::warn!(keys = waiting.join(", "), "changed, and counts after a new start");
        }
    }
}
