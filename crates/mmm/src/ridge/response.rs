//! Response of the outcome to a channel in one fitted model.

use super::carryover::Carryover;
use super::design::{Design, Space};
use super::saturation::Hill;

/// One channel in one model: its curve and its history.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelResponse {
    /// Coefficient of the saturated series, KPI units.
    pub coefficient: f64,
    /// Saturation over the modelling window.
    pub hill: Hill,
    /// Carry-over.
    pub carryover: Carryover,
    /// Adstocked exposure per period of the window.
    pub adstocked: Vec<f64>,
    /// Its part that comes from exposure before the period.
    pub carried: Vec<f64>,
    /// Exposure bought per unit of spend over the window; 0 without spend.
    pub exposure_per_spend: f64,
}

impl ChannelResponse {
    /// The response of the `m`-th media column at hyper-parameters `point` with its coefficient.
    pub fn new(design: &Design, space: &Space, point: &[f64], m: usize, coefficient: f64) -> Self {
        let media: Vec<usize> = design.media().collect();
        let column = &design.columns[media[m]];
        let parts = space.channel(point, m);
        let carryover = Carryover::from_parts(design.family, &parts[2..]);
        let seen = design.lead_in + design.window.end;
        let first = design.lead_in + design.window.start;
        let mut scratch = vec![0.0; design.lead_in + design.kpi.len()];
        let mut history = vec![0.0; seen];
        carryover.apply(&column.values[..seen], &mut scratch, &mut history);
        let adstocked = history.split_off(first);
        let own = carryover.immediate_weight(scratch.len());
        let exposure = &column.values[first..seen];
        // Rounding must not make the carried part of an unsupported week negative.
        let carried = adstocked.iter().zip(exposure).map(|(a, x)| (a - own * x).max(0.0)).collect();
        let spend: f64 = column.spend.get(design.window.clone()).map_or(0.0, |s| s.iter().sum());
        let bought: f64 = exposure.iter().sum();
        Self {
            coefficient,
            hill: Hill::of_window(parts[0], parts[1], &adstocked),
            carryover,
            adstocked,
            carried,
            exposure_per_spend: if spend > 0.0 { bought / spend } else { 0.0 },
        }
    }

    /// Contribution per period with all exposure multiplied by `multiplier`, history included:
    /// flighting is kept.
    pub fn series(&self, multiplier: f64) -> impl Iterator<Item = f64> + '_ {
        self.adstocked.iter().map(move |a| self.coefficient * self.hill.at(multiplier * a))
    }

    /// What exposure before each period contributes to it: the curve at the carried part alone,
    /// with the inflexion of the whole.
    pub fn carried_series(&self) -> impl Iterator<Item = f64> + '_ {
        self.carried.iter().map(|a| self.coefficient * self.hill.at(*a))
    }

    /// What each period's own exposure contributes to it: the rest.
    pub fn immediate_series(&self) -> impl Iterator<Item = f64> + '_ {
        self.series(1.0).zip(self.carried_series()).map(|(all, carried)| all - carried)
    }

    /// Derivative of the contribution per period by the multiplier.
    pub fn slope_series(&self, multiplier: f64) -> impl Iterator<Item = f64> + '_ {
        self.adstocked.iter().map(move |a| {
            let slope = self.hill.slope(multiplier * a);
            if *a > 0.0 { self.coefficient * slope * a } else { 0.0 }
        })
    }

    /// Robyn's response curve: contribution of one period at `spend` in it, on top of the mean
    /// historical carry-over, which does not follow the spend:
    /// `coefficient / (1 + (κ / (x + c̄))^α)`.
    pub fn at_period_spend(&self, spend: f64) -> f64 {
        let mean = self.carried.iter().sum::<f64>() / self.carried.len().max(1) as f64;
        self.coefficient * self.hill.at(spend * self.exposure_per_spend + mean)
    }
}
