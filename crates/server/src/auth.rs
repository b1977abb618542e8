//! Who asks, and what they may do.

pub(crate) mod access;
pub(crate) mod caller;
pub(crate) mod cookie;
mod jose;
pub mod oidc;
pub(crate) mod password;
pub(crate) mod throttle;
pub(crate) mod token;

pub(crate) use caller::{
    Admin, Analyst, Anyone, Approver, Caller, From, Identity, Operator, Viewer,
};
