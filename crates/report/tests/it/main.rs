//! The page as a reader, a printer and an attacker see it.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod fixture;
mod hostile;
mod markup;
mod page;
mod plan;
mod plan_fixture;
