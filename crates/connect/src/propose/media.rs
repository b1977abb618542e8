//! Spend and exposure columns become channels: paired by the stems of their names, then by how
//! closely they move together.

mod stem;
mod tidy;

use std::collections::BTreeSet;

use stem::stem;
use tidy::{drop_totals, unique};

use super::keys::Keys;
use super::{Candidate, Role, Verdict};
use crate::mapping::{ChannelMapping, OrganicMapping};
use crate::profile::correlation;
use crate::vocabulary::{Topic, Vocabulary};

/// Correlation from which an unpaired exposure is taken to belong to an unpaired spend.
const PAIRING_CORRELATION: f64 = 0.95;

/// More pairs than this are not compared: a file of hundreds of channels names them.
const PAIRS_MAX: usize = 2_500;

/// Channels that are paid by the click.
const SEARCH_WORDS: [&str; 9] =
    ["search", "sea", "sem", "ppc", "suche", "adwords", "recherche", "busqueda", "ricerca"];

/// The channels that the columns make.
pub(crate) struct Media {
    pub(crate) channels: Vec<ChannelMapping>,
    pub(crate) organic: Vec<OrganicMapping>,
}

/// A media column on its way into a channel.
struct Part {
    index: usize,
    key: Vec<String>,
    label: String,
}

/// Turns media verdicts into channels, and corrects the verdicts where columns fall together.
pub(crate) fn assemble(
    candidates: &[Candidate<'_>],
    verdicts: &mut [Option<Verdict>],
    keys: &Keys,
) -> Media {
    drop_totals(candidates, verdicts, Role::Spend);
    drop_totals(candidates, verdicts, Role::Exposure);
    let parts = |verdicts: &[Option<Verdict>], role: Role| -> Vec<Part> {
        candidates
            .iter()
            .enumerate()
            .filter(|(i, _)| {
                verdicts.get(*i).is_some_and(|v| v.as_ref().is_some_and(|v| v.role == role))
            })
            .map(|(index, c)| {
                let (key, label) = stem(c);
                Part { index, key, label }
            })
            .collect()
    };
    let mut build =
        Build { candidates, verdicts, channels: vec![], organic: vec![], paired: vec![] };
    let spends = parts(build.verdicts, Role::Spend);
    let measures: Vec<(Role, Vec<Part>)> = [Role::Exposure, Role::Reach, Role::Frequency]
        .into_iter()
        .map(|role| (role, parts(build.verdicts, role)))
        .collect();
    let all: Vec<(Role, &Part)> =
        measures.iter().flat_map(|(role, parts)| parts.iter().map(|p| (*role, p))).collect();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for spend in &spends {
        if keys.long.is_some() && build.is_zero(spend.index) {
            // A channel without spend in a long file is an organic one; its exposure follows.
            build.settle(
                spend.index,
                Verdict::new(Role::Ignored, 0.8, format!("`{}` has no spend", spend.label)),
            );
            continue;
        }
        let mut own: Vec<(Role, &Part)> = all
            .iter()
            .filter(|(_, p)| p.key == spend.key && !used.contains(&p.index))
            .copied()
            .collect();
        let mut by = Pairing::Name;
        if own.is_empty() {
            (own, by) = build.guess(spend, &spends, &all, &used);
        }
        used.extend(own.iter().map(|(_, p)| p.index));
        build.channel(spend, &own, by);
    }
    for (role, part) in all.iter().filter(|(_, p)| !used.contains(&p.index)) {
        build.unpaid(*role, part, &all);
    }
    let organic = parts(build.verdicts, Role::Organic);
    for part in &organic {
        build.add_organic(part, &organic, keys.long.is_some());
    }
    let (channels, organic) = (build.channels, build.organic);
    unique(Media { channels, organic }, candidates, verdicts)
}

/// How an exposure was found for a spend.
#[derive(Clone, Copy, PartialEq)]
enum Pairing {
    Name,
    SimilarName,
    Movement(f64),
}

struct Build<'a, 'b> {
    candidates: &'a [Candidate<'b>],
    verdicts: &'a mut [Option<Verdict>],
    channels: Vec<ChannelMapping>,
    organic: Vec<OrganicMapping>,
    paired: Vec<usize>,
}

impl Build<'_, '_> {
    fn name(&self, index: usize) -> String {
        self.candidates.get(index).map(|c| c.column.name.clone()).unwrap_or_default()
    }

    fn has(&self, index: usize, topic: Topic) -> bool {
        self.candidates.get(index).is_some_and(|c| c.words.has(topic))
    }

    fn is_zero(&self, index: usize) -> bool {
        self.candidates.get(index).is_some_and(|c| c.profile.zeros == c.profile.known)
    }

    fn settle(&mut self, index: usize, verdict: Verdict) {
        if let Some(slot) = self.verdicts.get_mut(index) {
            *slot = Some(verdict);
        }
    }

    fn join(&mut self, index: usize, channel: &str, confidence: f64, more: &str) {
        if let Some(Some(verdict)) = self.verdicts.get_mut(index) {
            verdict.channel = Some(channel.to_owned());
            verdict.confidence = (verdict.confidence + confidence).clamp(0.05, 0.99);
            if !more.is_empty() {
                verdict.reason = format!("{}; {more}", verdict.reason);
            }
        }
    }

    fn correlation(&self, a: usize, b: usize) -> Option<f64> {
        let numbers = |i: usize| self.candidates.get(i).and_then(|c| c.column.numbers());
        correlation(numbers(a)?, numbers(b)?)
    }

    fn unit(&self, index: usize) -> &'static str {
        if self.has(index, Topic::Impressions) {
            "impressions"
        } else if self.has(index, Topic::Grp) {
            "GRP"
        } else if self.has(index, Topic::Clicks) {
            "clicks"
        } else if self.has(index, Topic::Reach) {
            "reach"
        } else {
            "activity"
        }
    }

    /// Exposures for a spend without one of its own stem: one stem inside the other, or columns
    /// that move together; only where there is no second choice.
    fn guess<'p>(
        &self,
        spend: &Part,
        spends: &[Part],
        all: &[(Role, &'p Part)],
        used: &BTreeSet<usize>,
    ) -> (Vec<(Role, &'p Part)>, Pairing) {
        let free: Vec<(Role, &Part)> = all
            .iter()
            .filter(|(_, p)| !used.contains(&p.index) && !spends.iter().any(|s| s.key == p.key))
            .copied()
            .collect();
        let within = |a: &[String], b: &[String]| !a.is_empty() && a.iter().all(|x| b.contains(x));
        let similar = |s: &Part, p: &Part| within(&s.key, &p.key) || within(&p.key, &s.key);
        let near: Vec<(Role, &Part)> = free
            .iter()
            .filter(|(_, p)| {
                similar(spend, p) && spends.iter().filter(|s| similar(s, p)).count() == 1
            })
            .copied()
            .collect();
        if !near.is_empty() {
            return (near, Pairing::SimilarName);
        }
        if spends.len() * free.len() > PAIRS_MAX {
            return (vec![], Pairing::Name);
        }
        let mut best: Option<(f64, (Role, &Part))> = None;
        for (role, part) in free.into_iter().filter(|(role, _)| *role == Role::Exposure) {
            let Some(r) = self.correlation(spend.index, part.index) else { continue };
            let rival = spends
                .iter()
                .filter(|s| s.index != spend.index)
                .filter_map(|s| self.correlation(s.index, part.index))
                .any(|other| other > PAIRING_CORRELATION);
            if r > PAIRING_CORRELATION && !rival && best.is_none_or(|(b, _)| r > b) {
                best = Some((r, (role, part)));
            }
        }
        match best {
            Some((r, found)) => (vec![found], Pairing::Movement(r)),
            None => (vec![], Pairing::Name),
        }
    }

    fn channel(&mut self, spend: &Part, own: &[(Role, &Part)], by: Pairing) {
        // The same money twice (net and gross) is one channel.
        let twin = self.channels.iter().zip(&self.paired).find_map(|(channel, index)| {
            let same =
                self.candidates.get(*index).map(stem).is_some_and(|(key, _)| key == spend.key);
            let moves = self.correlation(*index, spend.index).is_some_and(|r| r > 0.98);
            (same && moves && !spend.key.is_empty()).then(|| channel.name.clone())
        });
        if let Some(twin) = twin {
            let reason = format!("a second measure of the spend on {twin}");
            self.settle(spend.index, Verdict::new(Role::Ignored, 0.6, reason));
            return;
        }
        let pick = |role: Role, topic: Option<Topic>| {
            own.iter()
                .filter(|(_, p)| !(own.len() > 1 && self.is_zero(p.index)))
                .find(|(r, p)| *r == role && topic.is_none_or(|t| self.has(p.index, t)))
                .map(|(_, p)| p.index)
        };
        let reach = pick(Role::Reach, None);
        let frequency = pick(Role::Frequency, None);
        let search = Vocabulary::get()
            .words(&spend.label)
            .tokens
            .iter()
            .any(|t| SEARCH_WORDS.contains(&t.text.as_str()));
        let clicks = pick(Role::Exposure, Some(Topic::Clicks));
        let views = own
            .iter()
            .filter(|(_, p)| !(own.len() > 1 && self.is_zero(p.index)))
            .find(|(r, p)| *r == Role::Exposure && Some(p.index) != clicks)
            .map(|(_, p)| p.index);
        let volume = if search { clicks.or(views) } else { views.or(clicks) };
        let mut channel = ChannelMapping {
            name: spend.label.clone(),
            spend: self.name(spend.index),
            ..ChannelMapping::default()
        };
        let mut taken = Vec::new();
        match (reach, frequency, volume.or(reach)) {
            (Some(reach), Some(frequency), _) => {
                channel.reach = Some(self.name(reach));
                channel.frequency = Some(self.name(frequency));
                taken.extend([reach, frequency]);
            }
            (_, _, Some(volume)) => {
                channel.exposure = Some(self.name(volume));
                channel.unit = Some(self.unit(volume).to_owned());
                taken.push(volume);
            }
            _ => {}
        }
        let (change, how) = match by {
            Pairing::Name => (0.0, "paired with its spend by name".to_owned()),
            Pairing::SimilarName => (-0.2, "paired with its spend by a similar name".to_owned()),
            Pairing::Movement(r) => (-0.3, format!("moves with this spend (correlation {r:.2})")),
        };
        self.join(spend.index, &channel.name, 0.0, "");
        for index in &taken {
            let weak = self.correlation(spend.index, *index).is_none_or(|r| r < 0.2);
            self.join(*index, &channel.name, change - if weak { 0.1 } else { 0.0 }, &how);
            if let Some(Some(verdict)) = self.verdicts.get_mut(*index)
                && verdict.role == Role::Reach
                && channel.reach.is_none()
            {
                verdict.role = Role::Exposure;
            }
        }
        for (_, part) in own.iter().filter(|(_, p)| !taken.contains(&p.index)) {
            let used = taken.first().map(|i| self.name(*i)).unwrap_or_default();
            let mut verdict = Verdict::new(
                Role::Ignored,
                0.75,
                format!("a second measure of {}; `{used}` is used", channel.name),
            );
            verdict.channel = Some(channel.name.clone());
            self.settle(part.index, verdict);
        }
        self.paired.push(spend.index);
        self.channels.push(channel);
    }

    /// Exposure without spend is organic.
    fn unpaid(&mut self, role: Role, part: &Part, all: &[(Role, &Part)]) {
        let mate = |wanted: Role| all.iter().find(|(r, p)| *r == wanted && p.key == part.key);
        match role {
            Role::Frequency => {
                let reason = if mate(Role::Reach).is_some() {
                    return;
                } else {
                    "frequency without reach says little"
                };
                self.settle(part.index, Verdict::new(Role::Ignored, 0.6, reason));
            }
            Role::Reach => {
                if let Some((_, frequency)) = mate(Role::Frequency) {
                    let organic = OrganicMapping {
                        name: part.label.clone(),
                        reach: Some(self.name(part.index)),
                        frequency: Some(self.name(frequency.index)),
                        ..OrganicMapping::default()
                    };
                    self.join(
                        part.index,
                        &part.label,
                        -0.2,
                        "no spend column belongs to it, so it counts as organic",
                    );
                    self.join(
                        frequency.index,
                        &part.label,
                        -0.2,
                        "no spend column belongs to it, so it counts as organic",
                    );
                    self.organic.push(organic);
                } else {
                    self.unpaid(Role::Exposure, part, all);
                }
            }
            _ => {
                if let Some((_, better)) = mate(Role::Exposure)
                    && better.index < part.index
                {
                    let reason = format!("a second measure of {}", part.label);
                    self.settle(part.index, Verdict::new(Role::Ignored, 0.6, reason));
                    return;
                }
                if let Some(Some(verdict)) = self.verdicts.get_mut(part.index) {
                    verdict.role = Role::Organic;
                    verdict.confidence = (verdict.confidence - 0.25).max(0.05);
                    verdict.reason = format!(
                        "{}; no spend column belongs to it, so it counts as organic",
                        verdict.reason
                    );
                }
            }
        }
    }

    /// One organic channel per stem; of several measures the first that ever moves.
    fn add_organic(&mut self, part: &Part, all: &[Part], long: bool) {
        if long && self.is_zero(part.index) {
            let reason = format!("`{}` has none", part.label);
            self.settle(part.index, Verdict::new(Role::Ignored, 0.8, reason));
            return;
        }
        let same = |p: &&Part| !p.key.is_empty() && p.key == part.key && !self.is_zero(p.index);
        if let Some(first) = all.iter().find(same)
            && first.index != part.index
        {
            let reason =
                format!("a second measure of {}; `{}` is used", part.label, self.name(first.index));
            self.settle(part.index, Verdict::new(Role::Ignored, 0.7, reason));
            return;
        }
        self.join(part.index, &part.label, 0.0, "");
        self.organic.push(OrganicMapping {
            name: part.label.clone(),
            exposure: Some(self.name(part.index)),
            unit: Some(self.unit(part.index).to_owned()),
            ..OrganicMapping::default()
        });
    }
}
