//! Specification files: what they say over their preset, and what is refused.

use outlay_mmm::spec::{AdstockFamily, EffectQuantity, MediaKind, Preset, Spec, SpecError};
use outlay_stats::distribution::Distribution;
use proptest::prelude::*;

fn read(body: &str) -> Result<Spec, SpecError> {
    Spec::from_toml(&format!("version = 1\n{body}"))
}

/// Asserts that `body` is refused at this line with these words.
#[track_caller]
fn refused(body: &str, line: usize, words: &[&str]) {
    let error = read(body).unwrap_err().to_string();
    assert!(error.contains(&format!("line {line}")), "no line {line}: {error}");
    for word in words {
        assert!(error.contains(word), "no {word:?}: {error}");
    }
}

#[test]
fn a_written_specification_reads_back_the_same() {
    for preset in [Preset::Outlay, Preset::Meridian, Preset::PymcMarketing] {
        let spec = Spec::preset(preset);
        let text = spec.to_toml().unwrap();
        assert_eq!(Spec::from_toml(&text).unwrap(), spec, "{text}");
    }
    let full = "[baseline.trend]\nchangepoints = 3\n[channel.tv.adstock]\nmax_lag = 20\n\
        [[lift_test]]\nchannel = 'tv'\nx = 1.0\ndelta_x = 1.0\ndelta_y = 2.0\nsigma = 0.5\n\
        [[evidence]]\nchannel = 'tv'\nsource = 'experiment'\nroi = 2.0\nstandard_error = 0.5\n";
    let spec = read(full).unwrap();
    assert_eq!(Spec::from_toml(&spec.to_toml().unwrap()).unwrap(), spec);
}

#[test]
fn only_what_is_said_changes() {
    let spec = read("[media.adstock]\nfamily = 'weibull-pdf'\n").unwrap();
    let mut expected = Spec::preset(Preset::Outlay);
    expected.media.adstock.family = AdstockFamily::WeibullPdf;
    assert_eq!(spec, expected);
}

#[test]
fn a_channel_differs_in_its_own_keys_only() {
    let body = "[media.adstock]\nmax_lag = 4\n[channel.tv.effect]\non = 'roi'\nprior = { log-normal = { mean = 2.0, sd = 0.5 } }\n";
    let spec = read(body).unwrap();
    let tv = spec.media_of("tv", MediaKind::Paid).unwrap();
    assert_eq!(tv.adstock.max_lag, 4);
    assert_eq!((tv.effect.on, tv.effect.source.as_str()), (EffectQuantity::Roi, "user"));
    assert!((tv.effect.prior.mean() - 2.0).abs() < 1e-12);
    assert_eq!(spec.media_of("radio", MediaKind::Paid).unwrap().effect.source, "preset");
}

#[test]
fn a_part_can_be_switched_off() {
    let spec =
        read("[baseline]\nknots = false\nintercept = { normal = { mean = 0.0, sd = 2.0 } }\n");
    let spec = spec.unwrap();
    assert!(spec.baseline.knots.is_none());
    assert_eq!(spec.baseline.intercept, Some(Distribution::Normal { mean: 0.0, sd: 2.0 }));
}

#[test]
fn mistakes_are_refused_with_line_and_reason() {
    refused("[media.adstock]\nmaxlag = 3\n", 3, &["maxlag"]);
    refused("[media.adstock]\nmax_lag = 'long'\n", 3, &["media.adstock.max_lag"]);
    refused("[media.adstock]\nalpha = { normal = { mean = 0.5, sd = 0.1 } }\n", 3, &["0 to 1"]);
    refused(
        "[media.effect]\nprior = { half-normal = { sd = -1.0 } }\n",
        3,
        &["media.effect.prior"],
    );
    refused("[likelihood]\nsigma = { normal = { mean = 0.0, sd = 1.0 } }\n", 3, &["positive"]);
    refused("[scaling]\nkpi = 'biggest'\n", 3, &["scaling.kpi", "biggest"]);
    refused("[sampling]\nchains = 0\n", 3, &["at least 1"]);
    refused("[sampling]\ntarget_accept = 1.5\n", 3, &["0.5"]);
    refused("[channel.tv.adstock]\nfamily = 'square'\n", 3, &["channel.tv", "square"]);
    refused("[treatments]\nprior = { beta = { alpha = 1.0, beta = 1.0 } }\n", 3, &["normal"]);
    refused(
        "[[evidence]]\nchannel = 'tv'\nsource = 'experiment'\nroi = 2.0\nstandard_error = 0.0\n",
        2,
        &["standard_error", "positive"],
    );
}

#[test]
fn evidence_becomes_the_prior_and_says_so() {
    let evidence = |source: &str| {
        format!(
            "[[evidence]]\nchannel = 'tv'\nsource = '{source}'\nroi = 3.0\nstandard_error = 0.2\n"
        )
    };
    let tv = read(&evidence("experiment")).unwrap().media_of("tv", MediaKind::Paid).unwrap();
    assert_eq!(tv.effect.source, "experiment");
    assert!((tv.effect.prior.mean() - 3.0).abs() < 0.1, "{}", tv.effect.prior.mean());
    // Uplift results stay out until they are asked for.
    let off = read(&evidence("uplift")).unwrap().media_of("tv", MediaKind::Paid).unwrap();
    assert_eq!(off.effect.source, "preset");
    let on = format!("[use_evidence]\nuplift = true\n{}", evidence("uplift"));
    let on = read(&on).unwrap().media_of("tv", MediaKind::Paid).unwrap();
    assert_eq!(on.effect.source, "uplift");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = Spec::from_toml(&text);
        let _ = read(&text);
    }
}

#[test]
fn an_event_that_first_comes_in_the_holdout_is_left_out() {
    use outlay_mmm::model::Model;
    let world = outlay_world::World::simulate(
        &outlay_world::random_world(
            &outlay_world::FamilySettings {
                controls: (1, 1),
                ..outlay_world::FamilySettings::national()
            },
            3,
        ),
        3,
    )
    .unwrap();
    let mut draft = outlay_core::PanelDraft::clone(&world.panel);
    let periods = world.panel.n_periods();
    let event = outlay_core::Grid::new(
        1,
        periods,
        (0..periods).map(|t| f64::from(t + 3 == periods)).collect(),
    );
    draft.controls[0].values = event.unwrap();
    let panel = outlay_core::Panel::new(draft).unwrap();
    let columns = |text: &str| {
        let spec = Spec::from_toml(&format!("version = 1\n{text}")).unwrap();
        let model = Model::new(&spec, &panel).unwrap();
        let names = model.block.design.columns.iter().map(|c| c.name.clone());
        names.filter(|n| n.starts_with("control")).count()
    };
    // The control and its neighbours, near and far.
    let neighbours = "controls.neighbours = { normal = { mean = 0.0, sd = 0.5 } }\n";
    assert_eq!(columns(neighbours), 3);
    assert_eq!(columns(&format!("{neighbours}holdout.last = 13")), 0);
    assert_eq!(columns(""), 1);
}

#[test]
fn the_default_prior_of_a_return_moves_to_other_units() {
    use outlay_core::{KpiKind, Panel, PanelDraft};
    use outlay_mmm::model::Model;
    let family = outlay_world::FamilySettings::national();
    let world = outlay_world::World::simulate(&outlay_world::random_world(&family, 5), 5).unwrap();
    let draft = || PanelDraft::clone(&world.panel);
    let median = |draft: PanelDraft, preset: &str| {
        let spec = Spec::from_toml(&format!("version = 1\npreset = '{preset}'")).unwrap();
        let model = Model::new(&spec, &Panel::new(draft).unwrap()).unwrap();
        let roi = model.layout.parameters.iter().find(|p| p.name.starts_with("roi")).unwrap();
        roi.prior.quantile(0.5)
    };
    let money = median(draft(), "outlay");
    assert!((money - 0.2_f64.exp()).abs() < 1e-9, "revenue is left alone: {money}");
    // The same brand told in orders of about 40 each: returns are a fortieth.
    let mut orders = draft();
    orders.kpi.kind = KpiKind::Count;
    orders.kpi.values = orders.kpi.values.map(|v| v / 40.0);
    let per_order = median(orders.clone(), "outlay");
    assert!((0.005..0.3).contains(&per_order), "{per_order}");
    // Twice the orders, twice the return.
    let mut twice = orders.clone();
    twice.kpi.values = twice.kpi.values.map(|v| v * 2.0);
    assert!((median(twice, "outlay") / per_order - 2.0).abs() < 1e-9);
    // The peers' presets stay theirs.
    assert!((median(orders, "meridian") - 0.2_f64.exp()).abs() < 1e-9);
}

#[test]
fn draws_of_both_structures_add_up_and_repeat_the_quarter() {
    use outlay_mmm::density::Evaluator;
    use outlay_mmm::explain::Explainer;
    use outlay_mmm::model::Model;
    use rand::SeedableRng;
    let family = outlay_world::FamilySettings::national();
    let world = outlay_world::World::simulate(&outlay_world::random_world(&family, 5), 5).unwrap();
    let text = "version = 1\nmedia.adstock.family = 'none'";
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(4);
    for (name, spec) in Spec::from_toml(text).unwrap().structures().unwrap() {
        let model = std::sync::Arc::new(Model::new(&spec, &world.panel).unwrap());
        let mut evaluator = Evaluator::new(model.clone());
        let point = evaluator.prior_point(&mut rng);
        let draw = evaluator.draw(&point, &mut rng).unwrap();
        let mut explainer = Explainer::new(model);
        let account = explainer.account(&draw);
        let parts = explainer.baseline_parts(&draw);
        assert!(parts.len() > 1, "{name}");
        for (t, baseline) in account.baseline.iter().enumerate() {
            let sum: f64 = parts.iter().map(|(_, series)| series[t]).sum();
            assert!((sum - baseline).abs() < 1e-9 * baseline.abs().max(1.0), "{name} {t}");
        }
        // Without carry-over the next quarter at the same height is the last one again.
        let next = explainer.next(&draw, 0, 13, &[0.0, 1.0, 1.5]);
        assert_eq!(next[0], 0.0, "{name}");
        assert!(next[2] > next[1], "{name}");
        if name == "additive" {
            let own = &account.channels[0];
            let last: f64 = own[own.len() - 13..].iter().sum();
            assert!((next[1] / last - 1.0).abs() < 1e-9, "{} {last}", next[1]);
        }
    }
}
