//! Small brands made for one question each, and their answer.

use std::sync::atomic::AtomicBool;

use outlay_core::registry::Registry;
use outlay_core::{
    Calendar, Channel, Covariate, Exposure, Granularity, Grid, Kpi, KpiKind, Panel, PanelDraft,
};
use outlay_inference::Silent;
use outlay_mmm::ensemble::{Search, learn};
use outlay_mmm::fit::FitSettings;
use outlay_mmm::spec::{Preset, Spec};
use outlay_mmm::summarise::{Provenance, summarise};
use outlay_mmm::summary::{Method, Summary};

pub(crate) const WEEKS: usize = 104;

/// A number in -1..1 that looks like noise.
pub(crate) fn noise(t: usize, salt: u64) -> f64 {
    let mut x = (t as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (salt << 17);
    for _ in 0..3 {
        x ^= x >> 29;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Bursts of some weeks, different for each salt, with weeks off.
pub(crate) fn bursts(t: usize, salt: u64) -> f64 {
    if noise(t / 4, salt) > 0.0 { 1_000.0 * (1.6 + noise(t, salt + 50)) } else { 0.0 }
}

/// A channel's name, its spend per week, and what a unit of it brings.
pub(crate) type Ran<'a> = (&'a str, &'a dyn Fn(usize) -> f64, f64);

/// Revenue of 20,000 a week and what each unit of spend brings in its own week.
pub(crate) fn brand(channels: &[Ran<'_>]) -> Panel {
    in_demand(channels, &|_| 0.0, false)
}

/// The same with what demand brings on top; `shown` makes a control of it.
pub(crate) fn in_demand(channels: &[Ran<'_>], demand: &dyn Fn(usize) -> f64, shown: bool) -> Panel {
    let brought = |t: usize| channels.iter().map(|(_, spend, roi)| roi * spend(t)).sum::<f64>();
    let revenue = |_: usize, t: usize| 30_000.0 + demand(t) + brought(t) + 300.0 * noise(t, 99);
    let channel = |(name, spend, _): &Ran<'_>| {
        let values = Grid::from_fn(1, WEEKS, |_, t| spend(t));
        Channel {
            name: (*name).to_owned(),
            exposure: Exposure::Volume { unit: "spend".into(), values: values.clone() },
            spend: values,
        }
    };
    let control =
        || Covariate { name: "demand".into(), values: Grid::from_fn(1, WEEKS, |_, t| demand(t)) };
    Panel::new(PanelDraft {
        calendar: Calendar::regular(
            Granularity::Week,
            chrono::NaiveDate::from_ymd_opt(2023, 1, 2).unwrap(),
            WEEKS,
        ),
        lead_in: 0,
        geos: vec!["national".into()],
        population: vec![1.0],
        currency: "EUR".parse().ok(),
        kpi: Kpi {
            name: "revenue".into(),
            kind: KpiKind::Revenue,
            values: Grid::from_fn(1, WEEKS, revenue),
            revenue_per_unit: None,
        },
        channels: channels.iter().map(channel).collect(),
        organic: Vec::new(),
        controls: shown.then(control).into_iter().collect(),
        treatments: Vec::new(),
    })
    .unwrap()
}

/// One structure, so that what is said does not hang on the default's.
pub(crate) fn answer(panel: &Panel) -> Summary {
    answer_with(panel, &|_| {})
}

/// The same with a changed specification.
pub(crate) fn answer_with(panel: &Panel, change: &dyn Fn(&mut Spec)) -> Summary {
    let mut spec = Spec::preset(Preset::Outlay);
    spec.structure.clear();
    spec.sampling.draws = 500;
    change(&mut spec);
    let sampling = spec.sampling.clone();
    let settings = FitSettings { sampling, seed: 5, threads: 2, warm: None, patience: None };
    let search = Search { method: Method::Nuts, settings: &settings, approximate_draws: 0 };
    let ensemble = learn(&spec, panel, search, &Silent, &AtomicBool::new(false)).unwrap();
    summarise(&ensemble, &Registry::default(), &Provenance::default())
}
