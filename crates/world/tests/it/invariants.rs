//! What must hold in every world.

use outlay_world::{FamilySettings, World, WorldSpec, random_world};
use proptest::prelude::*;

use crate::shipped;

/// Baseline, contributions and noise add up to the KPI; parts add up to the baseline.
fn conserves(world: &World) {
    let (panel, truth) = (&world.panel, &world.truth);
    let worth = panel.revenue_per_unit(0, 0);
    for g in 0..panel.n_geos() {
        for t in 0..panel.n_periods() {
            let media: f64 = truth.channels.values().map(|c| c.contribution_by_geo[g][t]).sum();
            let sum = truth.baseline_by_geo[g][t] + media + truth.noise_by_geo[g][t];
            let observed = panel.kpi.values.at(g, t) * worth;
            // Differences of sums of this size lose some of the last bits.
            assert!((sum - observed).abs() <= 1e-9 * observed.abs().max(1.0), "{sum} {observed}");
        }
    }
    for t in 0..panel.n_periods() {
        let parts: f64 = truth.baseline_parts.values().map(|p| p[t]).sum();
        assert!((parts / truth.baseline[t] - 1.0).abs() < 1e-9);
        let national: f64 = truth.channels.values().map(|c| c.contribution_by_period[t]).sum();
        let expected = truth.baseline[t] + national;
        assert!((expected / truth.expected[t] - 1.0).abs() < 1e-9);
    }
}

fn sound(world: &World) {
    let truth = &world.truth;
    for channel in &world.panel.channels {
        assert!(channel.spend.values().iter().all(|x| x.is_finite() && *x >= 0.0));
    }
    assert!(world.panel.kpi.values.values().iter().all(|y| y.is_finite() && *y >= 0.0));
    for (name, c) in &truth.channels {
        assert!(c.contribution > 0.0 && c.contribution.is_finite(), "{name}");
        assert!(c.contribution_by_period.iter().all(|x| *x > -1e-6), "{name}");
        assert!((0.0..=1.0).contains(&c.carryover_share), "{name}");
        assert!((c.adstock.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{name}");
        assert!(c.mroi.unwrap() > 0.0, "{name}");
        let curve = c.response.as_ref().unwrap();
        assert!(curve.outcome.windows(2).all(|w| w[1] > w[0]), "{name}");
        assert!((curve.outcome[10] / c.contribution - 1.0).abs() < 1e-9, "{name}");
        assert!(c.saturation.y.windows(2).all(|w| w[1] >= w[0]), "{name}");
    }
    assert!(serde_json::to_string(truth).unwrap().len() > 1_000);
}

fn family(kind: u8) -> FamilySettings {
    match kind {
        0 => FamilySettings::national(),
        1 => FamilySettings::mixed(),
        2 => FamilySettings::small_geo(),
        _ => FamilySettings::confounded(),
    }
}

#[test]
fn returns_follow_the_law_that_is_asked_for() {
    use outlay_stats::distribution::Distribution;
    let law = Distribution::RectifiedLogNormal { zero: 0.3, mu: 0.2, sigma: 0.6 };
    let settings = FamilySettings { returns: Some(law), ..FamilySettings::national() };
    let specs = (0..200).map(|seed| random_world(&settings, seed));
    let rois: Vec<f64> = specs
        .flat_map(|spec| spec.channels)
        .filter_map(|c| match c.effect {
            outlay_world::spec::Effect::Roi(roi) => Some(roi),
            _ => None,
        })
        .collect();
    let share = |hit: &dyn Fn(f64) -> bool| {
        rois.iter().filter(|r| hit(**r)).count() as f64 / rois.len() as f64
    };
    // About 1000 draws: a share is good to 0.05 at three standard errors.
    assert!((share(&|r| r == 0.0) - 0.3).abs() < 0.05);
    assert!((share(&|r| r < law.quantile(0.75)) - 0.75).abs() < 0.05);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_worlds_are_sound_and_conserve(seed in 0..u64::MAX / 2, kind in 0..4_u8) {
        let spec = random_world(&family(kind), seed);
        let world = World::simulate(&spec, seed).unwrap();
        sound(&world);
        conserves(&world);
        for (name, channel) in &world.truth.channels {
            let roi = channel.roi.unwrap();
            prop_assert!((0.499..=4.001).contains(&roi), "{} {}", name, roi);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_but_never_fatal(text in "(version = 1\n)?[a-z\\[\\]{}=\"0-9 .\n-]{0,200}") {
        let _ = WorldSpec::from_toml(&text).map(|spec| spec.name);
    }
}

#[test]
fn the_examples_conserve() {
    for name in ["shop", "regions", "broadcast", "daily"] {
        conserves(&shipped(name));
    }
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_another() {
    let spec = random_world(&FamilySettings::mixed(), 9);
    assert_eq!(spec, random_world(&FamilySettings::mixed(), 9));
    assert_ne!(spec, random_world(&FamilySettings::mixed(), 10));
    let draw = |seed| World::simulate(&spec, seed).unwrap();
    assert_eq!(draw(1).panel, draw(1).panel);
    assert_eq!(draw(1).truth, draw(1).truth);
    assert_eq!(draw(1).to_csv(), draw(1).to_csv());
    assert_ne!(draw(1).to_csv(), draw(2).to_csv());
    let text = |w: &World| serde_json::to_string(&w.truth).unwrap();
    assert_eq!(text(&draw(1)), text(&draw(1)));
}

#[test]
fn the_truth_survives_its_file() {
    for name in ["shop", "regions", "broadcast", "daily"] {
        let truth = shipped(name).truth;
        let text = serde_json::to_string(&truth).unwrap();
        let back: outlay_world::Truth = serde_json::from_str(&text).unwrap();
        assert_eq!(back, truth);
    }
}

#[test]
fn random_worlds_of_a_family_differ_in_every_part() {
    let specs: Vec<WorldSpec> =
        (0..40).map(|seed| random_world(&FamilySettings::mixed(), seed)).collect();
    let kinds = |f: &dyn Fn(&WorldSpec) -> String| {
        specs.iter().map(f).collect::<std::collections::HashSet<_>>().len()
    };
    assert_eq!(kinds(&|s| s.channels.len().to_string()), 5);
    assert!(kinds(&|s| s.periods.to_string()) > 20);
    let shape = |s: &WorldSpec| {
        format!("{:?}", s.channels[0].adstock).split(' ').next().unwrap().to_owned()
    };
    assert_eq!(kinds(&shape), 5);
}
