//! Workspaces are closed to each other, and what people call things is text everywhere.

use std::collections::HashMap;

use outlay_store::{ApiToken, Role, TokenHash, User, Workspace};
use serde_json::{Value, json};

use crate::contract::{model, proposed};
use crate::support::{Caller, Running, on_both};

/// The admin of another workspace on the same server; and that workspace.
fn eve(running: &Running) -> (Caller, String) {
    let store = &running.server.as_ref().unwrap().app.store;
    let now = chrono::Utc::now();
    let shop = Workspace {
        name: "Other".to_owned(),
        currency: "USD".parse().unwrap(),
        time_zone: "UTC".to_owned(),
    };
    let user =
        User { email: "eve@example.com".to_owned(), name: "Eve".to_owned(), disabled: false };
    let other = running.runtime.block_on(async {
        let shop = store.workspaces().create(shop, now).await.unwrap();
        let user = store.users().create(user, now).await.unwrap();
        let role = Role::Admin;
        store.workspace(shop.id).members().set(user.id, role, now).await.unwrap();
        let token = ApiToken {
            user_id: user.id,
            name: "t".to_owned(),
            prefix: "t".to_owned(),
            token_hash: TokenHash::of("eve"),
            role,
            expires_at: None,
            seen_at: None,
            revoked_at: None,
        };
        store.workspace(shop.id).api_tokens().create(token, now).await.unwrap();
        shop.id.to_string()
    });
    (running.nobody().with("authorization", "Bearer eve"), other)
}

/// One of everything that has an address, by the part of the address that names its kind.
fn one_of_each(running: &Running, admin: &Caller) -> HashMap<&'static str, String> {
    let model = model(admin);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let first = |path: &str| text(&admin.get(path).body["items"][0]["id"]);
    let form = json!({ "model": model, "question": { "horizon": 4 } });
    let begun = admin.post("/api/plans", &form).body;
    assert_eq!(admin.wait(&begun["job"])["state"], "succeeded");
    let recommendation = proposed(running, 60);
    let token = admin.post("/api/tokens", &json!({ "name": "t", "role": "viewer" }));
    HashMap::from([
        ("uploads", first("/api/uploads")),
        ("datasets", first("/api/datasets")),
        ("models", model),
        ("plans", text(&begun["plan"])),
        ("jobs", text(&begun["job"])),
        ("campaigns", first("/api/campaigns")),
        ("recommendations", recommendation),
        ("tokens", text(&token.body["id"])),
        ("users", text(&admin.get("/api/session").body["user"]["id"])),
    ])
}

/// A body that an endpoint would take, so that nothing but the workspace is in the way.
fn body(path: &str, mapping: &Value) -> Value {
    match path.rsplit('/').next().unwrap() {
        "approve" | "reject" => json!({ "content_hash": "ab".repeat(32) }),
        "check" => json!({ "mapping": mapping }),
        "password" => json!({ "password": "correct horse battery" }),
        "{id}" => json!({ "role": "viewer" }),
        _ => json!({}),
    }
}

#[test]
fn nothing_reaches_across_workspaces() {
    on_both(|running| {
        let admin = running.admin();
        let things = one_of_each(running, &admin);
        let (eve, other) = eve(running);
        assert_eq!(eve.get("/api/session").body["workspace"]["name"], "Other");
        let described = admin.get(&format!("/api/uploads/{}/description", things["uploads"])).body;
        let mapping = described["mapping"].clone();
        assert!(mapping.is_object(), "{described}");
        let mut asked = 0;
        for (path, methods) in admin.get("/api/openapi.json").body["paths"].as_object().unwrap() {
            let kind = path.split('/').nth(2).unwrap();
            if !path.contains("{id}") {
                continue;
            }
            let thing = things.get(kind).unwrap_or_else(|| panic!("make one of {kind} above"));
            let place = path.replace("{id}", thing);
            for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
                let format = if path.ends_with("/export") { "?format=csv" } else { "" };
                let place = format!("{place}{format}");
                let refused = match method.as_str() {
                    "GET" | "HEAD" | "DELETE" => eve.ask(&method, &place, None),
                    "PATCH" if kind == "uploads" => eve
                        .with("upload-offset", "0")
                        .with("content-type", "application/offset+octet-stream")
                        .ask("PATCH", &place, Some(vec![1])),
                    _ => eve.send(&method, &place, &body(path, &mapping)),
                };
                assert_eq!(refused.status, 404, "{method} {path}: {}", refused.text);
                asked += 1;
            }
        }
        assert!(asked >= 35, "{asked}");

        // Nor what a body or a parameter names.
        let named = [
            ("/api/datasets", json!({ "upload": things["uploads"], "name": "stolen" })),
            (
                "/api/models",
                json!({ "dataset": things["datasets"], "preset": "meridian", "seed": 1 }),
            ),
            ("/api/plans", json!({ "model": things["models"], "question": { "horizon": 4 } })),
        ];
        for (path, form) in named {
            let refused = eve.post(path, &form);
            assert_eq!(refused.status, 404, "{path}: {}", refused.text);
        }
        let lists = [
            "uploads",
            "datasets",
            "models",
            "plans",
            "jobs",
            "campaigns",
            "recommendations",
            "bq/mmm/curves",
            "bq/mmm/allocations",
        ];
        for list in lists {
            let path = format!("/api/{list}");
            assert_ne!(admin.get(&path).body["items"], json!([]), "{path}");
            assert_eq!(eve.get(&path).body["items"], json!([]), "{path}");
        }
        let curves = format!("/api/bq/mmm/curves?model={}", things["models"]);
        assert!([&json!([]), &Value::Null].contains(&&eve.get(&curves).body["items"]), "{curves}");
        let compared = format!("/api/models/compare?left={0}&right={0}", things["models"]);
        assert_eq!(eve.get(&compared).status, 404);
        let compared = format!("/api/plans/compare?ids={0},{0}", things["plans"]);
        assert_eq!(eve.get(&compared).status, 404);
        // A workspace that one does not belong to is none.
        assert_eq!(admin.with("x-workspace", &other).get("/api/jobs").status, 404);
        // And everything is still there.
        for (kind, thing) in &things {
            if ["tokens", "users"].contains(kind) {
                continue;
            }
            assert_eq!(admin.get(&format!("/api/{kind}/{thing}")).status, 200, "{kind}");
        }
    });
}

/// Names with scripts come back as they are, as data that no browser takes for a page.
#[test]
fn a_script_in_a_name_stays_text() {
    on_both(|running| {
        let mut admin = running.nobody();
        let script = "<script>alert('x')</script><img src=x onerror=alert(1)>";
        let form = json!({
            "name": script, "email": "ana@example.com", "password": "correct horse battery", "workspace": script,
        });
        let answer = admin.post("/api/setup", &form);
        assert_eq!(answer.status, 201, "{}", answer.text);
        admin.sign(&answer);
        let file = format!("week,revenue,{script}_spend\n2024-01-01,1,2\n2024-01-08,2,3\n");
        let upload = admin.upload(&format!("{}.csv", script.replace('/', "")), file.as_bytes());
        assert!(upload.status < 500, "{}", upload.text);
        admin.post("/api/tokens", &json!({ "name": script, "role": "viewer" }));
        let paths = ["/api/session", "/api/users", "/api/tokens", "/api/uploads"];
        let uploaded =
            upload.body["id"].as_str().map(|id| format!("/api/uploads/{id}/description"));
        for path in paths.map(str::to_owned).into_iter().chain(uploaded) {
            let answer = admin.get(&path);
            assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert!(answer.text.contains("alert("), "{path}: {}", answer.text);
        }
        let session = admin.get("/api/session").body;
        assert_eq!(
            (&session["user"]["name"], &session["workspace"]["name"]),
            (&json!(script), &json!(script))
        );
    });
}
