//! What pages ask about a range of days: where the days end, and totals over them.

use chrono::NaiveDate;

use super::query::{CampaignTotals, NamedQuery};
use super::{Facts, Span, Totals};
use crate::campaigns::{Campaign, CampaignFilter};
use crate::error::Result;
use crate::field::Field;
use crate::id::Id;

/// Sums over a range, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeTotals {
    /// On how many days something was reported.
    pub days: i64,
    /// The sums.
    pub totals: Totals,
}

impl Facts<'_> {
    /// The first and the last day that have facts under an attribution setting: of the whole
    /// workspace, or of one campaign.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ends(
        self,
        attribution: &str,
        campaign: Option<Id<Campaign>>,
    ) -> Result<Option<(NaiveDate, NaiveDate)>> {
        let asked = NamedQuery::Ends(attribution.to_owned(), campaign);
        let ends: Vec<NaiveDate> = self.ask(&asked, |row| Field::read(row, "day")).await?;
        Ok(ends.iter().min().copied().zip(ends.iter().max().copied()))
    }

    /// Totals of each of these campaigns: one question for a whole page of them. Sums of different
    /// currencies are kept apart.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sums_of(
        self,
        campaigns: Vec<Id<Campaign>>,
        span: Span,
    ) -> Result<Vec<CampaignTotals>> {
        if campaigns.is_empty() {
            return Ok(Vec::new());
        }
        self.ask(&NamedQuery::Sums(campaigns, span), |row| {
            let campaign_id = Field::read(row, "campaign_id")?;
            Ok(CampaignTotals { campaign_id, totals: Totals::read(row)? })
        })
        .await
    }

    /// Totals over all campaigns that the filter names, one entry per currency.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn whole(self, filter: &CampaignFilter, span: Span) -> Result<Vec<RangeTotals>> {
        self.ask(&NamedQuery::Whole(filter.clone(), span), |row| {
            Ok(RangeTotals { days: Field::read(row, "days")?, totals: Totals::read(row)? })
        })
        .await
    }
}
