//! The people of a workspace.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use outlay_store::{Id, Role, StoreError, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::session::{long_enough, person};
use crate::app::Shared;
use crate::auth::{Admin, Caller};
use crate::extract::{Body, Ident, Listed};
use crate::problem::Problem;

/// A person of this workspace.
#[derive(Serialize, ToSchema)]
struct UserView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<User>,
    name: String,
    email: String,
    role: Role,
    created_at: DateTime<Utc>,
    #[schema(required)]
    last_seen_at: Option<DateTime<Utc>>,
}

/// A new person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    name: String,
    email: String,
    password: String,
    role: Role,
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    role: Role,
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    password: String,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(change, remove))
        .routes(routes!(reset))
}

async fn view(app: &Shared, id: Id<User>, role: Role) -> Result<UserView, Problem> {
    let user = app.store.users().get(id).await?;
    let sessions = app.store.sessions().of_user(id, app.now()).await?;
    Ok(UserView {
        id,
        name: user.body.name,
        email: user.body.email,
        role,
        created_at: user.created_at,
        last_seen_at: sessions.iter().map(|session| session.seen_at).max(),
    })
}

/// Everybody here.
#[utoipa::path(get, path = "/api/users", tag = "settings",
    security(("session" = ["admin"]), ("token" = ["admin"])),
    responses((status = 200, body = Listed<UserView>)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Admin>,
) -> Result<Json<Listed<UserView>>, Problem> {
    let mut items = Vec::new();
    for member in app.scope(caller.workspace).members().list().await? {
        items.push(view(&app, member.user_id, member.role).await?);
    }
    Ok(Json(Listed::whole(items)))
}

/// Adds a person with a first password.
#[utoipa::path(post, path = "/api/users", tag = "settings", request_body = NewUser,
    security(("session" = ["admin"]), ("token" = ["admin"])),
    responses((status = 201, body = UserView), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn add(
    State(app): State<Shared>,
    caller: Caller<Admin>,
    Body(form): Body<NewUser>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let (name, email) = person(&form.name, &form.email)?;
    long_enough(&app, &form.password)?;
    let hash = app.passwords.hash(form.password).await?;
    let (workspace, role, now) = (caller.workspace, form.role, app.now());
    let user = User { email, name, disabled: false };
    let made = app.store.transact(move |t| {
        let (user, hash) = (user.clone(), hash.clone());
        Box::pin(async move {
            let user = t.users().create(user, now).await?;
            t.users().set_password(user.id, Some(&hash), now).await?;
            t.workspace(workspace).members().set(user.id, role, now).await?;
            Ok(user.id)
        })
    });
    let id = made.await.map_err(|error| match error {
        StoreError::Duplicate { .. } => {
            let next = "choose another address";
            Problem::conflict("user.exists", "somebody has this address already", next)
        }
        other => other.into(),
    })?;
    Ok((StatusCode::CREATED, Json(view(&app, id, role).await?)))
}

/// Refuses to leave a workspace without an admin.
async fn keeps_an_admin(app: &Shared, caller: &Caller<Admin>, id: Id<User>) -> Result<(), Problem> {
    let members = app.scope(caller.workspace).members().list().await?;
    if !members.iter().any(|member| member.user_id == id) {
        return Err(Problem::not_found("user"));
    }
    let others = members.iter().any(|m| m.user_id != id && m.role == Role::Admin);
    if others {
        return Ok(());
    }
    let title = "the workspace would have no admin";
    Err(Problem::conflict("user.last-admin", title, "make somebody else admin first"))
}

/// Gives a person another role.
#[utoipa::path(patch, path = "/api/users/{id}", tag = "settings", request_body = NewRole,
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["admin"]), ("token" = ["admin"])),
    responses((status = 200, body = UserView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn change(
    State(app): State<Shared>,
    caller: Caller<Admin>,
    Ident(id): Ident<User>,
    Body(form): Body<NewRole>,
) -> Result<Json<UserView>, Problem> {
    let members = app.scope(caller.workspace).members();
    if form.role != Role::Admin {
        keeps_an_admin(&app, &caller, id).await?;
    } else if members.role(id).await?.is_none() {
        return Err(Problem::not_found("user"));
    }
    members.set(id, form.role, app.now()).await?;
    Ok(Json(view(&app, id, form.role).await?))
}

/// Gives a person a new first password, and ends their sessions. Whoever belongs to other
/// workspaces as well keeps theirs: an admin here has no say there.
#[utoipa::path(put, path = "/api/users/{id}/password", tag = "settings", request_body = NewPassword,
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["admin"]), ("token" = ["admin"])),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn reset(
    State(app): State<Shared>,
    caller: Caller<Admin>,
    Ident(id): Ident<User>,
    Body(form): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let places = app.store.users().memberships(id).await?;
    if !places.iter().any(|member| member.workspace_id == caller.workspace) {
        return Err(Problem::not_found("user"));
    }
    if places.iter().any(|member| member.workspace_id != caller.workspace) {
        let title = "this person belongs to other workspaces as well";
        let next = "let them change it themselves";
        return Err(Problem::conflict("user.elsewhere", title, next));
    }
    long_enough(&app, &form.password)?;
    let hash = app.passwords.hash(form.password).await?;
    app.store.users().set_password(id, Some(&hash), app.now()).await?;
    app.store.sessions().revoke_all(id, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a person's place in this workspace away, and ends their sessions.
#[utoipa::path(delete, path = "/api/users/{id}", tag = "settings", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["admin"]), ("token" = ["admin"])),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller<Admin>,
    Ident(id): Ident<User>,
) -> Result<StatusCode, Problem> {
    keeps_an_admin(&app, &caller, id).await?;
    app.scope(caller.workspace).members().remove(id).await?;
    app.store.sessions().revoke_all(id, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
