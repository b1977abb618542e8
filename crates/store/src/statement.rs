//! Statements: the places of their values, and what is told about them, which is a name that is the
//! same for all of a kind and how long they took, never their text or their values.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Hears about every statement. Called on the thread that waited for it: to be quick.
pub trait Observer: Send + Sync {
    /// A statement of this name took so long, the wait for a connection included.
    fn statement(&self, name: &str, took: Duration, failed: bool);
}

/// Who hears about statements, once somebody wants to.
#[derive(Default)]
pub(crate) struct Observed(OnceLock<Arc<dyn Observer>>);

impl Observed {
    /// The first observer stays.
    pub(crate) fn set(&self, observer: Arc<dyn Observer>) {
        let _ = self.0.set(observer);
    }

    pub(crate) fn tell(&self, name: &str, took: Duration, failed: bool) {
        if let Some(observer) = self.0.get() {
            observer.statement(name, took, failed);
        }
    }

    pub(crate) fn wanted(&self) -> bool {
        self.0.get().is_some()
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(&self.wanted()).finish()
    }
}

/// `count` places of values from the `from`th, as they stand between brackets.
pub(crate) fn places(from: usize, count: usize) -> String {
    let places: Vec<String> = (from..from + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

/// The name of a statement: what it does, and to which table (`select campaign_days`). Few enough
/// to count by, as OpenTelemetry's `db.query.summary` is.
pub(crate) fn name(sql: &str) -> String {
    let mut words = sql.split(|c: char| c.is_whitespace() || "(),;".contains(c));
    let mut words = words.by_ref().filter(|word| !word.is_empty());
    let verb = words.next().unwrap_or_default().to_ascii_lowercase();
    let before =
        |word: &str| ["from", "into", "update"].iter().any(|w| word.eq_ignore_ascii_case(w));
    // `UPDATE table` names its table at once; the others after a word that says so.
    let table = match verb.as_str() {
        "update" => words.next(),
        _ => loop {
            let Some(_) = words.by_ref().find(|word| before(word)) else { break None };
            match words.next() {
                // A question within the question: its table is meant.
                Some(word) if word.eq_ignore_ascii_case("select") => {}
                table => break table,
            }
        },
    };
    match table {
        Some(table) => format!("{verb} {}", table.to_ascii_lowercase()),
        None => verb,
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_statement_is_named_by_what_it_does_and_to_which_table() {
        for (sql, expected) in [
            ("SELECT a, b FROM users WHERE email = $1", "select users"),
            ("SELECT 1 AS one", "select"),
            ("INSERT INTO jobs (id)\n VALUES ($1) ON CONFLICT DO NOTHING", "insert jobs"),
            ("UPDATE sessions SET seen_at = $1 WHERE x IN (SELECT y FROM z)", "update sessions"),
            ("DELETE FROM events WHERE at < $1", "delete events"),
            ("SELECT x FROM (SELECT y FROM jobs)", "select jobs"),
            ("ANALYZE", "analyze"),
        ] {
            assert_eq!(name(sql), expected, "{sql}");
        }
    }
}
