//! The page: sentence, picture, table, trust, method, in this order.

mod channels;
mod decomposition;
mod fit;
pub(crate) mod head;
mod hidden;
mod joint;
mod lasting;
mod learned;
mod method;
mod response;
mod returns;
mod structures;
mod trust;

use minijinja::Value;
use outlay_mmm::summary::Summary;
use serde::Serialize;

use crate::options::{ReportError, ReportOptions};
use crate::palette;
use crate::policy::content_policy;
use crate::rank::{Ranked, by_contribution};
use crate::render::{SCRIPT, STYLE, render};
use crate::terms::{Terms, label};

const TEMPLATE: &str = include_str!("templates/report.html");

/// What every section is made from.
pub(crate) struct Material<'a> {
    pub(crate) summary: &'a Summary,
    pub(crate) terms: Terms,
    /// All channels, those that bring most first.
    pub(crate) ranked: Vec<Ranked<'a>>,
    /// How many of them stand in the pictures.
    pub(crate) shown: usize,
    /// Share by which an interval must have narrowed before the data has spoken.
    pub(crate) prior_shift_min: f64,
}

impl<'a> Material<'a> {
    fn new(summary: &'a Summary, options: &ReportOptions) -> Self {
        Self {
            summary,
            terms: Terms::new(&summary.data, options.locale),
            ranked: by_contribution(summary),
            shown: options.channels_shown.clamp(1, 30),
            prior_shift_min: options.prior_shift_min,
        }
    }

    /// The channels that stand in the pictures.
    pub(crate) fn pictured(&self) -> &[Ranked<'a>] {
        &self.ranked[..self.shown.min(self.ranked.len())]
    }

    /// The rest, which stand in the table only.
    pub(crate) fn others(&self) -> &[Ranked<'a>] {
        &self.ranked[self.shown.min(self.ranked.len())..]
    }
}

#[derive(Serialize)]
struct Context {
    page: Page,
}

#[derive(Serialize)]
struct Page {
    theme: &'static str,
    title: String,
    policy: String,
    style: Value,
    script: Value,
    sign: String,
    decimal: String,
    money: &'static str,
    head: head::Head,
    returns: returns::Returns,
    decomposition: decomposition::Section,
    channels: channels::Section,
    joint: Option<joint::Section>,
    hidden: Option<hidden::Section>,
    response: response::Section,
    lasting: lasting::Section,
    learned: learned::Section,
    structures: Option<structures::Section>,
    fit: fit::Section,
    trust: trust::Section,
    method: method::Section,
}

/// The report of a fit as one HTML page that needs nothing else: style, script, pictures and
/// data are inside. The same summary and options give the same bytes.
///
/// # Errors
/// [`ReportError`] when the specification cannot be written out or the page not be rendered.
pub fn html(summary: &Summary, options: &ReportOptions) -> Result<String, ReportError> {
    let material = Material::new(summary, options);
    let style = format!("{}{STYLE}", palette::style());
    let title = if options.title.is_empty() { &summary.data.source } else { &options.title };
    let page = Page {
        theme: options.theme.name(),
        title: label(title),
        policy: content_policy(&style, SCRIPT),
        style: Value::from_safe_string(style),
        script: Value::from_safe_string(SCRIPT.to_owned()),
        sign: material.terms.sign.clone(),
        decimal: material.terms.locale.decimal.to_string(),
        money: if material.terms.outcome_is_money { "true" } else { "false" },
        head: head::build(&material),
        returns: returns::build(&material),
        decomposition: decomposition::build(&material),
        channels: channels::build(&material),
        joint: joint::build(&material),
        hidden: hidden::build(&material),
        response: response::build(&material),
        lasting: lasting::build(&material),
        learned: learned::build(&material),
        structures: structures::build(&material),
        fit: fit::build(&material),
        trust: trust::build(&material),
        method: method::build(&material)?,
    };
    render(TEMPLATE, Context { page })
}
