//! Carry-over: how the effect of an exposure spreads over the periods after it.
//!
//! A shape gives weights `w_0 … w_{L-1}` for lags `0 … L-1`; the carried exposure is
//! `A_t = Σ_l w_l x_{t-l}`. Normalised weights sum to one over the window, also where history
//! is cut off.

use outlay_stats::simd::{exp, ln};

/// The family of a carry-over with its window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AdstockShape {
    /// No carry-over: one weight.
    None,
    /// `w_l = α^l`, α in 0..1.
    Geometric,
    /// `w_l = α^((l - θ)²)`: a peak `θ` periods after the exposure (Jin et al. 2017, eq. 2).
    Delayed,
    /// `w_l = (1 - l/D)^(1/α - 1)`, D periods until nothing is left.
    Binomial {
        /// D, in periods.
        horizon: f64,
    },
    /// Product of Weibull survival probabilities, `w_0 = 1`, `w_l = Π_{i≤l} S(i)`,
    /// `S(i) = exp(-(i/λ)^k)`; parameters λ (scale, periods) and k (shape).
    WeibullCdf,
    /// Weibull density at `1 … L`, scaled so that its smallest value is 0 and its largest 1;
    /// parameters λ (scale, periods) and k (shape).
    WeibullPdf,
    /// The share of a Weibull delay that falls into each period, `w_l = S(l) - S(l+1)`,
    /// `S(t) = exp(-(t / (u λ))^k)`: k = 1 is geometric decay, k < 1 has a long tail, k > 1 a peak
    /// after the exposure. Parameters λ (scale, units of u periods) and k (shape).
    Weibull {
        /// u, periods per unit of λ.
        unit: f64,
    },
}

/// Largest number of parameters of a shape.
pub const MAX_PARAMETERS: usize = 2;

impl AdstockShape {
    /// Names of the shape's parameters, in order.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Geometric | Self::Binomial { .. } => &["alpha"],
            Self::Delayed => &["alpha", "theta"],
            Self::WeibullCdf | Self::WeibullPdf | Self::Weibull { .. } => &["lambda", "k"],
        }
    }

    /// Writes the weights into `w` (its length is the window) and the derivative of each weight
    /// in parameter `k` into `dw[k]`. With `normalise`, weights sum to one.
    #[inline(always)]
    pub fn weights(
        self,
        p: &[f64],
        normalise: bool,
        w: &mut [f64],
        dw: [&mut [f64]; MAX_PARAMETERS],
    ) {
        let [d0, d1] = dw;
        match self {
            Self::None => {
                w.fill(0.0);
                if let Some(first) = w.first_mut() {
                    *first = 1.0;
                }
                return;
            }
            Self::Geometric => geometric(p[0], w, d0),
            Self::Delayed => delayed(p[0], p[1], w, d0, d1),
            Self::Binomial { horizon } => binomial(p[0], horizon, w, d0),
            Self::WeibullCdf => weibull_cdf(p[0], p[1], w, d0, d1),
            Self::WeibullPdf => weibull_pdf(p[0], p[1], w, d0, d1),
            Self::Weibull { unit } => weibull(p[0], p[1], unit, w, d0, d1),
        }
        if normalise {
            let total: f64 = w.iter().sum();
            if total > 0.0 {
                for w in w.iter_mut() {
                    *w /= total;
                }
                for d in [d0, d1].into_iter().take(self.parameters().len()) {
                    let dtotal: f64 = d.iter().sum();
                    for (d, w) in d.iter_mut().zip(w.iter()) {
                        *d = (*d - w * dtotal) / total;
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn geometric(alpha: f64, w: &mut [f64], d: &mut [f64]) {
    let mut power = 1.0;
    let mut below = 0.0;
    for (l, (w, d)) in w.iter_mut().zip(d).enumerate() {
        *w = power;
        *d = l as f64 * below;
        below = power;
        power *= alpha;
    }
}

#[inline(always)]
fn delayed(alpha: f64, theta: f64, w: &mut [f64], da: &mut [f64], dt: &mut [f64]) {
    let log = ln(alpha);
    for (l, w) in w.iter_mut().enumerate() {
        let distance = l as f64 - theta;
        let square = distance * distance;
        *w = exp(square * log);
        da[l] = if square > 0.0 { *w * square / alpha.max(f64::MIN_POSITIVE) } else { 0.0 };
        dt[l] = -2.0 * distance * log * *w;
    }
}

#[inline(always)]
fn binomial(alpha: f64, horizon: f64, w: &mut [f64], d: &mut [f64]) {
    let power = 1.0 / alpha.max(f64::MIN_POSITIVE) - 1.0;
    for (l, w) in w.iter_mut().enumerate() {
        let left = 1.0 - l as f64 / horizon;
        if l == 0 {
            *w = 1.0;
            d[l] = 0.0;
        } else if left <= 0.0 {
            *w = 0.0;
            d[l] = 0.0;
        } else {
            let log = ln(left);
            *w = exp(power * log);
            // The weight falls faster than 1/α² grows; below this it is zero in f64.
            d[l] = if *w < 1e-290 { 0.0 } else { -*w * log / (alpha * alpha) };
        }
    }
}

#[inline(always)]
fn weibull_cdf(lambda: f64, k: f64, w: &mut [f64], dl: &mut [f64], dk: &mut [f64]) {
    let mut hazard = 0.0;
    let (mut hazard_l, mut hazard_k) = (0.0, 0.0);
    for (l, w) in w.iter_mut().enumerate() {
        if l > 0 {
            let log = ln(l as f64 / lambda);
            let power = exp(k * log);
            hazard += power;
            hazard_l -= k / lambda * power;
            hazard_k += power * log;
        }
        *w = exp(-hazard);
        let alive = hazard < 700.0;
        dl[l] = if alive { -*w * hazard_l } else { 0.0 };
        dk[l] = if alive { -*w * hazard_k } else { 0.0 };
    }
}

#[inline(always)]
fn weibull_pdf(lambda: f64, k: f64, w: &mut [f64], dl: &mut [f64], dk: &mut [f64]) {
    for (l, w) in w.iter_mut().enumerate() {
        let log = ln((l + 1) as f64 / lambda);
        let power = exp(k * log);
        *w = if power < 700.0 { k / lambda * exp((k - 1.0) * log - power) } else { 0.0 };
        dl[l] = *w * k / lambda * (power - 1.0);
        dk[l] = *w * (1.0 / k + log - power * log);
        if *w == 0.0 {
            (dl[l], dk[l]) = (0.0, 0.0);
        }
    }
    let argmax = (0..w.len()).fold(0, |best, l| if w[l] > w[best] { l } else { best });
    let argmin = (0..w.len()).fold(0, |best, l| if w[l] < w[best] { l } else { best });
    let (low, high) = (w.get(argmin).copied(), w.get(argmax).copied());
    let (Some(low), Some(high)) = (low, high) else { return };
    let range = high - low;
    if range <= 0.0 {
        // One lag, or a flat density: everything arrives at once.
        w.fill(1.0);
        dl.fill(0.0);
        dk.fill(0.0);
        return;
    }
    for d in [dl, dk] {
        let (dlow, dhigh) = (d[argmin], d[argmax]);
        for (d, w) in d.iter_mut().zip(w.iter()) {
            *d = (*d - dlow) / range - (w - low) * (dhigh - dlow) / (range * range);
        }
    }
    for w in w.iter_mut() {
        *w = (*w - low) / range;
    }
}

#[inline(always)]
fn weibull(lambda: f64, k: f64, unit: f64, w: &mut [f64], dl: &mut [f64], dk: &mut [f64]) {
    let n = w.len();
    let (dl, dk) = (&mut dl[..n], &mut dk[..n]);
    // Survival at the end of each period and its derivatives; the loop has no branch, so that it
    // becomes vector code.
    for l in 0..n {
        let log = ln((l + 1) as f64 / (unit * lambda));
        let hazard = exp(k * log);
        // Beyond this the survival is zero in f64, and its derivatives with it.
        let survival = if hazard < 700.0 { exp(-hazard) } else { 0.0 };
        let slope = if hazard < 700.0 { survival * hazard } else { 0.0 };
        w[l] = survival;
        dl[l] = slope * k / lambda;
        dk[l] = -slope * log;
    }
    for l in (1..n).rev() {
        w[l] = w[l - 1] - w[l];
        dl[l] = dl[l - 1] - dl[l];
        dk[l] = dk[l - 1] - dk[l];
    }
    if n > 0 {
        (w[0], dl[0], dk[0]) = (1.0 - w[0], -dl[0], -dk[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(shape: AdstockShape, p: &[f64], normalise: bool, lags: usize) -> [Vec<f64>; 3] {
        let mut out = [vec![0.0; lags], vec![0.0; lags], vec![0.0; lags]];
        let [w, d0, d1] = &mut out;
        shape.weights(p, normalise, w, [d0, d1]);
        out
    }

    const SHAPES: [AdstockShape; 6] = [
        AdstockShape::Geometric,
        AdstockShape::Delayed,
        AdstockShape::Binomial { horizon: 9.0 },
        AdstockShape::WeibullCdf,
        AdstockShape::WeibullPdf,
        AdstockShape::Weibull { unit: 1.5 },
    ];

    proptest! {
        #[test]
        fn gradients_equal_finite_differences(
            a in 0.05..0.95_f64, theta in 0.1..4.3_f64, lambda in 0.6..6.0_f64, k in 0.6..4.0_f64,
            normalise: bool,
        ) {
            for shape in SHAPES {
                let p = match shape {
                    AdstockShape::WeibullCdf
                    | AdstockShape::WeibullPdf
                    | AdstockShape::Weibull { .. } => [lambda, k],
                    _ => [a, theta],
                };
                let base = run(shape, &p, normalise, 9);
                for (i, _) in shape.parameters().iter().enumerate() {
                    let h = 1e-6 * p[i];
                    let (mut up, mut down) = (p, p);
                    up[i] += h;
                    down[i] -= h;
                    let (up, down) = (run(shape, &up, normalise, 9), run(shape, &down, normalise, 9));
                    for l in 0..9 {
                        let numeric = (up[0][l] - down[0][l]) / (2.0 * h);
                        prop_assert!((numeric - base[i + 1][l]).abs() < 1e-6 * (1.0 + numeric.abs()),
                            "{shape:?} {p:?} lag {l}: {numeric} against {}", base[i + 1][l]);
                    }
                }
            }
        }

        #[test]
        fn normalised_weights_are_a_distribution(a in 0.001..0.999_f64, b in 0.05..8.0_f64) {
            for shape in SHAPES {
                let p = match shape {
                    AdstockShape::WeibullCdf
                    | AdstockShape::WeibullPdf
                    | AdstockShape::Weibull { .. } => [b, 0.3 + b],
                    _ => [a, b],
                };
                let w = &run(shape, &p, true, 13)[0];
                prop_assert!(w.iter().all(|w| *w >= 0.0), "{shape:?} {w:?}");
                prop_assert!((w.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shape:?}");
            }
        }
    }

    #[test]
    fn weights_match_their_definitions() {
        let geometric = &run(AdstockShape::Geometric, &[0.5], false, 3)[0];
        assert_eq!(geometric, &[1.0, 0.5, 0.25]);
        let binomial = &run(AdstockShape::Binomial { horizon: 4.0 }, &[0.5], false, 4)[0];
        for (l, w) in binomial.iter().enumerate() {
            assert!((w - (1.0 - l as f64 / 4.0)).abs() < 1e-14);
        }
        let delayed = &run(AdstockShape::Delayed, &[0.5, 1.0], false, 3)[0];
        assert!((delayed[0] - 0.5).abs() < 1e-14 && (delayed[1] - 1.0).abs() < 1e-14);
        let pdf = &run(AdstockShape::WeibullPdf, &[3.0, 2.0], false, 9)[0];
        assert!(pdf.iter().cloned().fold(f64::MIN, f64::max) == 1.0);
        // A Weibull delay of shape 1 is geometric decay.
        let delay = &run(AdstockShape::Weibull { unit: 7.0 }, &[0.5, 1.0], true, 9)[0];
        let retained = (-1.0 / 3.5_f64).exp();
        let decay = &run(AdstockShape::Geometric, &[retained], true, 9)[0];
        for (a, b) in delay.iter().zip(decay) {
            assert!((a - b).abs() < 1e-14);
        }
        let cdf = &run(AdstockShape::WeibullCdf, &[2.0, 1.0], false, 3)[0];
        assert!((cdf[2] - (-0.5_f64 - 1.0).exp()).abs() < 1e-14);
    }
}
