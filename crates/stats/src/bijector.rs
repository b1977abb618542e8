//! bijector
