//! Brands on which two channels cannot be told apart, or one not from the baseline: said so, with
//! what the data does say. Where everything can be told, nothing is said.

use std::sync::atomic::AtomicBool;

use outlay_core::registry::Registry;
use outlay_core::{
    Calendar, Channel, Exposure, Granularity, Grid, Kpi, KpiKind, Panel, PanelDraft,
};
use outlay_inference::Silent;
use outlay_mmm::ensemble::{Search, learn};
use outlay_mmm::fit::FitSettings;
use outlay_mmm::spec::{Preset, Spec};
use outlay_mmm::summarise::{Provenance, summarise};
use outlay_mmm::summary::{JointReason, Method, Summary};

const WEEKS: usize = 104;

/// A number in -1..1 that looks like noise.
fn noise(t: usize, salt: u64) -> f64 {
    let mut x = (t as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (salt << 17);
    for _ in 0..3 {
        x ^= x >> 29;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Bursts of some weeks, different for each salt, with weeks off.
fn bursts(t: usize, salt: u64) -> f64 {
    if noise(t / 4, salt) > 0.0 { 1_000.0 * (1.6 + noise(t, salt + 50)) } else { 0.0 }
}

/// A channel's name, its spend per week, and what a unit of it brings.
type Ran<'a> = (&'a str, &'a dyn Fn(usize) -> f64, f64);

/// Revenue of 20,000 a week and what each unit of spend brings in its own week.
fn brand(channels: &[Ran<'_>]) -> Panel {
    let brought = |t: usize| channels.iter().map(|(_, spend, roi)| roi * spend(t)).sum::<f64>();
    let revenue = |_: usize, t: usize| 20_000.0 + brought(t) + 300.0 * noise(t, 99);
    let channel = |(name, spend, _): &Ran<'_>| {
        let values = Grid::from_fn(1, WEEKS, |_, t| spend(t));
        Channel {
            name: (*name).to_owned(),
            exposure: Exposure::Volume { unit: "spend".into(), values: values.clone() },
            spend: values,
        }
    };
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
        controls: Vec::new(),
        treatments: Vec::new(),
    })
    .unwrap()
}

/// One structure, so that what is said does not hang on the default's.
fn answer(panel: &Panel) -> Summary {
    let mut spec = Spec::preset(Preset::Outlay);
    spec.structure.clear();
    spec.sampling.draws = 500;
    let sampling = spec.sampling.clone();
    let settings = FitSettings { sampling, seed: 5, threads: 2, warm: None };
    let search = Search { method: Method::Nuts, settings: &settings, approximate_draws: 0 };
    let ensemble = learn(&spec, panel, search, &Silent, &AtomicBool::new(false)).unwrap();
    summarise(&ensemble, &Registry::default(), &Provenance::default())
}

#[test]
fn channels_that_always_ran_together_are_told_as_one() {
    let panel = brand(&[
        ("search", &|t| bursts(t, 1), 2.0),
        ("social", &|t| 0.5 * bursts(t, 1), 1.0),
        ("tv", &|t| bursts(t, 2), 1.5),
    ]);
    let summary = answer(&panel);
    let [joint] = &summary.joint[..] else { panic!("{:?}", summary.joint) };
    assert_eq!(joint.channels, ["search", "social"]);
    assert_eq!(joint.reason, JointReason::RanTogether);
    assert!(joint.correlation.unwrap() > 0.999);
    // Two parts of spend bring 2.0 and one brings 1.0.
    assert!(joint.roi.holds(5.0 / 3.0), "{:?}", joint.roi);
    let width = |name: &str| summary.channels[name].roi.unwrap();
    let own = width("search").q95 - width("search").q05;
    assert!(joint.roi.q95 - joint.roi.q05 < own, "together they are known better");
    let sentence = &joint.sentence;
    assert!(sentence.starts_with("search and social always ran together"), "{sentence}");
    assert!(sentence.contains("per EUR spent") && sentence.contains("pause one"), "{sentence}");
}

#[test]
fn contributions_that_trade_against_each_other_are_told_as_one() {
    let like = |t: usize| bursts(t, 1) * (1.0 + 0.8 * noise(t, 3));
    let panel = brand(&[("search", &|t| bursts(t, 1), 2.0), ("social", &like, 2.0)]);
    let summary = answer(&panel);
    let [joint] = &summary.joint[..] else { panic!("{:?}", summary.joint) };
    assert_eq!(joint.reason, JointReason::TradeOff);
    assert!(joint.correlation.unwrap() < -0.5 && joint.roi.holds(2.0), "{joint:?}");
    assert!(joint.sentence.starts_with("search and social cannot be told apart"));
}

#[test]
fn a_channel_that_never_varied_is_not_told_from_the_baseline() {
    let panel = brand(&[
        ("search", &|t| bursts(t, 1), 2.0),
        ("brand", &|t| 900.0 + 10.0 * noise(t, 7), 1.0),
    ]);
    let summary = answer(&panel);
    let [joint] = &summary.joint[..] else { panic!("{:?}", summary.joint) };
    assert_eq!(joint.channels, ["brand"]);
    assert_eq!(joint.reason, JointReason::NeverVaried);
    assert_eq!(joint.roi, summary.channels["brand"].roi.unwrap());
}

#[test]
fn of_channels_that_ran_apart_nothing_is_said() {
    let panel = brand(&[("search", &|t| bursts(t, 1), 2.0), ("tv", &|t| bursts(t, 2), 1.5)]);
    let summary = answer(&panel);
    assert!(summary.joint.is_empty(), "{:?}", summary.joint);
    let written = serde_json::to_value(&summary).unwrap();
    assert!(written.get("joint").is_none(), "an empty list is not written");
}

#[test]
fn an_effect_too_small_to_be_seen_stays_with_its_prior() {
    let panel =
        brand(&[("search", &|t| bursts(t, 1), 2.0), ("podcast", &|t| 0.0001 * bursts(t, 2), 1.0)]);
    let summary = answer(&panel);
    let [joint] = &summary.joint[..] else { panic!("{:?}", summary.joint) };
    assert_eq!(
        (joint.channels.as_slice(), joint.reason),
        (&["podcast".to_owned()][..], JointReason::PriorUnmoved)
    );
}

#[test]
fn a_channel_that_brings_nothing_may_be_said_to_bring_nothing() {
    let panel = brand(&[
        ("search", &|t| bursts(t, 1), 2.0),
        ("social", &|t| bursts(t, 2), 0.0),
        ("tv", &|t| bursts(t, 3), 1.5),
    ]);
    let summary = answer(&panel);
    let probability = |name: &str| summary.channels[name].no_effect.unwrap();
    assert_eq!((probability("search"), probability("tv")), (0.0, 0.0), "they clearly work");
    assert!(probability("social") > 0.1, "more likely than before: {}", probability("social"));
    let roi = summary.channels["social"].roi.unwrap();
    assert!(roi.q05 == 0.0 && roi.q95 < 0.5, "{roi:?}");
    let [(name, p)] = summary.perhaps_nothing()[..] else { panic!("one channel is open") };
    assert_eq!((name, p), ("social", probability("social")));
}
