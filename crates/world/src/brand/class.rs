//! Classes of drawn brands: what makes each hard to learn.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What makes a brand hard to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BrandClass {
    /// Effects that last for months, peak late, or stop at once after a while.
    LongMemory,
    /// Thresholds, S-curves, kinks, and channels that hardly level off.
    Bent,
    /// Media multiply the baseline, or each other.
    Multiplicative,
    /// Spend chases a demand that a column shows, exactly or with an error.
    ChasedDemand,
    /// Spend chases a demand that nobody sees.
    HiddenDemand,
    /// Trend breaks, level shifts, promotions that are advertised, holidays, price.
    Breaks,
    /// Channels that move together, pause for months, or never pause.
    Entangled,
    /// Effects that change over the years, channels that raise others.
    Drift,
    /// Noise that lasts, strays far, grows with the level.
    Rough,
    /// Each of these with a probability of 0.4: the most like real brands.
    Mixed,
    /// The same with 52 to 80 weeks.
    Short,
    /// The same with 180 to 400 days and a rhythm of the week.
    Daily,
    /// The same in 8 to 20 geos over 80 to 156 weeks.
    Regions,
}

/// No class has this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no class `{0}`: choose one of {names}", names = names())]
pub struct UnknownClass(pub String);

impl BrandClass {
    /// Every class.
    pub const ALL: [Self; 13] = [
        Self::LongMemory,
        Self::Bent,
        Self::Multiplicative,
        Self::ChasedDemand,
        Self::HiddenDemand,
        Self::Breaks,
        Self::Entangled,
        Self::Drift,
        Self::Rough,
        Self::Mixed,
        Self::Short,
        Self::Daily,
        Self::Regions,
    ];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::LongMemory => "long-memory",
            Self::Bent => "bent",
            Self::Multiplicative => "multiplicative",
            Self::ChasedDemand => "chased-demand",
            Self::HiddenDemand => "hidden-demand",
            Self::Breaks => "breaks",
            Self::Entangled => "entangled",
            Self::Drift => "drift",
            Self::Rough => "rough",
            Self::Mixed => "mixed",
            Self::Short => "short",
            Self::Daily => "daily",
            Self::Regions => "regions",
        }
    }

    /// What it shows, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::LongMemory => "effects last for months or peak late",
            Self::Bent => "thresholds, S-curves, kinks, hardly bent curves",
            Self::Multiplicative => "media multiply the baseline, or each other",
            Self::ChasedDemand => "spend chases a demand that a column shows",
            Self::HiddenDemand => "spend chases a demand that nobody sees",
            Self::Breaks => "trend breaks, promotions, holidays, price",
            Self::Entangled => "channels move together, pause for months, or never",
            Self::Drift => "effects change, channels raise others",
            Self::Rough => "noise lasts, strays far, grows with the level",
            Self::Mixed => "some of all of these: the most like real brands",
            Self::Short => "the same with 52 to 80 weeks",
            Self::Daily => "the same with 180 to 400 days",
            Self::Regions => "the same in 8 to 20 geos",
        }
    }
}

impl fmt::Display for BrandClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for BrandClass {
    type Err = UnknownClass;

    fn from_str(text: &str) -> Result<Self, UnknownClass> {
        let known = Self::ALL.into_iter().find(|class| class.name() == text);
        known.ok_or_else(|| UnknownClass(text.to_owned()))
    }
}

fn names() -> String {
    BrandClass::ALL.map(BrandClass::name).join(", ")
}
