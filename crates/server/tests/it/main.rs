//! The real server on a free port, on the embedded database in a temporary folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod contract;
mod description;
mod doctor;
mod flow;
mod live;
mod operations;
mod security;
mod shape;
mod support;
#[cfg(feature = "otel")]
mod traces;
mod transfers;
