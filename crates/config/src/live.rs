//! Settings that change while the process runs.

use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;

use crate::problem::ConfigError;
use crate::settings::Settings;
use crate::sources::Sources;

/// The settings of a running process, and where they can be read again.
#[derive(Debug)]
pub struct Live {
    sources: Option<Sources>,
    current: RwLock<Arc<Settings>>,
}

/// What reading again changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reloaded {
    /// Keys whose new value is in force.
    pub changed: Vec<&'static str>,
    /// Keys that were changed, and whose new value waits until the process is started again.
    pub waiting: Vec<&'static str>,
}

impl Live {
    /// The settings that were loaded from some sources; without sources they stay as they are.
    pub fn new(sources: Option<Sources>, settings: Settings) -> Self {
        Self { sources, current: RwLock::new(Arc::new(settings)) }
    }

    /// The settings in force now.
    pub fn now(&self) -> Arc<Settings> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where they come from.
    pub fn sources(&self) -> Option<&Sources> {
        self.sources.as_ref()
    }

    /// Reads the files again. What may not change while the process runs stays as it is.
    ///
    /// # Errors
    /// [`ConfigError`] when something is wrong with them; nothing has changed then.
    pub fn reload(&self) -> Result<Reloaded, ConfigError> {
        let Some(sources) = &self.sources else { return Ok(Reloaded::default()) };
        let newer = sources.load()?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let (renewed, changed, waiting) = current.renewed(&newer);
        *current = Arc::new(renewed);
        Ok(Reloaded { changed, waiting })
    }
}
