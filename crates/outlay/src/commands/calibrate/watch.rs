//! Progress of many fits: how many are done, how many failed, how long it will still take.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::Args;
use crate::context::Context;
use crate::progress::ProgressKind;

/// Plain and JSON lines come at most this often.
const EVERY: Duration = Duration::from_secs(2);

/// Counts what is done.
pub(super) struct Count {
    kind: ProgressKind,
    what: &'static str,
    started: Instant,
    bar: Option<ProgressBar>,
    last: Mutex<Option<Instant>>,
}

impl Count {
    pub(super) fn new(args: &Args, context: &Context, what: &'static str) -> Self {
        let kind = match args.progress {
            _ if context.quiet => ProgressKind::None,
            ProgressKind::Auto if !std::io::stderr().is_terminal() => ProgressKind::Plain,
            other => other,
        };
        let style = ProgressStyle::with_template("  {bar:28} {pos:>5}/{len} {msg}");
        let bar = (kind == ProgressKind::Auto).then(|| {
            let bar = ProgressBar::new(1);
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("━╸ "));
            }
            bar
        });
        Self { kind, what, started: Instant::now(), bar, last: Mutex::new(None) }
    }

    /// Shows how far the work has come.
    pub(super) fn show(&self, done: usize, total: usize, failed: usize) {
        let seconds = self.started.elapsed().as_secs_f64();
        let left = seconds * total.saturating_sub(done) as f64 / done.max(1) as f64;
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            bar.set_message(format!("{}, {failed} failed, {left:.0} s left", self.what));
            return;
        }
        let Ok(mut last) = self.last.lock() else { return };
        if self.kind == ProgressKind::None || last.is_some_and(|at| at.elapsed() < EVERY) {
            return;
        }
        *last = Some(Instant::now());
        if self.kind == ProgressKind::Json {
            let line = serde_json::json!({
                "event": "progress", "what": self.what, "done": done, "total": total,
                "failed": failed, "seconds": seconds, "seconds_left": left,
            });
            eprintln!("{line}");
        } else {
            let what = self.what;
            eprintln!("{done} of {total} {what}, {failed} failed, about {left:.0} s left");
        }
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
