//! Cost and yield of the sampler's choices on posteriors like those of marketing mix models:
//! the table behind the defaults of `Settings`. `cargo run -p outlay-inference --example
//! sampler_choices [chains] [draws]`.

use outlay_inference::diagnostics::convergence;
use outlay_inference::{
    Density, DensityError, Metric, Settings, Silent, Start, StartSettings, Target, sample, starts,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use std::error::Error;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const CHANNELS: usize = 8;
const WEEKS: usize = 200;
const BASE: usize = 6;

/// A weekly mix: geometric adstock, saturation `a / (a + k)`, intercept, trend, two harmonics.
#[derive(Clone)]
struct Mix {
    media: Vec<f64>,
    base: Vec<f64>,
    outcome: Vec<f64>,
    expected: Vec<f64>,
    sensitivity: Vec<f64>,
}

impl Mix {
    fn simulated() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut normal = || rng.sample::<f64, _>(StandardNormal);
        let media = (0..WEEKS * CHANNELS).map(|_| (0.6 * normal()).exp()).collect();
        let base = (0..WEEKS)
            .flat_map(|t| {
                let year = std::f64::consts::TAU * t as f64 / 52.0;
                let trend = t as f64 / WEEKS as f64 - 0.5;
                [1.0, trend, year.sin(), year.cos(), (2.0 * year).sin(), (2.0 * year).cos()]
            })
            .collect();
        let mut mix = Self {
            media,
            base,
            outcome: vec![0.0; WEEKS],
            expected: vec![0.0; WEEKS],
            sensitivity: vec![0.0; WEEKS * 3 * CHANNELS],
        };
        let mut truth = vec![0.0; mix.dim()];
        for c in 0..CHANNELS {
            truth[3 * c] = 0.3 * (c as f64 - 5.0);
            truth[3 * c + 1] = 0.4 * (c as f64 - 4.0);
            truth[3 * c + 2] = 0.2 * (c as f64 - 3.0);
        }
        truth[3 * CHANNELS] = 3.0;
        truth[3 * CHANNELS + 1] = 0.8;
        mix.predict(&truth);
        mix.outcome = mix.expected.iter().map(|m| m + 0.15 * normal()).collect();
        mix
    }

    fn predict(&mut self, x: &[f64]) {
        for t in 0..WEEKS {
            let row = &self.base[t * BASE..(t + 1) * BASE];
            let coefficients = &x[3 * CHANNELS..3 * CHANNELS + BASE];
            self.expected[t] = row.iter().zip(coefficients).map(|(z, b)| z * b).sum();
        }
        for c in 0..CHANNELS {
            let effect = x[3 * c].exp();
            let retention = 1.0 / (1.0 + (-x[3 * c + 1]).exp());
            let half = x[3 * c + 2].exp();
            let (mut stock, mut slope) = (0.0, 0.0);
            for t in 0..WEEKS {
                slope = stock + retention * slope;
                stock = self.media[t * CHANNELS + c] + retention * stock;
                let level = (1.0 - retention) * stock;
                let level_slope = (1.0 - retention) * slope - stock;
                let share = level / (level + half);
                let curve = half / (level + half).powi(2);
                self.expected[t] += effect * share;
                let out = &mut self.sensitivity[t * 3 * CHANNELS + 3 * c..][..3];
                out[0] = effect * share;
                out[1] = effect * curve * level_slope * retention * (1.0 - retention);
                out[2] = -effect * share * half / (level + half);
            }
        }
    }
}

impl Density for Mix {
    fn dim(&self) -> usize {
        3 * CHANNELS + BASE + 1
    }

    fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        self.predict(x);
        let last = self.dim() - 1;
        let precision = (-2.0 * x[last]).exp();
        gradient.fill(0.0);
        let mut value = -(WEEKS as f64) * x[last];
        gradient[last] = -(WEEKS as f64);
        for t in 0..WEEKS {
            let residual = self.outcome[t] - self.expected[t];
            let weight = precision * residual;
            value -= 0.5 * weight * residual;
            gradient[last] += weight * residual;
            let media = &self.sensitivity[t * 3 * CHANNELS..(t + 1) * 3 * CHANNELS];
            let base = &self.base[t * BASE..(t + 1) * BASE];
            for (g, s) in gradient.iter_mut().zip(media.iter().chain(base)) {
                *g += weight * s;
            }
        }
        for (i, (g, x)) in gradient.iter_mut().zip(x).enumerate() {
            let sd: f64 = if i < 3 * CHANNELS { 1.0 } else { 3.0 };
            value -= 0.5 * (x / sd).powi(2);
            *g -= x / (sd * sd);
        }
        Ok(value)
    }
}

impl Target for Mix {
    type Density = Self;

    fn density(&self) -> Self {
        self.clone()
    }
}

/// A Gaussian whose precision is `a I + b 1 1'` after scaling: one ridge in `dim` parameters.
#[derive(Clone)]
struct Ridge {
    dim: usize,
    strength: f64,
}

impl Density for Ridge {
    fn dim(&self) -> usize {
        self.dim
    }

    fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let sum: f64 = x.iter().sum();
        let mut value = -0.5 * self.strength * sum * sum;
        for (g, x) in gradient.iter_mut().zip(x) {
            value -= 0.5 * x * x;
            *g = -x - self.strength * sum;
        }
        Ok(value)
    }
}

impl Target for Ridge {
    type Density = Self;

    fn density(&self) -> Self {
        self.clone()
    }
}

/// Effects under a common scale, little data for each: a funnel that data have softened.
#[derive(Clone)]
struct Hierarchy {
    groups: usize,
}

impl Density for Hierarchy {
    fn dim(&self) -> usize {
        self.groups + 2
    }

    fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let (mean, scale, effects) = (x[0], x[1].exp(), &x[2..]);
        let mut value = -0.5 * mean * mean - 0.5 * scale * scale + x[1];
        let [mean_slope, scale_slope, slopes @ ..] = gradient else {
            return Err(DensityError::OutsideSupport("the parameters"));
        };
        *mean_slope = -mean;
        *scale_slope = 1.0 - scale * scale;
        for (i, (effect, g)) in effects.iter().zip(slopes).enumerate() {
            let observed = ((i * 7919) % 13) as f64 / 6.0 - 1.0;
            let residual = observed - mean - scale * effect;
            value -= 0.5 * effect * effect + 0.5 * residual * residual / 0.25;
            *g = -effect + residual * scale / 0.25;
            *mean_slope += residual / 0.25;
            *scale_slope += residual * scale * effect / 0.25;
        }
        Ok(value)
    }
}

impl Target for Hierarchy {
    type Density = Self;

    fn density(&self) -> Self {
        self.clone()
    }
}

fn compare<T: Target>(name: &str, target: &T, base: &Settings) -> Result<(), Box<dyn Error>> {
    let dim = target.density().dim();
    let mut density = target.density();
    let (point, mut gradient) = (vec![0.1; dim], vec![0.0; dim]);
    let begun = Instant::now();
    for _ in 0..2000 {
        std::hint::black_box(density.log_density(&point, &mut gradient)?);
    }
    let cost = begun.elapsed().as_secs_f64() / 2000.0 * 1e6;
    println!("\n{name}: {dim} parameters, {cost:.2} us a gradient");
    println!(
        "metric    accept start     leapfrogs  evaluations  us/evaluation  divergent  min ESS  ESS/1k evaluations  R-hat"
    );
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let candidates: Vec<Vec<f64>> =
        (0..20).map(|_| (0..dim).map(|_| rng.sample::<f64, _>(StandardNormal)).collect()).collect();
    let begun = Instant::now();
    let shaped = starts(target, &candidates, &StartSettings::default())?;
    let searching = begun.elapsed();
    let points = Start::Points(shaped.points().to_vec());
    let low_rank = Metric::default();
    for (metric, label) in [(Metric::Diagonal, "diagonal"), (low_rank, "low-rank")] {
        for target_accept in [0.8, 0.9, 0.95] {
            for (start, kind) in [(&points, "points"), (&shaped, "shaped")] {
                let settings = Settings { metric, target_accept, ..base.clone() };
                let begun = Instant::now();
                let run = sample(target, &settings, start, &Silent, &AtomicBool::new(false))?;
                let micros = begun.elapsed().as_secs_f64() * 1e6 / run.gradient_evaluations as f64;
                let (mut ess, mut rhat) = (f64::INFINITY, 1.0f64);
                for index in 0..dim {
                    let summary = convergence(&run.parameter(index));
                    let tail = summary.ess_tail.unwrap_or(0.0);
                    ess = ess.min(summary.ess_bulk.unwrap_or(0.0)).min(tail);
                    rhat = rhat.max(summary.rhat.unwrap_or(f64::INFINITY));
                }
                println!(
                    "{label:9} {target_accept:6} {kind:9} {:9.1} {:12} {micros:14.2} {:10} {ess:8.0} {:19.2} {rhat:6.3}",
                    run.mean_leapfrogs(),
                    run.gradient_evaluations,
                    run.divergences(),
                    1000.0 * ess / run.gradient_evaluations as f64,
                );
            }
        }
    }
    println!("starts found in {searching:?}");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter_map(|text| text.parse().ok());
    let chains = arguments.next().unwrap_or(4);
    let draws = arguments.next().unwrap_or(1000);
    let settings = Settings { chains, draws, warmup: draws, threads: 1, ..Settings::default() };
    compare("mix", &Mix::simulated(), &settings)?;
    compare("hierarchy", &Hierarchy { groups: 20 }, &settings)?;
    compare("ridge of 20", &Ridge { dim: 20, strength: 100.0 }, &settings)?;
    compare("ridge of 100", &Ridge { dim: 100, strength: 100.0 }, &settings)?;
    Ok(())
}
