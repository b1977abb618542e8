//! Traces from a request to the jobs that it queued, by OpenTelemetry, where the build has the
//! feature `otel` and `traces.endpoint` names a collector. Without, nothing happens here.

#[cfg(feature = "otel")]
mod collector;

#[cfg(feature = "otel")]
pub(crate) use collector::{current, follow, layer, resume};
#[cfg(not(feature = "otel"))]
pub(crate) use nothing::{current, follow, resume};

/// Traces that are collected; sends what is left when it is dropped.
#[cfg(feature = "otel")]
pub type Collected = Option<collector::Collected>;
/// Traces that are not collected.
#[cfg(not(feature = "otel"))]
pub type Collected = Option<std::convert::Infallible>;

#[cfg(not(feature = "otel"))]
mod nothing {
    use axum::http::HeaderMap;
    use tracing::Span;

    /// Makes a request's span a child of the one that its caller sent along.
    pub(crate) fn follow(_span: &Span, _headers: &HeaderMap) {}

    /// Makes a job's span a child of the one in which it was queued.
    pub(crate) fn resume(_span: &Span, _parent: Option<&str>) {}

    /// The current span as a job remembers it: a `traceparent` of W3C Trace Context.
    pub(crate) fn current() -> Option<String> {
        None
    }
}
