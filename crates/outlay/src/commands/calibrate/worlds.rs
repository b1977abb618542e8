//! Random worlds of the model's own families, fitted, and their returns beside the truth.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use outlay_inference::{SampleError, Silent};
use outlay_mmm::calibration::{Coverage, Scored, coverage, returns};
use outlay_mmm::ensemble::{Search, learn};
use outlay_mmm::fit::{FitError, FitSettings};
use outlay_mmm::spec::{EffectQuantity, Sampling, Spec};
use outlay_mmm::summary::Method;
use outlay_world::{FamilySettings, World, random_world};
use rayon::prelude::*;
use serde::Serialize;

use super::place::Place;
use super::watch::Count;
use super::{Args, interrupted, json, pool, shown, telling};
use crate::commands::fit::on_interrupt;
use crate::context::Context;
use crate::failure::{Exit, Failure};

/// Name and version of the schema of `coverage.json`.
const SCHEMA: &str = "outlay/coverage/1";
const ANSWER: &str = "coverage.json";
/// Distance between the worlds of neighbouring seeds, so that they share none.
const STRIDE: u64 = 1_000_003;

/// What random worlds are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Family {
    /// National brands with geometric carry-over and Hill saturation, whose returns vary as the
    /// specification's own prior says: what its intervals must cover.
    Own,
    /// The same with returns between 0.5 and 4.
    National,
    /// Those with every family of carry-over and saturation.
    Mixed,
    /// Small geo brands.
    Geo,
    /// National brands whose spend chases a demand that a control shows.
    Confounded,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    version: &'static str,
    sentence: String,
    family: Family,
    seed: u64,
    coverage: Coverage,
    returns: Vec<Scored>,
    failed: Vec<Failed>,
    interrupted: bool,
    spec: &'a Spec,
}

/// A world without a result.
#[derive(Serialize)]
struct Failed {
    world: usize,
    reason: String,
}

/// Runs the command.
pub(super) fn run(args: &Args, spec: &Spec, context: &Context) -> Result<(), Failure> {
    let worlds = args.worlds.unwrap_or_default() as usize;
    let place = args.out.as_deref().map(|out| Place::open(out, &[ANSWER])).transpose()?;
    let cancel = on_interrupt()?;
    let count = Count::new(args, context, "worlds");
    let (done, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Vec<Result<Vec<Scored>, Stop>> = pool(args)?.install(|| {
        (0..worlds)
            .into_par_iter()
            .map(|world| {
                let result = one(args, spec, world, &cancel);
                lost.fetch_add(usize::from(result.is_err()), Ordering::Relaxed);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                count.show(done, worlds, lost.load(Ordering::Relaxed));
                result
            })
            .collect()
    });
    count.finish();
    let (mut scored, mut failed, mut stopped) = (Vec::new(), Vec::new(), false);
    for (world, result) in results.into_iter().enumerate() {
        match result {
            Ok(own) => scored.extend(own),
            Err(Stop::Cancelled) => stopped = true,
            Err(Stop::Failed(reason)) => failed.push(Failed { world, reason }),
        }
    }
    let Some(found) = coverage(&scored) else { return Err(nothing(stopped, &failed, worlds)) };
    let answer = Answer {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        sentence: telling::coverage_sentence(&found),
        family: args.family,
        seed: args.seed,
        coverage: found,
        returns: scored,
        failed,
        interrupted: stopped,
        spec,
    };
    let text = json(&answer)?;
    if let Some(place) = place {
        place.write(&[(ANSWER, text.as_bytes())])?;
    }
    if context.json() {
        anstream::print!("{text}");
    } else {
        anstream::print!("{}\n\n{}", answer.sentence, telling::coverage(&found));
        for lost in &answer.failed {
            anstream::println!("world {} has no result: {}", lost.world, lost.reason);
        }
        anstream::print!("{}", shown(args.out.as_deref(), ANSWER));
    }
    if stopped { Err(interrupted(found.worlds, worlds)) } else { Ok(()) }
}

/// Why a world has no result.
enum Stop {
    Cancelled,
    Failed(String),
}

/// One world's returns beside the truth.
fn one(args: &Args, spec: &Spec, world: usize, cancel: &AtomicBool) -> Result<Vec<Scored>, Stop> {
    if cancel.load(Ordering::Relaxed) {
        return Err(Stop::Cancelled);
    }
    let seed = args.seed.wrapping_mul(STRIDE).wrapping_add(world as u64);
    let family = match args.family {
        Family::Own => own(spec),
        Family::National => FamilySettings::national(),
        Family::Mixed => FamilySettings::mixed(),
        Family::Geo => FamilySettings::small_geo(),
        Family::Confounded => FamilySettings::confounded(),
    };
    let fail = |e: &dyn std::error::Error| Stop::Failed(e.to_string());
    let simulated = World::simulate(&random_world(&family, seed), seed).map_err(|e| fail(&e))?;
    let sampling = Sampling { chains: 2, warmup: 600, draws: 600, target_accept: 0.9 };
    let settings = FitSettings { sampling, seed, threads: 1, warm: None, patience: None };
    let search = Search { method: Method::Nuts, settings: &settings, approximate_draws: 0 };
    let learnt = match learn(spec, &simulated.panel, search, &Silent, cancel) {
        Err(FitError::Sample(SampleError::Cancelled)) => return Err(Stop::Cancelled),
        other => other.map_err(|e| fail(&e))?,
    };
    if learnt.interrupted() {
        return Err(Stop::Cancelled);
    }
    let truths = &simulated.truth.channels;
    let scored = returns(&learnt).channels.into_iter().filter_map(|(channel, estimate)| {
        let truth = truths.get(&channel)?.roi?;
        Some(Scored { world, channel, truth, estimate })
    });
    Ok(scored.collect())
}

/// National brands with returns from the specification's prior, where that is one on the return.
fn own(spec: &Spec) -> FamilySettings {
    let returns = (spec.media.effect.on == EffectQuantity::Roi).then_some(spec.media.effect.prior);
    FamilySettings { returns, ..FamilySettings::national() }
}

fn nothing(stopped: bool, failed: &[Failed], worlds: usize) -> Failure {
    match failed.first() {
        _ if stopped => interrupted(0, worlds),
        Some(first) => Failure::new(
            Exit::Unhealthy,
            "calibrate.failed",
            format!("no world could be fitted; the first failed because {}", first.reason),
            "a specification for `--worlds` must not name channels of your own data",
        ),
        None => Failure::new(Exit::Internal, "calibrate.worlds", "no world has a channel", ""),
    }
}
