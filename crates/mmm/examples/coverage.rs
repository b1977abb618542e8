//! Coverage of return on spend over random worlds of the model's own families.
//!
//! ```sh
//! cargo run -p outlay-mmm --example coverage -- [worlds] [national|varied|mixed|geo|confounded] [spec.toml] [seed]
//! ```

#![allow(clippy::unwrap_used, reason = "a measurement may end on what it cannot read")]

use std::sync::atomic::AtomicBool;

use outlay_inference::Silent;
use outlay_mmm::calibration::{Scored, coverage, returns};
use outlay_mmm::ensemble::Ensemble;
use outlay_mmm::fit::{FitSettings, nuts};
use outlay_mmm::model::Model;
use outlay_mmm::scalars::Scalars;
use outlay_mmm::spec::{Preset, Sampling, Spec};
use outlay_world::{FamilySettings, World, random_world};
use rayon::prelude::*;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: u64| args.get(i).map_or(default, |a| a.parse().unwrap());
    let family = match args.get(1).map_or("national", String::as_str) {
        "mixed" => FamilySettings::mixed(),
        "geo" => FamilySettings::small_geo(),
        // Returns as varied as the preset's own prior takes them to be.
        "varied" => FamilySettings {
            roi_median: 1.3,
            roi_log_sd: 0.7,
            roi_range: (0.05, 20.0),
            ..FamilySettings::national()
        },
        "confounded" => FamilySettings::confounded(),
        _ => FamilySettings::national(),
    };
    let spec = match args.get(2).filter(|p| p.as_str() != "-") {
        Some(path) => Spec::from_toml(&std::fs::read_to_string(path).unwrap()).unwrap(),
        None => Spec::preset(Preset::Outlay),
    };
    let sampling = Sampling { chains: 2, warmup: 500, draws: 400, target_accept: 0.9 };
    let first = number(3, 1);
    let scored: Vec<Scored> = (first..first + number(0, 20))
        .into_par_iter()
        .flat_map_iter(|seed| world(&spec, &family, &sampling, seed))
        .collect();
    for s in &scored {
        let e = &s.estimate;
        let place = (s.truth.ln() - e.q50.ln()) / ((e.q95 / e.q05).ln() / 3.29);
        println!(
            "{:>3} {:<10} truth {:.2} median {:.2} ({:.2} to {:.2}) {:+.1} {}",
            s.world,
            s.channel,
            s.truth,
            e.q50,
            e.q05,
            e.q95,
            place,
            if e.holds(s.truth) { "" } else { "missed" }
        );
    }
    println!("{:#?}", coverage(&scored));
}

/// One world's channels.
fn world(spec: &Spec, family: &FamilySettings, sampling: &Sampling, seed: u64) -> Vec<Scored> {
    let world = World::simulate(&random_world(family, seed), seed).unwrap();
    let model = Model::new(spec, &world.panel).unwrap();
    let settings =
        FitSettings { sampling: sampling.clone(), seed, threads: 1, warm: None, patience: None };
    let fitted = nuts(model, &settings, &Silent, &AtomicBool::new(false)).unwrap();
    let scalars = Scalars::new(&fitted.model);
    let divergences: usize = fitted.facts.iter().map(|f| f.divergences).sum();
    let rhat = (0..fitted.model.layout.len())
        .filter_map(|i| outlay_inference::diagnostics::rhat(&scalars.chains(i, &fitted.chains)))
        .fold(1.0, f64::max);
    eprintln!("world {seed}: rhat {rhat:.3}, {divergences} divergent");
    returns(&Ensemble::single(fitted))
        .channels
        .into_iter()
        .filter_map(|(channel, estimate)| {
            let truth = world.truth.channels.get(&channel)?.roi?;
            Some(Scored { world: seed as usize, channel, truth, estimate })
        })
        .collect()
}
