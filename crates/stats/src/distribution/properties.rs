//! What must hold for every distribution, whatever its parameters.

use super::Distribution as D;
use proptest::prelude::*;

/// Distributions over a wide range of locations, scales and shapes.
fn any_distribution() -> impl Strategy<Value = D> {
    let place = || -20.0..20.0_f64;
    let size = || (-3.0..3.0_f64).prop_map(f64::exp);
    let shape = || (-1.5..6.0_f64).prop_map(f64::exp);
    prop_oneof![
        (place(), size()).prop_map(|(mean, sd)| D::Normal { mean, sd }),
        size().prop_map(|sd| D::HalfNormal { sd }),
        (place(), size(), -8.0..8.0_f64, size()).prop_map(|(mean, sd, from, width)| {
            let low = mean + from * sd;
            D::TruncatedNormal { mean, sd, low, high: low + width * sd }
        }),
        (place(), size(), -8.0..8.0_f64).prop_map(|(mean, sd, from)| {
            D::TruncatedNormal { mean, sd, low: mean + from * sd, high: f64::INFINITY }
        }),
        (-3.0..3.0_f64, 0.05..2.0_f64).prop_map(|(mu, sigma)| D::LogNormal { mu, sigma }),
        (place(), -3.0..3.0_f64, 0.05..2.0_f64)
            .prop_map(|(shift, mu, sigma)| D::ShiftedLogNormal { shift, mu, sigma }),
        (shape(), shape()).prop_map(|(alpha, beta)| D::Beta { alpha, beta }),
        (shape(), size()).prop_map(|(shape, rate)| D::Gamma { shape, rate }),
        (shape(), size()).prop_map(|(shape, scale)| D::InverseGamma { shape, scale }),
        (place(), size()).prop_map(|(low, width)| D::Uniform { low, high: low + width }),
        (place(), size()).prop_map(|(mean, scale)| D::Laplace { mean, scale }),
        (shape(), place(), size()).prop_map(|(df, mean, scale)| D::StudentT { df, mean, scale }),
        (shape(), size()).prop_map(|(df, scale)| D::HalfStudentT { df, scale }),
        size().prop_map(|rate| D::Exponential { rate }),
        size().prop_map(|scale| D::HalfCauchy { scale }),
    ]
}

proptest! {
    #[test]
    fn density_cdf_and_quantile_belong_together(law in any_distribution(), p in 0.01..0.99_f64) {
        let law = law.validated().unwrap();
        let x = law.quantile(p);
        let density = law.log_density(x).exp();
        prop_assert!(law.support().contains(x) && density > 0.0);
        let spacing = 16.0 * f64::EPSILON * (x.abs() + 20.0) * density;
        prop_assert!((law.cdf(x) - p).abs() < 1e-10 + spacing, "{law} at {p}: {}", law.cdf(x));

        // A little mass around x lies between its width times the least and the largest density.
        let (low, high) = (law.quantile(p - 0.001), law.quantile(p + 0.001));
        let width = high - low;
        let mass = law.cdf(high) - law.cdf(low);
        let ends = [low, high].map(|x| law.log_density(x).exp());
        let (least, most) = (ends[0].min(ends[1]).min(density), ends[0].max(ends[1]).max(density));
        prop_assert!(mass >= 0.99 * least * width && mass <= 1.01 * most * width, "{law} at {p}");
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_log_density(law in any_distribution(), p in 0.02..0.98_f64) {
        let law = law.validated().unwrap();
        let x = law.quantile(p);
        let step = 1e-3 * (law.quantile(p + 0.01) - x).min(x - law.quantile(p - 0.01));
        // On the kink of a Laplace there is no slope, and a step must move x.
        prop_assume!(step > 1e-9 * (x.abs() + 1e-3));
        if let D::Laplace { mean, .. } = law {
            prop_assume!((x - mean).abs() > 2.0 * step);
        }
        let slope = (law.log_density(x + step) - law.log_density(x - step)) / (2.0 * step);
        let rounding = 1e-15 * (1.0 + law.log_density(x).abs()) * (1.0 + x.abs()) / step;
        let gradient = law.log_density_gradient(x);
        let tolerance = 1e-5 * (gradient.abs() + 1.0 / (1e3 * step)) + 50.0 * rounding;
        prop_assert!((gradient - slope).abs() < tolerance, "{law} at {x}: {gradient}, {slope}");
    }
}
