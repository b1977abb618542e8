//! Limits that hold a plan back, with their prices.

use super::Writer;
use crate::advise::Found;
use crate::plan::Binding;
use crate::problem::Wanted;

impl Writer<'_> {
    /// Limits with a price, in words, dearest first.
    pub(super) fn binding(&self, found: &Found) -> Vec<Binding> {
        let s = &found.solution;
        let polytope = found.compiled.polytope();
        let size = s.x.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mut prices = vec![(0.0, 0.0); found.compiled.rules.len()];
        for (row, price) in polytope.rows.iter().zip(&s.prices) {
            let limit = if *price >= 0.0 { row.most } else { row.least };
            let entry = &mut prices[row.rule];
            entry.0 += price.abs();
            // A ratio's limit is zero: one percent of it is one percent of what it compares.
            let scale = if limit.abs() > 1e-9 * size {
                limit.abs()
            } else {
                row.terms.iter().map(|(j, a)| (a * s.x[*j]).abs()).fold(0.0, f64::max)
            };
            entry.1 += price.abs() * scale * 0.01;
        }
        // What a decision at a bound would gain beyond what its money costs elsewhere.
        let mut reduced = s.slope.clone();
        for (row, price) in polytope.rows.iter().zip(&s.prices) {
            row.terms.iter().for_each(|(j, a)| reduced[*j] -= price * a);
        }
        for (k, rule) in found.compiled.rules.iter().enumerate() {
            for (j, least, most) in rule.bounds() {
                let near = |x: f64| (s.x[*j] - x).abs() <= 1e-6 * size;
                let price = match reduced[*j] {
                    r if r > 0.0 && near(*most) => r,
                    r if r < 0.0 && near(*least) && *least > 0.0 => -r,
                    _ => continue,
                };
                let at = if reduced[*j] > 0.0 { *most } else { *least };
                prices[k].0 += price;
                prices[k].1 += price * at * 0.01;
            }
        }
        let value = s.value.abs().max(f64::MIN_POSITIVE);
        let mut binding: Vec<Binding> = found
            .compiled
            .rules
            .iter()
            .zip(&prices)
            .filter(|(_, (_, percent))| *percent > 1e-7 * value)
            .map(|(rule, (price, percent))| Binding {
                limit: rule.name.clone(),
                channels: self.touched(found, rule.decisions()),
                price: *price,
                price_of_percent: *percent,
                sentence: self.price_sentence(&rule.name, *percent),
            })
            .collect();
        binding.sort_by(|a, b| b.price_of_percent.total_cmp(&a.price_of_percent));
        binding
    }

    fn price_sentence(&self, rule: &str, percent: f64) -> String {
        let amount = match self.asked.problem.wanted {
            Wanted::Profit => self.words.money(percent),
            Wanted::Goal { .. } => format!("{} of probability", self.words.percent(percent)),
            _ => self.words.outcome(percent),
        };
        format!("{rule}: one percent of slack would bring {amount}.")
    }

    /// Names of the channels that decisions belong to, in the order of the fit.
    fn touched(&self, found: &Found, decisions: impl Iterator<Item = usize>) -> Vec<String> {
        let mut channels: Vec<usize> =
            decisions.map(|j| found.compiled.design.variables[j].channel).collect();
        channels.sort_unstable();
        channels.dedup();
        channels.iter().map(|c| self.outlook.response.channels[*c].clone()).collect()
    }
}
