//! The trace in which a job was queued.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "0005_traces",
    up: &["ALTER TABLE jobs ADD COLUMN trace_parent {text}"],
    down: &["ALTER TABLE jobs DROP COLUMN trace_parent"],
};
