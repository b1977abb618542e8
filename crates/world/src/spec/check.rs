//! Values that make no sense, refused before anything is drawn.

mod media;
mod names;

use chrono::Datelike;
use outlay_core::panel::MINIMUM_PERIODS;
use outlay_core::{Granularity, KpiKind};

use super::{ControlKind, LONGEST_LAG as MAX_LAG, NoiseFamily, SPEC_VERSION, WorldSpec};
use crate::error::Problem;

/// More cells than this are a mistake: the panel would not fit any model either.
const MAX_CELLS: usize = 5_000_000;
const MAX_PERIODS: usize = 20_000;
const MAX_SERIES: usize = 1_000;

pub(super) fn problems(spec: &WorldSpec) -> Vec<Problem> {
    let mut check = Check { problems: Vec::new() };
    if spec.version != SPEC_VERSION {
        let reason = if spec.version == 0 {
            format!("is missing: add `version = {SPEC_VERSION}`")
        } else {
            format!("must be {SPEC_VERSION}, not {}: this Outlay reads no other", spec.version)
        };
        check.refuse("version", reason);
    }
    check.size(spec);
    check.kpi(spec);
    check.baseline(spec);
    check.geos(spec);
    check.channels(spec);
    check.organic(spec);
    check.covariates(spec);
    check.names(spec);
    check.noise(spec);
    check.problems
}

struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn refuse(&mut self, key: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem::new(key, reason));
    }

    fn within(&mut self, key: impl Into<String>, value: f64, low: f64, high: f64) {
        if !(low..=high).contains(&value) {
            self.refuse(key, format!("must lie between {low} and {high}, not {value}"));
        }
    }

    fn positive(&mut self, key: impl Into<String>, value: f64) {
        if !(value.is_finite() && value > 0.0) {
            self.refuse(key, format!("must be above 0, not {value}"));
        }
    }

    fn finite(&mut self, key: impl Into<String>, value: f64) {
        if !value.is_finite() {
            self.refuse(key, format!("must be a number, not {value}"));
        }
    }

    fn name(&mut self, key: impl Into<String>, name: &str) {
        let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if name.is_empty() {
            self.refuse(key, "is missing: give the series a name");
        } else if !sound {
            self.refuse(
                key,
                format!(
                    "must be lower-case letters, digits and `_`, starting with a letter, not `{name}`"
                ),
            );
        }
    }

    fn size(&mut self, spec: &WorldSpec) {
        if !(MINIMUM_PERIODS..=MAX_PERIODS).contains(&spec.periods) {
            self.refuse(
                "periods",
                format!(
                    "must lie between {MINIMUM_PERIODS} and {MAX_PERIODS}, not {}",
                    spec.periods
                ),
            );
        }
        if spec.history > MAX_PERIODS {
            self.refuse("history", format!("must be at most {MAX_PERIODS}, not {}", spec.history));
        }
        let total = u32::try_from(spec.periods.saturating_add(spec.history)).unwrap_or(u32::MAX);
        if spec.granularity.advance(spec.start, total).is_none() {
            self.refuse("start", "is too late: the last period would leave the calendar");
        }
        if spec.granularity == Granularity::Month && spec.start.day() > 28 {
            self.refuse("start", "must be a day that every month has: 1 to 28");
        }
        let series = 1 + spec.channels.len() + spec.organic.len() + spec.controls.len();
        if series > MAX_SERIES {
            self.refuse("channels", format!("at most {MAX_SERIES} series are simulated"));
        }
        let cells = spec.periods.saturating_mul(spec.geos.count).saturating_mul(series);
        if cells > MAX_CELLS {
            self.refuse(
                "periods",
                format!(
                    "periods × geos × series make {cells} cells; at most {MAX_CELLS} are simulated"
                ),
            );
        }
    }

    fn kpi(&mut self, spec: &WorldSpec) {
        self.name("kpi.name", &spec.kpi.name);
        if let Some(value) = spec.kpi.revenue_per_unit {
            self.positive("kpi.revenue_per_unit", value);
            if spec.kpi.kind == KpiKind::Revenue {
                self.refuse(
                    "kpi.revenue_per_unit",
                    "is for counts: a revenue KPI is money already",
                );
            }
        }
    }

    fn baseline(&mut self, spec: &WorldSpec) {
        let baseline = &spec.baseline;
        self.positive("baseline.level", baseline.level);
        self.within("baseline.trend", baseline.trend, -5.0, 5.0);
        self.within("baseline.drift", baseline.drift, 0.0, 2.0);
        for (i, slope) in baseline.slopes.iter().enumerate() {
            self.within(format!("baseline.slopes[{i}].trend"), slope.trend, -5.0, 5.0);
            if i > 0 && slope.from <= baseline.slopes[i - 1].from {
                self.refuse(
                    format!("baseline.slopes[{i}].from"),
                    "must come after the slope before it",
                );
            }
        }
        for (i, shift) in baseline.shifts.iter().enumerate() {
            self.within(format!("baseline.shifts[{i}].effect"), shift.effect, -1.0, 5.0);
        }
        self.within("baseline.yearly.variation", baseline.yearly.variation, 0.0, 1.0);
        self.within("baseline.yearly.amplitude", baseline.yearly.amplitude, 0.0, 2.0);
        self.within("baseline.yearly.peak_day", baseline.yearly.peak_day, 1.0, 366.0);
        self.within("baseline.yearly.second", baseline.yearly.second, -1.0, 1.0);
        if !baseline.weekly.is_empty() {
            if baseline.weekly.len() != 7 {
                let n = baseline.weekly.len();
                self.refuse(
                    "baseline.weekly",
                    format!("must hold 7 shares, Monday first, not {n}"),
                );
            }
            if spec.granularity != Granularity::Day {
                self.refuse("baseline.weekly", "needs daily data: set `granularity = \"day\"`");
            }
            for (i, share) in baseline.weekly.iter().enumerate() {
                self.within(format!("baseline.weekly[{i}]"), *share, -1.0, 5.0);
            }
        }
        for (i, event) in baseline.events.iter().enumerate() {
            let key = |k: &str| format!("baseline.events[{i}].{k}");
            self.name(key("name"), &event.name);
            self.within(key("effect"), event.effect, -1.0, 20.0);
            match (event.on, event.month, event.day) {
                (Some(_), None, None) => {}
                // 2024 is a leap year: 29 February is a holiday that some years lack.
                (None, Some(month), Some(day))
                    if chrono::NaiveDate::from_ymd_opt(2024, month, day).is_some() => {}
                (None, Some(month), Some(day)) => {
                    self.refuse(key("day"), format!("month {month} has no day {day}"));
                }
                _ => self.refuse(key("name"), "needs either `month` and `day`, or `on`"),
            }
            if event.periods == 0 {
                self.refuse(key("periods"), "must be at least 1");
            }
        }
        self.within("demand.strength", spec.demand.strength, 0.0, 2.0);
        self.within("demand.persistence", spec.demand.persistence, 0.0, 0.999);
    }

    fn geos(&mut self, spec: &WorldSpec) {
        let geos = &spec.geos;
        if !(1..=MAX_SERIES).contains(&geos.count) {
            self.refuse(
                "geos.count",
                format!("must lie between 1 and {MAX_SERIES}, not {}", geos.count),
            );
        }
        let given =
            [("geos.names", geos.names.len()), ("geos.populations", geos.populations.len())];
        for (key, n) in given {
            if n > 0 && n != geos.count {
                self.refuse(key, format!("holds {n} values for {} geo(s)", geos.count));
            }
        }
        for (i, name) in geos.names.iter().enumerate() {
            if name.trim().is_empty() || name.chars().any(char::is_control) {
                self.refuse(format!("geos.names[{i}]"), "must be a readable name");
            }
        }
        for (i, people) in geos.populations.iter().enumerate() {
            if !(people.is_finite() && *people >= 1.0) {
                self.refuse(
                    format!("geos.populations[{i}]"),
                    format!("must be at least 1, not {people}"),
                );
            }
        }
        self.within("geos.level_spread", geos.level_spread, 0.0, 2.0);
        self.within("geos.effect_spread", geos.effect_spread, 0.0, 2.0);
        self.within("geos.spend_spread", geos.spend_spread, 0.0, 2.0);
        self.within("geos.own_share", geos.own_share, 0.0, 1.0);
    }

    fn covariates(&mut self, spec: &WorldSpec) {
        for (i, control) in spec.controls.iter().enumerate() {
            let key = |k: &str| format!("controls[{i}].{k}");
            self.name(key("name"), &control.name);
            self.finite(key("mean"), control.mean);
            self.positive(key("sd"), control.sd);
            self.within(key("effect"), control.effect, -1.0, 1.0);
            self.within(key("error"), control.error, 0.0, 100.0);
            if control.kind == ControlKind::Demand && control.effect != 0.0 {
                self.refuse(key("effect"), "must be 0 for demand: its effect is `demand.strength`");
            }
            if control.kind != ControlKind::Demand && control.error > 0.0 {
                self.refuse(key("error"), "is for `kind = \"demand\"` only");
            }
        }
        for (i, treatment) in spec.treatments.iter().enumerate() {
            let key = |k: &str| format!("treatments[{i}].{k}");
            self.name(key("name"), &treatment.name);
            self.positive(key("level"), treatment.level);
            self.within(key("size"), treatment.size, 0.001, 0.95);
            self.within(key("per_year"), treatment.per_year, 0.1, 366.0);
            self.within(key("effect"), treatment.effect, -20.0, 20.0);
            if !(1..=MAX_PERIODS).contains(&treatment.length) {
                self.refuse(key("length"), "must be at least 1");
            }
        }
    }

    fn noise(&mut self, spec: &WorldSpec) {
        let noise = &spec.noise;
        if let Some(sd) = noise.sd {
            self.within("noise.sd", sd, 0.0, 10.0);
        }
        self.within("noise.r2", noise.r2, 0.01, 1.0);
        if noise.family == NoiseFamily::StudentT && !(noise.df.is_finite() && noise.df > 2.0) {
            self.refuse("noise.df", format!("must be above 2, not {}", noise.df));
        }
        if noise.family == NoiseFamily::Ar1 {
            self.within("noise.rho", noise.rho, -0.999, 0.999);
        }
        self.within("noise.level_power", noise.level_power, 0.0, 2.0);
        self.within("noise.common", noise.common, 0.0, 1.0);
        self.within("noise.outliers", noise.outliers, 0.0, 366.0);
        self.within("noise.outlier_size", noise.outlier_size, 0.0, 100.0);
    }
}
