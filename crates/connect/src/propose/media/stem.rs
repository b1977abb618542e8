//! What is left of a media column's name without the words for quantities.

use super::super::Candidate;
use crate::vocabulary::{Topic, Vocabulary};

const METRICS: [Topic; 7] = [
    Topic::Spend,
    Topic::Impressions,
    Topic::Grp,
    Topic::Clicks,
    Topic::Reach,
    Topic::Frequency,
    Topic::Filler,
];

/// What is left of a name without the words for quantities: its key for pairing and how it is
/// shown.
pub(super) fn stem(c: &Candidate<'_>) -> (Vec<String>, String) {
    if let Some(channel) = &c.channel {
        return (vec![channel.clone()], channel.clone());
    }
    let vocabulary = Vocabulary::get();
    let name = &c.column.name;
    let mut key = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    for (index, (token, topics)) in c.words.tokens.iter().zip(&c.words.topics).enumerate() {
        let is_metric =
            topics.iter().any(|t| METRICS.contains(t)) && !topics.contains(&Topic::Channel);
        if is_metric {
            continue;
        }
        key.extend(vocabulary.canonical(&token.text).split(' ').map(str::to_owned));
        // Neighbours stay joined as they are written.
        match previous {
            Some((before, start)) if before + 1 == index => {
                shown.pop();
                shown.extend(name.get(start..token.end));
                previous = Some((index, start));
            }
            _ => {
                shown.extend(name.get(token.start..token.end));
                previous = Some((index, token.start));
            }
        }
    }
    key.sort();
    key.dedup();
    let label = shown.join(" ");
    (key, if label.trim().is_empty() { name.clone() } else { label })
}
