//! Training progress over a WebSocket, chain by chain, while somebody looks.

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use outlay_store::{Id, Job, WorkspaceId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::extract::Ident;
use crate::problem::Problem;
use crate::wire::job::training;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Follows a job's chains: one message per chain and step, until the job is over.
#[utoipa::path(get, path = "/api/jobs/{id}/live", tag = "jobs", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 101, description = "a WebSocket"), (status = 404, body = Problem),
        (status = 426, body = Problem)))]
async fn live(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Job>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let workspace = caller.workspace;
    app.scope(workspace).jobs().get(id).await?;
    let upgrade = upgrade.map_err(|_| {
        let next = "open it as a WebSocket, or follow /api/events";
        Problem::new(StatusCode::UPGRADE_REQUIRED, "live.upgrade", "this is a WebSocket", next)
    })?;
    // Browsers send cookies with sockets that other pages open; the origin tells whose page it is.
    if caller.session.is_some() && !same_origin(&headers) {
        let next = "open it from the dashboard, or with an API token";
        let title = "the socket does not come from a page of ours";
        return Err(Problem::new(StatusCode::FORBIDDEN, "auth.origin", title, next));
    }
    Ok(upgrade.on_upgrade(move |socket| follow(app, workspace, id, socket)))
}

fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, place)| place == host)
        }
        // Programs send no origin.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

async fn follow(app: Shared, workspace: WorkspaceId, id: Id<Job>, mut socket: WebSocket) {
    let Ok(mut listener) = app.hub.listen(workspace, None).await else { return };
    let mut stopping = app.stopping.subscribe();
    loop {
        let Ok(stored) = app.scope(workspace).jobs().get(id).await else { return };
        for chain in training(&stored) {
            if socket.send(Message::Text(chain.to_string().into())).await.is_err() {
                return;
            }
        }
        if stored.body.state.is_over() {
            // It may be gone already.
            let _ = socket.send(Message::Close(None)).await;
            return;
        }
        loop {
            tokio::select! {
                event = listener.next() => match event {
                    Ok(event) if event.payload.get("job").and_then(|job| job.as_str())
                        == Some(id.to_string().as_str()) => break,
                    Ok(_) => {}
                    Err(_) => return,
                },
                heard = socket.recv() => match heard {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    }
}
