//! The store on SQLite, and on PostgreSQL where `OUTLAY_TEST_POSTGRES` names a server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cache;
mod concurrency;
mod contract;
mod entities;
mod facts;
mod fixtures;
mod identity;
mod objects;
mod queue;
mod refusals;
mod schema;
mod slow;
mod support;
