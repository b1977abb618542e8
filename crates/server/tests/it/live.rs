//! Live updates: events that are resumed where a listener was, and the training of one job.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::HandshakeError;
use tungstenite::{Message, WebSocket};

use crate::support::{Caller, brand, on_both};

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
    on_both(|running| {
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
    });
}

/// Opens a job's socket, as whoever has these headers.
fn socket(caller: &Caller, path: &str) -> Result<WebSocket<TcpStream>, u16> {
    let host = caller.base.trim_start_matches("http://");
    let mut request = format!("ws://{host}{path}").into_client_request().unwrap();
    for (name, value) in &caller.headers {
        let name: ureq::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    match tungstenite::client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            Err(answer.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn training_is_followed_over_a_socket() {
    on_both(|running| {
        let admin = running.admin();
        let upload = admin.upload("brand.csv", &brand(120)).body["id"].clone();
        let form = json!({ "upload": upload, "name": "B" });
        let dataset = admin.post("/api/datasets", &form).body["id"].clone();
        let form = json!({ "dataset": dataset, "draws": 10000, "warmup": 20000 });
        let job = admin.post("/api/models", &form).body["job"].as_str().unwrap().to_owned();
        let path = format!("/api/jobs/{job}/live");

        assert_eq!(admin.get(&path).status, 426, "it is a socket");
        assert_eq!(socket(&running.nobody(), &path).err(), Some(401));
        let nothing = "/api/jobs/00000000-0000-7000-8000-000000000000/live";
        assert_eq!(socket(&admin, nothing).err(), Some(404));
        // A page of another site brings the cookie along, and is known by its origin.
        assert_eq!(socket(&admin.with("origin", "https://evil.example"), &path).err(), Some(403));
        assert!(socket(&admin.with("origin", &admin.base), &path).is_ok());

        let mut heard = socket(&admin, &path).unwrap();
        let mut furthest = 0;
        // It moves: twice as far as it was when somebody looked first.
        for first in [0, 1] {
            let before = furthest;
            while furthest <= 2 * before + first {
                let Message::Text(text) = heard.read().unwrap() else { continue };
                let step: Value = serde_json::from_str(&text).unwrap();
                assert!(
                    ["warm-up", "sampling"].contains(&step["phase"].as_str().unwrap()),
                    "{step}"
                );
                assert!(step["iteration"].as_u64() <= step["total"].as_u64(), "{step}");
                assert!(step["chain"].is_u64(), "{step}");
                furthest = furthest.max(step["iteration"].as_u64().unwrap());
            }
        }
        let path = format!("/api/jobs/{job}/cancel");
        assert_eq!(admin.post(&path, &json!({})).status, 200);
        // It ends with the job.
        while !matches!(heard.read(), Ok(Message::Close(_)) | Err(_)) {}
        assert_eq!(admin.wait(&json!(job))["state"], "cancelled");
    });
}
