//! Brands on which two channels cannot be told apart, or one not from the baseline: said so, with
//! what the data does say. Where everything can be told, nothing is said.

use outlay_mmm::summary::JointReason;

use crate::brand::{answer, brand, bursts, noise};

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
