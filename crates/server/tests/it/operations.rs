//! For those who operate the server: measures, readiness, and answers that are kept.

use outlay_config::{Flag, Sources, keys};
use outlay_server::{Config, Server};
use serde_json::json;

use crate::support::{Caller, Running, brand};

/// The value of a measure; `line` is its name with its labels.
fn measure(text: &str, line: &str) -> Option<f64> {
    let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    found.and_then(|number| number.trim().parse().ok())
}

/// A data set, and a model that learnt from it.
fn learnt(admin: &Caller) -> (String, String) {
    let upload = admin.upload("brand.csv", &brand(110)).body["id"].clone();
    let form = json!({ "upload": upload, "name": "Brand" });
    let dataset = admin.post("/api/datasets", &form).body["id"].as_str().unwrap().to_owned();
    let form = json!({ "dataset": dataset, "preset": "meridian", "method": "laplace", "seed": 3 });
    let begun = admin.post("/api/models", &form).body;
    assert_eq!(admin.wait(&begun["job"])["state"], "succeeded");
    (dataset, begun["model"].as_str().unwrap().to_owned())
}

#[test]
fn what_happens_is_measured() {
    let running = Running::start();
    let admin = running.admin();
    let (_, model) = learnt(&admin);
    for _ in 0..2 {
        assert_eq!(admin.get(&format!("/api/models/{model}/summary")).status, 200);
    }
    assert_eq!(admin.get("/api/models/nonsense").status, 404);
    let answer = admin.get("/api/metrics");
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    let text = &answer.text;
    for (line, least) in [
        (
            "outlay_http_request_seconds_count{method=\"GET\",route=\"/api/models/{id}/summary\",status=\"200\"}",
            2.0,
        ),
        (
            "outlay_http_request_seconds_count{method=\"GET\",route=\"/api/models/{id}\",status=\"404\"}",
            1.0,
        ),
        ("outlay_job_seconds_count{kind=\"fit\",outcome=\"succeeded\"}", 1.0),
        ("outlay_store_statement_seconds_count{statement=\"select models\"}", 2.0),
        ("outlay_store_statement_seconds_count{statement=\"commit\"}", 1.0),
        ("outlay_cache_answers_total{place=\"memory\"}", 1.0),
        ("outlay_cache_answers_total{place=\"none\"}", 1.0),
        ("outlay_http_requests_running", 1.0),
        ("process_start_time_seconds", 1e9),
        ("process_resident_memory_bytes", 1e6),
    ] {
        let found = measure(text, line);
        assert!(found.is_some_and(|found| found >= least), "{line}: {found:?}\n{text}");
    }
    assert_eq!(measure(text, "outlay_live_listeners"), Some(0.0));
    // Nobody's name, no row and no workspace is a label.
    assert!(!text.contains(&model) && !text.contains("ana@example.com"), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

/// A server with settings of its own.
fn configured(settings: &[(&str, &str)]) -> (tempfile::TempDir, tokio::runtime::Runtime, Server) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let data = folder.path().display().to_string();
    let all = [("server.listen", "127.0.0.1:0"), ("server.data", data.as_str())];
    let flags: Vec<Flag> =
        all.iter().chain(settings).map(|(key, value)| Flag::named("--set", key, *value)).collect();
    let sources = Sources { flags, ..Sources::default() };
    let config = Config::of(sources.load().unwrap(), sources).unwrap();
    let server = runtime.block_on(Server::start(config)).unwrap();
    (folder, runtime, server)
}

#[test]
fn the_measures_are_for_admins_and_for_who_shows_their_token() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "scrape-me\n").unwrap();
    let reference = format!("file:{}", secret.path().display());
    let caller = |server: &Server, token: &str| {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let base = format!("http://{}", server.address);
        let caller = Caller { agent, base, headers: Vec::new() };
        match token {
            "" => caller,
            token => caller.with("authorization", &format!("Bearer {token}")),
        }
    };
    let access = keys::METRICS_ACCESS.definition.name;
    let token = keys::METRICS_TOKEN.definition.name;
    for (settings, open, shown) in [
        (vec![], 401, 401),
        (vec![(token, reference.as_str())], 401, 200),
        (vec![(access, "loopback")], 200, 401),
        (vec![(access, "off")], 404, 401),
    ] {
        let (_folder, runtime, server) = configured(&settings);
        let (nobody, scraper) = (caller(&server, ""), caller(&server, "scrape-me"));
        assert_eq!(nobody.get("/api/metrics").status, open, "{settings:?}");
        assert_eq!(scraper.get("/api/metrics").status, shown, "{settings:?}");
        // The token opens nothing else.
        assert_eq!(scraper.get("/api/jobs").status, 401);
        assert_eq!(caller(&server, "scrape-m").get("/api/metrics").status, 401);
        runtime.block_on(server.stop());
    }
}

#[test]
fn readiness_tells_what_is_missing() {
    let running = Running::with(&[("server.ready_seconds", 0.0)]);
    let ready = running.nobody().get("/api/ready");
    assert_eq!((ready.status, &ready.body["status"]), (200, &json!("ready")), "{}", ready.text);
    let names = |answer: &crate::support::Answer, ok: bool| -> Vec<String> {
        let checks = answer.body["checks"].as_array().unwrap().iter();
        let found = checks.filter(|check| check["ok"] == ok);
        found.map(|check| check["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&ready, true), ["database", "schema", "objects", "worker"]);
    let server = running.server.as_ref().unwrap();
    // Somebody went back to an older schema under the running server.
    running.runtime.block_on(async {
        let all = server.app.store.schema().await.unwrap().names.len();
        server.app.store.migrate_to(all - 1, chrono::Utc::now()).await.unwrap();
    });
    let behind = running.nobody().get("/api/ready");
    assert_eq!((behind.status, names(&behind, false)), (503, vec!["schema".to_owned()]));
    assert_eq!(running.nobody().get("/api/health").status, 200);
    running.runtime.block_on(async {
        server.app.store.migrate(chrono::Utc::now()).await.unwrap();
        server.app.store.close().await.unwrap();
    });
    let gone = running.nobody().get("/api/ready");
    assert_eq!(
        (gone.status, names(&gone, false)),
        (503, vec!["database".to_owned(), "schema".to_owned()])
    );
}

#[test]
fn a_kept_answer_is_the_one_that_would_be_made_and_never_a_stale_one() {
    let running = Running::start();
    let admin = running.admin();
    let (dataset, model) = learnt(&admin);
    let form = json!({ "model": model, "question": { "horizon": 8 } });
    let begun = admin.post("/api/plans", &form).body;
    assert_eq!(admin.wait(&begun["job"])["state"], "succeeded");
    let plan = begun["plan"].as_str().unwrap();
    admin.wait(&admin.get(&format!("/api/plans/{plan}")).body["study"]);
    let paths = [
        "/api/dashboard/summary".to_owned(),
        format!("/api/datasets/{dataset}/series"),
        format!("/api/models/{model}/summary"),
        format!("/api/models/{model}/curves"),
        format!("/api/models/{model}/curves?channel=tv&spend=1000,2000.5"),
        format!("/api/models/compare?left={model}&right={model}"),
        format!("/api/plans/{plan}/document"),
        format!("/api/plans/{plan}/sensitivity"),
    ];
    let all = |caller: &Caller| -> Vec<String> {
        let answers = paths.iter().map(|path| caller.get(path));
        answers
            .map(|answer| {
                assert_eq!(answer.status, 200, "{}", answer.text);
                answer.text
            })
            .collect()
    };
    let server = running.server.as_ref().unwrap();
    let hits = || {
        measure(&admin.get("/api/metrics").text, "outlay_cache_answers_total{place=\"memory\"}")
            .unwrap()
    };
    let made = all(&admin);
    let before = hits();
    let kept = all(&admin);
    assert_eq!(hits() - before, paths.len() as f64);
    assert_eq!(made, kept);

    // The same store without a cache.
    let secret =
        admin.post("/api/tokens", &json!({ "name": "t", "role": "viewer" })).body["secret"].clone();
    let mut config = Config::new("127.0.0.1:0".parse().unwrap(), running.folder());
    config.workers = false;
    config.registry = config.registry.and("store.cache_bytes", 0.0).unwrap();
    let without = running.runtime.block_on(Server::start(config)).unwrap();
    let program = Caller { base: format!("http://{}", without.address), ..running.nobody() };
    let program = program.with("authorization", &format!("Bearer {}", secret.as_str().unwrap()));
    assert_eq!(all(&program), made);
    assert_eq!(all(&program), made);
    assert_eq!(without.app.cache_figures().hits, 0);
    running.runtime.block_on(without.stop());

    // A change is seen at once: a published model is another version.
    assert_eq!(serde_json::from_str::<serde_json::Value>(&made[0]).unwrap()["model"], json!(null));
    assert_eq!(admin.post(&format!("/api/models/{model}/publish"), &json!({})).status, 200);
    assert_eq!(admin.get(&paths[0]).body["model"]["id"], json!(model));
    // What is deleted is gone, kept or not.
    assert_eq!(admin.ask("DELETE", &format!("/api/plans/{plan}"), None).status, 204);
    assert_eq!(admin.get(&paths[6]).status, 404);
    assert!(server.app.cache_figures().hits >= paths.len() as u64);
}
