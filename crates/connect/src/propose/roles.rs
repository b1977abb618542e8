//! What a single column is, by its name first and its values second.

use super::keys::Keys;
use super::{Candidate, Role, Verdict};
use crate::table::{Reading, Values};
use crate::vocabulary::Topic;

/// A verdict where the column speaks for itself; `None` leaves it open. Outcomes are only
/// candidates here: [`super::outcome`] chooses among them.
pub(crate) fn by_name_and_values(c: &Candidate<'_>, keys: &Keys) -> Option<Verdict> {
    if let Values::Text(texts) = &c.column.values {
        return Some(text(c, texts));
    }
    c.column.numbers()?;
    let (w, p) = (&c.words, &c.profile);
    let has = |topic| w.has(topic);
    let media = media_role(c);
    if p.known == 0 {
        return Some(Verdict::new(Role::Ignored, 0.95, "has no value in any row"));
    }
    // A year may be called `y`, but nobody calls it revenue.
    let named_outcome = has(Topic::Revenue) || has(Topic::Count);
    if let Some(why) = p.counts
        && media.is_none()
        && !named_outcome
    {
        return Some(Verdict::new(
            Role::Ignored,
            0.95,
            format!("{why}; the model has its own trend and seasons"),
        ));
    }
    if has(Topic::Ignored) && !has(Topic::Control) && media.is_none() && !has(Topic::Treatment) {
        return Some(Verdict::new(Role::Ignored, 0.7, "the name says index, number or comment"));
    }
    if has(Topic::Population) {
        return Some(if keys.geo.is_some() {
            Verdict::new(Role::Population, 0.97, "the name says so")
        } else {
            Verdict::new(
                Role::Ignored,
                0.8,
                "population matters between geos, and there is one only",
            )
        });
    }
    if revenue_per_unit(c) {
        return Some(Verdict::new(
            Role::RevenuePerUnit,
            0.9,
            "the name says money per unit of the outcome",
        ));
    }
    if has(Topic::Competitor) {
        return Some(Verdict::new(
            Role::Control,
            0.9,
            "about competitors, so no lever of your own",
        ));
    }
    let derived = has(Topic::Ratio)
        || (has(Topic::Per) && (media.is_some() || has(Topic::Count)) && !has(Topic::Frequency));
    if derived {
        return Some(Verdict::new(
            Role::Ignored,
            0.8,
            "a ratio of other columns; the model works out its own",
        ));
    }
    if let Some((role, noun)) = media {
        return Some(named_media(c, role, noun));
    }
    if has(Topic::Event) && (p.is_binary || c.column.reading == Reading::Flag) {
        return Some(Verdict::new(
            Role::Event,
            0.92,
            "the name says event, the values are 0 and 1",
        ));
    }
    if has(Topic::Control) {
        return Some(Verdict::new(
            Role::Control,
            0.88,
            "the name says so: it explains the outcome and is no lever",
        ));
    }
    if has(Topic::Treatment) {
        return Some(Verdict::new(
            Role::Treatment,
            0.85,
            "price or promotion: your own lever, but no media",
        ));
    }
    if has(Topic::Organic) && !is_outcome(c) && p.negative == 0 {
        return Some(Verdict::new(Role::Organic, 0.85, "media without spend, by its name"));
    }
    if is_outcome(c) {
        return None;
    }
    if has(Topic::Event) {
        return Some(Verdict::new(
            Role::Control,
            0.6,
            "the name says event; the values are more than 0 and 1",
        ));
    }
    if has(Topic::Mediator) {
        return None;
    }
    if p.is_constant {
        return Some(Verdict::new(Role::Ignored, 0.8, "the same value throughout"));
    }
    if p.is_binary || c.column.reading == Reading::Flag {
        return Some(Verdict::new(Role::Event, 0.6, "the values are 0 and 1"));
    }
    if has(Topic::Channel) && p.negative == 0 {
        return Some(Verdict::new(Role::Spend, 0.7, "named like a channel; taken for its spend"));
    }
    None
}

fn text(c: &Candidate<'_>, texts: &[Option<String>]) -> Verdict {
    let known = texts.iter().filter(|t| t.is_some()).count();
    if known == 0 {
        return Verdict::new(Role::Ignored, 0.95, "has no value in any row");
    }
    let mut names: Vec<&str> = texts.iter().flatten().map(|t| t.trim()).collect();
    names.sort_unstable();
    names.dedup();
    let rare = known * 2 <= texts.len();
    let few = names.len() <= 30.max(texts.len() / 4);
    let named = c.words.has(Topic::Event);
    if few && (named || (rare && !c.words.has(Topic::Ignored))) {
        let shown = names.iter().take(3).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let reason = format!(
            "names {} event{}: {shown}{}",
            names.len(),
            if names.len() == 1 { "" } else { "s" },
            if names.len() > 3 { ", …" } else { "" }
        );
        return Verdict::new(Role::Event, if named { 0.92 } else { 0.6 }, reason);
    }
    Verdict::new(Role::Ignored, 0.7, "text that the model cannot use")
}

pub(crate) fn is_outcome(c: &Candidate<'_>) -> bool {
    [Topic::Revenue, Topic::Count, Topic::Outcome].iter().any(|t| c.words.has(*t))
}

fn revenue_per_unit(c: &Candidate<'_>) -> bool {
    let has = |topic| c.words.has(topic);
    has(Topic::RevenuePerUnit)
        || (has(Topic::Per) && has(Topic::Revenue) && (has(Topic::Count) || has(Topic::Outcome)))
}

/// The media quantity that a name speaks about.
fn media_role(c: &Candidate<'_>) -> Option<(Role, &'static str)> {
    let has = |topic| c.words.has(topic);
    if has(Topic::Reach) {
        Some((Role::Reach, "reach"))
    } else if has(Topic::Frequency) {
        Some((Role::Frequency, "frequency"))
    } else if has(Topic::Spend) {
        Some((Role::Spend, "spend"))
    } else if has(Topic::Impressions) || has(Topic::Grp) {
        Some((Role::Exposure, "impressions or rating points"))
    } else if has(Topic::Clicks) {
        Some((Role::Exposure, "clicks"))
    } else {
        None
    }
}

fn named_media(c: &Candidate<'_>, role: Role, noun: &str) -> Verdict {
    let mut confidence: f64 = 0.95;
    let mut reason = format!("the name says {noun}");
    if role != Role::Spend && c.words.has(Topic::Organic) {
        return Verdict::new(Role::Organic, 0.93, "the name says organic");
    }
    if c.profile.negative > 0 {
        confidence -= 0.25;
        reason.push_str(", though some values are negative");
    }
    if is_outcome(c) {
        confidence -= 0.2;
    }
    Verdict::new(role, confidence, reason)
}

/// Columns that nothing was said about: media if the file names none, else controls.
pub(crate) fn settle_unknown(candidates: &[Candidate<'_>], verdicts: &mut [Option<Verdict>]) {
    let paid = verdicts.iter().flatten().any(|v| v.role == Role::Spend);
    let exposed = verdicts.iter().flatten().any(|v| v.role == Role::Exposure);
    let spend = spend_per_row(candidates, verdicts);
    for (c, verdict) in candidates.iter().zip(verdicts.iter_mut()) {
        if verdict.is_some() {
            continue;
        }
        let p = &c.profile;
        *verdict = Some(if is_sum(c, &spend) {
            Verdict::new(Role::Ignored, 0.9, "the sum of the spend columns")
        } else if c.words.has(Topic::Mediator) {
            Verdict::new(
                Role::Ignored,
                0.75,
                "a step between media and the outcome: as a control it would hide what media do",
            )
        } else if !paid && !exposed && p.negative == 0 && p.known > 0 {
            let confidence = if p.zero_share() > 0.2 { 0.5 } else { 0.45 };
            Verdict::new(
                Role::Spend,
                confidence,
                "no column is named as spend; never negative, so taken for one",
            )
        } else {
            Verdict::new(Role::Control, 0.4, "the name says nothing; kept as a control")
        });
    }
}

/// All spend of each row, where there are several columns of it.
fn spend_per_row(candidates: &[Candidate<'_>], verdicts: &[Option<Verdict>]) -> Vec<f64> {
    let is_spend = |v: &Option<Verdict>| v.as_ref().is_some_and(|v| v.role == Role::Spend);
    let columns: Vec<_> = candidates
        .iter()
        .zip(verdicts)
        .filter(|(_, v)| is_spend(v))
        .filter_map(|(c, _)| c.column.numbers())
        .collect();
    let rows = columns.first().map_or(0, |c| c.len());
    if columns.len() < 2 {
        return Vec::new();
    }
    let at = |row: usize| columns.iter().filter_map(|c| c.get(row).copied().flatten()).sum();
    (0..rows).map(at).collect()
}

fn is_sum(c: &Candidate<'_>, spend: &[f64]) -> bool {
    let Some(numbers) = c.column.numbers().filter(|n| n.len() == spend.len()) else { return false };
    let close = |(own, sum): &(&Option<f64>, &f64)| {
        own.is_some_and(|own| (own - *sum).abs() <= 0.02 + 1e-4 * sum.abs())
    };
    let hits = numbers.iter().zip(spend).filter(close).count();
    !spend.is_empty() && !c.profile.is_constant && hits * 20 >= spend.len() * 19
}
