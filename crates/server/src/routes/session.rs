//! First run, signing in and out, and who one is.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use outlay_core::registry::keys;
use outlay_store::{
    Id, NewSession, Role, StoreError, Stored, TokenHash, User, Workspace, WorkspaceId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::{App, Shared};
use crate::auth::cookie::Cookie;
use crate::auth::{Analyst, Anyone, Caller, From, Viewer, token};
use crate::extract::Body;
use crate::guard::place;
use crate::problem::Problem;
use crate::work;

/// The first workspace has a known identity, so that two first runs at once cannot both succeed.
pub(crate) const FIRST: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);

/// Who one is.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Whether nobody has set this server up yet.
    setup_needed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<Place>,
    /// To be sent as `X-CSRF-Token` with every change.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
    /// The identity provider at which one may sign in instead, at `/api/session/sign-on`.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_on: Option<SignOn>,
    version: &'static str,
}

/// An identity provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignOn {
    /// What people here call it.
    name: String,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Person {
    #[schema(value_type = uuid::Uuid)]
    id: Id<User>,
    name: String,
    email: String,
}

/// A workspace.
#[derive(Serialize, ToSchema)]
pub(crate) struct Place {
    #[schema(value_type = uuid::Uuid)]
    id: WorkspaceId,
    name: String,
    currency: String,
    zone: String,
}

/// The first person and their workspace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Setup {
    name: String,
    email: String,
    password: String,
    /// Name of the workspace.
    workspace: String,
    /// Currency of its reports (ISO 4217); EUR when left out.
    #[serde(default)]
    currency: Option<String>,
    /// Time zone of its days (IANA); UTC when left out.
    #[serde(default)]
    zone: Option<String>,
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    password: String,
}

/// One's password, and another one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    current: String,
    password: String,
}

/// The job that loads the demo.
#[derive(Serialize, ToSchema)]
#[schema(as = DemoBegun)]
struct Begun {
    #[schema(value_type = uuid::Uuid)]
    job: Id<outlay_store::Job>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(who, sign_in, sign_out))
        .routes(routes!(password))
        .routes(routes!(setup))
        .routes(routes!(demo))
}

/// Who one is, and whether the server needs its first user.
#[utoipa::path(get, path = "/api/session", tag = "session",
    responses((status = 200, body = SessionView)))]
async fn who(
    State(app): State<Shared>,
    Anyone(identity): Anyone,
) -> Result<Json<SessionView>, Problem> {
    let Some(identity) = identity else {
        let setup_needed = app.store.users().count().await? == 0;
        let version = outlay_engine::VERSION;
        let (user, role, workspace, csrf) = (None, None, None, None);
        let sign_on = app.oidc.as_ref().map(|it| SignOn { name: it.client.name.clone() });
        let view = SessionView { setup_needed, user, role, workspace, csrf, sign_on, version };
        return Ok(Json(view));
    };
    let csrf = identity.csrf.clone();
    view(&app, identity.user, identity.workspace, identity.role, csrf).await.map(Json)
}

async fn view(
    app: &App,
    user: Id<User>,
    workspace: WorkspaceId,
    role: Role,
    csrf: Option<String>,
) -> Result<SessionView, Problem> {
    let user = app.store.users().get(user).await?;
    let workspace = app.store.workspaces().get(workspace).await?;
    Ok(SessionView {
        setup_needed: false,
        user: Some(Person { id: user.id, name: user.body.name, email: user.body.email }),
        role: Some(role),
        workspace: Some(Place {
            id: workspace.id,
            name: workspace.body.name,
            currency: workspace.body.currency.to_string(),
            zone: workspace.body.time_zone,
        }),
        csrf,
        sign_on: None,
        version: outlay_engine::VERSION,
    })
}

/// Sets the server up: its first user, as admin of its first workspace. Possible once.
#[utoipa::path(post, path = "/api/setup", tag = "session", request_body = Setup, responses(
    (status = 201, body = SessionView), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
async fn setup(
    State(app): State<Shared>,
    From(address): From,
    headers: HeaderMap,
    Body(form): Body<Setup>,
) -> Result<Response, Problem> {
    if app.store.users().count().await? > 0 {
        return Err(done_already());
    }
    let (name, email) = person(&form.name, &form.email)?;
    long_enough(&app, &form.password)?;
    let currency = form.currency.as_deref().unwrap_or("EUR").parse().map_err(|_| {
        Problem::refused("workspace.currency", "this is no currency", "use a code such as EUR")
            .field("currency", "three letters of ISO 4217")
    })?;
    let shop = Workspace {
        name: named("workspace", &form.workspace)?,
        currency,
        time_zone: form.zone.unwrap_or_else(|| "UTC".to_owned()),
    };
    let user = User { email, name, disabled: false };
    let user = found(&app, shop, user, form.password).await?;
    begin(&app, &user, address, &headers, StatusCode::CREATED).await
}

/// Makes the first workspace and its admin. Possible once.
pub(crate) async fn found(
    app: &App,
    shop: Workspace,
    user: User,
    password: String,
) -> Result<Stored<User>, Problem> {
    let hash = app.passwords.hash(password).await?;
    let now = app.now();
    let made = app.store.transact(move |t| {
        let (shop, user, hash) = (shop.clone(), user.clone(), hash.clone());
        Box::pin(async move {
            if t.users().count().await? > 0 {
                return Ok(None);
            }
            let shop = t.workspaces().create_as(Id::from_uuid(FIRST), shop, now).await?;
            let user = t.users().create(user, now).await?;
            t.users().set_password(user.id, Some(&hash), now).await?;
            t.workspace(shop.id).members().set(user.id, Role::Admin, now).await?;
            Ok(Some(user))
        })
    });
    match made.await {
        Ok(Some(user)) => Ok(user),
        Ok(None) | Err(StoreError::Duplicate { .. }) => Err(done_already()),
        Err(error) => Err(error.into()),
    }
}

fn done_already() -> Problem {
    let title = "this server is set up already";
    Problem::conflict("setup.done", title, "sign in; an admin can add you")
}

/// Checks the name and the address of a person.
pub(crate) fn person(name: &str, email: &str) -> Result<(String, String), Problem> {
    let email = email.trim().to_lowercase();
    let (before, after) = email.split_once('@').unwrap_or_default();
    if before.is_empty() || after.is_empty() || email.len() > 254 || email.contains(' ') {
        return Err(Problem::refused("user.email", "this is no e-mail address", "correct it")
            .field("email", "an address such as ana@example.com"));
    }
    Ok((named("name", name)?, email))
}

/// Checks what people call something.
pub(crate) fn named(field: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        let title = format!("`{field}` is empty, too long, or not one line");
        return Err(Problem::refused("name", title, "use 1 to 200 characters")
            .field(field, "1 to 200 characters on one line"));
    }
    Ok(text.to_owned())
}

/// Refuses short passwords.
pub(crate) fn long_enough(app: &App, password: &str) -> Result<(), Problem> {
    let least = app.registry.get(&keys::SERVER_PASSWORD_LENGTH) as usize;
    if password.chars().count() >= least && password.len() <= 1024 {
        return Ok(());
    }
    let title = "the password is too short or too long";
    Err(Problem::refused("user.password", title, format!("use at least {least} characters"))
        .field("password", format!("at least {least} characters")))
}

/// Signs in.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = SignIn, responses(
    (status = 200, body = SessionView), (status = 401, body = Problem),
    (status = 429, body = Problem)))]
async fn sign_in(
    State(app): State<Shared>,
    From(address): From,
    headers: HeaderMap,
    Body(form): Body<SignIn>,
) -> Result<Response, Problem> {
    if let Err(too_often) = app.throttle.sign_in(&form.email, address) {
        return Ok(too_often.into_response());
    }
    let user = app.store.users().by_email(&form.email).await?.filter(|user| !user.body.disabled);
    let hash = match &user {
        Some(user) => app.store.users().password(user.id).await?,
        None => None,
    };
    let right = app.passwords.check(form.password, hash).await?;
    match user.filter(|_| right) {
        Some(user) => begin(&app, &user, address, &headers, StatusCode::OK).await,
        None => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "auth.wrong",
            "the address or the password is wrong",
            "try again, or ask an admin for a new password",
        )),
    }
}

/// The answer to a sign-in.
async fn begin(
    app: &App,
    user: &Stored<User>,
    address: Option<IpAddr>,
    headers: &HeaderMap,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (view, cookie) = open(app, user, address, headers).await?;
    let mut response = (status, Json(view)).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Begins a session: who one is then, and the header that makes the browser keep it.
pub(crate) async fn open(
    app: &App,
    user: &Stored<User>,
    address: Option<IpAddr>,
    headers: &HeaderMap,
) -> Result<(SessionView, Option<HeaderValue>), Problem> {
    let Some((workspace, role)) = place(app, user.id, None).await? else {
        let title = "you belong to no workspace";
        let next = "ask an admin to add you";
        return Err(Problem::new(StatusCode::FORBIDDEN, "auth.no-workspace", title, next));
    };
    let now = app.now();
    let seconds = (app.registry.get(&keys::SERVER_SESSION_HOURS) * 3600.0) as i64;
    let secret = token::random();
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let new = NewSession {
        user_id: user.id,
        token: TokenHash::of(&secret),
        csrf: token::csrf_hash(&secret),
        expires_at: now + TimeDelta::seconds(seconds),
        address: address.map(|address| address.to_string()),
        agent: agent.map(|text| text.chars().take(200).collect()),
    };
    app.store.sessions().open(new, now).await?;
    let view = view(app, user.id, workspace, role, Some(token::csrf(&secret))).await?;
    let cookie = Cookie::Session.set(&secret, seconds, app.secure_cookies);
    Ok((view, cookie))
}

/// Changes one's password. All sessions end, and this one begins anew.
#[utoipa::path(put, path = "/api/session/password", tag = "session", request_body = Change,
    security(("session" = ["viewer"])), responses(
    (status = 200, body = SessionView), (status = 403, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn password(
    State(app): State<Shared>,
    From(address): From,
    caller: Caller<Viewer>,
    headers: HeaderMap,
    Body(form): Body<Change>,
) -> Result<Response, Problem> {
    let refused = |title| {
        let next = "sign in with your password and try again, or ask an admin for a new one";
        Problem::new(StatusCode::FORBIDDEN, "auth.wrong", title, next)
    };
    if caller.session.is_none() {
        return Err(refused("a token cannot change a password"));
    }
    let user = app.store.users().get(caller.user).await?;
    if let Err(too_often) = app.throttle.sign_in(&user.body.email, address) {
        return Ok(too_often.into_response());
    }
    let hash = app.store.users().password(user.id).await?;
    if !app.passwords.check(form.current, hash).await? {
        return Err(refused("the current password is wrong"));
    }
    long_enough(&app, &form.password)?;
    let hash = app.passwords.hash(form.password).await?;
    app.store.users().set_password(user.id, Some(&hash), app.now()).await?;
    app.store.sessions().revoke_all(user.id, app.now()).await?;
    begin(&app, &user, address, &headers, StatusCode::OK).await
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
async fn sign_out(
    State(app): State<Shared>,
    Anyone(identity): Anyone,
) -> Result<Response, Problem> {
    if let Some(session) = identity.and_then(|identity| identity.session) {
        app.store.sessions().revoke(session, app.now()).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = Cookie::Session.set("", 0, app.secure_cookies) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Loads a simulated brand: data set, model and plan.
#[utoipa::path(post, path = "/api/demo", tag = "session",
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 202, body = Begun)))]
async fn demo(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
) -> Result<(StatusCode, Json<Begun>), Problem> {
    let job = begin_demo(&app, caller.workspace, caller.user).await?;
    Ok((StatusCode::ACCEPTED, Json(Begun { job })))
}

/// Queues the demo; a second one waits for nothing, it is the first.
pub(crate) async fn begin_demo(
    app: &App,
    workspace: WorkspaceId,
    user: Id<User>,
) -> Result<Id<outlay_store::Job>, Problem> {
    let mut new = outlay_store::NewJob::new(work::DEMO, json!({}));
    new.trace_parent = crate::traces::current();
    new.unique_key = Some(work::DEMO.to_owned());
    new.attempts_max = 3;
    new.created_by = Some(user);
    Ok(app.scope(workspace).jobs().enqueue(new, app.now()).await?.into_job().id)
}
