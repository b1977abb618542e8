//! Least squares in three bounded parameters: a coarse grid, then Levenberg and Marquardt from its
//! best points (Marquardt 1963). Deterministic; the grid is there because the sum of squares of a
//! reach curve may have more than one valley.

/// Parameters.
const N: usize = 3;
/// Grid points per free parameter.
const GRID: usize = 9;
/// Grid points that are refined.
const STARTS: usize = 4;
const ITERATIONS: usize = 200;
/// Relative width of the difference that estimates a derivative.
const STEP: f64 = 1e-6;

/// The parameters within `bounds` (equal bounds hold a parameter) with the smallest sum of squares.
pub(crate) fn minimise(
    bounds: [(f64, f64); N],
    residuals: impl Fn([f64; N]) -> Vec<f64>,
) -> [f64; N] {
    let squares = |at| residuals(at).iter().map(|r| r * r).sum::<f64>();
    let mut starts: Vec<(f64, [f64; N])> = Vec::new();
    for a in grid(bounds[0]) {
        for b in grid(bounds[1]) {
            for c in grid(bounds[2]) {
                starts.push((squares([a, b, c]), [a, b, c]));
            }
        }
    }
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    starts.truncate(STARTS);
    let refined = starts.iter().map(|&(_, at)| {
        let at = refine(at, bounds, &residuals, &squares);
        (squares(at), at)
    });
    let best = refined.min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(bounds.map(|(low, _)| low), |(_, at)| at)
}

fn grid((low, high): (f64, f64)) -> impl Iterator<Item = f64> {
    let points = if low < high { GRID } else { 1 };
    (0..points).map(move |i| low + (high - low) * i as f64 / (GRID - 1) as f64)
}

fn refine(
    mut at: [f64; N],
    bounds: [(f64, f64); N],
    residuals: &impl Fn([f64; N]) -> Vec<f64>,
    squares: &impl Fn([f64; N]) -> f64,
) -> [f64; N] {
    let mut current = squares(at);
    let mut damping = 1e-3;
    for _ in 0..ITERATIONS {
        let r = residuals(at);
        let jacobian: [Vec<f64>; N] = std::array::from_fn(|i| slope(at, i, bounds[i], residuals));
        let gradient: [f64; N] = std::array::from_fn(|i| dot(&jacobian[i], &r));
        // A parameter at its bound that wants to leave stays out of this step.
        let free: [bool; N] = std::array::from_fn(|i| {
            let (low, high) = bounds[i];
            low < high && !(at[i] <= low && gradient[i] > 0.0 || at[i] >= high && gradient[i] < 0.0)
        });
        let mut improved = false;
        while damping < 1e12 {
            let step = solve(&jacobian, gradient, free, damping);
            let next: [f64; N] =
                std::array::from_fn(|i| (at[i] + step[i]).clamp(bounds[i].0, bounds[i].1));
            let value = squares(next);
            if value < current {
                improved = current - value > 1e-12 * current;
                (at, current) = (next, value);
                damping = (damping * 0.2).max(1e-12);
                break;
            }
            damping *= 5.0;
        }
        if !improved {
            break;
        }
    }
    at
}

/// Derivative of the residuals in parameter `i`, by a difference that stays within the bounds.
fn slope(
    at: [f64; N],
    i: usize,
    (low, high): (f64, f64),
    residuals: &impl Fn([f64; N]) -> Vec<f64>,
) -> Vec<f64> {
    let h = STEP * at[i].abs().max(1.0);
    let (mut left, mut right) = (at, at);
    left[i] = (at[i] - h).max(low);
    right[i] = (at[i] + h).min(high);
    let width = right[i] - left[i];
    let (left, right) = (residuals(left), residuals(right));
    left.iter().zip(&right).map(|(l, r)| if width > 0.0 { (r - l) / width } else { 0.0 }).collect()
}

/// The damped Gauss-Newton step in the free parameters, by elimination.
fn solve(jacobian: &[Vec<f64>; N], gradient: [f64; N], free: [bool; N], damping: f64) -> [f64; N] {
    // A parameter that is held gets a row of its own that says zero.
    let mut matrix = [[0.0; N]; N];
    let mut step = [0.0; N];
    for i in 0..N {
        matrix[i][i] = 1.0;
        if free[i] {
            for j in (0..N).filter(|&j| free[j]) {
                matrix[i][j] = dot(&jacobian[i], &jacobian[j]);
            }
            matrix[i][i] = (matrix[i][i] * (1.0 + damping)).max(f64::MIN_POSITIVE);
            step[i] = -gradient[i];
        }
    }
    // The damped matrix is positive definite: no pivoting.
    for i in 0..N {
        for below in i + 1..N {
            let factor = matrix[below][i] / matrix[i][i];
            for j in i..N {
                matrix[below][j] -= factor * matrix[i][j];
            }
            step[below] -= factor * step[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| matrix[i][j] * step[j]).sum();
        step[i] = (step[i] - known) / matrix[i][i];
    }
    // Rounding may spoil a nearly singular matrix; more damping mends it.
    if step.iter().all(|s| s.is_finite()) { step } else { [0.0; N] }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's function, and a third parameter on its own.
    fn valley([a, b, c]: [f64; N]) -> Vec<f64> {
        vec![1.0 - a, 10.0 * (b - a * a), c - 2.0]
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        let [a, b, c] = minimise([(-3.0, 3.0); N], valley);
        assert!((a - 1.0).abs() < 1e-6 && (b - 1.0).abs() < 1e-6, "{a} {b}");
        assert!((c - 2.0).abs() < 1e-6, "{c}");
    }

    #[test]
    fn bounds_hold_and_equal_bounds_fix_a_parameter() {
        let [a, b, c] = minimise([(-3.0, 0.5), (-3.0, 3.0), (0.0, 1.0)], valley);
        assert!(a == 0.5 && (b - 0.25).abs() < 1e-6 && c == 1.0, "{a} {b} {c}");
        let [a, b, c] = minimise([(2.0, 2.0), (-3.0, 8.0), (-3.0, 3.0)], valley);
        assert!(a == 2.0 && (b - 4.0).abs() < 1e-6 && (c - 2.0).abs() < 1e-6, "{a} {b} {c}");
    }
}
