//! The steps as an API or a job calls them: bytes and JSON in, JSON and folders out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod brand;
mod check;
mod collect;
mod folder;
mod learn;
mod plan;
mod reach;
mod reopen;
