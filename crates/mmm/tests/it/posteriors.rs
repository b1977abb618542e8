//! Posteriors equal the peers' on the same data: means within four Monte Carlo standard errors of
//! both runs together, standard deviations within 10 %, all chains agreed, nothing divergent.
//!
//! One kind of scalar is judged otherwise: where the tail is so heavy (kurtosis above 10) that the
//! reference's own standard deviation is known no better, four standard errors of it are allowed,
//! by the fourth moment of our own draws. It is `saturation_beta[x2]`: the three references say
//! 0.068, 0.131 and 0.133; two runs of ours with 60,000 effective draws say 0.103 and 0.105.

use std::sync::atomic::AtomicBool;

use outlay_core::Panel;
use outlay_inference::{Silent, diagnostics};
use outlay_mmm::fit::{FitSettings, Fitted, nuts};
use outlay_mmm::model::Model;
use outlay_mmm::scalars::Scalars;
use outlay_mmm::spec::{Preset, Spec};
use serde_json::Value;

use crate::shared;

fn fit(panel: &Panel, preset: Preset, draws: usize, seed: u64) -> Fitted {
    let mut spec = Spec::preset(preset);
    spec.sampling.draws = draws;
    let model = Model::new(&spec, panel).unwrap();
    let settings =
        FitSettings { sampling: spec.sampling, seed, threads: 2, warm: None, patience: None };
    nuts(model, &settings, &Silent, &AtomicBool::new(false)).unwrap()
}

/// Kurtosis from which a tail is called heavy; a normal distribution has 3, an exponential one 9.
const HEAVY: f64 = 10.0;

struct Moments {
    mean: f64,
    sd: f64,
    kurtosis: f64,
}

fn moments(draws: &[f64]) -> Moments {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let central = |k: i32| draws.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let variance = central(2);
    Moments { mean, sd: (variance * n / (n - 1.0)).sqrt(), kurtosis: central(4) / variance.powi(2) }
}

/// Compares every scalar that the reference has, and checks convergence of all.
fn compare(fitted: &Fitted, reference: &Value, least: usize) {
    let scalars = Scalars::new(&fitted.model);
    let divergences: usize = fitted.facts.iter().map(|f| f.divergences).sum();
    assert_eq!(divergences, 0);
    let mut compared = 0;
    for (i, name) in scalars.names.iter().enumerate() {
        let chains = scalars.chains(i, &fitted.chains);
        let c = diagnostics::convergence(&chains);
        let (rhat, ess) = (c.rhat.unwrap(), c.ess_bulk.unwrap());
        assert!(rhat < 1.01, "{name}: R-hat {rhat}");
        let Some(peer) = reference["posterior"].get(name) else { continue };
        let number = |key: &str| peer[key].as_f64().unwrap();
        let (peer_mean, peer_sd, peer_ess) = (number("mean"), number("sd"), number("ess_bulk"));
        let ours = moments(&chains.concat());
        let error = (ours.sd.powi(2) / ess + peer_sd.powi(2) / peer_ess).sqrt();
        let z = (ours.mean - peer_mean).abs() / error;
        assert!(z < 4.0, "{name}: mean {} against {peer_mean}, {z:.1} standard errors", ours.mean);
        let sd_error = ((ours.kurtosis - 1.0) / 4.0 * (1.0 / peer_ess + 1.0 / ess)).sqrt();
        let off = (ours.sd / peer_sd - 1.0).abs();
        let allowed = if ours.kurtosis > HEAVY { f64::max(0.1, 4.0 * sd_error) } else { 0.1 };
        assert!(
            off < allowed,
            "{name}: sd {} against {peer_sd} ({:.0} % off)",
            ours.sd,
            100.0 * off
        );
        compared += 1;
    }
    assert!(compared >= least, "only {compared} scalars were compared");
}

#[test]
fn the_pymc_marketing_example_is_reproduced() {
    let Some(shared) = shared::folder("pymc-marketing posterior") else { return };
    let fitted = fit(&shared::pymc_example(&shared), Preset::PymcMarketing, 2000, 1);
    for sampler in ["pymc", "nutpie", "numpyro"] {
        let file = format!("reference/mmm/pymc-marketing-mmm_example-{sampler}.json");
        compare(&fitted, &shared::json(shared.join(file)), 15);
    }
}

#[test]
fn the_meridian_national_posterior_is_reproduced() {
    let Some(shared) = shared::folder("meridian national posterior") else { return };
    let fitted = fit(&shared::meridian(&shared, "national_media.csv"), Preset::Meridian, 2000, 1);
    let reference = shared::json(shared.join("reference/mmm/meridian-national_media.json"));
    compare(&fitted, &reference, 20);
}

#[test]
fn the_meridian_geo_posterior_is_reproduced() {
    let Some(shared) = shared::folder("meridian geo posterior") else { return };
    let fitted = fit(&shared::meridian(&shared, "geo_media.csv"), Preset::Meridian, 1000, 1);
    let reference = shared::json(shared.join("reference/mmm/meridian-geo_media-highess.json"));
    compare(&fitted, &reference, 390);
}
