//! Answers that the caller has already (RFC 9110, section 13.1.2).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Answers 304 without a body where the caller names the tag of what it has, and that is still so.
pub(crate) async fn conditional(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let known = request.headers().get(header::IF_NONE_MATCH).filter(|_| reads).cloned();
    let response = next.run(request).await;
    let Some(known) = known else { return response };
    let same = response.status() == StatusCode::OK
        && known.to_str().is_ok_and(|known| names(known, response.headers()));
    if !same {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    for what_is_gone in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        parts.headers.remove(what_is_gone);
    }
    Response::from_parts(parts, Body::empty())
}

/// Whether a list of tags names the answer's; weakly compared, as the section asks for.
fn names(known: &str, headers: &HeaderMap) -> bool {
    let Some(tag) = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) else {
        return false;
    };
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.split(',').any(|one| one.trim() == "*" || strong(one) == strong(tag))
}
