//! Random tokens, and the one that proves that a change comes from our own page.

use argon2::password_hash::rand_core::{OsRng, RngCore};
use outlay_store::TokenHash;
use sha2::{Digest, Sha256};

/// Bytes of a token: 256 bits.
const BYTES: usize = 32;
/// How API tokens begin, so that scanners for leaked secrets know them.
pub(crate) const PREFIX: &str = "outlay_";
/// Letters of an API token that are shown to recognise it by.
pub(crate) const SHOWN: usize = PREFIX.len() + 6;

/// A new random token.
pub(crate) fn random() -> String {
    let mut bytes = [0_u8; BYTES];
    OsRng.fill_bytes(&mut bytes);
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The token that must come with every change of a session: made of the cookie's, which no script
/// can read, and of no use to find that one.
pub(crate) fn csrf(session: &str) -> String {
    hex(&Sha256::digest(format!("csrf:{session}").as_bytes()))
}

/// The hash of [`csrf`].
pub(crate) fn csrf_hash(session: &str) -> TokenHash {
    TokenHash::of(&csrf(session))
}
