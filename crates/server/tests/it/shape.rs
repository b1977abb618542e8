//! The form of requests and answers: problems, limits, the description.

use serde_json::json;

use crate::support::Running;

#[test]
fn failures_are_problems() {
    let running = Running::start();
    let admin = running.admin();
    let missing = "/api/models/00000000-0000-0000-0000-000000000000";
    let answers = [
        (running.nobody().get("/api/jobs"), 401),
        (admin.get("/api/nowhere"), 404),
        (admin.get(missing), 404),
        (admin.get("/api/models/nonsense"), 404),
        (admin.ask("PUT", "/api/jobs", None), 405),
        (admin.get("/api/jobs?state=sleeping"), 422),
        (admin.get("/api/jobs?cursor=nonsense"), 422),
        (admin.post("/api/models", &json!({ "dataset": 3 })), 422),
        (
            admin.with("content-type", "application/json").ask(
                "POST",
                "/api/models",
                Some(b"{".to_vec()),
            ),
            400,
        ),
        (admin.ask("POST", "/api/models", Some(b"{}".to_vec())), 415),
        (admin.send("PATCH", "/api/settings", &json!({ "plan.change_min": 7 })), 422),
        (admin.send("PATCH", "/api/settings", &json!({ "nonsense": 7 })), 422),
    ];
    for (answer, status) in answers {
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{}",
            answer.text
        );
        for key in ["type", "title", "code", "next"] {
            assert!(
                answer.body[key].as_str().is_some_and(|text| !text.is_empty()),
                "{key} {}",
                answer.text
            );
        }
        assert_eq!(answer.body["status"], status);
        assert!(answer.header("x-request-id").is_some());
    }
}

#[test]
fn answers_carry_their_headers() {
    let running = Running::start();
    let page = running.nobody().get("/");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'self'") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    let health = running.nobody().get("/api/health");
    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    assert_eq!(health.header("cache-control"), Some("no-store"));
}

#[test]
fn the_description_is_whole() {
    let running = Running::start();
    let document = running.nobody().get("/api/openapi.json").body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut names = std::collections::BTreeSet::new();
    let mut operations = std::collections::BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/"), "{path}");
        for (method, operation) in methods.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(!responses.is_empty(), "{method} {path}");
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name), "{method} {path} has another's name");
            assert!(operation["summary"].is_string(), "{method} {path} says nothing");
            operations.insert(format!("{method} {path}"));
            for parameter in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                let name = parameter.trim_end_matches('}');
                let named = operation["parameters"].as_array().unwrap();
                assert!(named.iter().any(|p| p["name"] == name), "{method} {path}");
            }
        }
    }
    assert!(operations.len() >= 60, "{operations:#?}");
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let running =
        Running::with(&[("server.body_bytes_max", 2000.0), ("server.upload_bytes_max", 5000.0)]);
    let admin = running.admin();
    let long = json!({ "name": "x".repeat(5000), "role": "viewer" });
    assert_eq!(admin.post("/api/tokens", &long).status, 413);
    let file = admin.upload("big.csv", &vec![b'x'; 6000]);
    assert_eq!((file.status, &file.body["code"]), (413, &json!("upload.too-large")));
    assert_eq!(admin.upload("empty.csv", b"").body["code"], "upload.empty");
    assert_eq!(admin.get("/api/uploads").body["items"], json!([]));
}

#[test]
fn names_of_files_lead_nowhere() {
    let running = Running::start();
    let admin = running.admin();
    for (name, kept) in [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("%2Fabs%2Fx.csv", "x.csv"),
        ("C:%5Cx.csv", "x.csv"),
        ("%3Cscript%3E.csv", "<script>.csv"),
    ] {
        let sent = admin.upload(name, b"a,b\n1,2\n");
        assert_eq!((sent.status, &sent.body["name"]), (201, &json!(kept)));
        assert_eq!(sent.body["bytes"], 8);
        assert_eq!(sent.body["sha256"].as_str().unwrap().len(), 64);
    }
    assert_eq!(admin.upload("..", b"a").body["code"], "upload.name");
}
