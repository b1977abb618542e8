//! Signing in at an identity provider: the flow, who is let in, and answers that are not believed.
//! The provider is a small one on this machine, that says whatever a test wants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Utc;
use outlay_server::auth::oidc::Client;
use outlay_store::Role;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Caller, Running};

/// What the provider says, and what it was asked.
struct Says {
    issuer: String,
    key: EcdsaKeyPair,
    kid: &'static str,
    /// Claims over the usual ones.
    claims: Value,
    /// Header over the usual one.
    header: Value,
    /// How the token is signed otherwise.
    sign: Option<fn(&str) -> String>,
    userinfo: Value,
    challenge: String,
    nonce: String,
    refuses: bool,
    /// Whether it fails to say what it is, and how often it was asked to.
    down: bool,
    asked: usize,
}

type Shared = Arc<Mutex<Says>>;

fn url64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(word >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

fn merged(mut usual: Value, over: &Value) -> Value {
    for (name, value) in over.as_object().unwrap() {
        match value {
            Value::Null => usual.as_object_mut().unwrap().remove(name),
            value => usual.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    usual
}

impl Says {
    fn token(&self) -> String {
        let now = Utc::now().timestamp();
        let usual = json!({
            "iss": self.issuer, "aud": "outlay", "sub": "4711", "exp": now + 300, "iat": now,
            "nonce": self.nonce, "email": "Mia@Example.com", "email_verified": true, "name": "Mia",
        });
        let claims = merged(usual, &self.claims);
        let header = merged(json!({ "alg": "ES256", "kid": self.kid, "typ": "JWT" }), &self.header);
        let message = format!(
            "{}.{}",
            url64(header.to_string().as_bytes()),
            url64(claims.to_string().as_bytes())
        );
        let signature = match self.sign {
            Some(sign) => sign(&message),
            None => {
                let signed = self.key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
                url64(signed.as_ref())
            }
        };
        format!("{message}.{signature}")
    }
}

async fn metadata(State(says): State<Shared>) -> (StatusCode, Json<Value>) {
    let (issuer, down) = {
        let mut says = says.lock().unwrap();
        says.asked += 1;
        (says.issuer.clone(), says.down)
    };
    if down {
        // Long enough that others come meanwhile.
        tokio::time::sleep(Duration::from_millis(400)).await;
        return (StatusCode::SERVICE_UNAVAILABLE, Json(Value::Null));
    }
    let known = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
    });
    (StatusCode::OK, Json(known))
}

async fn keys(State(says): State<Shared>) -> Json<Value> {
    let says = says.lock().unwrap();
    let point = says.key.public_key().as_ref();
    Json(json!({ "keys": [
        { "kty": "RSA", "kid": "another", "use": "sig", "alg": "RS256", "n": "AQAB", "e": "AQAB" },
        { "kty": "EC", "crv": "P-256", "kid": says.kid, "use": "sig", "alg": "ES256",
          "x": url64(&point[1..33]), "y": url64(&point[33..]) },
    ] }))
}

async fn token(
    State(says): State<Shared>,
    headers: HeaderMap,
    form: String,
) -> (StatusCode, Json<Value>) {
    let says = says.lock().unwrap();
    let form: HashMap<_, _> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    // outlay:hush
    let proven = headers["authorization"] == "Basic b3V0bGF5Omh1c2g=";
    let challenged = url64(&Sha256::digest(form["code_verifier"].as_bytes())) == says.challenge;
    let asked = form["grant_type"] == "authorization_code"
        && form["code"] == "the-code"
        && form["redirect_uri"] == "https://outlay.example.com/api/session/sign-on/callback";
    if says.refuses || !(proven && challenged && asked) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    }
    let answer = json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": says.token() });
    (StatusCode::OK, Json(answer))
}

async fn userinfo(State(says): State<Shared>, headers: HeaderMap) -> (StatusCode, Json<Value>) {
    match headers["authorization"] == "Bearer at" {
        true => (StatusCode::OK, Json(says.lock().unwrap().userinfo.clone())),
        false => (StatusCode::UNAUTHORIZED, Json(Value::Null)),
    }
}

/// A server whose people sign in at a provider, and the provider.
struct Both {
    says: Shared,
    running: Running,
}

impl Both {
    fn start(change: impl FnOnce(&mut Client)) -> Self {
        Self::with(&[], change)
    }

    fn with(settings: &[(&str, f64)], change: impl FnOnce(&mut Client)) -> Self {
        let says = Arc::new(Mutex::new(Says {
            issuer: String::new(),
            key: key(),
            kid: "first",
            claims: json!({}),
            header: json!({}),
            sign: None,
            userinfo: json!({}),
            challenge: String::new(),
            nonce: String::new(),
            refuses: false,
            down: false,
            asked: 0,
        }));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        says.lock().unwrap().issuer = issuer.clone();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(Arc::clone(&says));
        let secret = {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), "hush").unwrap();
            let reference = format!("file:{}", file.path().display());
            outlay_config::SecretRef::parse(&reference).unwrap().resolve().unwrap()
        };
        let mut client = Client {
            issuer,
            name: "Example Login".to_owned(),
            id: "outlay".to_owned(),
            secret: Some(secret),
            callback: "https://outlay.example.com/api/session/sign-on/callback".parse().unwrap(),
            ca: None,
            domains: Vec::new(),
            new_role: Some(Role::Analyst),
        };
        change(&mut client);
        let running = Running::configured(settings, |config| config.oidc = Some(client));
        running.runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
        Self { says, running }
    }

    fn browser(&self) -> Caller {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .new_agent();
        Caller { agent, base: self.running.base.clone(), headers: Vec::new() }
    }

    /// Goes to the provider as a browser does; its cookie, and the parameters of the address.
    fn there(&self, page: &str) -> (Caller, Vec<(String, String)>) {
        let mut browser = self.browser();
        let answer = browser.get(&format!("/api/session/sign-on{page}"));
        assert_eq!(answer.status, 303, "{}", answer.text);
        let url: url::Url = answer.header("location").unwrap().parse().unwrap();
        let asked: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let of = |name: &str| asked.iter().find(|(key, _)| key == name).unwrap().1.clone();
        assert_eq!(
            (of("response_type"), of("client_id")),
            ("code".to_owned(), "outlay".to_owned())
        );
        assert_eq!(
            (of("code_challenge_method"), of("scope")),
            ("S256".to_owned(), "openid email profile".to_owned())
        );
        let mut says = self.says.lock().unwrap();
        (says.challenge, says.nonce) = (of("code_challenge"), of("nonce"));
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let pair = cookie.split(';').next().unwrap().to_owned();
        browser.headers.push(("cookie".to_owned(), pair));
        (browser, asked)
    }

    /// There and back again.
    fn sign_in(&self) -> Answer {
        let (browser, asked) = self.there("?next=/plan");
        let state = &asked.iter().find(|(key, _)| key == "state").unwrap().1;
        browser.get(&format!("/api/session/sign-on/callback?code=the-code&state={state}"))
    }

    /// Why somebody was not let in; nothing where they were.
    fn refused(&self) -> Option<String> {
        let answer = self.sign_in();
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = answer.header("location").unwrap();
        page.strip_prefix("/?sign-on=").map(str::to_owned)
    }

    fn say(&self, claims: Value) {
        self.says.lock().unwrap().claims = claims;
    }
}

/// Who an answer signs in.
fn who(both: &Both, answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.header("location")), (303, Some("/plan")), "{}", answer.text);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("outlay_session="), "{cookie}");
    both.running.nobody().with("cookie", &cookie).get("/api/session").body
}

#[test]
fn somebody_new_is_let_in_and_known_from_then_on() {
    let both = Both::start(|_| {});
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-setup"), "nobody is admin yet");
    let admin = both.running.admin();
    assert_eq!(both.running.nobody().get("/api/session").body["sign_on"]["name"], "Example Login");
    let first = who(&both, &both.sign_in());
    assert_eq!(
        (&first["user"]["email"], &first["user"]["name"]),
        (&json!("mia@example.com"), &json!("Mia"))
    );
    assert_eq!(first["role"], "analyst");
    // The identity counts, not the address, which may change hands.
    both.say(json!({ "email": "mia.married@example.com" }));
    assert_eq!(who(&both, &both.sign_in())["user"], first["user"]);
    both.say(json!({ "sub": "4712", "email": "leo@example.com" }));
    assert_eq!(who(&both, &both.sign_in())["user"]["email"], "leo@example.com");
    assert_eq!(admin.get("/api/users").body["items"].as_array().unwrap().len(), 3);
    // There is no password to guess.
    let form = json!({ "email": "mia@example.com", "password": "" });
    assert_eq!(both.running.nobody().post("/api/session", &form).status, 401);
}

#[test]
fn who_was_added_by_an_admin_is_known_by_an_address_that_was_checked() {
    let both = Both::start(|client| client.new_role = None);
    let admin = both.running.admin();
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-unknown"));
    let form = json!({ "name": "Mia", "email": "mia@example.com", "password": "correct horse battery", "role": "approver" });
    let id = admin.post("/api/users", &form).body["id"].clone();
    both.say(json!({ "email_verified": false }));
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-email"));
    both.say(json!({ "email_verified": null }));
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-email"));
    both.say(json!({}));
    let mia = who(&both, &both.sign_in());
    assert_eq!((&mia["user"]["id"], &mia["role"]), (&id, &json!("approver")));
    // Whoever was taken out of the workspace is signed in nowhere.
    assert_eq!(
        admin.ask("DELETE", &format!("/api/users/{}", id.as_str().unwrap()), None).status,
        204
    );
    assert_eq!(both.refused().as_deref(), Some("auth.no-workspace"));
}

#[test]
fn only_addresses_of_named_domains_are_let_in() {
    let both = Both::start(|client| client.domains = vec!["corp.example".to_owned()]);
    both.running.admin();
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-domain"));
    both.say(json!({ "email": "mia@corp.example.evil.example" }));
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-domain"));
    both.say(json!({ "email": "mia@Corp.Example" }));
    assert_eq!(both.refused(), None);
}

#[test]
fn what_the_token_leaves_out_is_asked_for() {
    let both = Both::start(|_| {});
    both.running.admin();
    both.say(json!({ "email": null, "email_verified": null, "name": null }));
    let more = |sub: &str| {
        let info = json!({ "sub": sub, "email": "mia@example.com", "email_verified": "true", "name": "Mia" });
        both.says.lock().unwrap().userinfo = info;
    };
    more("somebody else");
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-wrong"));
    more("4711");
    assert_eq!(who(&both, &both.sign_in())["user"]["name"], "Mia");
}

#[test]
fn tokens_that_are_not_for_us_now_are_not_believed() {
    let both = Both::start(|_| {});
    both.running.admin();
    let now = Utc::now().timestamp();
    for claims in [
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": null }),
        json!({ "aud": "somebody" }),
        json!({ "aud": ["outlay", "somebody"] }),
        json!({ "azp": "somebody" }),
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "exp": now - 60 }),
        json!({ "exp": null }),
        json!({ "iat": now + 600 }),
        json!({ "sub": null }),
    ] {
        both.say(claims.clone());
        assert_eq!(both.refused().as_deref(), Some("auth.oidc-wrong"), "{claims}");
    }
    both.say(json!({ "aud": ["outlay", "somebody"], "azp": "outlay" }));
    assert_eq!(both.refused(), None);
}

#[test]
fn signatures_that_are_none_are_not_believed() {
    let both = Both::start(|_| {});
    both.running.admin();
    let hmac: fn(&str) -> String = |message| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"hush");
        url64(ring::hmac::sign(&key, message.as_bytes()).as_ref())
    };
    let none: fn(&str) -> String = |_| String::new();
    let other: fn(&str) -> String =
        |message| url64(key().sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref());
    let ways = [
        ("no algorithm", json!({ "alg": "none" }), none),
        ("no signature", json!({}), none),
        ("another key", json!({}), other),
        ("the client's secret", json!({ "alg": "HS256" }), hmac),
        ("an unknown key", json!({ "kid": "third" }), other),
        ("a key of another kind", json!({ "kid": "another" }), other),
    ];
    for (name, header, sign) in ways {
        {
            let mut says = both.says.lock().unwrap();
            (says.header, says.sign) = (header, Some(sign));
        }
        assert_eq!(both.refused().as_deref(), Some("auth.oidc-wrong"), "{name}");
    }
}

#[test]
fn renewed_keys_are_asked_for() {
    let both = Both::start(|_| {});
    both.running.admin();
    assert_eq!(both.refused(), None);
    {
        let mut says = both.says.lock().unwrap();
        (says.key, says.kid) = (key(), "second");
    }
    // Not more often than once a second.
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(both.refused(), None);
}

#[test]
fn nobody_is_signed_in_by_a_link_of_somebody_else() {
    let both = Both::start(|_| {});
    both.running.admin();
    let (browser, asked) = both.there("");
    let state = &asked.iter().find(|(key, _)| key == "state").unwrap().1;
    let back = |caller: &Caller, query: String| {
        let answer = caller.get(&format!("/api/session/sign-on/callback?{query}"));
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.header("location").unwrap().to_owned()
    };
    let lost = "/?sign-on=auth.oidc-state";
    assert_eq!(back(&both.browser(), format!("code=the-code&state={state}")), lost);
    assert_eq!(back(&browser, "code=the-code&state=another".to_owned()), lost);
    assert_eq!(back(&browser, "code=the-code".to_owned()), lost);
    assert_eq!(
        back(&browser, format!("error=access_denied&state={state}")),
        "/?sign-on=auth.oidc-refused"
    );
    assert_eq!(
        back(&browser, format!("code=another&state={state}")),
        "/?sign-on=auth.oidc-refused"
    );
    assert_eq!(back(&browser, format!("code=the-code&state={state}")), "/");
}

#[test]
fn nobody_is_led_to_another_server() {
    let both = Both::start(|_| {});
    both.running.admin();
    for next in ["//evil.example", "https://evil.example", "/%5Cevil.example"] {
        let (browser, asked) = both.there(&format!("?next={next}"));
        let state = &asked.iter().find(|(key, _)| key == "state").unwrap().1;
        let answer =
            browser.get(&format!("/api/session/sign-on/callback?code=the-code&state={state}"));
        assert_eq!(answer.header("location"), Some("/"), "{next}");
    }
}

#[test]
fn a_provider_that_fails_is_said_to() {
    let both = Both::start(|_| {});
    both.running.admin();
    both.says.lock().unwrap().refuses = true;
    assert_eq!(both.refused().as_deref(), Some("auth.oidc-refused"));

    let down = Both::start(|client| client.issuer = "http://127.0.0.1:1".to_owned());
    let answer = down.browser().get("/api/session/sign-on");
    assert_eq!(answer.header("location"), Some("/?sign-on=auth.oidc-unreachable"));
    let other = Both::start(|client| client.issuer += "/");
    let answer = other.browser().get("/api/session/sign-on");
    assert_eq!(answer.header("location"), Some("/?sign-on=auth.oidc-wrong"), "another name");

    let none = Running::start();
    let answer = none.nobody().get("/api/session/sign-on");
    assert_eq!((answer.status, &answer.body["code"]), (404, &json!("auth.no-provider")));
}

#[test]
fn a_provider_that_is_down_is_asked_once_and_then_left_alone() {
    let pause = 3.0;
    let both = Both::with(&[("server.sign_on_pause_seconds", pause)], |_| {});
    both.running.admin();
    both.says.lock().unwrap().down = true;
    let refused = || {
        let answer = both.browser().get("/api/session/sign-on");
        assert_eq!(answer.header("location"), Some("/?sign-on=auth.oidc-wrong"), "{}", answer.text);
    };
    // Who comes while it is asked hears what it was asked for the first.
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(refused);
        }
    });
    assert_eq!(both.says.lock().unwrap().asked, 1);
    // Who comes afterwards is told the same, although it is up again.
    both.says.lock().unwrap().down = false;
    refused();
    assert_eq!(both.says.lock().unwrap().asked, 1);
    std::thread::sleep(Duration::from_secs_f64(pause));
    assert_eq!(both.refused(), None);
}
