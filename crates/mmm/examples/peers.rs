//! Fits the peers' example data with their presets and measures it: cost, convergence, agreement
//! with the reference posteriors.
//!
//! ```sh
//! cargo run --release -p outlay-mmm --example peers -- pymc|national|geo [draws] [threads] [warmup] [target acceptance]
//! ```
//!
//! `--seed N` chooses the seed; `--json` prints the measurement as one line that
//! `benches/peers/compare.py` reads; `--gradients N` evaluates N gradients and stops, for counting
//! instructions. The data folder is `OUTLAY_SHARED`, or `../shared` beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark on known data: what is missing should stop it loudly"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use outlay_core::Panel;
use outlay_inference::{Density, Observer, Phase, Progress, diagnostics};
use outlay_mmm::density::Evaluator;
use outlay_mmm::fit::{FitSettings, Fitted, nuts};
use outlay_mmm::model::Model;
use outlay_mmm::scalars::Scalars;
use outlay_mmm::spec::{Preset, Spec};
use serde_json::{Value, json};

#[path = "../tests/it/shared.rs"]
mod shared;

/// What is to be run.
struct Wanted {
    case: String,
    draws: usize,
    threads: usize,
    warmup: usize,
    target_accept: Option<f64>,
    seed: u64,
    json: bool,
    gradients: Option<usize>,
}

impl Wanted {
    fn from_args() -> Self {
        let (mut positional, mut seed, mut json, mut gradients) = (Vec::new(), 1, false, None);
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--json" => json = true,
                "--seed" => seed = args.next().unwrap().parse().unwrap(),
                "--gradients" => gradients = Some(args.next().unwrap().parse().unwrap()),
                _ => positional.push(arg),
            }
        }
        let number = |i: usize, default: usize| -> usize {
            positional.get(i).map_or(default, |n| n.parse().unwrap())
        };
        let draws = number(1, 1000);
        Self {
            case: positional.first().map_or("pymc", String::as_str).to_owned(),
            draws,
            threads: number(2, 2),
            warmup: number(3, 300),
            target_accept: positional.get(4).map(|a| a.parse().unwrap()),
            seed,
            json,
            gradients,
        }
    }
}

/// CPU and wall seconds since the process began.
#[derive(Clone, Copy)]
struct Moment {
    cpu: f64,
    wall: f64,
}

impl Moment {
    fn now(start: Instant) -> Self {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        Self { cpu: ticks / 100.0, wall: start.elapsed().as_secs_f64() }
    }

    fn json_since(self, earlier: Self) -> Value {
        json!({"cpu": self.cpu - earlier.cpu, "wall": self.wall - earlier.wall})
    }
}

fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Wall seconds to the first report of each phase.
struct FirstDraws {
    start: Instant,
    any: Mutex<Option<f64>>,
    kept: Mutex<Option<f64>>,
}

impl Observer for FirstDraws {
    fn progress(&self, progress: &Progress) {
        let now = self.start.elapsed().as_secs_f64();
        self.any.lock().unwrap().get_or_insert(now);
        if progress.phase == Phase::Sampling {
            self.kept.lock().unwrap().get_or_insert(now);
        }
    }
}

fn panel_and_reference(case: &str, folder: &Path) -> (Panel, Preset, &'static str) {
    match case {
        "pymc" => (
            shared::pymc_example(folder),
            Preset::PymcMarketing,
            "pymc-marketing-mmm_example-pymc.json",
        ),
        "national" => (
            shared::meridian(folder, "national_media.csv"),
            Preset::Meridian,
            "meridian-national_media.json",
        ),
        "geo" => (
            shared::meridian(folder, "geo_media.csv"),
            Preset::Meridian,
            "meridian-geo_media-highess.json",
        ),
        other => panic!("there is no case {other:?}; take pymc, national or geo"),
    }
}

fn main() {
    let start = Instant::now();
    let wanted = Wanted::from_args();
    let Some(folder) = shared::folder("peers") else { std::process::exit(2) };
    let (panel, preset, reference) = panel_and_reference(&wanted.case, &folder);
    let mut spec = Spec::preset(preset);
    spec.sampling.draws = wanted.draws;
    spec.sampling.warmup = wanted.warmup;
    spec.sampling.target_accept = wanted.target_accept.unwrap_or(spec.sampling.target_accept);
    let model = Model::new(&spec, &panel).unwrap();
    if let Some(count) = wanted.gradients {
        gradients(&model, count);
        return;
    }
    let first = FirstDraws { start, any: Mutex::default(), kept: Mutex::default() };
    let built = Moment::now(start);
    let settings = FitSettings {
        sampling: spec.sampling.clone(),
        seed: wanted.seed,
        threads: wanted.threads,
        warm: None,
        patience: None,
    };
    let fitted = nuts(model, &settings, &first, &AtomicBool::new(false)).unwrap();
    let done = Moment::now(start);
    let scalars = scalars(&fitted);
    let measured = json!({
        "engine": "Outlay",
        "settings": {
            "chains": spec.sampling.chains,
            "warmup": spec.sampling.warmup,
            "draws": spec.sampling.draws,
            "target_accept": spec.sampling.target_accept,
            "threads": wanted.threads,
            "seed": wanted.seed,
        },
        "versions": {"outlay": env!("CARGO_PKG_VERSION")},
        "seconds": {
            "build": built.json_since(Moment { cpu: 0.0, wall: 0.0 }),
            "sampling": done.json_since(built),
        },
        "first_draw_seconds": *first.any.lock().unwrap(),
        "first_kept_draw_seconds": *first.kept.lock().unwrap(),
        "gradient_evaluations": fitted.gradient_evaluations,
        "peak_rss_mb": peak_rss_mb(),
        "divergences": fitted.facts.iter().map(|f| f.divergences).sum::<usize>(),
        "restarts": fitted.restarts,
        "leapfrogs_per_draw":
            fitted.facts.iter().map(|f| f.leapfrogs).sum::<u64>() as f64 / fitted.len() as f64,
        "draws": fitted.len(),
        "scalars": scalars.iter().map(|s| (s.name.clone(), s.json())).collect::<serde_json::Map<_, _>>(),
    });
    if wanted.json {
        println!("{measured}");
        return;
    }
    println!(
        "{}: sampling {:.2} CPU s, {:.2} s wall; first draw after {:.2} s; {} gradients, {:.1} leapfrogs a draw, \
         {} divergences, {} restarts, {:.0} MB",
        wanted.case,
        done.cpu - built.cpu,
        done.wall - built.wall,
        first.any.lock().unwrap().unwrap_or(f64::NAN),
        fitted.gradient_evaluations,
        measured["leapfrogs_per_draw"],
        measured["divergences"],
        fitted.restarts,
        peak_rss_mb(),
    );
    agreement(&scalars, &shared::json(folder.join("reference/mmm").join(reference)), done, built);
}

/// Evaluates gradients at points that differ, so that no branch is always taken.
fn gradients(model: &Model, count: usize) {
    let mut evaluator = Evaluator::new(Arc::new(model.clone()));
    let mut gradient = vec![0.0; evaluator.dim()];
    let clock = Instant::now();
    let mut sum = 0.0;
    for i in 0..count {
        let at = vec![0.1 + (i % 7) as f64 * 0.01; gradient.len()];
        sum += evaluator.log_density(&at, &mut gradient).unwrap();
    }
    println!(
        "{count} gradients in {} dimensions, {} linear columns of which {} lead: {:.2} us each (mean log density {:.3})",
        evaluator.dim(),
        model.block.len(),
        model.block.design.lead,
        clock.elapsed().as_secs_f64() * 1e6 / count.max(1) as f64,
        sum / count.max(1) as f64,
    );
}

/// One scalar's posterior and convergence.
struct Scalar {
    name: String,
    mean: f64,
    sd: f64,
    rhat: f64,
    bulk: f64,
    tail: f64,
}

impl Scalar {
    fn json(&self) -> Value {
        json!({"mean": self.mean, "sd": self.sd, "rhat": self.rhat, "ess_bulk": self.bulk, "ess_tail": self.tail})
    }
}

fn scalars(fitted: &Fitted) -> Vec<Scalar> {
    let all = Scalars::new(&fitted.model);
    let one = |(i, name): (usize, &String)| {
        let chains = all.chains(i, &fitted.chains);
        let found = diagnostics::convergence(&chains);
        let draws: Vec<f64> = chains.concat();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance =
            draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (draws.len() - 1) as f64;
        Scalar {
            name: name.clone(),
            mean,
            sd: variance.sqrt(),
            rhat: found.rhat.unwrap_or(f64::NAN),
            bulk: found.ess_bulk.unwrap_or(f64::NAN),
            tail: found.ess_tail.unwrap_or(f64::NAN),
        }
    };
    all.names.iter().enumerate().map(one).collect()
}

/// Prints the worst of every figure, and each scalar that does not agree with the reference.
fn agreement(scalars: &[Scalar], reference: &Value, done: Moment, built: Moment) {
    let least = |key: fn(&Scalar) -> f64| {
        scalars.iter().filter(|s| s.sd > 0.0).min_by(|a, b| key(a).total_cmp(&key(b))).unwrap()
    };
    let (bulk, tail, rhat) = (least(|s| s.bulk), least(|s| s.tail), least(|s| -s.rhat));
    println!(
        "worst: bulk ESS {:.0} ({}), {:.0} per CPU s; tail ESS {:.0} ({}); R-hat {:.4} ({})",
        bulk.bulk,
        bulk.name,
        bulk.bulk / (done.cpu - built.cpu),
        tail.tail,
        tail.name,
        rhat.rhat,
        rhat.name
    );
    let (mut compared, mut unknown, mut worst_z, mut worst_sd) = (0, 0, 0.0_f64, 0.0_f64);
    for s in scalars {
        let Some(r) = reference["posterior"].get(&s.name) else {
            unknown += 1;
            continue;
        };
        let [mean, sd, ess] = ["mean", "sd", "ess_bulk"].map(|k| r[k].as_f64().unwrap_or(f64::NAN));
        if sd == 0.0 {
            continue;
        }
        let z = (s.mean - mean).abs() / (s.sd * s.sd / s.bulk + sd * sd / ess).sqrt();
        let spread = (s.sd / sd - 1.0).abs();
        compared += 1;
        worst_z = worst_z.max(z);
        worst_sd = worst_sd.max(spread);
        if z > 4.0 || spread > 0.1 {
            println!(
                "  {}: mean {:.5} (sd {:.5}), reference {mean:.5} ({sd:.5}): z {z:.2}, sd off by {spread:.3}",
                s.name, s.mean, s.sd
            );
        }
    }
    println!(
        "{compared} scalars compared, {unknown} not in the reference: worst z {worst_z:.2}, \
         worst sd off by {worst_sd:.3}"
    );
}
