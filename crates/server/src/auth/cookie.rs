//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue, header};

/// Its name. With the prefix `__Host-` browsers take it over TLS only.
fn name(secure: bool) -> &'static str {
    if secure { "__Host-outlay" } else { "outlay_session" }
}

/// The session's token that a request brings.
pub(crate) fn read(headers: &HeaderMap, secure: bool) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    cookies.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';')).find_map(
        |pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name(secure) && !value.is_empty()).then(|| value.to_owned())
        },
    )
}

/// The header that makes a browser keep a token, for so many seconds; an empty one is forgotten.
pub(crate) fn set(token: &str, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let tls = if secure { "; Secure" } else { "" };
    let text =
        format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{tls}", name(secure));
    HeaderValue::from_str(&text).ok()
}
