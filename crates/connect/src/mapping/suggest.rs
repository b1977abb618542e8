//! What somebody probably meant.

use std::fmt::Write as _;

/// `; did you mean ...?` for the unknown key that serde complains about.
pub(super) fn suggestion_for_key(reason: &str) -> String {
    let Some(rest) = reason.strip_prefix("unknown field `") else { return String::new() };
    let mut quoted = rest.split('`').step_by(2);
    let Some(key) = quoted.next() else { return String::new() };
    let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
    closest(key, &known).map(|best| format!("; did you mean `{best}`?")).unwrap_or_default()
}

/// A likely intention among the names there are, or the first of them.
pub(super) fn suggest(name: &str, names: &[&str]) -> String {
    if let Some(best) = closest(name, names) {
        return format!("; did you mean `{best}`?");
    }
    let mut text = String::from("; it has ");
    for (index, name) in names.iter().take(12).enumerate() {
        let _ = write!(text, "{}`{name}`", if index > 0 { ", " } else { "" });
    }
    if names.len() > 12 {
        let _ = write!(text, " and {} more", names.len() - 12);
    }
    text
}

/// The nearest name within a third of its length in edits.
fn closest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let best = names
        .iter()
        .map(|candidate| (edit_distance(&wanted, &candidate.to_lowercase()), *candidate))
        .min_by_key(|(distance, _)| *distance)?;
    (best.0 <= 1 + wanted.chars().count() / 4).then_some(best.1)
}

/// Levenshtein's distance, two rows at a time.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(200).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX);
            let cost = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            if let Some(slot) = row.get_mut(j) {
                *slot = left;
            }
            diagonal = above;
            left = cost;
        }
        if let Some(slot) = row.last_mut() {
            *slot = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, n) in
            [("kitten", "sitting", 3), ("", "abc", 3), ("same", "same", 0), ("ab", "ba", 2)]
        {
            assert_eq!(edit_distance(a, b), n, "{a} {b}");
        }
    }
}
