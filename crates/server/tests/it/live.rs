//! Live updates: resumed where a listener was.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::support::{Caller, Running, brand};

/// The next events of a stream: number, topic, data.
fn events(caller: &Caller, path: &str, count: usize) -> Vec<(i64, String, Value)> {
    let mut request = ureq::http::Request::builder().uri(format!("{}{path}", caller.base));
    for (name, value) in &caller.headers {
        request = request.header(name, value);
    }
    let answer = caller.agent.run(request.body(()).unwrap()).unwrap();
    assert_eq!(answer.status(), 200);
    let (mut id, mut topic, mut found) = (0, String::new(), Vec::new());
    for line in BufReader::new(answer.into_body().into_reader()).lines() {
        let line = line.unwrap();
        if let Some(text) = line.strip_prefix("id: ") {
            id = text.parse().unwrap();
        } else if let Some(text) = line.strip_prefix("event: ") {
            topic = text.to_owned();
        } else if let Some(text) = line.strip_prefix("data: ") {
            found.push((id, topic.clone(), serde_json::from_str(text).unwrap()));
            if found.len() == count {
                return found;
            }
        }
    }
    panic!("the stream ended after {found:?}");
}

#[test]
fn a_listener_resumes_where_it_was() {
    let running = Running::start();
    let admin = running.admin();
    let upload = admin.upload("brand.csv", &brand(60)).body["id"].clone();
    for name in ["one", "two", "three"] {
        let form = json!({ "upload": upload, "name": name });
        assert_eq!(admin.post("/api/datasets", &form).status, 201);
    }
    let all = events(&admin, "/api/events?topics=datasets&last_event_id=0", 3);
    assert_eq!(all.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(all.iter().all(|(_, topic, _)| topic == "datasets"));
    let rest = events(&admin.with("last-event-id", "2"), "/api/events", 1);
    assert_eq!(rest[0].0, 3);
    // What happens while one listens comes as well.
    let late = std::thread::scope(|scope| {
        let listening = scope.spawn(|| events(&admin, "/api/events?last_event_id=3", 1));
        std::thread::sleep(std::time::Duration::from_millis(300));
        let form = json!({ "upload": upload, "name": "four" });
        assert_eq!(admin.post("/api/datasets", &form).status, 201);
        listening.join().unwrap()
    });
    assert_eq!(late[0].0, 4);
    assert_eq!(admin.get("/api/events?last_event_id=x").status, 422);
}
