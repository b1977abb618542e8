//! Campaigns, their arms, what the agents know of them, and what was decided.

mod filter;

use chrono::{DateTime, NaiveDate, Utc};
use outlay_core::{Currency, Money};
use sea_orm::{DbErr, QueryResult};
use serde_json::Value as Json;

use crate::error::{Result, StoreError};
use crate::field::{Cell, Field, stamp, words};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::page::{Page, Slice};
use crate::record::{Stored, record};
use crate::rows::Rows;
use crate::statement::places;
use crate::workspaces::WorkspaceId;

pub use filter::{CampaignFilter, CampaignKind};

words! {
    /// Whether a campaign or an arm runs.
    RunStatus {
        /// Not started.
        Draft = "draft",
        /// It runs.
        Active = "active",
        /// Stopped for now.
        Paused = "paused",
        /// Over.
        Ended = "ended",
        /// Taken away on the platform.
        Removed = "removed",
    }
}

words! {
    /// Whether something reaches a platform.
    Mode {
        /// Written down only.
        Shadow = "shadow",
        /// Done.
        Live = "live",
    }
}

record! {
    /// A campaign.
    Campaign in "campaigns", "campaign" {
        /// What people call it.
        name: String,
        /// Account that reports it (`google_ads:123`, `upload:…`); a load replaces what one says.
        source: String,
        /// Its identity there.
        external_id: Option<String>,
        /// Daily budget.
        budget: Money,
        /// First day, in the account's time zone.
        start_date: NaiveDate,
        /// Last day, if there is one.
        end_date: Option<NaiveDate>,
        /// Whether it runs.
        status: RunStatus,
    }
}

record! {
    /// What an agent may choose inside of a campaign: an audience, a creative, a bid.
    Arm in "arms", "arm" {
        /// Of which campaign.
        campaign_id: Id<Campaign>,
        /// Platform (`google_ads`, …).
        platform: String,
        /// Channel (`search`, `video`, …).
        channel: String,
        /// The creative, where it is one.
        creative: Option<String>,
        /// Its identity on the platform.
        external_id: Option<String>,
        /// Bid per click or per thousand, as the platform has it.
        bid: Option<Money>,
        /// Whether it runs.
        status: RunStatus,
    }
}

record! {
    /// Something an agent decided, with its reason.
    Decision in "decisions", "decision" {
        /// The cycle it belongs to.
        cycle: String,
        /// About which campaign.
        campaign_id: Option<Id<Campaign>>,
        /// About which arm.
        arm_id: Option<Id<Arm>>,
        /// What was decided (`allocate`, `hold`, …).
        kind: String,
        /// Whether it reached a platform.
        mode: Mode,
        /// Why, in a sentence.
        reason: String,
        /// The numbers behind it.
        detail: Json,
    }
}

words! {
    /// How far a change of money is.
    ChangeState {
        /// Being written.
        Draft = "draft",
        /// Waits for a person.
        Proposed = "proposed",
        /// A person wants it otherwise.
        ChangesRequested = "changes_requested",
        /// A person agreed.
        Approved = "approved",
        /// A person refused.
        Rejected = "rejected",
        /// Nobody answered in time.
        Expired = "expired",
        /// The world moved on since it was proposed.
        Stale = "stale",
        /// A newer one replaces it.
        Superseded = "superseded",
        /// On its way to the platform.
        Applying = "applying",
        /// The platform has it.
        Applied = "applied",
        /// It did what was said.
        Verified = "verified",
        /// The platform refused.
        Failed = "failed",
        /// Taken back.
        Reverted = "reverted",
    }
}

record! {
    /// A change of a budget, from the proposal to what became of it.
    AllocationChange in "allocation_changes", "change" {
        /// Of which campaign.
        campaign_id: Id<Campaign>,
        /// Of which arm, where it is one's.
        arm_id: Option<Id<Arm>>,
        /// Daily budget as it was read.
        before: Money,
        /// Daily budget as it should be.
        after: Money,
        /// Whether it reaches a platform.
        mode: Mode,
        /// How far it is.
        state: ChangeState,
        /// SHA-256 of all that a person agrees to, in hexadecimal.
        content_hash: String,
        /// Why, in a sentence.
        reason: String,
        /// Model, data, guard-rails, expected effect.
        evidence: Json,
        /// When the proposal ends.
        expires_at: Option<DateTime<Utc>>,
    }
}

record! {
    /// A call to a platform's interface.
    ApiCall in "api_calls", "call" {
        /// Platform.
        platform: String,
        /// What was called.
        endpoint: String,
        /// HTTP status; 0 when no answer came.
        status: i64,
        /// Time until the answer, in milliseconds.
        response_ms: i64,
        /// What went wrong, without secrets.
        error_message: Option<String>,
    }
}

impl Rows<'_, Campaign> {
    /// The campaign that a source knows under this identity.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_external(
        self,
        source: &str,
        external_id: &str,
    ) -> Result<Option<Stored<Campaign>>> {
        let values = vec![
            String::cell(Some(&source.to_owned())),
            String::cell(Some(&external_id.to_owned())),
        ];
        let found = self.select("source = $1 AND external_id = $2", values, "").await?;
        Ok(found.into_iter().next())
    }
}

macro_rules! of_campaign {
    ($($type:ty),*) => {$(
        impl Rows<'_, $type> {
            /// Those of one campaign, newest first.
            ///
            /// # Errors
            /// When the database fails.
            pub async fn of_campaign(
                self,
                campaign: Id<Campaign>,
                page: Page,
            ) -> Result<Slice<Stored<$type>>> {
                self.page("campaign_id = $1", vec![Id::cell(Some(&campaign))], page).await
            }
        }
    )*};
}

of_campaign!(Arm, Decision, AllocationChange);

impl Rows<'_, Arm> {
    /// The newest arm of each of these campaigns; none for those without arms.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_of(self, campaigns: &[Id<Campaign>]) -> Result<Vec<Stored<Arm>>> {
        if campaigns.is_empty() {
            return Ok(Vec::new());
        }
        let values = campaigns.iter().map(|id| Id::cell(Some(id))).collect();
        let condition = format!(
            "campaign_id IN ({}) AND NOT EXISTS (SELECT 1 FROM arms newer
             WHERE newer.workspace_id = arms.workspace_id
             AND newer.campaign_id = arms.campaign_id AND newer.id > arms.id)",
            places(1, campaigns.len())
        );
        self.select(&condition, values, "").await
    }
}

impl Rows<'_, AllocationChange> {
    /// Those in one state, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn in_state(
        self,
        state: ChangeState,
        page: Page,
    ) -> Result<Slice<Stored<AllocationChange>>> {
        self.page("state = $1", vec![ChangeState::cell(Some(&state))], page).await
    }
}

/// What a bandit agent believes of one arm.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct AgentState {
    /// Of which campaign.
    pub campaign_id: Id<Campaign>,
    /// Of which arm.
    pub arm_id: Id<Arm>,
    /// First parameter of the Beta belief.
    pub alpha: f64,
    /// Second parameter of the Beta belief.
    pub beta: f64,
    /// Money spent on it so far.
    pub spending: Money,
    /// Times it was tried.
    pub trials: i64,
    /// When it last learned.
    pub last_updated: DateTime<Utc>,
    /// Counts the changes; 0 before it is stored.
    pub version: i64,
}

/// What the agents of one workspace believe.
#[derive(Clone, Copy)]
pub struct AgentStates<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}

impl AgentStates<'_> {
    /// Stores a belief, if nobody else learned since it was read (`version`; 0 for a new one).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn put(self, state: AgentState) -> Result<AgentState> {
        let next = AgentState {
            version: state.version + 1,
            last_updated: stamp(state.last_updated),
            ..state
        };
        let mut values = vec![
            Id::cell(Some(&self.workspace)),
            Id::cell(Some(&next.campaign_id)),
            Id::cell(Some(&next.arm_id)),
            f64::cell(Some(&next.alpha)),
            f64::cell(Some(&next.beta)),
        ];
        next.spending.values(&mut values);
        values.extend([
            i64::cell(Some(&next.trials)),
            DateTime::cell(Some(&next.last_updated)),
            i64::cell(Some(&next.version)),
        ]);
        let sql = if state.version == 0 {
            "INSERT INTO agent_state (workspace_id, campaign_id, arm_id, alpha, beta,
                spending_micros, spending_currency, trials, last_updated, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
        } else {
            "UPDATE agent_state SET alpha = $4, beta = $5, spending_micros = $6,
                spending_currency = $7, trials = $8, last_updated = $9, version = $10
             WHERE workspace_id = $1 AND campaign_id = $2 AND arm_id = $3 AND version = $10 - 1"
        };
        if self.link.run(sql, values).await? == 1 {
            return Ok(next);
        }
        let found = self.of_campaign(next.campaign_id).await?;
        let found = found.iter().find(|other| other.arm_id == next.arm_id);
        Err(StoreError::Conflict {
            kind: "agent state",
            id: next.arm_id.to_string(),
            expected: state.version,
            found: found.map_or(0, |other| other.version),
        })
    }

    /// What is believed of a campaign's arms.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_campaign(self, campaign: Id<Campaign>) -> Result<Vec<AgentState>> {
        let sql = "SELECT * FROM agent_state WHERE workspace_id = $1 AND campaign_id = $2
            ORDER BY arm_id";
        let values = vec![Id::cell(Some(&self.workspace)), Id::cell(Some(&campaign))];
        rows(&self.link.all(sql, values).await?, read_agent)
    }
}

fn read_agent(row: &QueryResult) -> Result<AgentState, DbErr> {
    let micros: i64 = Field::read(row, "spending_micros")?;
    let currency: Currency = Field::read(row, "spending_currency")?;
    Ok(AgentState {
        campaign_id: Field::read(row, "campaign_id")?,
        arm_id: Field::read(row, "arm_id")?,
        alpha: Field::read(row, "alpha")?,
        beta: Field::read(row, "beta")?,
        spending: Money::new(micros, currency),
        trials: Field::read(row, "trials")?,
        last_updated: Field::read(row, "last_updated")?,
        version: Field::read(row, "version")?,
    })
}
