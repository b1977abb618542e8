//! Drawn brands of every class: they simulate, and their truth is what was asked for.

use outlay_world::spec::Effect;
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
