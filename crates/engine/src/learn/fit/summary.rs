//! Reads the summary of a fit back, and says what is wrong where it cannot be read.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use outlay_mmm::summary::{SCHEMA, Summary};
use serde_json::Value;
use serde_json::error::Category;

use crate::failure::{Exit, Failure};

/// The file in a fit's folder that holds its answers.
const FILE: &str = "summary.json";

/// A summary with the text it was read from.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The summary.
    pub(crate) summary: Summary,
    /// The file as it stands, for `--json`.
    pub(crate) text: String,
}

/// Reads the summary of the fit in a folder; the file itself may be named too.
pub(crate) fn load(dir: &Path) -> Result<Loaded, Failure> {
    let path = if dir.is_file() { dir.to_path_buf() } else { dir.join(FILE) };
    let text = fs::read_to_string(&path).map_err(|error| unreadable(dir, &path, &error))?;
    let summary = parse(&path, &text)?;
    Ok(Loaded { summary, text })
}

fn unreadable(dir: &Path, path: &Path, error: &std::io::Error) -> Failure {
    let again = "name the folder that `outlay fit --out DIR` wrote";
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory if !dir.exists() => Failure::new(
            Exit::Files,
            "fit.missing",
            format!("there is no folder {}", dir.display()),
            again,
        ),
        ErrorKind::NotFound => Failure::new(
            Exit::Files,
            "fit.not-a-fit",
            format!("{} is not a fit: it holds no {FILE}", dir.display()),
            again,
        ),
        ErrorKind::InvalidData => damaged(path, "it is not text in UTF-8"),
        _ => Failure::from_error(
            Exit::Files,
            "fit.unreadable",
            error,
            format!("check that {} may be read", path.display()),
        ),
    }
}

fn parse(path: &Path, text: &str) -> Result<Summary, Failure> {
    let value: Value = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof if text.trim().is_empty() => damaged(path, "it is empty"),
        Category::Eof => damaged(
            path,
            &format!("it is cut off at line {}, column {}", error.line(), error.column()),
        ),
        _ => damaged(path, &format!("it is not JSON: {error}")),
    })?;
    match value.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => {
            return Err(Failure::new(
                Exit::Files,
                "fit.schema",
                format!(
                    "{} has schema `{other}`, and this version reads `{SCHEMA}`",
                    path.display()
                ),
                "use the version of outlay that wrote it, or fit again with this one",
            ));
        }
        None => {
            return Err(Failure::new(
                Exit::Files,
                "fit.not-a-fit",
                format!("{} is not the summary of a fit: it names no schema", path.display()),
                "name the folder that `outlay fit --out DIR` wrote",
            ));
        }
    }
    // The text is read again rather than the value, so that messages name the line.
    serde_json::from_str(text).map_err(|error| damaged(path, &error.to_string()))
}

fn damaged(path: &Path, what: &str) -> Failure {
    Failure::new(
        Exit::Files,
        "fit.damaged",
        format!("{} cannot be read: {what}", path.display()),
        "run `outlay fit` again, or bring the folder back from where it was kept",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::summary::fixture;

    fn failure(text: Option<&str>) -> String {
        let dir = tempfile::tempdir().unwrap();
        if let Some(text) = text {
            fs::write(dir.path().join(FILE), text).unwrap();
        }
        format!("{:?}", load(dir.path()).unwrap_err())
    }

    #[test]
    fn a_written_summary_is_read_back_whole() {
        let dir = tempfile::tempdir().unwrap();
        let summary = fixture::summary();
        fs::write(dir.path().join(FILE), serde_json::to_string(&summary).unwrap()).unwrap();
        assert_eq!(load(dir.path()).unwrap().summary, summary);
        assert_eq!(load(&dir.path().join(FILE)).unwrap().summary, summary);
    }

    #[test]
    fn each_defect_has_its_own_words() {
        let whole = serde_json::to_string_pretty(&fixture::summary()).unwrap();
        let cut = &whole[..whole.len() / 2];
        assert!(failure(None).contains("is not a fit: it holds no summary.json"));
        assert!(failure(Some("")).contains("it is empty"));
        assert!(failure(Some(cut)).contains("it is cut off at line"));
        assert!(failure(Some("channel,spend\n")).contains("it is not JSON"));
        assert!(failure(Some("{\"a\": 1}")).contains("it names no schema"));
        let other = whole.replacen(SCHEMA, "outlay/summary/99", 1);
        assert!(failure(Some(&other)).contains("has schema `outlay/summary/99`"));
        assert!(
            failure(Some(&whole.replacen("\"seed\": ", "\"seed\": \"x\", \"old\": ", 1)))
                .contains("line")
        );
        assert!(
            format!("{:?}", load(Path::new("no/such/folder")).unwrap_err())
                .contains("there is no folder")
        );
    }
}
