//! Who calls an endpoint, with at least the role that it asks for.

use std::marker::PhantomData;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use outlay_store::{Id, Role, Session, User, WorkspaceId};

use super::access::Origin;
use crate::problem::Problem;

/// Who a request comes from, as the guard found out.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The person, also behind an API token.
    pub(crate) user: Id<User>,
    /// Where.
    pub(crate) workspace: WorkspaceId,
    /// With which rights.
    pub(crate) role: Role,
    /// The browser's session; absent for tokens.
    pub(crate) session: Option<Id<Session>>,
    /// What an access token may be made from; absent for an access token.
    pub(crate) origin: Option<Origin>,
    /// What must come with every change of the session.
    pub(crate) csrf: Option<String>,
}

/// A role as a type.
pub(crate) trait Least: Send + Sync + 'static {
    /// The role.
    const ROLE: Role;
}

macro_rules! roles {
    ($($name:ident),*) => {$(
        #[doc = concat!("May do what a ", stringify!($name), " may.")]
        pub(crate) struct $name;

        impl Least for $name {
            const ROLE: Role = Role::$name;
        }
    )*};
}

roles!(Viewer, Analyst, Approver, Operator, Admin);

/// Who calls, allowed to.
pub(crate) struct Caller<R> {
    identity: Identity,
    role: PhantomData<fn() -> R>,
}

impl<R> std::ops::Deref for Caller<R> {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

/// Nobody is signed in.
pub(crate) fn unknown() -> Problem {
    let next = "sign in, or send an API token as `Authorization: Bearer …`";
    Problem::new(StatusCode::UNAUTHORIZED, "auth.required", "you are not signed in", next)
}

/// The role is not enough.
pub(crate) fn too_little(needed: Role, has: Role) -> Problem {
    let title = format!("this needs the role {needed}, yours is {has}");
    Problem::new(StatusCode::FORBIDDEN, "auth.role", title, "ask an admin of this workspace")
}

impl<R: Least, S: Send + Sync> FromRequestParts<S> for Caller<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let identity = parts.extensions.get::<Identity>().cloned().ok_or_else(unknown)?;
        if identity.role < R::ROLE {
            return Err(too_little(R::ROLE, identity.role));
        }
        Ok(Self { identity, role: PhantomData })
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct From(pub(crate) Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}

/// Who calls, if anybody is known.
pub(crate) struct Anyone(pub(crate) Option<Identity>);

impl<S: Send + Sync> FromRequestParts<S> for Anyone {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Identity>().cloned()))
    }
}
