//! Progress of a run: bars on a terminal, plain lines elsewhere, JSON lines on request; always on
//! standard error.

mod tally;

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use outlay_inference::{Observer, Phase, Progress};
use serde::Serialize;

pub(crate) use tally::Plan;
use tally::Tally;

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

/// Watches the chains of one run, structure after structure.
pub(crate) struct Watch {
    kind: ProgressKind,
    /// When the command began.
    started: Instant,
    /// When sampling began.
    sampling: Instant,
    bars: Vec<ProgressBar>,
    /// Above the bars: which structure, and the time left of all.
    headline: Option<ProgressBar>,
    _group: Option<MultiProgress>,
    state: Mutex<State>,
}

struct State {
    tally: Tally,
    last_line: Option<Instant>,
    first_draw: Option<Duration>,
}

#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    structure: Option<StructureLine<'a>>,
    phase: Phase,
    chains: Vec<ChainLine>,
    /// Draws of all chains and structures, warm-up included.
    done: usize,
    total: usize,
    seconds: f64,
    /// `null` while too little is done to say.
    seconds_left: Option<f64>,
}

/// Which of several structures is being sampled.
#[derive(Serialize)]
struct StructureLine<'a> {
    number: usize,
    of: usize,
    name: &'a str,
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
    /// A watch over a run; `started` is when the command began.
    pub(crate) fn new(kind: ProgressKind, plan: Plan, started: Instant) -> Self {
        let kind = match kind {
            ProgressKind::Auto if !std::io::stderr().is_terminal() => ProgressKind::Plain,
            other => other,
        };
        let group = (kind == ProgressKind::Auto).then(MultiProgress::new);
        let styled = |bar: ProgressBar, template: &str| match ProgressStyle::with_template(template)
        {
            Ok(style) => bar.with_style(style.progress_chars("━╸ ")),
            Err(_) => bar,
        };
        let headline = group
            .as_ref()
            .filter(|_| plan.structures.len() > 1)
            .map(|group| styled(group.add(ProgressBar::new(1)), "  {msg}"));
        let bars = group.iter().flat_map(|group| {
            (0..plan.chains).map(|chain| {
                let bar = group.add(ProgressBar::new(1)).with_prefix(format!("{}", chain + 1));
                styled(bar, "  chain {prefix} {bar:28} {pos:>5}/{len} {msg}")
            })
        });
        Self {
            kind,
            started,
            sampling: Instant::now(),
            bars: bars.collect(),
            headline,
            _group: group.clone(),
            state: Mutex::new(State { tally: Tally::new(plan), last_line: None, first_draw: None }),
        }
    }

    /// Seconds from the start of the command to the first draw of any chain.
    pub(crate) fn first_draw_seconds(&self) -> f64 {
        let state = self.state.lock();
        state.ok().and_then(|s| s.first_draw).map_or(0.0, |d| d.as_secs_f64())
    }

    /// Removes the bars.
    pub(crate) fn finish(&self) {
        self.bars.iter().chain(&self.headline).for_each(ProgressBar::finish_and_clear);
    }

    fn line(&self, tally: &Tally) {
        let seconds = self.sampling.elapsed().as_secs_f64();
        eprintln!(
            "{}",
            if self.kind == ProgressKind::Json {
                json(tally, seconds)
            } else {
                plain(tally, seconds)
            }
        );
    }

    fn draw(&self, tally: &Tally, progress: &Progress) {
        let seconds = self.sampling.elapsed().as_secs_f64();
        let left = left(tally, seconds, " · ");
        if let (Some(headline), Some((number, of, name))) = (&self.headline, tally.structure()) {
            headline.set_message(format!("structure {number} of {of}: {name}{left}"));
        }
        let Some(bar) = self.bars.get(progress.chain) else { return };
        bar.set_length(progress.total as u64);
        bar.set_position(progress.iteration as u64);
        let left = if self.headline.is_some() { String::new() } else { left };
        bar.set_message(format!(
            "{} · {} divergent{left}",
            phase(progress.phase),
            progress.divergences
        ));
    }
}

/// A line for people.
fn plain(tally: &Tally, seconds: f64) -> String {
    let (done, total) = tally.draws();
    let divergences: usize = tally.seen().map(|p| p.divergences).sum();
    let structure = tally.structure().map_or_else(String::new, |(number, of, name)| {
        format!("structure {number} of {of}, {name}: ")
    });
    format!(
        "{structure}{}, {done} of {total} draws, {:.0} draws/s, {divergences} divergent{}",
        phase(slowest(tally)),
        done as f64 / seconds.max(1e-9),
        left(tally, seconds, ", "),
    )
}

/// The time left of the whole run after a separator; nothing while too little is done to say.
fn left(tally: &Tally, seconds: f64, separator: &str) -> String {
    let left = tally.seconds_left(seconds);
    left.map_or_else(String::new, |s| format!("{separator}about {s:.0} s left"))
}

/// A line for machines.
fn json(tally: &Tally, seconds: f64) -> String {
    let (done, total) = tally.draws();
    let chains = tally.seen().map(|p| ChainLine {
        chain: p.chain,
        iteration: p.iteration,
        total: p.total,
        divergences: p.divergences,
        step_size: p.step_size,
        draws_per_second: tally.rate(p, seconds),
    });
    let line = Line {
        event: "progress",
        structure: tally.structure().map(|(number, of, name)| StructureLine { number, of, name }),
        phase: slowest(tally),
        chains: chains.collect(),
        done,
        total,
        seconds,
        seconds_left: tally.seconds_left(seconds),
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// Warm-up as long as any chain is in it.
fn slowest(tally: &Tally) -> Phase {
    let warming = tally.seen().any(|p| p.phase == Phase::WarmUp);
    if warming { Phase::WarmUp } else { Phase::Sampling }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::WarmUp => "warming up",
        Phase::Sampling => "sampling",
    }
}

impl Observer for Watch {
    fn progress(&self, progress: &Progress) {
        let Ok(mut state) = self.state.lock() else { return };
        state.first_draw.get_or_insert_with(|| self.started.elapsed());
        let begun = state.tally.note(progress);
        match self.kind {
            ProgressKind::None => {}
            ProgressKind::Auto => self.draw(&state.tally, progress),
            ProgressKind::Plain | ProgressKind::Json => {
                // Another structure is said at once.
                if begun || state.last_line.is_none_or(|last| last.elapsed() >= EVERY) {
                    state.last_line = Some(Instant::now());
                    self.line(&state.tally);
                }
            }
        }
    }
}
