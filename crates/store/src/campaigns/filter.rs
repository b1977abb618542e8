//! Campaigns by what their newest arm is: the platform and the channel that people know them by.

use sea_orm::Value;

use super::{Campaign, RunStatus};
use crate::error::Result;
use crate::field::{Cell, Field};
use crate::link::rows;
use crate::page::{Page, Slice};
use crate::record::Stored;
use crate::rows::Rows;

/// Which campaigns are meant; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// Whether they run.
    pub status: Option<RunStatus>,
    /// Platform, as [`CampaignKind::platform`] has it.
    pub platform: Option<String>,
    /// Channel, as [`CampaignKind::channel`] has it.
    pub channel: Option<String>,
}

/// Where a campaign runs: what pages show of it and filter by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CampaignKind {
    /// Platform of its newest arm; the account that reports it where it has none.
    pub platform: String,
    /// Channel of its newest arm; empty where it has none.
    pub channel: String,
}

const PLATFORM: &str = "COALESCE((SELECT arms.platform FROM arms
    WHERE arms.workspace_id = campaigns.workspace_id AND arms.campaign_id = campaigns.id
    ORDER BY arms.id DESC LIMIT 1), campaigns.source)";
const CHANNEL: &str = "COALESCE((SELECT arms.channel FROM arms
    WHERE arms.workspace_id = campaigns.workspace_id AND arms.campaign_id = campaigns.id
    ORDER BY arms.id DESC LIMIT 1), '')";

impl CampaignFilter {
    /// Whether it names nothing, so that every campaign is meant.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The condition on a row of `campaigns`; its values are `$from` and on.
    pub(crate) fn condition(&self, from: usize) -> (String, Vec<Value>) {
        let mut values = Vec::new();
        let mut all = vec!["1 = 1".to_owned()];
        let mut also = |left: &str, value: Option<Value>| {
            if let Some(value) = value {
                all.push(format!("{left} = ${}", from + values.len()));
                values.push(value);
            }
        };
        also("campaigns.status", self.status.as_ref().map(|status| RunStatus::cell(Some(status))));
        also(PLATFORM, self.platform.as_ref().map(|platform| String::cell(Some(platform))));
        also(CHANNEL, self.channel.as_ref().map(|channel| String::cell(Some(channel))));
        (all.join(" AND "), values)
    }
}

impl Rows<'_, Campaign> {
    /// Campaigns that the filter names, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn matching(
        self,
        filter: &CampaignFilter,
        page: Page,
    ) -> Result<Slice<Stored<Campaign>>> {
        let (condition, values) = filter.condition(1);
        self.page(&condition, values, page).await
    }

    /// Every pair of platform and channel that a campaign has, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn kinds(self) -> Result<Vec<CampaignKind>> {
        let (scope, values) = self.scope(Vec::new());
        let sql = format!(
            "SELECT DISTINCT {PLATFORM} AS platform, {CHANNEL} AS channel
             FROM campaigns WHERE {scope}"
        );
        let mut kinds = rows(&self.link.all(&sql, values).await?, |row| {
            Ok(CampaignKind {
                platform: Field::read(row, "platform")?,
                channel: Field::read(row, "channel")?,
            })
        })?;
        kinds.sort();
        Ok(kinds)
    }
}
