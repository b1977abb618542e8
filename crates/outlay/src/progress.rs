//! Progress of a run: bars on a terminal, plain lines elsewhere, JSON lines on request; always on
//! standard error.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use outlay_inference::{Observer, Phase, Progress};
use serde::Serialize;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ProgressKind {
    /// Bars on a terminal, lines elsewhere.
    Auto,
    /// One line every few seconds.
    Plain,
    /// One JSON object per line.
    Json,
    /// Nothing.
    None,
}

/// Plain and JSON lines come at most this often.
const EVERY: Duration = Duration::from_secs(2);

/// Watches the chains of one run.
pub(crate) struct Watch {
    kind: ProgressKind,
    started: Instant,
    bars: Vec<ProgressBar>,
    _group: Option<MultiProgress>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    chains: Vec<Option<Progress>>,
    last_line: Option<Instant>,
    first_draw: Option<Duration>,
}

#[derive(Serialize)]
struct Line {
    event: &'static str,
    phase: Phase,
    chains: Vec<ChainLine>,
    seconds: f64,
    seconds_left: f64,
}

#[derive(Serialize)]
struct ChainLine {
    chain: usize,
    iteration: usize,
    total: usize,
    divergences: usize,
    step_size: f64,
    draws_per_second: f64,
}

impl Watch {
    /// A watch over `chains` chains; `started` is when the command began.
    pub(crate) fn new(kind: ProgressKind, chains: usize, started: Instant) -> Self {
        let kind = match kind {
            ProgressKind::Auto if !std::io::stderr().is_terminal() => ProgressKind::Plain,
            other => other,
        };
        let group = (kind == ProgressKind::Auto).then(MultiProgress::new);
        let style = ProgressStyle::with_template("  chain {prefix} {bar:28} {pos:>5}/{len} {msg}");
        let bars = group.iter().flat_map(|group| {
            (0..chains).map(|chain| {
                let bar = group.add(ProgressBar::new(1)).with_prefix(format!("{}", chain + 1));
                if let Ok(style) = &style {
                    bar.set_style(style.clone().progress_chars("━╸ "));
                }
                bar
            })
        });
        Self {
            kind,
            started,
            bars: bars.collect(),
            _group: group.clone(),
            state: Mutex::new(State { chains: vec![None; chains], ..State::default() }),
        }
    }

    /// Seconds from the start of the command to the first draw of any chain.
    pub(crate) fn first_draw_seconds(&self) -> f64 {
        let state = self.state.lock();
        state.ok().and_then(|s| s.first_draw).map_or(0.0, |d| d.as_secs_f64())
    }

    /// Removes the bars.
    pub(crate) fn finish(&self) {
        self.bars.iter().for_each(ProgressBar::finish_and_clear);
    }

    fn line(&self, state: &State) {
        let seen: Vec<&Progress> = state.chains.iter().flatten().collect();
        let seconds = self.started.elapsed().as_secs_f64();
        let done: usize = seen.iter().map(|p| p.iteration).sum();
        let total: usize = seen.iter().map(|p| p.total).sum();
        let left = seconds * (total.saturating_sub(done)) as f64 / done.max(1) as f64;
        let divergences: usize = seen.iter().map(|p| p.divergences).sum();
        let warming = seen.iter().any(|p| p.phase == Phase::WarmUp);
        if self.kind == ProgressKind::Json {
            let chains = seen.iter().map(|p| ChainLine {
                chain: p.chain,
                iteration: p.iteration,
                total: p.total,
                divergences: p.divergences,
                step_size: p.step_size,
                draws_per_second: p.iteration as f64 / seconds.max(1e-9),
            });
            let line = Line {
                event: "progress",
                phase: if warming { Phase::WarmUp } else { Phase::Sampling },
                chains: chains.collect(),
                seconds,
                seconds_left: left,
            };
            if let Ok(text) = serde_json::to_string(&line) {
                eprintln!("{text}");
            }
        } else {
            let phase = if warming { "warming up" } else { "sampling" };
            eprintln!(
                "{phase}: {done} of {total} draws, {:.0} draws/s, {divergences} divergent, about {left:.0} s left",
                done as f64 / seconds.max(1e-9),
            );
        }
    }
}

impl Observer for Watch {
    fn progress(&self, progress: &Progress) {
        let Ok(mut state) = self.state.lock() else { return };
        state.first_draw.get_or_insert_with(|| self.started.elapsed());
        if let Some(slot) = state.chains.get_mut(progress.chain) {
            *slot = Some(*progress);
        }
        match self.kind {
            ProgressKind::None => {}
            ProgressKind::Auto => {
                let Some(bar) = self.bars.get(progress.chain) else { return };
                bar.set_length(progress.total as u64);
                bar.set_position(progress.iteration as u64);
                let seconds = self.started.elapsed().as_secs_f64();
                let rate = progress.iteration as f64 / seconds.max(1e-9);
                let left = (progress.total - progress.iteration.min(progress.total)) as f64;
                let phase = if progress.phase == Phase::WarmUp { "warming up" } else { "sampling" };
                bar.set_message(format!(
                    "{phase} · {rate:.0} draws/s · {} divergent · {:.0} s left",
                    progress.divergences,
                    left / rate.max(1e-9),
                ));
            }
            ProgressKind::Plain | ProgressKind::Json => {
                if state.last_line.is_none_or(|last| last.elapsed() >= EVERY) {
                    state.last_line = Some(Instant::now());
                    self.line(&state);
                }
            }
        }
    }
}
