//! One browser: its cookie, its connection that stays open, and how long answers take.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, HeaderName, SET_COOKIE};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// What goes wrong on the way, in words.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Longest wait for an answer before it counts as an error.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    /// From the request to the last byte.
    pub(crate) took: Duration,
    pub(crate) bytes: usize,
}

/// One browser.
pub(crate) struct Browser {
    authority: String,
    cookie: Option<String>,
    csrf: Option<String>,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Browser {
    /// A browser that nobody has signed in with. `authority` is host and port.
    pub(crate) fn new(authority: &str) -> Self {
        Self { authority: authority.to_owned(), cookie: None, csrf: None, open: None }
    }

    /// Another tab of this browser: signed in as this one, with a connection of its own.
    pub(crate) fn tab(&self) -> Self {
        let (authority, cookie, csrf) =
            (self.authority.clone(), self.cookie.clone(), self.csrf.clone());
        Self { authority, cookie, csrf, open: None }
    }

    /// Signs in; keeps the cookie and the token that changes need.
    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Result<Answer, Failure> {
        let form = serde_json::json!({ "email": email, "password": password });
        self.post("/api/session", &form).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.ask(Method::GET, path, Bytes::new(), "").await
    }

    /// What is no JSON.
    pub(crate) async fn text(&mut self, path: &str) -> Result<String, Failure> {
        let response = self.send(Method::GET, path, Bytes::new(), "", &[]).await?;
        let bytes = response.into_body().collect().await?.to_bytes();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Answer, Failure> {
        let body = Bytes::from(serde_json::to_vec(body)?);
        self.ask(Method::POST, path, body, "application/json").await
    }

    /// Sends a file.
    pub(crate) async fn upload(&mut self, body: Vec<u8>) -> Result<Answer, Failure> {
        self.ask(Method::POST, "/api/uploads", body.into(), "text/csv").await
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        kind: &str,
    ) -> Result<Answer, Failure> {
        let started = Instant::now();
        let answered = async {
            let response = self.send(method, path, body, kind, &[]).await?;
            let status = response.status();
            if let Some(cookie) = response.headers().get(SET_COOKIE) {
                let text = cookie.to_str()?.split(';').next().unwrap_or_default();
                self.cookie = Some(text.to_owned());
            }
            let bytes = response.into_body().collect().await?.to_bytes();
            Ok::<_, Failure>((status, bytes))
        };
        let answered = tokio::time::timeout(PATIENCE, answered).await;
        let took = started.elapsed();
        let (status, bytes) = match answered {
            Ok(Ok(answered)) => answered,
            Ok(Err(failure)) => {
                self.open = None;
                return Err(failure);
            }
            Err(_) => {
                self.open = None;
                return Err(format!("no answer after {PATIENCE:?}").into());
            }
        };
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if let Some(csrf) = body.get("csrf").and_then(Value::as_str) {
            self.csrf = Some(csrf.to_owned());
        }
        Ok(Answer { status, body, took, bytes: bytes.len() })
    }

    /// Sends a request and gives the answer as it begins.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        kind: &str,
        more: &[(&str, &str)],
    ) -> Result<Response<Incoming>, Failure> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.authority);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        if !kind.is_empty() {
            request = request.header(CONTENT_TYPE, kind).header("x-file-name", "brand.csv");
        }
        for (name, value) in more {
            request = request.header(HeaderName::from_bytes(name.as_bytes())?, *value);
        }
        let request = request.body(Full::new(body))?;
        // The server may have closed a connection that was idle: then a new one, as browsers do.
        if let Some(open) = &mut self.open
            && open.ready().await.is_err()
        {
            self.open = None;
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(connect(&self.authority).await?),
        };
        Ok(open.send_request(request).await?)
    }
}

async fn connect(authority: &str) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let (open, connection) = handshake(TokioIo::new(stream)).await?;
    // It ends with the sender; what goes wrong is told to whoever asks.
    tokio::spawn(connection);
    Ok(open)
}
