//! A fit in the terminal.

use std::path::Path;

use outlay_mmm::summary::{ChannelKind, Estimate, Method, Summary, Verdict};
use outlay_report::format::{Locale, MISSING, column_decimals};
use outlay_report::terms::{Terms, label, shorten};

use super::structures;
use super::style;
use super::table::{Column, set};

/// Rows before the rest is one line; the page and the JSON hold all channels.
const ROWS: usize = 40;

/// The fit in words and a table; with its folder also where the files are and what to try next.
pub(crate) fn summary(summary: &Summary, dir: Option<&Path>) -> String {
    at_width(summary, dir, super::width())
}

fn at_width(summary: &Summary, dir: Option<&Path>, width: usize) -> String {
    let mut text = format!("{}\n", wrap(&label(&summary.sentence), width, ""));
    for notice in notices(summary) {
        text.push_str(&format!("{}\n", style::paint(Verdict::Review, &wrap(&notice, width, ""))));
    }
    text.push('\n');
    text.push_str(&channels(summary, width));
    text.push('\n');
    text.push_str(&structures::structures(summary, width));
    text.push_str(&structures::joint(summary, width));
    text.push_str(&hidden(summary, width));
    text.push_str(&format!("{}\n", wrap(&fit(summary), width, "")));
    text.push('\n');
    text.push_str(&health(summary, width));
    if let Some(dir) = dir {
        text.push('\n');
        text.push_str(&files(summary, dir));
    }
    text
}

fn notices(summary: &Summary) -> Vec<String> {
    let mut notices = Vec::new();
    match summary.method {
        Method::Ridge => notices.push(
            "Second opinion by ridge: intervals are the spread over the chosen models, not probabilities.".into(),
        ),
        Method::Laplace | Method::Pathfinder => notices.push(
            "Approximate: intervals can be too narrow; fit with full sampling before money moves.".into(),
        ),
        Method::Nuts if summary.approximate => notices.push("Approximate answer.".into()),
        Method::Nuts => {}
    }
    if summary.diagnostics.interrupted {
        notices
            .push(format!("Interrupted: rests on {} draws per chain.", summary.diagnostics.draws));
    }
    notices
}

fn channels(summary: &Summary, width: usize) -> String {
    let terms = Terms::new(&summary.data, Locale::POINT);
    let locale = terms.locale;
    let total = &summary.total_media;
    let all = || summary.channels.values();
    let digits = column_decimals(
        all().filter_map(|c| c.roi).chain(all().filter_map(|c| c.mroi)).map(|e| e.q50),
    );
    let rate = |e: &Option<Estimate>| {
        e.as_ref().map_or(MISSING.to_owned(), |e| locale.interval(e, digits))
    };

    let shown = || summary.channels.iter().take(ROWS);
    let column = |cell: &dyn Fn(&outlay_mmm::summary::ChannelSummary) -> String,
                  last: String|
     -> Vec<String> { shown().map(|(_, c)| cell(c)).chain([last]).collect() };
    let paid = |c: &outlay_mmm::summary::ChannelSummary| c.kind == ChannelKind::Paid;
    let names = shown()
        .map(|(name, c)| {
            let name = shorten(&label(name), 28);
            if paid(c) { name } else { format!("{name} (organic)") }
        })
        .chain(["all paid media".to_owned()])
        .collect();
    let spend = column(
        &|c| if paid(c) { terms.money(c.spend) } else { MISSING.into() },
        terms.money(total.spend),
    );
    let share = column(
        &|c| if paid(c) { locale.share(c.spend_share) } else { MISSING.into() },
        String::new(),
    );
    let contribution = column(
        &|c| terms.outcome_interval(&c.contribution),
        terms.outcome_interval(&total.contribution),
    );
    let of_outcome = column(
        &|c| locale.share_interval(&c.contribution_share),
        locale.share_interval(&total.contribution_share),
    );
    let returns = column(&|c| rate(&c.roi), rate(&total.roi));
    let next = column(&|c| rate(&c.mroi), String::new());
    let carries = column(&|c| locale.share_interval(&c.carryover_share), String::new());

    let mut columns = vec![
        Column::text("channel", names),
        Column::number("spend", spend).leaves(1),
        Column::number("share", share).leaves(5),
        Column::number("contribution", contribution).leaves(4),
        Column::number(&format!("of {}", terms.outcome), of_outcome).leaves(6),
        Column::number(&terms.return_per_unit().to_lowercase(), returns),
        Column::number(&format!("next {}", terms.unit_of_spend()), next).leaves(2),
    ];
    if !terms.outcome_is_money {
        let cost = |e: &Option<Estimate>| {
            e.as_ref().map_or(MISSING.to_owned(), |e| terms.cost_interval(e))
        };
        let cells = column(&|c| cost(&c.cpa), String::new());
        columns.push(Column::number(&format!("spend per {}", terms.outcome), cells).leaves(3));
    }
    columns.push(Column::number("carries over", carries).leaves(7));
    let mut text = set(columns, width);
    let hidden = summary.channels.len().saturating_sub(ROWS);
    if hidden > 0 {
        text.push_str(&format!("… and {hidden} more channels: see report.html or --json\n"));
    }
    text.push_str(&format!("{}\n", wrap("medians with 90 % intervals in brackets", width, "")));
    let perhaps: Vec<String> = summary
        .perhaps_nothing()
        .iter()
        .map(|(name, p)| format!("{} ({})", label(name), locale.share(*p)))
        .collect();
    if !perhaps.is_empty() {
        let line = format!("May bring nothing, with this probability: {}.", perhaps.join(", "));
        text.push_str(&format!("{}\n", wrap(&line, width, "")));
    }
    text
}

/// What a demand that nobody measured could undo: the weakest channel in a sentence, all in a line.
fn hidden(summary: &Summary, width: usize) -> String {
    let all = summary.by_hidden_demand();
    let Some((_, weakest)) = all.first() else { return String::new() };
    let each = all.iter().take(ROWS).map(|(name, h)| {
        format!("{} {}", shorten(&label(name), 28), Locale::POINT.share(h.halves))
    });
    let each = format!(
        "Such a demand halves the return of each from this share on: {}{}.",
        each.collect::<Vec<_>>().join(", "),
        if all.len() > ROWS { ", …" } else { "" }
    );
    let set = |sentence: &str| wrap(&label(sentence), width.saturating_sub(2), "  ");
    format!("Demand that nobody measured\n  {}\n  {}\n\n", set(&weakest.sentence), set(&each))
}

fn fit(summary: &Summary) -> String {
    let (fit, share) = (&summary.fit, |x: f64| Locale::POINT.share(x));
    let mut text = format!("Fit: R² {}, off by {} on average", share(fit.r2), share(fit.wmape));
    if let Some(h) = &fit.holdout {
        text.push_str(&format!(
            "; on {} unseen periods by {} (repeating last year: {})",
            h.periods,
            share(h.wmape),
            share(h.naive_wmape)
        ));
    }
    if let Some(b) = &fit.backtest {
        text.push_str(&format!(
            "; in {} backtests by {} ({})",
            b.origins.len(),
            share(b.wmape),
            share(b.naive_wmape)
        ));
    }
    text.push('.');
    text
}

fn health(summary: &Summary, width: usize) -> String {
    let health = &summary.health;
    let meaning = match health.verdict {
        Verdict::Ok => "every check is fine",
        Verdict::Review => "look at these points before you act on it",
        Verdict::Fail => "do not act on it before these points are mended",
    };
    let score = Locale::POINT.fixed(health.score, 0);
    let meaning =
        wrap(&format!("{meaning} (health {score} of 100)"), width.saturating_sub(9), "  ");
    let mut text = format!(
        "{} {meaning}
",
        style::state(health.verdict)
    );
    let mut open: Vec<_> = health.findings.iter().filter(|f| f.verdict != Verdict::Ok).collect();
    open.sort_by_key(|f| std::cmp::Reverse(f.verdict));
    for finding in &open {
        let message = wrap(&label(&finding.message), width.saturating_sub(4), "    ");
        text.push_str(&format!(
            "  {} {message}\n",
            style::paint(finding.verdict, style::shape(finding.verdict))
        ));
        if !finding.advice.is_empty() {
            let advice = wrap(&label(&finding.advice), width.saturating_sub(6), "      ");
            text.push_str(&format!("    → {advice}\n"));
        }
    }
    let fine = health.findings.len() - open.len();
    if fine > 0 && !open.is_empty() {
        let noun = if fine == 1 { "check is" } else { "checks are" };
        text.push_str(&format!(
            "  {} {fine} {noun} fine\n",
            style::paint(Verdict::Ok, style::shape(Verdict::Ok))
        ));
    }
    text
}

fn files(summary: &Summary, dir: &Path) -> String {
    let mut text = String::from("Files\n");
    for (name, what) in [
        ("report.html", "the report, to read and to print"),
        ("summary.json", "every number, for machines"),
        ("spec.toml", "the specification, every default written out"),
    ] {
        text.push_str(&format!("  {}  {what}\n", dir.join(name).display()));
    }
    let channel =
        summary.channels.iter().find(|(_, c)| c.response.is_some()).map(|(name, _)| name.as_str());
    let dir = quoted(&dir.display().to_string());
    text.push_str(&match channel {
        Some(name) => format!("Next: outlay curves {dir} --channel {}\n", quoted(name)),
        None => format!("Next: outlay show {dir} --json\n"),
    });
    text
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", label(word).replace('\'', "'\\''"))
    }
}

/// Breaks text at spaces into lines of at most `width` places; later lines begin with `indent`.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = console::measure_text_width(word);
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

#[cfg(test)]
#[allow(dead_code)]
#[path = "../../../report/tests/it/fixture.rs"]
pub(super) mod fixture;

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_fit_is_a_sentence_a_table_a_verdict_the_files_and_the_next_command() {
        let text = at_width(&fixture::summary(), Some(Path::new("out/north wind")), 160);
        insta::assert_snapshot!(plain(&text));
    }

    #[test]
    fn structures_and_what_cannot_be_told_apart_follow_the_channels() {
        let text = plain(&at_width(&fixture::weighed(), None, 100));
        insta::assert_snapshot!(text);
        let alone = plain(&at_width(&fixture::summary(), None, 100));
        assert!(!alone.contains("structure") && !alone.contains("told apart\n"), "{alone}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 60, 80, 100, 140] {
            let text = plain(&at_width(&fixture::weighed(), None, width));
            for line in text.lines() {
                assert!(console::measure_text_width(line) <= width, "{width}: {line}");
            }
            assert!(text.contains("return per euro") || width == 40, "{text}");
        }
    }

    #[test]
    fn names_cannot_drive_the_terminal() {
        let mut summary = fixture::summary();
        summary.sentence = "\u{1b}[2Jgone".into();
        let (_, channel) = summary.channels.shift_remove_index(0).unwrap();
        summary.channels.insert("\u{1b}]0;title\u{7}<x>\u{202e}".into(), channel);
        let text = at_width(&summary, Some(Path::new("out")), 100);
        assert!(
            !text.contains("\u{1b}[2J") && !text.contains("\u{1b}]0") && !text.contains('\u{7}')
        );
    }

    #[test]
    fn approximate_answers_say_so_before_the_table() {
        let mut summary = fixture::summary();
        summary.method = Method::Pathfinder;
        let text = plain(&at_width(&summary, None, 100));
        assert!(text.find("Approximate").unwrap() < text.find("channel").unwrap());
    }

    #[test]
    fn without_spend_returns_are_dashes_and_the_next_command_still_works() {
        let mut brands = fixture::brands();
        brands.iter_mut().for_each(|b| b.spend = 0.0);
        let text =
            plain(&at_width(&fixture::summary_of(&brands, 20, 7), Some(Path::new("o")), 100));
        assert!(text.contains('—') && text.contains("Next: outlay show o --json"));
    }

    #[test]
    fn text_breaks_at_spaces() {
        assert_eq!(wrap("one two three", 7, "  "), "one two\n  three");
    }
}
