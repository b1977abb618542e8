//! How money is spent: confounding, silence, collinearity, season.

use outlay_core::{Exposure, Grid};
use outlay_world::World;

use crate::{shipped, world};

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let dot = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
        x.iter().zip(y).map(|(p, q)| (p - mx) * (q - my)).sum()
    };
    dot(a, ma, b, mb) / (dot(a, ma, a, ma) * dot(b, mb, b, mb)).sqrt()
}

fn national(world: &World, m: usize) -> Vec<f64> {
    world.panel.channels[m].spend.national()
}

#[test]
fn spend_chases_demand_as_much_as_asked_for() {
    let chase = |share: f64| {
        let world = world(&format!(
            "periods = 400\n[demand]\nstrength = 0.05\n[[channels]]\nname = \"search\"\ndemand_driven = {share}"
        ));
        let r = correlation(&national(&world, 0), &world.truth.demand);
        assert!((world.truth.channels["search"].demand_correlation - r).abs() < 1e-9);
        r
    };
    let (none, half, all) = (chase(0.0), chase(0.5), chase(1.0));
    assert!(none.abs() < 0.15, "{none}");
    assert!((0.6..0.95).contains(&half), "{half}");
    assert!(all > 0.95, "{all}");
}

#[test]
fn a_naive_look_at_confounded_spend_overstates_it() {
    // The slope of KPI on spend, as a scatter plot would show it, against the true marginal return.
    let text = |share: f64| {
        format!(
            "periods = 400\n[baseline.yearly]\namplitude = 0.0\n[demand]\nstrength = 0.1\npersistence = 0.5\n\
             [noise]\nr2 = 0.95\n[[channels]]\nname = \"search\"\ndemand_driven = {share}\neffect = {{ roi = 1.0 }}"
        )
    };
    let slope = |world: &World| {
        let (x, y) = (national(world, 0), world.panel.kpi.values.national());
        let sd = |v: &[f64]| {
            let m = v.iter().sum::<f64>() / v.len() as f64;
            v.iter().map(|a| (a - m).powi(2)).sum::<f64>().sqrt()
        };
        correlation(&x, &y) * sd(&y) / sd(&x)
    };
    let confounded = world(&text(0.8));
    let truth = confounded.truth.channels["search"].mroi.unwrap();
    assert!(slope(&confounded) > 3.0 * truth, "{} against {truth}", slope(&confounded));
}

#[test]
fn dark_periods_and_bursts_are_silent_and_the_budget_is_kept() {
    let world = shipped("shop");
    let social = national(&world, 1);
    let from = world.panel.calendar.index_of("2023-02-06".parse().unwrap()).unwrap();
    assert!(social[from..from + 9].iter().all(|x| *x == 0.0));
    assert!(social[from - 1] > 0.0 && social[from + 9] > 0.0);
    let tv = national(&world, 2);
    let silent = tv.iter().filter(|x| **x == 0.0).count();
    assert!((60..120).contains(&silent), "{silent} of 156 weeks");
    for (channel, average) in world.panel.channels.iter().zip([18e3, 14e3, 26e3, 6e3, 10e3]) {
        assert!((channel.spend.total() / 156.0 - average).abs() < 0.01, "{}", channel.name);
    }
    // No spend, no exposure; the media that people saw before still works.
    let Exposure::Volume { values, .. } = &world.panel.channels[1].exposure else { panic!() };
    assert!(values.row(0)[from..from + 9].iter().all(|x| *x == 0.0));
    assert!(world.truth.channels["social"].contribution_by_period[from] > 0.0);
}

#[test]
fn channels_move_together_as_much_as_asked_for() {
    for k in [0.0, 0.6, 0.95] {
        let world = world(&format!(
            "periods = 600\n[[channels]]\nname = \"tv\"\nflighting = {{ pattern = \"bursts\", per_year = 8, length = 3 }}\n\
             [[channels]]\nname = \"radio\"\ncollinear_with = \"tv\"\ncollinearity = {k}"
        ));
        let r = correlation(&national(&world, 0), &national(&world, 1));
        assert!((r - k).abs() < 0.12, "{r} for {k}");
    }
}

#[test]
fn a_seasonal_channel_follows_the_wave() {
    let world = world(
        "periods = 208\n[[channels]]\nname = \"tv\"\nseasonal = 0.9\nvariation = 0.1\n[[channels]]\nname = \"radio\"\nvariation = 0.1",
    );
    let wave = &world.truth.baseline_parts["seasonality"];
    assert!(correlation(&national(&world, 0), wave) > 0.9);
    assert!(correlation(&national(&world, 1), wave).abs() < 0.3);
}

#[test]
fn reach_times_frequency_are_the_impressions_that_were_bought() {
    let world = shipped("broadcast");
    let Exposure::ReachFrequency { reach, frequency } = &world.panel.channels[0].exposure else {
        panic!("tv is told as reach and frequency")
    };
    let spend = &world.panel.channels[0].spend;
    let mut met = Vec::new();
    for t in 0..130 {
        let impressions = reach.at(0, t) * frequency.at(0, t);
        assert_eq!(spend.at(0, t) > 0.0, impressions > 0.0);
        if impressions > 0.0 {
            let price = spend.at(0, t) / impressions * 1e3;
            assert!((7.5..13.0).contains(&price), "{price}");
            met.push(frequency.at(0, t));
        } else {
            assert_eq!(frequency.at(0, t), 0.0);
        }
    }
    let mean = met.iter().sum::<f64>() / met.len() as f64;
    assert!((3.0..5.0).contains(&mean), "{mean}");
}

#[test]
fn the_demand_index_shows_demand_with_its_error() {
    let world = shipped("shop");
    let index: &Grid = &world.panel.controls[0].values;
    let r = correlation(&index.national(), &world.truth.demand);
    // One part demand and 0.3 parts error: 1 / sqrt(1 + 0.09) = 0.958.
    assert!((r - 0.958).abs() < 0.03, "{r}");
}

#[test]
fn budgets_grow_step_by_quarter_and_follow_promotions() {
    let grown = world("[[channels]]\nname = \"tv\"\nvariation = 0.0\ngrowth = 0.25");
    let x = national(&grown, 0);
    assert!((x[104] / x[52] - 1.25).abs() < 0.01, "{}", x[104] / x[52]);
    let stepped = world("[[channels]]\nname = \"tv\"\nvariation = 0.0\nquarterly = 0.4");
    let steps = national(&stepped, 0).windows(2).filter(|w| w[0] != w[1]).count();
    assert!((10..=13).contains(&steps), "{steps}");
    let text = "[[treatments]]\nname = \"promotion\"\nkind = \"promotion\"\neffect = 0.8\n\
        [[channels]]\nname = \"tv\"\nvariation = 0.0\nfollows = \"promotion\"\nfollow_gain = 1.0";
    let led = world(text);
    let r = correlation(&national(&led, 0), led.panel.treatments[0].values.row(0));
    assert!(r > 0.999, "{r}");
}

#[test]
fn prices_rise_as_much_as_asked_for() {
    let world = world(
        "[[channels]]\nname = \"tv\"\ncost_per_thousand = 10\ncost_variation = 0.0\ncost_growth = 0.1",
    );
    let channel = &world.panel.channels[0];
    let seen = channel.exposure.impressions();
    let price = |t: usize| channel.spend.at(0, t) / seen.at(0, t);
    assert!((price(104) / price(52) - 1.1).abs() < 0.002);
}

#[test]
fn noise_grows_with_the_level_strays_and_is_shared_by_geos() {
    let text = |more: &str| {
        format!(
            "periods = 400\n[baseline]\nyearly = {{ amplitude = 0.6, second = 0.0 }}\n[noise]\nsd = 0.02\n{more}\n\
             [[channels]]\nname = \"tv\"\neffect = {{ roi = 0 }}"
        )
    };
    let spread = |world: &World, high: bool| {
        let mean = world.truth.expected.iter().sum::<f64>() / 400.0;
        let cells = world.truth.expected.iter().zip(&world.truth.noise);
        let picked: Vec<f64> =
            cells.filter(|(y, _)| (**y > mean) == high).map(|(_, e)| e * e).collect();
        (picked.iter().sum::<f64>() / picked.len() as f64).sqrt()
    };
    let ratio = |more: &str| {
        let world = world(&text(more));
        spread(&world, true) / spread(&world, false)
    };
    assert!((0.8..1.2).contains(&ratio("")), "{}", ratio(""));
    assert!(ratio("level_power = 1.0") > 1.6, "{}", ratio("level_power = 1.0"));
    let far = |more: &str| {
        let truth = world(&text(more)).truth;
        truth.noise.iter().filter(|e| e.abs() > 5.0 * truth.noise_sd).count()
    };
    assert_eq!(far(""), 0);
    let strays = far("outliers = 6.0\noutlier_size = 8.0");
    assert!((25..70).contains(&strays), "{strays}");
    let together = |more: &str| {
        let world = world(&format!("{}\n[geos]\ncount = 2", text(more)));
        correlation(&world.truth.noise_by_geo[0], &world.truth.noise_by_geo[1])
    };
    assert!(together("").abs() < 0.15, "{}", together(""));
    assert!((together("common = 0.6") - 0.6).abs() < 0.12, "{}", together("common = 0.6"));
}

#[test]
fn levels_shift_for_good_and_seasons_differ_in_height() {
    let world = world(
        "[baseline]\nlevel = 1000\nshifts = [{ from = 2024-01-01, effect = -0.2 }]\nyearly = { amplitude = 0.1, variation = 0.4 }\n\
         [[channels]]\nname = \"tv\"",
    );
    let shifts = &world.truth.baseline_parts["shifts"];
    let from = world.panel.calendar.index_of("2024-01-01".parse().unwrap()).unwrap();
    assert!((shifts[from - 1], shifts[from], shifts[155]) == (0.0, -200.0, -200.0));
    let season = &world.truth.baseline_parts["seasonality"];
    let top = |year: usize| season[52 * year..52 * (year + 1)].iter().copied().fold(0.0, f64::max);
    assert!((top(0) / top(1) - 1.0).abs() > 0.05 && (top(1) / top(2) - 1.0).abs() > 0.05);
}
