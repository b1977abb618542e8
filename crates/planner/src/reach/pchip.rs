//! A monotone piecewise cubic through given points.
//!
//! Cubic Hermite interpolation with slopes limited so that every piece is monotone (Fritsch and
//! Carlson 1980, *SIAM J. Numer. Anal.* 17). Interior slopes are the weighted harmonic mean of the
//! neighbouring secants (Fritsch and Butland 1984), which lies within those limits.

use serde::Serialize;

use super::error::{ReachError, check};

/// A monotone piecewise cubic through points with non-decreasing values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pchip {
    x: Vec<f64>,
    y: Vec<f64>,
    slopes: Vec<f64>,
}

impl Pchip {
    /// Through `(x, y)`: at least two points, `x` strictly increasing, `y` non-decreasing.
    ///
    /// # Errors
    /// [`ReachError::Value`] for a point that breaks the order, [`ReachError::Nothing`] for fewer
    /// than two points.
    pub fn new(points: &[(f64, f64)]) -> Result<Self, ReachError> {
        if points.len() < 2 {
            return Err(ReachError::Nothing { what: "pair of points to interpolate" });
        }
        for pair in points.windows(2) {
            check("the next x", "finite and larger", pair[1].0, pair[1].0 > pair[0].0)?;
            check("the next y", "finite and no smaller", pair[1].1, pair[1].1 >= pair[0].1)?;
        }
        check("the first x", "finite", points[0].0, true)?;
        check("the first y", "finite", points[0].1, true)?;
        let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        let slopes = slopes(&x, &y);
        Ok(Self { x, y, slopes })
    }

    /// The last point.
    pub fn last(&self) -> (f64, f64) {
        let n = self.x.len() - 1;
        (self.x[n], self.y[n])
    }

    /// Value and slope at `at`, which is held within the range of the points.
    pub fn value_and_slope(&self, at: f64) -> (f64, f64) {
        let (first, (last, _)) = (self.x[0], self.last());
        let at = at.clamp(first, last);
        let right = self.x.partition_point(|&x| x <= at).clamp(1, self.x.len() - 1);
        let left = right - 1;
        let h = self.x[right] - self.x[left];
        let t = (at - self.x[left]) / h;
        let rise = self.y[right] - self.y[left];
        let (d0, d1) = (self.slopes[left] * h, self.slopes[right] * h);
        // Hermite form around the left value: y0 + t(d0 + t((3Δ − 2d0 − d1) + t(d0 + d1 − 2Δ))).
        let (b, c) = (3.0 * rise - 2.0 * d0 - d1, d0 + d1 - 2.0 * rise);
        let value = self.y[left] + t * (d0 + t * (b + t * c));
        let slope = (d0 + t * (2.0 * b + t * 3.0 * c)) / h;
        // Rounding may step outside a nearly flat piece.
        (value.clamp(self.y[left], self.y[right]), slope.max(0.0))
    }
}

fn slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len();
    let h: Vec<f64> = x.windows(2).map(|p| p[1] - p[0]).collect();
    let secant: Vec<f64> = y.windows(2).zip(&h).map(|(p, h)| (p[1] - p[0]) / h).collect();
    if n == 2 {
        return vec![secant[0]; 2];
    }
    let mut slopes = vec![0.0; n];
    for i in 1..n - 1 {
        let (left, right) = (secant[i - 1], secant[i]);
        if left > 0.0 && right > 0.0 {
            let (w0, w1) = (2.0 * h[i] + h[i - 1], h[i] + 2.0 * h[i - 1]);
            slopes[i] = (w0 + w1) / (w0 / left + w1 / right);
        }
    }
    slopes[0] = end_slope(h[0], h[1], secant[0], secant[1]);
    slopes[n - 1] = end_slope(h[n - 2], h[n - 3], secant[n - 2], secant[n - 3]);
    slopes
}

/// The three-point slope at an end. It is at most twice the secant, within the limit of three.
fn end_slope(h0: f64, h1: f64, near: f64, far: f64) -> f64 {
    (((2.0 * h0 + h1) * near - h0 * far) / (h0 + h1)).max(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_straight_line_stays_straight_and_a_step_stays_within_it() {
        let line = Pchip::new(&[(0.0, 0.0), (1.0, 2.0), (3.0, 6.0), (4.0, 8.0)]).unwrap();
        for x in [0.0, 0.3, 2.2, 4.0] {
            let (value, slope) = line.value_and_slope(x);
            assert!((value - 2.0 * x).abs() < 1e-12 && (slope - 2.0).abs() < 1e-12);
        }
        let step = Pchip::new(&[(0.0, 0.0), (1.0, 0.0), (2.0, 1.0), (3.0, 1.0)]).unwrap();
        assert_eq!(step.value_and_slope(0.5), (0.0, 0.0));
        assert_eq!(step.value_and_slope(2.5), (1.0, 0.0));
        assert_eq!(step.value_and_slope(1.5).0, 0.5);
    }

    #[test]
    fn points_out_of_order_are_refused() {
        assert!(Pchip::new(&[(0.0, 0.0)]).is_err());
        assert!(Pchip::new(&[(0.0, 0.0), (0.0, 1.0)]).is_err());
        assert!(Pchip::new(&[(0.0, 1.0), (1.0, 0.0)]).is_err());
        assert!(Pchip::new(&[(0.0, 1.0), (1.0, f64::NAN)]).is_err());
    }

    proptest! {
        #[test]
        fn it_passes_through_its_points_and_never_falls(
            steps in prop::collection::vec((0.01..5.0f64, 0.0..5.0f64), 2..12),
        ) {
            let mut points = vec![(0.0, 0.0)];
            for (dx, dy) in steps {
                let (x, y) = points[points.len() - 1];
                points.push((x + dx, y + dy));
            }
            let curve = Pchip::new(&points).unwrap();
            for &(x, y) in &points {
                prop_assert!((curve.value_and_slope(x).0 - y).abs() < 1e-9);
            }
            let end = curve.last().0;
            let mut before = 0.0;
            for i in 0..=300 {
                let x = end * f64::from(i) / 300.0;
                let (value, slope) = curve.value_and_slope(x);
                prop_assert!(value >= before - 1e-9 && slope >= 0.0);
                before = value;
                if x > 1e-3 && x + 1e-3 < end {
                    let numeric = (curve.value_and_slope(x + 1e-6).0 - curve.value_and_slope(x - 1e-6).0) / 2e-6;
                    prop_assert!((numeric - slope).abs() < 1e-3 * (1.0 + slope));
                }
            }
        }
    }
}
