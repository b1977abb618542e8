//! Convergence diagnostics of posterior draws.
