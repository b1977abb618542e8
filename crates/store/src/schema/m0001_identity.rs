//! Who: workspaces, people, their roles, sessions and tokens.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "0001_identity",
    up: &[
        "CREATE TABLE workspaces (
            id {uuid} NOT NULL PRIMARY KEY,
            version {int} NOT NULL CHECK (version >= 1),
            created_at {time} NOT NULL,
            updated_at {time} NOT NULL,
            name {text} NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            currency {text} NOT NULL CHECK (length(currency) = 3),
            time_zone {text} NOT NULL,
            last_event {int} NOT NULL DEFAULT 0
        )",
        "CREATE TABLE users (
            id {uuid} NOT NULL PRIMARY KEY,
            version {int} NOT NULL CHECK (version >= 1),
            created_at {time} NOT NULL,
            updated_at {time} NOT NULL,
            email {text} NOT NULL CHECK (email = lower(email) AND length(email) <= 320),
            name {text} NOT NULL,
            password_hash {text},
            disabled {bool} NOT NULL,
            CONSTRAINT users_email UNIQUE (email)
        )",
        "CREATE TABLE identities (
            issuer {text} NOT NULL,
            subject {text} NOT NULL,
            user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            created_at {time} NOT NULL,
            PRIMARY KEY (issuer, subject)
        )",
        "CREATE TABLE members (
            workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            role {text} NOT NULL CONSTRAINT members_role
                CHECK (role IN ('viewer', 'analyst', 'approver', 'operator', 'admin')),
            created_at {time} NOT NULL,
            updated_at {time} NOT NULL,
            PRIMARY KEY (workspace_id, user_id)
        )",
        "CREATE INDEX members_user ON members (user_id)",
        // A token's text is never stored: whoever reads this table cannot sign in with it.
        "CREATE TABLE sessions (
            id {uuid} NOT NULL PRIMARY KEY,
            user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            token_hash {text} NOT NULL CHECK (length(token_hash) = 64),
            csrf_hash {text} NOT NULL CHECK (length(csrf_hash) = 64),
            created_at {time} NOT NULL,
            seen_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            revoked_at {time},
            address {text},
            agent {text},
            CONSTRAINT sessions_token UNIQUE (token_hash)
        )",
        "CREATE INDEX sessions_user ON sessions (user_id)",
        "CREATE INDEX sessions_expiry ON sessions (expires_at)",
        "CREATE TABLE api_tokens (
            {head},
            user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            name {text} NOT NULL,
            prefix {text} NOT NULL,
            token_hash {text} NOT NULL CHECK (length(token_hash) = 64),
            role {text} NOT NULL
                CHECK (role IN ('viewer', 'analyst', 'approver', 'operator', 'admin')),
            expires_at {time},
            seen_at {time},
            revoked_at {time},
            CONSTRAINT api_tokens_token UNIQUE (token_hash),
            {key}
        )",
        "CREATE TABLE settings (
            workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            key {text} NOT NULL,
            value {json} NOT NULL,
            version {int} NOT NULL CHECK (version >= 1),
            updated_at {time} NOT NULL,
            PRIMARY KEY (workspace_id, key)
        )",
        "CREATE TABLE config_changes (
            {head},
            key {text} NOT NULL,
            before {json},
            after {json},
            changed_by {uuid} REFERENCES users (id) ON DELETE SET NULL,
            reason {text},
            {key}
        )",
        "CREATE INDEX config_changes_key ON config_changes (workspace_id, key, id)",
        // Numbered per workspace under the lock of the workspace's row, so that a number is seen
        // only after all smaller ones: a reader that resumes after a number misses nothing.
        "CREATE TABLE events (
            workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            number {int} NOT NULL CHECK (number >= 1),
            at {time} NOT NULL,
            topic {text} NOT NULL,
            kind {text} NOT NULL,
            payload {json} NOT NULL,
            PRIMARY KEY (workspace_id, number)
        )",
        "CREATE INDEX events_age ON events (at)",
        "CREATE TABLE idempotency_keys (
            workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            key {text} NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
            request_hash {text} NOT NULL CHECK (length(request_hash) = 64),
            created_at {time} NOT NULL,
            expires_at {time} NOT NULL,
            status {int},
            response {json},
            PRIMARY KEY (workspace_id, key)
        )",
        "CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)",
    ],
    down: &[
        "DROP TABLE idempotency_keys",
        "DROP TABLE events",
        "DROP TABLE config_changes",
        "DROP TABLE settings",
        "DROP TABLE api_tokens",
        "DROP TABLE sessions",
        "DROP TABLE members",
        "DROP TABLE identities",
        "DROP TABLE users",
        "DROP TABLE workspaces",
    ],
};
