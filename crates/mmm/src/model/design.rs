//! The linear part of the predictor as columns: level, trend, seasons, holidays, controls,
//! treatments, geo levels.
//!
//! Columns know their structure, so that products cost what they must: a time column is the same
//! in every geo, a geo column lives in one.

use outlay_stats::simd::{axpy, dot};

use super::layout::Slot;

/// The values of a column over `[geo][period]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// The same in every geo: `values[t - from]` from period `from` on, zero elsewhere.
    Time {
        /// First period with a value.
        from: usize,
        /// Values.
        values: Vec<f64>,
    },
    /// In one geo only, `values[t]`.
    Geo {
        /// The geo.
        geo: usize,
        /// Values over all periods.
        values: Vec<f64>,
    },
    /// Anything: `[geo][period]`.
    Dense(Vec<f64>),
}

/// What a column belongs to, for reports.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Level over time, intercept, geo levels.
    Level,
    /// Trend.
    Trend,
    /// Seasonality.
    Seasonality,
    /// Holidays.
    Holidays,
    /// A control, by index.
    Control(usize),
    /// A treatment, by index.
    Treatment(usize),
    /// Demand as budgets show it.
    Demand,
}

/// A column with the normal prior of its coefficient `b = mean + sd · scale · z`, `z ~ N(0, 1)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name of the coefficient.
    pub name: String,
    /// What it belongs to.
    pub part: Part,
    /// Values.
    pub shape: Shape,
    /// Prior mean.
    pub mean: f64,
    /// Prior standard deviation, before the learned scale.
    pub sd: f64,
    /// A learned scale, where there is one.
    pub scale: Option<Slot>,
}

impl Column {
    /// The column as `[geo][period]` values.
    pub fn dense(&self, geos: usize, periods: usize) -> Vec<f64> {
        let mut out = vec![0.0; geos * periods];
        self.add_to(1.0, periods, &mut out);
        out
    }

    /// `out += b · column`.
    #[inline(always)]
    pub fn add_to(&self, b: f64, periods: usize, out: &mut [f64]) {
        match &self.shape {
            Shape::Time { from, values } => {
                for row in out.chunks_exact_mut(periods) {
                    axpy(b, values, &mut row[*from..*from + values.len()]);
                }
            }
            Shape::Geo { geo, values } => {
                axpy(b, values, &mut out[geo * periods..(geo + 1) * periods]);
            }
            Shape::Dense(values) => axpy(b, values, out),
        }
    }
}

/// Columns over a panel of `geos` × `periods`.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Columns; the first `lead` of them are orthogonal time columns of fixed scale.
    pub columns: Vec<Column>,
    /// Number of leading orthogonal columns.
    pub lead: usize,
    /// Number of geos.
    pub geos: usize,
    /// Number of periods.
    pub periods: usize,
}

impl Design {
    /// `out = Xᵀ r` for `r` over `[geo][period]`; `by_period` is scratch of length `periods`.
    #[inline(always)]
    pub fn project(&self, r: &[f64], by_period: &mut [f64], out: &mut [f64]) {
        by_period.fill(0.0);
        for row in r.chunks_exact(self.periods) {
            axpy(1.0, row, by_period);
        }
        for (column, out) in self.columns.iter().zip(out) {
            *out = match &column.shape {
                Shape::Time { from, values } => match values.as_slice() {
                    [one] => one * by_period[*from],
                    values => dot(values, &by_period[*from..*from + values.len()]),
                },
                Shape::Geo { geo, values } => {
                    dot(values, &r[geo * self.periods..(geo + 1) * self.periods])
                }
                Shape::Dense(values) => dot(values, r),
            };
        }
    }

    /// `out += X b`; `by_period` is scratch of length `periods`.
    #[inline(always)]
    pub fn apply(&self, b: &[f64], by_period: &mut [f64], out: &mut [f64]) {
        by_period.fill(0.0);
        for (column, b) in self.columns.iter().zip(b) {
            match &column.shape {
                Shape::Time { from, values } => match values.as_slice() {
                    [one] => by_period[*from] += one * b,
                    values => axpy(*b, values, &mut by_period[*from..*from + values.len()]),
                },
                Shape::Geo { .. } | Shape::Dense(_) => column.add_to(*b, self.periods, out),
            }
        }
        for row in out.chunks_exact_mut(self.periods) {
            axpy(1.0, by_period, row);
        }
    }

    /// `Xᵀ W X` for 0/1 weights over `[geo][period]`, row-major.
    pub fn gram(&self, weights: &[f64]) -> Vec<f64> {
        let p = self.columns.len();
        let mut gram = vec![0.0; p * p];
        let mut by_period = vec![0.0; self.periods];
        let mut out = vec![0.0; p];
        for (j, column) in self.columns.iter().enumerate() {
            let mut dense = column.dense(self.geos, self.periods);
            for (v, w) in dense.iter_mut().zip(weights) {
                *v *= w;
            }
            self.project(&dense, &mut by_period, &mut out);
            gram[j * p..(j + 1) * p].copy_from_slice(&out);
        }
        gram
    }

    /// Moves orthogonal one-period time columns of fixed scale to the front and counts them.
    pub fn order(mut columns: Vec<Column>, geos: usize, periods: usize) -> Self {
        let single = |c: &Column| {
            c.scale.is_none() && matches!(&c.shape, Shape::Time { values, .. } if values.len() == 1)
        };
        columns.sort_by_key(|c| !single(c));
        let mut seen = vec![false; periods];
        let mut lead = 0;
        for column in columns.iter().take_while(|c| single(c)) {
            let Shape::Time { from, .. } = &column.shape else { break };
            if std::mem::replace(&mut seen[*from], true) {
                break;
            }
            lead += 1;
        }
        Self { columns, lead, geos, periods }
    }
}

/// Interpolation weights of `knots` (ascending period indices) over `periods`: `[knot][period]`,
/// piecewise linear between knots, constant outside.
pub(crate) fn hat_weights(knots: &[usize], periods: usize) -> Vec<Vec<f64>> {
    let mut weights = vec![vec![0.0; periods]; knots.len()];
    for t in 0..periods {
        let after = knots.partition_point(|k| *k <= t);
        match (after.checked_sub(1), knots.get(after)) {
            (None, _) => weights[0][t] = 1.0,
            (Some(before), None) => weights[before][t] = 1.0,
            (Some(before), Some(next)) => {
                let share = (t - knots[before]) as f64 / (next - knots[before]) as f64;
                weights[before][t] = 1.0 - share;
                weights[before + 1][t] = share;
            }
        }
    }
    weights
}

/// A time column trimmed to where it is not zero.
pub(crate) fn time_shape(values: &[f64]) -> Shape {
    let first = values.iter().position(|v| *v != 0.0).unwrap_or(0);
    let last = values.iter().rposition(|v| *v != 0.0).unwrap_or(0);
    Shape::Time { from: first, values: values.get(first..=last).unwrap_or(&[]).to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(shape: Shape) -> Column {
        Column { name: "c".into(), part: Part::Level, shape, mean: 0.0, sd: 1.0, scale: None }
    }

    #[test]
    fn products_agree_with_dense_ones() {
        let shapes = vec![
            Shape::Dense((0..12).map(|i| (i as f64).sin()).collect()),
            Shape::Time { from: 1, values: vec![0.5, 2.0] },
            Shape::Geo { geo: 2, values: vec![1.0, 2.0, 3.0, 4.0] },
            Shape::Time { from: 3, values: vec![1.0] },
        ];
        let design = Design::order(shapes.into_iter().map(column).collect(), 3, 4);
        assert_eq!(design.lead, 1);
        let r: Vec<f64> = (0..12).map(|i| (i as f64 * 0.7).cos()).collect();
        let (mut scratch, mut out) = (vec![0.0; 4], vec![0.0; 4]);
        design.project(&r, &mut scratch, &mut out);
        let dense: Vec<Vec<f64>> = design.columns.iter().map(|c| c.dense(3, 4)).collect();
        for (o, d) in out.iter().zip(&dense) {
            assert!((o - dot(d, &r)).abs() < 1e-12);
        }
        let b = [1.0, -2.0, 0.5, 3.0];
        let mut fitted = vec![0.0; 12];
        design.apply(&b, &mut scratch, &mut fitted);
        for i in 0..12 {
            let expected: f64 = dense.iter().zip(&b).map(|(d, b)| d[i] * b).sum();
            assert!((fitted[i] - expected).abs() < 1e-12);
        }
        let gram = design.gram(&[1.0; 12]);
        assert!((gram[4 + 2] - dot(&dense[1], &dense[2])).abs() < 1e-12);
    }

    #[test]
    fn hats_sum_to_one() {
        let w = hat_weights(&[0, 4, 9], 12);
        for t in 0..12 {
            assert!((w.iter().map(|k| k[t]).sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert_eq!(w[1][2], 0.5);
        assert_eq!(w[2][11], 1.0);
    }
}
