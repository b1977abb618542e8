//! What stands before every endpoint: who asks, how often, and whether a change comes from our own
//! page.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use outlay_store::{Role, TokenHash, WorkspaceId};

use crate::app::{App, Shared};
use crate::auth::caller::unknown;
use crate::auth::{Identity, cookie, token};
use crate::problem::Problem;
use crate::routes::operations::scrapes;

/// Header of the token that must come with every change.
const CSRF: &str = "x-csrf-token";
/// Header that chooses among a person's workspaces.
const WORKSPACE: &str = "x-workspace";

/// Address that a request comes from.
pub(crate) fn address(request: &Request) -> Option<IpAddr> {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connected.map(|ConnectInfo(address)| address.ip())
}

/// Finds out who asks, and refuses what is asked too often or by somebody else's page.
pub(crate) async fn guard(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    if scrapes(&app, &request) {
        return next.run(request).await;
    }
    let identity = match identify(&app, request.headers()).await {
        Ok(identity) => identity,
        Err(problem) => return problem.into_response(),
    };
    let who = match (&identity, address(&request)) {
        (Some(identity), _) => identity.user.to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => String::new(),
    };
    if let Err(too_often) = app.throttle.request(&who) {
        return too_often.into_response();
    }
    let Some(identity) = identity else { return next.run(request).await };
    let mut response = match own_page(&request, &identity) {
        Ok(()) => {
            request.extensions_mut().insert(identity.clone());
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    // The log names who it was.
    response.extensions_mut().insert(identity);
    response
}

/// A change under a session must bring its token; signing in may not have one yet.
fn own_page(request: &Request, identity: &Identity) -> Result<(), Problem> {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let signs_in = request.method() == Method::POST
        && ["/api/session", "/api/setup"].contains(&request.uri().path());
    let Some(csrf) = identity.csrf.as_deref().filter(|_| !reads && !signs_in) else {
        return Ok(());
    };
    let brought = request.headers().get(CSRF).and_then(|value| value.to_str().ok());
    // Compared as hashes, so that the time tells nothing about the token.
    if brought.is_some_and(|brought| TokenHash::of(brought) == TokenHash::of(csrf)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "auth.csrf",
        "the request does not come from a page of ours",
        "send `csrf` of GET /api/session as X-CSRF-Token",
    ))
}

async fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Identity>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let text = value.to_str().unwrap_or_default();
        let token = text.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(unknown)?;
        return bearer(app, token.trim()).await.map(Some);
    }
    let Some(token) = cookie::read(headers, app.secure_cookies) else { return Ok(None) };
    session(app, headers, &token).await
}

/// A token that is not valid is refused, rather than taken for nobody's.
async fn bearer(app: &App, text: &str) -> Result<Identity, Problem> {
    let found = app.store.bearers().by_token(&TokenHash::of(text), app.now()).await?;
    let found = found.ok_or_else(|| {
        let next = "make a new token under Settings, Tokens";
        Problem::new(StatusCode::UNAUTHORIZED, "auth.token", "the API token is not valid", next)
    })?;
    let user = found.token.body.user_id;
    let member = app.scope(found.workspace_id).members().role(user).await?;
    // A token may do no more than its person may.
    let role = member.ok_or_else(unknown)?.min(found.token.body.role);
    Ok(Identity { user, workspace: found.workspace_id, role, session: None, csrf: None })
}

async fn session(app: &App, headers: &HeaderMap, text: &str) -> Result<Option<Identity>, Problem> {
    let found = app.store.sessions().by_token(&TokenHash::of(text), app.now()).await?;
    let Some(found) = found else { return Ok(None) };
    let wanted = headers.get(WORKSPACE).and_then(|value| value.to_str().ok());
    let Some((workspace, role)) = place(app, found.user_id, wanted).await? else {
        return Ok(None);
    };
    Ok(Some(Identity {
        user: found.user_id,
        workspace,
        role,
        session: Some(found.id),
        csrf: Some(token::csrf(text)),
    }))
}

/// The workspace that a person means: the one named, or their first.
pub(crate) async fn place(
    app: &App,
    user: outlay_store::Id<outlay_store::User>,
    wanted: Option<&str>,
) -> Result<Option<(WorkspaceId, Role)>, Problem> {
    let members = app.store.users().memberships(user).await?;
    let found = match wanted {
        Some(wanted) => members.iter().find(|m| m.workspace_id.to_string() == wanted),
        None => members.first(),
    };
    match (found, wanted) {
        (Some(member), _) => Ok(Some((member.workspace_id, member.role))),
        (None, Some(_)) => Err(Problem::not_found("workspace")),
        (None, None) => Ok(None),
    }
}
