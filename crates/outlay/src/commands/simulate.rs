//! `outlay simulate`: a brand whose truth is known, as data and truth.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table, presets};
use outlay_world::{
    ChannelTruth, EXAMPLES, TRUTH_SCHEMA, Truth, World, WorldError, WorldSpec, example,
};
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Exit, Failure};

const DATA: &str = "data.csv";
const TRUTH: &str = "truth.json";
/// No specification is larger; a bigger file is not one.
const SPEC_BYTES_MAX: u64 = 4_000_000;

/// Arguments of `outlay simulate`.
#[derive(Debug, clap::Args)]
#[command(after_help = examples_help())]
pub(crate) struct Args {
    /// The world: a TOML file (see `outlay simulate --example`).
    #[arg(required_unless_present = "example", conflicts_with = "example")]
    world: Option<PathBuf>,
    /// Folder for data.csv and truth.json.
    #[arg(long, short, value_name = "DIR", required_unless_present = "example")]
    out: Option<PathBuf>,
    /// Seed in place of the world's own.
    #[arg(long)]
    seed: Option<u64>,
    /// Use a world that comes with Outlay; without --out, print its commented file.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = EXAMPLES[0].name)]
    example: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    sentence: String,
    world: &'a str,
    seed: u64,
    fingerprint: &'a str,
    data: String,
    truth: String,
    outcome_unit: &'a str,
    total_outcome: f64,
    total_spend: f64,
    baseline_share: f64,
    channels: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    spend: f64,
    contribution: f64,
    contribution_share: f64,
    roi: Option<f64>,
    mroi: Option<f64>,
    cpa: Option<f64>,
    carryover_share: f64,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let (text, source) = match (&args.example, &args.world) {
        (Some(name), _) => {
            let known = example(name).ok_or_else(|| unknown_example(name))?;
            if args.out.is_none() {
                return print_example(known, context);
            }
            (known.toml.to_owned(), format!("example `{name}`"))
        }
        (None, Some(path)) => (read(path)?, path.display().to_string()),
        (None, None) => return Err(nothing_named()),
    };
    let Some(out) = &args.out else { return Err(nothing_named()) };
    let spec = WorldSpec::from_toml(&text).map_err(|e| refused(&source, &e))?;
    let world =
        World::simulate(&spec, args.seed.unwrap_or(spec.seed)).map_err(|e| refused(&source, &e))?;
    let truth = serde_json::to_string_pretty(&world.truth).map_err(|e| {
        Failure::from_error(Exit::Internal, "simulate.truth", &e, "please report this world file")
    })?;
    write(out, &[(DATA, world.to_csv()), (TRUTH, truth + "\n")])?;
    print(&world.truth, out, context)
}

fn print_example(known: &outlay_world::Example, context: &Context) -> Result<(), Failure> {
    if context.json() {
        let answer = serde_json::json!({
            "name": known.name, "about": known.about, "toml": known.toml,
        });
        anstream::println!("{answer}");
    } else {
        anstream::print!("{}", known.toml);
    }
    Ok(())
}

fn print(truth: &Truth, out: &Path, context: &Context) -> Result<(), Failure> {
    let paths = [DATA, TRUTH].map(|name| out.join(name).display().to_string());
    if context.json() {
        let [data, file] = paths;
        let answer = Answer {
            sentence: sentence(truth),
            world: &truth.world,
            seed: truth.seed,
            fingerprint: &truth.fingerprint,
            data,
            truth: file,
            outcome_unit: &truth.outcome_unit,
            total_outcome: truth.total_outcome,
            total_spend: truth.total_spend,
            baseline_share: truth.baseline_share,
            channels: truth.channels.iter().map(|(name, c)| row(name, c)).collect(),
        };
        let text = serde_json::to_string(&answer).map_err(|e| {
            Failure::from_error(Exit::Internal, "simulate.answer", &e, "please report this")
        })?;
        anstream::println!("{text}");
        return Ok(());
    }
    anstream::println!("{}\n", sentence(truth));
    anstream::println!("{}\n", table(truth));
    for (what, path) in ["data", "truth"].iter().zip(&paths) {
        anstream::println!("{what:<6} {path}");
    }
    anstream::println!("next   outlay describe {}", paths[0]);
    Ok(())
}

fn sentence(truth: &Truth) -> String {
    let geos = match truth.geos.len() {
        1 => String::new(),
        n => format!(" in {n} geos"),
    };
    let paid = truth.channels.values().filter(|c| c.roi.is_some()).count();
    let media = &truth.total_media;
    let back = if truth.outcome_is_money {
        format!("returns {} per unit", figure(media.roi))
    } else {
        format!("brings {} {} per unit", figure(media.roi), truth.outcome_unit)
    };
    format!(
        "{}: {} {}s{geos}, {} {}; spending {} on {paid} channel{} truly {back}, and {} of the outcome would come without media.",
        truth.world,
        truth.dates.len(),
        truth.granularity,
        compact(truth.total_outcome),
        truth.outcome_unit,
        compact(media.spend),
        if paid == 1 { "" } else { "s" },
        percent(truth.baseline_share),
    )
}

fn table(truth: &Truth) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "truth",
        "spend",
        "brings",
        "of outcome",
        "return",
        "next unit",
        "carries over",
    ]);
    let rate = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |x| format!("{x:.2}"));
    for (name, channel) in &truth.channels {
        table.add_row([
            name.clone(),
            if channel.roi.is_some() { compact(channel.spend) } else { "–".to_owned() },
            compact(channel.contribution),
            percent(channel.contribution_share),
            rate(channel.roi),
            rate(channel.mroi),
            percent(channel.carryover_share),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

fn row<'a>(name: &'a str, c: &ChannelTruth) -> Row<'a> {
    Row {
        name,
        spend: c.spend,
        contribution: c.contribution,
        contribution_share: c.contribution_share,
        roi: c.roi,
        mroi: c.mroi,
        cpa: c.cpa,
        carryover_share: c.carryover_share,
    }
}

/// At most three significant figures, thousands and millions in letters.
fn compact(value: f64) -> String {
    let (scaled, letter) = match value.abs() {
        x if x >= 999.5e6 => (value / 1e9, "B"),
        x if x >= 999.5e3 => (value / 1e6, "M"),
        x if x >= 999.5 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    format!("{}{letter}", figure(scaled))
}

fn figure(value: f64) -> String {
    match value.abs() {
        x if x >= 99.95 => format!("{value:.0}"),
        x if x >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn read(path: &Path) -> Result<String, Failure> {
    let failure = |e: &io::Error| {
        Failure::new(
            Exit::Files,
            "simulate.read",
            format!("cannot read the world {}: {e}", path.display()),
            "check the path, or start from `outlay simulate --example > world.toml`",
        )
    };
    let size = fs::metadata(path).map_err(|e| failure(&e))?.len();
    if size > SPEC_BYTES_MAX {
        return Err(Failure::new(
            Exit::Specification,
            "simulate.read",
            format!("{} is too large to be a world ({size} bytes)", path.display()),
            "a world is a short TOML file: see `outlay simulate --example`",
        ));
    }
    let bytes = fs::read(path).map_err(|e| failure(&e))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(
            Exit::Specification,
            "simulate.read",
            format!("{} is no UTF-8 text", path.display()),
            "a world is a TOML file: see `outlay simulate --example`",
        )
    })
}

/// Writes all files or none: they are completed in a folder beside `out` and then moved.
fn write(out: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    let failed = |e: io::Error| {
        Failure::new(
            Exit::Files,
            "simulate.write",
            format!("cannot write to {}: {e}", out.display()),
            "choose a folder that you may write to; nothing was written",
        )
    };
    if out.exists() && !ours(out)? {
        return Err(Failure::new(
            Exit::Files,
            "simulate.occupied",
            format!(
                "{} holds a {DATA} or {TRUTH} that `outlay simulate` did not write",
                out.display()
            ),
            "choose another folder; nothing was written",
        ));
    }
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Inside an existing folder, beside a new one: either way on the same file system, so that
    // the move at the end cannot stop half-way through a copy.
    let exists = out.is_dir();
    let home = if exists { out } else { parent };
    let created = missing_from(home);
    fs::create_dir_all(home).map_err(failed)?;
    let draft = home.join(format!(".outlay-simulate-{}", std::process::id()));
    let written = fs::create_dir(&draft)
        .and_then(|()| files.iter().try_for_each(|(name, text)| fs::write(draft.join(name), text)))
        .and_then(|()| {
            if exists {
                files
                    .iter()
                    .try_for_each(|(name, _)| fs::rename(draft.join(name), out.join(name)))?;
                fs::remove_dir(&draft)
            } else {
                fs::rename(&draft, out)
            }
        });
    written.map_err(|e| {
        // What is left of the draft is of no use; a failure to remove it must not hide the cause.
        let _ = fs::remove_dir_all(&draft);
        for folder in created.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        failed(e)
    })
}

/// Folders on the way to `home` that do not exist yet, outermost first.
fn missing_from(home: &Path) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> = home
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .map(Path::to_path_buf)
        .collect();
    missing.reverse();
    missing
}

/// Whether an existing place may be written to: a folder that holds no data or truth, or those of
/// an earlier simulation.
fn ours(out: &Path) -> Result<bool, Failure> {
    if !out.is_dir() {
        return Err(Failure::new(
            Exit::Files,
            "simulate.write",
            format!("{} is a file, not a folder", out.display()),
            "choose another folder; nothing was written",
        ));
    }
    let (data, truth) = (out.join(DATA), out.join(TRUTH));
    if !truth.exists() {
        return Ok(!data.exists());
    }
    let schema = fs::read(&truth)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .and_then(|value| value.get("schema").and_then(Value::as_str).map(ToOwned::to_owned));
    Ok(schema.as_deref() == Some(TRUTH_SCHEMA))
}

fn refused(source: &str, error: &WorldError) -> Failure {
    Failure::new(
        Exit::Specification,
        "simulate.spec",
        format!("the world in {source} is refused:\n{error}"),
        "see `outlay simulate --example` for every key with its meaning",
    )
}

fn unknown_example(name: &str) -> Failure {
    let names: Vec<&str> = EXAMPLES.iter().map(|e| e.name).collect();
    Failure::new(
        Exit::Specification,
        "simulate.example",
        format!("there is no example `{name}`"),
        format!("choose one of {}", names.join(", ")),
    )
}

fn nothing_named() -> Failure {
    Failure::new(
        Exit::Specification,
        "simulate.arguments",
        "no world or no output folder is named",
        "try `outlay simulate --example shop --out shop`",
    )
}

fn examples_help() -> String {
    let lines = EXAMPLES.iter().map(|e| format!("  {:<10} {}", e.name, e.about));
    format!("Examples:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_figures() {
        assert_eq!(compact(1_234_567.0), "1.23M");
        assert_eq!(compact(999_700.0), "1.00M");
        assert_eq!(compact(12_345.0), "12.3k");
        assert_eq!(compact(0.456), "0.46");
    }

    #[test]
    fn a_folder_with_other_data_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path();
        fs::write(out.join(DATA), "mine").unwrap();
        assert!(write(out, &[(DATA, "new".into()), (TRUTH, "{}".into())]).is_err());
        assert_eq!(fs::read_to_string(out.join(DATA)).unwrap(), "mine");
        assert_eq!(fs::read_dir(out).unwrap().count(), 1);
    }

    #[test]
    fn an_earlier_simulation_is_replaced_and_other_files_stay() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("a/b");
        let truth = format!("{{\"schema\":\"{TRUTH_SCHEMA}\"}}");
        write(&out, &[(DATA, "one".into()), (TRUTH, truth.clone())]).unwrap();
        fs::write(out.join("notes.txt"), "keep").unwrap();
        write(&out, &[(DATA, "two".into()), (TRUTH, truth)]).unwrap();
        assert_eq!(fs::read_to_string(out.join(DATA)).unwrap(), "two");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    }

    #[test]
    fn a_file_in_the_way_leaves_nothing_behind() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("file"), "").unwrap();
        let out = place.path().join("file/below");
        assert!(write(&out, &[(DATA, "x".into())]).is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
