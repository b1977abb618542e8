//! Outlines of large documents, so that lists need not read those.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "0006_outlines",
    up: &[
        "ALTER TABLE models ADD COLUMN outline {json}",
        "ALTER TABLE scenarios ADD COLUMN outline {json}",
    ],
    down: &["ALTER TABLE models DROP COLUMN outline", "ALTER TABLE scenarios DROP COLUMN outline"],
};
