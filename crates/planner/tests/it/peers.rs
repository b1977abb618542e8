//! The planner beside the peers' optimisers, on the peers' own problems and by the peers' own
//! response functions: what it finds is never below what they find.
//!
//! The planner says how far it may be from the best plan. Asked to be exact (a gap of 1e-8) it may
//! not be below a peer by more than that; asked as usual (1e-3), not by more than the gap that it
//! reports with its plan.

use outlay_mmm::ensemble::Ensemble;
use outlay_planner::evaluate::Evaluator;
use outlay_planner::from_fit::outlook;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use contest::{Contest, EXACT, Ours, Theirs, USUAL};

#[path = "peers/contest.rs"]
mod contest;
#[path = "peers/meridian.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod meridian;
#[path = "peers/pymc.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod pymc;
#[path = "peers/robyn.rs"]
mod robyn;
#[path = "../../../mmm/tests/it/shared.rs"]
mod shared;

/// Both efforts against every answer of the peer; the exact one is returned.
fn judge(name: &str, contest: &Contest) -> Ours {
    let size: f64 = contest.current.iter().sum();
    for (effort, allowed) in [(USUAL, 0.0), (EXACT, EXACT.gap)] {
        let ours = contest.ours(effort);
        let broken = contest.polytope.violation(&ours.solution.x);
        assert!(broken <= 1e-9 * size, "{name}: a limit is broken by {broken}");
        let allowed = if allowed > 0.0 { allowed } else { ours.gap };
        assert!(ours.gap <= effort.gap, "{name}: gap {}", ours.gap);
        for theirs in &contest.theirs {
            // An answer that overdraws its budget proves nothing.
            let broken = contest.polytope.violation(&theirs.allocation);
            assert!(broken <= 1e-9 * size, "{name}, {}: breaks a limit by {broken}", theirs.from);
            let outcome = (contest.measure)(&theirs.allocation);
            assert!(
                ours.outcome >= outcome * (1.0 - allowed),
                "{name}: {} is below {outcome} of {}",
                ours.outcome,
                theirs.from
            );
            assert!(
                ours.bound >= outcome * (1.0 - 1e-9),
                "{name}: the bound {} is below {outcome} of {}",
                ours.bound,
                theirs.from
            );
        }
    }
    contest.ours(EXACT)
}

#[test]
fn pymc_marketings_allocations_are_not_better() {
    let Some(shared) = shared::folder("planner beside pymc-marketing") else { return };
    let (posterior, fitted) = pymc::Posterior::fitted(&shared);
    for recorded in pymc::recorded(&shared) {
        let name = format!("pymc-marketing, {} a week", recorded.weekly);
        // Its objective at its allocation, by our draws: five times the difference that two
        // posteriors of 4000 draws have here. Any other way to count is off by 3 % or more.
        let total = posterior.total(&recorded.allocation, pymc::PEERS);
        let off = total / recorded.total - 1.0;
        assert!(off.abs() < 2e-3, "{name}: {total} against the recorded {}", recorded.total);
        for flip in 0..3 {
            let mut counted = pymc::PEERS;
            match flip {
                0 => counted.before = false,
                1 => counted.into = false,
                _ => counted.after = false,
            }
            let other = posterior.total(&recorded.allocation, counted) / recorded.total - 1.0;
            assert!(other < -0.03, "{name}: {counted:?} is {other} off");
        }
        let slsqp = Theirs { from: "SLSQP, recorded", allocation: recorded.allocation.clone() };
        let contest = posterior.contest(recorded.weekly, vec![slsqp]);
        let ours = judge(&name, &contest);
        // The same place, up to what two posteriors differ by.
        for (x, y) in ours.solution.x.iter().zip(&recorded.allocation) {
            assert!((x - y).abs() < 0.01 * recorded.weekly, "{name}: {x} against {y}");
        }
        // A plan from the fit itself is judged alike.
        let plan = contest.design.spread(&ours.solution.x);
        let mean = |response| {
            let outcomes = Evaluator::new(response).outcomes(&plan);
            outcomes.iter().sum::<f64>() / outcomes.len() as f64
        };
        let ahead = outlook(&Ensemble::single(fitted.clone()), pymc::WEEKS).unwrap().response;
        let (own, of_fit) = (mean(&contest.response), mean(&ahead));
        assert!((own / of_fit - 1.0).abs() < 1e-9, "{name}: {own} against {of_fit} of the fit");
    }
}

fn meridian(case: &str, chains: usize, draws: usize) {
    let Some(shared) = shared::folder(&format!("planner beside meridian, {case}")) else { return };
    let posterior = meridian::Posterior::fitted(&shared, case, chains, draws);
    let recorded = meridian::recorded(&shared, case);
    let grid = meridian::Grid::new(&posterior);
    // What the channels brought in the history: 1 % for the error of our own draws, beside four
    // standard errors of the peer's.
    let spent: Vec<f64> = grid.current.clone();
    for (own, (mean, error)) in posterior.brought(&spent).iter().zip(&recorded.incremental) {
        assert!((own - mean).abs() < 4.0 * error + 0.01 * mean, "{case}: {own} against {mean}");
    }
    let climbed = grid.search(&posterior);
    // The peer's search on our draws ends near the peer's on its own.
    for (x, y) in climbed.iter().zip(&recorded.allocation) {
        assert!((x - y).abs() < 0.05 * y, "{case}: {climbed:?} against {:?}", recorded.allocation);
    }
    let contest = posterior.contest(vec![
        Theirs { from: "grid search, recorded", allocation: recorded.allocation },
        Theirs { from: "grid search on the same draws", allocation: climbed },
    ]);
    judge(&format!("meridian, {case}"), &contest);
}

#[test]
fn meridians_national_allocation_is_not_better() {
    meridian("national", 4, 1000);
}

#[test]
fn meridians_geo_allocation_is_not_better() {
    meridian("geo", 2, 500);
}

#[test]
fn robyns_local_search_is_not_better() {
    let Some(shared) = shared::folder("planner beside robyn") else { return };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut better = 0;
    for (fit, channels) in robyn::fits(&shared) {
        for channel in &channels {
            let (own, recorded) = channel.brought;
            assert!((own / recorded - 1.0).abs() < 1e-9, "{fit}: {own} against {recorded}");
        }
        for bounds in [(0.5, 2.0), (0.7, 1.5)] {
            for when_any in [false, true] {
                let limits = robyn::Limits::new(&channels, bounds, when_any);
                let local = limits.search(&channels);
                let wide = limits.search_widely(&channels, &mut rng, 8);
                let theirs = vec![
                    Theirs { from: "local search", allocation: local },
                    Theirs { from: "nine local searches", allocation: wide },
                ];
                let contest = robyn::contest(&channels, &limits, theirs);
                let ours = judge(&format!("robyn {fit} {bounds:?}"), &contest);
                let theirs = (contest.measure)(&contest.theirs[0].allocation);
                better += usize::from(ours.outcome > theirs * (1.0 + 1e-4));
            }
        }
    }
    // Curves with thresholds have tops on which a local search ends.
    assert!(better >= 1, "no local search ended on a lower top");
}
