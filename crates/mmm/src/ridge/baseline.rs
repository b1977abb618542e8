//! Trend, seasons and holidays, taken out of the KPI before the regression.
//!
//! The KPI (over its largest absolute value) is fitted by
//! `m + k t + Σ_i δ_i (t - c_i)₊ + Fourier + holidays` with t in [0, 1]: normal penalties on
//! m, k (sd 5), Fourier and holiday effects (sd 10), and a Laplace penalty (scale 0.05) on the
//! changes of slope at 25 changepoints in the first 80 % of the series. The mode is found by
//! iteratively reweighted least squares together with the noise variance. Shape and scales are
//! those of Taylor and Letham 2018 ("Forecasting at scale"), which Robyn uses for this step.
//! The fitted components become regressors; media is not yet in the picture here.

use std::f64::consts::TAU;

use chrono::{Datelike, NaiveDate};
use outlay_core::{Calendar, Granularity};
use outlay_stats::linalg::{cholesky, solve_lower, solve_upper};
use outlay_stats::simd::dot;

use super::settings::{Component, Holiday};

const CHANGEPOINTS: usize = 25;
const CHANGEPOINT_RANGE: f64 = 0.8;
const CHANGE_SCALE: f64 = 0.05;
const LEVEL_SD: f64 = 5.0;
const EFFECT_SD: f64 = 10.0;
const SWEEPS: usize = 60;
/// A yearly season is not identified by less than one and a half years.
const SEASON_YEARS: f64 = 1.5;

/// Components that suit a calendar.
pub fn default_components(calendar: &Calendar, holidays: &[Holiday]) -> Vec<Component> {
    let mut components = vec![Component::Trend];
    if calendar.len() as f64 / calendar.granularity().per_year() >= SEASON_YEARS {
        components.push(Component::Season);
    }
    if calendar.granularity() == Granularity::Day && calendar.len() >= 28 {
        components.push(Component::Weekday);
    }
    if !holidays.is_empty() {
        components.push(Component::Holiday);
    }
    components
}

/// Cycle in days and number of harmonics of a seasonal component; `None` for the others, or
/// when the granularity cannot show it.
pub(crate) fn cycle(component: Component, granularity: Granularity) -> Option<(f64, usize)> {
    let (days, wanted) = match component {
        Component::Season => (365.25, 10),
        Component::Monthly => (30.5, 5),
        Component::Weekday => (7.0, 3),
        Component::Trend | Component::Holiday => return None,
    };
    let periods_per_cycle = days * granularity.per_year() / 365.25;
    // Beyond half of the sampling rate harmonics repeat each other.
    let harmonics = wanted.min(((periods_per_cycle - 1.0) / 2.0).floor().max(0.0) as usize);
    (harmonics > 0).then_some((days, harmonics))
}

/// Days of each holiday per period.
pub(crate) fn holiday_counts(calendar: &Calendar, holidays: &[Holiday]) -> Vec<Vec<f64>> {
    let mut names: Vec<&str> = Vec::new();
    let mut series: Vec<Vec<f64>> = Vec::new();
    for holiday in holidays {
        let at = names.iter().position(|n| *n == holiday.name).unwrap_or_else(|| {
            names.push(&holiday.name);
            series.push(vec![0.0; calendar.len()]);
            names.len() - 1
        });
        for t in holiday.dates.iter().filter_map(|d| calendar.index_of(*d)) {
            series[at][t] += 1.0;
        }
    }
    series
}

/// Fits the baseline and returns the series of each of `components`, in KPI units.
///
/// The trend carries the level, so that the components plus the residual add up to the KPI.
pub fn decompose(
    calendar: &Calendar,
    kpi: &[f64],
    components: &[Component],
    holidays: &[Holiday],
) -> Vec<(Component, Vec<f64>)> {
    let n = kpi.len();
    let scale = kpi.iter().map(|v| v.abs()).fold(0.0_f64, f64::max);
    if n == 0 || scale == 0.0 {
        return components.iter().map(|c| (*c, vec![0.0; n])).collect();
    }
    let y: Vec<f64> = kpi.iter().map(|v| v / scale).collect();
    let mut columns = trend_columns(n);
    let first_effect = columns.len();
    let mut spans = vec![(Component::Trend, 0..first_effect)];
    for &component in components {
        let added = match component {
            Component::Trend => continue,
            Component::Holiday => holiday_counts(calendar, holidays),
            seasonal => fourier_columns(calendar, seasonal),
        };
        let from = columns.len();
        columns.extend(added);
        spans.push((component, from..columns.len()));
    }
    let b = mode(&columns, &y, first_effect);
    let series = |span: &std::ops::Range<usize>| -> Vec<f64> {
        (0..n).map(|t| scale * span.clone().map(|j| b[j] * columns[j][t]).sum::<f64>()).collect()
    };
    spans
        .iter()
        .filter(|(c, _)| components.contains(c))
        .map(|(c, span)| (*c, series(span)))
        .collect()
}

fn trend_columns(n: usize) -> Vec<Vec<f64>> {
    let last = (n - 1).max(1) as f64;
    let time = |t: usize| t as f64 / last;
    let reach = (n as f64 * CHANGEPOINT_RANGE).floor() as usize;
    let count = CHANGEPOINTS.min(reach.saturating_sub(1));
    let mut columns = vec![vec![1.0; n], (0..n).map(time).collect()];
    for i in 1..=count {
        let at = (i as f64 * (reach.saturating_sub(1)) as f64 / count as f64).round() as usize;
        let change = time(at);
        columns.push((0..n).map(|t| (time(t) - change).max(0.0)).collect());
    }
    columns
}

fn fourier_columns(calendar: &Calendar, component: Component) -> Vec<Vec<f64>> {
    let Some((days, harmonics)) = cycle(component, calendar.granularity()) else {
        return Vec::new();
    };
    let day = |d: &NaiveDate| f64::from(d.num_days_from_ce());
    let wave = |k: usize, f: fn(f64) -> f64| -> Vec<f64> {
        calendar.starts().iter().map(|d| f(TAU * k as f64 * day(d) / days)).collect()
    };
    (1..=harmonics).flat_map(|k| [wave(k, f64::sin), wave(k, f64::cos)]).collect()
}

/// Mode of the penalised fit; columns from 2 to `first_effect` are changes of slope.
fn mode(columns: &[Vec<f64>], y: &[f64], first_effect: usize) -> Vec<f64> {
    let (n, p) = (y.len(), columns.len());
    let mut gram = vec![0.0; p * p];
    let mut cross = vec![0.0; p];
    for i in 0..p {
        cross[i] = dot(&columns[i], y);
        for j in i..p {
            gram[i * p + j] = dot(&columns[i], &columns[j]);
        }
    }
    let mean = y.iter().sum::<f64>() / n as f64;
    let spread = y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
    // A perfectly explained series must not drive the noise to zero.
    let floor = (spread * 1e-6).max(1e-12);
    let mut noise = spread.max(floor);
    let mut b = vec![0.0_f64; p];
    let mut factor = vec![0.0; p * p];
    for sweep in 0..SWEEPS {
        for i in 0..p {
            factor[i * p + i..(i + 1) * p].copy_from_slice(&gram[i * p + i..(i + 1) * p]);
            let precision = if i < 2 {
                LEVEL_SD.powi(-2)
            } else if i < first_effect {
                let size = if sweep == 0 { CHANGE_SCALE } else { b[i].abs().max(1e-5) };
                1.0 / (CHANGE_SCALE * size)
            } else {
                EFFECT_SD.powi(-2)
            };
            factor[i * p + i] += noise * precision;
        }
        if cholesky(&mut factor, p).is_err() {
            break;
        }
        b.copy_from_slice(&cross);
        solve_lower(&factor, p, &mut b);
        solve_upper(&factor, p, &mut b);
        let rest: f64 = (0..n)
            .map(|t| (y[t] - columns.iter().zip(&b).map(|(c, b)| c[t] * b).sum::<f64>()).powi(2))
            .sum();
        noise = (rest / n as f64).max(floor);
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekly(n: usize) -> Calendar {
        Calendar::regular(Granularity::Week, "2020-01-06".parse().unwrap(), n)
    }

    #[test]
    fn a_known_trend_and_season_are_recovered() {
        let calendar = weekly(208);
        let season = |t: usize| 20.0 * (TAU * t as f64 * 7.0 / 365.25).sin();
        let trend = |t: usize| 100.0 + 0.2 * t as f64 + 0.6 * (t as f64 - 90.0).max(0.0);
        let noise = |t: usize| ((t * 7919) % 97) as f64 / 97.0 - 0.5;
        let kpi: Vec<f64> = (0..208).map(|t| trend(t) + season(t) + 4.0 * noise(t)).collect();
        let parts = decompose(&calendar, &kpi, &[Component::Trend, Component::Season], &[]);
        let error = |part: &[f64], truth: &dyn Fn(usize) -> f64| {
            let squares = part.iter().enumerate().map(|(t, v)| (v - truth(t)).powi(2));
            (squares.sum::<f64>() / 208.0).sqrt()
        };
        assert!(error(&parts[0].1, &trend) < 2.0, "{}", error(&parts[0].1, &trend));
        assert!(error(&parts[1].1, &season) < 2.0);
    }

    #[test]
    fn a_holiday_gets_its_effect() {
        let calendar = weekly(104);
        let dates: Vec<NaiveDate> =
            ["2020-12-24", "2021-12-24"].iter().map(|d| d.parse().unwrap()).collect();
        let christmas = Holiday { name: "Christmas".into(), dates: dates.clone() };
        let mut kpi = vec![100.0; 104];
        (0..104).for_each(|t| kpi[t] += ((t * 31) % 7) as f64);
        dates.iter().for_each(|d| kpi[calendar.index_of(*d).unwrap()] += 50.0);
        let parts =
            decompose(&calendar, &kpi, &[Component::Trend, Component::Holiday], &[christmas]);
        let at = calendar.index_of(dates[0]).unwrap();
        assert!((parts[1].1[at] - 50.0).abs() < 5.0 && parts[1].1[at + 1] == 0.0);
    }

    #[test]
    fn harmonics_stay_below_half_of_the_sampling_rate() {
        assert_eq!(cycle(Component::Season, Granularity::Week), Some((365.25, 10)));
        assert_eq!(cycle(Component::Season, Granularity::Month), Some((365.25, 5)));
        assert_eq!(cycle(Component::Weekday, Granularity::Week), None);
        assert_eq!(cycle(Component::Weekday, Granularity::Day), Some((7.0, 3)));
        assert_eq!(cycle(Component::Monthly, Granularity::Week), Some((30.5, 1)));
    }
}
