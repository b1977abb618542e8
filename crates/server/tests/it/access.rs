//! Who may do what: first run, signing in, roles, other workspaces.

use serde_json::json;

use crate::support::{Caller, PASSWORD, Running, on_both};

const ROLES: [&str; 5] = ["viewer", "analyst", "approver", "operator", "admin"];

#[test]
fn the_first_run_happens_once() {
    on_both(|running| {
        let nobody = running.nobody();
        assert_eq!(nobody.get("/api/session").body["setup_needed"], true);
        let short = json!({ "name": "A", "email": "a@b.c", "password": "short", "workspace": "W" });
        let refused = nobody.post("/api/setup", &short);
        assert_eq!((refused.status, &refused.body["code"]), (422, &json!("user.password")));
        let answers: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|n| {
                    let nobody = running.nobody();
                    scope.spawn(move || {
                        let form = json!({
                            "name": "A", "email": format!("a{n}@b.c"), "password": PASSWORD,
                            "workspace": "W",
                        });
                        nobody.post("/api/setup", &form).status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), 3, "{answers:?}");
    });
}

#[test]
fn sessions_begin_and_end() {
    on_both(|running| {
        let admin = running.admin();
        let who = admin.get("/api/session").body;
        assert_eq!((&who["role"], &who["user"]["name"]), (&json!("admin"), &json!("Ana")));
        assert_eq!(who["workspace"]["currency"], "EUR");
        let nobody = running.nobody();
        let wrong =
            nobody.post("/api/session", &json!({ "email": "ana@example.com", "password": "x" }));
        assert_eq!((wrong.status, &wrong.body["code"]), (401, &json!("auth.wrong")));
        let unknown = nobody.post("/api/session", &json!({ "email": "x@y.z", "password": "x" }));
        assert_eq!(unknown.body, wrong.body, "nobody learns which of the two was wrong");
        let right = nobody
            .post("/api/session", &json!({ "email": "ANA@example.com", "password": PASSWORD }));
        let cookie = right.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(admin.ask("DELETE", "/api/session", None).status, 204);
        assert_eq!(admin.get("/api/jobs").status, 401);
        let forged = nobody.with("cookie", "outlay_session=0123456789abcdef");
        assert_eq!(forged.get("/api/jobs").status, 401);
        let forged = nobody.with("authorization", "Bearer outlay_0123");
        assert_eq!(forged.get("/api/jobs").body["code"], "auth.token");
    });
}

#[test]
fn sign_ins_are_limited() {
    let running = Running::with(&[("server.login_attempts_per_minute", 3.0)]);
    let nobody = running.nobody();
    let form = json!({ "email": "x@y.z", "password": "x" });
    let statuses: Vec<u16> = (0..5).map(|_| nobody.post("/api/session", &form).status).collect();
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
}

#[test]
fn changes_need_the_token_of_our_own_page() {
    on_both(|running| {
        let admin = running.admin();
        let form = json!({ "name": "ci", "role": "viewer" });
        let without = admin.without("x-csrf-token").post("/api/tokens", &form);
        assert_eq!((without.status, &without.body["code"]), (403, &json!("auth.csrf")));
        assert_eq!(admin.with("x-csrf-token", "wrong").post("/api/tokens", &form).status, 403);
        let made = admin.post("/api/tokens", &form);
        assert_eq!(made.status, 201);
        // A token needs no cookie and no other token; its role is its own.
        let secret = made.body["secret"].as_str().unwrap();
        let program = running.nobody().with("authorization", &format!("Bearer {secret}"));
        assert_eq!(program.get("/api/jobs").status, 200);
        assert_eq!(program.post("/api/demo", &json!({})).status, 403);
        assert_eq!(program.get("/api/tokens").text.matches(secret).count(), 0);
        let id = made.body["id"].as_str().unwrap();
        assert_eq!(admin.ask("DELETE", &format!("/api/tokens/{id}"), None).status, 204);
        assert_eq!(program.get("/api/jobs").status, 401);
    });
}

/// Asks every endpoint with every role. What an endpoint needs is read from its description, which
/// is made of the list of routes.
#[test]
fn every_endpoint_keeps_its_role() {
    on_both(|running| {
        let admin = running.admin();
        let callers: Vec<_> = ROLES
            .iter()
            .map(|role| match *role {
                "admin" => admin.clone(),
                role => running.person(&admin, role),
            })
            .collect();
        let document = admin.get("/api/openapi.json").body;
        let mut asked = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let Some(least) = operation["security"][0]["session"][0].as_str() else {
                    let open = [
                        "/api/health",
                        "/api/health/live",
                        "/api/ready",
                        "/api/session",
                        "/api/session/sign-on",
                        "/api/session/sign-on/callback",
                        "/api/setup",
                    ];
                    assert!(open.contains(&path.as_str()), "{method} {path} is open");
                    continue;
                };
                if path == "/api/events" || path == "/api/demo" {
                    continue;
                }
                let place = path.replace("{id}", "00000000-0000-0000-0000-000000000000");
                let needed = ROLES.iter().position(|role| *role == least).unwrap();
                let method = method.to_uppercase();
                // A body that no endpoint takes: what is allowed changes nothing.
                let ask = |caller: &Caller| match method.as_str() {
                    "GET" | "HEAD" | "DELETE" => caller.ask(&method, &place, None),
                    _ => caller.send(&method, &place, &json!([])),
                };
                assert_eq!(ask(&running.nobody()).status, 401, "{method} {path}");
                for (rank, caller) in callers.iter().enumerate() {
                    let answer = ask(caller);
                    let refused = answer.status == 403;
                    assert_eq!(
                        refused,
                        rank < needed,
                        "{method} {path} as {}: {}",
                        ROLES[rank],
                        answer.text
                    );
                    assert!(answer.status < 500, "{method} {path}: {}", answer.text);
                    asked += 1;
                }
            }
        }
        assert!(asked > 150, "{asked}");
    });
}
