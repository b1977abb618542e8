//! Runs the chains and decides, at fixed points, which of them start again.
//!
//! All decisions are taken when every chain concerned has reported, from figures that depend on
//! the draws only, so that a run is the same whatever the number of threads.

use crate::chain::{Order, Report, Worker};
use crate::density::{Checked, Density, Target};
use crate::error::SampleError;
use crate::progress::Observer;
use crate::run::{AbandonedChain, ChainDraws, Run};
use crate::seed::{self, Stream};
use crate::settings::Settings;
use crate::start::{CheckedStart, Start};
use crate::stuck::{Figures, Region, StuckReason, poor_modes};
use crate::turns::Turns;
use rand::RngExt;
use rand_distr::StandardNormal;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Size of the step away from a healthy chain's draw, in its standard deviations.
const RESTART_JITTER: f64 = 0.5;

/// Samples `target` with several chains.
///
/// The draws depend on `target`, `settings` (but for `threads`) and `start` only. Each chain
/// adapts on its own; after warm-up and again after sampling the chains are compared, and those
/// that [`crate::StuckRules`] finds stuck start again, near a healthy chain if there is one.
///
/// When `cancel` becomes true, all chains stop at their next draw and what was kept is returned
/// with [`Run::interrupted`] set, cut to a common length: the one that keeps the most draws in
/// all, so that a chain which had hardly begun is dropped rather than all others cut.
///
/// # Errors
/// Impossible settings or starts; every chain stuck after all restarts; cancelled before any draw
/// was kept; a panic of the density.
pub fn sample<T: Target>(
    target: &T,
    settings: &Settings,
    start: &Start,
    observer: &dyn Observer,
    cancel: &AtomicBool,
) -> Result<Run, SampleError> {
    sample_until(target, settings, start, observer, cancel, &|_| true)
}

/// As [`sample`]; where `enough` says no to the kept draws of all chains, they draw on from where
/// they are: as many draws again as were made so far, of all of which every second is kept. So the
/// number of kept draws and the memory stay the same, until `enough` says yes or
/// [`Settings::max_thin`] draws were made for each kept one.
///
/// Chains that are still suspicious after all restarts do not draw on: more of the same would not
/// help. When the user cancels, or a chain gets stuck, while it draws on, what was kept before
/// counts.
///
/// # Errors
/// As [`sample`].
pub fn sample_until<T: Target>(
    target: &T,
    settings: &Settings,
    start: &Start,
    observer: &dyn Observer,
    cancel: &AtomicBool,
    enough: &dyn Fn(&[&ChainDraws]) -> bool,
) -> Result<Run, SampleError> {
    settings.validate()?;
    let mut probe = Checked::new(target.density());
    let start = start.check(&mut probe, settings)?;
    let turns = (settings.threads < settings.chains).then(|| Turns::new(settings.threads));
    let failed = AtomicBool::new(false);
    let evaluations = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let (report, reports) = channel();
        let orders = (0..settings.chains)
            .map(|chain| {
                let (order, orders) = channel();
                let report = report.clone();
                let worker = Worker {
                    chain,
                    target,
                    settings,
                    warmup: start.warmup,
                    geometry: start.geometry,
                    turns: turns.as_ref(),
                    observer,
                    stop: [cancel, &failed],
                    evaluations: &evaluations,
                };
                scope.spawn(move || worker.serve(&orders, &report));
                order
            })
            .collect();
        let coordinator = Coordinator {
            settings,
            spares: start.points.iter().skip(settings.chains).copied().collect(),
            start: &start,
            probe,
            orders,
            reports,
            evaluations: &evaluations,
            chains: (0..settings.chains).map(|_| Standing::default()).collect(),
        };
        // Dropping the coordinator closes the channels, which ends the threads.
        coordinator.run(enough).inspect_err(|_| failed.store(true, Ordering::Relaxed))
    })
}

struct Coordinator<'a, D: Density> {
    settings: &'a Settings,
    start: &'a CheckedStart<'a>,
    spares: VecDeque<&'a [f64]>,
    probe: Checked<D>,
    orders: Vec<Sender<Order>>,
    reports: Receiver<(usize, Report)>,
    evaluations: &'a AtomicU64,
    chains: Vec<Standing>,
}

/// What the coordinator knows of a chain.
#[derive(Default)]
struct Standing {
    reasons: Vec<StuckReason>,
    /// Why the current attempt is unusable by itself.
    stuck: Option<StuckReason>,
    suspicion: Option<StuckReason>,
    abandoned: bool,
    region: Option<Region>,
    draws: Option<Box<ChainDraws>>,
}

impl<D: Density> Coordinator<'_, D> {
    fn run(mut self, enough: &dyn Fn(&[&ChainDraws]) -> bool) -> Result<Run, SampleError> {
        let mut pending: Vec<usize> = (0..self.chains.len()).collect();
        let mut interrupted = false;
        for &chain in &pending {
            let points = &self.start.points;
            let position = points.get(chain % points.len()).map(|p| p.to_vec());
            self.send(chain, Order::WarmUp { position: position.unwrap_or_default(), attempt: 0 });
        }
        while !pending.is_empty() && !interrupted {
            interrupted = self.settle_warm_up(&pending)?;
            if interrupted {
                break;
            }
            pending.retain(|&chain| !self.chains.get(chain).is_none_or(|c| c.abandoned));
            for &chain in &pending {
                self.send(chain, Order::Draw { thin: 1, made: 0 });
            }
            interrupted = self.collect(&pending)?;
            if !interrupted {
                let all: Vec<usize> = (0..self.chains.len()).collect();
                pending = self.restart_stuck(&all);
            }
        }
        if !interrupted {
            interrupted = self.draw_on(enough)?;
        }
        self.finish(interrupted)
    }

    /// Lets all chains draw on until it is enough, or as much as may be. True when cancelled.
    fn draw_on(&mut self, enough: &dyn Fn(&[&ChainDraws]) -> bool) -> Result<bool, SampleError> {
        if self.chains.iter().any(|c| c.abandoned || c.suspicion.is_some()) {
            return Ok(false);
        }
        let all: Vec<usize> = (0..self.chains.len()).collect();
        let mut thin = 1;
        while 2 * thin <= self.settings.max_thin && !self.is_enough(enough) {
            let earlier: Vec<_> = self.chains.iter_mut().map(|c| c.draws.take()).collect();
            for &chain in &all {
                self.send(chain, Order::Draw { thin, made: thin * self.settings.draws });
            }
            let interrupted = self.collect(&all)?;
            let whole = !interrupted && self.chains.iter().all(|c| c.draws.is_some());
            for (standing, earlier) in self.chains.iter_mut().zip(earlier) {
                let later = standing.draws.take().filter(|_| whole);
                standing.suspicion = standing.stuck.take();
                standing.draws = match (earlier, later) {
                    (Some(earlier), Some(later)) => Some(Box::new(earlier.thinned_with(*later))),
                    (earlier, _) => earlier,
                };
            }
            if !whole {
                return Ok(interrupted);
            }
            thin *= 2;
        }
        Ok(false)
    }

    fn is_enough(&self, enough: &dyn Fn(&[&ChainDraws]) -> bool) -> bool {
        let draws: Vec<&ChainDraws> =
            self.chains.iter().filter_map(|c| c.draws.as_deref()).collect();
        enough(&draws)
    }

    /// Waits for the warm-up of `chains` and starts stuck ones again until none is left.
    /// True when cancelled.
    fn settle_warm_up(&mut self, chains: &[usize]) -> Result<bool, SampleError> {
        let mut warming = chains.to_vec();
        while !warming.is_empty() {
            if self.collect(&warming)? {
                return Ok(true);
            }
            warming = self.restart_stuck(chains);
        }
        Ok(false)
    }

    /// One report of each of `chains`; true when cancelled.
    fn collect(&mut self, chains: &[usize]) -> Result<bool, SampleError> {
        let mut interrupted = false;
        for _ in chains {
            let Ok((chain, report)) = self.reports.recv() else {
                return Ok(true);
            };
            let draws_asked = self.settings.draws;
            let Some(standing) = self.chains.get_mut(chain) else { continue };
            standing.stuck = None;
            standing.draws = None;
            match report {
                Report::Warmed(region) => standing.region = Some(region),
                Report::Drawn(draws, region) => {
                    interrupted |= draws.draws() < draws_asked;
                    standing.region = Some(region);
                    standing.draws = Some(draws);
                }
                Report::Stuck(reason) => {
                    standing.region = None;
                    standing.stuck = Some(reason);
                }
                Report::Interrupted => {
                    standing.region = None;
                    interrupted = true;
                }
                Report::Failed(error) => return Err(error),
            }
        }
        Ok(interrupted)
    }

    /// Judges `chains`, abandons those that are hopeless and have no restart left, sends the
    /// others that are stuck back to warm-up and returns them.
    fn restart_stuck(&mut self, chains: &[usize]) -> Vec<usize> {
        let figures: Vec<Option<Figures>> = self
            .chains
            .iter()
            .map(|c| c.region.as_ref().filter(|_| !c.abandoned).and_then(Region::figures))
            .collect();
        let poor = poor_modes(&figures, &self.settings.stuck);
        let reasons: Vec<Option<StuckReason>> =
            self.chains.iter().zip(&poor).map(|(c, poor)| c.stuck.or(*poor)).collect();
        let healthy = self.healthiest(&figures, &reasons);
        let mut restarted = Vec::new();
        for &chain in chains {
            let reason = reasons.get(chain).copied().flatten();
            let Some(standing) = self.chains.get_mut(chain).filter(|c| !c.abandoned) else {
                continue;
            };
            standing.suspicion = reason;
            let Some(reason) = reason else { continue };
            if standing.reasons.len() < self.settings.max_restarts {
                standing.reasons.push(reason);
                let attempt = standing.reasons.len();
                let position = self.another_start(chain, attempt, healthy.as_ref());
                self.send(chain, Order::WarmUp { position, attempt });
                restarted.push(chain);
            } else if reason.is_hopeless() {
                standing.abandoned = true;
                standing.draws = None;
            }
        }
        restarted
    }

    /// Last position and spread of the chain with the largest region among those not flagged.
    fn healthiest(
        &self,
        figures: &[Option<Figures>],
        reasons: &[Option<StuckReason>],
    ) -> Option<(Vec<f64>, Vec<f64>)> {
        let best = figures
            .iter()
            .enumerate()
            .filter(|(chain, _)| reasons.get(*chain).is_some_and(Option::is_none))
            .filter_map(|(chain, figures)| figures.as_ref().map(|f| (chain, f.log_mass())))
            .max_by(|a, b| a.1.total_cmp(&b.1))?
            .0;
        let region = self.chains.get(best)?.region.as_ref()?;
        Some((region.last().to_vec(), region.spread()))
    }

    /// Near a healthy chain, else at an unused starting point, else around a used one.
    fn another_start(
        &mut self,
        chain: usize,
        attempt: usize,
        healthy: Option<&(Vec<f64>, Vec<f64>)>,
    ) -> Vec<f64> {
        let (origin, scale) = match healthy {
            Some((last, spread)) => {
                (last.clone(), spread.iter().map(|s| s * RESTART_JITTER).collect())
            }
            None => {
                if let Some(spare) = self.spares.pop_front() {
                    return spare.to_vec();
                }
                let points = &self.start.points;
                let point = points.get((chain + attempt) % points.len()).copied();
                let point = point.unwrap_or_default().to_vec();
                let scale: Vec<f64> = match self.start.geometry {
                    Some(geometry) => geometry.scale.clone(),
                    None => point.iter().map(|x| 0.1 * (1.0 + x.abs())).collect(),
                };
                (point, scale)
            }
        };
        let mut rng = seed::rng(self.settings.seed, Stream::Restart, chain as u64, attempt as u64);
        let mut gradient = vec![0.0; origin.len()];
        let mut size = 1.0;
        for _ in 0..20 {
            let candidate: Vec<f64> = origin
                .iter()
                .zip(&scale)
                .map(|(x, s)| x + size * s * rng.sample::<f64, _>(StandardNormal))
                .collect();
            if self.probe.log_density(&candidate, &mut gradient).is_ok() {
                return candidate;
            }
            size *= 0.7;
        }
        origin
    }

    fn send(&self, chain: usize, order: Order) {
        // A closed channel means that the thread is gone; its last report says why.
        if let Some(orders) = self.orders.get(chain) {
            let _ = orders.send(order);
        }
    }

    fn finish(self, interrupted: bool) -> Result<Run, SampleError> {
        let restarts: usize = self.chains.iter().map(|c| c.reasons.len()).sum();
        let count = self.chains.len();
        let mut chains = Vec::new();
        let mut abandoned = Vec::new();
        let evaluations = self.probe.evaluations() + self.evaluations.load(Ordering::Relaxed);
        for (index, standing) in self.chains.into_iter().enumerate() {
            if let Some(draws) = standing.draws {
                let mut draws = *draws;
                draws.restarts = standing.reasons.len();
                draws.restart_reasons = standing.reasons;
                draws.suspicion = standing.suspicion;
                chains.push(draws);
            } else if let Some(reason) = standing.stuck.filter(|_| standing.abandoned) {
                let restarts = standing.reasons.len();
                abandoned.push(AbandonedChain { chain: index, reason, restarts });
            }
        }
        if interrupted {
            cut_to_common_length(&mut chains);
        }
        if chains.is_empty() {
            return Err(match abandoned.last() {
                Some(last) if !interrupted => {
                    SampleError::AllStuck { chains: count, reason: last.reason, restarts }
                }
                _ => SampleError::Cancelled,
            });
        }
        let dim = chains.first().map_or(0, |c| c.dim);
        Ok(Run { dim, chains, abandoned, interrupted, gradient_evaluations: evaluations })
    }
}

/// Keeps the chains and the length whose product is largest.
fn cut_to_common_length(chains: &mut Vec<ChainDraws>) {
    let mut lengths: Vec<usize> = chains.iter().map(ChainDraws::draws).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let common = lengths
        .iter()
        .enumerate()
        .max_by_key(|(index, length)| (index + 1) * **length)
        .map_or(0, |(_, length)| *length);
    chains.retain(|chain| common > 0 && chain.draws() >= common);
    for chain in chains {
        chain.truncate(common);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(lengths: &[usize]) -> Vec<(usize, usize)> {
        let mut chains: Vec<ChainDraws> = lengths
            .iter()
            .enumerate()
            .map(|(index, length)| {
                let mut chain = ChainDraws::new(index, 1, *length);
                chain.positions = vec![0.0; *length];
                chain.log_density = vec![0.0; *length];
                chain
            })
            .collect();
        cut_to_common_length(&mut chains);
        chains.iter().map(|chain| (chain.chain, chain.draws())).collect()
    }

    #[test]
    fn nearly_even_chains_are_cut_to_the_shortest() {
        assert_eq!(cut(&[500, 480, 510]), [(0, 480), (1, 480), (2, 480)]);
    }

    #[test]
    fn a_chain_that_hardly_began_is_dropped() {
        assert_eq!(cut(&[500, 3, 510, 0]), [(0, 500), (2, 500)]);
        assert!(cut(&[0, 0]).is_empty());
    }
}
