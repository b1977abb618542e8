//! Passwords are changed by their person, and given anew by an admin.

use serde_json::json;

use crate::support::{PASSWORD, on_both};

#[test]
fn a_person_changes_their_password() {
    on_both(|running| {
        let admin = running.admin();
        let mut ana = running.person(&admin, "analyst");
        let elsewhere = {
            let mut caller = running.nobody();
            let form = json!({ "email": "analyst@example.com", "password": PASSWORD });
            let answer = caller.post("/api/session", &form);
            caller.sign(&answer);
            caller
        };
        let change = |current: &str, password: &str| {
            ana.send(
                "PUT",
                "/api/session/password",
                &json!({ "current": current, "password": password }),
            )
        };
        assert_eq!(change("guessed it wrong", "another good one").status, 403);
        assert_eq!(change(PASSWORD, "short").status, 422);
        let changed = change(PASSWORD, "another good one");
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!(elsewhere.get("/api/jobs").status, 401, "other sessions end");
        assert_eq!(ana.get("/api/jobs").status, 401, "and this one began anew");
        ana.sign(&changed);
        assert_eq!(ana.get("/api/jobs").status, 200);
        let sign_in = |password: &str| {
            let form = json!({ "email": "analyst@example.com", "password": password });
            running.nobody().post("/api/session", &form).status
        };
        assert_eq!((sign_in(PASSWORD), sign_in("another good one")), (401, 200));

        let token = admin.post("/api/tokens", &json!({ "name": "t", "role": "admin" }));
        let secret = token.body["secret"].as_str().unwrap();
        let program = running.nobody().with("authorization", &format!("Bearer {secret}"));
        let form = json!({ "current": PASSWORD, "password": "another good one" });
        assert_eq!(program.send("PUT", "/api/session/password", &form).status, 403);
    });
}

#[test]
fn an_admin_gives_a_new_password() {
    on_both(|running| {
        let admin = running.admin();
        let ana = running.person(&admin, "analyst");
        let id = ana.get("/api/session").body["user"]["id"].as_str().unwrap().to_owned();
        let place = format!("/api/users/{id}/password");
        let form = json!({ "password": "another good one" });
        assert_eq!(ana.send("PUT", &place, &form).status, 403);
        assert_eq!(admin.send("PUT", &place, &json!({ "password": "short" })).status, 422);
        assert_eq!(admin.send("PUT", &place, &form).status, 204);
        assert_eq!(ana.get("/api/jobs").status, 401, "their sessions end");
        let sign_in = json!({ "email": "analyst@example.com", "password": "another good one" });
        assert_eq!(running.nobody().post("/api/session", &sign_in).status, 200);

        // Whoever has rights elsewhere must not be taken over from here.
        let server = running.server.as_ref().unwrap();
        running.runtime.block_on(async {
            let store = &server.app.store;
            let shop = outlay_store::Workspace {
                name: "Other".to_owned(),
                currency: "USD".parse().unwrap(),
                time_zone: "UTC".to_owned(),
            };
            let now = chrono::Utc::now();
            let shop = store.workspaces().create(shop, now).await.unwrap();
            let role = outlay_store::Role::Admin;
            store.workspace(shop.id).members().set(id.parse().unwrap(), role, now).await.unwrap();
        });
        let refused = admin.send("PUT", &place, &form);
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("user.elsewhere")));
    });
}
