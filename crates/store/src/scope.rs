//! What can be reached, and from where: everything of one workspace through a [`Scope`], and the
//! little that lies above workspaces.

use crate::alerts::Alert;
use crate::campaigns::{AgentStates, AllocationChange, ApiCall, Arm, Campaign, Decision};
use crate::datasets::{Dataset, LineageEdge, Mapping, StoredPanel, Upload};
use crate::events::Events;
use crate::facts::Facts;
use crate::idempotency::IdempotencyKeys;
use crate::link::Link;
use crate::mart::Mart;
use crate::models::{Model, Scenario};
use crate::queue::{Jobs, Schedule};
use crate::rows::Rows;
use crate::settings::{ConfigChange, Settings};
use crate::tokens::ApiToken;
use crate::users::{Members, User};
use crate::workspaces::{Workspace, WorkspaceId};

/// Everything that belongs to one workspace. There is no way from here into another one.
#[derive(Clone, Copy)]
pub struct Scope<'c> {
    link: Link<'c>,
    workspace: WorkspaceId,
}

macro_rules! repositories {
    ($($(#[$note:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$note])*
        pub fn $name(self) -> Rows<'c, $type> {
            Rows::new(self.link, Some(self.workspace))
        }
    )*};
}

macro_rules! desks {
    ($($(#[$note:meta])* $name:ident: $type:ident;)*) => {$(
        $(#[$note])*
        pub fn $name(self) -> $type<'c> {
            $type { link: self.link, workspace: self.workspace }
        }
    )*};
}

impl<'c> Scope<'c> {
    pub(crate) fn new(link: Link<'c>, workspace: WorkspaceId) -> Self {
        Self { link, workspace }
    }

    /// Which workspace this is.
    pub fn id(self) -> WorkspaceId {
        self.workspace
    }

    repositories! {
        /// Files as they were sent.
        uploads: Upload;
        /// Tables of data.
        datasets: Dataset;
        /// How their columns are read.
        mappings: Mapping;
        /// Panels made of them.
        panels: StoredPanel;
        /// What was made of what.
        lineage: LineageEdge;
        /// Campaigns.
        campaigns: Campaign;
        /// Arms of campaigns.
        arms: Arm;
        /// What agents decided.
        decisions: Decision;
        /// Changes of budgets.
        allocation_changes: AllocationChange;
        /// Calls to platforms.
        api_calls: ApiCall;
        /// Models.
        models: Model;
        /// Scenarios.
        scenarios: Scenario;
        /// Alerts.
        alerts: Alert;
        /// Changes of settings.
        config_changes: ConfigChange;
        /// Tokens of programs.
        api_tokens: ApiToken;
        /// What is queued again and again.
        schedules: Schedule;
    }

    desks! {
        /// The people here.
        members: Members;
        /// Settings over their defaults.
        settings: Settings;
        /// Live events.
        events: Events;
        /// Idempotency keys.
        idempotency: IdempotencyKeys;
        /// What the agents believe.
        agent_states: AgentStates;
        /// The flat tables that other tools read.
        mart: Mart;
        /// Metric facts.
        facts: Facts;
        /// Jobs, their runs and log lines.
        jobs: Jobs;
    }
}

/// What lies above workspaces. A [`crate::Store`] and a [`crate::Transaction`] both offer it.
macro_rules! above {
    () => {
        /// All workspaces.
        pub fn workspaces(&self) -> $crate::rows::Rows<'_, $crate::workspaces::Workspace> {
            $crate::scope::workspaces(self.link())
        }

        /// Everything of one workspace.
        pub fn workspace(&self, id: $crate::workspaces::WorkspaceId) -> $crate::scope::Scope<'_> {
            $crate::scope::Scope::new(self.link(), id)
        }

        /// All people.
        pub fn users(&self) -> $crate::rows::Rows<'_, $crate::users::User> {
            $crate::scope::users(self.link())
        }

        /// All sessions.
        pub fn sessions(&self) -> $crate::tokens::Sessions<'_> {
            $crate::tokens::Sessions { link: self.link() }
        }

        /// API tokens, sought before the workspace is known.
        pub fn bearers(&self) -> $crate::tokens::Bearers<'_> {
            $crate::tokens::Bearers { link: self.link() }
        }

        /// The jobs of all workspaces, as a worker takes them.
        pub fn queue(&self) -> $crate::queue::Queue<'_> {
            $crate::queue::Queue { link: self.link() }
        }
    };
}

pub(crate) use above;

pub(crate) fn workspaces(link: Link<'_>) -> Rows<'_, Workspace> {
    Rows::new(link, None)
}

pub(crate) fn users(link: Link<'_>) -> Rows<'_, User> {
    Rows::new(link, None)
}
