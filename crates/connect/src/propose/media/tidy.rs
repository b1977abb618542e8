//! Totals beside their parts, and names that clash.

use std::collections::BTreeSet;

use super::super::{Candidate, Role, Verdict};
use super::Media;

/// A column that is the sum of the other columns of its kind is left out.
pub(super) fn drop_totals(
    candidates: &[Candidate<'_>],
    verdicts: &mut [Option<Verdict>],
    role: Role,
) {
    let kind: Vec<usize> = verdicts
        .iter()
        .enumerate()
        .filter(|(_, v)| v.as_ref().is_some_and(|v| v.role == role))
        .map(|(i, _)| i)
        .collect();
    if kind.len() < 3 {
        return;
    }
    let numbers = |i: usize| candidates.get(i).and_then(|c| c.column.numbers()).unwrap_or(&[]);
    for index in &kind {
        let own = numbers(*index);
        let hits = own
            .iter()
            .enumerate()
            .filter(|(row, value)| {
                let value = value.unwrap_or(0.0);
                let others = kind.iter().filter(|i| *i != index);
                let sum: f64 =
                    others.filter_map(|i| numbers(*i).get(*row).copied().flatten()).sum();
                (sum - value).abs() <= 0.02 + 1e-4 * value.abs()
            })
            .count();
        let moving = candidates.get(*index).is_some_and(|c| c.profile.zeros < c.profile.known);
        if moving && hits * 20 >= own.len() * 19 && !own.is_empty() {
            let reason = "the sum of the other columns of its kind";
            if let Some(slot) = verdicts.get_mut(*index) {
                *slot = Some(Verdict::new(Role::Ignored, 0.9, reason));
            }
            return;
        }
    }
}

/// Names of channels must differ from each other and from every other series and geo; a clash
/// falls back to the name of the column.
pub(super) fn unique(
    mut media: Media,
    candidates: &[Candidate<'_>],
    verdicts: &mut [Option<Verdict>],
) -> Media {
    let others: BTreeSet<String> = candidates
        .iter()
        .zip(verdicts.iter())
        .filter(|(_, v)| {
            v.as_ref()
                .is_some_and(|v| matches!(v.role, Role::Control | Role::Treatment | Role::Event))
        })
        .map(|(c, _)| c.column.name.clone())
        .collect();
    let mut names: Vec<String> = media.channels.iter().map(|c| c.name.clone()).collect();
    names.extend(media.organic.iter().map(|o| o.name.clone()));
    let clashes =
        |name: &String| names.iter().filter(|n| *n == name).count() > 1 || others.contains(name);
    let rename = |name: &mut String, column: &str, verdicts: &mut [Option<Verdict>]| {
        if clashes(name) {
            for verdict in verdicts.iter_mut().flatten() {
                if verdict.channel.as_ref() == Some(name) {
                    verdict.channel = Some(column.to_owned());
                }
            }
            *name = column.to_owned();
        }
    };
    for channel in &mut media.channels {
        let column = channel.spend.clone();
        rename(&mut channel.name, &column, verdicts);
    }
    for organic in &mut media.organic {
        let column = organic.exposure.clone().or_else(|| organic.reach.clone()).unwrap_or_default();
        rename(&mut organic.name, &column, verdicts);
    }
    media
}
