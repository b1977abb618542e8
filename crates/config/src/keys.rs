//! The keys of the server, one line each: name, type, form, default, when it counts, impact, where
//! the default comes from, meaning.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use outlay_core::registry::Impact;

use crate::form::{Connection, Form};
use crate::key::{Definition, Key, Read, When};
use crate::secret::SecretRef;

macro_rules! keys {
    ($($name:ident: $type:ty = $key:literal, $form:expr, $default:literal, $when:ident, $impact:ident, $source:literal, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $name: Key<$type> = Key {
                definition: Definition {
                    name: $key, form: $form, optional: <$type as Read>::OPTIONAL, default: $default,
                    when: When::$when, impact: Impact::$impact, source: $source, meaning: $meaning,
                },
                read_as: PhantomData,
            };
        )*
        /// Every key of the server, in the order of the reference page.
        pub const SERVER: &[Definition] = &[$($name.definition),*];
        /// Whether each key's type reads its form.
        #[cfg(test)]
        pub(crate) fn types() -> Vec<(&'static str, bool)> {
            vec![$(($key, <$type as Read>::reads($name.definition.form))),*]
        }
    };
}

const SECONDS: Form = Form::Number { unit: "seconds", min: 0.0, max: 315_360_000.0 };
const SHARE: Form = Form::Number { unit: "share", min: 0.0, max: 1.0 };
const ROLE: Form = Form::Choice(&["viewer", "analyst", "approver", "operator", "admin"]);

keys! {
    SERVER_LISTEN: SocketAddr = "server.listen", Form::Address, "127.0.0.1:8787", AtStart, High, "own choice: this machine only, until somebody decides otherwise", "Address that is listened on; port 0 takes a free one";
    SERVER_DATA: PathBuf = "server.data", Form::Path, "outlay-data", AtStart, High, "own choice", "Folder of the embedded database, the uploads and the artefacts";
    SERVER_WORKERS: bool = "server.workers", Form::Flag, "true", AtStart, Medium, "one process does everything", "Whether this process works on jobs as well";
    SERVER_SECURE_COOKIES: bool = "server.secure_cookies", Form::Flag, "false", AtStart, High, "off for plain HTTP on one's own machine; on in staging and production", "Whether cookies are sent over TLS only";
    SERVER_PUBLIC_URL: Option<String> = "server.public_url", Form::Url, "", AtStart, Medium, "none: the address that the browser asks", "Address under which people reach this server, where a proxy stands before it";
    SERVER_TRUSTED_PROXIES: Vec<String> = "server.trusted_proxies", Form::List, "", AtStart, High, "none: a header can be forged by anyone", "Addresses of proxies whose X-Forwarded-For is believed";
    STORE_URL: Option<Connection> = "store.url", Form::Connection, "", AtStart, Critical, "none: a SQLite file in the data folder", "Database: sqlite:///path/outlay.db or postgres://user@host/database";
    OBJECTS_URL: Option<Connection> = "objects.url", Form::Connection, "", AtStart, Critical, "none: a folder in the data folder", "Store of artefacts: file:///path, or s3://, gs://, az:// where the build has that feature";
    LOG_FORMAT: String = "log.format", Form::Choice(&["text", "json"]), "text", AtStart, Low, "people read it in development, machines elsewhere", "How the log is written: lines for people, or one JSON document per line";
    LOG_FILTER: String = "log.filter", Form::Text, "info", Live, Low, "convention of the field", "What is written to the log: a level, or levels by part (`info,outlay_store=debug`)";
    TLS_CERTIFICATE: Option<PathBuf> = "tls.certificate", Form::Path, "", AtStart, High, "none: plain HTTP, or a proxy speaks TLS", "File with the certificate and its chain, PEM";
    TLS_KEY: Option<PathBuf> = "tls.key", Form::Path, "", AtStart, High, "none", "File with the certificate's private key, PEM";
    TLS_HSTS: Duration = "tls.hsts_seconds", SECONDS, "0", AtStart, Medium, "off: it cannot be taken back quickly; two years in production (hstspreload.org asks for one)", "How long browsers shall insist on TLS; 0 does not ask for it";
    CORS_ORIGINS: Vec<String> = "cors.origins", Form::List, "", AtStart, High, "none: the dashboard is of the same origin", "Origins whose pages may ask the API";
    CORS_MAX_AGE: Duration = "cors.max_age_seconds", SECONDS, "3600", AtStart, Low, "own choice", "How long browsers keep the answer about an origin";
    AUTH_PASSWORDS: bool = "auth.passwords", Form::Flag, "true", AtStart, High, "there is no other way in until one is configured", "Whether people sign in with a password";
    AUTH_SETUP_TOKEN: Option<SecretRef> = "auth.setup_token", Form::Secret, "", AtStart, High, "none: whoever comes first is the admin", "Secret that the first person must name to become the admin";
    JWT_SECRET: Option<SecretRef> = "jwt.secret", Form::Secret, "", AtStart, Critical, "none: no JWT is issued or taken", "Secret with which JSON web tokens are signed (HS256; 32 bytes at least)";
    JWT_ISSUER: String = "jwt.issuer", Form::Text, "outlay", AtStart, Medium, "the product's name", "Issuer that a JSON web token must name";
    JWT_AUDIENCE: String = "jwt.audience", Form::Text, "outlay-api", AtStart, Medium, "own choice", "Audience that a JSON web token must name";
    JWT_SECONDS: Duration = "jwt.seconds", Form::Number { unit: "seconds", min: 10.0, max: 604_800.0 }, "900", AtStart, Medium, "own choice: a token cannot be called back, so a quarter of an hour", "How long an issued JSON web token is good";
    OIDC_ISSUER: Option<String> = "oidc.issuer", Form::Url, "", AtStart, Critical, "none: no sign-in by OpenID Connect", "Issuer of OpenID Connect whose people may sign in";
    OIDC_CLIENT_ID: Option<String> = "oidc.client_id", Form::Text, "", AtStart, High, "none", "Client that the issuer knows this server as";
    OIDC_CLIENT_SECRET: Option<SecretRef> = "oidc.client_secret", Form::Secret, "", AtStart, Critical, "none: a public client, protected by PKCE", "The client's secret";
    OIDC_SCOPES: Vec<String> = "oidc.scopes", Form::List, "openid,email,profile", AtStart, Low, "OpenID Connect Core, section 5.4", "What is asked of the issuer";
    OIDC_NAME: String = "oidc.name", Form::Text, "single sign-on", AtStart, Low, "own choice", "Name of the issuer on the sign-in page";
    OIDC_ROLE_CLAIM: Option<String> = "oidc.role_claim", Form::Text, "", AtStart, High, "none: new people get `oidc.role`", "Claim of the issuer that names a person's role";
    OIDC_ROLE: String = "oidc.role", ROLE, "viewer", AtStart, High, "the least", "Role of people who sign in for the first time";
    OIDC_DOMAINS: Vec<String> = "oidc.domains", Form::List, "", AtStart, High, "none: whoever the issuer knows", "Domains of e-mail addresses that may sign in";
    OTEL_ENDPOINT: Option<String> = "otel.endpoint", Form::Url, "", AtStart, Low, "none: no traces are sent", "OTLP endpoint that traces are sent to";
    OTEL_SERVICE: String = "otel.service", Form::Text, "outlay", AtStart, Low, "the product's name", "Name of this service in traces";
    OTEL_SAMPLE: f64 = "otel.sample_share", SHARE, "1.0", AtStart, Low, "own choice", "Share of requests that are traced";
    METRICS_ENABLED: bool = "metrics.enabled", Form::Flag, "true", AtStart, Low, "own choice", "Whether /metrics is served";
    METRICS_TOKEN: Option<SecretRef> = "metrics.token", Form::Secret, "", AtStart, Medium, "none: metrics name no person and no amount of money", "Bearer token that /metrics asks for";
}

/// Keys that make no sense without another one.
pub(crate) const NEEDS: [(&str, &str); 5] = [
    ("tls.certificate", "tls.key"),
    ("tls.key", "tls.certificate"),
    ("oidc.issuer", "oidc.client_id"),
    ("oidc.client_secret", "oidc.issuer"),
    ("oidc.client_id", "oidc.issuer"),
];
