//! Files in, as users have them.

// Shared functions are no `#[test]`s, so the exemption in clippy.toml does not reach them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod brand;
mod dialects;
mod hostile;
mod layouts;
mod mappings;
mod parquet;
mod refusals;
mod shared_data;
mod snapshots;
mod ugly;
mod workbooks;
