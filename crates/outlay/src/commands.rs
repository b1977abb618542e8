//! The commands: each parses its arguments, calls the crates, and renders the result.

pub(crate) mod calibrate;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod curves;
pub(crate) mod demo;
pub(crate) mod describe;
pub(crate) mod doctor;
pub(crate) mod fit;
pub(crate) mod migrate;
pub(crate) mod plan;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod simulate;
pub(crate) mod worker;
