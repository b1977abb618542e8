//! Answers that are dear to make, kept by the versions of what they were made of: a changed row
//! has another version, so that nothing kept is ever stale. With the cache off they are made every
//! time, and are the same to the byte.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use outlay_store::{CacheKey, WorkspaceId};
use serde::Serialize;

use crate::app::App;
use crate::problem::Problem;

/// What an answer is about, and what it was made of.
pub(crate) struct Made<'a> {
    /// The question: a name of ours.
    pub(crate) question: &'static str,
    /// Entity tag or fingerprint of the data; empty where there is none.
    pub(crate) data: &'a str,
    /// Entity tag of the model or the plan; empty where there is none.
    pub(crate) model: &'a str,
    /// Whatever else decides the answer.
    pub(crate) parts: &'a [&'a str],
}

/// The answer as JSON with `headers`, kept or made now.
///
/// # Errors
/// What making it reports; that is not kept.
pub(crate) async fn answer<T: Serialize, F: Future<Output = Result<T, Problem>>>(
    app: &App,
    workspace: WorkspaceId,
    made: Made<'_>,
    headers: HeaderMap,
    make: impl FnOnce() -> F,
) -> Result<Response, Problem> {
    let kept = text(app, workspace, made, make).await?;
    Ok((headers, json(kept)).into_response())
}

/// An answer that is JSON already.
pub(crate) fn json(text: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text)
}

/// The text of the answer, kept or made now.
///
/// # Errors
/// What making it reports; that is not kept.
pub(crate) async fn text<T: Serialize, F: Future<Output = Result<T, Problem>>>(
    app: &App,
    workspace: WorkspaceId,
    made: Made<'_>,
    make: impl FnOnce() -> F,
) -> Result<Bytes, Problem> {
    // Another version of the program may answer in another form, and may share the cache.
    let parts = [&[outlay_engine::VERSION], made.parts].concat();
    let key = CacheKey::new(workspace, made.question, made.data, made.model, &parts);
    let kept = app.cache.get_or_compute(&key, || async {
        let answer = make().await?;
        Ok::<_, Problem>(Bytes::from(serde_json::to_vec(&answer)?))
    });
    kept.await
}
