//! How effects change over the years.

use crate::draw::{normal, stream};
use crate::spec::Change;
use crate::timeline::Timeline;

/// Factor of an effect per period, history included, 1 on average over the data; before the data
/// it is what it is in the first period.
pub(crate) fn factors(change: Change, seed: u64, name: &str, line: &Timeline) -> Vec<f64> {
    let n = line.periods;
    let mut data: Vec<f64> = match change {
        Change::Linear { total } => {
            let last = n.saturating_sub(1).max(1) as f64;
            (0..n).map(|t| 1.0 + total * (t as f64 / last - 0.5)).collect()
        }
        Change::Walk { per_year } => {
            let mut rng = stream(seed, &format!("change/{name}"));
            let step = per_year / line.per_year().sqrt();
            let mut walk = 0.0;
            (0..n)
                .map(|_| {
                    let now = f64::exp(walk);
                    walk += step * normal(&mut rng);
                    now
                })
                .collect()
        }
    };
    let mean = data.iter().sum::<f64>() / n.max(1) as f64;
    data.iter_mut().for_each(|x| *x /= mean);
    let first = data.first().copied().unwrap_or(1.0);
    std::iter::repeat_n(first, line.history).chain(data).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::WorldSpec;

    #[test]
    fn factors_average_one_and_history_holds_the_first() {
        let line = Timeline::new(&WorldSpec { history: 3, periods: 104, ..WorldSpec::default() });
        for change in [Change::Linear { total: 0.8 }, Change::Walk { per_year: 0.4 }] {
            let all = factors(change, 1, "tv", &line);
            assert_eq!(all.len(), 107);
            assert!((all[3..].iter().sum::<f64>() / 104.0 - 1.0).abs() < 1e-12);
            assert_eq!(all[0], all[3]);
        }
        let straight = factors(Change::Linear { total: 0.8 }, 1, "tv", &line);
        assert!((straight[106] - straight[3] - 0.8).abs() < 1e-12);
    }
}
