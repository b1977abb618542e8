//! What stands before every endpoint: who asks, how often, and whether a change comes from our own
//! page.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use outlay_store::{Bearer, Role, TokenHash, WorkspaceId};

use crate::app::{App, Shared};
use crate::auth::access::{self, Access, Origin};
use crate::auth::caller::unknown;
use crate::auth::cookie::Cookie;
use crate::auth::{From, Identity, token};
use crate::problem::Problem;
use crate::routes::operations::scrapes;

/// Header of the token that must come with every change.
const CSRF: &str = "x-csrf-token";
/// Header that chooses among a person's workspaces.
const WORKSPACE: &str = "x-workspace";

/// Finds out who asks, and refuses what is asked too often or by somebody else's page.
pub(crate) async fn guard(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let connected = connected.map(|ConnectInfo(address)| address.ip().to_canonical());
    let from = connected.map(|address| app.edge.client(address, request.headers()));
    // Before the database is asked: who guesses tokens must not keep it busy.
    if let Some(Err(too_often)) = from.map(|address| app.throttle.address(address)) {
        return too_often.into_response();
    }
    if scrapes(&app, &request) {
        return next.run(request).await;
    }
    let identity = match identify(&app, request.headers()).await {
        Ok(identity) => identity,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(From(from));
    let Some(identity) = identity else { return next.run(request).await };
    let mut response = match refusal(&app, &request, &identity) {
        None => {
            request.extensions_mut().insert(identity.clone());
            next.run(request).await
        }
        Some(refused) => refused,
    };
    // The log names who it was.
    response.extensions_mut().insert(identity);
    response
}

/// Why a person may not ask this now.
fn refusal(app: &App, request: &Request, identity: &Identity) -> Option<Response> {
    if let Err(too_often) = app.throttle.person(identity.user) {
        return Some(too_often.into_response());
    }
    own_page(request, identity).err().map(IntoResponse::into_response)
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
    let Some(token) = Cookie::Session.read(headers, app.secure_cookies) else { return Ok(None) };
    session(app, headers, &token).await
}

/// A token that is not valid is refused, rather than taken for nobody's.
async fn bearer(app: &App, text: &str) -> Result<Identity, Problem> {
    if let Some(access) = app.access.as_ref().filter(|_| access::looks_like_one(text)) {
        return web_token(app, access, text).await;
    }
    let found = app.store.bearers().by_token(&TokenHash::of(text), app.now()).await?;
    let found = found.ok_or_else(|| {
        let next = "make a new token under Settings, Tokens";
        Problem::new(StatusCode::UNAUTHORIZED, "auth.token", "the API token is not valid", next)
    })?;
    let user = found.token.body.user_id;
    let member = app.scope(found.workspace_id).members().role(user).await?;
    // A token may do no more than its person may.
    let role = member.ok_or_else(unknown)?.min(found.token.body.role);
    let origin = Some(Origin::Token(found.token.id));
    let workspace = found.workspace_id;
    Ok(Identity { user, workspace, role, session: None, origin, csrf: None })
}

/// An access token opens no more, and no longer, than what it was made from.
async fn web_token(app: &App, access: &Access, text: &str) -> Result<Identity, Problem> {
    let over = || {
        let next = "make a new one with POST /api/tokens/access";
        let title = "the access token is not valid, or is over";
        Problem::new(StatusCode::UNAUTHORIZED, "auth.access-token", title, next)
    };
    let now = app.now();
    let leeway = access::leeway(&app.registry);
    let claims = access.read(text, leeway, now).ok_or_else(over)?;
    let most = match claims.origin {
        Origin::Session(id) => {
            let found = app.store.sessions().by_id(id, now).await?;
            found.filter(|session| session.user_id == claims.sub).map(|_| claims.role)
        }
        Origin::Token(id) => {
            let found = app.store.bearers().by_id(id, now).await?;
            let same = |bearer: &Bearer| {
                bearer.workspace_id == claims.workspace && bearer.token.body.user_id == claims.sub
            };
            found.filter(same).map(|bearer| bearer.token.body.role.min(claims.role))
        }
    };
    let member = app.scope(claims.workspace).members().role(claims.sub).await?;
    let role = most.zip(member).map(|(most, member)| most.min(member)).ok_or_else(over)?;
    let (user, workspace) = (claims.sub, claims.workspace);
    Ok(Identity { user, workspace, role, session: None, origin: None, csrf: None })
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
        origin: Some(Origin::Session(found.id)),
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
