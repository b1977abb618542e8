//! Inversion of a cumulative distribution function from both of its tails.

/// Solves `lower(u) = p`, where `p + q = 1` and `evaluate(u)` returns
/// `(lower(u), upper(u), d lower / d u)` for an increasing `lower`.
///
/// The equation is solved in the logarithm of the smaller tail, where the distributions at hand
/// are close to linear or concave, by Newton's method kept inside a bracket.
pub(super) fn invert_tails(
    evaluate: impl Fn(f64) -> (f64, f64, f64),
    p: f64,
    q: f64,
    start: f64,
) -> f64 {
    let use_lower = p <= q;
    let ln_target = if use_lower { p.ln() } else { q.ln() };
    // Increasing in u in both cases; the second value is its slope.
    let residual = |u: f64| {
        let (lower, upper, density) = evaluate(u);
        if use_lower {
            (lower.ln() - ln_target, density / lower)
        } else {
            (ln_target - upper.ln(), density / upper)
        }
    };

    let mut u = start;
    let (mut value, mut slope) = residual(u);
    let (mut below, mut above) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut reach = 1.0;
    for _ in 0..300 {
        if value == 0.0 || value.is_nan() {
            return u;
        }
        if value < 0.0 {
            below = u;
        } else {
            above = u;
        }
        let newton = u - value / slope;
        let inside = newton.is_finite() && newton > below && newton < above;
        let bracketed = below.is_finite() && above.is_finite();
        let next = if inside && (newton - u).abs() <= reach {
            newton
        } else if bracketed {
            0.5 * (below + above)
        } else {
            let step = if value < 0.0 { reach } else { -reach };
            u + step
        };
        reach *= 2.0;
        let moved = (next - u).abs();
        u = next;
        if moved <= 2.0 * f64::EPSILON * u.abs().max(1e-3) {
            return u;
        }
        (value, slope) = residual(u);
    }
    u
}
