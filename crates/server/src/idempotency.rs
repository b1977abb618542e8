//! Writes with an `Idempotency-Key` happen once: a repeated request gets the first one's answer.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use outlay_core::registry::keys;
use outlay_store::Claim;
use serde_json::Value as Json;

use crate::app::Shared;
use crate::auth::Identity;
use crate::extract::too_large;
use crate::problem::Problem;

/// Header with the key.
const KEY: &str = "idempotency-key";
/// Longest key.
const LONGEST: usize = 200;

/// Answers that hold a secret, which is never stored.
const SECRET: [&str; 3] = ["/api/tokens", "/api/session", "/api/setup"];

/// Answers a repeated request as the first one.
pub(crate) async fn once(State(app): State<Shared>, request: Request, next: Next) -> Response {
    match attempt(app, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn attempt(app: Shared, request: Request, next: Next) -> Result<Response, Problem> {
    let identity = request.extensions().get::<Identity>().cloned();
    let key = request.headers().get(KEY).map(|value| value.to_str().unwrap_or_default().to_owned());
    let writes = request.method() == Method::POST;
    let (Some(identity), Some(key), true) = (identity, key, writes) else {
        return Ok(next.run(request).await);
    };
    if SECRET.contains(&request.uri().path()) {
        return Ok(next.run(request).await);
    }
    if key.is_empty() || key.len() > LONGEST {
        return Err(Problem::refused(
            "idempotency-key",
            "the idempotency key is empty or too long",
            "send 1 to 200 characters",
        ));
    }
    let (request, print) = fingerprint(&app, request, &identity).await?;
    let keys = app.scope(identity.workspace).idempotency();
    match keys.claim(&key, &print, app.now()).await? {
        Claim::Done { status, response } => return replay(status, &response),
        Claim::Running => {
            return Err(Problem::conflict(
                "idempotency-running",
                "the first request with this key is still at work",
                "wait for it, or try again in a moment",
            ));
        }
        Claim::New => {}
    }
    // In a task of its own: a caller who hangs up does not leave the key taken.
    let work = tokio::spawn({
        let app = app.clone();
        async move {
            let response = next.run(request).await;
            keep(&app, &identity, &key, response).await
        }
    });
    work.await?
}

/// What makes a request this one: who, where, what. A file's content is not looked at.
async fn fingerprint(
    app: &Shared,
    request: Request,
    identity: &Identity,
) -> Result<(Request, Vec<u8>), Problem> {
    let place = request.uri().path_and_query().map_or("", |place| place.as_str());
    let mut print = format!("{} {} {place}\n", identity.user, identity.role).into_bytes();
    if request.uri().path() == "/api/uploads" {
        for name in ["x-file-name", "content-length", "content-range"] {
            let value = request.headers().get(name).map_or(&[][..], HeaderValue::as_bytes);
            print.extend_from_slice(value);
            print.push(b'\n');
        }
        return Ok((request, print));
    }
    let (parts, body) = request.into_parts();
    let most = app.registry.get(&keys::SERVER_BODY_BYTES) as usize;
    let bytes = to_bytes(body, most).await.map_err(|_| too_large())?;
    print.extend_from_slice(&bytes);
    Ok((Request::from_parts(parts, Body::from(bytes)), print))
}

/// Keeps the answer of work that was done, and gives the key back where it was not.
async fn keep(
    app: &Shared,
    identity: &Identity,
    key: &str,
    response: Response,
) -> Result<Response, Problem> {
    let keys = app.scope(identity.workspace).idempotency();
    if !response.status().is_success() {
        keys.release(key).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(&error))?;
    match serde_json::from_slice::<Json>(&bytes) {
        Ok(json) => keys.complete(key, i64::from(parts.status.as_u16()), json).await?,
        Err(_) => keys.complete(key, i64::from(parts.status.as_u16()), Json::Null).await?,
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(status: i64, response: &Json) -> Result<Response, Problem> {
    let status = u16::try_from(status).ok().and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::OK);
    let mut answer = match response {
        Json::Null => status.into_response(),
        json => (status, axum::Json(json)).into_response(),
    };
    let _ = answer.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    let _ =
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
