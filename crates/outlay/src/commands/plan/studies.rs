//! `outlay plan front` and `outlay plan sensitivity`.

use std::path::{Path, PathBuf};

use outlay_engine::Progress;
use outlay_engine::plan::{self as engine, FrontRequest, words};
use serde::Serialize;

use super::Question;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::progress::{ProgressKind, Watch};
use crate::render;
use crate::running::Running;

/// What a front trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Trade {
    /// Money against outcome.
    Budget,
    /// The expected outcome against the mean of the worst tenth.
    Risk,
}

/// Arguments of `outlay plan front`.
#[derive(Debug, clap::Args)]
pub(super) struct FrontArgs {
    #[command(flatten)]
    asked: Question,
    /// What is traded.
    #[arg(long, default_value = "budget")]
    trade: Trade,
    /// Smallest budget; half of what is spent now when left out.
    #[arg(long, value_name = "AMOUNT")]
    from: Option<String>,
    /// Largest budget; twice what is spent now when left out.
    #[arg(long, value_name = "AMOUNT")]
    to: Option<String>,
    /// Plans on the front.
    #[arg(long, default_value_t = 9)]
    points: usize,
    /// File for the front (JSON).
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Arguments of `outlay plan sensitivity`.
#[derive(Debug, clap::Args)]
pub(super) struct SensitivityArgs {
    #[command(flatten)]
    asked: Question,
    /// File for the answer (JSON).
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Trade {
    fn engine(self) -> engine::Trade {
        match self {
            Self::Budget => engine::Trade::Budget,
            Self::Risk => engine::Trade::Risk,
        }
    }
}

/// Runs `outlay plan front`.
pub(super) fn front(args: &FrontArgs, context: &Context) -> Result<(), Failure> {
    let running = Running::begin()?;
    let fit = args.asked.open()?;
    let request = FrontRequest {
        question: args.asked.question()?,
        trade: args.trade.engine(),
        from: args.from.as_deref().map(Into::into),
        to: args.to.as_deref().map(Into::into),
        points: args.points,
    };
    let watch = Watch::new(ProgressKind::Auto, context.quiet);
    let see = |p: &Progress| watch.see(p);
    let run = running.run(&see, args.asked.threads);
    let answer = engine::front(&fit, &request, run)?;
    let text = put(args.out.as_deref(), &answer)?;
    if context.json() {
        anstream::println!("{text}");
    } else {
        let table = render::front(&answer.points, &answer.channels, &words(&fit.summary));
        anstream::print!("{table}");
    }
    Ok(())
}

/// Runs `outlay plan sensitivity`.
pub(super) fn sensitivity(args: &SensitivityArgs, context: &Context) -> Result<(), Failure> {
    let running = Running::begin()?;
    let fit = args.asked.open()?;
    let question = args.asked.question()?;
    let watch = Watch::new(ProgressKind::Auto, context.quiet);
    let see = |p: &Progress| watch.see(p);
    let run = running.run(&see, args.asked.threads);
    let answer = engine::sensitivity(&fit, &question, run)?;
    let text = put(args.out.as_deref(), &answer)?;
    if context.json() {
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::sensitivity(&answer.sensitivity, &words(&fit.summary)));
    }
    Ok(())
}

/// Writes an answer where that is wanted; gives its text.
fn put(out: Option<&Path>, answer: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(answer)
        .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
    if let Some(out) = out {
        std::fs::write(out, &text).map_err(|e| {
            let message = format!("cannot write {}: {e}", out.display());
            Failure::new(Exit::Files, "plan.export", message, "choose another file")
        })?;
    }
    Ok(text)
}
