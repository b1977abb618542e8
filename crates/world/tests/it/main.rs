//! Worlds from outside: what a file may say, what is drawn, and that the truth is true.

// Shared functions are no `#[test]`s, so the exemption in clippy.toml does not reach them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod brands;
mod foreign;
mod invariants;
mod plan;
mod reading;
mod spending;
mod truth;

use outlay_world::{World, WorldSpec, example};

/// A world from the text after `version = 1`.
fn world(text: &str) -> World {
    let spec = spec(text);
    World::simulate(&spec, spec.seed).unwrap()
}

fn spec(text: &str) -> WorldSpec {
    WorldSpec::from_toml(&format!("version = 1\n{text}")).unwrap()
}

fn shipped(name: &str) -> World {
    let spec = WorldSpec::from_toml(example(name).unwrap().toml).unwrap();
    World::simulate(&spec, spec.seed).unwrap()
}
