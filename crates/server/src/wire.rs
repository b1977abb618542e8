//! What is served, made of what is stored.

pub(crate) mod data;
pub(crate) mod job;
pub(crate) mod model;
pub(crate) mod plan;
