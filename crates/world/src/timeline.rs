//! The periods of a world: unseen history first, then the periods of the data.

use chrono::{Datelike, Days, Months, NaiveDate};
use outlay_core::{Calendar, Granularity};

use crate::spec::{Dark, Event, Shift, Slope, WorldSpec, Yearly};

#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// First days of all periods, history included, and of the one after the last.
    bounds: Vec<NaiveDate>,
    /// Periods before the data.
    pub(crate) history: usize,
    /// Periods of the data.
    pub(crate) periods: usize,
    /// The data's calendar.
    pub(crate) calendar: Calendar,
}

impl Timeline {
    pub(crate) fn new(spec: &WorldSpec) -> Self {
        let granularity = spec.granularity;
        let back = u32::try_from(spec.history).unwrap_or(u32::MAX);
        let first = match granularity {
            Granularity::Day => spec.start.checked_sub_days(Days::new(u64::from(back))),
            Granularity::Week => spec.start.checked_sub_days(Days::new(7 * u64::from(back))),
            Granularity::Month => spec.start.checked_sub_months(Months::new(back)),
        };
        let first = first.unwrap_or(spec.start);
        let total = spec.history + spec.periods;
        let bounds = Calendar::regular(granularity, first, total + 1).starts().to_vec();
        let calendar = Calendar::regular(granularity, spec.start, spec.periods);
        Self { bounds, history: spec.history, periods: spec.periods, calendar }
    }

    /// All periods, history included.
    pub(crate) fn total(&self) -> usize {
        self.history + self.periods
    }

    /// Periods in a year.
    pub(crate) fn per_year(&self) -> f64 {
        self.calendar.granularity().per_year()
    }

    /// The mean of `f` over the days of every period.
    pub(crate) fn mean_over_days(&self, f: impl Fn(NaiveDate) -> f64) -> Vec<f64> {
        let spans = self.bounds.windows(2);
        spans
            .map(|span| {
                let days = span[0].iter_days().take_while(|day| *day < span[1]);
                let (sum, n) = days.fold((0.0, 0), |(sum, n), day| (sum + f(day), n + 1));
                sum / f64::from(n.max(1))
            })
            .collect()
    }

    /// Years from the start of the data to the middle of every period.
    pub(crate) fn years(&self) -> Vec<f64> {
        let start = self.calendar.starts().first().copied().unwrap_or_default();
        self.mean_over_days(|day| (day - start).num_days() as f64 / 365.25)
    }

    /// Trend as a share of the level; 0 at the start of the data, flat before it.
    pub(crate) fn trend(&self, first: f64, slopes: &[Slope]) -> Vec<f64> {
        let start = self.calendar.starts().first().copied().unwrap_or_default();
        let bends: Vec<f64> =
            slopes.iter().map(|s| (s.from - start).num_days() as f64 / 365.25).collect();
        let value = |years: f64| {
            let mut value = first * years.max(0.0);
            let mut slope = first;
            for (bend, next) in bends.iter().zip(slopes) {
                value += (next.trend - slope) * (years - bend.max(0.0)).max(0.0);
                slope = next.trend;
            }
            value
        };
        self.years().into_iter().map(value).collect()
    }

    /// Level shifts as a share of the level.
    pub(crate) fn shifts(&self, shifts: &[Shift]) -> Vec<f64> {
        let level = |end: &NaiveDate| {
            shifts.iter().filter(|s| s.from < *end).map(|s| s.effect).fold(0.0, |a, b| a + b)
        };
        self.bounds.iter().skip(1).map(level).collect()
    }

    /// Calendar years that the periods touch, less one.
    pub(crate) fn calendar_years(&self) -> usize {
        self.calendar_year(self.total())
    }

    /// How many calendar years after the first period `t` begins.
    pub(crate) fn calendar_year(&self, t: usize) -> usize {
        let year = |t: usize| self.bounds.get(t).map_or(0, NaiveDate::year);
        usize::try_from(year(t) - year(0)).unwrap_or(0)
    }

    /// The wave of the year with its own amplitude, as a share of the level.
    pub(crate) fn yearly(&self, yearly: &Yearly) -> Vec<f64> {
        self.mean_over_days(|day| {
            let angle =
                std::f64::consts::TAU * (f64::from(day.ordinal()) - yearly.peak_day) / 365.25;
            yearly.amplitude * (angle.cos() + yearly.second * (2.0 * angle).cos())
        })
    }

    /// The wave of the week; empty shares give none.
    pub(crate) fn weekly(&self, shares: &[f64]) -> Vec<f64> {
        self.mean_over_days(|day| {
            let weekday = day.weekday().num_days_from_monday() as usize;
            shares.get(weekday).copied().unwrap_or(0.0)
        })
    }

    /// 1 in the periods of the event, 0 elsewhere.
    pub(crate) fn event(&self, event: &Event) -> Vec<f64> {
        let mut pulse = vec![0.0; self.total()];
        let last = self.bounds.last().map_or(0, NaiveDate::year);
        let first = self.bounds.first().map_or(0, NaiveDate::year);
        let yearly = (event.month, event.day);
        let days = (first..=last).filter_map(|year| match yearly {
            (Some(month), Some(day)) => NaiveDate::from_ymd_opt(year, month, day),
            _ => None,
        });
        for day in days.chain(event.on) {
            let Some(from) = self.index_of(day) else { continue };
            pulse.iter_mut().skip(from).take(event.periods).for_each(|x| *x = 1.0);
        }
        pulse
    }

    /// Whether each period is silent.
    pub(crate) fn dark(&self, dark: &[Dark]) -> Vec<bool> {
        let mut silent = vec![false; self.total()];
        let granularity = self.calendar.granularity();
        let Some(first) = self.bounds.first() else { return silent };
        for span in dark {
            for n in 0..u32::try_from(span.periods).unwrap_or(u32::MAX) {
                let Some(day) = granularity.advance(span.from, n) else { break };
                if day >= *first {
                    let Some(t) = self.index_of(day) else { break };
                    silent[t] = true;
                }
            }
        }
        silent
    }

    fn index_of(&self, day: NaiveDate) -> Option<usize> {
        let after = self.bounds.partition_point(|start| *start <= day);
        after.checked_sub(1).filter(|index| *index < self.total())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn weeks() -> Timeline {
        Timeline::new(&WorldSpec { history: 4, periods: 104, ..WorldSpec::default() })
    }

    #[test]
    fn history_comes_before_the_data() {
        let line = weeks();
        assert_eq!(line.bounds[4], day("2023-01-02"));
        assert_eq!(line.calendar.len(), 104);
        assert_eq!(line.total(), 108);
    }

    #[test]
    fn a_bent_trend_is_continuous_and_has_both_slopes() {
        let line = weeks();
        let bend = Slope { from: day("2024-01-01"), trend: -0.1 };
        let trend = line.trend(0.2, &[bend]);
        let step = 7.0 / 365.25;
        assert!((trend[20] - trend[19] - 0.2 * step).abs() < 1e-12);
        assert!((trend[100] - trend[99] + 0.1 * step).abs() < 1e-12);
        assert!(trend.windows(2).all(|w| (w[1] - w[0]).abs() < 0.2 * step + 1e-12));
    }

    #[test]
    fn a_yearly_holiday_returns_in_the_week_of_its_day() {
        let line = weeks();
        let event = Event {
            name: "christmas".into(),
            month: Some(12),
            day: Some(24),
            on: None,
            periods: 1,
            effect: 0.3,
            observed: true,
        };
        let pulse = line.event(&event);
        let hits: Vec<NaiveDate> =
            (0..line.total()).filter(|t| pulse[*t] > 0.0).map(|t| line.bounds[t]).collect();
        assert_eq!(hits, [day("2022-12-19"), day("2023-12-18"), day("2024-12-23")]);
    }

    #[test]
    fn the_season_peaks_where_it_should_and_sums_to_nothing() {
        let line = weeks();
        let wave =
            line.yearly(&Yearly { amplitude: 0.2, peak_day: 180.0, second: 0.0, variation: 0.0 });
        let top = (0..wave.len()).max_by(|a, b| wave[*a].total_cmp(&wave[*b])).unwrap();
        assert!((f64::from(line.bounds[top].ordinal()) - 180.0).abs() <= 7.0);
        assert!(wave[4..].iter().sum::<f64>().abs() < 0.2);
    }
}
