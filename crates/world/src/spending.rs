//! How money is spent, and what it buys: flighting, season, demand that spend chases, channels
//! that move together, silence, prices.

use outlay_core::{Exposure, Grid};

use crate::draw::{geo_series, log_normal, normal, stream};
use crate::error::WorldError;
use crate::flighting::schedule;
use crate::geography::Geography;
use crate::spec::{ChannelSpec, Flighting, OrganicSpec, ReachFrequency, WorldSpec};
use crate::timeline::Timeline;

/// What one channel spends and buys, history included: `[geo][history + period]`.
#[derive(Debug, Clone)]
pub(crate) struct Bought {
    pub(crate) spend: Grid,
    pub(crate) exposure: Exposure,
    /// Relative national level per period before dark periods, mean 1 over the data.
    plan: Vec<Vec<f64>>,
}

/// The surroundings in which money is spent.
pub(crate) struct Scene<'a> {
    pub(crate) spec: &'a WorldSpec,
    pub(crate) seed: u64,
    pub(crate) line: &'a Timeline,
    pub(crate) geography: &'a Geography,
    /// Standardised latent demand, `[geo][history + period]`.
    pub(crate) demand: &'a [Vec<f64>],
    /// Treatments as they are set, `[treatment][period of the data]`.
    pub(crate) treatments: &'a [Vec<f64>],
}

impl Scene<'_> {
    /// Spends on every paid channel, in order.
    pub(crate) fn spend(&self) -> Result<Vec<Bought>, WorldError> {
        let mut all: Vec<Bought> = Vec::new();
        for channel in &self.spec.channels {
            let other = channel.collinear_with.as_ref().and_then(|name| {
                let index = self.spec.channels.iter().position(|c| c.name == *name)?;
                all.get(index)
            });
            let bought = self.buy(channel, other)?;
            all.push(bought);
        }
        Ok(all)
    }

    /// The exposure of an organic channel.
    pub(crate) fn publish(&self, organic: &OrganicSpec) -> Result<Exposure, WorldError> {
        let movement = Movement {
            flighting: organic.flighting,
            variation: organic.variation,
            seasonal: 0.0,
            demand_driven: 0.0,
            demand_gain: 0.0,
            habit: vec![1.0; self.line.total()],
        };
        let plan = self.plan(&organic.name, &movement);
        let values = self.in_money(&organic.name, &plan, organic.volume, 1.0)?;
        Ok(Exposure::Volume { unit: organic.unit.clone(), values })
    }

    fn buy(&self, channel: &ChannelSpec, other: Option<&Bought>) -> Result<Bought, WorldError> {
        let movement = Movement {
            flighting: channel.flighting,
            variation: channel.variation,
            seasonal: channel.seasonal,
            demand_driven: channel.demand_driven,
            demand_gain: channel.demand_gain,
            habit: self.habit(channel),
        };
        let mut plan = self.plan(&channel.name, &movement);
        if let Some(other) = other {
            plan = self.together(&plan, &other.plan, channel.collinearity);
        }
        let silent = self.line.dark(&channel.dark);
        let mut paid = plan.clone();
        for row in &mut paid {
            row.iter_mut().zip(&silent).filter(|(_, s)| **s).for_each(|(x, _)| *x = 0.0);
        }
        let spend = self.in_money(&channel.name, &paid, channel.spend, 100.0)?;
        let exposure = self.expose(channel, &spend);
        Ok(Bought { spend, exposure, plan })
    }

    /// Growth over the years, budgets by the quarter, and promotions that are advertised.
    fn habit(&self, channel: &ChannelSpec) -> Vec<f64> {
        let line = self.line;
        let years = line.years();
        let mut rng = stream(self.seed, &format!("quarterly/{}", channel.name));
        let mut budgets: Vec<(i64, f64)> = Vec::new();
        let followed = channel.follows.as_ref().and_then(|name| {
            let index = self.spec.treatments.iter().position(|t| t.name == *name)?;
            Some((self.spec.treatments[index].size, self.treatments.get(index)?))
        });
        (0..line.total())
            .map(|t| {
                let quarter = (4.0 * years[t]).floor() as i64;
                if budgets.last().is_none_or(|(q, _)| *q != quarter) {
                    budgets.push((quarter, (channel.quarterly * normal(&mut rng)).exp()));
                }
                let budget = budgets.last().map_or(1.0, |(_, b)| *b);
                let depth = |(size, series): (f64, &Vec<f64>)| {
                    let now = t.checked_sub(line.history).and_then(|t| series.get(t));
                    now.copied().unwrap_or(0.0) / size
                };
                let push = 1.0 + channel.follow_gain * followed.map_or(0.0, depth);
                (1.0 + channel.growth).powf(years[t]) * budget * push
            })
            .collect()
    }

    /// Relative level per geo and period, national mean 1 over the data (0 throughout when the
    /// channel never runs).
    fn plan(&self, name: &str, movement: &Movement) -> Vec<Vec<f64>> {
        let (line, geos) = (self.line, self.geography.len());
        let mut rng = stream(self.seed, &format!("flighting/{name}"));
        let on = schedule(movement.flighting, &mut rng, line.total(), line.per_year());
        let wave = line.yearly(&self.spec.baseline.yearly);
        let top = wave.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
        let season = |t: usize| if top > 0.0 { movement.seasonal * wave[t] / top } else { 0.0 };
        let label = format!("spend/{name}");
        let own = self.spec.geos.own_share;
        let moves = geo_series((self.seed, &label), geos, line.total(), line.history, 0.3, own);
        let mut plan: Vec<Vec<f64>> = (0..geos)
            .map(|g| {
                (0..line.total())
                    .map(|t| {
                        let factor = |sd: f64, z: f64| (sd * z - 0.5 * sd * sd).exp();
                        let planned = factor(movement.variation, moves[g][t]);
                        let chased = factor(movement.demand_gain, self.demand[g][t]);
                        let share = movement.demand_driven;
                        let usual = on[t] * (1.0 + season(t)) * movement.habit[t];
                        usual * ((1.0 - share) * planned + share * chased)
                    })
                    .collect()
            })
            .collect();
        self.normalise(&mut plan);
        plan
    }

    /// Mixes two plans so that the mix correlates with the other's as strongly as asked for, when
    /// the two are independent: weights `k / sd_other` and `sqrt(1 - k^2) / sd_own`.
    fn together(&self, own: &[Vec<f64>], other: &[Vec<f64>], k: f64) -> Vec<Vec<f64>> {
        let weight = |share: f64, plan: &[Vec<f64>]| {
            let sd = self.movement_of(plan);
            if sd > 0.0 { share / sd } else { share }
        };
        let (a, b) = (weight(k, other), weight((1.0 - k * k).max(0.0).sqrt(), own));
        let mut mix: Vec<Vec<f64>> = own
            .iter()
            .zip(other)
            .map(|(x, y)| x.iter().zip(y).map(|(x, y)| a * y + b * x).collect())
            .collect();
        self.normalise(&mut mix);
        mix
    }

    fn national(&self, plan: &[Vec<f64>]) -> Vec<f64> {
        let people = &self.geography.people;
        let at = |t: usize| plan.iter().zip(people).map(|(row, p)| row[t] * p).sum();
        (self.line.history..self.line.total()).map(at).collect()
    }

    fn movement_of(&self, plan: &[Vec<f64>]) -> f64 {
        let series = self.national(plan);
        let n = series.len().max(1) as f64;
        let mean = series.iter().sum::<f64>() / n;
        (series.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt()
    }

    fn normalise(&self, plan: &mut [Vec<f64>]) {
        let series = self.national(plan);
        let mean = series.iter().sum::<f64>() / series.len().max(1) as f64;
        if mean > 0.0 {
            plan.iter_mut().flatten().for_each(|x| *x /= mean);
        }
    }

    /// Amounts whose average per period over the data is `average`, rounded to `1 / digits`.
    fn in_money(
        &self,
        name: &str,
        plan: &[Vec<f64>],
        average: f64,
        digits: f64,
    ) -> Result<Grid, WorldError> {
        let line = self.line;
        let label = format!("geo/spend/{name}");
        let shares = self.geography.spread((self.seed, &label), self.spec.geos.spend_spread);
        let window = line.history..line.total();
        let sum: f64 = plan
            .iter()
            .zip(&shares)
            .map(|(row, share)| share * row[window.clone()].iter().sum::<f64>())
            .sum();
        let scale = average * line.periods as f64 / sum;
        let amounts = Grid::from_fn(plan.len(), line.total(), |g, t| {
            (scale * shares[g] * plan[g][t] * digits).round() / digits
        });
        let seen = (0..plan.len()).any(|g| amounts.row(g)[line.history..].iter().any(|x| *x > 0.0));
        if sum > 0.0 && seen { Ok(amounts) } else { Err(WorldError::NeverOn(name.to_owned())) }
    }

    fn expose(&self, channel: &ChannelSpec, spend: &Grid) -> Exposure {
        let Some(price) = channel.cost_per_thousand else {
            return Exposure::Volume { unit: "spend".to_owned(), values: spend.clone() };
        };
        let mut rng = stream(self.seed, &format!("price/{}", channel.name));
        let prices: Vec<f64> = (0..spend.periods())
            .zip(self.line.years())
            .map(|(_, years)| {
                let trend = (1.0 + channel.cost_growth).powf(years);
                price * trend * log_normal(&mut rng, channel.cost_variation)
            })
            .collect();
        let impressions = Grid::from_fn(spend.geos(), spend.periods(), |g, t| {
            (spend.at(g, t) / prices[t] * 1_000.0).round()
        });
        match &channel.reach_frequency {
            None => Exposure::Volume { unit: "impressions".to_owned(), values: impressions },
            Some(rf) => self.reach(rf, &channel.name, &impressions),
        }
    }

    /// Splits impressions into people and contacts: at pressure `u = impressions / audience` the
    /// share reached is `1 - exp(-u)` and each is met `u / (1 - exp(-u))` times.
    fn reach(&self, rf: &ReachFrequency, name: &str, impressions: &Grid) -> Exposure {
        let average = mean_per_head(impressions, &self.geography.people, self.line.history);
        let audience = average / pressure_at(rf.frequency);
        let mut rng = stream(self.seed, &format!("frequency/{name}"));
        let luck: Vec<f64> =
            (0..impressions.values().len()).map(|_| log_normal(&mut rng, rf.variation)).collect();
        let periods = impressions.periods();
        let frequency = Grid::from_fn(impressions.geos(), periods, |g, t| {
            let seen = impressions.at(g, t);
            if seen <= 0.0 {
                return 0.0;
            }
            let u = seen / (audience * self.geography.people[g]);
            let met = contacts(u) * luck[g * periods + t];
            (met.clamp(1.0, seen) * 100.0).round() / 100.0
        });
        let reach = Grid::from_fn(impressions.geos(), periods, |g, t| {
            let met = frequency.at(g, t);
            if met > 0.0 { (impressions.at(g, t) / met).round() } else { 0.0 }
        });
        Exposure::ReachFrequency { reach, frequency }
    }
}

/// How a channel moves.
struct Movement {
    flighting: Flighting,
    variation: f64,
    seasonal: f64,
    demand_driven: f64,
    demand_gain: f64,
    /// Factor per period for growth, quarterly budgets and promotions.
    habit: Vec<f64>,
}

/// Mean exposure per head (of the whole brand's people) over the cells of the data in which there
/// is any: the level at which relative pressure is 1.
pub(crate) fn mean_per_head(exposure: &Grid, people: &[f64], history: usize) -> f64 {
    let mut sum = 0.0;
    let mut n = 0.0;
    for (g, share) in people.iter().enumerate() {
        for x in exposure.row(g).iter().skip(history).filter(|x| **x > 0.0) {
            sum += x / share;
            n += 1.0;
        }
    }
    if n > 0.0 { sum / n } else { 0.0 }
}

/// Contacts per person reached at pressure `u`.
fn contacts(u: f64) -> f64 {
    if u < 1e-9 { 1.0 } else { u / -(-u).exp_m1() }
}

/// The pressure at which people reached are met `frequency` times, by bisection (`contacts` rises
/// from 1 and never exceeds `u + 1`).
fn pressure_at(frequency: f64) -> f64 {
    let (mut low, mut high) = (0.0, frequency);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if contacts(middle) < frequency {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_and_contacts_are_inverse() {
        for frequency in [1.05, 2.0, 3.5, 12.0] {
            assert!((contacts(pressure_at(frequency)) - frequency).abs() < 1e-9);
        }
    }

    #[test]
    fn silent_cells_do_not_count_for_the_reference() {
        let grid = Grid::new(2, 3, vec![9.0, 0.0, 4.0, 9.0, 8.0, 0.0]).unwrap();
        // Per head: 4 / 0.25 = 16 and 8 / 0.75; the first period is history.
        let expected = (16.0 + 8.0 / 0.75) / 2.0;
        assert!((mean_per_head(&grid, &[0.25, 0.75], 1) - expected).abs() < 1e-12);
    }
}
