//! Which of the three environments a process runs in.

use serde::Serialize;

/// Which of the three environments a process runs in: `OUTLAY_ENV`, development where it is not
/// set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Somebody's own machine.
    #[default]
    Development,
    /// As production, to try it.
    Staging,
    /// Other people rely on it.
    Production,
}

impl Environment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Development, Self::Staging, Self::Production];

    /// The name, as `OUTLAY_ENV` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// The environment of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.name() == name)
    }

    /// The file of the environment.
    pub fn file(self) -> String {
        format!("{}.toml", self.name())
    }

    /// What the binary carries for the environment, as TOML.
    pub fn embedded(self) -> &'static str {
        match self {
            Self::Development => include_str!("../../../config/development.toml"),
            Self::Staging => include_str!("../../../config/staging.toml"),
            Self::Production => include_str!("../../../config/production.toml"),
        }
    }
}
