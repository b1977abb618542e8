//! Signing in at an identity provider: OpenID Connect Core 1.0, the authorization code flow
//! (section 3.1) with proof of the code's key (RFC 7636).

mod client;
mod provider;
mod token;

pub use client::Client;
pub(crate) use provider::{Flow, OidcError, Provider};
pub(crate) use token::Person;
