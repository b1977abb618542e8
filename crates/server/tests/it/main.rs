//! The real server on a free port, on the embedded database in a temporary folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod access_tokens;
mod contract;
mod description;
mod doctor;
mod edge;
mod flow;
mod live;
mod operations;
mod passwords;
mod ranges;
mod security;
mod shape;
mod sign_on;
mod studies;
mod support;
#[cfg(feature = "otel")]
mod traces;
mod transfers;
mod workspaces;
