//! Durable work: a worker takes jobs from the store, runs their handlers, keeps their leases, and
//! writes down how they end.
//!
//! Invariants: a job has one holder at a time; a holder that was thought dead writes nothing any
//! more (its fence is old); a handler may run more than once, so that its effects belong in the
//! transaction that completes the job ([`JobContext::complete_with`]) or under keys that make
//! repeating them harmless. Time is a [`Clock`]; nothing else here reads one. SQL is the store's.
//!
//! ```
//! use std::sync::Arc;
//! use outlay_jobs::{Handlers, JobError, SystemClock, Worker, WorkerOptions};
//! use outlay_store::{NewJob, Store};
//! use serde_json::json;
//!
//! # async fn example(store: Store, shop: outlay_store::WorkspaceId) -> Result<(), Box<dyn std::error::Error>> {
//! let mut handlers = Handlers::new();
//! handlers.add_blocking("fit", |context| {
//!     for step in 0..10 {
//!         context.progress(f64::from(step) / 10.0, "sampling");
//!         context.check()?;
//!     }
//!     Ok(json!({ "model": context.payload()["model"] }))
//! });
//! let clock = Arc::new(SystemClock);
//! let worker = Worker::new(store.clone(), handlers, clock, WorkerOptions::default());
//! let fit = NewJob::new("fit", json!({ "model": 7 }));
//! store.workspace(shop).jobs().enqueue(fit, chrono::Utc::now()).await?;
//! worker.run_until_idle().await?;
//! # Ok(())
//! # }
//! ```

mod backoff;
mod clock;
mod context;
mod error;
mod handler;
mod notice;
mod options;
mod progress;
mod run;
mod worker;

pub use backoff::Backoff;
pub use clock::{Clock, ManualClock, SystemClock};
pub use context::JobContext;
pub use error::{JobError, WorkerError};
pub use handler::{Handled, Handlers};
pub use options::WorkerOptions;
pub use worker::{Shutdown, Worker};
