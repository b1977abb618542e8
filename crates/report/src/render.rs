//! How a template becomes a page: everything is escaped, a missing value is an error.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::options::ReportError;

const MACROS: &str = include_str!("templates/macros.html");

/// The style of every page.
pub(crate) const STYLE: &str = include_str!("templates/style.css");

/// The script of every page; what a page does not have it leaves alone.
pub(crate) const SCRIPT: &str = include_str!("templates/script.js");

/// Renders a template that may use the macros.
///
/// # Errors
/// [`ReportError::Template`] when the template and its context do not fit.
pub(crate) fn render(template: &str, context: impl Serialize) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("macros.html", MACROS)?;
    environment.add_template("page.html", template)?;
    Ok(environment.get_template("page.html")?.render(Serde(context))?)
}
