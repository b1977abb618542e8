//! How far to trust a model on brands that are nobody's model: brands of foreign mechanisms, any
//! number of kinds of answer on the same data, and how far each was from the truth.
//!
//! Every answer is one line of `scores.jsonl`, written whole as soon as it is there; a later run
//! takes what it finds and does the rest. The table depends on brands, rows and settings only, not
//! on threads or on how often the work was interrupted.

mod answer;
mod brand;
mod figure;
mod line;
mod losses;
mod mix;
mod oracle;
mod plan;
mod reference;
mod ridge;
mod row;
mod store;
mod style;
mod table;
mod told;
mod work;

use outlay_core::Fingerprint;
use outlay_mmm::spec::Sampling;
use outlay_world::BrandClass;

pub(super) use brand::{Classes, classes};
pub(super) use mix::Approach;
pub(super) use row::RowName;

use super::place::Place;
use super::watch::Count;
use super::{Args, interrupted, json};
use crate::commands::fit::{on_interrupt, threads};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::input;
use line::Line;
use row::Row;
use store::Store;
use work::{Found, Work};

const ANSWER: &str = "scores.json";
const LINES: &str = "scores.jsonl";
const PAGE: &str = "scores.md";

/// Chains of each fit unless asked otherwise.
const CHAINS: usize = 2;
/// Warm-up draws per chain unless asked otherwise.
const WARMUP: usize = 400;
/// Kept draws per chain unless asked otherwise.
const DRAWS: usize = 400;

/// Rows that are compared unless asked otherwise.
const USUAL: [RowName; 5] =
    [RowName::Outlay, RowName::Meridian, RowName::PymcMarketing, RowName::Ridge, RowName::Prior];

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let rows = rows(args)?;
    let place = args.out.as_deref().map(|out| Place::open(out, &[ANSWER, PAGE])).transpose()?;
    let store = Store::open(args.out.as_deref())?;
    let cancel = on_interrupt()?;
    let brands = args.worlds.unwrap_or_default() as u64;
    let seeds = (args.seed..).take(brands as usize);
    let classes = brand::distinct(&args.class);
    let brands: Vec<(BrandClass, u64)> =
        classes.iter().flat_map(|class| seeds.clone().map(|seed| (*class, seed))).collect();
    let count = Count::new(args, context, "answers");
    let work = Work {
        rows: &rows,
        again: &args.again,
        direct: args.direct,
        out: args.out.as_deref(),
        keep_data: args.keep_data,
        program: program(),
        store: &store,
        cancel: &cancel,
        count: &count,
        total: brands.len() * rows.len(),
    };
    let found = work.all(&brands, threads(args.threads))?;
    count.finish();
    let Found { lines, earlier, stopped } = found;
    let wanted = brands.len() * rows.len();
    if lines.iter().all(|l| l.result.is_none()) {
        return Err(nothing(&lines, stopped, wanted));
    }
    let scores = table::Scores::new(&lines, &classes, &rows, args.seed, earlier, stopped)?;
    let text = json(&scores)?;
    if let Some(place) = place {
        place.write(&[(ANSWER, text.as_bytes()), (PAGE, scores.markdown().as_bytes())])?;
    }
    if context.json() {
        anstream::print!("{text}");
    } else {
        anstream::print!("{}", scores.text());
        if let Some(out) = &args.out {
            anstream::println!("\npage   {}", out.join(PAGE).display());
            anstream::println!("data   {}", out.join(ANSWER).display());
            anstream::println!("lines  {}", out.join(LINES).display());
        }
    }
    if stopped {
        return Err(interrupted(lines.len(), wanted));
    }
    match lines.iter().filter(|l| l.failed.is_some()).count() {
        0 => Ok(()),
        failed => Err(Failure::new(
            Exit::Unhealthy,
            "calibrate.incomplete",
            format!(
                "{failed} of {wanted} answers are missing, so the rows are not over the same brands"
            ),
            "the list above says why; `--again ROW` tries the rows of an earlier run anew",
        )),
    }
}

/// The rows asked for: presets, the user's specifications, other programs' answers.
fn rows(args: &Args) -> Result<Vec<Row>, Failure> {
    let sampling = |own: &Sampling| Sampling {
        chains: args.chains.unwrap_or(CHAINS),
        warmup: args.warmup.unwrap_or(WARMUP),
        draws: args.draws.unwrap_or(DRAWS),
        target_accept: own.target_accept,
    };
    let mut names = args.preset.clone();
    if names.is_empty() && args.spec.is_empty() && args.answers.is_empty() {
        names = USUAL.to_vec();
    }
    let mut rows: Vec<Row> = Vec::new();
    for name in names {
        let row = Row::new(name, args.method, &sampling)?;
        if !rows.iter().any(|known| known.name == row.name) {
            rows.push(row);
        }
    }
    for path in &args.spec {
        let spec = input::spec(Some(path), None)?;
        let stem = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        let known = |name: &str| rows.iter().any(|row: &Row| row.name == name);
        // Files of one name in several folders, and those that are called like a preset.
        let name = (2..).map(|n| format!("{stem}-{n}"));
        let name = std::iter::once(stem.clone()).chain(name).find(|name| !known(name));
        rows.push(Row::own(&name.unwrap_or(stem), spec, args.method, &sampling)?);
    }
    rows.extend(args.answers.iter().map(|name| Row::told(name)));
    Ok(rows)
}

/// Fingerprint of the program that is running: answers of another build are told apart by it.
/// Empty where the program cannot read itself.
fn program() -> String {
    let bytes = std::env::current_exe().and_then(std::fs::read);
    bytes.map_or_else(
        |_| String::new(),
        |bytes| Fingerprint::of([bytes.as_slice()]).short().to_owned(),
    )
}

fn nothing(lines: &[Line], stopped: bool, wanted: usize) -> Failure {
    match lines.iter().find_map(|l| l.failed.as_ref()) {
        _ if stopped => interrupted(0, wanted),
        Some(first) => Failure::new(
            Exit::Unhealthy,
            "calibrate.failed",
            format!("there is no answer on any brand; the first failed because {first}"),
            "a specification for `--worlds` must not name channels of your own data",
        ),
        None => Failure::new(Exit::Internal, "calibrate.worlds", "no brand was asked for", ""),
    }
}
