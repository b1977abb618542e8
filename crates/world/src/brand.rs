//! Brands by the dozen that are nobody's model: for measuring what a model makes of a world that
//! is not its own.
//!
//! Carry-over, response, links and drifts are drawn from families that the mix model does not
//! know. A class turns one kind of trouble on in full; the ordinary parts of the others (a season,
//! a trend, a control or two, a demand that spend mildly chases and a proxy shows) are in every
//! brand.

mod channels;
mod class;
mod effects;
mod surroundings;

use chrono::{Days, NaiveDate};
use outlay_core::Granularity;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub use class::{BrandClass, UnknownClass};

use crate::draw::stream;
use crate::random::{uniform, whole};
use crate::simulate::World;
use crate::spec::{Geos, Link, SPEC_VERSION, WorldSpec};

/// Probability of each mechanism in the mixed classes.
const MIXED: f64 = 0.4;

/// Which mechanisms a brand has in full.
#[derive(Debug, Clone, Copy)]
struct Mix {
    long_memory: bool,
    bent: bool,
    multiplicative: bool,
    chased: bool,
    hidden: bool,
    breaks: bool,
    entangled: bool,
    drift: bool,
    rough: bool,
}

impl Mix {
    fn draw(class: BrandClass, rng: &mut ChaCha8Rng) -> Self {
        use BrandClass as C;
        let mixed = matches!(class, C::Mixed | C::Short | C::Daily | C::Regions);
        // One draw per mechanism whatever the class, so that classes of a seed share the rest.
        let mut on = |own: BrandClass| {
            let hit = rng.random::<f64>() < MIXED;
            class == own || (mixed && hit)
        };
        let mut mix = Self {
            long_memory: on(C::LongMemory),
            bent: on(C::Bent),
            multiplicative: on(C::Multiplicative),
            chased: on(C::ChasedDemand),
            hidden: on(C::HiddenDemand),
            breaks: on(C::Breaks),
            entangled: on(C::Entangled),
            drift: on(C::Drift),
            rough: on(C::Rough),
        };
        // What is shown is not hidden.
        mix.hidden = mix.hidden && !mix.chased;
        mix
    }
}

/// The frame of a brand: its class's mechanisms and its size in time.
struct Frame {
    mix: Mix,
    granularity: Granularity,
    start: NaiveDate,
    periods: usize,
    geos: usize,
    /// Periods in a week: 1, or 7 for daily brands.
    week: f64,
    /// KPI per period without media.
    level: f64,
    link: Link,
}

impl Frame {
    /// The first day of period `t`.
    fn day(&self, t: usize) -> NaiveDate {
        let n = u32::try_from(t).unwrap_or(0);
        self.granularity.advance(self.start, n).unwrap_or(self.start)
    }
}

/// Draws a brand of a class; the same class and seed give the same specification, whose own seed
/// is `seed`.
///
/// National brands have 104 to 182 weeks and 3 to 8 channels, spend of 8 to 30 % of revenue, true
/// ROIs log-normal around 1.4 (sd of the log 0.72) within 0.1 to 6, and a tenth of channels without
/// any effect. Noise leaves 94 to 98.5 % of the variance explained (91 to 96.5 % where it is rough):
/// with it, a row without data, a regression that is told the shapes and PyMC-Marketing's default
/// stand about where they stand on brands that others simulated (error 1.0, 0.4 and 1.0; intervals
/// that hold 100, 73 and 46 %).
///
/// ```
/// use outlay_world::{BrandClass, World, random_brand};
///
/// let spec = random_brand(BrandClass::Mixed, 3);
/// let world = World::simulate(&spec, spec.seed)?;
/// assert!(world.truth.total_media.roi > 0.0);
/// # Ok::<(), outlay_world::WorldError>(())
/// ```
pub fn random_brand(class: BrandClass, seed: u64) -> WorldSpec {
    let mut rng = stream(seed, &format!("brand/{class}"));
    let rng = &mut rng;
    let mix = Mix::draw(class, rng);
    let (granularity, periods, week) = match class {
        BrandClass::Short => (Granularity::Week, whole(rng, (52, 80)), 1.0),
        BrandClass::Daily => (Granularity::Day, whole(rng, (180, 400)), 7.0),
        BrandClass::Regions => (Granularity::Week, whole(rng, (80, 156)), 1.0),
        _ => (Granularity::Week, whole(rng, (104, 182)), 1.0),
    };
    let link = match (mix.multiplicative, rng.random::<bool>()) {
        (false, _) => Link::Additive,
        (true, true) => Link::Proportional,
        (true, false) => Link::Log,
    };
    let regional = class == BrandClass::Regions;
    let geos = if regional { whole(rng, (8, 20)) } else { 1 };
    let weekly_level = 10_f64.powf(uniform(rng, (5.0, 6.3)));
    // Data starts on some Monday of two years.
    let latest = WorldSpec::default().start;
    let back = Days::new(7 * whole(rng, (0, 103)) as u64);
    let start = latest.checked_sub_days(back).unwrap_or(latest);
    let frame = Frame {
        mix,
        granularity,
        start,
        periods,
        geos,
        week,
        level: (weekly_level / week).round(),
        link,
    };
    let surroundings = surroundings::draw(&frame, rng);
    let n = if regional { whole(rng, (3, 5)) } else { whole(rng, (3, 8)) };
    let channels = channels::draw(&frame, n, surroundings.trend, rng);
    let geos = if regional {
        Geos {
            count: geos,
            level_spread: uniform(rng, (0.1, 0.4)),
            effect_spread: uniform(rng, (0.1, 0.5)),
            spend_spread: uniform(rng, (0.1, 0.4)),
            own_share: uniform(rng, (0.3, 0.7)),
            ..Geos::default()
        }
    } else {
        Geos::default()
    };
    let mut spec = WorldSpec {
        version: SPEC_VERSION,
        name: format!("{class}_{seed}").replace('-', "_"),
        seed,
        start: frame.start,
        granularity,
        periods,
        link,
        baseline: surroundings.baseline,
        demand: surroundings.demand,
        geos,
        channels,
        controls: surroundings.controls,
        treatments: surroundings.treatments,
        noise: surroundings.noise,
        ..WorldSpec::default()
    };
    // Media ran before the data began, for as long as the longest effect reaches back.
    spec.history = spec.channels.iter().map(|c| spec.lags(c.adstock)).max().unwrap_or(0);
    calm(&mut spec);
    spec
}

/// Lowest KPI of a geo that a brand may have, as a share of the geo's average.
const LOWEST: f64 = 0.05;

/// Sales of nothing in a week are no plausible brand: takes away from noise, and from what moves
/// the baseline, until there are none. Few brands need it.
fn calm(spec: &mut WorldSpec) {
    for _ in 0..12 {
        let low = World::simulate(spec, spec.seed).map(|world| {
            let kpi = &world.panel.kpi.values;
            (0..kpi.geos()).any(|g| {
                let row = kpi.row(g);
                let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
                row.iter().any(|y| *y < LOWEST * mean)
            })
        });
        match low {
            Ok(false) => return,
            Ok(true) => {
                spec.noise.r2 = 0.5 * (1.0 + spec.noise.r2);
                spec.noise.outlier_size *= 0.8;
            }
            Err(_) => {}
        }
        let baseline = &mut spec.baseline;
        baseline.yearly.amplitude *= 0.8;
        baseline.drift *= 0.8;
        baseline.shifts.iter_mut().for_each(|shift| shift.effect *= 0.8);
        spec.demand.strength *= 0.8;
    }
}

/// The kinder end of `range` where `hard` is off, the harder range where it is on.
fn graded(rng: &mut ChaCha8Rng, hard: bool, mild: (f64, f64), full: (f64, f64)) -> f64 {
    uniform(rng, if hard { full } else { mild })
}

fn chance(rng: &mut ChaCha8Rng, probability: f64) -> bool {
    rng.random::<f64>() < probability
}
