//! Media transforms, each with its value and its hand-written gradient.
//!
//! An adstock is a vector of lag weights; a saturation is an elementwise monotone curve through
//! zero. Both report derivatives in their own (constrained) parameters.

pub mod adstock;
pub mod saturation;

pub use adstock::AdstockShape;
pub use saturation::SaturationShape;
