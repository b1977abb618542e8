//! The best plan of the next quarter.

use outlay_world::plan::{LEAST, MOST};
use outlay_world::{BrandClass, Quarter, World, best_quarter, random_brand};

use crate::world;

fn brand(class: BrandClass, seed: u64) -> World {
    World::simulate(&random_brand(class, seed), seed).unwrap()
}

#[test]
fn steady_spend_brings_next_quarter_what_it_brought_in_this() {
    let text = "periods = 104\nhistory = 8\n[baseline]\nlevel = 1000\nyearly = { amplitude = 0.05 }\n[[channels]]\nname = \"tv\"\n\
         spend = 100\nvariation = 0.0\nsaturation = { family = \"none\" }\neffect = { roi = 2.0 }";
    let steady = world(text);
    let quarter = |k: f64| steady.next_quarter(&[k]);
    // 13 weeks of 100 at a return of 2, wherever the effect lands, beside what the weeks before
    // the quarter carry into it.
    let carried = quarter(0.0);
    assert!((quarter(1.0) - carried - 13.0 * 200.0).abs() < 1e-6);
    assert!((quarter(1.5) - carried - 1.5 * 13.0 * 200.0).abs() < 1e-6);
    assert!((12_000.0..15_000.0).contains(&carried), "{carried}");
    let drifting = world(&format!("{text}\nchange = {{ kind = \"linear\", total = 0.5 }}"));
    let more = drifting.next_quarter(&[1.0]) - drifting.next_quarter(&[0.0]);
    assert!((more / (13.0 * 200.0) - 1.25).abs() < 0.01, "{more}");
}

#[test]
fn no_plan_on_a_fine_grid_beats_the_best() {
    for (class, seed) in [
        (BrandClass::Bent, 1),
        (BrandClass::Multiplicative, 2),
        (BrandClass::Drift, 4),
        (BrandClass::Mixed, 8),
    ] {
        let mut spec = random_brand(class, seed);
        spec.channels.truncate(3);
        for channel in &mut spec.channels {
            channel.dark.clear();
            channel.flighting = outlay_world::spec::Flighting::AlwaysOn {};
        }
        let world = World::simulate(&spec, seed).unwrap();
        let best = best_quarter(&world);
        let quarter = Quarter::new(&world);
        let spend = quarter.spend();
        let budget: f64 = spend.iter().sum();
        let mut top = f64::NEG_INFINITY;
        for i in 0..=60 {
            for j in 0..=60 {
                let (a, b) = (LEAST + f64::from(i) / 60.0, LEAST + f64::from(j) / 60.0);
                let c = (budget - a * spend[0] - b * spend[1]) / spend[2];
                if (LEAST..=MOST).contains(&c) {
                    top = top.max(quarter.outcome(&[a, b, c]));
                }
            }
        }
        let short = top - best.outcome;
        assert!(short <= 1e-3 * best.gain, "{class}: {short} of {}", best.gain);
    }
}

#[test]
fn the_best_plan_keeps_budget_and_bounds_and_never_loses() {
    for class in BrandClass::ALL {
        let mut world = brand(class, 2);
        let best = best_quarter(&world);
        let quarter = Quarter::new(&world);
        let (spend, k) = (quarter.spend(), &best.multipliers);
        let total: f64 = spend.iter().sum();
        let planned: f64 = spend.iter().zip(k).map(|(s, k)| s * k).sum();
        assert!((planned / total - 1.0).abs() < 1e-9, "{class}");
        assert!(k.iter().all(|k| (LEAST - 1e-9..=MOST + 1e-9).contains(k)), "{class} {k:?}");
        assert!(best.gain > 0.0, "{class}");
        assert!((best.outcome - world.next_quarter(k)).abs() < 1e-6 * best.gain);
        assert!((best.do_nothing - world.next_quarter(&[])).abs() < 1e-6 * best.gain);
        world.plan_next_quarter();
        let told = world.truth.next_quarter.unwrap();
        assert_eq!(told.gain, best.gain);
        assert_eq!(told.multipliers.len(), world.panel.channels.len());
    }
}
