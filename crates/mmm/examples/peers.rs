//! Fits the peers' reference data with their presets and prints cost, convergence and agreement
//! with their posteriors. `cargo run --release --example peers -- pymc|national|geo [draws]`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use outlay_inference::{Density, Silent, diagnostics};
use outlay_mmm::density::Evaluator;
use outlay_mmm::fit::{FitSettings, nuts};
use outlay_mmm::model::Model;
use outlay_mmm::scalars::Scalars;
use outlay_mmm::spec::{Preset, Spec};

#[path = "../tests/it/shared.rs"]
mod shared;

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let which = args.get(1).map_or("pymc", String::as_str);
    let draws: usize = args.get(2).map_or(1000, |n| n.parse().unwrap());
    let threads: usize = args.get(3).map_or(2, |n| n.parse().unwrap());
    let Some(folder) = shared::folder("peers") else { return };
    let (panel, preset, file): (_, _, &str) = match which {
        "pymc" => (
            shared::pymc_example(&folder),
            Preset::PymcMarketing,
            "pymc-marketing-mmm_example-pymc.json",
        ),
        "national" => (
            shared::meridian(&folder, "national_media.csv"),
            Preset::Meridian,
            "meridian-national_media.json",
        ),
        _ => (
            shared::meridian(&folder, "geo_media.csv"),
            Preset::Meridian,
            "meridian-geo_media-highess.json",
        ),
    };
    let mut spec = Spec::preset(preset);
    spec.sampling.draws = draws;
    spec.sampling.warmup = args.get(4).map_or(draws, |n| n.parse().unwrap());
    if let Some(a) = args.get(5) {
        spec.sampling.target_accept = a.parse().unwrap();
    }
    let model = Model::new(&spec, &panel).unwrap();
    let mut evaluator = Evaluator::new(Arc::new(model.clone()));
    let at = vec![0.1; evaluator.dim()];
    let mut gradient = at.clone();
    let clock = std::time::Instant::now();
    for _ in 0..2000 {
        evaluator.log_density(&at, &mut gradient).unwrap();
    }
    println!(
        "dim {}, columns {} (lead {}), gradient {:.2} us",
        evaluator.dim(),
        model.block.len(),
        model.block.design.lead,
        clock.elapsed().as_secs_f64() * 500.0
    );
    let settings = FitSettings { sampling: spec.sampling.clone(), seed: 1, threads, warm: None };
    let (cpu, wall) = (cpu_seconds(), std::time::Instant::now());
    let fitted = nuts(model, &settings, &Silent, &AtomicBool::new(false)).unwrap();
    let (cpu, wall) = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    let leapfrogs: u64 = fitted.facts.iter().map(|f| f.leapfrogs).sum();
    let scalars = Scalars::new(&fitted.model);
    let reference = shared::json(PathBuf::from(&folder).join("reference/mmm").join(file));
    let (mut worst_rhat, mut worst_bulk, mut worst_tail) =
        ((0.0, String::new()), (f64::MAX, String::new()), (f64::MAX, String::new()));
    let (mut compared, mut worst_z, mut worst_sd) = (0, (0.0, String::new()), (0.0, String::new()));
    for (i, name) in scalars.names.iter().enumerate() {
        let chains: Vec<Vec<f64>> =
            fitted.chains.iter().map(|c| c.iter().map(|d| scalars.value(i, d)).collect()).collect();
        let c = diagnostics::convergence(&chains);
        let (rhat, bulk, tail) = (
            c.rhat.unwrap_or(f64::NAN),
            c.ess_bulk.unwrap_or(f64::NAN),
            c.ess_tail.unwrap_or(f64::NAN),
        );
        if rhat > worst_rhat.0 {
            worst_rhat = (rhat, name.clone());
        }
        if bulk < worst_bulk.0 {
            worst_bulk = (bulk, name.clone());
        }
        if tail < worst_tail.0 {
            worst_tail = (tail, name.clone());
        }
        let all: Vec<f64> = chains.concat();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let sd =
            (all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (all.len() - 1) as f64).sqrt();
        let Some(r) = reference["posterior"].get(name) else {
            println!("no reference for {name}");
            continue;
        };
        let (rm, rs) = (r["mean"].as_f64().unwrap(), r["sd"].as_f64().unwrap());
        let ress = r["ess_bulk"].as_f64().unwrap_or(f64::NAN);
        let se = (sd * sd / bulk + rs * rs / ress).sqrt();
        let z = (mean - rm).abs() / se;
        let ds = (sd / rs - 1.0).abs();
        compared += 1;
        if z > 3.5 || ds > 0.09 {
            println!(
                "  {name}: {mean:.5} ({sd:.5}) ref {rm:.5} ({rs:.5}) z {z:.2} sd {ds:.3} ess {bulk:.0}/{ress:.0}"
            );
        }
        if z > worst_z.0 {
            worst_z = (z, name.clone());
        }
        if ds > worst_sd.0 {
            worst_sd = (ds, name.clone());
        }
    }
    println!(
        "{which}: cpu {cpu:.2} s, wall {wall:.2} s, gradients {}, leapfrogs/draw {:.1}, divergences {}, restarts {}",
        fitted.gradient_evaluations,
        leapfrogs as f64 / fitted.len() as f64,
        fitted.facts.iter().map(|f| f.divergences).sum::<usize>(),
        fitted.restarts
    );
    println!(
        "rhat {worst_rhat:?} ess bulk {worst_bulk:?} tail {worst_tail:?}; bulk per cpu s {:.0}",
        worst_bulk.0 / cpu
    );
    println!("compared {compared}: worst z {worst_z:?}, worst sd {worst_sd:?}");
}
