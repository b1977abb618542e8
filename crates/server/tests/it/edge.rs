//! The server's edge: headers, other origins, TLS, slow callers, many callers, and its end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use outlay_server::edge::{Edge, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::support::{Caller, Running};

#[test]
fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    // A body that is refused is not read: this one fits into what the connection holds.
    let running = Running::with(&[("server.body_bytes_max", 1000.0)]);
    let admin = running.admin();
    let long = "x".repeat(5000);
    let answers = [
        ("a page", admin.get("/")),
        ("a page of the dashboard", admin.get("/plan")),
        ("data", admin.get("/api/session")),
        ("the description", admin.get("/api/openapi.json")),
        ("the reference", admin.get("/api/docs/")),
        ("nothing", admin.get("/api/nothing")),
        ("nobody", running.nobody().get("/api/jobs")),
        ("another method", admin.ask("DELETE", "/api/health", None)),
        ("too much", admin.post("/api/plans", &json!({ "name": long }))),
    ];
    for (name, answer) in answers {
        let has = |header: &str, value: &str| {
            assert_eq!(answer.header(header), Some(value), "{name}: {header}");
        };
        has("x-content-type-options", "nosniff");
        has("x-frame-options", "DENY");
        has("referrer-policy", "no-referrer");
        has("cross-origin-opener-policy", "same-origin");
        let policy = answer.header("content-security-policy").unwrap();
        for part in
            ["default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.contains(part), "{name}: {policy}");
        }
        assert!(!policy.contains("script-src") && !policy.contains("unsafe-eval"), "{policy}");
        assert!(answer.header("permissions-policy").unwrap().contains("camera=()"), "{name}");
        assert!(answer.header("x-request-id").is_some(), "{name}");
        assert!(answer.header("cache-control").is_some(), "{name}");
        assert!(answer.header("server").is_none(), "{name}");
        assert!(answer.header("access-control-allow-origin").is_none(), "{name}");
        assert!(answer.header("strict-transport-security").is_none(), "{name}: over plain HTTP");
    }
}

#[test]
fn named_origins_may_ask_with_a_token_and_others_may_not() {
    let origin = "https://reports.example.com";
    let running = Running::configured(&[], |config| {
        config.edge = Edge { origins: vec![origin.to_owned()], ..Edge::default() };
    });
    let admin = running.admin();
    let token = admin.post("/api/tokens", &json!({ "name": "t", "role": "viewer" }));
    let bearer = format!("Bearer {}", token.body["secret"].as_str().unwrap());
    let asks = |from: &str| {
        let caller = running.nobody().with("origin", from);
        let caller = caller.with("access-control-request-method", "POST");
        let caller = caller
            .with("access-control-request-headers", "authorization,content-type,idempotency-key");
        caller.ask("OPTIONS", "/api/plans", None)
    };
    let allowed = asks(origin);
    assert_eq!(
        (allowed.status, allowed.header("access-control-allow-origin")),
        (200, Some(origin))
    );
    assert!(allowed.header("access-control-allow-headers").unwrap().contains("idempotency-key"));
    // A session's cookie is not for pages of others, whoever they are.
    assert_eq!(allowed.header("access-control-allow-credentials"), None);
    for other in [
        "https://evil.example",
        "http://reports.example.com",
        "https://reports.example.com.evil.example",
        "null",
    ] {
        assert_eq!(asks(other).header("access-control-allow-origin"), None, "{other}");
    }
    let program = running.nobody().with("authorization", &bearer).with("origin", origin);
    let answer = program.get("/api/jobs");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(origin)));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("etag"));
    assert!(answer.header("vary").unwrap().contains("origin"));
}

/// An authority, and a certificate of it for a host.
fn certificates(folder: &Path, host: &str) -> (TlsFiles, Vec<u8>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap().der().to_vec();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let files =
        TlsFiles { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificate, certificate.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    (files, root)
}

fn trusting(root: &[u8]) -> Agent {
    let root = Certificate::from_der(root).to_owned();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).build();
    Agent::config_builder().http_status_as_error(false).tls_config(tls).build().new_agent()
}

#[test]
fn the_server_speaks_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (files, root) = certificates(folder.path(), "localhost");
    let running = Running::configured(&[], |config| {
        config.edge = Edge { tls: Some(files), ..Edge::default() };
        config.secure_cookies = true;
    });
    let port = running.server.as_ref().unwrap().address.port();
    let base = format!("https://localhost:{port}");
    let mut ana = Caller { agent: trusting(&root), base: base.clone(), headers: Vec::new() };
    let form = json!({ "name": "Ana", "email": "ana@example.com", "password": "correct horse battery", "workspace": "Shop" });
    let answer = ana.post("/api/setup", &form);
    assert_eq!(answer.status, 201, "{}", answer.text);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-outlay=") && cookie.contains("; Secure"), "{cookie}");
    assert_eq!(
        answer.header("strict-transport-security"),
        Some("max-age=31536000; includeSubDomains")
    );
    ana.sign(&answer);
    assert_eq!(ana.get("/api/jobs").status, 200);
    // Whoever does not know the authority, or asks for another host, gets nothing.
    let ask = |agent: Agent, url: String| agent.get(url).call();
    let stranger = Agent::config_builder().build().new_agent();
    assert!(ask(stranger, format!("{base}/api/health")).is_err());
    assert!(ask(trusting(&root), format!("https://127.0.0.1:{port}/api/health")).is_err());
    assert!(ask(trusting(&root), format!("http://localhost:{port}/api/health")).is_err());
}

#[test]
fn files_that_cannot_be_used_are_named_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let (files, _) = certificates(folder.path(), "localhost");
    let other = tempfile::tempdir().unwrap();
    let (another, _) = certificates(other.path(), "localhost");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    let cases = [
        (TlsFiles { key: another.key, ..files.clone() }, "does not belong"),
        (TlsFiles { certificate: empty.clone(), ..files.clone() }, "empty.pem"),
        (TlsFiles { key: empty, ..files.clone() }, "empty.pem"),
        (TlsFiles { key: folder.path().join("nothing.pem"), ..files }, "nothing.pem"),
    ];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (files, said) in cases {
        let data = tempfile::tempdir().unwrap();
        let mut config = outlay_server::Config::new("127.0.0.1:0".parse().unwrap(), data.path());
        config.edge.tls = Some(files);
        let found = runtime.block_on(outlay_server::doctor::examine(&config));
        let found = found.iter().find(|found| found.name == "certificate").unwrap();
        assert!(!found.ok && found.message.contains(said), "{found:?}");
        let error = runtime.block_on(outlay_server::Server::start(config)).err().unwrap();
        assert_eq!(error.code(), "config.file");
        assert!(error.to_string().contains(said), "{error}");
    }
}

/// Whoever guesses tokens is stopped before the database is asked.
#[test]
fn guesses_are_limited_by_address() {
    let running = Running::with(&[("server.address_requests_per_second", 5.0)]);
    let guess = running.nobody().with("authorization", "Bearer guessed");
    let answers: Vec<u16> = (0..30).map(|_| guess.get("/api/jobs").status).collect();
    assert!(answers.iter().all(|status| [401, 429].contains(status)), "{answers:?}");
    assert_eq!(answers[0], 401);
    let refused = answers.iter().filter(|status| **status == 429).count();
    assert!(refused >= 10, "{answers:?}");
}

#[test]
fn a_person_is_limited_wherever_they_ask_from() {
    let running = Running::configured(&[("server.requests_per_second", 3.0)], |config| {
        config.edge.proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    let admin = running.admin();
    let refused = (0..30).find_map(|number| {
        let answer =
            admin.with("x-forwarded-for", &format!("198.51.100.{number}")).get("/api/jobs");
        (answer.status == 429).then_some(answer)
    });
    let refused = refused.unwrap();
    assert_eq!(refused.body["code"], "too-many-requests");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
}

#[test]
fn sessions_know_the_address_behind_our_proxy() {
    let running = Running::configured(&[], |config| {
        config.edge.proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    running.admin();
    let form = json!({ "email": "ana@example.com", "password": "correct horse battery" });
    let signed =
        running.nobody().with("x-forwarded-for", "198.51.100.7").post("/api/session", &form);
    let user = signed.body["user"]["id"].as_str().unwrap().parse().unwrap();
    let store = &running.server.as_ref().unwrap().app.store;
    let sessions =
        running.runtime.block_on(store.sessions().of_user(user, chrono::Utc::now())).unwrap();
    assert_eq!(sessions[0].address.as_deref(), Some("198.51.100.7"));
}

/// Time until the server ends a connection on which so much was sent.
fn ended_after(running: &Running, sent: &str) -> Duration {
    let address = running.server.as_ref().unwrap().address;
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    let began = Instant::now();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    began.elapsed()
}

#[test]
fn who_sends_headers_slowly_is_hung_up_on() {
    let running = Running::with(&[("server.header_seconds", 1.0)]);
    for sent in ["", "GET /api/health HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        let waited = ended_after(&running, sent);
        assert!(waited < Duration::from_secs(10), "{sent:?}: {waited:?}");
    }
    // Others are served meanwhile and afterwards.
    assert_eq!(running.nobody().get("/api/health").status, 200);
}

#[test]
fn a_request_at_work_is_finished_when_the_server_stops() {
    let mut running = Running::with(&[("server.shutdown_seconds", 15.0)]);
    let admin = running.admin();
    let server = running.server.take().unwrap();
    let mut stream = TcpStream::connect(server.address).unwrap();
    let body = b"week,revenue\n2024-01-01,1\n";
    let mut head = format!(
        "POST /api/uploads HTTP/1.1\r\nhost: outlay\r\ncontent-type: text/csv\r\nx-file-name: a.csv\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in &admin.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    stream.write_all(&body[..5]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let stopping = running.runtime.spawn(server.stop());
    std::thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(admin.base.trim_start_matches("http://")).is_err(), "no new ones");
    stream.write_all(&body[5..]).unwrap();
    let mut answer = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    running.runtime.block_on(stopping).unwrap();
}
