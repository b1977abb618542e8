//! The documentation is true: its files are accepted, its commands and options exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use outlay_config::Settings;
use outlay_connect::Mapping;
use outlay_mmm::spec::Spec;
use outlay_planner::problem::ProblemFile;
use outlay_world::WorldSpec;
use tempfile::TempDir;

use crate::outlay::{outlay, repository};

const COMMANDS: [&str; 14] = [
    "describe",
    "fit",
    "show",
    "compare",
    "curves",
    "plan",
    "simulate",
    "demo",
    "calibrate",
    "config",
    "serve",
    "worker",
    "migrate",
    "doctor",
];

/// What `outlay plan` can do beside planning.
const PLANS: [&str; 5] = ["price", "compare", "front", "sensitivity", "reach"];

/// The README and every page of the book.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![repository("README.md"), repository("CONTRIBUTING.md")];
    for entry in fs::read_dir(repository("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

/// Fenced blocks in this language.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if line == format!("```{language}") => open = Some(String::new()),
            Some(block) if line == "```" => blocks.push(std::mem::take(block)),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None => {}
        }
        if line == "```" {
            open = None;
        }
    }
    blocks
}

/// Commands on lines of their own and in running text: `outlay fit data.csv --out fit`.
fn commands(page: &str) -> BTreeSet<String> {
    let inline = page.split('`').skip(1).step_by(2).filter(|code| !code.contains('\n'));
    let fenced = page.lines().map(|line| line.split(['#', '|']).next().unwrap_or_default());
    inline
        .chain(fenced)
        .map(str::trim)
        .filter(|line| line.starts_with("outlay "))
        .map(str::to_owned)
        .collect()
}

/// Whether every key of a configuration's file is known and takes its value.
fn configured(block: &str) -> Result<(), String> {
    let file: toml::Table = block.parse().map_err(|e: toml::de::Error| e.to_string())?;
    for (section, keys) in &file {
        for (key, value) in keys.as_table().ok_or(section)? {
            let text = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Array(parts) => {
                    parts.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(",")
                }
                other => other.to_string(),
            };
            let name = format!("{section}.{key}");
            Settings::default().with(&name, &text).map_err(|e| e.to_string())?;
        }
    }
    Ok(())
}

#[test]
fn specifications_mappings_and_worlds_in_the_book_are_accepted() {
    let mut read = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for block in blocks(&page, "toml") {
            let outcome = if block.starts_with("[server]") {
                configured(&block)
            } else if block.contains("[kpi]") {
                Mapping::from_toml(&block).map(drop).map_err(|e| e.to_string())
            } else if block.contains("[every-channel]") {
                ProblemFile::from_toml(&block).map(drop).map_err(|e| e.to_string())
            } else if block.contains("[[channels]]") {
                WorldSpec::from_toml(&block).map(drop).map_err(|e| e.to_string())
            } else {
                Spec::from_toml(&block).map(drop).map_err(|e| e.to_string())
            };
            outcome.unwrap_or_else(|e| panic!("{}: {e}\n{block}", path.display()));
            read += 1;
        }
    }
    assert!(read >= 6, "only {read} blocks were found");
}

#[test]
fn commands_in_the_documentation_exist_with_their_options() {
    let folder = TempDir::new().unwrap();
    let mut seen = BTreeSet::new();
    let mut options = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for line in commands(&page) {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            let Some(command) = words.iter().find(|word| word.starts_with(char::is_lowercase))
            else {
                continue;
            };
            assert!(COMMANDS.contains(command), "{}: no command in `{line}`", path.display());
            seen.insert((*command).to_owned());
            let after = words.iter().skip_while(|word| *word != command).nth(1);
            let deeper = after.filter(|word| *command == "plan" && PLANS.contains(word));
            let asked = [Some(command), deeper, Some(&"--help")];
            let asked: Vec<&str> = asked.into_iter().flatten().copied().collect();
            let help = outlay(folder.path(), &asked);
            help.succeeded();
            for option in words.iter().filter(|word| word.starts_with("--")) {
                let option = option.split('=').next().unwrap_or(option);
                let known = help
                    .stdout
                    .split_whitespace()
                    .any(|word| word.split(['=', ',', '[', '<']).any(|part| part == option));
                assert!(known, "{}: `{line}`: {option} is not in\n{}", path.display(), help.stdout);
                options += 1;
            }
        }
    }
    for command in COMMANDS.iter().filter(|command| **command != "demo") {
        assert!(seen.contains(*command), "the documentation never shows `outlay {command}`");
    }
    assert!(options >= 10, "only {options} options were checked");
}

#[test]
fn links_between_pages_lead_somewhere() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("http") || target.starts_with('#') {
                continue;
            }
            let file = target.split('#').next().unwrap_or(target);
            let full = path.parent().unwrap().join(file);
            assert!(full.exists(), "{}: {target} is not there", path.display());
        }
    }
}

#[test]
fn every_exit_code_is_documented() {
    let source = fs::read_to_string(repository("crates/outlay/src/failure.rs")).unwrap();
    let page = fs::read_to_string(repository("docs/exit-codes.md")).unwrap();
    let body = source.split("enum Exit {").nth(1).unwrap().split('}').next().unwrap();
    let codes: Vec<&str> = body
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = ").map(|(_, code)| code))
        .collect();
    assert!(codes.len() >= 6, "{codes:?}");
    for code in codes {
        assert!(page.contains(&format!("\n| {code} | ")), "exit code {code} is not documented");
    }
}
