//! Files: sent, described, checked.

use axum::Json;
use axum::body::Body as Raw;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_util::StreamExt;
use outlay_connect::mapping::FileDialect;
use outlay_connect::{Input, Mapping};
use outlay_core::registry::{Registry, keys};
use outlay_engine::collect::{Collected, Text, collect, mapping_text};
use outlay_store::{Id, ObjectKey, Stored, Upload, UploadState, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, Shared};
use crate::auth::{Analyst, Caller, Viewer};
use crate::extract::{Body, Ident, Listed, Paging, Params, too_large};
use crate::problem::Problem;
use crate::wire::data::{self, CheckView, DescriptionView, UploadView};

/// Header with the file's name, percent-encoded.
const FILE_NAME: &str = "x-file-name";

/// Which sheet of a workbook.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Sheet {
    /// Name of the sheet; the first one with data when left out.
    sheet: Option<String>,
}

/// What the columns mean.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Mapped {
    #[schema(value_type = Mapping)]
    mapping: Value,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(description))
        .routes(routes!(check))
}

/// The endpoint that streams, without a limit of time or of memory.
pub(crate) fn streaming() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(send)).layer(DefaultBodyLimit::disable())
}

/// Sends a file as it is; its name in `X-File-Name`, percent-encoded.
#[utoipa::path(post, path = "/api/uploads", tag = "data",
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    params(("X-File-Name" = String, Header, description = "Name of the file, percent-encoded")),
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    responses((status = 201, body = UploadView), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
async fn send(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<UploadView>), Problem> {
    let name = file_name(&headers)?;
    let most = app.registry.get(&keys::SERVER_UPLOAD_BYTES) as u64;
    let announced: Option<u64> =
        headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes| bytes > most) {
        return Err(file_too_large(most));
    }
    let id: Id<Upload> = Id::new(app.now());
    let key = ObjectKey::named(caller.workspace, &["uploads", &id.to_string()])?;
    let written = receive(&app, &key, request.into_body(), most).await?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let upload = Upload {
        name,
        media_type: media_type.unwrap_or("application/octet-stream").chars().take(200).collect(),
        bytes_expected: announced.and_then(|bytes| i64::try_from(bytes).ok()),
        bytes_received: i64::try_from(written.bytes).unwrap_or(i64::MAX),
        sha256: Some(written.sha256),
        object_key: key.as_str().to_owned(),
        state: UploadState::Complete,
        created_by: Some(caller.user),
    };
    let stored = app.scope(caller.workspace).uploads().create_as(id, upload, app.now()).await?;
    Ok((StatusCode::CREATED, Json(data::upload(stored))))
}

/// Writes a body into the store of artefacts bit by bit; what is too large or breaks off leaves
/// nothing.
async fn receive(
    app: &App,
    key: &ObjectKey,
    body: Raw,
    most: u64,
) -> Result<outlay_store::Written, Problem> {
    let mut writer = app.objects.writer(key).await?;
    let mut bytes = 0;
    let mut stream = body.into_data_stream();
    while let Some(bit) = stream.next().await {
        let bit: Bytes = match bit {
            Ok(bit) => bit,
            Err(error) => {
                writer.abort().await?;
                let next = "send the file again";
                let title = "the file broke off";
                return Err(Problem::new(StatusCode::BAD_REQUEST, "upload.broken", title, next)
                    .because(error.to_string()));
            }
        };
        bytes += bit.len() as u64;
        if bytes > most {
            writer.abort().await?;
            return Err(file_too_large(most));
        }
        writer.write(&bit).await?;
    }
    if bytes == 0 {
        writer.abort().await?;
        return Err(Problem::refused("upload.empty", "the file is empty", "choose another file"));
    }
    Ok(writer.finish().await?)
}

pub(crate) fn file_too_large(most: u64) -> Problem {
    let mut problem = too_large();
    problem.code = "upload.too-large".to_owned();
    problem.title = "the file is larger than this server takes".into();
    problem.next = format!("send at most {most} bytes, or raise server.upload_bytes_max").into();
    problem
}

/// The file's name without its folders. It is shown and never used as a path.
fn file_name(headers: &HeaderMap) -> Result<String, Problem> {
    let refused = || {
        let next = "send its name in X-File-Name, percent-encoded";
        Problem::refused("upload.name", "the file has no name", next)
    };
    let text = headers.get(FILE_NAME).and_then(|value| value.to_str().ok()).ok_or_else(refused)?;
    plain_name(&percent_decoded(text).ok_or_else(refused)?)
}

/// A name without its folders and without what no screen shows.
pub(crate) fn plain_name(text: &str) -> Result<String, Problem> {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().all(|c| c == '.') {
        let next = "give the name of a file";
        return Err(Problem::refused("upload.name", "the file has no name", next));
    }
    Ok(name)
}

fn percent_decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let code = text.get(at + 1..at + 3)?;
            out.push(u8::from_str_radix(code, 16).ok()?);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

/// The files that were sent.
#[utoipa::path(get, path = "/api/uploads", tag = "data", params(Paging),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<UploadView>)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(paging): Params<Paging>,
) -> Result<Json<Listed<UploadView>>, Problem> {
    let page = app.scope(caller.workspace).uploads().list(paging.page()?).await?;
    Ok(Json(Listed::of(page, data::upload)))
}

/// A file that was sent.
#[utoipa::path(get, path = "/api/uploads/{id}", tag = "data", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = UploadView), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Upload>,
) -> Result<Json<UploadView>, Problem> {
    Ok(Json(data::upload(app.scope(caller.workspace).uploads().get(id).await?)))
}

/// What a file holds and what its columns may mean (`outlay/describe/1` with a preview).
#[utoipa::path(get, path = "/api/uploads/{id}/description", tag = "data",
    params(("id" = uuid::Uuid, Path), Sheet),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = DescriptionView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn description(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Upload>,
    Params(Sheet { sheet }): Params<Sheet>,
) -> Result<Json<DescriptionView>, Problem> {
    let registry = app.settings(caller.workspace).await?;
    let dialect = FileDialect { sheet, ..FileDialect::default() };
    let upload = app.scope(caller.workspace).uploads().get(id).await?;
    let served =
        with(&app, caller.workspace, &upload, None, dialect, registry, |collected, registry| {
            data::description(collected, registry)
        });
    served.await.map(Json)
}

/// What a file makes under a mapping: what is wrong, what it adds up to, how good it is.
#[utoipa::path(post, path = "/api/uploads/{id}/check", tag = "data", request_body = Mapped,
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = CheckView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn check(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Upload>,
    Body(form): Body<Mapped>,
) -> Result<Json<CheckView>, Problem> {
    let registry = app.settings(caller.workspace).await?;
    let mapping = mapping(form.mapping)?;
    let upload = app.scope(caller.workspace).uploads().get(id).await?;
    let dialect = FileDialect::default();
    let served =
        with(&app, caller.workspace, &upload, Some(mapping), dialect, registry, data::check);
    served.await.map(Json)
}

/// A mapping from its JSON.
pub(crate) fn mapping(json: Value) -> Result<Mapping, Problem> {
    serde_json::from_value(json).map_err(|error| {
        Problem::refused(
            "mapping.form",
            "the mapping does not have the expected form",
            "start from the mapping of the description",
        )
        .because(error.to_string())
    })
}

/// Reads an upload under a mapping and does something with it, on a thread that may compute.
pub(crate) async fn with<T: Send + 'static>(
    app: &App,
    workspace: WorkspaceId,
    upload: &Stored<Upload>,
    mapping: Option<Mapping>,
    dialect: FileDialect,
    registry: Registry,
    work: impl FnOnce(&Collected, &Registry) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    if upload.body.state != UploadState::Complete {
        let title = "parts of the file are missing";
        return Err(Problem::conflict("upload.incomplete", title, "send the rest of it"));
    }
    let key = ObjectKey::parse(workspace, &upload.body.object_key)?;
    let bytes = app.objects.get(&key).await?;
    let input = Input::memory(upload.body.name.clone(), bytes);
    let done = tokio::task::spawn_blocking(move || {
        let text = mapping.map(|mapping| Text::unnamed(mapping_text(&mapping)));
        let collected = collect(&input, text.as_ref(), &dialect, &registry)?;
        work(&collected, &registry)
    });
    done.await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders() {
        let name = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(FILE_NAME, text.parse().unwrap());
            file_name(&headers).ok()
        };
        assert_eq!(name("sales%20%C3%A9t%C3%A9.csv").as_deref(), Some("sales été.csv"));
        assert_eq!(name("..%2F..%2Fetc%2Fpasswd").as_deref(), Some("passwd"));
        assert_eq!(name("C:%5Cdata%5Cx.csv").as_deref(), Some("x.csv"));
        assert_eq!(name(".."), None);
        assert_eq!(name("%zz"), None);
        assert_eq!(name("%00"), None);
    }
}
