//! The numbers of a plan on one curve.

use serde::Serialize;

use super::curve::{Body, ReachCurve};
use super::error::{ReachError, check};

/// Where the number of impressions comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ImpressionSource {
    /// Bought, or spend at the given price.
    Given,
    /// Read off the shape of the curve: the first impressions each reach a new person.
    Modelled,
}

/// People reached at least some number of times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AtLeast {
    /// At least this often.
    pub frequency: u32,
    /// People.
    pub people: f64,
    /// Share of the population, 0 to 1.
    pub share: f64,
}

/// What a spend or a number of impressions buys.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReachAt {
    /// Spend or impressions.
    pub bought: f64,
    /// Reach at the frequencies asked for, in their order.
    pub reach: Vec<AtLeast>,
    /// Impressions delivered.
    pub impressions: f64,
    /// Where they come from.
    pub impression_source: ImpressionSource,
    /// Gross rating points: impressions per hundred people of the population.
    pub grps: f64,
    /// Impressions per person reached; none where nobody is.
    pub average_frequency: Option<f64>,
    /// Money, where a price is known.
    pub cost: Option<f64>,
    /// Money per person reached.
    pub cost_per_person: Option<f64>,
    /// Money for one more person, at this point of the curve; none where no more can be reached.
    pub next_person_cost: Option<f64>,
    /// Whether this lies beyond the given points.
    pub extrapolated: bool,
}

impl ReachCurve {
    /// What `bought` buys, with reach at each of `frequencies`.
    ///
    /// # Errors
    /// [`ReachError::Value`] unless `bought` is zero or more, and each frequency 1 or more.
    pub fn at(&self, bought: f64, frequencies: &[u32]) -> Result<ReachAt, ReachError> {
        check("what is bought", "zero or more", bought, bought >= 0.0)?;
        for &frequency in frequencies {
            check("a frequency", "1 or more", f64::from(frequency), frequency >= 1)?;
        }
        let reach = frequencies.iter().map(|&frequency| {
            let people = self.reach(bought, frequency);
            AtLeast { frequency, people, share: people / self.population }
        });
        let (people, slope) = self.value_and_slope(bought, 1);
        let (impressions, impression_source) = self.impressions(bought);
        let cost = self.cost_per_unit.map(|cost| cost * bought);
        Ok(ReachAt {
            bought,
            reach: reach.collect(),
            impressions,
            impression_source,
            grps: 100.0 * impressions / self.population,
            average_frequency: ratio(impressions, people),
            cost,
            cost_per_person: cost.and_then(|cost| ratio(cost, people)),
            next_person_cost: self.cost_per_unit.and_then(|cost| ratio(cost, slope)),
            extrapolated: bought > self.last,
        })
    }

    /// Impressions delivered by `bought`, never fewer than people reached.
    fn impressions(&self, bought: f64) -> (f64, ImpressionSource) {
        match (self.impressions_per_unit, &self.body) {
            (Some(per_unit), _) => (per_unit * bought, ImpressionSource::Given),
            (None, Body::Fitted { joint, .. }) => {
                let modelled = joint.impressions(bought).max(self.reach(bought, 1));
                (modelled, ImpressionSource::Modelled)
            }
            (None, Body::Sum(parts)) => {
                let parts = parts.iter();
                let sum = parts.map(|part| part.curve.impressions(bought * part.share).0).sum();
                (sum, ImpressionSource::Modelled)
            }
        }
    }
}

/// `a / b` where that is a number.
fn ratio(a: f64, b: f64) -> Option<f64> {
    let ratio = a / b;
    (b > 0.0 && ratio.is_finite()).then_some(ratio)
}
