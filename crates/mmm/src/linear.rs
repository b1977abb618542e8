//! The linear-Gaussian block, integrated out.
//!
//! Given everything else, the residual `r = y - media` is `r = X b + ε` with
//! `b = S z`, `z ~ N(0, I)`, `S = diag(s)`, `ε ~ N(0, σ² I)`. Then `b` is integrated out exactly:
//! with `A = I + S XᵀX S / σ²` and `q = S Xᵀ r / σ²`,
//! `ln p(r) = -n/2 ln(2πσ²) - ½ ln|A| - ½ (rᵀr/σ² - qᵀA⁻¹q)`.
//! Derivatives follow from Fisher's identity: with `m = A⁻¹ q` and `e = r - X S m`,
//! `∂/∂r = -e/σ²`, `∂/∂ln s_j = m_j² + A⁻¹_jj - 1`,
//! `∂/∂ln σ = -n + eᵀe/σ² + tr(I - A⁻¹)`.
//!
//! Leading orthogonal columns (one knot per period) are eliminated in closed form, so that their
//! number costs next to nothing. Noise may be correlated from period to period: then products
//! with `XᵀX` and `rᵀr` are taken in its precision (see `correlation`), and no column leads.

mod correlation;

use outlay_stats::linalg::{
    NotPositiveDefinite, cholesky, inverse, log_determinant, solve_lower, solve_upper,
};
use outlay_stats::simd::{axpy, dot};
use rand::Rng;
use rand_distr::{Distribution as _, StandardNormal};

use crate::model::design::Design;
use correlation::{Correlation, Sums};

/// Leading columns that share their Gram diagonal and prior scale.
#[derive(Debug, Clone)]
struct LeadGroup {
    members: Vec<usize>,
    gram: f64,
    sd: f64,
    /// `Σ_k g_k g_kᵀ` over members, g_k the Gram column against the border: border × border.
    outer: Vec<f64>,
}

/// What is fixed about a block: the design and its Gram matrix.
#[derive(Debug, Clone)]
pub struct LinearBlock {
    /// The columns.
    pub design: Design,
    groups: Vec<LeadGroup>,
    /// Lead group of each leading column.
    group_of: Vec<usize>,
    /// Border × lead.
    cross: Vec<f64>,
    /// Border × border.
    border: Vec<f64>,
    observed: f64,
    correlation: Option<Correlation>,
}

/// Whether noise is correlated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// It is independent from cell to cell.
    None,
    /// It remembers, within each geo.
    Own,
    /// It remembers, and geos share a part of it.
    Shared,
}

/// Scale and memory of the noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseLaw {
    /// Standard deviation of the innovations.
    pub sigma: f64,
    /// Autocorrelation from one period to the next; used by blocks made for it.
    pub rho: f64,
    /// Scale of what geos share of their innovations, in units of `sigma`; used likewise.
    pub common: f64,
    /// Power to which the likelihood is raised; 1 for none.
    pub power: f64,
}

impl NoiseLaw {
    /// Precision of an innovation, as the powered likelihood counts it.
    pub fn precision(self) -> f64 {
        self.power / (self.sigma * self.sigma)
    }
}

/// Scratch memory and results of one evaluation.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Prior standard deviation of each coefficient.
    pub sd: Vec<f64>,
    /// Posterior mean of the standardised coefficients `z`.
    pub mean: Vec<f64>,
    /// Posterior mean of the coefficients (without their prior mean).
    pub coefficients: Vec<f64>,
    /// `r - X b̂`.
    pub residual: Vec<f64>,
    /// `∂ ln p / ∂ ln s_j`; meaningful for border columns.
    pub scale_gradient: Vec<f64>,
    /// `∂ ln p / ∂ ln σ`.
    pub sigma_gradient: f64,
    /// `∂ ln p / ∂ ρ`, where noise is correlated.
    pub rho_gradient: f64,
    /// `∂ ln p / ∂ τ`, where geos share a part of the noise.
    pub common_gradient: f64,
    /// `Ω (r - X b̂)`: the residual as the density's derivative sees it.
    pub weighted: Vec<f64>,
    sums: Option<Sums>,
    factor: Vec<f64>,
    /// Covariance of the border's coefficients, standardised ones until it is scaled.
    inverse: Vec<f64>,
    scratch: Vec<f64>,
    projected: Vec<f64>,
    q: Vec<f64>,
    by_period: Vec<f64>,
}

impl LinearBlock {
    /// Prepares a design; `weights` are 1 for observed cells and 0 for held-out ones. Where noise
    /// is correlated no column leads.
    pub fn new(mut design: Design, weights: &[f64], memory: Memory) -> Self {
        if memory != Memory::None {
            design.lead = 0;
        }
        let correlation = (memory != Memory::None)
            .then(|| Correlation::new(&design, weights, memory == Memory::Shared));
        let p = design.columns.len();
        let lead = design.lead;
        let r = p - lead;
        let gram = design.gram(weights);
        let mut border = vec![0.0; r * r];
        let mut cross = vec![0.0; r * lead];
        for i in 0..r {
            let row = &gram[(lead + i) * p..(lead + i + 1) * p];
            cross[i * lead..(i + 1) * lead].copy_from_slice(&row[..lead]);
            border[i * r..(i + 1) * r].copy_from_slice(&row[lead..]);
        }
        let mut groups: Vec<LeadGroup> = Vec::new();
        let mut group_of = Vec::with_capacity(lead);
        for k in 0..lead {
            let (g, sd) = (gram[k * p + k], design.columns[k].sd);
            let found = groups.iter().position(|x| x.gram == g && x.sd == sd);
            let index = found.unwrap_or_else(|| {
                groups.push(LeadGroup { members: vec![], gram: g, sd, outer: vec![0.0; r * r] });
                groups.len() - 1
            });
            group_of.push(index);
            let group = &mut groups[index];
            group.members.push(k);
            for i in 0..r {
                for j in 0..r {
                    group.outer[i * r + j] += cross[i * lead + k] * cross[j * lead + k];
                }
            }
        }
        let observed = weights.iter().sum();
        Self { design, groups, group_of, cross, border, observed, correlation }
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.design.columns.len()
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.design.columns.is_empty()
    }

    /// Fresh scratch memory.
    pub fn workspace(&self) -> Workspace {
        let p = self.len();
        let r = p - self.design.lead;
        let n = self.design.geos * self.design.periods;
        Workspace {
            sd: vec![0.0; p],
            mean: vec![0.0; p],
            coefficients: vec![0.0; p],
            residual: vec![0.0; n],
            scale_gradient: vec![0.0; p],
            sigma_gradient: 0.0,
            rho_gradient: 0.0,
            common_gradient: 0.0,
            weighted: vec![0.0; n],
            sums: self.correlation.as_ref().map(|c| c.sums(self.design.periods)),
            factor: vec![0.0; r * r],
            inverse: vec![0.0; r * r],
            scratch: vec![0.0; r * r],
            projected: vec![0.0; p],
            q: vec![0.0; p],
            by_period: vec![0.0; self.design.periods],
        }
    }

    /// Log density of `w.residual` (which holds `r`, zero in held-out cells) with `b` integrated
    /// out, for the prior standard deviations in `w.sd`. Fills the posterior mean; with
    /// `GRADIENT` also the derivatives. `w.residual` becomes `r - X b̂`, held-out cells included:
    /// the caller masks them.
    ///
    /// # Errors
    /// [`NotPositiveDefinite`] when rounding makes the precision indefinite.
    #[inline(always)]
    pub fn log_density<const GRADIENT: bool>(
        &self,
        noise: NoiseLaw,
        mask: Option<&[f64]>,
        w: &mut Workspace,
    ) -> Result<f64, NotPositiveDefinite> {
        let NoiseLaw { sigma, power, .. } = noise;
        let (p, lead) = (self.len(), self.design.lead);
        let r = p - lead;
        let precision = noise.precision();
        let square = self.weigh(noise, w);
        self.design.project(&w.weighted, &mut w.by_period, &mut w.projected);
        for j in 0..p {
            w.q[j] = w.sd[j] * w.projected[j] * precision;
        }
        self.factorise(noise, w)?;

        // Border: S m2 = q2 - A21 D⁻¹ q1; then lead: m1 = D⁻¹ (q1 - A12 m2).
        let lead_d = |k: usize| {
            let group = &self.groups[self.group_of[k]];
            1.0 + group.sd * group.sd * group.gram * precision
        };
        for k in 0..lead {
            w.by_period[k] = w.sd[k] * precision * w.q[k] / lead_d(k);
        }
        for i in 0..r {
            let cross = &self.cross[i * lead..(i + 1) * lead];
            w.mean[lead + i] = w.q[lead + i] - w.sd[lead + i] * dot(cross, &w.by_period[..lead]);
        }
        solve_lower(&w.factor, r, &mut w.mean[lead..]);
        solve_upper(&w.factor, r, &mut w.mean[lead..]);
        self.solve_lead(precision, w);

        let log_det = log_determinant(&w.factor, r) + self.lead_log_determinant(precision)
            - power * self.correlation.as_ref().map_or(0.0, |c| c.log_determinant(noise));
        let quadratic = square * precision - dot(&w.q, &w.mean);
        let value = -0.5
            * (power * self.observed * (2.0 * std::f64::consts::PI * sigma * sigma).ln()
                + log_det
                + quadratic);
        for j in 0..p {
            w.coefficients[j] = -w.sd[j] * w.mean[j];
        }
        self.design.apply(&w.coefficients, &mut w.by_period, &mut w.residual);
        for b in &mut w.coefficients {
            *b = -*b;
        }
        if let Some(mask) = mask {
            for (e, m) in w.residual.iter_mut().zip(mask) {
                *e *= m;
            }
        }
        if GRADIENT {
            self.derivatives(noise, w);
        }
        Ok(value)
    }

    /// `XᵀΩX` over the observed cells of `weights`, row-major, all columns.
    pub(crate) fn gram(&self, noise: NoiseLaw, weights: &[f64]) -> Vec<f64> {
        let mut gram = self.design.gram(weights);
        for (weight, own) in self.correlation.iter().flat_map(|c| c.grams(noise)) {
            axpy(weight, own, &mut gram);
        }
        gram
    }

    /// Log density of noise as it stands in `w.residual` (zero in held-out cells), nothing
    /// integrated out.
    pub fn noise_log_density(&self, noise: NoiseLaw, w: &mut Workspace) -> f64 {
        let square = self.weigh(noise, w) / (noise.sigma * noise.sigma);
        let log_det = self.correlation.as_ref().map_or(0.0, |c| c.log_determinant(noise));
        let scale = (2.0 * std::f64::consts::PI * noise.sigma * noise.sigma).ln();
        -0.5 * (self.observed * scale - log_det + square)
    }

    /// `w.weighted = Ω w.residual`, of a residual that is zero in held-out cells; gives `rᵀΩr`.
    #[inline(always)]
    pub(crate) fn weigh(&self, noise: NoiseLaw, w: &mut Workspace) -> f64 {
        match (&self.correlation, &mut w.sums) {
            (Some(correlation), Some(sums)) => {
                correlation.apply(noise, &w.residual, sums, &mut w.weighted);
            }
            _ => w.weighted.copy_from_slice(&w.residual),
        }
        dot(&w.residual, &w.weighted)
    }

    /// Cholesky factor of the border's Schur complement.
    #[inline(always)]
    fn factorise(&self, noise: NoiseLaw, w: &mut Workspace) -> Result<(), NotPositiveDefinite> {
        let precision = noise.precision();
        let lead = self.design.lead;
        let r = self.len() - lead;
        // Row by row, so that a row stays at hand while all matrices are added to it.
        for i in 0..r {
            let cells = i * r + i..(i + 1) * r;
            let row = &mut w.factor[cells.clone()];
            for (f, g) in row.iter_mut().zip(&self.border[cells.clone()]) {
                *f = g * precision;
            }
            for (weight, gram) in self.correlation.iter().flat_map(|c| c.grams(noise)) {
                axpy(weight * precision, &gram[cells.clone()], row);
            }
            for group in &self.groups {
                let s2 = group.sd * group.sd;
                let weight = s2 * precision * precision / (1.0 + s2 * group.gram * precision);
                axpy(-weight, &group.outer[cells.clone()], row);
            }
            let own = w.sd[lead + i];
            for (f, other) in row.iter_mut().zip(&w.sd[lead + i..]) {
                *f *= own * other;
            }
            row[0] += 1.0;
        }
        cholesky(&mut w.factor, r)
    }

    /// `m1 = D⁻¹ (q1 - A12 m2)`.
    #[inline(always)]
    fn solve_lead(&self, precision: f64, w: &mut Workspace) {
        let (p, lead) = (self.len(), self.design.lead);
        if lead == 0 {
            return;
        }
        let by_period = &mut w.by_period[..lead];
        by_period.fill(0.0);
        for i in 0..p - lead {
            let factor = w.sd[lead + i] * w.mean[lead + i];
            axpy(factor, &self.cross[i * lead..(i + 1) * lead], by_period);
        }
        for k in 0..lead {
            let group = &self.groups[self.group_of[k]];
            let d = 1.0 + group.sd * group.sd * group.gram * precision;
            w.mean[k] = (w.q[k] - w.sd[k] * precision * by_period[k]) / d;
        }
    }

    #[inline(always)]
    fn lead_log_determinant(&self, precision: f64) -> f64 {
        let term =
            |g: &LeadGroup| g.members.len() as f64 * (1.0 + g.sd * g.sd * g.gram * precision).ln();
        self.groups.iter().map(term).sum()
    }

    #[inline(always)]
    fn derivatives(&self, noise: NoiseLaw, w: &mut Workspace) {
        let precision = noise.precision();
        let (p, lead) = (self.len(), self.design.lead);
        let r = p - lead;
        inverse(&w.factor, r, &mut w.scratch, &mut w.inverse);
        let mut trace = 0.0;
        for i in 0..r {
            let diagonal = w.inverse[i * r + i];
            trace += diagonal;
            let m = w.mean[lead + i];
            w.scale_gradient[lead + i] = m * m + diagonal - 1.0;
        }
        if lead > 0 || self.correlation.is_some() {
            // By index: there may be no border at all, and no chunks of nothing.
            for i in 0..r {
                let own = w.sd[lead + i];
                for (v, other) in w.inverse[i * r..(i + 1) * r].iter_mut().zip(&w.sd[lead..]) {
                    *v *= own * other;
                }
            }
        }
        for group in &self.groups {
            let s2 = group.sd * group.sd;
            let d = 1.0 + s2 * group.gram * precision;
            let spread = dot(&w.inverse, &group.outer) * s2 * precision * precision / (d * d);
            trace += group.members.len() as f64 / d + spread;
        }
        let error = self.weigh(noise, w);
        if let (Some(correlation), Some(sums)) = (&self.correlation, &w.sums) {
            (w.rho_gradient, w.common_gradient) =
                correlation.gradient(noise, &w.residual, sums, &w.inverse);
        }
        w.sigma_gradient = -noise.power * self.observed + error * precision + (p as f64 - trace);
    }

    /// Draws the coefficients from their conditional posterior after [`Self::log_density`].
    /// Prior means are not added.
    pub fn draw(&self, noise: NoiseLaw, rng: &mut impl Rng, w: &mut Workspace) {
        let (p, lead) = (self.len(), self.design.lead);
        let precision = noise.precision();
        for i in lead..p {
            w.scale_gradient[i] = StandardNormal.sample(rng);
        }
        solve_upper(&w.factor, p - lead, &mut w.scale_gradient[lead..]);
        for i in lead..p {
            w.mean[i] += w.scale_gradient[i];
        }
        self.solve_lead(precision, w);
        for k in 0..lead {
            let group = &self.groups[self.group_of[k]];
            let d = 1.0 + group.sd * group.sd * group.gram * precision;
            let z: f64 = StandardNormal.sample(rng);
            w.mean[k] += z / d.sqrt();
        }
        for j in 0..p {
            w.coefficients[j] = w.sd[j] * w.mean[j];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::design::{Column, Part, Shape};
    use rand::SeedableRng;

    /// Two geos, five periods: a level per period (lead), a geo level and a covariate (border).
    fn block(lead: bool) -> LinearBlock {
        let mut columns = Vec::new();
        let mut add = |shape, sd| {
            let name = String::new();
            columns.push(Column { name, part: Part::Level, shape, mean: 0.0, sd, scale: None });
        };
        for t in 0..5 {
            let shape = if lead {
                Shape::Time { from: t, values: vec![1.0] }
            } else {
                let cells = (0..10).map(|i| f64::from(i % 5 == t)).collect();
                Shape::Dense(cells)
            };
            add(shape, 2.0);
        }
        add(Shape::Geo { geo: 1, values: vec![1.0; 5] }, 1.5);
        add(Shape::Dense((0..10).map(|i| ((i * 7) % 5) as f64 - 2.0).collect()), 0.7);
        LinearBlock::new(Design::order(columns, 2, 5), &[1.0; 10], Memory::None)
    }

    fn evaluate(b: &LinearBlock, r: &[f64], sd: &[f64], sigma: f64) -> (f64, Workspace) {
        let mut w = b.workspace();
        w.sd.copy_from_slice(sd);
        w.residual.copy_from_slice(r);
        let value = b
            .log_density::<true>(
                NoiseLaw { sigma, rho: 0.0, common: 0.0, power: 1.0 },
                None,
                &mut w,
            )
            .unwrap();
        (value, w)
    }

    const R: [f64; 10] = [0.3, -1.0, 2.0, 0.1, 0.5, -0.2, 0.8, 1.1, -0.9, 0.4];
    const SD: [f64; 7] = [2.0, 2.0, 2.0, 2.0, 2.0, 1.5, 0.7];

    #[test]
    fn eliminating_the_lead_changes_nothing() {
        let (fast, dense) = (block(true), block(false));
        assert_eq!((fast.design.lead, dense.design.lead), (5, 0));
        let (a, wa) = evaluate(&fast, &R, &SD, 0.6);
        let (b, wb) = evaluate(&dense, &R, &SD, 0.6);
        assert!((a - b).abs() < 1e-10, "{a} {b}");
        assert!((wa.sigma_gradient - wb.sigma_gradient).abs() < 1e-9);
        for j in 0..7 {
            assert!((wa.coefficients[j] - wb.coefficients[j]).abs() < 1e-10);
        }
    }

    /// A knot in every period and nothing else: no border is left.
    #[test]
    fn a_block_of_leading_columns_alone_has_its_density_and_gradient() {
        let column = |t: usize| Column {
            name: String::new(),
            part: Part::Level,
            shape: Shape::Time { from: t, values: vec![1.0] },
            mean: 0.0,
            sd: 2.0,
            scale: None,
        };
        let design = Design::order((0..5).map(column).collect(), 2, 5);
        let b = LinearBlock::new(design, &[1.0; 10], Memory::None);
        assert_eq!(b.design.lead, b.len());
        let at = |sigma: f64| evaluate(&b, &R, &[2.0; 5], sigma);
        // Two geos of a period share its level: their sum has the variance 4·2² + 2σ², their
        // difference 2σ².
        let sigma = 0.6_f64;
        let log = |x: f64, v: f64| -0.5 * ((2.0 * std::f64::consts::PI * v).ln() + x * x / v);
        let expected: f64 = (0..5)
            .map(|t| {
                let (sum, difference) = (R[t] + R[t + 5], R[t] - R[t + 5]);
                let variance = 2.0 * sigma * sigma;
                // The map to sum and difference has the determinant 2.
                log(sum, 16.0 + variance) + log(difference, variance) + 2_f64.ln()
            })
            .sum();
        let (value, w) = at(sigma);
        assert!((value - expected).abs() < 1e-10, "{value} {expected}");
        let h = 1e-5;
        let numeric = (at(sigma * (1.0 + h)).0 - at(sigma * (1.0 - h)).0) / (2.0 * h);
        assert!((w.sigma_gradient - numeric).abs() < 1e-6, "{} {numeric}", w.sigma_gradient);
    }

    #[test]
    fn the_density_is_that_of_a_normal_vector() {
        // Dense covariance X S² Xᵀ + σ² I, its Cholesky, its density.
        let b = block(true);
        let sigma = 0.6_f64;
        let dense: Vec<Vec<f64>> = b.design.columns.iter().map(|c| c.dense(2, 5)).collect();
        let mut cov = vec![0.0; 100];
        for i in 0..10 {
            for j in 0..10 {
                cov[i * 10 + j] =
                    (0..7).map(|k| dense[k][i] * dense[k][j] * SD[k] * SD[k]).sum::<f64>();
            }
            cov[i * 10 + i] += sigma * sigma;
        }
        cholesky(&mut cov, 10).unwrap();
        let mut z = R.to_vec();
        solve_lower(&cov, 10, &mut z);
        let expected = -0.5
            * (10.0 * (2.0 * std::f64::consts::PI).ln() + log_determinant(&cov, 10) + dot(&z, &z));
        let (value, _) = evaluate(&b, &R, &SD, sigma);
        assert!((value - expected).abs() < 1e-10, "{value} {expected}");
    }

    #[test]
    fn derivatives_equal_finite_differences() {
        let b = block(true);
        let (_, w) = evaluate(&b, &R, &SD, 0.6);
        let h = 1e-5;
        let numeric = (evaluate(&b, &R, &SD, 0.6 * (1.0 + h)).0
            - evaluate(&b, &R, &SD, 0.6 * (1.0 - h)).0)
            / (2.0 * h);
        assert!((w.sigma_gradient - numeric).abs() < 1e-6, "{} {numeric}", w.sigma_gradient);
        for j in 5..7 {
            let (mut up, mut down) = (SD, SD);
            up[j] *= 1.0 + h;
            down[j] *= 1.0 - h;
            let numeric =
                (evaluate(&b, &R, &up, 0.6).0 - evaluate(&b, &R, &down, 0.6).0) / (2.0 * h);
            assert!((w.scale_gradient[j] - numeric).abs() < 1e-6);
        }
        for i in 0..10 {
            let (mut up, mut down) = (R, R);
            up[i] += h;
            down[i] -= h;
            let numeric =
                (evaluate(&b, &up, &SD, 0.6).0 - evaluate(&b, &down, &SD, 0.6).0) / (2.0 * h);
            assert!((-w.residual[i] / 0.36 - numeric).abs() < 1e-6);
        }
    }

    #[test]
    fn draws_have_the_conditional_moments() {
        let b = block(true);
        let (_, base) = evaluate(&b, &R, &SD, 0.6);
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let n = 20_000;
        let (mut sum, mut square) = ([0.0; 7], [0.0; 7]);
        for _ in 0..n {
            let mut w = base.clone();
            b.draw(NoiseLaw { sigma: 0.6, rho: 0.0, common: 0.0, power: 1.0 }, &mut rng, &mut w);
            for j in 0..7 {
                sum[j] += w.coefficients[j];
                square[j] += (w.coefficients[j] - base.coefficients[j]).powi(2);
            }
        }
        let dense = block(false);
        let (_, wd) = evaluate(&dense, &R, &SD, 0.6);
        for j in 0..7 {
            let variance = square[j] / n as f64;
            let mean = sum[j] / n as f64;
            assert!((mean - base.coefficients[j]).abs() < 5.0 * (variance / n as f64).sqrt());
            // ∂/∂ln s = m² + A⁻¹ - 1, so A⁻¹ s² is the conditional variance.
            let exact = (wd.scale_gradient[j] + 1.0 - wd.mean[j] * wd.mean[j]) * SD[j] * SD[j];
            assert!((variance / exact - 1.0).abs() < 0.05, "{j}: {variance} {exact}");
        }
    }
}
