//! Access tokens: JSON web tokens (RFC 7519) of a few minutes, made from a session or an API token.
//!
//! A token carries who, where and with which rights, so that a service behind the same secret can
//! read it. Here it opens nothing that its origin would not: each request looks whether the session
//! or the API token still stands, and a token may do no more than its person may now.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use outlay_config::Secret;
use outlay_core::registry::{Registry, keys};
use outlay_store::{ApiToken, Id, Role, Session, User, WorkspaceId};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::jose;

/// Who makes the tokens, and for whom they are.
const ISSUER: &str = "outlay";
/// RFC 7518, section 3.2: a secret of at least the hash's size.
const LEAST: usize = 32;

/// What an access token was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// A signed-in browser.
    Session(Id<Session>),
    /// An API token.
    Token(Id<ApiToken>),
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    /// Who.
    pub(crate) sub: Id<User>,
    /// Where.
    pub(crate) workspace: WorkspaceId,
    /// With at most which rights.
    pub(crate) role: Role,
    /// What it was made from.
    pub(crate) origin: Origin,
    iat: i64,
    nbf: i64,
    /// When it ends, in seconds of Unix time.
    pub(crate) exp: i64,
    jti: Uuid,
}

/// The secret cannot be used.
#[derive(Debug, Error)]
#[error(
    "the secret of access tokens has {found} bytes, and {LEAST} are needed: make one with `openssl rand -hex 32`"
)]
pub struct WeakSecret {
    /// Bytes of the secret.
    pub found: usize,
}

/// How far clocks of two servers may differ when the time of a signed token is checked.
pub(crate) fn leeway(registry: &Registry) -> TimeDelta {
    TimeDelta::milliseconds((registry.get(&keys::SERVER_CLOCK_LEEWAY) * 1e3) as i64)
}

/// Signs and checks access tokens.
pub(crate) struct Access {
    sign: EncodingKey,
    check: DecodingKey,
}

impl Access {
    /// With a secret of at least 32 bytes.
    pub(crate) fn new(secret: &Secret) -> Result<Self, WeakSecret> {
        jose::install();
        let bytes = secret.reveal().as_bytes();
        let weak = || WeakSecret { found: bytes.len() };
        if bytes.len() < LEAST {
            return Err(weak());
        }
        let sign = EncodingKey::from_secret(bytes).map_err(|_| weak())?;
        let check = DecodingKey::from_secret(bytes).map_err(|_| weak())?;
        Ok(Self { sign, check })
    }

    /// A token that lasts so long; nothing where it cannot be signed.
    pub(crate) fn issue(
        &self,
        who: (Id<User>, WorkspaceId, Role),
        origin: Origin,
        lasts: TimeDelta,
        now: DateTime<Utc>,
    ) -> Option<(String, DateTime<Utc>)> {
        let (sub, workspace, role) = who;
        let end = DateTime::from_timestamp((now + lasts).timestamp(), 0)?;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sub,
            workspace,
            role,
            origin,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: end.timestamp(),
            jti: Id::<Claims>::new(now).uuid(),
        };
        let signed = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign);
        Some((signed.ok()?, end))
    }

    /// What a token says, where it was signed here and counts now; clocks of several servers may
    /// differ by `leeway`.
    pub(crate) fn read(&self, text: &str, leeway: TimeDelta, now: DateTime<Utc>) -> Option<Claims> {
        let mut wanted = Validation::new(Algorithm::HS256);
        wanted.set_issuer(&[ISSUER]);
        wanted.set_audience(&[ISSUER]);
        wanted.set_required_spec_claims(&["iss", "aud", "exp", "nbf", "sub"]);
        // Compared below, with the clock that everything else goes by.
        wanted.validate_exp = false;
        let claims: Claims = jsonwebtoken::decode(text, &self.check, &wanted).ok()?.claims;
        let (from, to) = ((now + leeway).timestamp(), (now - leeway).timestamp());
        (claims.nbf <= from && to < claims.exp).then_some(claims)
    }
}

/// Whether a bearer looks like a web token: three parts.
pub(crate) fn looks_like_one(text: &str) -> bool {
    text.split('.').count() == 3
}
