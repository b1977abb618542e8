//! Workers on SQLite, and on PostgreSQL where `OUTLAY_TEST_POSTGRES` names a server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crash;
mod lease;
mod support;
mod worker;
