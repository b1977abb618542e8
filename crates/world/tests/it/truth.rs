//! That the truth is true: recomputed here from the panel and the parameters, by other means.

use outlay_core::Exposure;
use outlay_world::{World, WorldSpec};

use crate::{shipped, spec, world};

/// A channel's contribution, by a formula written out for geometric carry-over and Hill.
fn by_hand(
    x: &[f64],
    reference: f64,
    size: f64,
    alpha: f64,
    lags: i32,
    slope: f64,
    half: f64,
) -> f64 {
    let norm: f64 = (0..=lags).map(|l| alpha.powi(l)).sum();
    let mut total = 0.0;
    for t in 0..x.len() as i32 {
        let mut a = 0.0;
        for l in 0..=lags.min(t) {
            a += alpha.powi(l) / norm * x[(t - l) as usize] / reference;
        }
        total += size * a.powf(slope) / (a.powf(slope) + half.powf(slope));
    }
    total
}

#[test]
fn roi_equals_an_independent_recomputation() {
    let world = world(
        "periods = 120\n[[channels]]\nname = \"tv\"\nspend = 7000\ncost_per_thousand = 9\n\
         flighting = { pattern = \"bursts\", per_year = 6, length = 3 }\n\
         adstock = { family = \"geometric\", alpha = 0.6 }\nmax_lag = 6\n\
         saturation = { family = \"hill\", slope = 1.4, half = 0.8 }\neffect = { roi = 1.7 }\n\
         [[channels]]\nname = \"radio\"\nspend = 3000",
    );
    let channel = &world.panel.channels[0];
    let Exposure::Volume { values, unit } = &channel.exposure else { panic!() };
    assert_eq!(unit, "impressions");
    let truth = &world.truth.channels["tv"];
    let part = &truth.parameters;
    let on: Vec<f64> = values.row(0).iter().copied().filter(|x| *x > 0.0).collect();
    let reference = on.iter().sum::<f64>() / on.len() as f64;
    assert!((part.reference_exposure / reference - 1.0).abs() < 1e-12);
    let brought = by_hand(values.row(0), reference, part.size[0], 0.6, 6, 1.4, 0.8);
    let roi = brought / channel.spend.total();
    assert!((roi - 1.7).abs() < 1e-9, "{roi}");
    assert!((truth.roi.unwrap() - roi).abs() < 1e-9);
    let more: Vec<f64> = values.row(0).iter().map(|x| x * 1.01).collect();
    let mroi = (by_hand(&more, reference, part.size[0], 0.6, 6, 1.4, 0.8) - brought)
        / (0.01 * channel.spend.total());
    assert!((truth.mroi.unwrap() - mroi).abs() < 1e-8);
    let one = truth.response.as_ref().unwrap();
    let now = one.multiplier.iter().position(|k| (k - 1.0).abs() < 1e-12).unwrap();
    assert!((one.outcome[now] - brought).abs() < 1e-6 && (one.marginal[now] - mroi).abs() < 1e-8);
    assert_eq!(one.outcome[0], 0.0);
    let double: Vec<f64> = values.row(0).iter().map(|x| x * 2.0).collect();
    let twice = by_hand(&double, reference, part.size[0], 0.6, 6, 1.4, 0.8);
    assert!((one.outcome.last().unwrap() / twice - 1.0).abs() < 1e-9);
}

#[test]
fn shares_are_of_the_expected_kpi_and_cost_per_order_is_kept() {
    let world = world(
        "[kpi]\nname = \"orders\"\nkind = \"count\"\n[baseline]\nlevel = 4000\n[noise]\nsd = 0.01\n\
         [[channels]]\nname = \"tv\"\neffect = { share = 0.15 }\n[[channels]]\nname = \"search\"\neffect = { cpa = 12.5 }\n\
         [[organic]]\nname = \"mail\"\nshare = 0.04",
    );
    let expected: f64 = world.truth.expected.iter().sum();
    assert!((world.truth.channels["tv"].contribution / expected - 0.15).abs() < 1e-9);
    assert!((world.truth.channels["mail"].contribution / expected - 0.04).abs() < 1e-9);
    assert!((world.truth.channels["search"].cpa.unwrap() - 12.5).abs() < 1e-6);
    assert!(!world.truth.outcome_is_money);
    assert_eq!(world.truth.outcome_unit, "orders");
    assert!(world.panel.kpi.values.values().iter().all(|y| y.fract() == 0.0));
    assert!(world.truth.channels["mail"].roi.is_none());
}

#[test]
fn counts_of_known_worth_are_told_in_money() {
    let world = shipped("broadcast");
    assert!(world.truth.outcome_is_money);
    let orders = world.panel.kpi.values.total();
    assert!((world.truth.total_outcome / (orders * 60.0) - 1.0).abs() < 1e-12);
    assert!((world.truth.channels["tv"].roi.unwrap() - 1.4).abs() < 1e-9);
    let search = &world.truth.channels["search"];
    assert!((search.cpa.unwrap() - 24.0).abs() < 1e-9);
    assert!((search.roi.unwrap() - 60.0 / 24.0).abs() < 1e-9);
}

#[test]
fn unseen_history_works_in_the_data() {
    let text = |history: usize| {
        format!(
            "periods = 60\nhistory = {history}\n[[channels]]\nname = \"tv\"\nvariation = 0.0\n\
             adstock = {{ family = \"geometric\", alpha = 0.8 }}\nsaturation = {{ family = \"none\" }}"
        )
    };
    let (with, without) = (world(&text(8)), world(&text(0)));
    let first = |w: &World| {
        let c = &w.truth.channels["tv"].contribution_by_period;
        c[0] / c[30]
    };
    assert!((first(&with) - 1.0).abs() < 1e-9, "{}", first(&with));
    assert!(first(&without) < 0.3, "{}", first(&without));
}

#[test]
fn carry_over_share_is_what_the_weights_say() {
    // With constant pressure and no saturation, all but the first weight is carried over.
    let world = world(
        "history = 8\n[[channels]]\nname = \"tv\"\nvariation = 0.0\nadstock = { family = \"geometric\", alpha = 0.5 }\n\
         saturation = { family = \"none\" }\n[[channels]]\nname = \"radio\"\nvariation = 0.0\norder = \"saturation-first\"\n\
         adstock = { family = \"geometric\", alpha = 0.5 }\n[[channels]]\nname = \"print\"\nadstock = { family = \"none\" }",
    );
    for name in ["tv", "radio"] {
        let truth = &world.truth.channels[name];
        assert!((truth.carryover_share - (1.0 - truth.adstock[0])).abs() < 1e-9, "{name}");
    }
    assert_eq!(world.truth.channels["print"].carryover_share, 0.0);
}

#[test]
fn the_noise_is_as_large_as_asked_for() {
    for name in ["shop", "regions", "broadcast", "daily"] {
        let world = shipped(name);
        let asked = world.truth.spec.noise.r2;
        // Drawn from its expectation; over geos the sum averages some of it away.
        let slack = if world.panel.is_national() { 0.05 } else { 0.15 };
        assert!((world.truth.r2 - asked).abs() < slack, "{name}: {} for {asked}", world.truth.r2);
    }
}

#[test]
fn geos_differ_and_add_up() {
    let world = shipped("regions");
    let tv = &world.truth.channels["tv"];
    let roi: Vec<f64> = tv.roi_by_geo.iter().map(|r| r.unwrap()).collect();
    let spread = roi.iter().copied().fold(0.0, f64::max) / roi.iter().copied().fold(9e9, f64::min);
    assert!(spread > 1.3, "{roi:?}");
    let sum: f64 = tv.contribution_by_geo.iter().flatten().sum();
    assert!((sum / tv.contribution - 1.0).abs() < 1e-9);
    assert!((tv.roi.unwrap() - 1.2).abs() < 1e-9);
}

#[test]
fn treatments_and_events_have_the_effect_asked_for() {
    let text = "[baseline]\nlevel = 1000\nevents = [{ name = \"sale\", on = 2024-05-01, effect = 0.5, observed = true }]\n\
        [[treatments]]\nname = \"promotion\"\nkind = \"promotion\"\neffect = 0.8\n[[channels]]\nname = \"tv\"";
    let world = world(text);
    let at = world.panel.calendar.index_of("2024-05-01".parse().unwrap()).unwrap();
    assert!((world.truth.baseline_parts["sale"][at] - 500.0).abs() < 1e-9);
    assert_eq!(world.panel.controls[0].values.total(), 1.0);
    let depth = world.panel.treatments[0].values.total();
    assert!(depth > 0.0);
    let brought = world.truth.treatments["promotion"].contribution;
    assert!((brought - 0.8 * 1000.0 * depth).abs() < 1e-6);
}

#[test]
fn the_mechanism_answers_any_plan() {
    let world = shipped("shop");
    let now = world.mechanism.expected(&world.plan).total();
    assert!((now / world.truth.expected.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    // Half of the TV money gone: what the response curve says at one half.
    let less = world.mechanism.expected(&outlay_world::scaled(&world.plan, 2, 0.5)).total();
    let tv = &world.truth.channels["tv"];
    let curve = tv.response.as_ref().unwrap();
    assert!((curve.multiplier[5] - 0.5).abs() < 1e-12);
    assert!((now - less - (tv.contribution - curve.outcome[5])).abs() < 1e-6);
}

#[test]
fn one_part_changes_without_the_rest() {
    let base = spec("[[channels]]\nname = \"tv\"");
    let more: WorldSpec = spec("[[channels]]\nname = \"tv\"\n[[channels]]\nname = \"radio\"");
    let (a, b) = (World::simulate(&base, 4).unwrap(), World::simulate(&more, 4).unwrap());
    assert_eq!(a.panel.channels[0], b.panel.channels[0]);
    assert_eq!(a.truth.baseline_parts, b.truth.baseline_parts);
}

#[test]
fn the_demo_brand_stays_what_it_is() {
    let truth = shipped("shop").truth;
    let mut table = String::new();
    for (name, c) in &truth.channels {
        let rate = |x: Option<f64>| x.map_or("-".into(), |x| format!("{x:.3}"));
        table += &format!(
            "{name:<11} spend {:>9.0} brings {:>9.0} share {:.4} roi {} mroi {} carried {:.3} demand {:+.2}\n",
            c.spend,
            c.contribution,
            c.contribution_share,
            rate(c.roi),
            rate(c.mroi),
            c.carryover_share,
            c.demand_correlation
        );
    }
    table += &format!("baseline share {:.4} r2 {:.3}\n", truth.baseline_share, truth.r2);
    insta::assert_snapshot!(table);
}
