//! The interactive reference of the API at `/api/docs`: Swagger UI, as it comes with the program,
//! over our own description. It loads nothing from elsewhere.

use std::io::{Cursor, Read};
use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

use crate::app::Shared;
use crate::problem::Problem;

const PAGE: &str = include_str!("reference/page.html");
const START: &str = include_str!("reference/start.js");

/// A file of Swagger UI: name, media type, and its content once somebody asked for it.
struct Part(&'static str, &'static str, OnceLock<Bytes>);

static PARTS: [Part; 2] = [
    Part("swagger-ui.css", "text/css; charset=utf-8", OnceLock::new()),
    Part("swagger-ui-bundle.js", "text/javascript; charset=utf-8", OnceLock::new()),
];

pub(crate) fn router() -> Router<Shared> {
    Router::new().route("/api/docs", get(async || Html(PAGE))).route("/api/docs/{file}", get(file))
}

async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    if name == "start.js" {
        return Ok(served("text/javascript; charset=utf-8", Bytes::from_static(START.as_bytes())));
    }
    let part = PARTS.iter().find(|part| part.0 == name);
    let Part(name, kind, kept) = part.ok_or_else(|| Problem::not_found("file"))?;
    if let Some(content) = kept.get() {
        return Ok(served(kind, content.clone()));
    }
    let content = tokio::task::spawn_blocking(|| unpacked(name)).await??;
    Ok(served(kind, kept.get_or_init(|| content).clone()))
}

fn served(kind: &'static str, content: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, content).into_response()
}

/// A file out of the archive, whose folder is named for its version.
fn unpacked(name: &str) -> Result<Bytes, Problem> {
    let fault = |error: zip::result::ZipError| Problem::internal(&error);
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED)).map_err(fault)?;
    let end = format!("/dist/{name}");
    let own = |path: &String| path.ends_with(&end) && path.matches('/').count() == 2;
    let names = archive.file_names().filter_map(Result::ok).map(|path| path.into_owned());
    let path = names.into_iter().find(own);
    let path = path.ok_or_else(|| Problem::not_found("file"))?;
    let mut content = Vec::new();
    let _ = archive.by_name(&path).map_err(fault)?.read_to_end(&mut content)?;
    Ok(content.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_in_the_archive() {
        for Part(name, _, _) in &PARTS {
            assert!(unpacked(name).unwrap().len() > 10_000, "{name}");
        }
        assert!(unpacked("nothing.js").is_err());
    }
}
