//! How a report is wanted, and why one could not be written.

use outlay_core::registry::{Registry, keys};
use thiserror::Error;

use crate::format::Locale;

/// Which colours a page uses on screen; paper is always light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system asks.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The value of the page's `data-theme` attribute.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How a report is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportOptions {
    /// Title of the page; the data's source where it is empty.
    pub title: String,
    /// Number separators of the reader.
    pub locale: Locale,
    /// Colours on screen.
    pub theme: Theme,
    /// How many channels stand in the pictures; the table holds all of them.
    pub channels_shown: usize,
    /// Share by which an interval must have narrowed before the data is said to have spoken
    /// (`health.prior_shift_min`).
    pub prior_shift_min: f64,
}

impl ReportOptions {
    /// The usual report under these settings.
    pub fn of(registry: &Registry) -> Self {
        Self {
            title: String::new(),
            locale: Locale::default(),
            theme: Theme::default(),
            channels_shown: 10,
            prior_shift_min: registry.get(&keys::HEALTH_PRIOR_SHIFT),
        }
    }
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self::of(&Registry::default())
    }
}

/// Why a report could not be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The template engine refused the page; its cause says where.
    #[error("the report page could not be rendered: please report this with the summary at hand")]
    Template(#[from] minijinja::Error),
    /// The specification could not be written out for the page.
    #[error("the specification in the summary cannot be shown: check that the file is whole")]
    Specification(#[from] serde_json::Error),
}
