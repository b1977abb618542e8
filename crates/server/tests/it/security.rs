//! What an attacker tries: identities that are over, and pages of other sites.

use chrono::{TimeDelta, Utc};
use outlay_store::{ApiToken, Id, NewSession, Role, TokenHash, User, WorkspaceId};
use serde_json::json;

use crate::support::Running;

#[test]
fn what_is_over_opens_nothing() {
    let running = Running::start();
    let admin = running.admin();
    let who = admin.get("/api/session").body;
    let user: Id<User> = serde_json::from_value(who["user"]["id"].clone()).unwrap();
    let place: WorkspaceId = serde_json::from_value(who["workspace"]["id"].clone()).unwrap();
    let store = &running.server.as_ref().unwrap().app.store;
    for (name, ends, status) in [("lasts", 60, 200), ("over", -1, 401)] {
        let expires_at = Utc::now() + TimeDelta::seconds(ends);
        running.runtime.block_on(async {
            let session = NewSession {
                user_id: user,
                token: TokenHash::of(name),
                csrf: TokenHash::of("csrf"),
                expires_at,
                address: None,
                agent: None,
            };
            store.sessions().open(session, Utc::now()).await.unwrap();
            let token = ApiToken {
                user_id: user,
                name: name.to_owned(),
                prefix: name.to_owned(),
                token_hash: TokenHash::of(&format!("token {name}")),
                role: Role::Admin,
                expires_at: Some(expires_at),
                seen_at: None,
                revoked_at: None,
            };
            store.workspace(place).api_tokens().create(token, Utc::now()).await.unwrap();
        });
        let browser = running.nobody().with("cookie", &format!("outlay_session={name}"));
        assert_eq!(browser.get("/api/jobs").status, status, "session {name}");
        let program = running.nobody().with("authorization", &format!("Bearer token {name}"));
        assert_eq!(program.get("/api/jobs").status, status, "token {name}");
    }
}

/// Every endpoint that changes something, as the description lists them.
#[test]
fn no_change_comes_from_another_page() {
    let running = Running::start();
    let admin = running.admin();
    let mut asked = 0;
    for (path, methods) in admin.get("/api/openapi.json").body["paths"].as_object().unwrap() {
        let place = path.replace("{id}", "00000000-0000-0000-0000-000000000000");
        for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            // Signing in and setting up may have no token yet: they need a password.
            let signs_in = method == "POST" && ["/api/session", "/api/setup"].contains(&&**path);
            if ["GET", "HEAD"].contains(&&*method) || signs_in {
                continue;
            }
            let without = admin.without("x-csrf-token");
            for caller in [without.clone(), without.with("x-csrf-token", "0123")] {
                let refused = caller.send(&method, &place, &json!({}));
                let found = (refused.status, &refused.body["code"]);
                assert_eq!(found, (403, &json!("auth.csrf")), "{method} {path}");
            }
            asked += 1;
        }
    }
    assert!(asked >= 15, "{asked}");
    assert_eq!(admin.get("/api/session").body["role"], "admin", "nothing signed out");
}
