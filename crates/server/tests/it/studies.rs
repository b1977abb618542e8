//! Studies of plans: jobs that follow their plans.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use outlay_core::registry::Registry;
use outlay_engine::learn::Fit;
use outlay_engine::plan::{Question, sensitivity};
use outlay_engine::{Run, Unclocked};
use outlay_server::{Config, Server};
use outlay_store::Page;
use serde_json::{Value, json};

use crate::contract::model;
use crate::support::{Caller, Running, on_both};

/// A plan that is ready; its address.
fn planned(admin: &Caller, model: &str, question: &Value) -> String {
    let begun = admin.post("/api/plans", &json!({ "model": model, "question": question })).body;
    assert_eq!(admin.wait(&begun["job"])["state"], "succeeded");
    format!("/api/plans/{}", begun["plan"].as_str().unwrap())
}

/// Files of artefacts whose names begin so.
fn files(running: &Running, start: &str) -> Vec<(String, Vec<u8>)> {
    let app = &running.server.as_ref().unwrap().app;
    running.runtime.block_on(async {
        let workspace = app.store.workspaces().list(Page::default()).await.unwrap().rows[0].id;
        let mut found = Vec::new();
        for key in app.objects.list(workspace, None).await.unwrap() {
            let name = key.as_str().split('/').skip(2).collect::<Vec<_>>().join("/");
            if name.starts_with(start) {
                found.push((name, app.objects.get(&key).await.unwrap().to_vec()));
            }
        }
        found
    })
}

/// What the step itself says of the stored fit, as the command line asks it.
fn by_the_engine(running: &Running, question: &Value) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files(running, "model-") {
        let (_, name) = name.split_once('/').unwrap();
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let fit = Fit::open(folder.path()).unwrap();
    let (registry, cancel) = (Registry::default(), AtomicBool::new(false));
    let run = Run {
        registry: &registry,
        clock: &Unclocked,
        watch: &|_| (),
        cancel: &cancel,
        partial: false,
        threads: None,
    };
    let asked: Question = serde_json::from_value(question.clone()).unwrap();
    serde_json::to_value(sensitivity(&fit, &asked, run).unwrap()).unwrap()
}

#[test]
fn a_study_follows_its_plan() {
    on_both(|running| {
        let admin = running.admin();
        let model = model(&admin);
        let question = json!({ "horizon": 8 });
        let plan = planned(&admin, &model, &question);
        let address = format!("{plan}/sensitivity");
        // What the plan was made with counts, whatever is set afterwards.
        let fewer = json!({ "plan.knowledge_draws": 9, "plan.knowledge_groups": 2 });
        assert_eq!(admin.send("PATCH", "/api/settings", &fewer).status, 200);
        let study = admin.get(&plan).body["study"].clone();
        let early = admin.get(&address);
        assert!([200, 409].contains(&early.status), "{}", early.text);
        let job = admin.wait(&study);
        assert_eq!((&job["state"], &job["kind"]), (&json!("succeeded"), &json!("study")), "{job}");
        assert_eq!(job["subject"]["kind"], "plan");
        let made = admin.get(&address);
        assert_eq!(made.status, 200, "{}", made.text);
        let mut same = by_the_engine(running, &question);
        same["sentence"] = made.body["sentence"].clone();
        assert_eq!(made.body, same);

        // Whoever asks for it gets what is there.
        let again = admin.post(&address, &json!({}));
        assert_eq!((again.status, &again.body["job"]), (200, &study));
        // The plan is known by its own job still.
        let row = admin.get(&plan).body;
        assert_ne!(row["job"], study);
        assert_eq!(admin.get(&format!("/api/jobs/{}", row["job"].as_str().unwrap())).status, 200);
        // It goes away with its plan.
        let folder = format!("plan-{}", plan.rsplit('/').next().unwrap());
        let study = format!("{folder}/sensitivity.json");
        assert!(files(running, &folder).iter().any(|(name, _)| *name == study));
        assert_eq!(admin.ask("DELETE", &plan, None).status, 204);
        assert_eq!(admin.get(&address).status, 404);
        assert!(files(running, &folder).is_empty());
    });
}

#[test]
fn a_study_is_stopped_and_begun_again() {
    on_both(|running| {
        let admin = running.admin();
        let model = model(&admin);
        // A search for each draw, so that it lasts.
        let dear = json!({ "plan.knowledge_draws": 100_000, "plan.knowledge_groups": 1000 });
        assert_eq!(admin.send("PATCH", "/api/settings", &dear).status, 200);
        let plan = planned(&admin, &model, &json!({ "horizon": 8 }));
        let address = format!("{plan}/sensitivity");
        let study = admin.get(&plan).body["study"].clone();
        let job = format!("/api/jobs/{}", study.as_str().unwrap());
        let began = Instant::now();
        let running = loop {
            let found = admin.get(&job).body;
            if found["progress"]["fraction"].as_f64().unwrap() > 0.0 {
                break found;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "{found}");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(running["state"], "running", "{running}");
        let words = running["progress"]["message"].as_str().unwrap();
        assert!(words.ends_with("searches done"), "{words}");
        let early = admin.get(&address);
        assert_eq!((early.status, &early.body["code"]), (409, &json!("plan.study-not-ready")));
        assert!(early.text.contains(study.as_str().unwrap()), "{}", early.text);
        let other = admin.post(&address, &json!({}));
        assert_eq!((other.status, &other.body["job"]), (202, &study), "one at a time");

        let asked = Instant::now();
        assert_eq!(admin.post(&format!("{job}/cancel"), &json!({})).status, 200);
        assert_eq!(admin.wait(&study)["state"], "cancelled");
        // A search of this size takes a moment; a study of them takes minutes.
        assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
        let stopped = admin.get(&address);
        assert_eq!((stopped.status, &stopped.body["code"]), (409, &json!("plan.study-not-ready")));
        assert!(stopped.body["next"].as_str().unwrap().starts_with("begin it again"));
        assert_eq!(admin.get(&plan).body["state"], "ready", "the plan stays as it is");

        let again = admin.post(&address, &json!({}));
        assert_eq!(again.status, 202, "{}", again.text);
        assert_ne!(again.body["job"], study);
        assert_eq!(admin.get(&plan).body["study"], again.body["job"]);
        // Nobody reads the study of a plan that is deleted.
        assert_eq!(admin.ask("DELETE", &plan, None).status, 204);
        let state = admin.wait(&again.body["job"])["state"].clone();
        assert!(state == "cancelled" || state == "succeeded", "{state}: it may have just begun");
        assert_eq!(admin.post(&address, &json!({})).status, 404);
    });
}

#[test]
fn a_study_outlives_its_server() {
    let mut running = Running::start();
    let admin = running.admin();
    let model = model(&admin);
    let plan = planned(&admin, &model, &json!({ "horizon": 8 }));
    let study = admin.get(&plan).body["study"].clone();
    let first = running.server.take().unwrap();
    running.runtime.block_on(first.stop());

    let config = Config::new("127.0.0.1:0".parse().unwrap(), running.folder());
    let second = running.runtime.block_on(Server::start(config)).unwrap();
    let admin = Caller { base: format!("http://{}", second.address), ..admin };
    running.server = Some(second);
    assert_eq!(admin.wait(&study)["state"], "succeeded");
    assert_eq!(admin.get(&format!("{plan}/sensitivity")).status, 200);
}

#[test]
fn a_plan_without_a_study_is_studied_when_somebody_asks() {
    on_both(|running| {
        let admin = running.admin();
        let model = model(&admin);
        let plan = planned(&admin, &model, &json!({ "horizon": 8 }));
        let id = plan.rsplit('/').next().unwrap();
        admin.wait(&admin.get(&plan).body["study"]);
        // As plans that were made before there were studies.
        let app = &running.server.as_ref().unwrap().app;
        let copy = running.runtime.block_on(async {
            let workspace = app.store.workspaces().list(Page::default()).await.unwrap().rows[0].id;
            let scenarios = app.store.workspace(workspace).scenarios();
            let mut body = scenarios.get(id.parse().unwrap()).await.unwrap().body;
            body.request = json!({ "question": body.request["question"] });
            scenarios.create(body, chrono::Utc::now()).await.unwrap().id
        });
        let address = format!("/api/plans/{copy}/sensitivity");
        let none = admin.get(&address);
        assert_eq!((none.status, &none.body["code"]), (409, &json!("plan.study-not-ready")));
        let viewer = running.person(&admin, "viewer");
        assert_eq!(viewer.post(&address, &json!({})).status, 403);
        let begun = admin.post(&address, &json!({}));
        assert_eq!(begun.status, 202, "{}", begun.text);
        assert_eq!(admin.wait(&begun.body["job"])["state"], "succeeded");
        let original = admin.get(&format!("{plan}/sensitivity"));
        assert_eq!(viewer.get(&address).text, original.text);
    });
}
