//! The rules once more, straight from their sentences, as inequalities over `i128` without any
//! division: shares nothing with the crate but the names of the rules.

use outlay_govern::Rule;

use crate::case::Case;

const MILLION: i128 = 1_000_000;

type Breached = fn(&Case, i64) -> bool;

/// The rules that `value` would breach.
pub(crate) fn breaches(case: &Case, value: i64) -> Vec<Rule> {
    if value == case.now {
        return Vec::new();
    }
    let rules: [(Rule, Breached); 7] = [
        (Rule::Freeze, freeze),
        (Rule::PerChange, per_change),
        (Rule::PerDay, per_day),
        (Rule::CacCap, cac_cap),
        (Rule::HistoricalCap, historical_cap),
        (Rule::ExplorationShare, exploration),
        (Rule::Uncertainty, uncertainty),
    ];
    rules.iter().filter(|(_, breached)| breached(case, value)).map(|(rule, _)| *rule).collect()
}

/// What the day has used before the change, in micros.
pub(crate) fn used(case: &Case) -> i128 {
    let day = |minutes: i64| (minutes + case.zone).div_euclid(1_440);
    let mut stops = vec![case.start];
    let mut today: Vec<_> = case.changes.iter().filter(|c| day(c.0) == case.today()).collect();
    today.sort_by_key(|change| change.0);
    for (_, before, after) in today {
        stops.extend([*before, *after]);
    }
    stops.push(case.now);
    stops.windows(2).map(|pair| (i128::from(pair[0]) - i128::from(pair[1])).abs()).sum()
}

fn wide(x: i64) -> i128 {
    x.into()
}

fn size(case: &Case, value: i64) -> i128 {
    (wide(value) - wide(case.now)).abs()
}

fn per_change(case: &Case, value: i64) -> bool {
    size(case, value) * MILLION > wide(case.change) * wide(case.now)
}

fn per_day(case: &Case, value: i64) -> bool {
    (used(case) + size(case, value)) * MILLION > wide(case.day) * wide(case.start)
}

fn cac_cap(case: &Case, value: i64) -> bool {
    if value < case.now || case.cap == 0 {
        return false;
    }
    match case.cac {
        None => true,
        Some((lower, None)) => case.raise_bound > 0 || lower > case.cap,
        Some((lower, Some(upper))) => {
            let width = wide(upper - lower);
            wide(lower) * MILLION + width * wide(case.raise_bound) > wide(case.cap) * MILLION
        }
    }
}

fn historical_cap(case: &Case, value: i64) -> bool {
    let within = |(ago, _): &&(i64, i64)| *ago >= 1 && *ago <= case.window;
    let highest = case.history.iter().filter(within).map(|(_, spend)| *spend).max().unwrap();
    value > case.now && wide(value) * MILLION > wide(case.multiple) * wide(highest)
}

/// Above the share, and a larger share than before: what lowers the share is always welcome.
fn exploration(case: &Case, value: i64) -> bool {
    let moved = wide(value) - wide(case.now);
    let before = (wide(case.explored), wide(case.total));
    let explored = before.0 + if case.exploring { moved } else { 0 };
    let worse = if case.exploring { moved > 0 } else { moved < 0 };
    worse && explored * MILLION > wide(case.exploration) * (before.1 + moved)
}

fn freeze(case: &Case, _: i64) -> bool {
    case.freezes.iter().any(|(start, end)| {
        start.is_none_or(|start| start <= case.at) && end.is_none_or(|end| case.at < end)
    })
}

fn uncertainty(case: &Case, value: i64) -> bool {
    let (lower, mean, upper) = case.returns;
    let certain = mean > 0.0 && (upper - lower) < case.uncertainty as f64 / 100.0 * 2.0 * mean;
    value > case.now && !certain
}
