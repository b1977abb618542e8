//! Geos: their people, and how they differ per head.

use crate::draw::{log_normal, normal, stream};
use crate::spec::WorldSpec;
use rand::RngExt;

/// Geos with their shares; every share sums to 1 over geos.
#[derive(Debug, Clone)]
pub(crate) struct Geography {
    pub(crate) names: Vec<String>,
    /// People; 1 for a national brand, as a panel wants it.
    pub(crate) population: Vec<f64>,
    /// Share of people.
    pub(crate) people: Vec<f64>,
    /// Share of the baseline level.
    pub(crate) levels: Vec<f64>,
}

impl Geography {
    pub(crate) fn new(spec: &WorldSpec, seed: u64) -> Self {
        let n = spec.geos.count;
        if n == 1 {
            let name = spec.geos.names.first().cloned();
            return Self {
                names: vec![name.unwrap_or_else(|| "national".to_owned())],
                population: vec![1.0],
                people: vec![1.0],
                levels: vec![1.0],
            };
        }
        let names = if spec.geos.names.is_empty() {
            let width = n.to_string().len().max(2);
            (1..=n).map(|g| format!("geo_{g:0width$}")).collect()
        } else {
            spec.geos.names.clone()
        };
        let mut rng = stream(seed, "population");
        let population: Vec<f64> = if spec.geos.populations.is_empty() {
            // Between half a million and five million, evenly on the log scale, to the thousand.
            (0..n).map(|_| (500.0 * 10_f64.powf(rng.random::<f64>())).round() * 1e3).collect()
        } else {
            spec.geos.populations.iter().map(|p| p.round()).collect()
        };
        let people = shares(&population);
        let mut rng = stream(seed, "geo/level");
        let spread: Vec<f64> =
            people.iter().map(|p| p * log_normal(&mut rng, spec.geos.level_spread)).collect();
        Self { names, population, levels: shares(&spread), people }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Share of each geo in a quantity that varies per head with `spread` (sd of the log).
    pub(crate) fn spread(&self, (seed, label): (u64, &str), spread: f64) -> Vec<f64> {
        if self.len() == 1 {
            return vec![1.0];
        }
        let mut rng = stream(seed, label);
        shares(
            &self.people.iter().map(|p| p * (spread * normal(&mut rng)).exp()).collect::<Vec<_>>(),
        )
    }
}

fn shares(values: &[f64]) -> Vec<f64> {
    let sum: f64 = values.iter().sum();
    values.iter().map(|v| v / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Geos;

    #[test]
    fn shares_sum_to_one_and_follow_people() {
        let geos = Geos { count: 12, level_spread: 0.0, ..Geos::default() };
        let geography = Geography::new(&WorldSpec { geos, ..WorldSpec::default() }, 3);
        assert!((geography.people.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(geography.people.len(), 12);
        for (level, people) in geography.levels.iter().zip(&geography.people) {
            assert!((level - people).abs() < 1e-12);
        }
        assert!(geography.population.iter().all(|p| (5e5..=5e6).contains(p)));
    }
}
