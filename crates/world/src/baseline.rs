//! The KPI without media, as parts that add up.

use indexmap::IndexMap;
use outlay_core::{Covariate, Grid};
use rand::RngExt;

use crate::draw::{geo_series, log_normal, normal, standardise, stream};
use crate::geography::Geography;
use crate::spec::{Control, ControlKind, Treatment, TreatmentKind, WorldSpec};
use crate::timeline::Timeline;

/// The KPI without media, and the observed series that explain some of it.
#[derive(Debug, Clone)]
pub(crate) struct BaselineDraw {
    /// Parts in KPI units per geo and period of the data; their sum is the baseline.
    pub(crate) parts: IndexMap<String, Grid>,
    /// Controls as observed (events with a column last).
    pub(crate) controls: Vec<Covariate>,
    /// Treatments as observed.
    pub(crate) treatments: Vec<Covariate>,
}

impl BaselineDraw {
    pub(crate) fn total(&self, geos: usize, periods: usize) -> Grid {
        Grid::from_fn(geos, periods, |g, t| self.parts.values().map(|part| part.at(g, t)).sum())
    }
}

/// Builds every part; `demand` is standardised, `[geo][history + period]`, `pulled` holds the
/// treatments' series ([`pull`]).
pub(crate) fn build(
    spec: &WorldSpec,
    seed: u64,
    line: &Timeline,
    geography: &Geography,
    demand: &[Vec<f64>],
    pulled: &[Vec<f64>],
) -> BaselineDraw {
    let (geos, periods, history) = (geography.len(), line.periods, line.history);
    let baseline = &spec.baseline;
    // A share of the level becomes KPI units in proportion to the geo's own level.
    let scaled = |share: &dyn Fn(usize, usize) -> f64| {
        Grid::from_fn(geos, periods, |g, t| baseline.level * geography.levels[g] * share(g, t))
    };
    let mut parts = IndexMap::new();
    parts.insert("level".to_owned(), scaled(&|_, _| 1.0));
    let mut common = |name: &str, series: Vec<f64>| {
        if series.iter().any(|x| *x != 0.0) {
            parts.insert(name.to_owned(), scaled(&|_, t| series[history + t]));
        }
    };
    common("trend", line.trend(baseline.trend, &baseline.slopes));
    common("shifts", line.shifts(&baseline.shifts));
    common("seasonality", season(spec, seed, line));
    common("weekday", line.weekly(&baseline.weekly));
    common("drift", drift(spec, seed, line));
    let mut controls = Vec::new();
    for event in &baseline.events {
        let pulse = line.event(event);
        if event.observed {
            let values = Grid::from_fn(geos, periods, |_, t| pulse[history + t]);
            controls.push(Covariate { name: event.name.clone(), values });
        }
        common(&event.name, pulse.iter().map(|x| x * event.effect).collect());
    }
    if spec.demand.strength > 0.0 {
        let part = scaled(&|g, t| spec.demand.strength * demand[g][history + t]);
        parts.insert("demand".to_owned(), part);
    }
    let mut observed = Vec::new();
    for control in &spec.controls {
        let values = observe(control, spec, seed, line, demand);
        if control.effect != 0.0 {
            let z = |g: usize, t: usize| (values.at(g, t) - control.mean) / control.sd;
            parts.insert(control.name.clone(), scaled(&|g, t| control.effect * z(g, t)));
        }
        observed.push(Covariate { name: control.name.clone(), values });
    }
    observed.append(&mut controls);
    let mut treatments = Vec::new();
    for (treatment, series) in spec.treatments.iter().zip(pulled) {
        let values = Grid::from_fn(geos, periods, |_, t| series[t]);
        let part = scaled(&|g, t| treatment.effect * treatment.change(values.at(g, t)));
        parts.insert(treatment.name.clone(), part);
        treatments.push(Covariate { name: treatment.name.clone(), values });
    }
    BaselineDraw { parts, controls: observed, treatments }
}

impl Treatment {
    /// Relative change of the series against its reference: the list price, or no promotion.
    pub(crate) fn change(&self, value: f64) -> f64 {
        match self.kind {
            TreatmentKind::Price => value / self.level - 1.0,
            TreatmentKind::Promotion => value,
        }
    }

    /// The value against which its contribution counts.
    pub(crate) fn reference(&self) -> f64 {
        match self.kind {
            TreatmentKind::Price => self.level,
            TreatmentKind::Promotion => 0.0,
        }
    }
}

/// The wave of the year, higher in some years than in others.
fn season(spec: &WorldSpec, seed: u64, line: &Timeline) -> Vec<f64> {
    let yearly = &spec.baseline.yearly;
    let mut wave = line.yearly(yearly);
    if yearly.variation > 0.0 {
        let mut rng = stream(seed, "yearly");
        let heights: Vec<f64> =
            (0..=line.calendar_years()).map(|_| log_normal(&mut rng, yearly.variation)).collect();
        for (t, x) in wave.iter_mut().enumerate() {
            *x *= heights.get(line.calendar_year(t)).copied().unwrap_or(1.0);
        }
    }
    wave
}

/// A random walk that starts at 0 with the data.
fn drift(spec: &WorldSpec, seed: u64, line: &Timeline) -> Vec<f64> {
    let mut rng = stream(seed, "drift");
    let step = spec.baseline.drift / line.per_year().sqrt();
    let mut walk = vec![0.0; line.total()];
    for t in line.history + 1..line.total() {
        walk[t] = walk[t - 1] + step * normal(&mut rng);
    }
    walk
}

/// A control as the data shows it, rounded before it takes effect.
fn observe(
    control: &Control,
    spec: &WorldSpec,
    seed: u64,
    line: &Timeline,
    demand: &[Vec<f64>],
) -> Grid {
    let (geos, n, from) = (demand.len(), line.total(), line.history);
    let label = format!("control/{}", control.name);
    let rho = if control.kind == ControlKind::Slow { 0.9 } else { 0.0 };
    let own = geo_series((seed, &label), geos, n, from, rho, spec.geos.own_share);
    let z = match control.kind {
        ControlKind::Slow | ControlKind::Noise => own,
        ControlKind::Demand => own
            .iter()
            .zip(demand)
            .map(|(error, demand)| {
                let mut seen: Vec<f64> =
                    demand.iter().zip(error).map(|(d, e)| d + control.error * e).collect();
                standardise(&mut seen, from);
                seen
            })
            .collect(),
    };
    // Three digits beyond the standard deviation's first are as exact as any real index.
    let digits = 10_f64.powf(3.0 - control.sd.log10().floor());
    Grid::from_fn(geos, line.periods, |g, t| {
        ((control.mean + control.sd * z[g][from + t]) * digits).round() / digits
    })
}

/// A treatment's series: the price in force, or the depth of the promotion.
pub(crate) fn pull(treatment: &Treatment, seed: u64, line: &Timeline) -> Vec<f64> {
    let mut rng = stream(seed, &format!("treatment/{}", treatment.name));
    let cycle = (line.per_year() / treatment.per_year).max(1.0);
    let mut next = cycle * rng.random::<f64>();
    let mut series = vec![treatment.reference(); line.periods];
    while (next as usize) < line.periods {
        let from = next as usize;
        match treatment.kind {
            TreatmentKind::Price => {
                let change = (treatment.size * normal(&mut rng)).clamp(-0.9, 3.0);
                let price = (treatment.level * (1.0 + change) * 100.0).round() / 100.0;
                series.iter_mut().skip(from).for_each(|x| *x = price);
            }
            TreatmentKind::Promotion => {
                let depth = treatment.size * (0.7 + 0.6 * rng.random::<f64>());
                let depth = (depth * 100.0).round().max(1.0) / 100.0;
                series.iter_mut().skip(from).take(treatment.length).for_each(|x| *x = depth);
            }
        }
        next += (cycle * (0.5 + rng.random::<f64>())).max(1.0);
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    fn treatment(kind: TreatmentKind) -> Treatment {
        Treatment {
            name: "lever".into(),
            kind,
            level: 20.0,
            size: 0.2,
            per_year: 6.0,
            length: 2,
            effect: 1.0,
        }
    }

    #[test]
    fn a_promotion_is_zero_outside_its_periods() {
        let line = Timeline::new(&WorldSpec { periods: 208, ..WorldSpec::default() });
        let series = pull(&treatment(TreatmentKind::Promotion), 1, &line);
        let on = series.iter().filter(|x| **x > 0.0).count();
        assert!((30..70).contains(&on), "{on}");
        assert!(series.iter().all(|x| (0.0..=0.3).contains(x)));
    }

    #[test]
    fn a_price_moves_around_its_list_price() {
        let line = Timeline::new(&WorldSpec { periods: 520, ..WorldSpec::default() });
        let price = treatment(TreatmentKind::Price);
        let series = pull(&price, 1, &line);
        let mean = series.iter().map(|x| price.change(*x)).sum::<f64>() / 520.0;
        assert!(mean.abs() < 0.12, "{mean}");
        assert!(series.iter().all(|x| *x > 0.0));
    }
}
