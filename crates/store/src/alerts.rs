//! Alerts: the same trouble is one alert until it is over.

use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::field::{Cell, words};
use crate::id::Id;
use crate::page::{Page, Slice};
use crate::record::{Stored, record};
use crate::rows::Rows;
use crate::users::User;

words! {
    /// How bad it is.
    Severity {
        /// Good to know.
        Info = "info",
        /// Look at it today.
        Warning = "warning",
        /// Look at it now.
        Critical = "critical",
    }
}

words! {
    /// How far an alert is.
    AlertState {
        /// Noticed; waits whether it lasts.
        Pending = "pending",
        /// It lasts.
        Firing = "firing",
        /// Somebody has it.
        Acknowledged = "acknowledged",
        /// Somebody wants no more of it.
        Silenced = "silenced",
        /// It is over.
        Resolved = "resolved",
    }
}

record! {
    /// Something is not as it should be.
    Alert in "alerts", "alert" {
        /// The rule that noticed.
        rule: String,
        /// How bad it is.
        severity: Severity,
        /// How far it is.
        state: AlertState,
        /// With what (`campaign:…`, `connection:…`).
        entity: String,
        /// What, in a sentence.
        message: String,
        /// The measured value.
        measured: Option<f64>,
        /// What was expected.
        expected: Option<String>,
        /// What it may come from.
        cause: Option<String>,
        /// What to do.
        action: Option<String>,
        /// Who has it.
        owner_id: Option<Id<User>>,
        /// Since when.
        since: DateTime<Utc>,
        /// When it was over; set exactly when resolved.
        resolved_at: Option<DateTime<Utc>>,
    }
}

impl Rows<'_, Alert> {
    /// The alert about this that is not over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(self, rule: &str, entity: &str) -> Result<Option<Stored<Alert>>> {
        let values =
            vec![String::cell(Some(&rule.to_owned())), String::cell(Some(&entity.to_owned()))];
        let condition = "rule = $1 AND entity = $2 AND state <> 'resolved'";
        Ok(self.select(condition, values, "").await?.into_iter().next())
    }

    /// Alerts in one state, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn in_state(self, state: AlertState, page: Page) -> Result<Slice<Stored<Alert>>> {
        self.page("state = $1", vec![AlertState::cell(Some(&state))], page).await
    }
}
