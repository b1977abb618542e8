//! Spans as OpenTelemetry has them, sent to a collector over HTTP (OTLP as JSON).

use std::collections::HashMap;
use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};

/// Header of W3C Trace Context.
const PARENT: &str = "traceparent";
/// Longest wait for the collector.
const PATIENCE: Duration = Duration::from_secs(10);

/// Traces that are collected; sends what is left when it is dropped.
pub struct Collected(SdkTracerProvider);

impl Drop for Collected {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// A layer of the log that sends its spans to the collector at `endpoint`.
pub(crate) fn layer<S>(
    endpoint: &str,
) -> Result<(OpenTelemetryLayer<S, SdkTracer>, Collected), ExporterBuildError>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpJson)
        .with_http_client(Client::new())
        .with_endpoint(endpoint)
        .build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name("outlay").build())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("outlay"));
    Ok((layer, Collected(provider)))
}

/// Makes a request's span a child of the one that its caller sent along.
pub(crate) fn follow(span: &Span, headers: &HeaderMap) {
    let parent = headers.get(PARENT).and_then(|value| value.to_str().ok());
    resume(span, parent);
}

/// Makes a job's span a child of the one in which it was queued.
pub(crate) fn resume(span: &Span, parent: Option<&str>) {
    let Some(parent) = parent else { return };
    let carrier = HashMap::from([(PARENT.to_owned(), parent.to_owned())]);
    // It fails where nobody collects, or what was sent is no parent: then there is none.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&carrier));
}

/// The current span as a job remembers it: a `traceparent` of W3C Trace Context.
pub(crate) fn current() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove(PARENT)
}

/// Sends over plain HTTP, on the exporter's own thread.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        Self(ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().new_agent())
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(parts, body.to_vec()))?;
        let (parts, mut body) = answer.into_parts();
        Ok(Response::from_parts(parts, body.read_to_vec()?.into()))
    }
}
