//! The provider's word about a person: the ID token (OpenID Connect Core 1.0, section 2).

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, Header, Validation};
use serde::Deserialize;

use super::provider::OidcError;

/// What the provider says about a person.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Person {
    /// Their identity there, which stays the same.
    pub(crate) sub: String,
    pub(crate) email: Option<String>,
    #[serde(default, deserialize_with = "yes")]
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
}

/// Some providers write `"true"`.
fn yes<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value.as_bool().unwrap_or(value == "true"))
}

#[derive(Debug, Deserialize)]
struct Claims {
    aud: serde_json::Value,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nonce: Option<String>,
    #[serde(flatten)]
    person: Person,
}

/// What a token must say.
pub(crate) struct Wanted<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) leeway: TimeDelta,
}

fn wrong(text: &str) -> OidcError {
    OidcError::Wrong(text.to_owned())
}

/// How a token is signed. Signatures that a shared secret makes are not taken: the secret of a
/// client is no key.
pub(crate) fn header(text: &str) -> Result<Header, OidcError> {
    let header = jsonwebtoken::decode_header(text).map_err(|error| wrong(&error.to_string()))?;
    match header.alg.family() {
        AlgorithmFamily::Hmac => Err(wrong("the ID token is not signed by a key of its own")),
        _ => Ok(header),
    }
}

/// The key that a token is signed with.
pub(crate) fn key<'k>(keys: &'k JwkSet, header: &Header) -> Option<&'k Jwk> {
    let fits = |key: &&Jwk| {
        let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        let algorithm = key.common.key_algorithm.map(|named| named.to_string());
        let same = algorithm.is_none_or(|named| named == format!("{:?}", header.alg));
        let named = header.kid.is_none() || key.common.key_id == header.kid;
        let kind = DecodingKey::from_jwk(key).is_ok_and(|k| k.family() == header.alg.family());
        signs && same && named && kind
    };
    let mut found = keys.keys.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(key), None) => Some(key),
        // Core, section 10.1: where there are several, the token must name one.
        (Some(key), Some(_)) if header.kid.is_some() => Some(key),
        _ => None,
    }
}

/// Who a token is about, where it was made for us, just now (section 3.1.3.7).
pub(crate) fn read(
    text: &str,
    header: &Header,
    keys: &JwkSet,
    wanted: &Wanted<'_>,
    now: DateTime<Utc>,
) -> Result<Person, OidcError> {
    let key = key(keys, header).ok_or_else(|| wrong("the ID token's key is unknown"))?;
    let key = DecodingKey::from_jwk(key).map_err(|error| wrong(&error.to_string()))?;
    let mut check = Validation::new(header.alg);
    check.set_issuer(&[wanted.issuer]);
    check.set_audience(&[wanted.client]);
    check.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    // Compared below, with the clock that everything else goes by.
    check.validate_exp = false;
    let claims: Claims = jsonwebtoken::decode(text, &key, &check)
        .map_err(|error| wrong(&format!("the ID token is not valid: {error}")))?
        .claims;
    let several = claims.aud.as_array().is_some_and(|all| all.len() > 1);
    let for_us = match &claims.azp {
        Some(party) => party == wanted.client,
        None => !several,
    };
    if !for_us {
        return Err(wrong("the ID token was made for somebody else"));
    }
    let (now, leeway) = (now.timestamp() as f64, wanted.leeway.num_seconds() as f64);
    if claims.exp <= now - leeway || claims.iat > now + leeway {
        return Err(wrong("the ID token is over, or the clocks differ"));
    }
    if claims.nonce.as_deref() != Some(wanted.nonce) {
        return Err(wrong("the ID token was made for another request"));
    }
    Ok(claims.person)
}
