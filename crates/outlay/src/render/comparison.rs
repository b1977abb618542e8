//! Two fits beside each other in the terminal.

use outlay_mmm::compare::{Comparison, Pair, PriorDifference};
use outlay_mmm::summary::{Estimate, Verdict};
use outlay_report::format::{Locale, MISSING, column_decimals};
use outlay_report::terms::{label, shorten};

use super::style;
use super::summary::wrap;
use super::table::{Column, set};

const LOCALE: Locale = Locale::POINT;

/// The comparison in words and a table.
pub(crate) fn comparison(comparison: &Comparison) -> String {
    at_width(comparison, super::width())
}

fn at_width(comparison: &Comparison, width: usize) -> String {
    let mut text = format!("{}\n\n", wrap(&label(&comparison.sentence), width, ""));
    text.push_str(&format!("A  {}\nB  {}\n\n", label(&comparison.a), label(&comparison.b)));
    text.push_str(&painted(&table(comparison, width)));
    let legend = "medians with 90 % intervals in brackets; distance in half-widths of the interval \
                  of the difference";
    text.push_str(&format!("{}\n", wrap(legend, width, "")));
    let lines = [
        ("Data differ", comparison.data_differences.clone()),
        ("Only in one of them", comparison.unmatched.clone()),
        (
            "Specification differs",
            comparison
                .spec_differences
                .iter()
                .map(|d| format!("{}: {} → {}", d.part, short(&d.a), short(&d.b)))
                .collect(),
        ),
        ("Priors differ", comparison.prior_differences.iter().map(prior).collect()),
    ];
    for (head, lines) in lines.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text.push_str(&format!("\n{head}\n"));
        for line in lines {
            text.push_str(&format!("  {}\n", wrap(&label(&line), width.saturating_sub(2), "    ")));
        }
    }
    let open = comparison.channels.iter().filter(|c| c.verdict != Verdict::Ok);
    text.push_str(&format!("\n{}\n", style::state(comparison.verdict)));
    for channel in open {
        let sentence = wrap(&label(&channel.sentence), width.saturating_sub(4), "    ");
        text.push_str(&format!(
            "  {} {sentence}\n",
            style::paint(channel.verdict, style::shape(channel.verdict))
        ));
    }
    text
}

/// A prior in both answers: quantity, median and interval.
fn prior(difference: &PriorDifference) -> String {
    let show = |prior: &Option<(String, Estimate)>| match prior {
        Some((quantity, e)) => {
            format!("{quantity} {}", LOCALE.interval(e, column_decimals([e.q50, e.q95])))
        }
        None => "none".to_owned(),
    };
    format!("{}: {} → {}", difference.channel, show(&difference.a), show(&difference.b))
}

/// A value of a specification, cut where it is long.
fn short(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "not set".to_owned(),
        value => shorten(&value.to_string(), 120),
    }
}

fn table(comparison: &Comparison, width: usize) -> String {
    let channels = &comparison.channels;
    let extra = [("all paid media", &comparison.total_media), ("baseline", &comparison.baseline)];
    let shares = || channels.iter().map(|c| &c.share).chain(extra.iter().map(|(_, p)| *p));
    let rois = || channels.iter().filter_map(|c| c.roi.as_ref());
    let digits = column_decimals(rois().flat_map(|p| [p.a.q50, p.b.q50]));
    let names = channels.iter().map(|c| shorten(&label(&c.channel), 28));
    let names = names.chain(extra.iter().map(|(name, _)| (*name).to_owned())).collect();
    let roi = |pick: fn(&Pair) -> &Estimate| {
        let cell = |p: &Option<Pair>| {
            p.as_ref().map_or(MISSING.to_owned(), |p| LOCALE.interval(pick(p), digits))
        };
        channels.iter().map(|c| cell(&c.roi)).collect::<Vec<_>>()
    };
    let distance =
        shares().map(|p| p.distance.map_or(MISSING.to_owned(), |d| LOCALE.fixed(d, 2))).collect();
    let verdicts = channels.iter().map(|c| style::plain(c.verdict)).collect();
    set(
        vec![
            Column::text("channel", names),
            Column::number("share A", shares().map(|p| LOCALE.share_interval(&p.a)).collect()),
            Column::number("share B", shares().map(|p| LOCALE.share_interval(&p.b)).collect()),
            Column::number("return A", roi(|p| &p.a)).leaves(2),
            Column::number("return B", roi(|p| &p.b)).leaves(2),
            Column::number("distance", distance).leaves(1),
            Column::text("verdict", verdicts),
        ],
        width,
    )
}

/// Colours the verdicts at the ends of lines; done after the table is set, which counts columns.
fn painted(table: &str) -> String {
    let mut text = String::new();
    for line in table.lines() {
        let verdict = [Verdict::Ok, Verdict::Review, Verdict::Fail]
            .into_iter()
            .find_map(|v| line.strip_suffix(&style::plain(v)).map(|rest| (v, rest)));
        match verdict {
            Some((verdict, rest)) => text.push_str(&format!("{rest}{}\n", style::state(verdict))),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use outlay_core::registry::Registry;
    use outlay_mmm::compare::compare;

    use super::*;
    use crate::render::summary::fixture;

    #[test]
    fn two_fits_stand_beside_each_other_with_a_verdict_per_channel() {
        let first = fixture::summary();
        let mut second = fixture::summary();
        second.seed += 1;
        for (index, channel) in second.channels.values_mut().enumerate() {
            let factor = if index == 2 { 3.0 } else { 1.02 };
            for e in
                [Some(&mut channel.contribution_share), channel.roi.as_mut()].into_iter().flatten()
            {
                *e = fixture::estimate(e.q50 * factor, 0.15);
            }
        }
        second.spec = serde_json::json!({"preset": "meridian"});
        let compared = compare(&first, &second, &Registry::default());
        let text = anstream::adapter::strip_str(&at_width(&compared, 150)).to_string();
        insta::assert_snapshot!(text);
        assert!(at_width(&compared, 150).contains("\u{1b}[1m\u{1b}[31m■ fail"));
    }
}
