//! The planner against enumeration, closed forms and its own bounds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod enumeration;
mod optimality;
mod peers;
mod problems;
mod reach;
mod truths;
