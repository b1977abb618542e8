//! Guard-rails from outside: each rule at its edges, and what must hold for every proposal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batches;
mod case;
mod example;
mod oracle;
mod properties;
mod refusals;
mod rules;
