//! One channel inside the model: its scaled exposure, its transforms, its effect size.

use outlay_stats::simd::{convolve, convolve_input_adjoint, convolve_weights_adjoint, dot};

use super::layout::Slot;
use crate::spec::{EffectDistribution, EffectQuantity};
use crate::transform::{AdstockShape, SaturationShape};

/// Exposure as the model sees it, `[geo][pad + period]`, with history or zeros in front.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What saturates: scaled volume, or frequency.
    pub level: Vec<f64>,
    /// What multiplies the saturated level: reach per head, for reach and frequency.
    pub multiplier: Option<Vec<f64>>,
    /// Usual exposure of each geo before all that is known, where some is taken for granted.
    pub before: Option<Vec<f64>>,
}

/// What turns transformed exposure into an effect size.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// What the sampled parameter is.
    pub quantity: EffectQuantity,
    /// Where its prior comes from.
    pub source: String,
    /// The parameter.
    pub slot: Slot,
    /// Outcome per unit of the parameter: spend for ROI, a hundredth of it for mROI, the total
    /// outcome for a contribution share, 1 for a coefficient.
    pub unit: f64,
    /// Weights `[geo][period]` that turn transformed exposure × coefficient into outcome.
    pub weights: Vec<f64>,
    /// Exposure against which the effect is counted; `None` for none at all.
    pub counterfactual: Option<Series>,
    /// Standard deviation of effects over geos.
    pub geo_sd: Option<Slot>,
    /// First index of the geo deviations among the free parameters.
    pub geo_deviation: Option<usize>,
    /// Law of effects over geos.
    pub law: EffectDistribution,
    /// Whether the coefficient is sampled as `ln(coefficient × Σ weights × exposure)`: the
    /// channel's total effect, which the data know far better than height and shape apart. A
    /// shift given the rest, so the Jacobian is that of the logarithm.
    pub shifted: bool,
}

/// A channel inside the model.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaUnit {
    /// Name.
    pub name: String,
    /// Whether it is paid.
    pub paid: bool,
    /// Exposure.
    pub series: Series,
    /// Periods in front of each geo's series.
    pub pad: usize,
    /// Divisor of the raw exposure (per head).
    pub exposure_scale: f64,
    /// Carry-over.
    pub adstock: AdstockShape,
    /// Length of the carry-over window.
    pub window: usize,
    /// Whether carry-over weights sum to one.
    pub normalise: bool,
    /// Carry-over parameters.
    pub adstock_slots: [Slot; 2],
    /// Saturation.
    pub saturation: SaturationShape,
    /// Saturation parameters.
    pub saturation_slots: [Slot; 2],
    /// Periods before the data whose exposure is known.
    pub known: usize,
    /// Share of the usual exposure that there was before all that is known.
    pub history: Slot,
    /// Whether saturation comes before carry-over.
    pub saturation_first: bool,
    /// Effect size.
    pub effect: Effect,
}

/// Scratch of one pass of a series through a channel's transforms.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    /// Transformed exposure `[geo][period]`.
    pub(crate) out: Vec<f64>,
    /// Input of the saturation: carried exposure, or the padded level.
    carried: Vec<f64>,
    /// Saturated padded level (saturation first).
    saturated: Vec<f64>,
    slope: [Vec<f64>; 3],
    adjoint: Vec<f64>,
    past: Past,
}

/// What was before the data, per geo, where saturation comes first.
#[derive(Debug, Clone)]
struct Past {
    exposure: Vec<f64>,
    saturated: Vec<f64>,
    slope: [Vec<f64>; 3],
}

/// Scratch of a channel: its weights, its passes, its effect sizes.
#[derive(Debug, Clone)]
pub(crate) struct UnitWork {
    pub(crate) weights: Vec<f64>,
    weight_slopes: [Vec<f64>; 2],
    weight_adjoint: Vec<f64>,
    pub(crate) main: Pass,
    counterfactual: Option<Pass>,
    /// Coefficient per geo.
    pub(crate) beta: Vec<f64>,
    deviation: Vec<f64>,
    denominator: Vec<f64>,
    total: f64,
    numerator: f64,
    pub(crate) d_beta: Vec<f64>,
    /// Derivative with respect to the transformed exposure.
    pub(crate) d_out: Vec<f64>,
    d_out_counterfactual: Vec<f64>,
}

impl MediaUnit {
    pub(crate) fn work(&self, geos: usize, periods: usize) -> UnitWork {
        let pass = || Pass {
            out: vec![0.0; geos * periods],
            carried: vec![0.0; geos * (periods + self.pad)],
            saturated: vec![0.0; geos * (periods + self.pad)],
            slope: std::array::from_fn(|_| vec![0.0; geos * (periods + self.pad)]),
            adjoint: vec![0.0; geos * (periods + self.pad)],
            past: Past {
                exposure: vec![0.0; geos],
                saturated: vec![0.0; geos],
                slope: std::array::from_fn(|_| vec![0.0; geos]),
            },
        };
        UnitWork {
            weights: vec![0.0; self.window],
            weight_slopes: std::array::from_fn(|_| vec![0.0; self.window]),
            weight_adjoint: vec![0.0; self.window],
            main: pass(),
            counterfactual: self.effect.counterfactual.as_ref().map(|_| pass()),
            beta: vec![0.0; geos],
            deviation: vec![0.0; geos],
            denominator: vec![0.0; geos],
            total: 0.0,
            numerator: 0.0,
            d_beta: vec![0.0; geos],
            d_out: vec![0.0; geos * periods],
            d_out_counterfactual: vec![0.0; geos * periods],
        }
    }

    #[inline(always)]
    fn parameters(&self, slots: &[Slot; 2], theta: &[f64]) -> [f64; 2] {
        [slots[0].value(theta), slots[1].value(theta)]
    }

    /// Carry-over weights for the current parameters.
    #[inline(always)]
    pub(crate) fn weights(&self, theta: &[f64], w: &mut UnitWork) {
        let p = self.parameters(&self.adstock_slots, theta);
        let [a, b] = &mut w.weight_slopes;
        self.adstock.weights(&p, self.normalise, &mut w.weights, [a, b]);
    }

    /// Transformed exposure of `series` into `pass.out`; derivatives are kept when `SLOPES`.
    #[inline(always)]
    pub(crate) fn transform<const SLOPES: bool>(
        &self,
        series: &Series,
        theta: &[f64],
        weights: &[f64],
        periods: usize,
        pass: &mut Pass,
    ) {
        let p = self.parameters(&self.saturation_slots, theta);
        let padded = periods + self.pad;
        let [dx, d0, d1] = &mut pass.slope;
        if self.saturation_first {
            if SLOPES {
                let out = &mut pass.saturated;
                self.saturation.values_and_slopes(&series.level, &p, out, dx, d0, d1);
            } else {
                self.saturation.values(&series.level, &p, &mut pass.saturated);
            }
            if let Some(multiplier) = &series.multiplier {
                for (v, m) in pass.saturated.iter_mut().zip(multiplier) {
                    *v *= m;
                }
            }
            let rows = pass.saturated.chunks_exact(padded).zip(pass.out.chunks_exact_mut(periods));
            for (row, out) in rows {
                convolve(weights, row, self.pad, out);
            }
            self.saturated_past::<SLOPES>(series, theta, 1.0, weights, pass);
        } else {
            let n = pass.out.len();
            let rows =
                series.level.chunks_exact(padded).zip(pass.carried.chunks_exact_mut(periods));
            for (row, out) in rows {
                convolve(weights, row, self.pad, out);
            }
            if let Some(before) = &series.before {
                let share = self.history.value(theta);
                let rows = pass.carried.chunks_exact_mut(periods).zip(before);
                for (row, usual) in rows {
                    self.carry_over_start(weights, share * usual, row);
                }
            }
            let carried = &pass.carried[..n];
            if SLOPES {
                let out = &mut pass.out;
                self.saturation.values_and_slopes(carried, &p, out, dx, d0, d1);
            } else {
                self.saturation.values(carried, &p, &mut pass.out);
            }
        }
    }

    /// Adds what the steady exposure before all that is known, times `multiplier`, carries into the
    /// first periods where saturation comes first.
    #[inline(always)]
    fn saturated_past<const SLOPES: bool>(
        &self,
        series: &Series,
        theta: &[f64],
        multiplier: f64,
        weights: &[f64],
        pass: &mut Pass,
    ) {
        let Some(before) = &series.before else { return };
        let p = self.parameters(&self.saturation_slots, theta);
        let share = multiplier * self.history.value(theta);
        let past = &mut pass.past;
        for (exposure, usual) in past.exposure.iter_mut().zip(before) {
            *exposure = share * usual;
        }
        if SLOPES {
            let ([dx, d0, d1], out) = (&mut past.slope, &mut past.saturated);
            self.saturation.values_and_slopes(&past.exposure, &p, out, dx, d0, d1);
        } else {
            self.saturation.values(&past.exposure, &p, &mut past.saturated);
        }
        let periods = pass.out.len() / before.len();
        for (row, saturated) in pass.out.chunks_exact_mut(periods).zip(&past.saturated) {
            self.carry_over_start(weights, *saturated, row);
        }
    }

    /// Adds the derivative of [`Self::saturated_past`], as [`Self::transform_adjoint`] does.
    #[inline(always)]
    fn saturated_past_adjoint(
        &self,
        series: &Series,
        weights: &[f64],
        d_out: &[f64],
        past: &Past,
        weight_adjoint: &mut [f64],
        gradient: &mut [f64],
    ) {
        let Some(before) = &series.before else { return };
        let rows = d_out.chunks_exact(d_out.len() / before.len());
        for (g, (d, usual)) in rows.zip(before).enumerate() {
            let in_saturated = self.start_adjoint(weights, past.saturated[g], d, weight_adjoint);
            self.history.add(gradient, in_saturated * past.slope[0][g] * usual);
            for k in 0..self.saturation.parameters().len() {
                self.saturation_slots[k].add(gradient, in_saturated * past.slope[k + 1][g]);
            }
        }
    }

    /// Adds what a steady exposure before all that is known carries into the first periods.
    #[inline(always)]
    fn carry_over_start(&self, weights: &[f64], exposure: f64, row: &mut [f64]) {
        let mut tail = 0.0;
        for lag in (self.known + 1..weights.len()).rev() {
            tail += weights[lag];
            if let Some(cell) = row.get_mut(lag - 1 - self.known) {
                *cell += exposure * tail;
            }
        }
    }

    /// The derivative of [`Self::carry_over_start`]: in the weights, added for an exposure of
    /// `exposure`, and in the exposure, given.
    #[inline(always)]
    fn start_adjoint(
        &self,
        weights: &[f64],
        exposure: f64,
        adjoint: &[f64],
        weight_adjoint: &mut [f64],
    ) -> f64 {
        let (mut sum, mut in_exposure) = (0.0, 0.0);
        for lag in self.known + 1..weights.len() {
            sum += adjoint.get(lag - 1 - self.known).copied().unwrap_or_default();
            weight_adjoint[lag] += exposure * sum;
            in_exposure += weights[lag] * sum;
        }
        in_exposure
    }

    /// Adds the derivative of `Σ d_out · out` in the transform parameters to `gradient` and in
    /// the weights to `weight_adjoint`.
    #[inline(always)]
    fn transform_adjoint(
        &self,
        series: &Series,
        theta: &[f64],
        weights: &[f64],
        periods: usize,
        d_out: &[f64],
        pass: &mut Pass,
        weight_adjoint: &mut [f64],
        gradient: &mut [f64],
    ) {
        let padded = periods + self.pad;
        let n = d_out.len();
        let kinds = self.saturation.parameters().len();
        if self.saturation_first {
            for (g, d) in d_out.chunks_exact(periods).enumerate() {
                let cells = g * padded..(g + 1) * padded;
                convolve_weights_adjoint(
                    d,
                    &pass.saturated[cells.clone()],
                    self.pad,
                    weight_adjoint,
                );
                convolve_input_adjoint(weights, d, self.pad, &mut pass.adjoint[cells]);
            }
            if let Some(multiplier) = &series.multiplier {
                for (v, m) in pass.adjoint.iter_mut().zip(multiplier) {
                    *v *= m;
                }
            }
            for k in 0..kinds {
                self.saturation_slots[k].add(gradient, dot(&pass.adjoint, &pass.slope[k + 1]));
            }
            let past = &pass.past;
            self.saturated_past_adjoint(series, weights, d_out, past, weight_adjoint, gradient);
        } else {
            for k in 0..kinds {
                self.saturation_slots[k].add(gradient, dot(d_out, &pass.slope[k + 1][..n]));
            }
            if self.adstock == AdstockShape::None {
                return;
            }
            for ((a, d), slope) in pass.adjoint[..n].iter_mut().zip(d_out).zip(&pass.slope[0][..n])
            {
                *a = d * slope;
            }
            for (g, d) in pass.adjoint[..n].chunks_exact(periods).enumerate() {
                let row = &series.level[g * padded..(g + 1) * padded];
                convolve_weights_adjoint(d, row, self.pad, weight_adjoint);
            }
            if let Some(before) = &series.before {
                let share = self.history.value(theta);
                let mut in_share = 0.0;
                for (d, usual) in pass.adjoint[..n].chunks_exact(periods).zip(before) {
                    in_share +=
                        usual * self.start_adjoint(weights, share * usual, d, weight_adjoint);
                }
                self.history.add(gradient, in_share);
            }
        }
    }

    /// Transforms the exposure and works out the coefficient of each geo. A shifted coefficient
    /// arrives in `theta` as its coordinate and leaves as the coefficient.
    #[inline(always)]
    pub(crate) fn forward<const SLOPES: bool>(
        &self,
        theta: &mut [f64],
        periods: usize,
        w: &mut UnitWork,
    ) {
        self.weights(theta, w);
        self.transform::<SLOPES>(&self.series, theta, &w.weights, periods, &mut w.main);
        if let (Some(series), Some(pass)) = (&self.effect.counterfactual, &mut w.counterfactual) {
            self.transform::<SLOPES>(series, theta, &w.weights, periods, pass);
        }
        self.denominators(periods, w);
        if let Slot::Free(i) = self.effect.slot
            && self.effect.shifted
        {
            theta[i] = (theta[i] - w.denominator.iter().sum::<f64>().ln()).exp();
        }
        self.coefficients(theta, w);
    }

    /// What the effect size is divided by, per geo.
    #[inline(always)]
    fn denominators(&self, periods: usize, w: &mut UnitWork) {
        let effect = &self.effect;
        for (g, d) in w.denominator.iter_mut().enumerate() {
            let cells = g * periods..(g + 1) * periods;
            *d = dot(&effect.weights[cells.clone()], &w.main.out[cells.clone()]);
            if let Some(pass) = &w.counterfactual {
                *d -= dot(&effect.weights[cells.clone()], &pass.out[cells]);
            }
        }
    }

    /// Coefficients from the effect size (facts: `β = ln(roi·spend) - ln Σ D exp(ηZ)` and kin).
    #[inline(always)]
    fn coefficients(&self, theta: &[f64], w: &mut UnitWork) {
        let effect = &self.effect;
        w.numerator = effect.slot.value(theta) * effect.unit;
        for (g, d) in w.deviation.iter_mut().enumerate() {
            *d = match (effect.geo_sd, effect.geo_deviation) {
                (Some(sd), Some(first)) => sd.value(theta) * theta[first + g],
                _ => 0.0,
            };
        }
        let coefficient = effect.quantity == EffectQuantity::Coefficient;
        match effect.law {
            EffectDistribution::LogNormal => {
                w.total = if coefficient {
                    1.0
                } else {
                    w.denominator.iter().zip(&w.deviation).map(|(d, z)| d * z.exp()).sum()
                };
                for (b, z) in w.beta.iter_mut().zip(&w.deviation) {
                    *b = w.numerator * z.exp() / w.total;
                }
            }
            EffectDistribution::Normal => {
                let shift = if coefficient {
                    w.total = 1.0;
                    w.numerator
                } else {
                    w.total = w.denominator.iter().sum();
                    (w.numerator - dot(&w.denominator, &w.deviation)) / w.total
                };
                for (b, z) in w.beta.iter_mut().zip(&w.deviation) {
                    *b = shift + z;
                }
            }
        }
    }

    /// Adds the derivative in all of the channel's parameters. On entry `w.d_beta` and `w.d_out`
    /// hold the derivatives in coefficients and transformed exposure.
    #[inline(always)]
    pub(crate) fn backward(
        &self,
        theta: &[f64],
        periods: usize,
        w: &mut UnitWork,
        gradient: &mut [f64],
    ) {
        let effect = &self.effect;
        let coefficient = effect.quantity == EffectQuantity::Coefficient;
        let weighted = dot(&w.d_beta, &w.beta);
        let count: f64 = w.d_beta.iter().sum();
        // Derivative in the numerator, then per geo in deviation and denominator. The numerator of
        // a channel without an effect is zero.
        let d_numerator = match effect.law {
            EffectDistribution::LogNormal => {
                let each = w.d_beta.iter().zip(&w.deviation).map(|(d, z)| d * z.exp());
                each.sum::<f64>() / w.total
            }
            EffectDistribution::Normal => count / w.total,
        };
        effect.slot.add(gradient, d_numerator * effect.unit);
        let d_shift = self.shift_adjoint(theta, w, gradient);
        for g in 0..w.beta.len() {
            let (d_deviation, d_denominator) = match effect.law {
                EffectDistribution::LogNormal => {
                    let share = w.deviation[g].exp() / w.total;
                    let own = w.d_beta[g] * w.beta[g];
                    if coefficient {
                        (own, 0.0)
                    } else {
                        (own - weighted * share * w.denominator[g], -weighted * share)
                    }
                }
                EffectDistribution::Normal if coefficient => (w.d_beta[g], 0.0),
                EffectDistribution::Normal => {
                    let shift = w.beta[g] - w.deviation[g];
                    let lost = count / w.total;
                    (w.d_beta[g] - w.denominator[g] * lost, -lost * (w.deviation[g] + shift))
                }
            };
            if let (Some(sd), Some(first)) = (effect.geo_sd, effect.geo_deviation) {
                let z = theta[first + g];
                gradient[first + g] += d_deviation * sd.value(theta);
                sd.add(gradient, d_deviation * z);
            }
            let d_denominator = d_denominator + d_shift;
            if d_denominator != 0.0 {
                let cells = g * periods..(g + 1) * periods;
                let rate = &effect.weights[cells.clone()];
                for (d, r) in w.d_out[cells.clone()].iter_mut().zip(rate) {
                    *d += d_denominator * r;
                }
                if w.counterfactual.is_some() {
                    for (d, r) in w.d_out_counterfactual[cells].iter_mut().zip(rate) {
                        *d = -d_denominator * r;
                    }
                }
            } else if w.counterfactual.is_some() {
                w.d_out_counterfactual[g * periods..(g + 1) * periods].fill(0.0);
            }
        }
        w.weight_adjoint.fill(0.0);
        self.transform_adjoint(
            &self.series,
            theta,
            &w.weights,
            periods,
            &w.d_out,
            &mut w.main,
            &mut w.weight_adjoint,
            gradient,
        );
        if let (Some(series), Some(pass)) = (&effect.counterfactual, &mut w.counterfactual) {
            self.transform_adjoint(
                series,
                theta,
                &w.weights,
                periods,
                &w.d_out_counterfactual,
                pass,
                &mut w.weight_adjoint,
                gradient,
            );
        }
        for k in 0..self.adstock.parameters().len() {
            self.adstock_slots[k].add(gradient, dot(&w.weight_adjoint, &w.weight_slopes[k]));
        }
    }

    /// Turns the derivative in a shifted coefficient into the one in its coordinate, and gives
    /// the derivative in each denominator.
    #[inline(always)]
    fn shift_adjoint(&self, theta: &[f64], w: &UnitWork, gradient: &mut [f64]) -> f64 {
        match self.effect.slot {
            Slot::Free(i) if self.effect.shifted => {
                // The logarithm's Jacobian adds one.
                gradient[i] = gradient[i] * theta[i] + 1.0;
                -gradient[i] / w.denominator.iter().sum::<f64>()
            }
            _ => 0.0,
        }
    }

    /// Adds the derivative of `Σ d_out · out` of a further exposure, after [`Self::forward`].
    #[inline(always)]
    pub(crate) fn backward_further(
        &self,
        series: &Series,
        theta: &[f64],
        periods: usize,
        d_out: &[f64],
        pass: &mut Pass,
        w: &mut UnitWork,
        gradient: &mut [f64],
    ) {
        w.weight_adjoint.fill(0.0);
        let weights = &w.weights;
        let adjoint = &mut w.weight_adjoint;
        self.transform_adjoint(series, theta, weights, periods, d_out, pass, adjoint, gradient);
        for k in 0..self.adstock.parameters().len() {
            self.adstock_slots[k].add(gradient, dot(&w.weight_adjoint, &w.weight_slopes[k]));
        }
    }

    /// Transformed exposure with the driver (volume, or reach) multiplied by `multiplier`, in
    /// every period; needs [`Self::weights`] first.
    #[inline(always)]
    pub(crate) fn transform_scaled(
        &self,
        theta: &[f64],
        multiplier: f64,
        periods: usize,
        w: &mut UnitWork,
    ) {
        let p = self.parameters(&self.saturation_slots, theta);
        let pass = &mut w.main;
        if multiplier == 1.0 || (self.saturation_first && self.series.multiplier.is_some()) {
            self.transform::<false>(&self.series, theta, &w.weights, periods, pass);
            // Reach enters linearly.
            pass.out.iter_mut().for_each(|v| *v *= multiplier);
        } else if self.saturation_first {
            for (a, v) in pass.adjoint.iter_mut().zip(&self.series.level) {
                *a = v * multiplier;
            }
            self.saturation.values(&pass.adjoint, &p, &mut pass.saturated);
            let padded = periods + self.pad;
            let rows = pass.saturated.chunks_exact(padded).zip(pass.out.chunks_exact_mut(periods));
            for (row, out) in rows {
                convolve(&w.weights, row, self.pad, out);
            }
            self.saturated_past::<false>(&self.series, theta, multiplier, &w.weights, pass);
        } else {
            // Carry-over is linear: `carried` still holds the carried exposure of the last call
            // at multiplier one.
            let n = pass.out.len();
            for (a, v) in pass.adjoint[..n].iter_mut().zip(&pass.carried[..n]) {
                *a = v * multiplier;
            }
            self.saturation.values(&pass.adjoint[..n], &p, &mut pass.out);
        }
    }

    /// A scratch pass, for evaluating other exposures.
    pub(crate) fn pass(&self, geos: usize, periods: usize) -> Pass {
        self.work(geos, periods).main
    }
}
