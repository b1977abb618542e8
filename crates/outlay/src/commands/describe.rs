//! `outlay describe`: what a file holds, what its columns mean, and what is wrong with it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use outlay_connect::{DecimalMark, Description, LoadError, ReadOptions, Severity, describe, load};
use outlay_core::registry::Registry;
use outlay_report::format::Locale;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render::describe::description;

/// No mapping is larger; a bigger file is not one.
const MAPPING_BYTES_MAX: u64 = 4_000_000;

/// Arguments of `outlay describe`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The data: CSV, TSV, Parquet or XLSX.
    file: PathBuf,
    /// Use this mapping instead of proposing one.
    #[arg(long, short, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Write the mapping to a file, to be edited.
    #[arg(long, short, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Overwrite the file that --write names.
    #[arg(long, requires = "write")]
    force: bool,
    /// Sheet of a workbook.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Character between fields, or `tab`.
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<char>,
    /// Character encoding, for example windows-1252.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Decimal mark of every number.
    #[arg(long, value_name = "MARK", value_parser = ["point", "comma"])]
    decimal: Option<String>,
    /// Show the totals of every month, not only of the last year.
    #[arg(long)]
    months: bool,
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        ("tab" | "\\t", _, _) => Ok('\t'),
        (_, Some(c), None) if c.is_ascii() && c != '"' && c != '\n' && c != '\r' => Ok(c),
        _ => Err("give one ASCII character, or `tab`".to_owned()),
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let registry = Registry::default();
    let text = args.mapping.as_deref().map(mapping_text).transpose()?;
    let mapped = load(&args.file, text.as_deref(), options(args, &registry))
        .map_err(|error| refused(&args.file, args.mapping.as_deref(), &error))?;
    let description = describe(&mapped, &registry, |x| Locale::POINT.compact(x));
    if let Some(path) = &args.write {
        write(path, &description.mapping_file(), args.force)?;
    }
    let next = next(args, &description);
    print(args, context, &description, &next)?;
    match blocked(&args.file, &description) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

fn options(args: &Args, registry: &Registry) -> ReadOptions {
    ReadOptions {
        sheet: args.sheet.clone(),
        delimiter: args.delimiter,
        encoding: args.encoding.clone(),
        decimal: args.decimal.as_deref().map(|mark| match mark {
            "comma" => DecimalMark::Comma,
            _ => DecimalMark::Point,
        }),
        ..ReadOptions::from_registry(registry)
    }
}

pub(crate) fn mapping_text(path: &Path) -> Result<String, Failure> {
    let fail = |message: String| {
        Failure::new(
            Exit::Files,
            "files.mapping",
            message,
            "`outlay describe FILE --write mapping.toml` writes one",
        )
    };
    let size = fs::metadata(path).map(|m| m.len());
    if size.is_ok_and(|bytes| bytes > MAPPING_BYTES_MAX) {
        return Err(fail(format!("{} is too large to be a mapping", path.display())));
    }
    fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => fail(format!("{} is not text in UTF-8", path.display())),
        _ => fail(format!("cannot read the mapping {}: {error}", path.display())),
    })
}

/// A file or a mapping that was refused, with the exit code that says which.
pub(crate) fn refused(file: &Path, mapping: Option<&Path>, error: &LoadError) -> Failure {
    let shown = file.display();
    match error {
        LoadError::Read(read) if read.is_access() => {
            let next = "check the path and the rights";
            Failure::new(Exit::Files, read.code(), format!("{shown}: {read}"), next)
        }
        LoadError::Read(read) => {
            let next = "docs/data-preparation.md shows what a good file looks like";
            Failure::new(Exit::Data, read.code(), format!("{shown}: {read}"), next)
        }
        LoadError::Mapping(refused) => {
            let path = mapping.map(|p| format!("{}: ", p.display())).unwrap_or_default();
            let next = format!("outlay describe {shown} proposes a mapping");
            Failure::new(Exit::Specification, error.code(), format!("{path}{refused}"), next)
        }
        LoadError::Propose(propose) => {
            let next = "docs/data-preparation.md shows what a good file looks like and how a mapping is written";
            Failure::new(Exit::Data, propose.code(), format!("{shown}: {propose}"), next)
        }
    }
}

/// Writes the mapping whole or not at all; a file that a person may have edited is kept.
fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    if !force && fs::read(path).is_ok_and(|old| old != text.as_bytes()) {
        return Err(Failure::new(
            Exit::Files,
            "files.exists",
            format!("{} exists and is different: it was not touched", path.display()),
            "name another file, or add --force to overwrite it",
        ));
    }
    let part = path.with_extension(format!("part-{}", std::process::id()));
    fs::write(&part, text).and_then(|()| fs::rename(&part, path)).map_err(|error| {
        // The part may not exist; the failure to write is what matters.
        let _ = fs::remove_file(&part);
        Failure::new(
            Exit::Files,
            "files.write",
            format!("cannot write {}: {error}", path.display()),
            "check the path and the rights",
        )
    })
}

/// The command to try next.
fn next(args: &Args, description: &Description) -> String {
    let file = args.file.display();
    match (&args.write, &args.mapping) {
        _ if !description.ready => format!("correct the data, then: outlay describe {file}"),
        (Some(path), _) => {
            format!("outlay fit {file} --mapping {} --out fit", path.display())
        }
        (None, Some(path)) => {
            format!("outlay fit {file} --mapping {} --out fit", path.display())
        }
        // What was said about the dialect must reach the fit, and a mapping carries it.
        (None, None)
            if description.mapping.file != outlay_connect::mapping::FileDialect::default() =>
        {
            format!(
                "the same with --write mapping.toml, then: outlay fit {file} --mapping mapping.toml --out fit"
            )
        }
        (None, None) => format!("outlay fit {file} --out fit"),
    }
}

fn print(args: &Args, context: &Context, shown: &Description, next: &str) -> Result<(), Failure> {
    if !context.json() {
        anstream::print!("{}", description(shown, args.months));
        if let Some(path) = &args.write {
            anstream::println!("\nThe mapping stands in {}.", path.display());
        }
        anstream::println!("\nnext: {next}");
        return Ok(());
    }
    let unwritten = |error: serde_json::Error| {
        Failure::new(Exit::Internal, "json", format!("the answer cannot be written: {error}"), "")
    };
    let mut document = serde_json::to_value(shown).map_err(unwritten)?;
    if let Some(object) = document.as_object_mut() {
        object.insert("next".to_owned(), next.into());
    }
    let text = serde_json::to_string_pretty(&document).map_err(unwritten)?;
    anstream::println!("{text}");
    Ok(())
}

/// A file that was described and cannot be fitted is a refusal for whoever runs us in a script.
fn blocked(file: &Path, description: &Description) -> Option<Failure> {
    if description.ready {
        return None;
    }
    let first = description.findings.iter().find(|f| f.severity == Severity::Error);
    let (code, message, advice) = match first {
        Some(finding) => (finding.code, finding.message.as_str(), finding.advice.as_str()),
        None => ("data.refused", "the data makes no panel", "see the findings"),
    };
    Some(Failure::new(Exit::Data, code, format!("{}: {message}", file.display()), advice))
}
