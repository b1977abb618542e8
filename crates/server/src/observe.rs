//! Every request is measured, and written to the log in one line: what was asked, by whom, how it
//! ended. The path without its query, which may hold what is nobody's business.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing::field::{Empty, display};

use crate::app::Shared;
use crate::auth::Identity;
use crate::traces;

/// Header with a request's identity.
pub(crate) const REQUEST_ID: &str = "x-request-id";
/// What counts as a route where nothing is an endpoint: the dashboard's files.
const PAGE: &str = "page";

/// Measures a request and tells the log.
pub(crate) async fn request(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or(PAGE, MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    let id = text(request.headers(), REQUEST_ID).unwrap_or_default().to_owned();
    let span = tracing::info_span!(
        "request", id, %method, route, user = Empty, workspace = Empty, status = Empty
    );
    traces::follow(&span, request.headers());
    let at_work = app.metrics.at_work();
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    drop(at_work);
    let status = response.status();
    span.record("status", status.as_u16());
    // The guard leaves here who it was.
    let who = response.extensions().get::<Identity>();
    if let Some(who) = who {
        span.record("user", display(who.user));
        span.record("workspace", display(who.workspace));
    }
    let milliseconds = took.as_secs_f64() * 1e3;
    span.in_scope(|| {
        tracing::info!(
            target: "outlay_server::request", path, status = status.as_u16(), milliseconds,
            "answered"
        );
    });
    app.metrics.answered(&method, route, status, took);
    response
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
