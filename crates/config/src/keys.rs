//! The keys of the server, one line each: name, type, form, default, when it counts, impact, where
//! the default comes from, meaning.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::PathBuf;

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

keys! {
    SERVER_LISTEN: SocketAddr = "server.listen", Form::Address, "127.0.0.1:8787", AtStart, High, "own choice: this machine only, until somebody decides otherwise", "Address that is listened on; port 0 takes a free one";
    SERVER_DATA: PathBuf = "server.data", Form::Path, "outlay-data", AtStart, High, "own choice", "Folder of the embedded database, the uploads and the artefacts";
    SERVER_WORKERS: bool = "server.workers", Form::Flag, "true", AtStart, Medium, "one process does everything", "Whether this process works on jobs as well";
    SERVER_SECURE_COOKIES: bool = "server.secure_cookies", Form::Flag, "false", AtStart, High, "off for plain HTTP on one's own machine; on in staging and production", "Whether cookies are sent over TLS only";
    SERVER_PUBLIC_URL: Option<String> = "server.public_url", Form::Url, "", AtStart, Medium, "none: what nobody asked for is not told", "Address under which people reach this server; needed for signing in elsewhere";
    SERVER_PROXIES: Vec<String> = "server.proxies", Form::List, "", AtStart, High, "none: a header that anybody can send proves nothing", "Addresses of the proxies in front, whose X-Forwarded-For is believed";
    SERVER_CORS_ORIGINS: Vec<String> = "server.cors_origins", Form::List, "", AtStart, High, "none: our own pages only", "Origins (https://host) whose pages may ask the API with a token";
    SERVER_TLS_CERTIFICATE: Option<PathBuf> = "server.tls_certificate", Form::Path, "", AtStart, High, "none: plain HTTP on this machine, or a proxy speaks TLS", "Certificate chain (PEM) with which the server speaks TLS; read again when the file changes";
    SERVER_TLS_KEY: Option<PathBuf> = "server.tls_key", Form::Path, "", AtStart, High, "none, as above", "Private key (PEM) of that certificate";
    AUTH_JWT_SECRET: Option<SecretRef> = "auth.jwt_secret", Form::Secret, "", AtStart, High, "none: no access tokens are made", "Secret of at least 32 bytes with which access tokens (JSON web tokens) are signed";
    AUTH_OIDC_ISSUER: Option<String> = "auth.oidc_issuer", Form::Url, "", AtStart, High, "none: people sign in with a password", "Identity provider (OpenID Connect) at which people may sign in";
    AUTH_OIDC_NAME: String = "auth.oidc_name", Form::Text, "single sign-on", AtStart, Low, "the field's word", "What the button that leads to the identity provider says";
    AUTH_OIDC_CLIENT: Option<String> = "auth.oidc_client_id", Form::Text, "", AtStart, High, "given by the identity provider", "Name by which the identity provider knows this server";
    AUTH_OIDC_SECRET: Option<SecretRef> = "auth.oidc_client_secret", Form::Secret, "", AtStart, High, "given by the identity provider; none for a public client", "Secret with which this server proves itself to the identity provider";
    AUTH_OIDC_CA: Option<PathBuf> = "auth.oidc_ca", Form::Path, "", AtStart, High, "none: the authorities that Mozilla trusts", "Certificates (PEM) of the authorities that are trusted for the identity provider instead";
    AUTH_OIDC_DOMAINS: Vec<String> = "auth.oidc_domains", Form::List, "", AtStart, High, "none: whoever the identity provider lets in", "Domains of e-mail addresses that may sign in through the identity provider";
    AUTH_OIDC_NEW_ROLE: String = "auth.oidc_new_role", Form::Choice(&["none", "viewer", "analyst", "approver", "operator", "admin"]), "none", AtStart, Critical, "an admin adds people, until somebody decides otherwise", "Role of people who come through the identity provider for the first time; none refuses them";
    STORE_URL: Option<Connection> = "store.url", Form::Connection, "", AtStart, Critical, "none: a SQLite file in the data folder", "Database: sqlite:///path/outlay.db or postgres://user@host/database";
    STORE_CACHE_URL: Option<Connection> = "store.cache_url", Form::Connection, "", AtStart, Low, "none: each process keeps its own answers", "Cache that several processes share: redis://host:6379";
    OBJECTS_URL: Option<Connection> = "objects.url", Form::Connection, "", AtStart, Critical, "none: a folder in the data folder", "Store of artefacts: file:///path, or s3://, gs://, az:// where the build has that feature";
    METRICS_ACCESS: String = "metrics.access", Form::Choice(&["admin", "loopback", "off"]), "admin", Live, Medium, "own choice: a proxy on the same machine makes everybody look like loopback", "Who may read /api/metrics beside the holder of metrics.token: admins, any program on this machine, or nobody";
    METRICS_TOKEN: Option<SecretRef> = "metrics.token", Form::Secret, "", Live, Medium, "none: a scraper needs one of its own", "Where the token stands that a scraper shows as `Authorization: Bearer …`";
    TRACES_ENDPOINT: Option<String> = "traces.endpoint", Form::Url, "", AtStart, Low, "none: nothing is sent", "OpenTelemetry collector that spans of requests and jobs are sent to (OTLP as JSON over HTTP, `http://host:4318/v1/traces`), where the build has the feature otel";
    LOG_FORMAT: String = "log.format", Form::Choice(&["text", "json"]), "text", AtStart, Low, "people read it in development, machines elsewhere", "How the log is written: lines for people, or one JSON document per line";
    LOG_FILTER: String = "log.filter", Form::Text, "info", Live, Low, "convention of the field", "What is written to the log: a level, or levels by part (`info,outlay_store=debug`)";
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_keys_type_reads_its_form() {
        let wrong: Vec<_> = super::types().into_iter().filter(|(_, reads)| !reads).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
