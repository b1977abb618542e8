//! The few words in which the two engines' definitions differ.

use crate::engine::Engine;

/// What `{head}` stands for: every row of a workspace has an identity of its own and a version.
const HEAD: &str = "workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            id {uuid} NOT NULL,
            version {int} NOT NULL CHECK (version >= 1),
            created_at {time} NOT NULL,
            updated_at {time} NOT NULL";

/// A definition in the words of `engine`.
pub(crate) fn render(template: &str, engine: Engine) -> String {
    let mut text =
        template.replace("{head}", HEAD).replace("{key}", "PRIMARY KEY (workspace_id, id)");
    for (word, sqlite, postgres) in [
        ("{uuid}", "BLOB", "UUID"),
        ("{text}", "TEXT", "TEXT"),
        ("{int}", "BIGINT", "BIGINT"),
        ("{real}", "DOUBLE PRECISION", "DOUBLE PRECISION"),
        ("{bool}", "BOOLEAN", "BOOLEAN"),
        ("{date}", "DATE", "DATE"),
        ("{time}", "DATETIME", "TIMESTAMPTZ"),
        ("{json}", "TEXT", "JSONB"),
        (
            "{serial}",
            "INTEGER PRIMARY KEY AUTOINCREMENT",
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        ),
        // Rows that lie in the order of their key are read without a second look-up.
        ("{clustered}", "WITHOUT ROWID", ""),
    ] {
        text = text.replace(word, if engine == Engine::Sqlite { sqlite } else { postgres });
    }
    let text = function(text, "{day_of:", |column| match engine {
        Engine::Sqlite => format!("substr({column}, 1, 10)"),
        Engine::Postgres => format!("CAST({column} AT TIME ZONE 'UTC' AS DATE)"),
    });
    let text = function(text, "{text_of:", |column| match engine {
        Engine::Sqlite => format!("lower(hex({column}))"),
        Engine::Postgres => format!("CAST({column} AS TEXT)"),
    });
    function(text, "{minute_of:", |column| match engine {
        Engine::Sqlite => format!("substr({column}, 1, 16)"),
        Engine::Postgres => format!("date_trunc('minute', {column} AT TIME ZONE 'UTC')"),
    })
}

/// Replaces every `{name:column}`.
fn function(mut text: String, open: &str, write: impl Fn(&str) -> String) -> String {
    while let Some(from) = text.find(open) {
        let Some(length) = text[from..].find('}') else { break };
        let column = text[from + open.len()..from + length].to_owned();
        text.replace_range(from..=from + length, &write(&column));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_the_engines() {
        let text = "CREATE VIEW v AS SELECT {day_of:at}, {day_of:b} FROM t ({uuid}) {clustered}";
        assert_eq!(
            render(text, Engine::Sqlite),
            "CREATE VIEW v AS SELECT substr(at, 1, 10), substr(b, 1, 10) FROM t (BLOB) WITHOUT ROWID"
        );
        assert!(render(text, Engine::Postgres).contains("CAST(b AT TIME ZONE 'UTC' AS DATE)"));
    }
}
