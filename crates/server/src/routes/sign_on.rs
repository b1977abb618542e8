//! Signing in at the identity provider: there, and back again. Both are opened by a browser, so
//! that what goes wrong is told on the first page, by its code.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use outlay_core::registry::keys;
use outlay_store::{Id, StoreError, Stored, User};
use serde::Deserialize;
use std::sync::Arc;
use url::form_urlencoded;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::session::{FIRST, named, open, person};
use crate::app::{App, Shared};
use crate::auth::From;
use crate::auth::cookie::Cookie;
use crate::auth::oidc::{Flow, OidcError, Person, Provider};
use crate::extract::Params;
use crate::problem::Problem;

/// Where somebody wants to go.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wish {
    /// Page of ours to open afterwards.
    next: Option<String>,
}

/// What the provider sends back (RFC 6749, section 4.1.2).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(there)).routes(routes!(back))
}

/// Leads to the identity provider.
#[utoipa::path(get, path = "/api/session/sign-on", tag = "session", params(Wish), responses(
    (status = 303, description = "to the identity provider, or to the first page with the problem's code"),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn there(State(app): State<Shared>, Params(wish): Params<Wish>) -> Result<Response, Problem> {
    let provider = configured(&app)?;
    let next = wish.next.filter(|page| is_ours(page)).unwrap_or_else(|| "/".to_owned());
    let begun = tokio::task::spawn_blocking(move || provider.begin(next)).await?;
    let (url, flow) = match begun {
        Ok(begun) => begun,
        Err(error) => return Ok(failed(&app, &problem(&error))),
    };
    let seconds = (app.registry.get(&keys::SERVER_SIGN_ON_MINUTES) * 60.0) as i64;
    let kept = Cookie::SignOn.set(&written(&flow), seconds, app.secure_cookies);
    Ok(to(url.as_str(), [kept]))
}

/// Takes somebody back from the identity provider.
#[utoipa::path(get, path = "/api/session/sign-on/callback", tag = "session", params(Back), responses(
    (status = 303, description = "to the page that was wished for, signed in, or to the first page with the problem's code"),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn back(
    State(app): State<Shared>,
    From(address): From,
    headers: HeaderMap,
    Params(back): Params<Back>,
) -> Result<Response, Problem> {
    let provider = configured(&app)?;
    let flow = Cookie::SignOn.read(&headers, app.secure_cookies).and_then(|text| read(&text));
    let Some(flow) =
        flow.filter(|flow| back.state.as_deref().is_some_and(|s| same(s, &flow.state)))
    else {
        let title = "this sign-in was not begun here, or took too long";
        let next = "begin it again";
        let lost = Problem::new(StatusCode::FORBIDDEN, "auth.oidc-state", title, next);
        return Ok(failed(&app, &lost));
    };
    let signed_in = async {
        let code = match (back.code, back.error) {
            (Some(code), None) => code,
            (_, error) => {
                let said = error.unwrap_or_else(|| "no code".to_owned());
                return Err(problem(&OidcError::Refused(said)));
            }
        };
        let (asked, now, sent) = (Arc::clone(&provider), app.now(), flow.clone());
        let person = tokio::task::spawn_blocking(move || asked.finish(code, &sent, now)).await?;
        let user = who(&app, &provider, person.map_err(|error| problem(&error))?).await?;
        open(&app, &user, address, &headers).await
    };
    match signed_in.await {
        Ok((_, session)) => {
            let forgotten = Cookie::SignOn.set("", 0, app.secure_cookies);
            Ok(to(&flow.next, [session, forgotten]))
        }
        Err(problem) => Ok(failed(&app, &problem)),
    }
}

/// The person here that the provider's person is: known by their identity there, else by an address
/// that the provider has checked, else new where that is allowed.
async fn who(app: &App, provider: &Provider, there: Person) -> Result<Stored<User>, Problem> {
    let client = &provider.client;
    let refused = |code: &str, title: &str, next: &str| {
        Problem::new(StatusCode::FORBIDDEN, format!("auth.oidc-{code}"), title, next)
    };
    let able = |user: Stored<User>| match user.body.disabled {
        true => Err(refused("disabled", "you may not sign in here", "ask an admin")),
        false => Ok(user),
    };
    if let Some(known) = app.store.users().by_identity(&client.issuer, &there.sub).await? {
        return able(known);
    }
    let email = there.email.filter(|_| there.email_verified).ok_or_else(|| {
        let title = "the identity provider does not vouch for your e-mail address";
        refused("email", title, "confirm the address there")
    })?;
    let (name, email) = person(there.name.as_deref().unwrap_or(&email), &email)
        .or_else(|_| person(&email, &email))?;
    if !client.admits(&email) {
        let title = "addresses of your domain may not sign in here";
        return Err(refused("domain", title, "use your address at work, or ask an admin"));
    }
    let now = app.now();
    if let Some(known) = app.store.users().by_email(&email).await? {
        let known = able(known)?;
        app.store.users().link_identity(known.id, &client.issuer, &there.sub, now).await?;
        return Ok(known);
    }
    let Some(role) = client.new_role.filter(|_| named("name", &name).is_ok()) else {
        let title = "nobody has added you here yet";
        return Err(refused("unknown", title, "ask an admin to add you"));
    };
    if app.store.users().count().await? == 0 {
        let title = "this server is not set up yet";
        return Err(refused("setup", title, "set it up first"));
    }
    let (issuer, sub) = (client.issuer.clone(), there.sub);
    let made = app.store.transact(move |t| {
        let user = User { email: email.clone(), name: name.clone(), disabled: false };
        let (issuer, sub) = (issuer.clone(), sub.clone());
        Box::pin(async move {
            let user = t.users().create(user, now).await?;
            t.users().link_identity(user.id, &issuer, &sub, now).await?;
            t.workspace(Id::from_uuid(FIRST)).members().set(user.id, role, now).await?;
            Ok::<_, StoreError>(user)
        })
    });
    Ok(made.await?)
}

fn configured(app: &App) -> Result<Arc<Provider>, Problem> {
    app.oidc.clone().ok_or_else(|| {
        let title = "no identity provider is configured here";
        let next = "sign in with a password, or set `auth.oidc_issuer`";
        Problem::new(StatusCode::NOT_FOUND, "auth.no-provider", title, next)
    })
}

fn problem(error: &OidcError) -> Problem {
    tracing::warn!(error = %outlay_engine::sentence(error), "a sign-in at the identity provider failed");
    let (code, next) = match error {
        OidcError::Unreachable(_) => ("unreachable", "try again in a moment"),
        OidcError::Wrong(_) => ("wrong", "tell an admin: the server's log says more"),
        OidcError::Refused(_) => ("refused", "try again, or ask who runs the identity provider"),
    };
    Problem::new(StatusCode::BAD_GATEWAY, format!("auth.oidc-{code}"), error.to_string(), next)
}

/// Whether a page is one of ours: a browser takes `//host` and `/\host` for another server.
fn is_ours(page: &str) -> bool {
    let second = page.chars().nth(1);
    page.starts_with('/')
        && !matches!(second, Some('/' | '\\'))
        && page.chars().all(|c| c.is_ascii_graphic() && c != '\\')
}

/// Compared as hashes, so that the time tells nothing.
fn same(one: &str, other: &str) -> bool {
    outlay_store::TokenHash::of(one) == outlay_store::TokenHash::of(other)
}

fn written(flow: &Flow) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("state", &flow.state),
            ("nonce", &flow.nonce),
            ("verifier", &flow.verifier),
            ("next", &flow.next),
        ])
        .finish()
}

fn read(text: &str) -> Option<Flow> {
    let part = |name: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let next = part("next").filter(|page| is_ours(page))?;
    Some(Flow { state: part("state")?, nonce: part("nonce")?, verifier: part("verifier")?, next })
}

/// To another page, with cookies.
fn to<const N: usize>(url: &str, cookies: [Option<HeaderValue>; N]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(url) = HeaderValue::from_str(url) {
        response.headers_mut().insert(header::LOCATION, url);
    }
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// To the first page, which says what went wrong. Only the code is in the address: a text there
/// could be anybody's.
fn failed(app: &App, problem: &Problem) -> Response {
    let page = format!("/?sign-on={}", problem.code);
    to(&page, [Cookie::SignOn.set("", 0, app.secure_cookies)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_opened_afterwards() {
        for page in ["/", "/plan", "/plan?model=1#curves"] {
            assert!(is_ours(page), "{page}");
        }
        for page in
            ["", "plan", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb"]
        {
            assert!(!is_ours(page), "{page}");
        }
    }

    #[test]
    fn what_must_come_back_survives_the_cookie() {
        let flow = Flow {
            state: "a-b_c".to_owned(),
            nonce: "0f".to_owned(),
            verifier: "v~.x".to_owned(),
            next: "/plan?model=1&x=a%20b".to_owned(),
        };
        assert_eq!(read(&written(&flow)), Some(flow));
        assert_eq!(read("state=1"), None);
    }
}
