//! How channels ran: each geo's exposure, or spend, against its own mean, so that large and small geos speak
//! with one voice and differences of level between geos, which the baseline explains, do not count.

use outlay_core::Grid;

/// Exposure or spend over its geo's mean, `[geo][period]`; zero where a channel never ran.
pub(super) struct Relative {
    periods: usize,
    values: Vec<f64>,
    paused: bool,
}

impl Relative {
    /// Of a channel's series; periods before the first of the KPI are left out.
    pub(super) fn new(exposure: &Grid, periods: usize) -> Self {
        let lead_in = exposure.periods().saturating_sub(periods);
        let mut values = Vec::with_capacity(exposure.geos() * periods);
        let mut paused = false;
        for g in 0..exposure.geos() {
            let row = &exposure.row(g)[lead_in..];
            let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
            paused |= row.iter().any(|v| *v <= 0.0);
            values.extend(row.iter().map(|v| if mean > 0.0 { v / mean } else { 0.0 }));
        }
        Self { periods, values, paused }
    }

    /// Whether there was a period of zero, in any geo.
    pub(super) fn paused(&self) -> bool {
        self.paused
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.periods.max(1))
    }

    /// Standard deviation over time of the mean over `window` periods, as a share of the mean.
    pub(super) fn variation(&self, window: usize) -> f64 {
        let window = window.clamp(1, self.periods.max(1));
        let smoothed: Vec<f64> =
            self.rows().flat_map(|row| centred(row.windows(window).map(mean).collect())).collect();
        mean(&smoothed.iter().map(|v| v * v).collect::<Vec<f64>>()).sqrt()
    }

    /// How closely two channels moved together: the smaller of the correlations of levels and of
    /// changes. A common trend alone, or common jumps alone, leave the rest to learn from.
    pub(super) fn moves_with(&self, other: &Self) -> f64 {
        let levels = |r: &Self| r.rows().flat_map(|row| centred(row.to_vec())).collect::<Vec<_>>();
        let changes = |r: &Self| {
            let steps = |row: &[f64]| row.windows(2).map(|w| w[1] - w[0]).collect();
            r.rows().flat_map(|row| centred(steps(row))).collect::<Vec<_>>()
        };
        correlation(&levels(self), &levels(other)).min(correlation(&changes(self), &changes(other)))
    }
}

/// Pearson's correlation; 0 where one of the series is constant.
pub(super) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - ma) * (y - mb);
        aa += (x - ma).powi(2);
        bb += (y - mb).powi(2);
    }
    // What rounding leaves of a constant is no variation.
    let least = |m: f64| (1e-9 * m.abs().max(1e-6)).powi(2) * a.len() as f64;
    if aa <= least(ma) || bb <= least(mb) { 0.0 } else { ab / (aa * bb).sqrt() }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn centred(mut values: Vec<f64>) -> Vec<f64> {
    let middle = mean(&values);
    values.iter_mut().for_each(|v| *v -= middle);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Relative {
        Relative::new(&Grid::new(1, values.len(), values.to_vec()).unwrap(), values.len())
    }

    fn wave(n: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..n).map(|t| f(t as f64)).collect()
    }

    #[test]
    fn a_common_trend_is_no_common_movement() {
        let a = of(&wave(60, |t| 10.0 + t + (1.3 * t).sin()));
        let b = of(&wave(60, |t| 20.0 + 2.0 * t + (2.1 * t + 1.0).cos()));
        assert!(a.moves_with(&b) < 0.5);
        let twice = of(&wave(60, |t| 2.0 * (10.0 + t + (1.3 * t).sin())));
        assert!((a.moves_with(&twice) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn noise_that_carries_over_away_is_no_variation() {
        let alternating =
            of(&wave(60, |t| if (t as usize).is_multiple_of(2) { 9.0 } else { 11.0 }));
        assert!(alternating.variation(1) > 0.09 && alternating.variation(4) < 1e-9);
        let bursts = of(&wave(60, |t| if t as usize % 20 < 10 { 5.0 } else { 15.0 }));
        assert!(bursts.variation(4) > 0.4 && !bursts.paused());
    }

    #[test]
    fn differences_between_geos_do_not_count() {
        let grid = Grid::from_fn(2, 30, |g, _| [1.0, 50.0][g]);
        let flat = Relative::new(&grid, 30);
        assert!(flat.variation(1) < 1e-9);
        assert_eq!(flat.moves_with(&flat), 0.0);
    }

    #[test]
    fn history_before_the_first_period_is_left_out() {
        let grid = Grid::new(1, 5, vec![0.0, 0.0, 3.0, 3.0, 3.0]).unwrap();
        assert!(!Relative::new(&grid, 3).paused());
    }
}
