//! The command line end to end: the built binary on real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod brand;
mod calibrate;
mod docs;
mod fit_folder;
mod fitted;
mod interrupted;
mod killed;
mod mapping;
mod outlay;
mod plans;
mod site;
mod structures;
mod tour;
mod trust;
mod upkeep;
