//! The columns of the table.

use outlay_mmm::calibration::{Measured, Middle, ScoreTable};

/// A value and its standard error.
type Value = (f64, Option<f64>);

/// A column of the table.
pub(super) struct Figure {
    /// Its head.
    pub(super) head: &'static str,
    /// Columns with a higher rank leave a narrow terminal first.
    pub(super) rank: u8,
    /// Whether it is a share, shown in per cent.
    share: bool,
    of: fn(&ScoreTable) -> Option<Value>,
}

/// The columns, in their order.
pub(super) const FIGURES: [Figure; 8] = [
    Figure { head: "ROI error", rank: 0, share: false, of: |s| median(Some(s.error_mean)) },
    Figure { head: "of the median", rank: 6, share: false, of: |s| median(Some(s.error_median)) },
    Figure { head: "in 90 %", rank: 0, share: true, of: |s| pooled(s.pooled.coverage_90) },
    Figure { head: "in 50 %", rank: 5, share: true, of: |s| pooled(s.pooled.coverage_50) },
    Figure {
        head: "interval score",
        rank: 0,
        share: false,
        of: |s| median(Some(s.interval_score)),
    },
    Figure { head: "total media", rank: 3, share: true, of: |s| median(s.total_media_error) },
    Figure { head: "regret", rank: 1, share: true, of: |s| median(s.regret) },
    Figure { head: "CPU s", rank: 4, share: false, of: |s| Some((s.cpu_seconds.median, None)) },
];

fn median(middle: Option<Middle>) -> Option<Value> {
    middle.map(|m| (m.median, m.median_se))
}

fn pooled(measured: Measured) -> Option<Value> {
    Some((measured.mean, Some(measured.se)))
}

impl Figure {
    /// Value and standard error as text.
    pub(super) fn cell(&self, score: Option<&ScoreTable>) -> String {
        let Some((value, se)) = score.and_then(self.of) else { return "—".to_owned() };
        let number = |x: f64| match (self.share, x.abs()) {
            (true, _) => format!("{:.0}", 100.0 * x),
            (false, size) if size < 10.0 => format!("{x:.2}"),
            (false, _) => format!("{x:.1}"),
        };
        let unit = if self.share { " %" } else { "" };
        match se {
            Some(se) => format!("{} ± {}{unit}", number(value), number(se)),
            None => format!("{}{unit}", number(value)),
        }
    }
}
