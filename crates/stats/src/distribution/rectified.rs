//! A log-normal that may be nothing at all.

use std::ops::RangeInclusive;

use crate::special::{LN_SQRT_2PI, normal_cdf, normal_pdf, normal_quantile};

/// Width of the ramp from nothing to the log-normal, in standard deviations of the coordinate.
const RAMP: f64 = 0.6;
/// Panels of Simpson's rule over the ramp.
const PANELS: u32 = 200;
/// Halvings until a coordinate on the ramp is exact to rounding.
const HALVINGS: usize = 60;

/// The map from a standard normal coordinate `u` to `x`:
/// 0 up to `u = a`, the quantile of the probability of zero; `e^(mu + sigma u)` from `a + RAMP` on; and
/// between the two `e^(mu + sigma u) s((u - a) / RAMP)` with `s(t) = t^2 (3 - 2 t)`, so that the slope
/// is continuous and a sampler that follows gradients walks in and out of zero.
///
/// A spike and a slab in one coordinate: what lets a posterior say "perhaps it does nothing", with
/// the probability of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectified {
    mu: f64,
    sigma: f64,
    /// Coordinate below which the value is 0.
    from: f64,
}

impl Rectified {
    /// `zero` is the probability of 0; `mu` and `sigma` are those of the logarithm above the ramp.
    pub fn new(zero: f64, mu: f64, sigma: f64) -> Self {
        Self { mu, sigma, from: normal_quantile(zero) }
    }

    /// `x` of a coordinate.
    #[inline]
    pub fn value(&self, u: f64) -> f64 {
        self.evaluate(u).0
    }

    /// `x`, `dx/du` and `d2x/du2`.
    #[inline]
    pub fn evaluate(&self, u: f64) -> (f64, f64, f64) {
        let t = (u - self.from) / RAMP;
        if t <= 0.0 {
            return (0.0, 0.0, 0.0);
        }
        let (sigma, slab) = (self.sigma, (self.mu + self.sigma * u).exp());
        if t >= 1.0 {
            return (slab, slab * sigma, slab * sigma * sigma);
        }
        let (s, first, second) =
            (t * t * (3.0 - 2.0 * t), 6.0 * t * (1.0 - t) / RAMP, (6.0 - 12.0 * t) / (RAMP * RAMP));
        (
            slab * s,
            slab * (sigma * s + first),
            slab * (sigma * sigma * s + 2.0 * sigma * first + second),
        )
    }

    /// The largest coordinate of `x`; NaN below 0.
    pub fn coordinate(&self, x: f64) -> f64 {
        if x.is_nan() || x < 0.0 {
            return f64::NAN;
        }
        if x == 0.0 {
            return self.from;
        }
        let above = (x.ln() - self.mu) / self.sigma;
        if above >= self.from + RAMP {
            return above;
        }
        let (mut low, mut high) = (self.from, self.from + RAMP);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.value(middle) < x { low = middle } else { high = middle }
        }
        high
    }

    /// A coordinate from which a sampler may start at `x`: of 0, one well inside the zero.
    pub fn start(&self, x: f64) -> f64 {
        if x > 0.0 { self.coordinate(x) } else { self.from - RAMP }
    }

    /// Log density of the part above 0 and its slope; at 0 the logarithm of the mass.
    pub(super) fn log_density_and_gradient(&self, x: f64) -> (f64, f64) {
        if x == 0.0 {
            return (normal_cdf(self.from).ln(), 0.0);
        }
        let u = self.coordinate(x);
        let (_, first, second) = self.evaluate(u);
        (-0.5 * u * u - LN_SQRT_2PI - first.ln(), (-u - second / first) / first)
    }

    /// Mean and standard deviation: the slab in closed form, the ramp by quadrature.
    pub(super) fn mean_and_sd(&self) -> (f64, f64) {
        let full = self.from + RAMP;
        let slab = |k: f64| {
            let s = k * self.sigma;
            (k * self.mu + 0.5 * s * s).exp() * normal_cdf(s - full)
        };
        let ramp = |k: f64| simpson(self.from..=full, |u| self.value(u).powf(k) * normal_pdf(u));
        let mean = slab(1.0) + ramp(1.0);
        (mean, (slab(2.0) + ramp(2.0) - mean * mean).max(0.0).sqrt())
    }
}

fn simpson(range: RangeInclusive<f64>, f: impl Fn(f64) -> f64) -> f64 {
    let step = (range.end() - range.start()) / f64::from(PANELS);
    let weight = |i| match i {
        0 | PANELS => 1.0,
        _ if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    (0..=PANELS).map(|i| weight(i) * f(range.start() + step * f64::from(i))).sum::<f64>() * step
        / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slope_and_bend_are_those_of_the_value() {
        let map = Rectified::new(0.1, 0.3, 0.7);
        let step = 1e-5;
        for u in [-2.0, -1.2, -1.0, -0.75, -0.5, 0.0, 1.7] {
            let (_, first, second) = map.evaluate(u);
            let (before, after) = (map.evaluate(u - step), map.evaluate(u + step));
            assert!((first - (after.0 - before.0) / (2.0 * step)).abs() < 1e-8, "{u}");
            assert!((second - (after.1 - before.1) / (2.0 * step)).abs() < 1e-6, "{u}");
        }
        // No step in the slope where the pieces meet.
        for u in [map.from, map.from + RAMP] {
            let (below, above) = (map.evaluate(u - 1e-9).1, map.evaluate(u + 1e-9).1);
            assert!((below - above).abs() < 1e-6, "{below} {above}");
        }
    }

    #[test]
    fn coordinates_come_back() {
        let map = Rectified::new(0.08, 0.25, 0.7);
        for u in [-1.35, -1.0, -0.8, 0.0, 2.5] {
            assert!((map.coordinate(map.value(u)) - u).abs() < 1e-9, "{u}");
        }
        assert_eq!(map.value(map.start(0.0)), 0.0);
        assert!((normal_cdf(map.coordinate(0.0)) - 0.08).abs() < 1e-12);
    }

    #[test]
    fn moments_are_those_of_draws() {
        // A fine grid of the coordinate in place of draws.
        let map = Rectified::new(0.08, 0.25, 0.7);
        let n = 200_000;
        let values: Vec<f64> = (0..n)
            .map(|i| map.value(normal_quantile((f64::from(i) + 0.5) / f64::from(n))))
            .collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        let (m, s) = map.mean_and_sd();
        assert!((m - mean).abs() < 1e-3 && (s - variance.sqrt()).abs() < 5e-3, "{m} {mean} {s}");
    }
}
