//! The plan in one sentence.

use super::{SAME, Writer, sums};
use crate::advise::Words;
use crate::plan::{Alternative, Totals};
use crate::problem::Wanted;

impl Writer<'_> {
    /// Moves of less than the share `least` of all money are not named.
    pub(super) fn sentence(
        &self,
        totals: &Totals,
        comparison: &[Alternative],
        least: f64,
    ) -> String {
        let w = self.words;
        let idle = comparison.first();
        let moved = self.moves(least);
        let change = idle.map_or_else(String::new, |i| {
            if i.difference.sd == 0.0 || i.difference.mean.abs() < SAME * totals.expected.mean.abs()
            {
                return ", as much as doing nothing".to_owned();
            }
            let word = if i.difference.mean < 0.0 { "less" } else { "more" };
            format!(
                ", {} {word} than doing nothing ({} to {})",
                w.outcome(i.difference.mean.abs()),
                w.outcome(i.difference.q05),
                w.outcome(i.difference.q95),
            )
        });
        format!(
            "{} over {} {}s is expected to bring {}{change}.{moved}",
            w.money(totals.planned),
            self.outlook.response.horizon,
            w.period,
            w.outcome(totals.expected.mean),
        )
    }

    /// The largest moves in words.
    fn moves(&self, least: f64) -> String {
        let size = self.size();
        let (planned, current) =
            (sums(self.asked.cells, size), sums(&self.outlook.reference, size));
        let total: f64 = planned.iter().sum::<f64>().max(current.iter().sum());
        let names = &self.outlook.response.channels;
        let by = |c: usize| planned[c] - current[c];
        let most = |sign: f64| {
            (0..names.len())
                .filter(|c| sign * by(*c) > least * total)
                .max_by(|a, b| (sign * by(*a)).total_cmp(&(sign * by(*b))))
        };
        let w = self.words;
        match (most(1.0), most(-1.0)) {
            (Some(up), Some(down)) => format!(
                " Most goes to {} (+{}), most comes from {} (−{}).",
                names[up],
                w.money(by(up)),
                names[down],
                w.money(-by(down))
            ),
            (Some(up), None) => {
                format!(" Most of the change goes to {} (+{}).", names[up], w.money(by(up)))
            }
            (None, Some(down)) => {
                format!(" Most of the change comes from {} (−{}).", names[down], w.money(-by(down)))
            }
            (None, None) => " It stays as it is.".to_owned(),
        }
    }
}

/// What is maximised, in words.
pub(super) fn wanted(wanted: Wanted, w: &Words) -> String {
    match wanted {
        Wanted::Outcome => "the largest expected outcome".to_owned(),
        Wanted::Profit => "the largest expected profit".to_owned(),
        Wanted::Cautious { level, .. } => {
            format!("the best gain over doing nothing in the worst {} of cases", w.percent(level))
        }
        Wanted::Quantile { level } => format!("the largest {} quantile", w.percent(level)),
        Wanted::Goal { least } => format!("the largest probability of {}", w.outcome(least)),
        Wanted::TargetRoas { least } => {
            format!("the largest outcome that returns {} on average", w.ratio(least))
        }
        Wanted::TargetCpa { most } => {
            format!("the largest outcome at a cost of at most {} each", w.money(most))
        }
        Wanted::TargetMroi { least } => {
            format!("spend as long as the next unit returns {}", w.ratio(least))
        }
    }
}
