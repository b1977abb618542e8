//! People: who they are, how they prove it, and what they may do in a workspace.

use chrono::{DateTime, Utc};

use crate::classify::classify;
use crate::error::{Result, StoreError};
use crate::field::{Cell, Field, stamp, words};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::record::{Stored, record};
use crate::rows::Rows;
use crate::workspaces::WorkspaceId;

record! {
    /// A person who may sign in. The hash of the password is kept apart, so that it is never
    /// served with the rest.
    User in "users", "user" {
        /// Address, in lower case; unique.
        email: String,
        /// What people call them.
        name: String,
        /// Whether signing in is refused.
        disabled: bool,
    }
}

words! {
    /// What a person may do in a workspace; each may do what those before may.
    Role {
        /// Look.
        Viewer = "viewer",
        /// Import, fit, plan.
        Analyst = "analyst",
        /// Agree to proposals.
        Approver = "approver",
        /// Run the loop, pull the kill switch.
        Operator = "operator",
        /// People, settings, guard-rails.
        Admin = "admin",
    }
}

/// A person's place in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Member {
    /// Who.
    pub user_id: Id<User>,
    /// Where.
    pub workspace_id: WorkspaceId,
    /// With which rights.
    pub role: Role,
}

impl Rows<'_, User> {
    /// The person with this address, in whatever case it is written.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_email(self, email: &str) -> Result<Option<Stored<User>>> {
        let email = email.trim().to_lowercase();
        let found = self.select("email = $1", vec![String::cell(Some(&email))], "").await?;
        Ok(found.into_iter().next())
    }

    /// Keeps the hash of a password (an argon2 PHC string; never the password).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for nobody.
    pub async fn set_password(
        self,
        user: Id<User>,
        hash: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let hash = hash.map(str::to_owned);
        let values = vec![
            String::cell(hash.as_ref()),
            DateTime::cell(Some(&stamp(now))),
            Id::cell(Some(&user)),
        ];
        let sql = "UPDATE users SET password_hash = $1, updated_at = $2, version = version + 1
            WHERE id = $3";
        match self.link.run(sql, values).await? {
            0 => Err(StoreError::NotFound { kind: "user", id: user.to_string() }),
            _ => Ok(()),
        }
    }

    /// The hash of a person's password; nothing for those who sign in elsewhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn password(self, user: Id<User>) -> Result<Option<String>> {
        let sql = "SELECT password_hash FROM users WHERE id = $1";
        let row = self.link.one(sql, vec![Id::cell(Some(&user))]).await?;
        let hash = row.map(|row| String::get(&row, "password_hash")).transpose();
        Ok(hash.map_err(classify)?.flatten())
    }

    /// Remembers that an identity of another provider (OpenID Connect) is this person.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when it is somebody already.
    pub async fn link_identity(
        self,
        user: Id<User>,
        issuer: &str,
        subject: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let values = vec![
            String::cell(Some(&issuer.to_owned())),
            String::cell(Some(&subject.to_owned())),
            Id::cell(Some(&user)),
            DateTime::cell(Some(&stamp(now))),
        ];
        let sql = "INSERT INTO identities (issuer, subject, user_id, created_at)
            VALUES ($1, $2, $3, $4)";
        self.link.run(sql, values).await.map(|_| ())
    }

    /// The person behind an identity of another provider.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_identity(self, issuer: &str, subject: &str) -> Result<Option<Stored<User>>> {
        let values =
            vec![String::cell(Some(&issuer.to_owned())), String::cell(Some(&subject.to_owned()))];
        let condition = "id IN (SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2)";
        Ok(self.select(condition, values, "").await?.into_iter().next())
    }

    /// The workspaces that a person belongs to, with their rights.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn memberships(self, user: Id<User>) -> Result<Vec<Member>> {
        let sql = "SELECT workspace_id, user_id, role FROM members WHERE user_id = $1
            ORDER BY workspace_id";
        let found = self.link.all(sql, vec![Id::cell(Some(&user))]).await?;
        rows(&found, read_member)
    }
}

/// The people of one workspace.
#[derive(Clone, Copy)]
pub struct Members<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}

impl Members<'_> {
    /// Gives a person a role here, or another one.
    ///
    /// # Errors
    /// [`StoreError::Reference`] for nobody.
    pub async fn set(self, user: Id<User>, role: Role, now: DateTime<Utc>) -> Result<()> {
        let at = stamp(now);
        let values = vec![
            Id::cell(Some(&self.workspace)),
            Id::cell(Some(&user)),
            Role::cell(Some(&role)),
            DateTime::cell(Some(&at)),
        ];
        let sql = "INSERT INTO members (workspace_id, user_id, role, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $4)
            ON CONFLICT (workspace_id, user_id)
            DO UPDATE SET role = excluded.role, updated_at = excluded.updated_at";
        self.link.run(sql, values).await.map(|_| ())
    }

    /// What a person may do here; nothing for those who do not belong.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn role(self, user: Id<User>) -> Result<Option<Role>> {
        let sql = "SELECT role FROM members WHERE workspace_id = $1 AND user_id = $2";
        let values = vec![Id::cell(Some(&self.workspace)), Id::cell(Some(&user))];
        let row = self.link.one(sql, values).await?;
        Ok(row.map(|row| Role::get(&row, "role")).transpose().map_err(classify)?.flatten())
    }

    /// Everybody here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(self) -> Result<Vec<Member>> {
        let sql = "SELECT workspace_id, user_id, role FROM members WHERE workspace_id = $1
            ORDER BY user_id";
        rows(&self.link.all(sql, vec![Id::cell(Some(&self.workspace))]).await?, read_member)
    }

    /// Takes a person's place away; says whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove(self, user: Id<User>) -> Result<bool> {
        let sql = "DELETE FROM members WHERE workspace_id = $1 AND user_id = $2";
        let values = vec![Id::cell(Some(&self.workspace)), Id::cell(Some(&user))];
        Ok(self.link.run(sql, values).await? == 1)
    }
}

fn read_member(row: &sea_orm::QueryResult) -> Result<Member, sea_orm::DbErr> {
    Ok(Member {
        user_id: Field::read(row, "user_id")?,
        workspace_id: Field::read(row, "workspace_id")?,
        role: Field::read(row, "role")?,
    })
}
