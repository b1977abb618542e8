//! Segments: choosing curves by their labels, and adding up what does not overlap.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::curve::{Body, Part, ReachCurve};
use super::duplication::{Duplication, combine};
use super::error::{ReachError, check};
use super::points::{Segment, same, segment_name};

/// Which segments to keep: for each label, the values allowed. Empty keeps all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SegmentFilter(pub IndexMap<String, Vec<String>>);

impl SegmentFilter {
    /// Whether a segment carries every label with an allowed value.
    pub fn keeps(&self, segment: &Segment) -> bool {
        self.0.iter().all(|(key, allowed)| {
            segment.get(key).is_some_and(|value| allowed.iter().any(|allowed| allowed == value))
        })
    }

    /// The curves of segments that pass, in their order.
    pub fn choose<'a>(&self, curves: &'a [ReachCurve]) -> Vec<&'a ReachCurve> {
        curves.iter().filter(|curve| self.keeps(&curve.segment)).collect()
    }
}

/// Reach in one segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentedReach {
    /// The segment.
    pub segment: Segment,
    /// People in it.
    pub population: f64,
    /// People whom at least one channel reaches.
    pub people: f64,
    /// The same as a share of the segment.
    pub share: f64,
}

/// One channel's curves of segments that do not overlap, as one curve: a purchase is divided over
/// segments by `shares` (any positive scale), by population unless given, and people add up.
///
/// # Errors
/// [`ReachError::SegmentsOverlap`] unless any two segments differ in a label they share,
/// [`ReachError::ChannelsDiffer`] or [`ReachError::UnitsDiffer`] for curves that do not belong
/// together, [`ReachError::Lengths`] or [`ReachError::Value`] for shares that make no sense.
pub fn aggregate(curves: &[ReachCurve], shares: Option<&[f64]>) -> Result<ReachCurve, ReachError> {
    let Some(first) = curves.first() else {
        return Err(ReachError::Nothing { what: "curves" });
    };
    for curve in &curves[1..] {
        let (first, second) = (&first, &curve);
        let names = || (first.channel.clone(), second.channel.clone());
        if first.channel != second.channel {
            let (first, second) = names();
            return Err(ReachError::ChannelsDiffer { first, second });
        }
        if first.unit != second.unit {
            let (first, second) = names();
            return Err(ReachError::UnitsDiffer { first, second });
        }
    }
    all_apart(curves.iter().map(|curve| &curve.segment))?;

    let populations: Vec<f64> = curves.iter().map(|curve| curve.population).collect();
    let shares = shares.unwrap_or(&populations);
    if shares.len() != curves.len() {
        let (given, needed) = (shares.len(), curves.len());
        return Err(ReachError::Lengths { what: "shares", given, needed });
    }
    for &share in shares {
        check("a segment's share", "zero or more", share, share >= 0.0)?;
    }
    let total: f64 = shares.iter().sum();
    check("the sum of shares", "positive", total, total > 0.0)?;
    let parts: Vec<Part> = shares
        .iter()
        .zip(curves)
        .map(|(share, curve)| Part { share: share / total, curve: curve.clone() })
        .collect();
    let weighted = |of: fn(&ReachCurve) -> Option<f64>| {
        parts.iter().map(|part| of(&part.curve).map(|value| value * part.share)).sum()
    };
    let mut common = first.segment.clone();
    common.retain(|key, value| curves.iter().all(|curve| curve.segment.get(key) == Some(value)));
    let reached = parts.iter().filter(|part| part.share > 0.0);
    Ok(ReachCurve {
        channel: first.channel.clone(),
        segment: common,
        population: populations.iter().sum(),
        unit: first.unit,
        impressions_per_unit: weighted(|curve| curve.impressions_per_unit),
        cost_per_unit: weighted(|curve| curve.cost_per_unit),
        // Extrapolated as soon as one segment is.
        last: reached.map(|part| part.curve.last / part.share).fold(f64::INFINITY, f64::min),
        body: Body::Sum(parts),
    })
}

/// People reached at least `frequency` times by at least one channel, per segment: channels of the
/// same segment combine independently, segments add up. `bought` has one amount per curve.
///
/// # Errors
/// [`ReachError::SegmentsOverlap`] where segments may hold the same person,
/// [`ReachError::PopulationsDiffer`] where curves of one segment disagree on its size,
/// [`ReachError::Lengths`] unless there is one amount per curve.
pub fn reach_by_segment(
    curves: &[ReachCurve],
    bought: &[f64],
    frequency: u32,
) -> Result<Vec<SegmentedReach>, ReachError> {
    if bought.len() != curves.len() {
        let (given, needed) = (bought.len(), curves.len());
        return Err(ReachError::Lengths { what: "amounts", given, needed });
    }
    let mut groups: Vec<(&ReachCurve, Vec<f64>)> = Vec::new();
    for (curve, &bought) in curves.iter().zip(bought) {
        let share = curve.reach(bought, frequency) / curve.population;
        match groups.iter_mut().find(|(first, _)| same(&first.segment, &curve.segment)) {
            None => groups.push((curve, vec![share])),
            Some((first, shares)) => {
                if (first.population - curve.population).abs() > 1e-9 * first.population {
                    let (first, second) = (first.channel.clone(), curve.channel.clone());
                    return Err(ReachError::PopulationsDiffer { first, second });
                }
                shares.push(share);
            }
        }
    }
    all_apart(groups.iter().map(|(curve, _)| &curve.segment))?;
    let reach = groups.into_iter().map(|(curve, shares)| {
        let share = combine(&shares, &Duplication::independent(shares.len())).share;
        let (segment, population) = (curve.segment.clone(), curve.population);
        SegmentedReach { segment, population, people: share * population, share }
    });
    Ok(reach.collect())
}

/// Refuses segments of which two may hold the same person.
fn all_apart<'a>(segments: impl Iterator<Item = &'a Segment>) -> Result<(), ReachError> {
    let segments: Vec<&Segment> = segments.collect();
    for (i, a) in segments.iter().enumerate() {
        for b in &segments[..i] {
            let apart = a.iter().any(|(key, value)| b.get(key).is_some_and(|other| other != value));
            if !apart {
                let (first, second) = (segment_name(b), segment_name(a));
                return Err(ReachError::SegmentsOverlap { first, second });
            }
        }
    }
    Ok(())
}
