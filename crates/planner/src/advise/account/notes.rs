//! What to know before signing.

use super::Writer;
use crate::advise::Settings;
use crate::plan::{Alternative, ChannelPlan, Note, Totals};
use crate::problem::Wanted;

impl Writer<'_> {
    pub(super) fn notes(
        &self,
        channels: &[ChannelPlan],
        totals: &Totals,
        comparison: &[Alternative],
        settings: &Settings,
    ) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut add = |code: &str, sentence: String| {
            notes.push(Note { code: code.to_owned(), sentence });
        };
        let w = self.words;
        if totals.unspent > 0.0 {
            let full: Vec<&str> = channels
                .iter()
                .filter(|c| c.planned >= c.max * (1.0 - 1e-6))
                .map(|c| c.name.as_str())
                .collect();
            let why = if full.is_empty() {
                "the next unit would bring nothing, or less than it costs".to_owned()
            } else {
                format!("{} reached their most", full.join(", "))
            };
            add(
                "plan.unspent",
                format!("{} of the budget stays unspent: {why}.", w.money(totals.unspent)),
            );
        }
        for c in channels.iter().filter(|c| c.extrapolated) {
            add(
                "plan.extrapolated",
                format!(
                    "{}: the plan goes beyond the highest spend that the data has seen ({} at this pattern). What lies beyond is priced with extra doubt ({} per doubling); raise it in steps and look.",
                    c.name,
                    w.money(c.observed_to),
                    w.percent(settings.doubt.per_doubling),
                ),
            );
        }
        for c in channels.iter().filter(|c| c.current == 0.0 && c.planned > 0.0) {
            add(
                "plan.new",
                format!(
                    "{}: it had no spend in the last {} {}s. Platforms need time to learn; judge it after the carry-over has built up.",
                    c.name, self.outlook.response.horizon, w.period,
                ),
            );
        }
        for c in channels {
            if c.current > 0.0 && c.planned > settings.remarks.ramp * c.current {
                add(
                    "plan.ramp",
                    format!(
                        "{}: spend rises to {} times what it was. A ramp limit lets platforms and you learn on the way.",
                        c.name,
                        w.ratio(c.planned / c.current),
                    ),
                );
            }
        }
        if let Some(idle) = comparison.first() {
            let cautious = matches!(self.asked.problem.wanted, Wanted::Cautious { .. });
            let remarks = &settings.remarks;
            if cautious && idle.difference.mean.abs() <= remarks.stay * totals.expected.mean.abs() {
                add(
                    "plan.stay",
                    "The data does not support a change: no other plan gains anything in the worst cases. Staying is the plan; `outlay plan sensitivity` says what a test would be worth."
                        .to_owned(),
                );
            }
            let (worse, undecided) = (idle.probability_worse, settings.remarks.undecided);
            // Another budget brings another outcome for that reason alone.
            let same_money = (totals.planned - idle.spend).abs() <= remarks.alike * idle.spend;
            if same_money && worse > 1.0 - undecided {
                add(
                    "plan.worse",
                    format!(
                        "This plan is worse than doing nothing with a probability of {}.",
                        w.percent(worse)
                    ),
                );
            } else if same_money && worse > undecided {
                add(
                    "plan.undecided",
                    format!(
                        "The data can hardly tell this plan from doing nothing: it is worse with a probability of {}. The cautious objective says whether any change is supported.",
                        w.percent(worse),
                    ),
                );
            }
        }
        if self.asked.source.health == "fail" {
            add(
                "plan.health",
                "The fit behind this plan failed its health checks: mend it before money moves."
                    .to_owned(),
            );
        }
        notes
    }
}
