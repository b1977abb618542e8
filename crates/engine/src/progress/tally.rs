//! How far a run is: chains, phases and structures counted together, so that the time left is that
//! of the whole and not of the part in hand.

use outlay_inference::{Phase, Progress};

use super::{ChainState, Sampling, Structure};

/// What a run will do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// Names of the structures that are sampled one after another; one or none for a single one.
    pub(crate) structures: Vec<String>,
    /// Chains of each.
    pub(crate) chains: usize,
    /// Warm-up draws per chain.
    pub(crate) warmup: usize,
    /// Kept draws per chain.
    pub(crate) draws: usize,
}

/// The time left is told from one draw in so many on: the first ones pay for finding a start.
const ENOUGH: usize = 50;

/// What has been seen of a run.
#[derive(Debug)]
pub(super) struct Tally {
    plan: Plan,
    /// Index of the structure that is being sampled.
    structure: usize,
    /// Latest word of each chain in this structure.
    chains: Vec<Option<Progress>>,
    /// Draws of each chain in this structure: more than planned where they draw on.
    drawing: usize,
    /// Draws of earlier structures.
    before: usize,
    /// The largest share of the whole so far.
    share: f64,
}

impl Tally {
    pub(super) fn new(plan: Plan) -> Self {
        let chains = vec![None; plan.chains];
        Self { structure: 0, chains, drawing: plan.draws, before: 0, share: 0.0, plan }
    }

    /// Takes a chain's word in; true where it is the first one of another structure. A chain counts
    /// its gradient evaluations from its structure's beginning, restarts included: where the count
    /// falls, another structure has begun.
    pub(super) fn note(&mut self, progress: &Progress) -> bool {
        let Some(slot) = self.chains.get(progress.chain) else { return false };
        let begun = slot
            .as_ref()
            .is_some_and(|last| progress.gradient_evaluations < last.gradient_evaluations);
        if begun {
            self.before += self.here();
            self.structure += 1;
            self.drawing = self.plan.draws;
            self.chains.fill(None);
        }
        if let Some(slot) = self.chains.get_mut(progress.chain) {
            *slot = Some(*progress);
        }
        // A warm start warms up for less than was asked.
        match progress.phase {
            Phase::WarmUp => self.plan.warmup = progress.total,
            Phase::Sampling => self.drawing = progress.total,
        }
        let (done, whole) = self.draws();
        self.share = self.share.max(done as f64 / whole.max(1) as f64);
        begun
    }

    /// The whole as callers see it after `seconds` of sampling; `spoke` is the chain that spoke,
    /// `begun` whether another structure began with it.
    pub(super) fn sampling(&self, seconds: f64, spoke: usize, begun: bool) -> Sampling {
        let (done, total) = self.draws();
        let chain = |p: &Progress| ChainState {
            chain: p.chain,
            iteration: p.iteration,
            total: p.total,
            divergences: p.divergences,
            step_size: p.step_size,
            draws_per_second: self.rate(p, seconds),
            phase: p.phase,
        };
        let warming = self.seen().any(|p| p.phase == Phase::WarmUp);
        Sampling {
            structure: self.structure().map(|(number, of, name)| Structure {
                number,
                of,
                name: name.to_owned(),
            }),
            phase: if warming { Phase::WarmUp } else { Phase::Sampling },
            chains: self.seen().map(chain).collect(),
            done,
            total,
            share: self.share,
            seconds,
            seconds_left: self.seconds_left(seconds),
            spoke,
            begun,
        }
    }

    /// Chains that have spoken in this structure.
    fn seen(&self) -> impl Iterator<Item = &Progress> {
        self.chains.iter().flatten()
    }

    /// Draws per second of a chain, over all structures so far.
    fn rate(&self, chain: &Progress, seconds: f64) -> f64 {
        let before = self.before as f64 / self.plan.chains.max(1) as f64;
        (before + self.done(chain) as f64) / seconds.max(1e-9)
    }

    /// Draws of a chain in this structure, warm-up included.
    fn done(&self, chain: &Progress) -> usize {
        match chain.phase {
            Phase::WarmUp => chain.iteration,
            Phase::Sampling => self.plan.warmup + chain.iteration,
        }
    }

    /// Draws of all chains in this structure.
    fn here(&self) -> usize {
        self.seen().map(|chain| self.done(chain)).sum()
    }

    /// Draws of all chains in all structures so far, and of the whole run.
    fn draws(&self) -> (usize, usize) {
        let each = |draws| self.plan.chains * (self.plan.warmup + draws);
        let after = self.plan.structures.len().saturating_sub(self.structure + 1);
        let here = each(self.drawing);
        (self.before + self.here().min(here), self.before + here + after * each(self.plan.draws))
    }

    /// Seconds left of the whole run if it goes on as it did for `seconds`; `None` while too little
    /// is done to say.
    fn seconds_left(&self, seconds: f64) -> Option<f64> {
        let (done, whole) = self.draws();
        let enough = done * ENOUGH >= whole && done > 0;
        enough.then(|| seconds * (whole - done) as f64 / done as f64)
    }

    /// Number, count and name of the structure in hand; `None` where there is only one.
    fn structure(&self) -> Option<(usize, usize, &str)> {
        let count = self.plan.structures.len();
        let index = self.structure.min(count.checked_sub(1)?);
        let name = self.plan.structures.get(index)?;
        (count > 1).then_some((index + 1, count, name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(structures: &[&str]) -> Tally {
        let structures = structures.iter().map(|s| (*s).to_owned()).collect();
        Tally::new(Plan { structures, chains: 2, warmup: 100, draws: 100 })
    }

    fn word(chain: usize, phase: Phase, iteration: usize, evaluations: u64) -> Progress {
        Progress {
            chain,
            phase,
            iteration,
            total: 100,
            divergences: 0,
            step_size: 0.3,
            leapfrogs: 7,
            gradient_evaluations: evaluations,
            log_density: -1.0,
            restarts: 0,
        }
    }

    #[test]
    fn the_time_left_is_that_of_all_structures() {
        let mut tally = tally(&["additive", "multiplicative"]);
        tally.note(&word(0, Phase::WarmUp, 10, 70));
        assert_eq!(tally.seconds_left(1.0), None, "too little is done to say");
        for chain in [0, 1] {
            tally.note(&word(chain, Phase::WarmUp, 100, 700));
        }
        assert_eq!(tally.structure(), Some((1, 2, "additive")));
        assert_eq!(tally.draws(), (200, 800));
        assert_eq!(tally.seconds_left(5.0), Some(15.0));
        for chain in [0, 1] {
            tally.note(&word(chain, Phase::Sampling, 100, 1400));
        }
        assert_eq!(tally.draws(), (400, 800));
        assert!(tally.note(&word(1, Phase::WarmUp, 50, 350)), "another structure begins");
        assert!(!tally.note(&word(0, Phase::WarmUp, 50, 350)));
        assert_eq!(tally.structure(), Some((2, 2, "multiplicative")));
        assert_eq!(tally.draws(), (500, 800));
    }

    #[test]
    fn a_restarted_chain_begins_no_structure() {
        let mut tally = tally(&["additive", "multiplicative"]);
        tally.note(&word(0, Phase::Sampling, 100, 1400));
        // Its iterations begin again; its evaluations are counted on.
        assert!(!tally.note(&word(0, Phase::WarmUp, 10, 1470)));
        assert_eq!(tally.structure(), Some((1, 2, "additive")));
    }

    #[test]
    fn drawing_on_belongs_to_one_structure() {
        let mut tally = tally(&["additive", "multiplicative"]);
        for chain in [0, 1] {
            tally.note(&word(chain, Phase::Sampling, 100, 1400));
        }
        assert_eq!(tally.draws(), (400, 800));
        tally.note(&Progress { total: 200, ..word(0, Phase::Sampling, 150, 2100) });
        assert_eq!(tally.draws(), (450, 1000), "this structure alone takes longer");
        assert_eq!(tally.sampling(1.0, 0, false).share, 0.5, "what was reached stays");
        tally.note(&Progress { total: 200, ..word(0, Phase::Sampling, 200, 2800) });
        tally.note(&Progress { total: 200, ..word(1, Phase::Sampling, 200, 2800) });
        assert!(tally.note(&word(0, Phase::WarmUp, 50, 350)));
        assert_eq!(tally.draws(), (650, 1000));
    }

    #[test]
    fn a_single_structure_has_no_number() {
        for names in [&["outlay"][..], &[]] {
            let mut tally = tally(names);
            tally.note(&word(0, Phase::Sampling, 100, 9));
            assert_eq!(tally.structure(), None);
            assert_eq!(tally.draws(), (200, 400));
        }
    }
}
