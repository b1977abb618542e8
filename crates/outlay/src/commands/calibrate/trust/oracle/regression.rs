//! Least squares, and returns drawn from it under their prior.

use std::sync::atomic::AtomicBool;

use outlay_inference::{
    Density, DensityError, SampleError, Settings, Silent, StartSettings, Target, sample, starts,
};
use outlay_stats::distribution::Distribution;
use outlay_stats::linalg::{cholesky, inverse, solve_lower, solve_upper};

use super::super::answer::Stop;
use super::super::reference::prior;

/// Added to the standardised normal equations, so that exact collinearity does not stop them.
const JITTER: f64 = 1e-9;

/// Coefficients with their covariance.
pub(super) struct Regression {
    mean: Vec<f64>,
    /// Row by row.
    covariance: Vec<f64>,
}

impl Regression {
    /// Ordinary least squares of `y` on `columns`.
    pub(super) fn of(columns: &[Vec<f64>], y: &[f64]) -> Result<Self, Stop> {
        let (k, n) = (columns.len(), y.len());
        if n <= k {
            return Err(Stop::Failed(format!("{n} observations are too few for {k} regressors")));
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let lengths = columns.iter().map(|c| dot(c, c).sqrt());
        let length: Vec<f64> = lengths.map(|l| if l > 0.0 { l } else { 1.0 }).collect();
        let mut gram = vec![0.0; k * k];
        for i in 0..k {
            for j in 0..k {
                gram[i * k + j] = dot(&columns[i], &columns[j]) / (length[i] * length[j]);
            }
            gram[i * k + i] += JITTER;
        }
        cholesky(&mut gram, k).map_err(|e| Stop::failed(&e))?;
        let mut b: Vec<f64> = columns.iter().zip(&length).map(|(c, l)| dot(c, y) / l).collect();
        solve_lower(&gram, k, &mut b);
        solve_upper(&gram, k, &mut b);
        let (mut scratch, mut covariance) = (vec![0.0; k * k], vec![0.0; k * k]);
        inverse(&gram, k, &mut scratch, &mut covariance);
        let residual = |t: usize| {
            let fitted = columns.iter().zip(&b).zip(&length).map(|((c, b), l)| c[t] * b / l);
            y[t] - fitted.sum::<f64>()
        };
        let variance = (0..n).map(|t| residual(t).powi(2)).sum::<f64>() / (n - k) as f64;
        for i in 0..k {
            for j in 0..k {
                covariance[i * k + j] *= variance / (length[i] * length[j]);
            }
        }
        Ok(Self { mean: b.iter().zip(&length).map(|(b, l)| b / l).collect(), covariance })
    }
}

/// Draws of the returns of some coefficients, `[coefficient][draw]`: coefficient `units[i].0` is
/// its return times `units[i].1`. The likelihood is the regression's, with everything else
/// integrated out.
pub(super) fn returns(
    regression: &Regression,
    units: &[(usize, f64)],
    seed: u64,
    cancel: &AtomicBool,
) -> Result<Vec<Vec<f64>>, Stop> {
    let (n, k) = (units.len(), regression.mean.len());
    let mean: Vec<f64> = units.iter().map(|(m, unit)| regression.mean[*m] / unit).collect();
    let mut factor = Vec::with_capacity(n * n);
    for (i, a) in units {
        factor.extend(units.iter().map(|(j, b)| regression.covariance[i * k + j] / (a * b)));
    }
    cholesky(&mut factor, n).map_err(|e| Stop::failed(&e))?;
    let (mut scratch, mut precision) = (vec![0.0; n * n], vec![0.0; n * n]);
    inverse(&factor, n, &mut scratch, &mut precision);
    let target = Returns { mean, precision, prior: prior() };
    let settings =
        Settings { chains: 2, warmup: 500, draws: 500, threads: 1, seed, ..Settings::default() };
    let begin = StartSettings { count: 4, seed, ..StartSettings::default() };
    let start = starts(&target, &[vec![0.0; n]], &begin).map_err(|e| Stop::failed(&e))?;
    let run = match sample(&target, &settings, &start, &Silent, cancel) {
        Err(SampleError::Cancelled) => return Err(Stop::Cancelled),
        other => other.map_err(|e| Stop::failed(&e))?,
    };
    if run.interrupted {
        return Err(Stop::Cancelled);
    }
    let own = |i| run.parameter(i).concat().into_iter().map(f64::exp).collect();
    Ok((0..n).map(own).collect())
}

/// Posterior of the logarithms of returns: Gaussian likelihood of the returns, prior of each.
#[derive(Clone)]
struct Returns {
    mean: Vec<f64>,
    precision: Vec<f64>,
    prior: Distribution,
}

impl Density for Returns {
    fn dim(&self) -> usize {
        self.mean.len()
    }

    fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let n = self.mean.len();
        let off: Vec<f64> = x.iter().zip(&self.mean).map(|(x, mean)| x.exp() - mean).collect();
        let mut value = 0.0;
        for i in 0..n {
            let row = &self.precision[i * n..(i + 1) * n];
            let pull: f64 = row.iter().zip(&off).map(|(p, o)| p * o).sum();
            let roi = x[i].exp();
            value += self.prior.log_density(roi) + x[i] - 0.5 * off[i] * pull;
            gradient[i] = (self.prior.log_density_gradient(roi) - pull) * roi + 1.0;
        }
        Ok(value)
    }
}

impl Target for Returns {
    type Density = Self;

    fn density(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_by_hand() {
        // y = 1 + 2 x with residuals -1, 2, -1 on three points: the slope is 2, the variance 6.
        let columns = [vec![1.0, 1.0, 1.0], vec![-1.0, 0.0, 1.0]];
        let found = Regression::of(&columns, &[-2.0, 3.0, 2.0]).unwrap();
        assert!((found.mean[0] - 1.0).abs() < 1e-6 && (found.mean[1] - 2.0).abs() < 1e-6);
        assert!((found.covariance[3] - 3.0).abs() < 1e-6);
    }

    #[test]
    fn the_gradient_is_that_of_the_density() {
        let mut density =
            Returns { mean: vec![1.0, 2.0], precision: vec![4.0, 1.0, 1.0, 2.0], prior: prior() };
        let (at, mut gradient, mut unused) = ([0.3, -0.2], [0.0; 2], [0.0; 2]);
        density.log_density(&at, &mut gradient).unwrap();
        for i in 0..2 {
            let mut value = |step: f64| {
                let mut x = at;
                x[i] += step;
                density.log_density(&x, &mut unused).unwrap()
            };
            let slope = (value(1e-6) - value(-1e-6)) / 2e-6;
            assert!((slope - gradient[i]).abs() < 1e-6, "{slope} {}", gradient[i]);
        }
    }

    #[test]
    fn precise_data_overrule_the_prior() {
        let regression = Regression { mean: vec![6.0], covariance: vec![1e-4] };
        // The coefficient is twice the return.
        let draws = returns(&regression, &[(0, 2.0)], 1, &AtomicBool::new(false));
        let Ok(draws) = draws else { panic!("no draws") };
        let mean = draws[0].iter().sum::<f64>() / draws[0].len() as f64;
        assert!((mean - 3.0).abs() < 0.01, "{mean}");
    }
}
