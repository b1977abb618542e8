//! The rows of the table: kinds of answer.

use outlay_core::Fingerprint;
use outlay_mmm::ridge::RidgeSettings;
use outlay_mmm::spec::{Preset, Sampling, Spec};

use super::mix::Approach;
use super::reference;
use super::style::Style;
use crate::failure::{Exit, Failure};

/// A row, as named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum RowName {
    /// Ours.
    Outlay,
    /// Google Meridian's default model.
    Meridian,
    /// PyMC-Marketing's default model.
    PymcMarketing,
    /// The second opinion: a Robyn-style ridge.
    Ridge,
    /// No data at all: the return's prior, and the plan to change nothing.
    Prior,
    /// A regression that is told the true shapes: how much can be known.
    Oracle,
}

/// How a row answers.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A mix model.
    Mix(Box<Spec>, Approach),
    /// The ridge.
    Ridge(Box<RidgeSettings>),
    /// The prior.
    Prior,
    /// The regression with the truth.
    Oracle,
    /// Another program's answers, under this name.
    Told(String),
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its name in the table.
    pub(super) name: String,
    /// How it answers.
    pub(super) kind: Kind,
    /// Name of the method.
    pub(super) method: &'static str,
    /// What the method is told.
    pub(super) settings: String,
    /// Fingerprint of the specification.
    pub(super) spec: String,
    /// How it plans.
    pub(super) style: Style,
}

impl Row {
    /// A row of the command line; `sampling` gives the size of a run.
    pub(super) fn new(
        name: RowName,
        approach: Approach,
        sampling: &dyn Fn(&Sampling) -> Sampling,
    ) -> Result<Self, Failure> {
        // Each preset plans as its program does.
        let preset = |text: &str, preset, style| {
            let row = Self::own(text, Spec::preset(preset), approach, sampling)?;
            Ok(Self { style, ..row })
        };
        let plain = |name: &str, kind, method, settings: String, spec: &str, style| Self {
            name: name.to_owned(),
            kind,
            method,
            settings,
            spec: Fingerprint::of([spec.as_bytes()]).short().to_owned(),
            style,
        };
        match name {
            RowName::Outlay => preset("outlay", Preset::Outlay, Style::Planner),
            RowName::Meridian => preset("meridian", Preset::Meridian, Style::Greedy),
            RowName::PymcMarketing => preset("pymc-marketing", Preset::PymcMarketing, Style::Climb),
            RowName::Ridge => {
                let settings = RidgeSettings::default();
                let text = toml::to_string(&settings)
                    .map_err(|e| Failure::from_error(Exit::Internal, "ridge.settings", &e, ""))?;
                let size = format!("{} × {}", settings.trials, settings.iterations);
                let kind = Kind::Ridge(Box::new(settings));
                Ok(plain("ridge", kind, "ridge", size, &text, Style::Separate))
            }
            RowName::Prior => {
                let text = reference::prior().describe();
                Ok(plain("prior", Kind::Prior, "none", String::new(), &text, Style::Nothing))
            }
            RowName::Oracle => {
                let style = Style::Separate;
                Ok(plain("oracle", Kind::Oracle, "regression", String::new(), "", style))
            }
        }
    }

    /// Another program's answers; what they depend on is known per brand.
    pub(super) fn told(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: Kind::Told(name.to_owned()),
            method: "told",
            settings: String::new(),
            spec: String::new(),
            style: Style::Separate,
        }
    }

    /// A mix model of any specification.
    pub(super) fn own(
        name: &str,
        mut spec: Spec,
        approach: Approach,
        sampling: &dyn Fn(&Sampling) -> Sampling,
    ) -> Result<Self, Failure> {
        spec.sampling = sampling(&spec.sampling);
        let text = spec.to_toml().map_err(|e| {
            Failure::from_error(Exit::Specification, "spec.refused", &e, "use finite numbers")
        })?;
        let Sampling { chains, warmup, draws, .. } = spec.sampling;
        Ok(Self {
            name: name.to_owned(),
            method: approach.name(),
            settings: match approach {
                Approach::Nuts => format!("{chains} × ({warmup} + {draws})"),
                _ => format!("{} draws", approach.draws(&spec.sampling)),
            },
            spec: Fingerprint::of([text.as_bytes()]).short().to_owned(),
            kind: Kind::Mix(Box::new(spec), approach),
            style: Style::Planner,
        })
    }
}
