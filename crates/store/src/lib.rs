//! The store: everything that Outlay remembers, in one relational schema on SQLite (embedded, the
//! default) or PostgreSQL, with large artefacts beside it and a cache in front of it.
//!
//! Invariants: this crate alone speaks SQL and sees the ORM, and no type of it appears in a public
//! signature. Whatever belongs to a workspace is reached through [`Store::workspace`], and every
//! statement carries that workspace. The clock is a parameter of every call that needs one. Money
//! is integer micros with a currency; times are UTC, to the microsecond. Passwords arrive hashed,
//! tokens are stored as hashes only, secrets are not stored at all.
//!
//! ```
//! use chrono::DateTime;
//! use outlay_store::{Page, Store, StoreAddress, StoreOptions, Workspace};
//!
//! # async fn example(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
//! let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
//! let address = StoreAddress::file(folder.join("outlay.db"));
//! let store = Store::open(&address, StoreOptions::default()).await?;
//! store.migrate(now).await?;
//! let shop = Workspace {
//!     name: "Shop".to_owned(),
//!     currency: "EUR".parse()?,
//!     time_zone: "Europe/Berlin".to_owned(),
//! };
//! let shop = store.workspaces().create(shop, now).await?;
//! let campaigns = store.workspace(shop.id).campaigns().list(Page::default()).await?;
//! assert!(campaigns.rows.is_empty());
//! # Ok(())
//! # }
//! # let folder = tempfile::tempdir().unwrap();
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
//! #     .block_on(example(folder.path())).unwrap();
//! ```

mod address;
mod alerts;
mod cache;
mod campaigns;
mod classify;
pub mod contract;
mod datasets;
mod engine;
mod error;
mod events;
mod facts;
mod field;
mod housekeeping;
mod id;
mod idempotency;
mod link;
mod mart;
mod models;
mod objects;
mod options;
mod outline;
mod page;
mod queue;
mod record;
mod rows;
mod schema;
mod scope;
mod settings;
mod statement;
mod store;
mod tokens;
mod transaction;
mod users;
mod workspaces;

pub use address::{AddressError, StoreAddress};
pub use alerts::{Alert, AlertState, Severity};
pub use cache::{Cache, CacheAddressError, CacheFigures, CacheKey, CacheOptions};
pub use campaigns::{
    AgentState, AgentStates, AllocationChange, ApiCall, Arm, Campaign, CampaignFilter,
    CampaignKind, ChangeState, Decision, Mode, RunStatus,
};
pub use datasets::{Dataset, DatasetState, LineageEdge, Mapping, StoredPanel, Upload, UploadState};
pub use engine::Engine;
pub use error::{Cause, Result, SchemaError, StoreError};
pub use events::{Event, Events, Resumed};
pub use facts::{
    CampaignDay, CampaignTotals, DayTotals, Fact, Facts, NamedQuery, Partition, RangeTotals,
    RankBy, Replaced, Span, Totals,
};
pub use housekeeping::Swept;
pub use id::Id;
pub use idempotency::{Claim, IdempotencyKeys};
pub use mart::{AllocationRow, AttributionRow, CurveRow, Mart, ReachEstimate};
pub use models::{Model, ModelState, Scenario, ScenarioState};
pub use objects::{ObjectError, ObjectKey, ObjectWriter, Objects, Wanted, Written};
pub use options::StoreOptions;
pub use outline::{Outline, Outlined};
pub use page::{Cursor, Page, Slice};
pub use queue::{
    CatchUp, Claimed, Enqueued, Job, JobState, Jobs, Lease, LogLevel, LogLine, NewJob, Overlap,
    Pulse, Queue, QueueLength, Run, RunState, Schedule,
};
pub use record::Stored;
pub use rows::Rows;
pub use schema::{Applied, Migrated, checksums};
pub use scope::Scope;
pub use settings::{ConfigChange, Setting, Settings};
pub use statement::Observer;
pub use store::{Connections, Pending, Store};
pub use tokens::{ApiToken, Bearer, Bearers, NewSession, Session, Sessions, TokenHash};
pub use transaction::Transaction;
pub use users::{Member, Members, Role, User};
pub use workspaces::{Workspace, WorkspaceId};
