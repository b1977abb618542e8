//! Who asks, and what they may do.

pub(crate) mod caller;
pub(crate) mod cookie;
pub(crate) mod password;
pub(crate) mod throttle;
pub(crate) mod token;

pub(crate) use caller::{Admin, Analyst, Anyone, Approver, Caller, Identity, Operator, Viewer};
