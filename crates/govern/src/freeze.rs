//! Freezes: stretches of time in which budgets stay as they are.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::error::GuardError;
use crate::figures::instant;

/// A stretch of time without changes, up or down: the start is frozen, the end is free again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Freeze {
    target: Option<String>,
    start: Option<DateTime<FixedOffset>>,
    end: Option<DateTime<FixedOffset>>,
    why: String,
}

/// A freeze as it stands in a file, not yet checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    target: Option<String>,
    start: Option<DateTime<FixedOffset>>,
    end: Option<DateTime<FixedOffset>>,
    why: String,
}

impl Freeze {
    /// A freeze of `target`, or of every target without one, from `start` (now and ever before,
    /// without one) up to but not including `end` (for good, without one). `why` is a noun for
    /// people: `Black Friday`, `learning period`.
    ///
    /// # Errors
    /// [`GuardError::Freeze`] when it does not end after it starts.
    pub fn new(
        target: Option<String>,
        start: Option<DateTime<FixedOffset>>,
        end: Option<DateTime<FixedOffset>>,
        why: String,
    ) -> Result<Self, GuardError> {
        match (start, end) {
            (Some(start), Some(end)) if end <= start => Err(GuardError::Freeze { start, end }),
            _ => Ok(Self { target, start, end, why }),
        }
    }

    /// Whether `target` is frozen by this at the instant `at`; zones are compared as instants.
    pub fn covers(&self, target: &str, at: DateTime<FixedOffset>) -> bool {
        self.target.as_deref().is_none_or(|frozen| frozen == target)
            && self.start.is_none_or(|start| start <= at)
            && self.end.is_none_or(|end| at < end)
    }

    /// The sentence for people.
    pub(crate) fn reason(&self) -> String {
        let from = self.start.map(|start| format!(" from {}", instant(start))).unwrap_or_default();
        let until = match self.end {
            Some(end) => format!(" until {}", instant(end)),
            None => " until further notice".to_owned(),
        };
        format!("Budgets are frozen{from}{until} ({}).", self.why)
    }
}

impl TryFrom<Fields> for Freeze {
    type Error = GuardError;

    fn try_from(fields: Fields) -> Result<Self, GuardError> {
        Self::new(fields.target, fields.start, fields.end, fields.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn freeze(start: Option<&str>, end: Option<&str>) -> Result<Freeze, GuardError> {
        Freeze::new(None, start.map(at), end.map(at), "Black Friday".to_owned())
    }

    #[test]
    fn the_start_is_frozen_and_the_end_is_free() {
        let freeze = freeze(Some("2026-11-24T00:00:00Z"), Some("2026-12-01T00:00:00Z")).unwrap();
        assert!(!freeze.covers("a", at("2026-11-23T23:59:59.999999999Z")));
        assert!(freeze.covers("a", at("2026-11-24T00:00:00Z")));
        assert!(freeze.covers("a", at("2026-11-30T23:59:59.999999999Z")));
        assert!(!freeze.covers("a", at("2026-12-01T00:00:00Z")));
    }

    #[test]
    fn zones_are_honoured() {
        let freeze =
            freeze(Some("2026-11-24T00:00:00+01:00"), Some("2026-11-25T00:00:00+01:00")).unwrap();
        assert!(freeze.covers("a", at("2026-11-23T18:00:00-05:00")), "midnight in Berlin");
        assert!(!freeze.covers("a", at("2026-11-24T18:00:00-05:00")));
    }

    #[test]
    fn either_end_may_be_open() {
        let since = freeze(Some("2026-11-24T00:00:00Z"), None).unwrap();
        let until = freeze(None, Some("2026-11-24T00:00:00Z")).unwrap();
        let always = freeze(None, None).unwrap();
        let (before, after) = (at("1990-01-01T00:00:00Z"), at("2090-01-01T00:00:00Z"));
        assert!(!since.covers("a", before) && since.covers("a", after));
        assert!(until.covers("a", before) && !until.covers("a", after));
        assert!(always.covers("a", before) && always.covers("a", after));
        assert!(since.reason().contains("until further notice"));
    }

    #[test]
    fn a_freeze_since_the_first_instant_of_the_calendar_has_a_reason_too() {
        let west = FixedOffset::west_opt(3_600).unwrap();
        let first = chrono::DateTime::<chrono::Utc>::MIN_UTC.with_timezone(&west);
        let freeze = Freeze::new(None, Some(first), None, "always".to_owned()).unwrap();
        assert!(freeze.covers("a", at("2026-11-24T00:00:00Z")));
        assert!(freeze.reason().ends_with("(always)."));
    }

    #[test]
    fn a_freeze_may_be_for_one_target_only() {
        let freeze = Freeze::new(Some("a".into()), None, None, "learning period".into()).unwrap();
        assert!(freeze.covers("a", at("2026-11-24T00:00:00Z")));
        assert!(!freeze.covers("b", at("2026-11-24T00:00:00Z")));
    }

    #[test]
    fn a_freeze_read_from_a_file_is_checked_too() {
        let read = |text: &str| serde_json::from_str::<Freeze>(text);
        let good = r#"{"start": "2026-11-24T00:00:00+01:00", "why": "Black Friday"}"#;
        assert!(read(good).is_ok());
        let reversed = r#"{"start": "2026-11-24T00:00:00+01:00", "end": "2026-11-24T00:00:00+02:00", "why": "x"}"#;
        assert!(read(reversed).is_err());
        assert!(read(r#"{"ends": "2026-11-24T00:00:00+01:00", "why": "x"}"#).is_err(), "misspelt");
    }
}
