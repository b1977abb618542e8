//! The router and its description: every endpoint stands here once, with the role that it needs.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use outlay_core::registry::keys;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::app::Shared;
use crate::conditional::conditional;
use crate::description;
use crate::edge::strict_transport;
use crate::guard::guard;
use crate::idempotency::once;
use crate::observe;
use crate::problem::Problem;
use crate::reference;
use crate::routes;
use crate::ui;

/// Header with a request's identity.
const REQUEST_ID: HeaderName = HeaderName::from_static(observe::REQUEST_ID);
/// Only our own files, no inline code. Styles that scripts set count as inline; they are allowed.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// What our pages never use.
const FEATURES: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Outlay",
        description = "Where the next unit of marketing money should go, and how sure that is. Roles stand as scopes of `session` and `token`; writes under a session need X-CSRF-Token.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem)),
    modifiers(&Schemes)
)]
struct Described;

/// How callers prove who they are.
struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new("outlay_session"));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// The endpoints that last as long as somebody listens or sends, and their description.
fn lasting() -> (Router<Shared>, Document) {
    OpenApiRouter::new()
        .merge(routes::uploads::streaming())
        .merge(routes::transfers::streaming())
        .merge(routes::events::router())
        .merge(routes::live::router())
        .split_for_parts()
}

/// The other endpoints and their description.
fn endpoints() -> (Router<Shared>, Document) {
    OpenApiRouter::with_openapi(Described::openapi())
        .merge(routes::health::router())
        .merge(routes::operations::router())
        .merge(routes::session::router())
        .merge(routes::sign_on::router())
        .merge(routes::uploads::router())
        .merge(routes::transfers::router())
        .merge(routes::datasets::router())
        .merge(routes::mappings::router())
        .merge(routes::models::router())
        .merge(routes::plans::router())
        .merge(routes::plan_files::router())
        .merge(routes::jobs::router())
        .merge(routes::settings::router())
        .merge(routes::users::router())
        .merge(routes::tokens::router())
        .merge(routes::system::router())
        .merge(routes::campaigns::router())
        .merge(routes::dashboard::router())
        .merge(routes::optimizer::router())
        .merge(routes::recommendations::router())
        .merge(routes::mart::router())
        .merge(routes::control::router())
        .split_for_parts()
}

/// The description of the API, as OpenAPI 3.1.
pub fn document() -> Document {
    let mut document = endpoints().1;
    document.merge(lasting().1);
    description::complete(&mut document);
    document
}

/// Everything that is served.
pub fn router(app: Shared) -> Router {
    let (api, _) = endpoints();
    let (lasting, _) = lasting();
    let document = document();
    let seconds = app.registry.get(&keys::SERVER_TIMEOUT);
    let body = app.registry.get(&keys::SERVER_BODY_BYTES) as usize;
    let text = document.to_json().unwrap_or_default();
    let described = move || async move { ([(header::CONTENT_TYPE, "application/json")], text) };
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let timed = api
        .layer(from_fn(move |request, next| {
            timeout(Duration::from_secs_f64(seconds), request, next)
        }))
        .layer(DefaultBodyLimit::max(body));
    let cors = app.edge.cors();
    let strict = app.secure_cookies.then(|| strict_transport(&app.registry)).flatten();
    let strict = SetResponseHeaderLayer::overriding(header::STRICT_TRANSPORT_SECURITY, strict);
    timed
        .merge(lasting)
        .route("/api/openapi.json", axum::routing::get(described))
        .merge(reference::router())
        .route("/api/{*rest}", axum::routing::any(nothing_here))
        .fallback(ui::page)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn(conditional))
        .layer(from_fn_with_state(app.clone(), once))
        .layer(from_fn_with_state(app.clone(), guard))
        // Before the guard: a browser asks whether it may ask without saying for whom.
        .layer(cors)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(header(HeaderName::from_static("permissions-policy"), FEATURES))
        .layer(strict)
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn_with_state(app.clone(), observe::request))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(app)
}

/// Gives a request up after its time.
async fn timeout(
    most: Duration,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    tokio::time::timeout(most, next.run(request)).await.unwrap_or_else(|_| {
        let next = "try again, or ask for less at once";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "this took too long", next)
            .into_response()
    })
}

async fn nothing_here() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no-endpoint",
        "there is no such endpoint",
        "/api/openapi.json lists them",
    )
}

async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "this endpoint does not know that method",
        "/api/openapi.json lists what it knows",
    )
}

fn panicked(reason: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = reason.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| reason.downcast_ref::<&str>().copied()).unwrap_or("unknown");
    tracing::error!(reason = text, "a request panicked");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "something went wrong here",
        "please report this with the request's id",
    )
    .into_response()
}
