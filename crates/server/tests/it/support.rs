//! A running server and somebody who asks it.

use std::process::Command;
use std::time::{Duration, Instant};

use outlay_core::registry::Registry;
use outlay_server::{Config, Server};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use ureq::Agent;

/// A password that is long enough.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A running server.
pub(crate) struct Running {
    pub(crate) runtime: Runtime,
    pub(crate) server: Option<Server>,
    pub(crate) base: String,
    folder: TempDir,
}

impl Running {
    /// A server with quick looks and a few settings.
    pub(crate) fn with(settings: &[(&str, f64)]) -> Self {
        Self::configured(settings, |_| {})
    }

    /// The same, with what else is configured.
    pub(crate) fn configured(settings: &[(&str, f64)], more: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let quick = [
            ("server.events_poll_seconds", 0.05),
            ("server.requests_per_second", 1e6),
            ("server.address_requests_per_second", 1e6),
            ("server.login_attempts_per_minute", 1e4),
            ("server.shutdown_seconds", 2.0),
            ("jobs.poll_seconds", 0.05),
            ("jobs.progress_seconds", 0.05),
            ("jobs.heartbeat_seconds", 0.1),
        ];
        let all = quick.iter().chain(settings).map(|(key, value)| ((*key).to_owned(), *value));
        let mut config = Config::new("127.0.0.1:0".parse().unwrap(), folder.path());
        config.registry = Registry::with(all).unwrap();
        more(&mut config);
        let server = runtime.block_on(Server::start(config)).unwrap();
        let base = format!("http://{}", server.address);
        Self { runtime, server: Some(server), base, folder }
    }

    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// Where its data lies.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Somebody who is not signed in.
    pub(crate) fn nobody(&self) -> Caller {
        // A request that is refused before its body is read ends its connection: a kept one could
        // be taken up again just before that is seen.
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(0)
            .build()
            .new_agent();
        Caller { agent, base: self.base.clone(), headers: Vec::new() }
    }

    /// The first person, signed in.
    pub(crate) fn admin(&self) -> Caller {
        let mut caller = self.nobody();
        let form = json!({
            "name": "Ana", "email": "ana@example.com", "password": PASSWORD, "workspace": "Shop",
        });
        let answer = caller.post("/api/setup", &form);
        assert_eq!(answer.status, 201, "{}", answer.body);
        caller.sign(&answer);
        caller
    }

    /// A person with a role, made by an admin and signed in.
    pub(crate) fn person(&self, admin: &Caller, role: &str) -> Caller {
        let email = format!("{role}@example.com");
        let form = json!({ "name": role, "email": email, "password": PASSWORD, "role": role });
        let made = admin.post("/api/users", &form);
        assert_eq!(made.status, 201, "{}", made.body);
        let mut caller = self.nobody();
        let form = json!({ "email": email, "password": PASSWORD });
        let answer = caller.post("/api/session", &form);
        assert_eq!(answer.status, 200, "{}", answer.body);
        caller.sign(&answer);
        caller
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

/// A PostgreSQL database, gone with this value.
struct Database {
    admin: String,
    name: String,
}

impl Database {
    /// A new one beside the database of an address.
    fn new(admin: String) -> Self {
        let name = format!("outlay_server_{}", uuid::Uuid::now_v7().simple());
        sql(&admin, &format!("CREATE DATABASE {name}"));
        Self { admin, name }
    }

    fn address(&self) -> String {
        let (before, _) = self.admin.rsplit_once('/').unwrap();
        format!("{before}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        sql(&self.admin, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn sql(address: &str, statement: &str) {
    let done = Command::new("psql").args(["-qX", "-d", address, "-c", statement]).status();
    assert!(done.expect("psql comes with PostgreSQL").success(), "{statement}");
}

/// Tells a story on the embedded database, and on PostgreSQL where `OUTLAY_TEST_POSTGRES` names
/// one.
pub(crate) fn on_both(story: impl Fn(&Running)) {
    story(&Running::start());
    let Ok(admin) = std::env::var("OUTLAY_TEST_POSTGRES") else {
        eprintln!("skipped: PostgreSQL (set OUTLAY_TEST_POSTGRES)");
        return;
    };
    let database = Database::new(admin);
    let address = database.address();
    story(&Running::configured(&[], |config| config.database = Some(address.as_str().into())));
}

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) agent: Agent,
    pub(crate) base: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Caller {
    /// Keeps the cookie and the token of an answer.
    pub(crate) fn sign(&mut self, answer: &Answer) {
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap();
        let csrf = answer.body["csrf"].as_str().unwrap();
        self.headers = vec![
            ("cookie".to_owned(), cookie.to_owned()),
            ("x-csrf-token".to_owned(), csrf.to_owned()),
        ];
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.retain(|(key, _)| key != name);
        caller.headers.push((name.to_owned(), value.to_owned()));
        caller
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.retain(|(key, _)| key != name);
        caller
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Answer {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap();
        let headers = answer.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let bytes = answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: answer.status().as_u16(), headers, text, body }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body)
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let caller = self.with("content-type", "application/json");
        caller.ask(method, path, Some(serde_json::to_vec(body).unwrap()))
    }

    pub(crate) fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        let caller = self.with("content-type", "text/csv").with("x-file-name", name);
        caller.ask("POST", "/api/uploads", Some(bytes.to_vec()))
    }

    /// Waits until a job is over.
    pub(crate) fn wait(&self, job: &Value) -> Value {
        let path = format!("/api/jobs/{}", job.as_str().unwrap());
        let began = Instant::now();
        loop {
            let answer = self.get(&path);
            let state = answer.body["state"].as_str().unwrap_or_default().to_owned();
            if !["queued", "running"].contains(&state.as_str()) {
                return answer.body;
            }
            assert!(began.elapsed() < Duration::from_secs(240), "{}", answer.text);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A small brand as a file.
pub(crate) fn brand(weeks: u64) -> Vec<u8> {
    let mut csv = String::from("week,revenue,tv_spend,search_spend\n");
    for week in 0..weeks {
        let date =
            chrono::NaiveDate::from_ymd_opt(2022, 1, 3).unwrap() + chrono::Days::new(7 * week);
        let (tv, search) = (500 + 260 * (week % 7), 300 + 90 * ((week * 5) % 11));
        let revenue = 9000 + 2 * tv + 3 * search + 97 * (week % 13);
        csv += &format!("{date},{revenue},{tv},{search}\n");
    }
    csv.into_bytes()
}
