//! `outlay describe`: what a file holds, what its columns mean, and what is wrong with it.

use std::path::PathBuf;

use outlay_connect::mapping::FileDialect;
use outlay_connect::{DecimalMark, Description, Input};
use outlay_core::registry::Registry;
use outlay_engine::check::ready;
use outlay_engine::collect::{collect, mapping_file, save_mapping};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render::describe::description;

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
    let text = args.mapping.as_deref().map(mapping_file).transpose()?;
    let input = Input::Path(args.file.clone());
    let collected = collect(&input, text.as_ref(), &dialect(args), &registry)?;
    let description = collected.describe(&registry);
    if let Some(path) = &args.write {
        save_mapping(path, &description.mapping_file(), args.force)?;
    }
    let next = next(args, &description);
    print(args, context, &description, &next)?;
    Ok(ready(&collected.file, &description)?)
}

fn dialect(args: &Args) -> FileDialect {
    FileDialect {
        sheet: args.sheet.clone(),
        delimiter: args.delimiter,
        encoding: args.encoding.clone(),
        decimal: args.decimal.as_deref().map(|mark| match mark {
            "comma" => DecimalMark::Comma,
            _ => DecimalMark::Point,
        }),
        header_row: None,
    }
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
        (None, None) if description.mapping.file != FileDialect::default() => {
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
