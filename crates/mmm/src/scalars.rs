//! Every scalar parameter of a draw, by name, derived ones included.

use crate::density::Draw;
use crate::model::Model;
use crate::model::design::{Part, Shape};
use crate::model::layout::Slot;
use crate::model::names::{MediaNames, base};
use crate::spec::{EffectQuantity, MediaKind};

/// Where a scalar is read from a draw.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    /// A nonlinear parameter.
    Theta(usize),
    /// A linear coefficient.
    Coefficient(usize),
    /// A linear coefficient, standardised: a deviation of learned scale.
    Standardised(usize),
    /// A channel's coefficient in a geo.
    Beta { unit: usize, geo: usize },
    /// A geo's own slope: shared coefficient plus scale times deviation.
    GeoSlope { shared: usize, own: usize },
}

/// The scalars of a model.
#[derive(Debug, Clone)]
pub struct Scalars {
    /// Names, `name[coordinate]`.
    pub names: Vec<String>,
    sources: Vec<Source>,
}

impl Scalars {
    /// All scalars of a model: nonlinear parameters, linear coefficients, coefficients per geo.
    pub fn new(model: &Model) -> Self {
        let mut all = Self { names: Vec::new(), sources: Vec::new() };
        for (i, parameter) in model.layout.parameters.iter().enumerate() {
            all.add(parameter.name.clone(), Source::Theta(i));
        }
        for (j, column) in model.block.design.columns.iter().enumerate() {
            let deviation = column.scale.is_some() && matches!(column.shape, Shape::Geo { .. });
            let source = if deviation { Source::Standardised(j) } else { Source::Coefficient(j) };
            all.add(column.name.clone(), source);
        }
        all.geo_slopes(model);
        for (unit, media) in model.units.iter().enumerate() {
            let national = model.geos() == 1;
            if national && media.effect.quantity == EffectQuantity::Coefficient {
                continue;
            }
            let kind = match (media.paid, media.series.multiplier.is_some()) {
                (true, false) => MediaKind::Paid,
                (true, true) => MediaKind::PaidReachFrequency,
                (false, false) => MediaKind::Organic,
                (false, true) => MediaKind::OrganicReachFrequency,
            };
            let name = MediaNames::new(model.spec.preset, kind).geo_coefficient();
            for (geo, label) in model.panel.geos.iter().enumerate() {
                let name = format!("{name}[{label},{}]", media.name);
                all.add(name, Source::Beta { unit, geo });
            }
        }
        all
    }

    /// A geo's own slope of each control is the sum that people look for.
    fn geo_slopes(&mut self, model: &Model) {
        let columns = &model.block.design.columns;
        let name = base(model.spec.preset, "control_geo");
        for (own, column) in columns.iter().enumerate() {
            let (Part::Control(c), Shape::Geo { geo, .. }) = (&column.part, &column.shape) else {
                continue;
            };
            let shared = columns
                .iter()
                .position(|x| x.part == column.part && matches!(x.shape, Shape::Dense(_)));
            if let Some(shared) = shared {
                let geo = &model.panel.geos[*geo];
                let control = &model.panel.controls[*c].name;
                self.add(format!("{name}[{geo},{control}]"), Source::GeoSlope { shared, own });
            }
        }
    }

    fn add(&mut self, name: String, source: Source) {
        self.names.push(name);
        self.sources.push(source);
    }

    /// Number of scalars.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Scalar `i` of every draw, chain by chain.
    pub fn chains(&self, i: usize, chains: &[Vec<Draw>]) -> Vec<Vec<f64>> {
        chains.iter().map(|chain| chain.iter().map(|d| self.value(i, d)).collect()).collect()
    }

    /// Scalar `i` of a draw.
    pub fn value(&self, i: usize, draw: &Draw) -> f64 {
        match self.sources[i] {
            Source::Theta(i) => draw.theta[i],
            Source::Coefficient(j) => draw.coefficients[j],
            Source::Standardised(j) => draw.standardised[j],
            Source::Beta { unit, geo } => draw.beta[unit][geo],
            Source::GeoSlope { shared, own } => draw.coefficients[shared] + draw.coefficients[own],
        }
    }
}

/// The sampled effect parameter of a channel, where it is free.
pub fn effect_parameter(model: &Model, unit: usize) -> Option<usize> {
    match model.units[unit].effect.slot {
        Slot::Free(i) => Some(i),
        Slot::Fixed(_) => None,
    }
}
