//! A trace leads from a caller's request to the job that it queued.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use outlay_server::logging;
use serde_json::{Value, json};

use crate::support::{Running, brand};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

type Bodies = Arc<Mutex<Vec<Value>>>;

/// A collector: takes every request and keeps its body.
fn collector() -> (String, Bodies) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let bodies = Bodies::default();
    let kept = Arc::clone(&bodies);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let (mut length, mut line) = (0, String::new());
                    while reader.read_line(&mut line).unwrap() > 2 {
                        let (name, value) = line.split_once(':').unwrap_or_default();
                        if name.eq_ignore_ascii_case("content-length") {
                            length = value.trim().parse().unwrap();
                        }
                        line.clear();
                    }
                    if length == 0 {
                        return;
                    }
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).unwrap();
                    kept.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
                    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            });
        }
    });
    (endpoint, bodies)
}

/// The spans of a name.
fn spans(bodies: &Bodies, name: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for body in bodies.lock().unwrap().iter() {
        for resource in body["resourceSpans"].as_array().unwrap() {
            for scope in resource["scopeSpans"].as_array().unwrap() {
                let spans = scope["spans"].as_array().unwrap().iter();
                found.extend(spans.filter(|span| span["name"] == name).cloned());
            }
        }
    }
    found
}

#[test]
fn a_job_belongs_to_the_trace_of_its_request() {
    let (endpoint, bodies) = collector();
    let collected = logging::log(true, "info", Some(&endpoint)).unwrap();
    let running = Running::start();
    let admin = running.admin();
    let upload = admin.upload("brand.csv", &brand(110)).body["id"].clone();
    let dataset =
        admin.post("/api/datasets", &json!({ "upload": upload, "name": "B" })).body["id"].clone();
    let form = json!({ "dataset": dataset, "preset": "meridian", "method": "laplace" });
    let traced = admin.with("traceparent", &format!("00-{TRACE}-{PARENT}-01"));
    let begun = traced.post("/api/models", &form);
    assert_eq!(admin.wait(&begun.body["job"])["state"], "succeeded");
    drop(running);
    drop(collected);

    let requests = spans(&bodies, "request");
    let request: Vec<&Value> =
        requests.iter().filter(|span| span["parentSpanId"] == PARENT).collect();
    assert_eq!(request.len(), 1, "{requests:#?}");
    assert_eq!(request[0]["traceId"], TRACE);
    let jobs = spans(&bodies, "job");
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
    assert_eq!(jobs[0]["traceId"], TRACE);
    assert_eq!(jobs[0]["parentSpanId"], request[0]["spanId"]);
    // Requests that come without a trace begin their own.
    assert!(requests.iter().any(|span| span["traceId"] != TRACE));
}
