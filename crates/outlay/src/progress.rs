//! Progress of a run: bars on a terminal, plain lines elsewhere, JSON lines on request; always on
//! standard error.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use outlay_engine::{Progress, Sampling, Searching, Stage};
use outlay_inference::Phase;
use outlay_report::format::Locale;
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

/// A search says how far it is at most this often.
const SEARCH_EVERY: Duration = Duration::from_secs(1);

/// Shows how far a step is.
pub(crate) struct Watch {
    kind: ProgressKind,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    board: Option<Board>,
    last_line: Option<Instant>,
    last_search: Option<Instant>,
}

impl State {
    /// Whether a search has a word to say: the first one comes when it has taken that long.
    fn has_searched_long(&mut self) -> bool {
        let last = *self.last_search.get_or_insert_with(Instant::now);
        let due = last.elapsed() > SEARCH_EVERY;
        if due {
            self.last_search = Some(Instant::now());
        }
        due
    }
}

/// The bars of a run on a terminal.
struct Board {
    bars: Vec<ProgressBar>,
    /// Above the bars: which structure, and the time left of all.
    headline: ProgressBar,
    group: MultiProgress,
}

/// A line for machines.
#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    #[serde(flatten)]
    sampling: &'a Sampling,
}

impl Watch {
    /// Shows progress of this kind; nothing where the command is to be quiet.
    pub(crate) fn new(kind: ProgressKind, quiet: bool) -> Self {
        let kind = match kind {
            _ if quiet => ProgressKind::None,
            ProgressKind::Auto if !std::io::stderr().is_terminal() => ProgressKind::Plain,
            other => other,
        };
        Self { kind, state: Mutex::new(State::default()) }
    }

    /// Takes in how far a step is.
    pub(crate) fn see(&self, progress: &Progress) {
        let Ok(mut state) = self.state.lock() else { return };
        match progress {
            _ if self.kind == ProgressKind::None => {}
            Progress::Sampling(sampling) if self.kind == ProgressKind::Auto => {
                state.board.get_or_insert_with(Board::new).draw(sampling);
            }
            Progress::Sampling(sampling) => {
                // Another structure is said at once.
                if sampling.begun || due(state.last_line, EVERY) {
                    state.last_line = Some(Instant::now());
                    self.line(sampling);
                }
            }
            Progress::Searching(searching) => {
                if state.has_searched_long() {
                    search(searching);
                }
            }
            Progress::Studying { done, total } => {
                if state.has_searched_long() {
                    anstream::eprintln!("studying: {done} of {total} searches done");
                }
            }
            // Whatever comes after sampling is no matter of chains.
            Progress::Stage { stage: Stage::Fitting } | Progress::Evaluating { .. } => {}
            Progress::Stage { .. } => state.board = None,
        }
    }

    fn line(&self, sampling: &Sampling) {
        let line = Line { event: "progress", sampling };
        eprintln!(
            "{}",
            if self.kind == ProgressKind::Json {
                serde_json::to_string(&line).unwrap_or_default()
            } else {
                plain(sampling)
            }
        );
    }
}

fn due(last: Option<Instant>, every: Duration) -> bool {
    last.is_none_or(|last| last.elapsed() >= every)
}

fn search(searching: &Searching) {
    let gap = searching.gap.map_or_else(|| "—".to_owned(), percent);
    anstream::eprintln!("searching: {} boxes, gap {gap}", searching.nodes);
}

/// A share in percent; "0 %" for what is not nothing would be wrong.
fn percent(share: f64) -> String {
    let value = 100.0 * share;
    let text = match value.abs() {
        v if v > 0.0 && v < 0.01 => "less than 0.01".to_owned(),
        v if v < 1.0 => format!("{value:.2}"),
        _ => Locale::POINT.compact(value),
    };
    format!("{text} %")
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("━╸ ")),
        Err(_) => bar,
    }
}

impl Board {
    fn new() -> Self {
        let group = MultiProgress::new();
        let headline = styled(ProgressBar::new(1), "  {msg}");
        Self { bars: Vec::new(), headline, group }
    }

    fn draw(&mut self, sampling: &Sampling) {
        let left = left(sampling, " · ");
        let several = sampling.structure.is_some();
        if let Some(structure) = &sampling.structure {
            if self.bars.is_empty() {
                self.group.add(self.headline.clone());
            }
            let (number, of, name) = (structure.number, structure.of, &structure.name);
            self.headline.set_message(format!("structure {number} of {of}: {name}{left}"));
        }
        while self.bars.len() <= sampling.spoke {
            let prefix = format!("{}", self.bars.len() + 1);
            let bar = self.group.add(ProgressBar::new(1)).with_prefix(prefix);
            self.bars.push(styled(bar, "  chain {prefix} {bar:28} {pos:>5}/{len} {msg}"));
        }
        let chain = sampling.chains.iter().find(|c| c.chain == sampling.spoke);
        let (Some(bar), Some(chain)) = (self.bars.get(sampling.spoke), chain) else { return };
        bar.set_length(chain.total as u64);
        bar.set_position(chain.iteration as u64);
        let left = if several { String::new() } else { left };
        let (phase, divergences) = (phase(chain.phase), chain.divergences);
        bar.set_message(format!("{phase} · {divergences} divergent{left}"));
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.bars.iter().chain([&self.headline]).for_each(ProgressBar::finish_and_clear);
    }
}

/// A line for people.
fn plain(sampling: &Sampling) -> String {
    let divergences: usize = sampling.chains.iter().map(|c| c.divergences).sum();
    let structure = sampling
        .structure
        .as_ref()
        .map_or_else(String::new, |s| format!("structure {} of {}, {}: ", s.number, s.of, s.name));
    format!(
        "{structure}{}, {} of {} draws, {:.0} draws/s, {divergences} divergent{}",
        phase(sampling.phase),
        sampling.done,
        sampling.total,
        sampling.done as f64 / sampling.seconds.max(1e-9),
        left(sampling, ", "),
    )
}

/// The time left of the whole run after a separator; nothing while too little is done to say.
fn left(sampling: &Sampling, separator: &str) -> String {
    let left = sampling.seconds_left;
    left.map_or_else(String::new, |s| format!("{separator}about {s:.0} s left"))
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::WarmUp => "warming up",
        Phase::Sampling => "sampling",
    }
}
