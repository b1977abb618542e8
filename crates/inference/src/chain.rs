//! One chain on its own thread: takes orders, reports what came of them.

use crate::density::{Checked, Density, Target};
use crate::error::SampleError;
use crate::geometry::Geometry;
use crate::nuts::{Kernel, Transition};
use crate::progress::{Observer, Phase, Progress};
use crate::run::ChainDraws;
use crate::seed::{self, Stream};
use crate::settings::{Settings, StuckRules};
use crate::stuck::{Region, StuckReason, Watch};
use crate::turns::{Turn, Turns};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};

/// Iterations that a chain computes before it lets another have its place.
const SLICE: usize = 16;

/// A kept phase is judged by windows this many times as long as those of warm-up: a chain may
/// rest in a narrow place for a while.
const SAMPLING_WINDOWS: usize = 4;

/// What the coordinator asks of a chain.
pub(crate) enum Order {
    /// Begin attempt `attempt` at `position` and warm up.
    WarmUp { position: Vec<f64>, attempt: usize },
    /// Keep `Settings::draws` draws, every `thin`-th of those made; `made` were made before.
    Draw { thin: usize, made: usize },
}

/// What came of an order.
pub(crate) enum Report {
    Warmed(Region),
    Drawn(Box<ChainDraws>, Region),
    Stuck(StuckReason),
    /// Cancelled during warm-up.
    Interrupted,
    Failed(SampleError),
}

/// Everything that the thread of a chain shares with the others.
pub(crate) struct Worker<'a, T: Target> {
    pub(crate) chain: usize,
    pub(crate) target: &'a T,
    pub(crate) settings: &'a Settings,
    pub(crate) warmup: usize,
    pub(crate) geometry: Option<&'a Geometry>,
    pub(crate) turns: Option<&'a Turns>,
    pub(crate) observer: &'a dyn Observer,
    /// Set by the user, and by the coordinator after a failure.
    pub(crate) stop: [&'a AtomicBool; 2],
    /// Gradient evaluations of all chains and attempts.
    pub(crate) evaluations: &'a AtomicU64,
}

/// The attempt that a chain is at.
struct Attempt<D: Density> {
    kernel: Option<Kernel<D>>,
    position: Vec<f64>,
    number: usize,
    /// Gradient evaluations of earlier attempts.
    spent: u64,
    warmup_divergences: usize,
    /// Divergent iterations after warm-up.
    divergences: usize,
    step_size: f64,
}

impl<D: Density> Attempt<D> {
    /// Gradient evaluations of this and earlier attempts.
    fn evaluations(&self) -> u64 {
        self.spent + self.kernel.as_ref().map_or(0, Kernel::evaluations)
    }
}

impl<T: Target> Worker<'_, T> {
    /// Serves orders until there are no more.
    pub(crate) fn serve(&self, orders: &Receiver<Order>, reports: &Sender<(usize, Report)>) {
        let mut attempt = Attempt {
            kernel: None,
            position: Vec::new(),
            number: 0,
            spent: 0,
            warmup_divergences: 0,
            divergences: 0,
            step_size: 0.0,
        };
        while let Ok(order) = orders.recv() {
            let before = attempt.evaluations();
            let report = catch_unwind(AssertUnwindSafe(|| match order {
                Order::WarmUp { position, attempt: number } => {
                    attempt.spent = attempt.evaluations();
                    attempt.kernel = None;
                    attempt.position = position;
                    attempt.number = number;
                    self.warm_up(&mut attempt)
                }
                Order::Draw { thin, made } => self.draw(&mut attempt, thin, made),
            }))
            .unwrap_or_else(|panic| {
                let message = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                    .unwrap_or_else(|| "no message".to_owned());
                Report::Failed(SampleError::Panicked { chain: self.chain, message })
            });
            self.evaluations.fetch_add(attempt.evaluations() - before, Ordering::Relaxed);
            if reports.send((self.chain, report)).is_err() {
                return;
            }
        }
    }

    fn warm_up(&self, attempt: &mut Attempt<T::Density>) -> Report {
        let mut turn = self.take_turn(None);
        let seed = seed::derive(
            self.settings.seed,
            Stream::Chain,
            self.chain as u64,
            attempt.number as u64,
        );
        let kernel = Kernel::new(
            Checked::new(self.target.density()),
            self.geometry.cloned(),
            self.settings,
            self.warmup,
            seed,
            &attempt.position,
        );
        let Ok(kernel) = kernel else {
            return Report::Stuck(StuckReason::BadStart);
        };
        let kernel = attempt.kernel.insert(kernel);
        let mut region = Region::new(attempt.position.len());
        let mut watch = Watch::new(self.settings.stuck);
        let mut before = attempt.position.clone();
        attempt.warmup_divergences = 0;
        attempt.divergences = 0;
        for iteration in 0..self.warmup {
            if self.stopped() {
                return Report::Interrupted;
            }
            if iteration % SLICE == SLICE - 1 {
                turn = self.take_turn(turn);
            }
            let Ok(transition) = kernel.draw(&mut attempt.position) else {
                return Report::Stuck(StuckReason::BadStart);
            };
            let moved = before != attempt.position;
            before.copy_from_slice(&attempt.position);
            attempt.warmup_divergences += usize::from(transition.divergent);
            attempt.step_size = transition.adapted_step_size;
            if iteration >= self.warmup / 2 {
                region.add(&attempt.position, transition.log_density);
            }
            let grace = self.settings.stuck.grace;
            let judged = watch.note(moved, transition.divergent, transition.step_size, grace);
            let evaluations = attempt.spent + kernel.evaluations();
            let done = Done {
                iteration: iteration + 1,
                total: self.warmup,
                divergences: attempt.warmup_divergences,
            };
            self.show(Phase::WarmUp, done, &transition, evaluations, attempt.number);
            if let Some(reason) = judged {
                return Report::Stuck(reason);
            }
        }
        match watch.finish() {
            Some(reason) => Report::Stuck(reason),
            None => Report::Warmed(region),
        }
    }

    fn draw(&self, attempt: &mut Attempt<T::Density>, thin: usize, made: usize) -> Report {
        let Some(kernel) = attempt.kernel.as_mut() else {
            return Report::Stuck(StuckReason::BadStart);
        };
        let mut turn = self.take_turn(None);
        let mut draws = ChainDraws::new(self.chain, attempt.position.len(), self.settings.draws);
        let mut region = Region::new(attempt.position.len());
        let rules = self.settings.stuck;
        let window = rules.window * SAMPLING_WINDOWS;
        let mut watch = Watch::new(StuckRules { window, ..rules });
        let mut before = attempt.position.clone();
        let count = thin * self.settings.draws;
        for iteration in 0..count {
            if self.stopped() {
                break;
            }
            if iteration % SLICE == SLICE - 1 {
                turn = self.take_turn(turn);
            }
            let transition = match kernel.draw(&mut attempt.position) {
                Ok(transition) => transition,
                Err(source) => {
                    return Report::Failed(SampleError::Chain { chain: self.chain, source });
                }
            };
            let moved = before != attempt.position;
            before.copy_from_slice(&attempt.position);
            attempt.divergences += usize::from(transition.divergent);
            region.add(&attempt.position, transition.log_density);
            if (iteration + 1).is_multiple_of(thin) {
                keep(&mut draws, &attempt.position, &transition);
            }
            let judged = watch.note(moved, transition.divergent, transition.step_size, 0);
            let evaluations = attempt.spent + kernel.evaluations();
            let done = Done {
                iteration: made + iteration + 1,
                total: made + count,
                divergences: attempt.divergences,
            };
            self.show(Phase::Sampling, done, &transition, evaluations, attempt.number);
            if let Some(reason) = judged {
                return Report::Stuck(reason);
            }
        }
        if draws.draws() == self.settings.draws
            && let Some(reason) = watch.finish()
        {
            return Report::Stuck(reason);
        }
        draws.thin = thin;
        draws.step_size = attempt.step_size;
        draws.warmup = self.warmup;
        draws.warmup_divergences = attempt.warmup_divergences;
        draws.gradient_evaluations = attempt.spent + kernel.evaluations();
        Report::Drawn(Box::new(draws), region)
    }

    /// Gives the old place back before waiting for a new one.
    fn take_turn<'t>(&'t self, old: Option<Turn<'t>>) -> Option<Turn<'t>> {
        drop(old);
        self.turns.map(Turns::wait)
    }

    fn stopped(&self) -> bool {
        self.stop.iter().any(|flag| flag.load(Ordering::Relaxed))
    }

    fn show(
        &self,
        phase: Phase,
        done: Done,
        transition: &Transition,
        gradient_evaluations: u64,
        restarts: usize,
    ) {
        let last = done.iteration == done.total;
        if !done.iteration.is_multiple_of(self.settings.progress_every) && !last {
            return;
        }
        self.observer.progress(&Progress {
            chain: self.chain,
            phase,
            iteration: done.iteration,
            total: done.total,
            divergences: done.divergences,
            step_size: transition.step_size,
            leapfrogs: transition.leapfrogs,
            gradient_evaluations,
            log_density: transition.log_density,
            restarts,
        });
    }
}

/// How far a phase is.
struct Done {
    iteration: usize,
    total: usize,
    divergences: usize,
}

fn keep(draws: &mut ChainDraws, position: &[f64], transition: &Transition) {
    draws.positions.extend_from_slice(position);
    draws.log_density.push(transition.log_density);
    draws.energy.push(transition.energy);
    draws.divergent.push(transition.divergent);
    draws.leapfrogs.push(transition.leapfrogs);
    draws.depth.push(transition.depth);
    draws.max_depth_reached.push(transition.max_depth_reached);
}
