//! A small brand as an upload, and a caller's run.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use outlay_connect::Input;
use outlay_connect::mapping::FileDialect;
use outlay_core::registry::Registry;
use outlay_engine::check::{Checked, check};
use outlay_engine::collect::{Collected, collect};
use outlay_engine::learn::{Fit, FitRequest, learn};
use outlay_engine::{EngineError, Progress, Run, Unclocked};
use outlay_mmm::summary::Method;

/// Weekly data with two channels as CSV; every number is made by arithmetic.
pub(crate) fn csv(weeks: usize) -> String {
    let mut text = String::from("date,revenue,tv_spend,search_spend\n");
    let first = "2022-01-03".parse::<chrono::NaiveDate>().unwrap();
    for t in 0..weeks {
        let date = first + chrono::Days::new(7 * t as u64);
        let wiggle = |m: usize| ((t * m) % 29) as f64 / 29.0;
        let (tv, search) = (1000.0 + 3000.0 * wiggle(7), 500.0 + 2000.0 * wiggle(11));
        let media = 4000.0 * tv / (tv + 1500.0) + 2500.0 * search / (search + 900.0);
        let season = 3000.0 * (t as f64 * std::f64::consts::TAU / 52.18).sin();
        let revenue = 30_000.0 + season + media + 900.0 * wiggle(13);
        writeln!(text, "{date},{revenue:.2},{tv:.2},{search:.2}").unwrap();
    }
    text
}

/// An upload.
pub(crate) fn upload(text: impl Into<String>) -> Input {
    Input::memory("brand.csv", text.into().into_bytes())
}

/// An upload, collected under a proposed mapping.
pub(crate) fn collected(text: impl Into<String>) -> Result<Collected, EngineError> {
    collect(&upload(text), None, &FileDialect::default(), &Registry::default())
}

/// Two years of data, checked.
pub(crate) fn data() -> Checked {
    check(&collected(csv(104)).unwrap(), &Registry::default()).unwrap()
}

/// Settings, no clock, nobody watching.
pub(crate) struct Caller {
    registry: Registry,
    pub(crate) cancel: AtomicBool,
}

impl Caller {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// With some keys set otherwise.
    pub(crate) fn with(keys: &[(&str, f64)]) -> Self {
        let keys = keys.iter().map(|(key, value)| ((*key).to_owned(), *value));
        let registry = Registry::with(keys).unwrap();
        Self { registry, cancel: AtomicBool::new(false) }
    }

    pub(crate) fn quiet(&self) -> Run<'_> {
        self.watched(&|_| {})
    }

    pub(crate) fn watched<'a>(&'a self, watch: &'a (dyn Fn(&Progress) + Sync)) -> Run<'a> {
        Run {
            registry: &self.registry,
            clock: &Unclocked,
            watch,
            cancel: &self.cancel,
            partial: true,
            threads: None,
        }
    }
}

/// A small fit that many tests read.
pub(crate) fn fit() -> &'static Fit {
    static FIT: OnceLock<Fit> = OnceLock::new();
    FIT.get_or_init(|| {
        let request = FitRequest { method: Method::Laplace, ..FitRequest::default() };
        let learnt = learn(&data(), &request, None, Caller::new().quiet()).unwrap();
        learnt.fit().unwrap()
    })
}
