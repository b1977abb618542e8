//! Cookies: the session's, and the one of a sign-in at an identity provider that is not over.

use axum::http::{HeaderMap, HeaderValue, header};

/// What a cookie is for.
#[derive(Clone, Copy)]
pub(crate) enum Cookie {
    /// The session's token.
    Session,
    /// What must come back from the identity provider.
    SignOn,
}

impl Cookie {
    /// With the prefix `__Host-` browsers take it over TLS only, and from this host only.
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-outlay",
            (Self::Session, false) => "outlay_session",
            (Self::SignOn, true) => "__Host-outlay-sign-on",
            (Self::SignOn, false) => "outlay_sign_on",
        }
    }

    /// What a request brings.
    pub(crate) fn read(self, headers: &HeaderMap, secure: bool) -> Option<String> {
        let cookies = headers.get_all(header::COOKIE).into_iter();
        let mut pairs = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let found = pairs.find(|(key, value)| *key == self.name(secure) && !value.is_empty());
        found.map(|(_, value)| value.to_owned())
    }

    /// The header that makes a browser keep a value, for so many seconds; an empty one is forgotten.
    pub(crate) fn set(self, value: &str, seconds: i64, secure: bool) -> Option<HeaderValue> {
        let tls = if secure { "; Secure" } else { "" };
        let name = self.name(secure);
        let text =
            format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{tls}");
        HeaderValue::from_str(&text).ok()
    }
}
