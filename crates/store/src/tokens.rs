//! Sessions and API tokens. Only hashes are stored: whoever reads the database cannot sign in.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::Result;
use crate::field::{Cell, Field, stamp};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::record::{Stored, record};
use crate::rows::Rows;
use crate::users::{Role, User};
use crate::workspaces::WorkspaceId;

/// The SHA-256 of a random token. Tokens have full entropy, so that a fast hash is enough.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash of a token's text.
    pub fn of(token: &str) -> Self {
        let digest = Sha256::digest(token.as_bytes());
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A hash is no secret, yet it has no business in a log.
impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl Serialize for TokenHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl Cell for TokenHash {
    fn cell(value: Option<&Self>) -> Value {
        String::cell(value.map(|hash| &hash.0))
    }

    fn get(row: &QueryResult, column: &str) -> Result<Option<Self>, DbErr> {
        Ok(String::get(row, column)?.map(Self))
    }
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Session {
    /// Its identity, to be shown and revoked by.
    pub id: Id<Session>,
    /// Who.
    pub user_id: Id<User>,
    /// Hash of the token that must come with every change.
    pub csrf_hash: TokenHash,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub seen_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Address it was last used from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
}

/// What a new session is made of.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Who.
    pub user_id: Id<User>,
    /// Hash of the cookie's token.
    pub token: TokenHash,
    /// Hash of the token that must come with every change.
    pub csrf: TokenHash,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Address it comes from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
}

/// The sessions of all people.
#[derive(Clone, Copy)]
pub struct Sessions<'c> {
    pub(crate) link: Link<'c>,
}

const COLUMNS: &str = "id, user_id, csrf_hash, created_at, seen_at, expires_at, address, agent";

impl Sessions<'_> {
    /// Begins a session.
    ///
    /// # Errors
    /// [`crate::StoreError::Reference`] for nobody.
    pub async fn open(self, new: NewSession, now: DateTime<Utc>) -> Result<Session> {
        let at = stamp(now);
        let session = Session {
            id: Id::new(now),
            user_id: new.user_id,
            csrf_hash: new.csrf,
            created_at: at,
            seen_at: at,
            expires_at: stamp(new.expires_at),
            address: new.address,
            agent: new.agent,
        };
        let values = vec![
            Id::cell(Some(&session.id)),
            Id::cell(Some(&session.user_id)),
            TokenHash::cell(Some(&session.csrf_hash)),
            DateTime::cell(Some(&at)),
            DateTime::cell(Some(&session.expires_at)),
            String::cell(session.address.as_ref()),
            String::cell(session.agent.as_ref()),
            TokenHash::cell(Some(&new.token)),
        ];
        let sql = "INSERT INTO sessions
            (id, user_id, csrf_hash, created_at, seen_at, expires_at, address, agent, token_hash)
            VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)";
        self.link.run(sql, values).await?;
        Ok(session)
    }

    /// The session behind a token, while it lasts and its person may sign in; notes its use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_token(self, token: &TokenHash, now: DateTime<Utc>) -> Result<Option<Session>> {
        self.lasting("token_hash", TokenHash::cell(Some(token)), now).await
    }

    /// A session, while it lasts and its person may sign in; notes its use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_id(self, id: Id<Session>, now: DateTime<Utc>) -> Result<Option<Session>> {
        self.lasting("id", Id::cell(Some(&id)), now).await
    }

    async fn lasting(
        self,
        column: &str,
        value: Value,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>> {
        let at = stamp(now);
        let sql = format!(
            "SELECT {COLUMNS} FROM sessions
             WHERE {column} = $1 AND revoked_at IS NULL AND expires_at > $2
               AND user_id IN (SELECT id FROM users WHERE NOT disabled)"
        );
        let values = vec![value, DateTime::cell(Some(&at))];
        let found = rows(&self.link.all(&sql, values).await?, read)?.into_iter().next();
        let Some(mut session) = found else { return Ok(None) };
        if note(self.link, "sessions", session.id.uuid(), Some(session.seen_at), at).await? {
            session.seen_at = at;
        }
        Ok(Some(session))
    }

    /// A person's sessions that still last, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_user(self, user: Id<User>, now: DateTime<Utc>) -> Result<Vec<Session>> {
        let values = vec![Id::cell(Some(&user)), DateTime::cell(Some(&stamp(now)))];
        let sql = format!(
            "SELECT {COLUMNS} FROM sessions
             WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id DESC"
        );
        rows(&self.link.all(&sql, values).await?, read)
    }

    /// Ends a session; says whether it lasted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke(self, id: Id<Session>, now: DateTime<Utc>) -> Result<bool> {
        let values = vec![DateTime::cell(Some(&stamp(now))), Id::cell(Some(&id))];
        let sql = "UPDATE sessions SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        Ok(self.link.run(sql, values).await? == 1)
    }

    /// Ends all sessions of a person, as a changed password must; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_all(self, user: Id<User>, now: DateTime<Utc>) -> Result<u64> {
        let values = vec![DateTime::cell(Some(&stamp(now))), Id::cell(Some(&user))];
        let sql = "UPDATE sessions SET revoked_at = $1 WHERE user_id = $2 AND revoked_at IS NULL";
        self.link.run(sql, values).await
    }
}

fn read(row: &QueryResult) -> Result<Session, DbErr> {
    Ok(Session {
        id: Field::read(row, "id")?,
        user_id: Field::read(row, "user_id")?,
        csrf_hash: Field::read(row, "csrf_hash")?,
        created_at: Field::read(row, "created_at")?,
        seen_at: Field::read(row, "seen_at")?,
        expires_at: Field::read(row, "expires_at")?,
        address: Field::read(row, "address")?,
        agent: Field::read(row, "agent")?,
    })
}

record! {
    /// A token with which a program speaks for a person in one workspace.
    ApiToken in "api_tokens", "token" {
        /// For whom.
        user_id: Id<User>,
        /// What it is for.
        name: String,
        /// Its first letters, to recognise it by.
        prefix: String,
        /// Hash of the whole.
        token_hash: TokenHash,
        /// With which rights.
        role: Role,
        /// When it ends, if it does.
        expires_at: Option<DateTime<Utc>>,
        /// When it was last used.
        seen_at: Option<DateTime<Utc>>,
        /// When it was taken back.
        revoked_at: Option<DateTime<Utc>>,
    }
}

/// What a presented token stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Bearer {
    /// Where it is valid.
    pub workspace_id: WorkspaceId,
    /// The token.
    pub token: Stored<ApiToken>,
}

/// Finds API tokens before the workspace is known.
#[derive(Clone, Copy)]
pub struct Bearers<'c> {
    pub(crate) link: Link<'c>,
}

impl Bearers<'_> {
    /// The token with this hash, while it is valid; notes its use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_token(self, token: &TokenHash, now: DateTime<Utc>) -> Result<Option<Bearer>> {
        self.valid("token_hash", TokenHash::cell(Some(token)), now).await
    }

    /// A token, while it is valid; notes its use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_id(self, id: Id<ApiToken>, now: DateTime<Utc>) -> Result<Option<Bearer>> {
        self.valid("id", Id::cell(Some(&id)), now).await
    }

    async fn valid(self, column: &str, value: Value, now: DateTime<Utc>) -> Result<Option<Bearer>> {
        let at = stamp(now);
        let values = vec![value, DateTime::cell(Some(&at))];
        let sql = format!(
            "SELECT * FROM api_tokens
             WHERE {column} = $1 AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > $2)
               AND user_id IN (SELECT id FROM users WHERE NOT disabled)"
        );
        let found = rows(&self.link.all(&sql, values).await?, |row| {
            let workspace_id = Field::read(row, "workspace_id")?;
            Ok(Bearer { workspace_id, token: Stored::read(row)? })
        })?;
        let Some(mut bearer) = found.into_iter().next() else { return Ok(None) };
        let token = &mut bearer.token;
        if note(self.link, "api_tokens", token.id.uuid(), token.body.seen_at, at).await? {
            token.body.seen_at = Some(at);
        }
        Ok(Some(bearer))
    }
}

/// Notes the use of a session or a token, unless that was done a moment ago: reading a page must
/// not wait for a write. Says whether it was noted.
async fn note(
    link: Link<'_>,
    table: &str,
    id: Uuid,
    seen: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let moment = TimeDelta::from_std(link.options().seen).unwrap_or(TimeDelta::MAX);
    if seen.is_some_and(|seen| now - seen < moment) {
        return Ok(false);
    }
    let sql = format!("UPDATE {table} SET seen_at = $1 WHERE id = $2");
    link.run(&sql, vec![DateTime::cell(Some(&now)), Uuid::cell(Some(&id))]).await?;
    Ok(true)
}

impl Rows<'_, ApiToken> {
    /// Takes a token back; says whether it was valid.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke(self, id: Id<ApiToken>, now: DateTime<Utc>) -> Result<bool> {
        let (scope, values) =
            self.scope(vec![DateTime::cell(Some(&stamp(now))), Id::cell(Some(&id))]);
        let sql = format!(
            "UPDATE api_tokens SET revoked_at = $1, version = version + 1
             WHERE {scope} AND id = $2 AND revoked_at IS NULL"
        );
        Ok(self.link.run(&sql, values).await? == 1)
    }
}
