//! The endpoints, one file per resource.

pub(crate) mod campaigns;
pub(crate) mod control;
pub(crate) mod dashboard;
pub(crate) mod datasets;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod jobs;
pub(crate) mod live;
pub(crate) mod mappings;
pub(crate) mod mart;
pub(crate) mod models;
pub(crate) mod operations;
pub(crate) mod optimizer;
pub(crate) mod plan_files;
pub(crate) mod plans;
pub(crate) mod recommendations;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod sign_on;
pub(crate) mod system;
pub(crate) mod tokens;
pub(crate) mod transfers;
pub(crate) mod uploads;
pub(crate) mod users;
