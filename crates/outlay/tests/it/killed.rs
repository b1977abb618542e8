//! `kill -9` of servers and workers at their work: what was acknowledged is there, a job is taken
//! over and done once, and nothing half done stays.
#![cfg(unix)]

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::brand::Sheet;
use crate::site::{Admin, Process, Site, on_both, until};

/// Begins to send a file and never ends; the connection dies with the server.
fn half_an_upload(admin: &Admin, server: &Process) -> TcpStream {
    let mut socket = TcpStream::connect(server.address()).unwrap();
    let mut head = String::from(
        "POST /api/uploads HTTP/1.1\r\nhost: outlay\r\nx-file-name: half.csv\r\n\
         content-type: text/csv\r\ncontent-length: 20000000\r\n",
    );
    for (name, value) in &admin.headers {
        head += &format!("{name}: {value}\r\n");
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    // More than one part of a stored object.
    socket.write_all(&vec![b'7'; 9 << 20]).unwrap();
    socket
}

fn fit(dataset: &Value) -> Value {
    json!({
        "dataset": dataset["id"], "draws": 300, "warmup": 300, "chains": 2, "backtest": 0, "seed": 3,
    })
}

/// A set up server with a data set of a small brand.
fn begun(site: &Site) -> (Process, Admin, Value, Value) {
    let server = site.serve();
    let admin = Admin::new(&server);
    let bytes = std::fs::read(Sheet::national(104, 2).save(site.data().as_path())).unwrap();
    let upload = admin.upload(&server, &bytes);
    let form = json!({ "upload": upload["id"], "name": "Brand" });
    let dataset = admin.post(&server, "/api/datasets", "dataset", &form);
    (server, admin, upload, dataset)
}

#[test]
fn an_upload_a_fit_and_a_plan_survive_their_server() {
    on_both(|site| {
        let (server, admin, upload, dataset) = begun(site);

        let half = half_an_upload(&admin, &server);
        until("a part is stored", || site.objects().iter().any(|name| name.contains('#')));
        server.kill();
        drop(half);
        let server = site.serve();
        assert_eq!(admin.ids(&server, "/api/uploads"), [upload["id"].clone()]);
        assert_eq!(admin.ids(&server, "/api/datasets"), [dataset["id"].clone()]);

        let fitting = admin.post(&server, "/api/models", "fit", &fit(&dataset));
        assert!(admin.runs(&server, &fitting), "the fit was too quick to be killed");
        server.kill();
        let server = site.serve();
        // Asked again by somebody who did not hear the answer: the same fit.
        assert_eq!(admin.post(&server, "/api/models", "fit", &fit(&dataset)), fitting);
        admin.taken_over(&server, &fitting);
        let model = fitting["model"].as_str().unwrap().to_owned();
        assert_eq!(admin.ids(&server, "/api/models"), [fitting["model"].clone()]);
        assert_eq!(admin.get(&server, &format!("/api/models/{model}"))["state"], "ready");
        admin.get(&server, &format!("/api/models/{model}/summary"));

        let (server, plans) = killed_plan(site, server, &admin, &model);
        let server = killed_study(site, server, &admin, plans.last().unwrap());
        let mut listed = admin.ids(&server, "/api/plans");
        listed.reverse();
        assert_eq!(listed, plans);

        // What the dead worker may have written before it could say so.
        site.leave(&format!("model-{model}-1/summary.json"));
        site.leave("content/0123456789abcdef");
        server.kill();
        site.age();
        let server = site.serve();
        let orphan = |name: &String| {
            name.contains('#') || name.starts_with("content/0123") || name.contains("-1/summary")
        };
        until("orphans are gone", || !site.objects().iter().any(orphan));
        let kept = site.objects();
        let of = |start: String| kept.iter().filter(|name| name.starts_with(&start)).count();
        assert_eq!(of("content/".to_owned()), 1, "{kept:?}");
        assert_eq!(of("uploads/".to_owned()), 1, "{kept:?}");
        assert_eq!(of(format!("model-{model}-")), of(format!("model-{model}-2/")), "{kept:?}");
        admin.get(&server, &format!("/api/models/{model}/summary"));
        for plan in &plans {
            admin.get(&server, &format!("/api/plans/{}/document", plan.as_str().unwrap()));
        }
    });
}

/// Kills a server in the middle of a plan. Plans are quick: one that got away is made again.
fn killed_plan(
    site: &Site,
    mut server: Process,
    admin: &Admin,
    model: &str,
) -> (Process, Vec<Value>) {
    let mut made = Vec::new();
    for number in 0..20 {
        let form = json!({ "model": model, "name": "Next", "question": { "horizon": 8 } });
        let begun = admin.post(&server, "/api/plans", &format!("plan-{number}"), &form);
        made.push(begun["plan"].clone());
        if !admin.runs(&server, &begun) {
            unstudied(&server, admin, &begun["plan"]);
            continue;
        }
        server.kill();
        server = site.serve();
        until("the plan is over", || {
            let state = admin.job(&server, &begun)["state"].clone();
            state != "queued" && state != "running"
        });
        let log = admin.get(&server, &format!("/api/jobs/{}/log", begun["job"].as_str().unwrap()));
        if log["runs"].as_array().unwrap().len() > 1 {
            admin.taken_over(&server, &begun);
            return (server, made);
        }
        unstudied(&server, admin, &begun["plan"]);
    }
    panic!("no plan was slow enough to be killed");
}

/// The address of a plan.
fn of(plan: &Value) -> String {
    format!("/api/plans/{}", plan.as_str().unwrap())
}

/// Stops the study of a plan that got away: the next plan waits for it.
fn unstudied(server: &Process, admin: &Admin, plan: &Value) {
    let study = admin.get(server, &of(plan))["study"].clone();
    let study = study.as_str().unwrap();
    admin.post(server, &format!("/api/jobs/{study}/cancel"), study, &json!({}));
}

/// Kills a server in the middle of the study that follows a plan.
fn killed_study(site: &Site, server: Process, admin: &Admin, plan: &Value) -> Process {
    let study = json!({ "job": admin.get(&server, &of(plan))["study"] });
    assert!(admin.runs(&server, &study), "the study was too quick to be killed");
    server.kill();
    let server = site.serve();
    admin.taken_over(&server, &study);
    admin.get(&server, &format!("{}/sensitivity", of(plan)));
    server
}

#[test]
fn a_demo_survives_its_server_and_is_there_once() {
    on_both(|site| {
        let server = site.serve();
        let admin = Admin::new(&server);
        let loading = admin.post(&server, "/api/demo", "demo", &json!({}));
        until("the data set is there", || !admin.ids(&server, "/api/datasets").is_empty());
        assert_eq!(admin.job(&server, &loading)["state"], "running");
        server.kill();
        let server = site.serve();
        admin.taken_over(&server, &loading);
        for list in ["datasets", "models", "plans"] {
            assert_eq!(admin.ids(&server, &format!("/api/{list}")).len(), 1, "{list}");
        }
    });
}

#[test]
fn a_migration_survives_its_server() {
    on_both(|site| {
        // At many moments, from before the first statement until after the last.
        for milliseconds in (0..160).step_by(8) {
            let mut child = site.command(&["serve"]).spawn().unwrap();
            sleep(Duration::from_millis(milliseconds));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let server = site.serve();
        let admin = Admin::new(&server);
        assert_eq!(admin.ids(&server, "/api/models"), Vec::<Value>::new());
    });
}

#[test]
fn a_worker_of_its_own_is_replaced_by_another_one() {
    on_both(|site| {
        let (server, admin, _, dataset) = begun(site);
        server.kill();
        let server = site.start(&["serve", "--no-workers"]);
        let fitting = admin.post(&server, "/api/models", "fit", &fit(&dataset));
        let worker = site.start(&["worker"]);
        assert!(admin.runs(&server, &fitting), "the fit was too quick to be killed");
        worker.kill();
        let _workers = [site.start(&["worker"]), site.start(&["worker"])];
        admin.taken_over(&server, &fitting);
        assert_eq!(admin.ids(&server, "/api/models"), [fitting["model"].clone()]);
    });
}
