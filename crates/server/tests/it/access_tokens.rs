//! Access tokens (JSON web tokens): what they open, and that nothing forged, over or outlived does.

use chrono::Utc;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use outlay_config::{Environment, Settings, keys};
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Running};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A server that signs access tokens.
fn start() -> Running {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), SECRET).unwrap();
    let settings = Settings::default();
    let settings =
        settings.with("auth.jwt_secret", &format!("file:{}", file.path().display())).unwrap();
    assert_eq!(settings.environment(), Environment::default());
    let secret = settings.secret(&keys::AUTH_JWT_SECRET).unwrap();
    Running::configured(&[], |config| config.jwt = secret)
}

fn bearer(running: &Running, token: &str) -> Caller {
    running.nobody().with("authorization", &format!("Bearer {token}"))
}

fn made(caller: &Caller, form: &Value) -> Answer {
    caller.post("/api/tokens/access", form)
}

fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["access_token"].as_str().unwrap().to_owned()
}

/// What a token says.
fn said(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap()
}

fn signed(claims: &Value, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

#[test]
fn an_access_token_does_no_more_than_its_person_and_ends_with_its_session() {
    let running = start();
    let admin = running.admin();
    let analyst = running.person(&admin, "analyst");
    let answer = made(&analyst, &json!({}));
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["role"], "analyst");
    assert!((899..=900).contains(&answer.body["expires_in"].as_i64().unwrap()), "{}", answer.text);
    let token = text(&answer);
    let program = bearer(&running, &token);
    assert_eq!(program.get("/api/session").body["role"], "analyst");
    // No cookie, no token of a page.
    assert_eq!(program.send("PATCH", "/api/settings", &json!([])).status, 403);
    assert_eq!(made(&program, &json!({})).status, 403, "it makes no other one");
    assert_eq!(program.post("/api/tokens", &json!({ "name": "t", "role": "viewer" })).status, 403);

    let less = text(&made(&analyst, &json!({ "role": "viewer" })));
    assert_eq!(bearer(&running, &less).get("/api/session").body["role"], "viewer");
    assert_eq!(made(&analyst, &json!({ "role": "admin" })).status, 403);

    let id = analyst.get("/api/session").body["user"]["id"].as_str().unwrap().to_owned();
    let place = format!("/api/users/{id}");
    assert_eq!(admin.send("PATCH", &place, &json!({ "role": "viewer" })).status, 200);
    assert_eq!(program.get("/api/session").body["role"], "viewer", "as their person may now");
    assert_eq!(analyst.ask("DELETE", "/api/session", None).status, 204);
    for token in [&token, &less] {
        let over = bearer(&running, token).get("/api/jobs");
        assert_eq!((over.status, &over.body["code"]), (401, &json!("auth.access-token")));
    }
}

#[test]
fn an_access_token_ends_with_its_api_token() {
    let running = start();
    let admin = running.admin();
    let api = admin.post("/api/tokens", &json!({ "name": "t", "role": "operator" }));
    let secret = api.body["secret"].as_str().unwrap();
    let token = text(&made(&bearer(&running, secret), &json!({})));
    let program = bearer(&running, &token);
    assert_eq!(program.get("/api/session").body["role"], "operator");
    let id = api.body["id"].as_str().unwrap();
    assert_eq!(admin.ask("DELETE", &format!("/api/tokens/{id}"), None).status, 204);
    assert_eq!(program.get("/api/jobs").status, 401);
}

#[test]
fn forged_and_outlived_tokens_open_nothing() {
    let running = start();
    let admin = running.admin();
    let good = text(&made(&admin, &json!({})));
    let claims = said(&good);
    let now = Utc::now().timestamp();
    let with = |key: &str, value: Value| {
        let mut changed = claims.clone();
        changed[key] = value;
        changed
    };
    // The same, signed again: it is the changes below that are refused, not the way they are made.
    assert_eq!(bearer(&running, &signed(&claims, SECRET)).get("/api/jobs").status, 200);

    let parts: Vec<&str> = good.split('.').collect();
    let other = signed(&with("role", json!("viewer")), SECRET);
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let forged = [
        ("another secret", signed(&claims, "another secret, of 32 bytes too!")),
        (
            "another's signature",
            format!("{}.{}", parts[..2].join("."), other.rsplit('.').next().unwrap()),
        ),
        ("no signature", format!("{}.", parts[..2].join("."))),
        ("no algorithm", format!("{none}.{}.", parts[1])),
        ("no algorithm, signed", format!("{none}.{}.{}", parts[1], parts[2])),
        ("over", signed(&with("exp", json!(now - 11)), SECRET)),
        ("not yet", signed(&with("nbf", json!(now + 60)), SECRET)),
        ("never ends", {
            let mut changed = claims.clone();
            changed.as_object_mut().unwrap().remove("exp");
            signed(&changed, SECRET)
        }),
        ("another issuer", signed(&with("iss", json!("somebody")), SECRET)),
        ("another audience", signed(&with("aud", json!("somebody")), SECRET)),
        ("nobody", signed(&with("sub", json!("00000000-0000-7000-8000-000000000000")), SECRET)),
        (
            "nowhere",
            signed(&with("workspace", json!("00000000-0000-7000-8000-000000000009")), SECRET),
        ),
        (
            "no origin",
            signed(
                &with("origin", json!({ "session": "00000000-0000-7000-8000-000000000000" })),
                SECRET,
            ),
        ),
        ("nothing", "..".to_owned()),
    ];
    for (name, token) in forged {
        let refused = bearer(&running, &token).get("/api/jobs");
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (401, &json!("auth.access-token")),
            "{name}"
        );
    }
    // What is said of the role is a limit, not a right.
    let viewer = running.person(&admin, "viewer");
    let mut grown = said(&text(&made(&viewer, &json!({}))));
    grown["role"] = json!("admin");
    assert_eq!(bearer(&running, &signed(&grown, SECRET)).get("/api/users").status, 403);
}

#[test]
fn without_a_secret_none_are_made() {
    let running = Running::start();
    let admin = running.admin();
    let refused = made(&admin, &json!({}));
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("token.no-access")));
    // Nor taken: what looks like one is no API token either.
    assert_eq!(bearer(&running, "a.b.c").get("/api/jobs").status, 401);
}

#[test]
fn a_short_secret_is_refused_before_anything_starts() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "too short").unwrap();
    let settings = Settings::default();
    let settings =
        settings.with("auth.jwt_secret", &format!("file:{}", file.path().display())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut config = outlay_server::Config::new("127.0.0.1:0".parse().unwrap(), folder.path());
    config.jwt = settings.secret(&keys::AUTH_JWT_SECRET).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(outlay_server::Server::start(config)).err().unwrap();
    assert_eq!(error.code(), "config.secret");
    assert!(error.to_string().contains("9 bytes"), "{error}");
}
