//! The server: HTTP API, sessions, live updates and the embedded dashboard, over one store and one
//! queue of jobs.
//!
//! Invariants: every endpoint names the least role that may use it, in its OpenAPI description
//! and in the type of its caller, and a test holds the two together; every failure is a
//! [`Problem`] with a code and a next step; whatever computes runs on the job workers' or on
//! blocking threads, never on the runtime that answers; nothing is served that the store or an
//! engine's step does not say.

pub mod api;
pub mod app;
pub mod auth;
mod conditional;
pub mod config;
pub mod demo;
mod description;
pub mod doctor;
pub mod edge;
mod extract;
mod guard;
mod hub;
mod idempotency;
mod kept;
mod listen;
pub mod logging;
mod metrics;
mod observe;
mod problem;
mod range;
mod readiness;
mod reference;
mod reload;
mod routes;
mod scratch;
pub mod serve;
mod together;
pub mod traces;
mod ui;
pub mod upkeep;
mod wire;
mod work;
pub mod worker;

pub use app::App;
pub use config::{Config, ConfigureError};
pub use problem::Problem;
pub use serve::{ServeError, Server};
