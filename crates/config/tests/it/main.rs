//! Layers, refusals, reading again, secrets, generated files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod generated;
mod layers;
mod live;
mod refusals;
mod secrets;
