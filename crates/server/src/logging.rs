//! The log of a server, and its filter, which may change while it runs.

use std::io;
use std::sync::OnceLock;

use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, reload};

/// The filter of this process's log; there is one log, so there is one filter.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Writes the log to standard error: for people, or one JSON document per line.
///
/// # Errors
/// When the filter is none.
pub fn log(json: bool, filter: &str) -> Result<(), ParseError> {
    let (filter, handle) = reload::Layer::new(EnvFilter::try_new(filter)?);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    // It fails only where somebody set a log up before.
    let set = match json {
        true => registry.with(lines.json()).try_init(),
        false => registry.with(lines).try_init(),
    };
    if set.is_ok() {
        // Nobody else sets it: the log can be set up once.
        let _ = FILTER.set(handle);
    }
    Ok(())
}

/// Filters the log of this process in another way.
///
/// # Errors
/// When the filter is none; the log stays as it was.
pub fn refilter(filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    if let Some(handle) = FILTER.get()
        && let Err(error) = handle.reload(filter)
    {
        tracing::warn!(%error, "the log's filter stays as it was");
    }
    Ok(())
}
