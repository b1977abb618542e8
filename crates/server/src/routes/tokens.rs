//! API tokens: made once, shown once, taken back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use outlay_core::registry::keys;
use outlay_store::{ApiToken, Id, Page, Role, Stored, TokenHash};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::session::named;
use crate::app::Shared;
use crate::auth::{Caller, Viewer, token};
use crate::extract::{Body, Ident, Listed};
use crate::problem::Problem;

/// An API token, without its secret.
#[derive(Serialize, ToSchema)]
struct TokenView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<ApiToken>,
    name: String,
    /// Its first letters.
    prefix: String,
    role: Role,
    created_at: DateTime<Utc>,
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
    #[schema(required)]
    last_used_at: Option<DateTime<Utc>>,
    /// The token itself, in the answer to its making and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    name: String,
    /// At most one's own.
    role: Role,
}

/// What an access token is wanted for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccess {
    /// At most one's own, which it is when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
}

/// An access token, as RFC 6749 (section 5.1) writes it.
#[derive(Serialize, ToSchema)]
struct AccessView {
    /// The token, a signed JSON web token.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which it is valid.
    expires_in: i64,
    expires_at: DateTime<Utc>,
    role: String,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(access)).routes(routes!(revoke))
}

fn view(stored: Stored<ApiToken>, secret: Option<String>) -> TokenView {
    TokenView {
        id: stored.id,
        name: stored.body.name,
        prefix: stored.body.prefix,
        role: stored.body.role,
        created_at: stored.created_at,
        expires_at: stored.body.expires_at,
        last_used_at: stored.body.seen_at,
        secret,
    }
}

/// One's own tokens; an admin sees all.
#[utoipa::path(get, path = "/api/tokens", tag = "settings",
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<TokenView>)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
) -> Result<Json<Listed<TokenView>>, Problem> {
    let mut items = Vec::new();
    let mut page = Page::default();
    loop {
        let found = app.scope(caller.workspace).api_tokens().list(page).await?;
        let own = found.rows.into_iter().filter(|token| {
            let mine = token.body.user_id == caller.user || caller.role == Role::Admin;
            mine && token.body.revoked_at.is_none()
        });
        items.extend(own.map(|token| view(token, None)));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(Json(Listed::whole(items))),
        }
    }
}

/// Makes a token. Its secret is in this answer and never again.
#[utoipa::path(post, path = "/api/tokens", tag = "settings", request_body = NewToken,
    security(("session" = ["viewer"])),
    responses((status = 201, body = TokenView), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
async fn add(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Body(form): Body<NewToken>,
) -> Result<(StatusCode, Json<TokenView>), Problem> {
    if caller.session.is_none() || form.role > caller.role {
        let title = "a token cannot be given more than you have, nor be made by a token";
        let next = "sign in, and choose a role up to your own";
        return Err(Problem::new(StatusCode::FORBIDDEN, "token.role", title, next));
    }
    let secret = format!("{}{}", token::PREFIX, token::random());
    let now = app.now();
    let days = app.registry.get(&keys::SERVER_TOKEN_DAYS);
    let body = ApiToken {
        user_id: caller.user,
        name: named("name", &form.name)?,
        prefix: secret.chars().take(token::SHOWN).collect(),
        token_hash: TokenHash::of(&secret),
        role: form.role,
        expires_at: Some(now + TimeDelta::days(days as i64)),
        seen_at: None,
        revoked_at: None,
    };
    let stored = app.scope(caller.workspace).api_tokens().create(body, now).await?;
    Ok((StatusCode::CREATED, Json(view(stored, Some(secret)))))
}

/// Makes an access token (JSON web token) of a few minutes. It ends with the session or the API
/// token that it is made with.
#[utoipa::path(post, path = "/api/tokens/access", tag = "settings", request_body = NewAccess,
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 201, body = AccessView), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn access(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Body(form): Body<NewAccess>,
) -> Result<(StatusCode, Json<AccessView>), Problem> {
    let Some(access) = &app.access else {
        let title = "this server has no secret to sign access tokens with";
        let next = "set `auth.jwt_secret`, or use an API token";
        return Err(Problem::conflict("token.no-access", title, next));
    };
    let role = form.role.unwrap_or(caller.role);
    let origin = caller.origin.filter(|_| role <= caller.role).ok_or_else(|| {
        let title = "an access token cannot be given more than you have, nor make another one";
        let next = "use the session or the API token, and a role up to your own";
        Problem::new(StatusCode::FORBIDDEN, "token.role", title, next)
    })?;
    let now = app.now();
    let lasts = app.registry.get(&keys::SERVER_ACCESS_MINUTES) * 60.0;
    let who = (caller.user, caller.workspace, role);
    let made = access.issue(who, origin, TimeDelta::seconds(lasts as i64), now);
    let (access_token, expires_at) = made.ok_or_else(|| {
        let title = "the access token could not be signed";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title, "look at the log")
    })?;
    let view = AccessView {
        access_token,
        token_type: "Bearer",
        expires_in: (expires_at - now).num_seconds(),
        expires_at,
        role: role.to_string(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Takes a token back: one's own, or as admin anybody's.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "settings", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 204), (status = 404, body = Problem)))]
async fn revoke(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<ApiToken>,
) -> Result<StatusCode, Problem> {
    let tokens = app.scope(caller.workspace).api_tokens();
    let stored = tokens.get(id).await?;
    if stored.body.user_id != caller.user && caller.role != Role::Admin {
        return Err(Problem::not_found("token"));
    }
    tokens.revoke(id, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
