//! What a split maximises: the channels' curves in money, their bounds, their overlaps.

use super::{
    Bounds, ChannelShare, Duplication, ReachCurve, ReachError, Split, SplitMethod, SplitRequest,
    check, combined_frequency, same_population,
};
use crate::reach::duplication::combine;

/// Smallest share of people not reached, so that logarithms stay finite.
const NOBODY: f64 = 1e-12;

pub(super) struct Objective<'a> {
    curves: &'a [ReachCurve],
    costs: Vec<f64>,
    frequency: u32,
    pub(super) least: Vec<f64>,
    /// No limit is infinite.
    pub(super) most: Vec<f64>,
    pub(super) duplication: Duplication,
}

impl<'a> Objective<'a> {
    pub(super) fn new(
        curves: &'a [ReachCurve],
        request: &SplitRequest,
    ) -> Result<Self, ReachError> {
        same_population(curves)?;
        let frequency = f64::from(request.frequency);
        check("the frequency", "1 or more", frequency, request.frequency >= 1)?;
        check("the budget", "zero or more", request.budget, request.budget >= 0.0)?;
        check(
            "the number of grid steps",
            "1 to 10000",
            request.steps as f64,
            (1..=10_000).contains(&request.steps),
        )?;
        let costs = curves.iter().map(|curve| {
            curve
                .cost_per_unit()
                .ok_or_else(|| ReachError::NoCost { channel: curve.channel.clone() })
        });
        let costs = costs.collect::<Result<Vec<f64>, ReachError>>()?;
        let unbounded = vec![Bounds::default(); curves.len()];
        let bounds = if request.bounds.is_empty() { &unbounded } else { &request.bounds };
        if bounds.len() != curves.len() {
            let (given, needed) = (bounds.len(), curves.len());
            return Err(ReachError::Lengths { what: "bounds", given, needed });
        }
        for bound in bounds {
            check("a least spend", "zero or more", bound.least, bound.least >= 0.0)?;
            if let Some(most) = bound.most {
                check("a largest spend", "no less than the least", most, most >= bound.least)?;
            }
        }
        let least: Vec<f64> = bounds.iter().map(|bound| bound.least).collect();
        let sum: f64 = least.iter().sum();
        if sum > request.budget * (1.0 + 1e-12) {
            return Err(ReachError::Budget { least: sum, budget: request.budget });
        }
        let names: Vec<&str> = curves.iter().map(|curve| curve.channel.as_str()).collect();
        Ok(Self {
            curves,
            costs,
            frequency: request.frequency,
            most: bounds.iter().map(|bound| bound.most.unwrap_or(f64::INFINITY)).collect(),
            least,
            duplication: Duplication::from_pairs(&names, &request.duplication)?,
        })
    }

    pub(super) fn channels(&self) -> usize {
        self.curves.len()
    }

    /// Largest useful spend of a channel within a budget.
    pub(super) fn most(&self, i: usize, budget: f64) -> f64 {
        let others: f64 = self.least.iter().sum::<f64>() - self.least[i];
        self.most[i].min(budget - others).max(self.least[i])
    }

    /// Whether equal marginals are sure to be the best independent split.
    pub(super) fn is_concave(&self) -> bool {
        self.curves.iter().all(|curve| curve.is_concave(self.frequency))
    }

    /// Share of the population that channel `i` reaches, and its slope in money.
    fn share(&self, i: usize, spend: f64) -> (f64, f64) {
        let (curve, cost) = (&self.curves[i], self.costs[i]);
        let (people, slope) = curve.value_and_slope(spend / cost, self.frequency);
        (people / curve.population, slope / (cost * curve.population))
    }

    /// `−ln(1 − r)` of a channel: what adds up over independent channels.
    pub(super) fn gain(&self, i: usize, spend: f64) -> f64 {
        -(-self.share(i, spend).0.min(1.0 - NOBODY)).ln_1p()
    }

    /// Derivative of [`Objective::gain`] in money.
    pub(super) fn marginal(&self, i: usize, spend: f64) -> f64 {
        let (share, slope) = self.share(i, spend);
        slope / (1.0 - share).max(NOBODY)
    }

    pub(super) fn separable(&self, spends: &[f64]) -> f64 {
        spends.iter().enumerate().map(|(i, &spend)| self.gain(i, spend)).sum()
    }

    /// Combined reach with the overlaps given.
    pub(super) fn combined(&self, spends: &[f64]) -> f64 {
        combine(&self.shares(spends), &self.duplication).share
    }

    fn shares(&self, spends: &[f64]) -> Vec<f64> {
        spends.iter().enumerate().map(|(i, &spend)| self.share(i, spend).0.min(1.0)).collect()
    }

    pub(super) fn describe(&self, spends: &[f64], budget: f64, method: SplitMethod) -> Split {
        let shares = self.shares(spends);
        let population = self.curves[0].population;
        let channels = spends.iter().zip(self.curves).zip(&shares).enumerate();
        let channels: Vec<ChannelShare> = channels
            .map(|(i, ((&spend, curve), &share))| {
                let bought = spend / self.costs[i];
                ChannelShare {
                    channel: curve.channel.clone(),
                    spend,
                    bought,
                    people: share * population,
                    share,
                    extrapolated: bought > curve.last,
                }
            })
            .collect();
        let bought: Vec<f64> = channels.iter().map(|channel| channel.bought).collect();
        let combined = combine(&shares, &self.duplication);
        let spent: f64 = spends.iter().sum();
        Split {
            channels,
            people: combined.share * population,
            // Populations and lengths were checked when the objective was made.
            across: combined_frequency(self.curves, &bought, self.frequency)
                .unwrap_or(combined.share),
            combined,
            spent,
            unspent: (budget - spent).max(0.0),
            next_person_cost: self.next_person_cost(spends, combined.share * population),
            method,
        }
    }

    /// By a small step: it needs no derivative of the overlaps.
    fn next_person_cost(&self, spends: &[f64], people: f64) -> Option<f64> {
        let population = self.curves[0].population;
        let step = 1e-6 * spends.iter().sum::<f64>();
        let costs = (0..spends.len()).filter(|&i| spends[i] + step <= self.most[i]).map(|i| {
            let mut more = spends.to_vec();
            more[i] += step;
            step / (self.combined(&more) * population - people)
        });
        costs.filter(|cost| cost.is_finite() && *cost > 0.0).min_by(f64::total_cmp)
    }
}
