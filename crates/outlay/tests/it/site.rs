//! A place where `outlay serve` is started, killed and started again: a data folder, on the
//! embedded database or on a PostgreSQL database of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(240);

/// Where servers find what they remember.
pub(crate) struct Site {
    folder: TempDir,
    database: Option<Database>,
}

/// A PostgreSQL database, gone with this value.
struct Database {
    server: String,
    name: String,
    url: String,
}

/// Runs a story on the embedded database, and on PostgreSQL where `OUTLAY_TEST_POSTGRES` names one.
pub(crate) fn on_both(story: impl Fn(&Site)) {
    story(&Site { folder: TempDir::new().unwrap(), database: None });
    match std::env::var("OUTLAY_TEST_POSTGRES") {
        Ok(server) => {
            let database = Some(Database::create(server));
            story(&Site { folder: TempDir::new().unwrap(), database });
        }
        Err(_) => eprintln!("skipped: PostgreSQL (set OUTLAY_TEST_POSTGRES)"),
    }
}

impl Database {
    fn create(server: String) -> Self {
        let nanos = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        let name = format!("outlay_killed_{}_{nanos}", std::process::id());
        psql(&server, &format!("CREATE DATABASE {name}"));
        let (host, _) = server.rsplit_once('/').unwrap();
        let url = format!("{host}/{name}");
        Self { server, name, url }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        psql(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn psql(server: &str, sql: &str) {
    let done = Command::new("psql").args([server, "-qc", sql]).status();
    assert!(done.expect("psql comes with PostgreSQL").success(), "{sql}");
}

impl Site {
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A process with quick looks for work and short leases. With one slot nobody but a process
    /// that is started later takes its job over, however slow the machine is.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_outlay"));
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        command
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .arg("--data")
            .arg(self.data())
            .env("OUTLAY__JOBS__LEASE_SECONDS", "1")
            .env("OUTLAY__JOBS__HEARTBEAT_SECONDS", "0.2")
            .env("OUTLAY__JOBS__POLL_SECONDS", "0.05")
            .env("OUTLAY__JOBS__PROGRESS_SECONDS", "0.05")
            .env("OUTLAY__JOBS__SLOTS", "1")
            .stdout(Stdio::piped())
            .stderr(log);
        if let Some(database) = &self.database {
            command.args(["--database", &database.url]);
        }
        command
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Starts a process and waits for its first line.
    pub(crate) fn start(&self, arguments: &[&str]) -> Process {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let log = || std::fs::read_to_string(self.log()).unwrap_or_default();
        assert!(!line.is_empty(), "it did not start:\n{}", log());
        let address = line.split("http://").nth(1).and_then(|rest| {
            rest.split_whitespace().next().map(|address| address.parse().unwrap())
        });
        Process { child, address }
    }

    pub(crate) fn serve(&self) -> Process {
        self.start(&["serve"])
    }

    /// The stored artefacts below their workspace, sorted.
    pub(crate) fn objects(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.data().join("objects/workspace"), &mut |path| {
            let inner = path.strip_prefix(self.data().join("objects/workspace")).unwrap();
            let inner: PathBuf = inner.components().skip(1).collect();
            found.push(inner.display().to_string());
        });
        found.sort();
        found
    }

    /// Makes every artefact three days old, as if the machine had slept that long.
    pub(crate) fn age(&self) {
        let then = SystemTime::now() - Duration::from_secs(3 * 24 * 3600);
        walk(&self.data().join("objects"), &mut |path| {
            File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
        });
    }

    /// Puts a file where a worker that died left one.
    pub(crate) fn leave(&self, name: &str) {
        let root = self.data().join("objects/workspace");
        let workspace = std::fs::read_dir(root).unwrap().next().unwrap().unwrap().path();
        let path = workspace.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "half").unwrap();
    }
}

fn walk(folder: &Path, see: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, see) } else { see(&path) }
    }
}

/// Waits for something to come true.
#[track_caller]
pub(crate) fn until(what: &str, mut true_now: impl FnMut() -> bool) {
    let began = Instant::now();
    while !true_now() {
        assert!(began.elapsed() < PATIENCE, "in vain: {what}");
        sleep(Duration::from_millis(10));
    }
}

/// A running process; killed with this value.
pub(crate) struct Process {
    child: Child,
    address: Option<SocketAddr>,
}

impl Process {
    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The admin, whose session outlives servers.
pub(crate) struct Admin {
    agent: ureq::Agent,
    pub(crate) headers: Vec<(String, String)>,
}

impl Admin {
    /// Sets a new server up.
    pub(crate) fn new(server: &Process) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut admin = Self { agent, headers: Vec::new() };
        let form = json!({
            "name": "Ana", "email": "ana@example.com", "password": "correct horse battery",
            "workspace": "Shop",
        });
        let request = ureq::http::Request::post(format!("http://{}/api/setup", server.address()))
            .header("content-type", "application/json")
            .body(form.to_string());
        let mut answer = admin.agent.run(request.unwrap()).unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let cookie = ("cookie".to_owned(), cookie.to_owned());
        let body: Value =
            serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        let csrf = body["csrf"].as_str().unwrap().to_owned();
        admin.headers = vec![cookie, ("x-csrf-token".to_owned(), csrf)];
        admin
    }

    fn ask(
        &self,
        server: &Process,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Value {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", server.address()));
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(more.iter().copied()) {
            request = request.header(name, value);
        }
        let answer = match method {
            "GET" => self.agent.run(request.body(()).unwrap()),
            _ => self.agent.run(request.body(body).unwrap()),
        };
        let mut answer = answer.unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn get(&self, server: &Process, path: &str) -> Value {
        self.ask(server, "GET", path, &[], Vec::new())
    }

    pub(crate) fn upload(&self, server: &Process, bytes: &[u8]) -> Value {
        let headers = [("x-file-name", "brand.csv"), ("content-type", "text/csv")];
        self.ask(server, "POST", "/api/uploads", &headers, bytes.to_vec())
    }

    pub(crate) fn post(&self, server: &Process, path: &str, key: &str, body: &Value) -> Value {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.ask(server, "POST", path, &headers, body.to_string().into_bytes())
    }

    /// A job by the answer that named it.
    pub(crate) fn job(&self, server: &Process, begun: &Value) -> Value {
        self.get(server, &format!("/api/jobs/{}", begun["job"].as_str().unwrap()))
    }

    /// Waits until a job runs; says whether it still does.
    pub(crate) fn runs(&self, server: &Process, begun: &Value) -> bool {
        let mut job = Value::Null;
        until("the job runs", || {
            job = self.job(server, begun);
            job["state"] != "queued"
        });
        job["state"] == "running"
    }

    /// Waits until a job that was taken over is done, and checks that it was done once: one worker
    /// fell silent, one succeeded.
    #[track_caller]
    pub(crate) fn taken_over(&self, server: &Process, begun: &Value) {
        let mut job = Value::Null;
        until("the job is over", || {
            job = self.job(server, begun);
            job["state"] != "queued" && job["state"] != "running"
        });
        assert_eq!(job["state"], "succeeded", "{job}");
        let log = self.get(server, &format!("/api/jobs/{}/log", begun["job"].as_str().unwrap()));
        let runs = log["runs"].as_array().unwrap().iter();
        let mut states: Vec<&str> = runs.map(|run| run["state"].as_str().unwrap()).collect();
        states.sort_unstable();
        assert_eq!(states, ["lost", "succeeded"], "{log}");
    }

    /// The identities in a list.
    pub(crate) fn ids(&self, server: &Process, path: &str) -> Vec<Value> {
        let list = self.get(server, path);
        list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
    }
}
