//! `outlay plan front` and `outlay plan sensitivity`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use outlay_planner::problem::Wanted;
use outlay_planner::solve::Progress;
use outlay_planner::study::{
    FrontPoint, Sensitivity, budget_front, risk_front, sensitivity as study,
};
use serde::Serialize;

use super::{Opened, Question, ask, refused};
use crate::commands::fit::on_interrupt;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

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

#[derive(Serialize)]
struct Front<'a> {
    trade: &'static str,
    channels: &'a [String],
    outcome_unit: &'a str,
    points: Vec<FrontPoint>,
}

#[derive(Serialize)]
struct Studied<'a> {
    outcome_unit: &'a str,
    #[serde(flatten)]
    sensitivity: Sensitivity,
}

fn watch(cancel: &AtomicBool) -> impl Fn(&Progress) -> bool + Sync + '_ {
    |_| !cancel.load(Ordering::Relaxed)
}

fn bound(text: Option<&str>, otherwise: f64) -> Result<f64, Failure> {
    let Some(text) = text else { return Ok(otherwise) };
    ask::amount(text).filter(|x| *x > 0.0).ok_or_else(|| {
        Failure::new(
            Exit::Specification,
            "plan.budget",
            format!("`{text}` is no budget"),
            "write it as 1200000, 500k or 1.2M",
        )
    })
}

/// Runs `outlay plan front`.
pub(super) fn front(args: &FrontArgs, context: &Context) -> Result<(), Failure> {
    let opened = Opened::open(&args.asked, context)?;
    let mut problem = opened.problem(&args.asked)?;
    let current: f64 = opened.outlook.reference.iter().sum();
    let cancel = on_interrupt()?;
    let watch = watch(&cancel);
    let (settings, words) = (&opened.settings, &opened.words);
    if args.points < 2 {
        return Err(Failure::new(
            Exit::Specification,
            "plan.front",
            "a front has at least two plans".to_owned(),
            "raise --points",
        ));
    }
    let points = match args.trade {
        Trade::Budget => {
            let low = bound(args.from.as_deref(), 0.5 * current)?;
            let high = bound(args.to.as_deref(), 2.0 * current)?;
            if low >= high {
                return Err(Failure::new(
                    Exit::Specification,
                    "plan.front",
                    "the smallest budget is not below the largest".to_owned(),
                    "change --from or --to",
                ));
            }
            if args.asked.constraints.is_none() {
                // A front of budgets needs room in both directions.
                ask::widen(&mut problem, &opened, low, high);
            }
            budget_front(
                &opened.outlook,
                &problem,
                (low, high),
                args.points,
                settings,
                words,
                &watch,
            )
        }
        Trade::Risk => {
            problem.wanted = Wanted::Outcome;
            risk_front(&opened.outlook, &problem, args.points, settings, words, &watch)
        }
    };
    let points = points.map_err(|e| refused(&e))?;
    let answer = Front {
        trade: if args.trade == Trade::Budget { "budget" } else { "risk" },
        channels: &opened.outlook.response.channels,
        outcome_unit: &opened.words.outcome_unit,
        points,
    };
    let text = put(args.out.as_deref(), &answer)?;
    if context.json() {
        anstream::println!("{text}");
    } else {
        let table = render::front(&answer.points, answer.channels, &opened.words);
        anstream::print!("{table}");
    }
    Ok(())
}

/// Runs `outlay plan sensitivity`.
pub(super) fn sensitivity(args: &SensitivityArgs, context: &Context) -> Result<(), Failure> {
    let opened = Opened::open(&args.asked, context)?;
    let problem = opened.problem(&args.asked)?;
    let cancel = on_interrupt()?;
    let found = opened.search(&problem, &cancel, context)?;
    let watch = watch(&cancel);
    let (settings, words) = (&opened.settings, &opened.words);
    let sensitivity = study(&opened.outlook, &problem, &found, settings, words, &watch)
        .map_err(|e| refused(&e))?;
    let answer = Studied { outcome_unit: &opened.words.outcome_unit, sensitivity };
    let text = put(args.out.as_deref(), &answer)?;
    if context.json() {
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::sensitivity(&answer.sensitivity, &opened.words));
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
