//! The dashboard, as it was built into the program.

use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::problem::Problem;

/// What `cargo xtask build-ui` leaves.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";
/// Served where the dashboard was not built.
const MISSING: &str = include_str!("ui_missing.html");

/// A file of the dashboard; its first page for every address that is one of its own.
pub(crate) async fn page(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let next = "the API is under /api, see /api/openapi.json";
        let title = "there is nothing to write to";
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", title, next).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path) {
        return serve(path, file);
    }
    // A missing file is missing; a page of the dashboard has no extension.
    if path.starts_with("assets/") {
        return Problem::not_found("file").into_response();
    }
    match Files::get(INDEX) {
        Some(file) => serve(INDEX, file),
        None => Html(MISSING).into_response(),
    }
}

fn serve(path: &str, file: rust_embed::EmbeddedFile) -> Response {
    // Assets carry their hash in their name.
    let keep = match path.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type(path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (headers, file.data).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
