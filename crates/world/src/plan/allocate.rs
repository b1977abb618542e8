//! The best split of a budget over curves that work apart.

/// Splits `budget` over curves (outcome against spend) so that the sum of outcomes is largest,
/// each spend within its bounds. A budget outside the bounds' sums is met as far as they allow.
///
/// Curves may have any shape: dynamic programming over a grid of `steps` parts of the money that
/// may move finds the right valley (Bellman 1957), exchanges between pairs refine the result to a
/// hundredth of a grid step. Returns one spend per curve; curves without bounds get nothing.
///
/// ```
/// use outlay_world::allocate;
///
/// let curves = [|x: f64| x.sqrt(), |x: f64| 2.0 * x.sqrt()];
/// let spend = allocate(10.0, &[(0.0, 10.0), (0.0, 10.0)], &curves, 100);
/// // Marginal returns are equal where the second gets four times as much.
/// assert!((spend[0] - 2.0).abs() < 0.01 && (spend[0] + spend[1] - 10.0).abs() < 1e-9);
/// ```
pub fn allocate(
    budget: f64,
    bounds: &[(f64, f64)],
    curves: &[impl Fn(f64) -> f64],
    steps: usize,
) -> Vec<f64> {
    let n = curves.len().min(bounds.len());
    let bounds = &bounds[..n];
    let least: f64 = bounds.iter().map(|(low, _)| low).sum();
    let most: f64 = bounds.iter().map(|(_, high)| high).sum();
    let free = budget.min(most) - least;
    let mut plan: Vec<f64> = bounds.iter().map(|(low, _)| *low).collect();
    if budget.is_nan() || free <= 0.0 {
        return plan;
    }
    let steps = steps.max(1);
    let step = free / steps as f64;
    search(&mut plan, bounds, curves, steps, step);
    hand_out(&mut plan, bounds, curves, least + free);
    exchange(&mut plan, bounds, (step, 0.01 * step), |plan, from, to, amount| {
        let change = |m: usize, by: f64| curves[m](plan[m] + by) - curves[m](plan[m]);
        change(from, -amount) + change(to, amount)
    });
    plan
}

/// Dynamic programming: `best[k]` is the most that the channels so far bring with `k` steps.
fn search(
    plan: &mut [f64],
    bounds: &[(f64, f64)],
    curves: &[impl Fn(f64) -> f64],
    steps: usize,
    step: f64,
) {
    let mut best = vec![f64::NEG_INFINITY; steps + 1];
    best[0] = 0.0;
    let mut choices: Vec<Vec<usize>> = Vec::with_capacity(plan.len());
    for ((low, high), curve) in bounds.iter().zip(curves) {
        // The last point is the bound itself, so that the bounds can always be filled.
        let points = (((high - low) / step).ceil().max(0.0) as usize).min(steps);
        let brings: Vec<f64> =
            (0..=points).map(|k| curve((low + step * k as f64).min(*high))).collect();
        let mut next = vec![f64::NEG_INFINITY; steps + 1];
        let mut choice = vec![0; steps + 1];
        for used in (0..=steps).filter(|used| best[*used] > f64::NEG_INFINITY) {
            for (k, outcome) in brings.iter().enumerate().take(steps - used + 1) {
                let value = best[used] + outcome;
                if value > next[used + k] {
                    next[used + k] = value;
                    choice[used + k] = k;
                }
            }
        }
        best = next;
        choices.push(choice);
    }
    let mut left = steps;
    for (m, choice) in choices.iter().enumerate().rev() {
        let (low, high) = bounds[m];
        plan[m] = (low + step * choice[left] as f64).min(high);
        left -= choice[left];
    }
}

/// Spends what the grid's last points left over, where it brings most.
fn hand_out(plan: &mut [f64], bounds: &[(f64, f64)], curves: &[impl Fn(f64) -> f64], total: f64) {
    for _ in 0..plan.len() {
        let left = total - plan.iter().sum::<f64>();
        if left <= 1e-12 * total.abs() {
            break;
        }
        let room = |m: usize| (bounds[m].1 - plan[m]).min(left);
        let gain = |m: usize| curves[m](plan[m] + room(m)) - curves[m](plan[m]);
        let open = (0..plan.len()).filter(|m| room(*m) > 0.0);
        let Some(to) = open.max_by(|a, b| gain(*a).total_cmp(&gain(*b))) else { break };
        let more = room(to);
        plan[to] += more;
    }
}

/// Sweeps of exchanges at one step size; more would only turn in circles of rounding.
const SWEEPS: usize = 100;

/// Moves money between pairs as long as that helps, in steps that are halved from the first to the
/// last size. `gain(plan, from, to, amount)` tells what a move would bring.
pub(super) fn exchange(
    plan: &mut [f64],
    bounds: &[(f64, f64)],
    (first, last): (f64, f64),
    mut gain: impl FnMut(&[f64], usize, usize, f64) -> f64,
) {
    let mut step = first;
    while step >= last && step > 0.0 {
        for _ in 0..SWEEPS {
            let mut moved = false;
            for from in 0..plan.len() {
                for to in (0..plan.len()).filter(|to| *to != from) {
                    let amount = step.min(plan[from] - bounds[from].0).min(bounds[to].1 - plan[to]);
                    if amount > 1e-9 * step && gain(plan, from, to, amount) > 0.0 {
                        plan[from] -= amount;
                        plan[to] += amount;
                        moved = true;
                    }
                }
            }
            if !moved {
                break;
            }
        }
        step *= 0.5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(curves: &[impl Fn(f64) -> f64], plan: &[f64]) -> f64 {
        curves.iter().zip(plan).map(|(f, x)| f(*x)).sum()
    }

    #[test]
    fn a_threshold_is_jumped_where_that_pays() {
        // The second brings nothing below 4 and much above it: small moves never find it.
        let curves: [Box<dyn Fn(f64) -> f64>; 2] = [
            Box::new(|x| x.sqrt()),
            Box::new(|x| if x > 4.0 { 3.0 * (x - 4.0).sqrt() } else { 0.0 }),
        ];
        let plan = allocate(8.0, &[(0.0, 8.0), (0.0, 8.0)], &curves, 80);
        assert!(plan[1] > 7.0, "{plan:?}");
        assert!(total(&curves, &plan) > 6.0);
    }

    #[test]
    fn bounds_and_budget_are_kept_exactly() {
        let curves = [|x: f64| x.ln_1p(), |x: f64| 9.0 * x, |x: f64| 0.0 * x];
        let bounds = [(1.0, 3.3), (0.7, 2.1), (0.5, 9.0)];
        let plan = allocate(7.7, &bounds, &curves, 50);
        assert!((plan.iter().sum::<f64>() - 7.7).abs() < 1e-9, "{plan:?}");
        assert!((plan[0] - 3.3).abs() < 1e-9 && (plan[1] - 2.1).abs() < 1e-9, "{plan:?}");
        assert_eq!(allocate(1.0, &bounds, &curves, 50), [1.0, 0.7, 0.5]);
        let full = allocate(99.0, &bounds, &curves, 50);
        assert!(full.iter().zip(&bounds).all(|(x, (_, high))| (x - high).abs() < 1e-9));
        assert_eq!(allocate(f64::NAN, &bounds, &curves, 50), [1.0, 0.7, 0.5]);
    }
}
