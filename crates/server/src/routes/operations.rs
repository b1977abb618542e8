//! For those who operate the server: is it ready, and what does it measure.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use outlay_config::keys;
use outlay_store::{Role, TokenHash};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, Shared};
use crate::auth::caller::{too_little, unknown};
use crate::auth::{From, Identity};
use crate::metrics::{MEDIA_TYPE, Now};
use crate::problem::Problem;
use crate::readiness::{Check, ready};

/// Where the measures are.
const METRICS: &str = "/api/metrics";

/// Whether this process can do its work.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready`, or `not-ready` where a check failed.
    status: &'static str,
    /// What was looked at.
    checks: Vec<Check>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(readiness)).routes(routes!(measures))
}

/// Whether this process can do its work: the database answers, its schema is this program's, the
/// artefacts can be written, the job worker lives. For load balancers.
#[utoipa::path(get, path = "/api/ready", tag = "system", responses(
    (status = 200, body = Readiness), (status = 503, body = Readiness)))]
async fn readiness(State(app): State<Shared>) -> Response {
    let checks = app.readiness.look(&app.store, &app.objects).await;
    let (code, status) = match ready(&checks) {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not-ready"),
    };
    (code, Json(Readiness { status, checks })).into_response()
}

/// What this process measures, for Prometheus. For admins; `metrics.access` and `metrics.token`
/// open it to others.
#[utoipa::path(get, path = "/api/metrics", tag = "system",
    security(("session" = ["admin"]), ("token" = ["admin"])),
    responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
async fn measures(State(app): State<Shared>, request: Request) -> Result<Response, Problem> {
    allowed(&app, &request)?;
    let now = Now {
        queue: app.store.queue().lengths().await?,
        connections: app.store.connections(),
        cache: app.cache.figures(),
    };
    let text = app.metrics.text(now).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}

/// Whether a request asks for the measures and shows their token, which is nobody's session and no
/// API token.
pub(crate) fn scrapes(app: &App, request: &Request) -> bool {
    request.uri().path() == METRICS && token(app, request.headers())
}

fn token(app: &App, headers: &HeaderMap) -> bool {
    let Some(reference) = app.config.now().get(&keys::METRICS_TOKEN) else { return false };
    let secret = match reference.resolve() {
        Ok(secret) => secret,
        Err(error) => {
            tracing::warn!(%error, "`metrics.token` cannot be read");
            return false;
        }
    };
    let brought = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let brought = brought.and_then(|text| text.split_once(' '));
    let brought = brought.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    // Compared as hashes, so that the time tells nothing about the token.
    brought.is_some_and(|(_, text)| TokenHash::of(text.trim()) == TokenHash::of(secret.reveal()))
}

/// Whether it comes from this machine, and not by a proxy on it that nobody told us of.
fn from_here(request: &Request) -> bool {
    let from = request.extensions().get::<From>().and_then(|From(address)| *address);
    let direct = !request.headers().contains_key("x-forwarded-for");
    direct && from.is_some_and(|address| address.is_loopback())
}

fn allowed(app: &App, request: &Request) -> Result<(), Problem> {
    if token(app, request.headers()) {
        return Ok(());
    }
    match app.config.now().get(&keys::METRICS_ACCESS).as_str() {
        "off" => return Err(Problem::not_found("measure")),
        "loopback" if from_here(request) => return Ok(()),
        _ => {}
    }
    let identity = request.extensions().get::<Identity>().ok_or_else(unknown)?;
    if identity.role < Role::Admin {
        return Err(too_little(Role::Admin, identity.role));
    }
    Ok(())
}
