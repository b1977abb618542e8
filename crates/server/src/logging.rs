//! The log of a server, and its filter, which may change while it runs.

use std::io;
use std::sync::OnceLock;

#[cfg(feature = "otel")]
use opentelemetry_sdk::trace::SdkTracer;
use thiserror::Error;
use tracing_subscriber::filter::{EnvFilter, ParseError};
#[cfg(not(feature = "otel"))]
use tracing_subscriber::layer::Identity;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, reload};

use crate::traces::Collected;

/// The filter of this process's log; there is one log, so there is one filter.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Why the log was not begun.
#[derive(Debug, Error)]
pub enum LogError {
    /// The filter is none.
    #[error("the log's filter is not understood")]
    Filter(#[from] ParseError),
    /// The collector of traces cannot be used, or this build has none.
    #[error("traces cannot be sent: {0}")]
    Traces(String),
}

/// Writes the log to standard error: for people, or one JSON document per line. Its spans go to
/// the collector at `traces`, until what is given back is dropped.
///
/// # Errors
/// [`LogError`]; nothing is logged then.
pub fn log(json: bool, filter: &str, traces: Option<&str>) -> Result<Collected, LogError> {
    let (filter, handle) = reload::Layer::new(EnvFilter::try_new(filter)?);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let (spans, collected) = collect(traces)?;
    let registry = registry.with(spans);
    // It fails only where somebody set a log up before.
    let set = match json {
        true => registry.with(lines.json()).try_init(),
        false => registry.with(lines).try_init(),
    };
    if set.is_ok() {
        // Nobody else sets it: the log can be set up once.
        let _ = FILTER.set(handle);
    }
    Ok(collected)
}

/// The layer that sends spans, where they are wanted and this build can.
#[cfg(feature = "otel")]
fn collect<S>(
    endpoint: Option<&str>,
) -> Result<(Option<tracing_opentelemetry::OpenTelemetryLayer<S, SdkTracer>>, Collected), LogError>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    let made = endpoint.map(crate::traces::layer).transpose();
    let made = made.map_err(|error| LogError::Traces(error.to_string()))?;
    Ok(made.map_or((None, None), |(layer, collected)| (Some(layer), Some(collected))))
}

/// The layer that sends spans, where they are wanted and this build can.
#[cfg(not(feature = "otel"))]
fn collect(endpoint: Option<&str>) -> Result<(Option<Identity>, Collected), LogError> {
    match endpoint {
        None => Ok((None, None)),
        Some(_) => Err(LogError::Traces("this build has no feature `otel`".to_owned())),
    }
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
