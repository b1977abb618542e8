//! Mathematics reads no clock, no file, no network, no environment, and prints nothing.

use std::fs;
use std::path::Path;

use crate::workspace::{MATHEMATICS, packages};

const FORBIDDEN: [&str; 15] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "print!(",
    "println!(",
    "rand::rng()",
    "from_os_rng",
];

#[test]
fn mathematics_is_pure() {
    let mut found = Vec::new();
    let mut files = 0;
    for package in packages() {
        if MATHEMATICS.contains(&package.name.as_str()) {
            files += scan(&package.folder.join("src"), &mut found);
        }
    }
    assert!(files >= 10, "only {files} files were read");
    assert!(found.is_empty(), "mathematics must stay pure:\n{}", found.join("\n"));
}

/// Reads a folder's sources; returns how many files there were.
fn scan(folder: &Path, found: &mut Vec<String>) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                files += scan(&path, found);
            }
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            files += 1;
            let source = fs::read_to_string(&path).unwrap();
            for (number, line) in without_tests(&source) {
                for word in FORBIDDEN.iter().filter(|word| line.contains(*word)) {
                    found.push(format!("{}:{number}: {word}", path.display()));
                }
            }
        }
    }
    files
}

/// Numbered lines of code before the test module, which is the last thing in a file.
fn without_tests(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut before = "";
    source
        .lines()
        .enumerate()
        .take_while(move |(_, line)| {
            let module = before == "#[cfg(test)]" && line.starts_with("mod ");
            before = line.trim();
            !module
        })
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
}

#[test]
fn comments_and_tests_are_not_code() {
    let source =
        "use a; // println!(\n/// Instant::now\nlet b;\n#[cfg(test)]\nmod tests {\n  print!(\n}";
    let lines: Vec<_> = without_tests(source).collect();
    assert_eq!(lines, [(1, "use a; "), (2, ""), (3, "let b;"), (4, "#[cfg(test)]")]);
}
