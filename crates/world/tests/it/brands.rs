//! Drawn brands of every class: they simulate, and their truth is what was asked for.

use outlay_world::spec::{ControlKind, Effect, Link, NoiseFamily};
use outlay_world::{BrandClass, World, WorldSpec, random_brand};

/// Seeds of every class.
const SEEDS: u64 = 5;

#[test]
fn every_class_simulates_with_the_truth_that_was_asked_for() {
    for class in BrandClass::ALL {
        for seed in 0..SEEDS {
            let spec = random_brand(class, seed);
            let world =
                World::simulate(&spec, spec.seed).unwrap_or_else(|e| panic!("{class} {seed}: {e}"));
            let kpi = world.panel.kpi.values.values();
            assert!(kpi.iter().all(|y| *y > 0.0), "{class} {seed}: a KPI of zero");
            assert_eq!(world.truth.clamped_cells, 0, "{class} {seed}");
            for channel in &spec.channels {
                let Effect::Roi(asked) = channel.effect else { panic!("no ROI") };
                let got = world.truth.channels[&channel.name].roi.unwrap();
                assert!(
                    (got - asked).abs() < 1e-6,
                    "{class} {seed} {}: {got} for {asked}",
                    channel.name
                );
            }
        }
    }
}

#[test]
fn brands_survive_their_file() {
    for class in BrandClass::ALL {
        let spec = random_brand(class, 11);
        let text = spec.to_toml().unwrap();
        assert_eq!(WorldSpec::from_toml(&text).unwrap(), spec, "{class}");
        assert_eq!(spec, random_brand(class, 11));
        assert_ne!(spec, random_brand(class, 12));
        assert_eq!(class.name().parse::<BrandClass>().unwrap(), class);
    }
    assert!("gentle".parse::<BrandClass>().unwrap_err().to_string().contains("long-memory"));
}

#[test]
fn drawn_brands_stay_what_they_are() {
    // Figures of a benchmark are only comparable while its brands are the same.
    let mut table = String::new();
    for class in BrandClass::ALL {
        let spec = random_brand(class, 1);
        let truth = World::simulate(&spec, spec.seed).unwrap().truth;
        table += &format!(
            "{:<15} {:>3} periods {:>2} geos {} channels {:>11.0} spend {:.3} media {:.4} roi {:.3} r2 {:.3}\n",
            class.name(),
            spec.periods,
            spec.geos.count,
            spec.channels.len(),
            truth.total_outcome,
            truth.total_spend / truth.total_outcome,
            truth.total_media.contribution_share,
            truth.total_media.roi,
            truth.r2,
        );
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_class_has_what_its_name_says() {
    let specs = |class| (0..30).map(move |seed| random_brand(class, seed));
    let all = |class, holds: &dyn Fn(&WorldSpec) -> bool| specs(class).all(|s| holds(&s));
    let some = |class, holds: &dyn Fn(&WorldSpec) -> bool| specs(class).any(|s| holds(&s));
    assert!(all(BrandClass::Multiplicative, &|s| s.link != Link::Additive));
    assert!(all(BrandClass::LongMemory, &|s| s.link == Link::Additive && s.history > 10));
    let shown = |s: &WorldSpec| s.controls.iter().any(|c| c.kind == ControlKind::Demand);
    assert!(all(BrandClass::ChasedDemand, &shown) && !some(BrandClass::HiddenDemand, &shown));
    assert!(all(BrandClass::Breaks, &|s| !s.baseline.shifts.is_empty() && !s.treatments.is_empty()));
    assert!(some(BrandClass::Breaks, &|s| s.channels.iter().any(|c| c.follows.is_some())));
    assert!(all(BrandClass::Entangled, &|s| s.channels.iter().any(|c| c.collinearity >= 0.8)));
    assert!(all(BrandClass::Entangled, &|s| s.channels.iter().any(|c| c.variation < 0.07)));
    assert!(all(BrandClass::Entangled, &|s| s.channels.iter().any(|c| !c.dark.is_empty())));
    assert!(some(BrandClass::Drift, &|s| s.channels.iter().any(|c| !c.halo.is_empty())));
    assert!(all(BrandClass::Rough, &|s| s.noise.family != NoiseFamily::Normal));
    assert!(all(BrandClass::Short, &|s| (52..=80).contains(&s.periods)));
    assert!(all(BrandClass::Regions, &|s| (8..=20).contains(&s.geos.count)));
    let (mut idle, mut count) = (0, 0);
    for channel in specs(BrandClass::Mixed).flat_map(|s| s.channels) {
        count += 1;
        idle += usize::from(channel.effect == Effect::Roi(0.0));
    }
    assert!((1..count / 6).contains(&idle), "{idle} of {count}");
}
