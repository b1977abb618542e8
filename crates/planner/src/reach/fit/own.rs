//! Curves of single frequencies: a distribution of their own, or the points themselves.

use super::{FitSettings, Observed, PooledPoint, ReachError, ReachPoints, family};
use crate::reach::curve::{OwnCurve, OwnShape};
use crate::reach::isotonic::isotonic;
use crate::reach::pchip::Pchip;

/// What single frequencies give.
#[derive(Default)]
pub(super) struct Own {
    pub(super) families: Vec<OwnCurve>,
    pub(super) kept: Vec<OwnCurve>,
    /// Frequencies with too few points for a distribution of their own.
    pub(super) joint: Vec<u32>,
    pub(super) pooled: Vec<PooledPoint>,
}

pub(super) fn own_curves(
    points: &ReachPoints,
    observed: &[Observed],
    settings: &FitSettings,
) -> Result<Own, ReachError> {
    let mut own = Own::default();
    for group in observed.chunk_by(|a, b| a.frequency == b.frequency) {
        let frequency = group[0].frequency;
        let (nodes, pooled) = monotone(group);
        own.pooled.extend(pooled);
        if group.iter().all(|p| p.reached == 0.0) {
            own.joint.push(frequency);
            continue;
        }
        // What a single frequency had to assume, the joint fit says already.
        match family(points, group, settings, &mut Vec::new()) {
            Ok(tail) => {
                own.families.push(OwnCurve { frequency, shape: OwnShape::Family(tail) });
                let shape = OwnShape::Kept { points: Pchip::new(&nodes)?, tail };
                own.kept.push(OwnCurve { frequency, shape });
            }
            Err(ReachError::TooFewPoints { .. }) => own.joint.push(frequency),
            Err(other) => return Err(other),
        }
    }
    Ok(own)
}

/// The points of one frequency from the origin on, made non-decreasing; several at the same amount
/// are averaged first.
fn monotone(group: &[Observed]) -> (Vec<(f64, f64)>, Vec<PooledPoint>) {
    let same: Vec<&[Observed]> = group.chunk_by(|a, b| a.bought == b.bought).collect();
    let weights: Vec<f64> = same.iter().map(|same| same.len() as f64).collect();
    let means: Vec<f64> =
        same.iter().map(|s| s.iter().map(|p| p.reached).sum::<f64>() / s.len() as f64).collect();
    let values = isotonic(&means, &weights);
    let mut nodes = vec![(0.0, 0.0)];
    let mut pooled = Vec::new();
    for ((same, &mean), &value) in same.iter().zip(&means).zip(&values) {
        nodes.push((same[0].bought, value));
        if value != mean {
            pooled.extend(same.iter().map(|p| PooledPoint {
                index: p.index,
                reached: p.reached,
                pooled: value,
            }));
        }
    }
    (nodes, pooled)
}
