//! Files in, as users have them.

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
