//! Mechanisms that the mix model does not know: their truth, by other means than the crate's own.

use outlay_core::Exposure;
use outlay_world::{World, scaled};

use crate::world;

/// Two channels under a link; `more` goes to the first.
fn linked(link: &str, more: &str) -> World {
    world(&format!(
        "link = \"{link}\"\nperiods = 80\nhistory = 8\n[baseline]\nlevel = 1000\ntrend = 0.2\n[[channels]]\nname = \"tv\"\n\
         spend = 120\neffect = {{ roi = 1.5 }}\n{more}\n[[channels]]\nname = \"search\"\nspend = 80\neffect = {{ roi = 2.0 }}"
    ))
}

/// Outcome that is missing without channel `m`.
fn brings(world: &World, m: usize) -> f64 {
    let expected = |plan: &[Exposure]| world.mechanism.expected(plan).total();
    expected(&world.plan) - expected(&scaled(&world.plan, m, 0.0))
}

#[test]
fn every_link_brings_the_return_asked_for() {
    let halo = "halo = [{ to = \"search\", gain = 0.4 }]";
    for link in ["additive", "proportional", "log"] {
        for more in ["", halo, "change = { kind = \"walk\", per_year = 0.5 }"] {
            let world = linked(link, more);
            for (m, roi) in [(0, 1.5), (1, 2.0)] {
                let got = brings(&world, m) / world.panel.channels[m].spend.total();
                assert!((got - roi).abs() < 1e-8, "{link} {more}: {got}");
            }
        }
    }
}

#[test]
fn shares_are_kept_where_effects_multiply() {
    let log = world(
        "link = \"log\"\n[[channels]]\nname = \"tv\"\neffect = { share = 0.2 }\n[[organic]]\nname = \"mail\"\nshare = 0.05",
    );
    let expected: f64 = log.truth.expected.iter().sum();
    assert!((log.truth.channels["tv"].contribution / expected - 0.2).abs() < 1e-9);
    assert!((log.truth.channels["mail"].contribution / expected - 0.05).abs() < 1e-9);
}

#[test]
fn proportional_media_bring_more_where_the_baseline_is_high() {
    let world = linked("proportional", "variation = 0.0\nmax_lag = 0");
    let truth = &world.truth;
    let tv = &truth.channels["tv"].contribution_by_period;
    let share = |t: usize| tv[t] / truth.baseline[t];
    assert!((share(70) / share(5) - 1.0).abs() < 1e-6);
    // Channels do not touch each other, so that single differences add up.
    let sum: f64 = truth.channels.values().map(|c| c.contribution).sum();
    assert!((sum / truth.total_media.contribution - 1.0).abs() < 1e-9);
}

#[test]
fn under_the_log_link_media_raise_each_other() {
    let world = linked("log", "");
    let truth = &world.truth;
    let sum: f64 = truth.channels.values().map(|c| c.contribution).sum();
    assert!(sum > 1.01 * truth.total_media.contribution);
    // The logarithm of the expected KPI is the sum of the parts.
    let log = |plan: &[Exposure]| world.mechanism.expected(plan).at(0, 40).ln();
    let (tv, search) = (scaled(&world.plan, 0, 0.0), scaled(&world.plan, 1, 0.0));
    let neither = scaled(&tv, 1, 0.0);
    let apart = log(&tv) + log(&search) - log(&neither);
    assert!((log(&world.plan) - apart).abs() < 1e-9);
}

#[test]
fn a_halo_belongs_to_its_giver() {
    let with = linked("additive", "halo = [{ to = \"search\", gain = 0.4 }]");
    let silent = scaled(&with.plan, 0, 0.0);
    let search_alone = with.mechanism.expected(&silent).total()
        - with.mechanism.expected(&scaled(&silent, 1, 0.0)).total();
    // On average TV raises search by the gain asked for.
    let ratio = brings(&with, 1) / search_alone;
    assert!((ratio - 1.4).abs() < 0.02, "{ratio}");
}

#[test]
fn a_drifting_effect_follows_its_factors() {
    let text = "periods = 60\nhistory = 8\n[[channels]]\nname = \"tv\"\nvariation = 0.0\nchange = { kind = \"linear\", total = -0.8 }";
    let truth = world(text).truth;
    let tv = &truth.channels["tv"];
    let c = &tv.contribution_by_period;
    assert!((c[0] / c[59] - 1.4 / 0.6).abs() < 1e-6, "{} {}", c[0], c[59]);
    assert_eq!(tv.parameters.change.len(), 60);
    assert!((tv.carryover_share - (1.0 - tv.adstock[0])).abs() < 1e-9);
}

#[test]
fn a_channel_without_effect_brings_nothing() {
    for link in ["additive", "log"] {
        let world = world(&format!(
            "link = \"{link}\"\n[[channels]]\nname = \"tv\"\neffect = {{ roi = 0 }}\n[[channels]]\nname = \"radio\""
        ));
        let tv = &world.truth.channels["tv"];
        assert_eq!((tv.contribution, tv.roi, tv.mroi), (0.0, Some(0.0), Some(0.0)));
        assert_eq!(tv.cpa, None);
        assert!(world.truth.channels["radio"].contribution > 0.0);
    }
}

#[test]
fn a_long_effect_reaches_as_far_as_it_needs() {
    let lags = |adstock: &str| {
        let world = world(&format!("[[channels]]\nname = \"tv\"\nadstock = {{ {adstock} }}"));
        world.truth.channels["tv"].parameters.max_lag
    };
    assert_eq!(lags("family = \"two-speed\", fast = 0.3, slow = 0.95, share = 0.5"), 77);
    assert_eq!(lags("family = \"power-law\", scale = 2, exponent = 1.4"), 30);
    assert_eq!(lags("family = \"plateau\", periods = 6"), 5);
    assert!(lags("family = \"late-peak\", peak = 5, shape = 2") > 15);
}
