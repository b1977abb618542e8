//! Simulated brands with known truth: for the demo, the sandbox, coverage tests, and anyone who
//! wants to see what a model makes of data whose answer is known.
//!
//! Invariant: this crate does no input or output, reads no clock, and shares no transform with
//! the model: a mistake common to both would cancel out and stay unseen.
//!
//! # How a world is made
//!
//! [`WorldSpec`] (a TOML file, every key with a default) says what is true. [`World::simulate`]
//! draws latent demand, lets channels spend (flighting, season, spend that chases demand, channels
//! that move together, silence), builds the KPI without media, and passes exposure through a
//! [`Mechanism`] made of small parts: [`CarryOver`], [`Response`], a size per geo. Everything in
//! [`Truth`] is then *measured* on the mechanism as a difference between expected outcomes, so it
//! stays exact whatever the parts are.
//!
//! ```
//! use outlay_world::{World, WorldSpec};
//!
//! let spec = WorldSpec::from_toml(
//!     r#"
//!     version = 1
//!     [[channels]]
//!     name = "search"
//!     spend = 8000
//!     effect = { roi = 2.0 }
//!     "#,
//! )?;
//! let world = World::simulate(&spec, 7)?;
//! let roi = world.truth.channels["search"].roi.unwrap_or_default();
//! assert!((roi - 2.0).abs() < 1e-9);
//! assert!(world.to_csv().starts_with("date,revenue,search_spend\n2023-01-02,"));
//! # Ok::<(), outlay_world::WorldError>(())
//! ```
//!
//! [`random_world`] draws worlds of the families that the mix model knows, [`random_brand`] brands
//! that are nobody's model, and [`best_quarter`] finds the best plan of the quarter after the data.
//!
//! # `truth.json`
//!
//! The [`Truth`] as JSON, schema `outlay/truth/1`:
//!
//! | key | meaning |
//! |---|---|
//! | `schema`, `world`, `seed`, `fingerprint`, `spec` | what was simulated, from what |
//! | `outcome_unit`, `outcome_is_money`, `currency` | units of every outcome below |
//! | `granularity`, `dates`, `geos` | the axes of every series |
//! | `total_outcome`, `total_spend`, `total_media`, `baseline_share` | totals of the data |
//! | `channels.NAME` | `kind`, `spend`, `spend_share`, `contribution`, `contribution_share`, `roi`, `mroi`, `cpa`, `carryover_share`, `contribution_by_period`, `contribution_by_geo`, `roi_by_geo`, `response` (`multiplier`, `spend`, `outcome`, `marginal`), `adstock`, `saturation` (`x`, `y`), `parameters`, `demand_correlation` |
//! | `baseline`, `baseline_by_geo`, `baseline_parts.NAME` | outcome without media, and what it is made of |
//! | `treatments.NAME`, `control_effects.NAME` | true effects of what is no media |
//! | `next_quarter` | the best plan of the quarter after the data, where it was asked for: `periods`, `bounds`, `spend`, `reference`, `multipliers`, `outcome`, `do_nothing`, `gain` ([`plan`]) |
//! | `demand`, `expected`, `noise`, `noise_by_geo`, `noise_sd`, `r2`, `clamped_cells` | what nobody sees |
//!
//! Definitions are those of a fit's `summary.json`, so that the two can be set beside each other:
//! a contribution is the outcome that would be missing without the channel (its history included),
//! within the periods of the data; ROI divides it by the spend of the same periods.

mod assemble;
mod baseline;
mod brand;
mod carry_over;
mod csv;
mod draw;
mod drift;
mod error;
mod examples;
mod flighting;
mod geography;
mod mechanism;
mod noise;
pub mod plan;
mod random;
mod response;
mod simulate;
pub mod spec;
mod spending;
mod timeline;
mod truth;

pub use brand::{BrandClass, UnknownClass, random_brand};
pub use carry_over::{CarryOver, LagWeights};
pub use error::{Problem, WorldError};
pub use examples::{EXAMPLES, Example, example};
pub use mechanism::{HaloEffect, Mechanism, MediaEffect, scaled};
pub use plan::{BestQuarter, Quarter, QuarterPlan, allocate, best_quarter};
pub use random::{AdstockFamily, FamilySettings, SaturationFamily, random_world};
pub use response::Response;
pub use simulate::World;
pub use spec::WorldSpec;
pub use truth::{
    ChannelParameters, ChannelTruth, CurveTruth, MediaKind, ResponseTruth, TRUTH_SCHEMA,
    TotalTruth, TreatmentTruth, Truth,
};
