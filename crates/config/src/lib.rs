//! Layered configuration over one list of keys.
//!
//! Whatever lies further down wins: the default of a key, the environment's file that the binary
//! carries, the files of a folder of yours (`base.toml`, then the environment's), variables
//! (`OUTLAY__SECTION__KEY`), flags. Keys are of two kinds under one namespace: those of the server
//! ([`keys`]), typed, and the business constants of [`outlay_core::registry`], numbers. A key that
//! nobody knows is refused, and so is a value out of its range; all that is wrong is said at once.
//!
//! Secrets are references (`env:NAME`, `file:/path`), resolved where they are used; their values
//! are never part of [`Settings`].

mod catalogue;
mod environment;
mod form;
mod key;
pub mod keys;
mod live;
mod nearest;
mod problem;
mod reference;
mod schema;
mod secret;
mod settings;
mod sources;

pub use catalogue::{Entry, entries, entry};
pub use environment::Environment;
pub use form::{Connection, Form};
pub use key::{Definition, Key, Read, When};
pub use live::{Live, Reloaded};
pub use problem::{ConfigError, Problem};
pub use reference::{reference, template};
pub use schema::schema;
pub use secret::{Secret, SecretError, SecretRef};
pub use settings::{Origin, Settings};
pub use sources::{Flag, Sources, VARIABLES};
