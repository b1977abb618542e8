//! What was measured: times by kind of request, errors, memory; as a table and as JSON.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Reads what is there.
    Read,
    /// Signs in, which is slow on purpose.
    SignIn,
    /// Changes something.
    Write,
}

#[derive(Default)]
struct Times {
    milliseconds: Vec<f64>,
    errors: u64,
    bytes: u64,
}

/// Collects times. Shared by all users.
#[derive(Default)]
pub(crate) struct Measured {
    times: Mutex<BTreeMap<(Kind, &'static str), Times>>,
    failures: Mutex<BTreeMap<String, u64>>,
}

/// One kind of request.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) request: &'static str,
    pub(crate) count: usize,
    pub(crate) errors: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
    pub(crate) mean_bytes: f64,
}

impl Measured {
    /// A request was answered.
    pub(crate) fn answered(&self, kind: Kind, name: &'static str, took: Duration, bytes: usize) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let row = times.entry((kind, name)).or_default();
        row.milliseconds.push(took.as_secs_f64() * 1e3);
        row.bytes += bytes as u64;
    }

    /// A request was not answered as it should be.
    pub(crate) fn failed(&self, kind: Kind, name: &'static str, why: &str) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.entry((kind, name)).or_default().errors += 1;
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        *failures.entry(format!("{name}: {why}")).or_default() += 1;
    }

    /// All requests, and those of each kind together.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: BTreeMap<Kind, Times> = BTreeMap::new();
        for ((kind, _), row) in times.iter() {
            let together = all.entry(*kind).or_default();
            together.milliseconds.extend(&row.milliseconds);
            together.errors += row.errors;
            together.bytes += row.bytes;
        }
        let mut rows: Vec<Row> =
            times.iter_mut().map(|((kind, name), row)| summed(*kind, name, row)).collect();
        rows.extend(all.iter_mut().map(|(kind, row)| summed(*kind, ALL, row)));
        rows
    }

    /// What went wrong, and how often.
    pub(crate) fn failures(&self) -> BTreeMap<String, u64> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Name of the row with all requests of a kind.
pub(crate) const ALL: &str = "all together";

fn summed(kind: Kind, request: &'static str, row: &mut Times) -> Row {
    row.milliseconds.sort_by(f64::total_cmp);
    let at = |share: f64| quantile(&row.milliseconds, share);
    let count = row.milliseconds.len();
    Row {
        kind,
        request,
        count,
        errors: row.errors,
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        p99_ms: at(0.99),
        max_ms: at(1.0),
        mean_bytes: row.bytes as f64 / count.max(1) as f64,
    }
}

/// The smallest value that at least this share of the sorted values does not exceed.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// How the memory of the server went: megabytes, one value per look.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Memory {
    pub(crate) megabytes: Vec<f64>,
}

impl Memory {
    /// Growth from the second quarter of the looks to the last one, as a share: what only warms up
    /// does so in the first.
    pub(crate) fn growth(&self) -> f64 {
        let quarter = self.megabytes.len() / 4;
        if quarter == 0 {
            return 0.0;
        }
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        let before = mean(&self.megabytes[quarter..2 * quarter]);
        mean(&self.megabytes[self.megabytes.len() - quarter..]) / before - 1.0
    }

    pub(crate) fn most(&self) -> f64 {
        self.megabytes.iter().copied().fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_that_was_measured() {
        let sorted: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((quantile(&sorted, 0.5), quantile(&sorted, 0.95)), (50.0, 95.0));
        assert_eq!((quantile(&sorted, 1.0), quantile(&[], 0.5)), (100.0, 0.0));
    }

    #[test]
    fn memory_that_only_warms_up_has_not_grown() {
        let warm = Memory { megabytes: vec![50.0, 80.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0] };
        assert_eq!(warm.growth(), 0.0);
        let leaks = Memory { megabytes: (1..=8).map(|n| 100.0 * f64::from(n)).collect() };
        assert!(leaks.growth() > 1.0);
    }
}
