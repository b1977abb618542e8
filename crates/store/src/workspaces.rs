//! Workspaces: everything else belongs to one.

use outlay_core::Currency;

use crate::id::Id;
use crate::record::record;

record! {
    /// A workspace: one business, with its own data, people and settings.
    Workspace in "workspaces", "workspace" {
        /// What people call it.
        name: String,
        /// Currency in which it is reported.
        currency: Currency,
        /// IANA time zone of its days, for example `Europe/Berlin`.
        time_zone: String,
    }
}

/// The identity of a workspace.
pub type WorkspaceId = Id<Workspace>;
