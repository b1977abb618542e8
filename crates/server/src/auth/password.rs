//! Passwords: argon2id, on threads that may compute.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use crate::problem::Problem;

/// Hashes and checks passwords, with the parameters that the crate recommends (argon2id,
/// 19 MiB, 2 rounds).
#[derive(Clone)]
pub(crate) struct Passwords {
    /// Of nobody: checked where there is no such person, so that the time does not tell.
    nobody: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let nobody = hash("the password of nobody").unwrap_or_default();
        Self { nobody: nobody.into() }
    }

    /// The hash of a password.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        let hashed = tokio::task::spawn_blocking(move || hash(&password)).await?;
        hashed.ok_or_else(|| {
            Problem::refused("password", "this password cannot be used", "choose another one")
        })
    }

    /// Whether a password is the one of a hash; never of an absent one.
    pub(crate) async fn check(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let right = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&hash);
            parsed.is_ok_and(|parsed| {
                Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
            })
        });
        Ok(right.await? && known)
    }
}

fn hash(password: &str) -> Option<String> {
    let salt = SaltString::generate(&mut OsRng);
    let hashed = Argon2::default().hash_password(password.as_bytes(), &salt);
    hashed.ok().map(|hash| hash.to_string())
}
