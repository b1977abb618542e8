//! From given points to a reach curve.
//!
//! The family's unknowns (people who can be reached, exposures bought, shape, elasticity) are found
//! by least squares in people. Given the others, the number of reachable people is a linear
//! regression through the origin and leaves the search (variable projection, Golub and Pereyra
//! 1973). Bounds make the curve possible: no more reachable people than the population, and
//! no more exposures of them than impressions bought.

use super::curve::{Body, ReachCurve};
use super::error::{ReachError, check};
use super::least_squares::minimise;
use super::nbd::Nbd;
use super::points::ReachPoints;
use own::own_curves;
pub use report::{FitError, FitNote, FitReport, FitSettings, Method, PooledPoint};

mod own;
mod report;

/// Shapes that are searched: below, the curve is a logarithm, above, an exponential, to the eye.
const SHAPES: (f64, f64) = (0.01, 100.0);
/// Mean exposures per reachable person at the largest amount bought that are searched.
const MEANS: (f64, f64) = (1e-3, 1e5);
/// Elasticities of exposures to spend that are searched.
const ELASTICITIES: (f64, f64) = (0.1, 1.0);

/// A point with something bought.
#[derive(Clone, Copy)]
struct Observed {
    index: usize,
    bought: f64,
    frequency: u32,
    reached: f64,
}

/// Fits a reach curve to points.
///
/// With impressions known (or spend and a price) one point is enough (then `r = 1`, the one-point
/// curve of Goerg 2014), otherwise two. Every point more frees one of the other unknowns, in this
/// order: shape, share on target, elasticity.
///
/// # Errors
/// A typed [`ReachError`] for points that cannot be, too few of them, or nobody reached.
pub fn fit(
    points: &ReachPoints,
    settings: &FitSettings,
) -> Result<(ReachCurve, FitReport), ReachError> {
    points.validate()?;
    let share = settings.largest_share;
    check("the largest share", "above 0, at most 1", share, share > 0.0 && share <= 1.0)?;
    if let Some(shape) = settings.shape {
        check("the shape", "positive", shape, shape > 0.0)?;
    }
    if let Some(share) = settings.on_target {
        check("the share on target", "above 0, at most 1", share, share > 0.0 && share <= 1.0)?;
        if points.impressions_per_unit().is_none() {
            return Err(ReachError::NoImpressions { channel: points.channel.clone() });
        }
    }
    if let Some(power) = settings.elasticity {
        check("the elasticity", "above 0, at most 1", power, power > 0.0 && power <= 1.0)?;
    }
    let observed = observed(points);
    let most = observed.iter().map(|p| p.reached).fold(0.0, f64::max);
    if !observed.is_empty() && most <= 0.0 {
        return Err(ReachError::NobodyReached { channel: points.channel.clone() });
    }
    let ceiling = share * points.population;
    check(
        "the largest share",
        "no smaller than the share reached",
        share,
        most <= ceiling * (1.0 + 1e-9),
    )?;

    let mut notes = Vec::new();
    let joint = family(points, &observed, settings, &mut notes)?;
    let own = own_curves(points, &observed, settings)?;
    out_of_order(&observed, &mut notes);
    let range = observed
        .iter()
        .fold((f64::INFINITY, 0.0f64), |(low, high), p| (low.min(p.bought), high.max(p.bought)));
    let curve = |own| ReachCurve {
        channel: points.channel.clone(),
        segment: points.segment.clone(),
        population: points.population,
        unit: points.unit,
        impressions_per_unit: points.impressions_per_unit(),
        cost_per_unit: points.cost_per_unit(),
        last: range.1,
        body: Body::Fitted { joint, own },
    };
    let several = own.families.len() + own.joint.len() > 1;
    let per_frequency = several.then(|| distance(&curve(own.families.clone()), &observed));
    let family = curve(Vec::new());
    let curve = curve(match settings.method {
        Method::Joint => Vec::new(),
        Method::PerFrequency => own.families,
        Method::Interpolate => own.kept,
    });
    if settings.method != Method::Joint {
        notes.extend(own.joint.into_iter().map(FitNote::JointAtFrequency));
    }
    let report = FitReport {
        curve: distance(&curve, &observed),
        family: distance(&family, &observed),
        per_frequency,
        joint,
        on_target: points.impressions_per_unit().map(|per| joint.impressions(1.0) / per),
        range,
        pooled: own.pooled,
        notes,
    };
    Ok((curve, report))
}

/// Points with something bought, by frequency and amount.
fn observed(points: &ReachPoints) -> Vec<Observed> {
    let all = points.points.iter().enumerate().filter(|(_, p)| p.bought > 0.0);
    let mut observed: Vec<Observed> = all
        .map(|(index, p)| Observed {
            index,
            bought: p.bought,
            frequency: p.frequency,
            reached: p.reached,
        })
        .collect();
    observed.sort_by(|a, b| a.frequency.cmp(&b.frequency).then(a.bought.total_cmp(&b.bought)));
    observed
}

/// The family with the least squares over `observed`.
fn family(
    points: &ReachPoints,
    observed: &[Observed],
    settings: &FitSettings,
    notes: &mut Vec<FitNote>,
) -> Result<Nbd, ReachError> {
    let per_unit = points.impressions_per_unit();
    let mut distinct: Vec<(u32, f64)> = observed.iter().map(|p| (p.frequency, p.bought)).collect();
    distinct.dedup();
    let given = distinct.len();
    let needed = if per_unit.is_some() { 1 } else { 2 };
    if given < needed {
        return Err(ReachError::TooFewPoints { channel: points.channel.clone(), given, needed });
    }
    let mut spare = given - needed;
    let mut free = |fixed: bool| {
        let free = !fixed && spare > 0;
        spare -= usize::from(free);
        free
    };
    let free_shape = free(settings.shape.is_some());
    let fixed_shape = settings.shape.unwrap_or(1.0);
    if !free_shape && settings.shape.is_none() {
        notes.push(FitNote::ShapeAssumed(fixed_shape));
    }
    // With impressions known they may miss the population; without, spend may buy fewer and fewer.
    let on_target = per_unit.and_then(|per| {
        let free = free(settings.on_target.is_some());
        if !free && settings.on_target.is_none() {
            notes.push(FitNote::OnTargetAssumed(1.0));
        }
        (!free).then_some(per * settings.on_target.unwrap_or(1.0))
    });
    let free_elasticity = per_unit.is_none() && free(settings.elasticity.is_some());
    let fixed_elasticity =
        if per_unit.is_some() { 1.0 } else { settings.elasticity.unwrap_or(1.0) };
    if per_unit.is_none() && !free_elasticity && settings.elasticity.is_none() {
        notes.push(FitNote::ElasticityAssumed(fixed_elasticity));
    }

    let ceiling = settings.largest_share * points.population;
    let farthest = observed.iter().map(|p| p.bought).fold(0.0, f64::max);
    let most = observed.iter().map(|p| p.reached).fold(0.0, f64::max).min(ceiling);
    let build = |[link, ln_shape, elasticity]: [f64; 3]| {
        let shape = ln_shape.exp();
        if let Some(per_unit) = on_target {
            return Nbd::trusted(link.exp(), per_unit / link.exp(), shape, elasticity);
        }
        let rate = (link / elasticity).exp() / farthest;
        let most = per_unit.map_or(ceiling, |per| ceiling.min(per / rate));
        let one = Nbd::trusted(1.0, rate, shape, elasticity);
        Nbd::trusted(regression(observed, &one, most), rate, shape, elasticity)
    };
    let held = |value: f64| (value, value);
    let ln = |(low, high): (f64, f64)| (low.ln(), high.ln());
    let bounds = [
        ln(if on_target.is_some() { (most, ceiling) } else { MEANS }),
        ln(if free_shape { SHAPES } else { held(fixed_shape) }),
        if free_elasticity { ELASTICITIES } else { held(fixed_elasticity) },
    ];
    let best = minimise(bounds, |at| {
        let nbd = build(at);
        let people = observed.iter().map(|p| nbd.reach(p.bought, p.frequency) - p.reached);
        people.map(|people| people / points.population).collect()
    });
    let nbd = build(best);
    if nbd.reachable() >= ceiling * (1.0 - 1e-6) {
        notes.push(FitNote::CeilingNotSeen);
    }
    if free_shape && (best[1] <= SHAPES.0.ln() || best[1] >= SHAPES.1.ln()) {
        notes.push(FitNote::ShapeAtBound(nbd.shape()));
    }
    Ok(nbd)
}

/// Reachable people by regression on the reach of a single one, within `most`.
fn regression(observed: &[Observed], one: &Nbd, most: f64) -> f64 {
    let (mut xy, mut xx) = (0.0, 0.0);
    for p in observed {
        let share = one.reach(p.bought, p.frequency);
        xy += share * p.reached;
        xx += share * share;
    }
    // A share that underflows to zero everywhere asks for as many people as there may be.
    let people = if xx > 0.0 { xy / xx } else { most };
    people.clamp(most * 1e-9, most)
}

/// Notes points above a point of a lower frequency at the same amount.
fn out_of_order(observed: &[Observed], notes: &mut Vec<FitNote>) {
    for p in observed {
        let lower = observed.iter().filter(|q| q.frequency < p.frequency && q.bought == p.bought);
        if lower.map(|q| q.reached).any(|reached| reached < p.reached) {
            notes.push(FitNote::OutOfOrder(p.index));
        }
    }
}

fn distance(curve: &ReachCurve, observed: &[Observed]) -> FitError {
    let mut error = FitError { rmse: 0.0, largest_relative: 0.0, at: 0 };
    for p in observed {
        let people = (curve.reach(p.bought, p.frequency) - p.reached).abs();
        error.rmse += people * people / observed.len() as f64;
        if p.reached > 0.0 && people / p.reached > error.largest_relative {
            (error.largest_relative, error.at) = (people / p.reached, p.index);
        }
    }
    FitError { rmse: error.rmse.sqrt(), ..error }
}
