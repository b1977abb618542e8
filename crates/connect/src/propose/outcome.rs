//! Which column is the outcome, and whether it is money.

use super::roles::is_outcome;
use super::{Candidate, ProposeError, Role, Verdict};
use crate::vocabulary::Topic;

/// How much a column looks like the outcome; `None` when it cannot be.
fn score(c: &Candidate<'_>) -> Option<(f64, Role)> {
    let has = |topic| c.words.has(topic);
    let p = &c.profile;
    if p.known == 0 || c.column.numbers().is_none() || c.channel.is_some() {
        return None;
    }
    let role = if has(Topic::Revenue) { Role::Revenue } else { Role::Count };
    let alone = c.words.only(&[
        Topic::Revenue,
        Topic::Count,
        Topic::Outcome,
        Topic::Filler,
        Topic::Total,
        Topic::Date,
    ]);
    let mut score: f64 = match (has(Topic::Revenue), has(Topic::Count), has(Topic::Outcome)) {
        (true, false, _) => 0.95,
        (true, true, _) => 0.9,
        (false, true, _) => 0.9,
        (false, false, true) => 0.85,
        (false, false, false) => return None,
    };
    if !alone {
        score -= 0.12;
    }
    if has(Topic::Channel) {
        score -= 0.35;
    }
    if p.negative > 0 {
        score -= 0.1;
    }
    if p.is_constant {
        score -= 0.3;
    }
    Some((score, role))
}

/// Chooses the outcome; the other candidates are left out, never kept as controls, because an
/// outcome explains another one too well.
pub(crate) fn choose(
    candidates: &[Candidate<'_>],
    verdicts: &mut [Option<Verdict>],
) -> Result<(), ProposeError> {
    let open = |i: usize| verdicts.get(i).is_some_and(Option::is_none);
    let mut best: Option<(f64, usize, Role)> = None;
    for (index, c) in candidates.iter().enumerate().filter(|(i, _)| open(*i)) {
        if let Some((score, role)) = score(c)
            && best.is_none_or(|(s, _, _)| score > s + 1e-9)
        {
            best = Some((score, index, role));
        }
    }
    let (confidence, index, mut role) = match best {
        Some(best) => best,
        None => fallback(candidates, &open)?,
    };
    let Some(chosen) = candidates.get(index) else {
        return Err(ProposeError::NoKpi { advice: "add its column" });
    };
    let name = chosen.column.name.clone();
    // `sales` beside a value per unit are units.
    let per_unit = |v: &Option<Verdict>| v.as_ref().is_some_and(|v| v.role == Role::RevenuePerUnit);
    let plain_sales = chosen
        .words
        .tokens
        .iter()
        .any(|t| ["sales", "ventes", "ventas", "vendite"].contains(&t.text.as_str()));
    if role == Role::Revenue && plain_sales && verdicts.iter().any(per_unit) {
        role = Role::Count;
    }
    let noun = if role == Role::Revenue { "revenue" } else { "a count" };
    let reason = if chosen.words.has(Topic::Outcome) && confidence > 0.5 {
        "the name stands for the outcome; taken for a count of units without a price".to_owned()
    } else if confidence > 0.5 {
        format!("the name says {noun}")
    } else {
        "no column is named as an outcome; this one fits best".to_owned()
    };
    for (i, (c, verdict)) in candidates.iter().zip(verdicts.iter_mut()).enumerate() {
        if i == index {
            *verdict = Some(Verdict::new(role, confidence.clamp(0.0, 1.0), reason.clone()));
        } else if verdict.is_none() && is_outcome(c) {
            *verdict = Some(Verdict::new(
                Role::Ignored,
                0.7,
                format!("another outcome; the model explains `{name}` (choose under `[kpi]`)"),
            ));
        } else if role == Role::Revenue
            && let Some(other) = verdict.as_mut().filter(|v| v.role == Role::RevenuePerUnit)
        {
            *other = Verdict::new(Role::Ignored, 0.7, format!("`{name}` is money already"));
        }
    }
    keep_one_value_per_unit(candidates, verdicts);
    Ok(())
}

fn keep_one_value_per_unit(candidates: &[Candidate<'_>], verdicts: &mut [Option<Verdict>]) {
    let mut kept: Option<String> = None;
    for (c, verdict) in candidates.iter().zip(verdicts.iter_mut()) {
        if verdict.as_ref().is_none_or(|v| v.role != Role::RevenuePerUnit) {
            continue;
        }
        match &kept {
            None => kept = Some(c.column.name.clone()),
            Some(first) => {
                let reason = format!("`{first}` is used as the value of a unit");
                *verdict = Some(Verdict::new(Role::Ignored, 0.6, reason));
            }
        }
    }
}

/// Without a name that says outcome: visits, or else the largest open column, provided that
/// media are known by name.
fn fallback(
    candidates: &[Candidate<'_>],
    open: &impl Fn(usize) -> bool,
) -> Result<(f64, usize, Role), ProposeError> {
    let usable = |c: &Candidate<'_>| {
        c.column.numbers().is_some() && !c.profile.is_constant && c.channel.is_none()
    };
    let visits = candidates
        .iter()
        .enumerate()
        .find(|(i, c)| open(*i) && c.words.has(Topic::Mediator) && usable(c));
    if let Some((index, _)) = visits {
        return Ok((0.45, index, Role::Count));
    }
    let named_media = (0..candidates.len()).any(|i| !open(i));
    let largest = candidates
        .iter()
        .enumerate()
        .filter(|(i, c)| open(*i) && usable(c) && c.profile.negative == 0)
        .max_by(|a, b| a.1.profile.total.total_cmp(&b.1.profile.total));
    match largest {
        Some((index, c)) if named_media => {
            let role = if c.profile.is_whole { Role::Count } else { Role::Revenue };
            Ok((0.35, index, role))
        }
        _ => Err(ProposeError::NoKpi {
            advice: "add its column, one value per date (and geo), joined from the shop or the accounts; a file of media alone cannot tell what they bring",
        }),
    }
}
