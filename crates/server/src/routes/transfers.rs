//! Files that are sent in parts, in the shape of tus: begun with their length, continued at an
//! offset, looked after with HEAD.
//!
//! Each part is an object of its own, and counts once its row says so: what was acknowledged
//! survives the end of the process, and what was not is overwritten. The whole is put together and
//! its checksum looked at when the last byte is there; if that is broken off, an empty part at the
//! end tries again.

use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use outlay_core::registry::keys;
use outlay_store::{Id, ObjectKey, StoreError, Stored, Upload, UploadState, WorkspaceId};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::uploads::{file_too_large, plain_name};
use crate::app::{App, Shared};
use crate::auth::{Analyst, Caller, Viewer};
use crate::extract::{Body, Ident};
use crate::problem::Problem;
use crate::wire::data::{self, UploadView};

/// Header with the number of bytes that are there.
const OFFSET: &str = "upload-offset";
/// Header with the number of bytes of the whole.
const LENGTH: &str = "upload-length";
/// Part of a media type's name that is kept.
const MEDIA_TYPE: usize = 200;

/// A file that will be sent in parts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Announced {
    /// Name of the file, without folders.
    name: String,
    /// Bytes of the whole.
    #[schema(minimum = 1)]
    bytes: i64,
    /// SHA-256 of the whole in hexadecimal, looked at when the last byte is there.
    #[serde(default)]
    #[schema(min_length = 64, max_length = 64)]
    sha256: Option<String>,
    #[serde(default)]
    media_type: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(announce)).routes(routes!(offset)).routes(routes!(abandon))
}

/// The endpoint that streams, without a limit of time or of memory.
pub(crate) fn streaming() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(resume)).layer(DefaultBodyLimit::disable())
}

/// Begins a file that is sent in parts; `Location` says where they go.
#[utoipa::path(post, path = "/api/uploads/resumable", tag = "data", request_body = Announced,
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 201, body = UploadView, headers(("Location" = String))),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn announce(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Body(form): Body<Announced>,
) -> Result<Response, Problem> {
    let most = app.registry.get(&keys::SERVER_UPLOAD_BYTES) as u64;
    let expected = form.bytes;
    if expected <= 0 {
        return Err(Problem::refused("upload.empty", "the file is empty", "choose another file"));
    }
    if expected.unsigned_abs() > most {
        return Err(file_too_large(most));
    }
    let sha256 = form.sha256.map(|text| checksum(&text)).transpose()?;
    let id: Id<Upload> = Id::new(app.now());
    let key = ObjectKey::named(caller.workspace, &["uploads", &id.to_string()])?;
    let media_type = form.media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let upload = Upload {
        name: plain_name(&form.name)?,
        media_type: media_type.chars().take(MEDIA_TYPE).collect(),
        bytes_expected: Some(expected),
        bytes_received: 0,
        sha256,
        object_key: key.as_str().to_owned(),
        state: UploadState::Receiving,
        created_by: Some(caller.user),
    };
    let stored = app.scope(caller.workspace).uploads().create_as(id, upload, app.now()).await?;
    let place = HeaderValue::from_str(&format!("/api/uploads/{id}")).ok();
    let headers: HeaderMap = place.into_iter().map(|place| (header::LOCATION, place)).collect();
    let headers = (headers, position(&stored));
    Ok((StatusCode::CREATED, headers.0, headers.1, Json(data::upload(stored))).into_response())
}

fn checksum(text: &str) -> Result<String, Problem> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    let next = "send 64 hexadecimal digits, or leave it out";
    Err(Problem::refused("upload.checksum-form", "the checksum is no SHA-256", next))
}

/// How far a file is, as headers.
fn position(stored: &Stored<Upload>) -> HeaderMap {
    let number = |bytes: i64| HeaderValue::from(bytes);
    let mut headers = HeaderMap::new();
    let _ = headers.insert(OFFSET, number(stored.body.bytes_received));
    if let Some(expected) = stored.body.bytes_expected {
        let _ = headers.insert(LENGTH, number(expected));
    }
    headers
}

/// How many bytes of a file are there: where to go on.
#[utoipa::path(head, path = "/api/uploads/{id}", tag = "data", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, headers(("Upload-Offset" = i64), ("Upload-Length" = i64))),
        (status = 404)))]
async fn offset(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Upload>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).uploads().get(id).await?;
    Ok((StatusCode::OK, position(&stored)).into_response())
}

/// Sends the next part of a file. What arrived of a part that broke off counts.
#[utoipa::path(patch, path = "/api/uploads/{id}", tag = "data",
    params(("id" = uuid::Uuid, Path),
        ("Upload-Offset" = u64, Header, description = "Bytes that are there already")),
    request_body(content_type = "application/offset+octet-stream", content = Vec<u8>),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 204, headers(("Upload-Offset" = i64), ("Upload-Length" = i64))),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn resume(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Upload>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let uploads = app.scope(caller.workspace).uploads();
    let stored = uploads.get(id).await?;
    let at = headers.get(OFFSET).and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let at = at.ok_or_else(|| {
        let next = "send the bytes that are there already, as HEAD says";
        Problem::refused("upload.offset", "Upload-Offset is missing or no number", next)
    })?;
    let expected = receiving(&stored)?;
    if at != stored.body.bytes_received {
        let title = format!("{} bytes are there, not {at}", stored.body.bytes_received);
        let next = "ask HEAD for Upload-Offset, and go on from there";
        return Err(Problem::conflict("upload.offset", title, next));
    }
    // The new version is the part's fence: of two who send at once, the later one's counts.
    let mut stored = uploads.update(stored, app.now()).await?;
    clear(&app, caller.workspace, id, at).await?;
    let room = (expected - at).unsigned_abs();
    let arrived = part(&app, caller.workspace, &stored, request, room).await?;
    if arrived.bytes > 0 {
        stored.body.bytes_received = at + i64::try_from(arrived.bytes).unwrap_or(room as i64);
        stored = uploads.update(stored, app.now()).await?;
    }
    if let Some(broken) = arrived.broken {
        return Err(broken);
    }
    if stored.body.bytes_received == expected {
        stored = assemble(&app, caller.workspace, stored).await?;
    }
    Ok((StatusCode::NO_CONTENT, position(&stored)).into_response())
}

/// Bytes of the whole, where a file still wants some.
fn receiving(stored: &Stored<Upload>) -> Result<i64, Problem> {
    match (stored.body.state, stored.body.bytes_expected) {
        (UploadState::Receiving, Some(expected)) => Ok(expected),
        (state, _) => {
            let title = format!("this file takes no more parts: it is {state}");
            let next = "begin a new one with POST /api/uploads/resumable";
            Err(Problem::conflict("upload.not-receiving", title, next))
        }
    }
}

/// What arrived of a part, and how it broke off.
struct Arrived {
    bytes: u64,
    broken: Option<Problem>,
}

/// Writes a part bit by bit, at most `room` bytes.
async fn part(
    app: &App,
    workspace: WorkspaceId,
    stored: &Stored<Upload>,
    request: Request,
    room: u64,
) -> Result<Arrived, Problem> {
    let name = format!("{:020}-{:010}", stored.body.bytes_received, stored.version);
    let key = ObjectKey::named(workspace, &[&folder(stored.id), &name])?;
    let mut stream = request.into_body().into_data_stream();
    let (mut bytes, mut broken, mut writer) = (0_u64, None, None);
    while let Some(bit) = stream.next().await {
        let bit = match bit {
            Ok(bit) => bit,
            Err(error) => {
                let title = "the part broke off";
                let next = "ask HEAD for Upload-Offset, and go on from there";
                broken = Some(
                    Problem::new(StatusCode::BAD_REQUEST, "upload.broken", title, next)
                        .because(error.to_string()),
                );
                break;
            }
        };
        if bytes + bit.len() as u64 > room {
            let title = "the part is longer than what is missing";
            let next = "send no more than Upload-Length says";
            let code = "upload.too-long";
            broken = Some(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, code, title, next));
            break;
        }
        if bit.is_empty() {
            continue;
        }
        let open = match &mut writer {
            Some(open) => open,
            None => writer.insert(app.objects.writer(&key).await?),
        };
        open.write(&bit).await?;
        bytes += bit.len() as u64;
    }
    if let Some(writer) = writer {
        writer.finish().await?;
    }
    Ok(Arrived { bytes, broken })
}

/// Folder of the parts of a file.
fn folder(id: Id<Upload>) -> String {
    format!("upload-{id}")
}

/// Where a part begins, and its fence.
fn place(key: &ObjectKey) -> Option<(i64, i64)> {
    let (at, fence) = key.as_str().rsplit('/').next()?.split_once('-')?;
    Some((at.parse().ok()?, fence.parse().ok()?))
}

/// Removes parts that were never acknowledged.
async fn clear(
    app: &App,
    workspace: WorkspaceId,
    id: Id<Upload>,
    acknowledged: i64,
) -> Result<(), Problem> {
    for key in app.objects.list(workspace, Some(&folder(id))).await? {
        if place(&key).is_none_or(|(at, _)| at >= acknowledged) {
            app.objects.delete(&key).await?;
        }
    }
    Ok(())
}

/// Puts the parts together, looks at the checksum, and removes them.
async fn assemble(
    app: &App,
    workspace: WorkspaceId,
    mut stored: Stored<Upload>,
) -> Result<Stored<Upload>, Problem> {
    let uploads = app.scope(workspace).uploads();
    let key = ObjectKey::parse(workspace, &stored.body.object_key)?;
    let mut parts: Vec<(i64, i64, ObjectKey)> = Vec::new();
    for key in app.objects.list(workspace, Some(&folder(stored.id))).await? {
        let Some((at, fence)) = place(&key) else { continue };
        // Sorted by place and fence: of two at one place the later one was acknowledged.
        if parts.last().is_some_and(|last| last.0 == at) {
            parts.pop();
        }
        parts.push((at, fence, key));
    }
    let mut writer = app.objects.writer(&key).await?;
    for (_, _, part) in &parts {
        let mut content = app.objects.stream(part).await?;
        while let Some(bit) = content.next().await {
            writer.write(&bit?).await?;
        }
    }
    let written = writer.finish().await?;
    let whole = i64::try_from(written.bytes).ok() == stored.body.bytes_expected;
    let announced = stored.body.sha256.as_ref();
    if !whole || announced.is_some_and(|announced| *announced != written.sha256) {
        app.objects.delete(&key).await?;
        stored.body.state = UploadState::Failed;
        let stored = uploads.update(stored, app.now()).await?;
        forget_parts(app, workspace, stored.id).await?;
        let title = "what arrived is not what was announced";
        let next = "send the file again";
        return Err(Problem::refused("upload.checksum", title, next));
    }
    stored.body.sha256 = Some(written.sha256);
    stored.body.state = UploadState::Complete;
    let stored = uploads.update(stored, app.now()).await?;
    forget_parts(app, workspace, stored.id).await?;
    Ok(stored)
}

async fn forget_parts(app: &App, workspace: WorkspaceId, id: Id<Upload>) -> Result<(), Problem> {
    clear(app, workspace, id, 0).await
}

/// Removes a file that no data set was made of; one that is still being sent is given up.
#[utoipa::path(delete, path = "/api/uploads/{id}", tag = "data", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn abandon(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Upload>,
) -> Result<StatusCode, Problem> {
    let uploads = app.scope(caller.workspace).uploads();
    let stored = uploads.get(id).await?;
    match uploads.delete(id, stored.version).await {
        Err(StoreError::Reference { .. }) => {
            let title = "a data set was made of this file";
            let next = "undo its import first";
            return Err(Problem::conflict("upload.in-use", title, next));
        }
        done => done?,
    }
    forget_parts(&app, caller.workspace, id).await?;
    let key = ObjectKey::parse(caller.workspace, &stored.body.object_key)?;
    app.objects.delete(&key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives up what nobody has continued for a while.
///
/// # Errors
/// When the store or the artefacts fail.
pub(crate) async fn expire(app: &App) -> Result<(), Problem> {
    let hours = app.registry.get(&keys::SERVER_UPLOAD_HOURS);
    let age = chrono::TimeDelta::seconds((hours * 3600.0) as i64);
    for (workspace, mut stored) in app.store.silent_uploads(app.now() - age).await? {
        let id = stored.id;
        stored.body.state = UploadState::Failed;
        // Somebody who continues it just now is faster.
        if app.scope(workspace).uploads().update(stored, app.now()).await.is_ok() {
            forget_parts(app, workspace, id).await?;
        }
    }
    Ok(())
}
