//! Live updates as server-sent events, resumed from the store.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use outlay_core::registry::keys;
use outlay_store::{Event, WorkspaceId};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::extract::Params;
use crate::hub::Listener;
use crate::problem::Problem;
use crate::wire::job::job;

/// What is listened to.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `jobs`, `datasets`, `models`, `plans`, `alerts`, separated by commas; all when left out.
    topics: Option<String>,
    /// As the header `Last-Event-ID`, for callers who cannot send it.
    last_event_id: Option<String>,
}

/// A listener with what it chose.
struct Following {
    app: Shared,
    workspace: WorkspaceId,
    topics: Vec<String>,
    listener: Listener,
    stopping: tokio::sync::watch::Receiver<bool>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(follow))
}

/// What happens in this workspace, as it happens. The event is the topic, its id a number to
/// resume from; of jobs the data is the whole job.
#[utoipa::path(get, path = "/api/events", tag = "jobs", params(Wanted),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, content_type = "text/event-stream"),
        (status = 422, body = Problem)))]
async fn follow(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = header.or(wanted.last_event_id.as_deref()).filter(|text| !text.is_empty());
    let last: Option<i64> = last.map(str::parse).transpose().map_err(|_| {
        Problem::refused("events.last", "Last-Event-ID is no number", "leave it out")
    })?;
    let topics = wanted.topics.unwrap_or_default();
    let topics = topics.split(',').map(str::trim).filter(|topic| !topic.is_empty());
    let following = Following {
        topics: topics.map(str::to_owned).collect(),
        workspace: caller.workspace,
        listener: app.hub.listen(caller.workspace, last).await?,
        stopping: app.stopping.subscribe(),
        app: Arc::clone(&app),
    };
    let events = stream::unfold(following, |mut following| async move {
        let sent = following.next().await?;
        Some((Ok::<Sent, Infallible>(sent), following))
    });
    let alive = Duration::from_secs_f64(app.registry.get(&keys::SERVER_KEEP_ALIVE));
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(alive).text("alive")).into_response();
    // Proxies that collect answers would hold back what is live.
    let _ = response
        .headers_mut()
        .insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

impl Following {
    /// The next event that was chosen; nothing when the server stops or its store fails, so that
    /// the listener comes back.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            let event = tokio::select! {
                event = self.listener.next() => event.ok()?,
                _ = self.stopping.wait_for(|stop| *stop) => return None,
            };
            if !self.topics.is_empty() && !self.topics.contains(&event.topic) {
                continue;
            }
            let data = self.data(&event).await;
            let sent = Sent::default().id(event.number.to_string()).event(&event.topic);
            return sent.json_data(data).ok();
        }
    }

    /// What is sent: of a job all that its row says now, since that is what a page shows.
    async fn data(&self, event: &Event) -> Json {
        let named = event.payload.get("job").and_then(Json::as_str);
        if let Some(id) = named.filter(|_| event.topic == "jobs").and_then(|id| id.parse().ok())
            && let Ok(stored) = self.app.scope(self.workspace).jobs().get(id).await
        {
            return serde_json::to_value(job(&stored)).unwrap_or_default();
        }
        json!({ "kind": event.kind, "at": event.at, "payload": event.payload })
    }
}
