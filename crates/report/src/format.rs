//! How numbers look to people: at most three significant figures, money compact with its sign,
//! an interval right after its number. The terminal and the pages share this module.

use outlay_mmm::summary::Estimate;

/// What stands where a number is missing or not finite.
pub const MISSING: &str = "—";

const MINUS: char = '−';

/// Separators of the reader's locale. A file's content never decides them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale {
    /// Between units and decimals.
    pub decimal: char,
    /// Between groups of three digits.
    pub group: char,
}

impl Locale {
    /// Point and comma, as in `1,234.5`.
    pub const POINT: Self = Self { decimal: '.', group: ',' };
    /// Comma and point, as in `1.234,5`.
    pub const COMMA: Self = Self { decimal: ',', group: '.' };
}

impl Default for Locale {
    fn default() -> Self {
        Self::POINT
    }
}

impl Locale {
    /// A number with at most three significant figures and a suffix for thousands (K), millions
    /// (M), billions (B) and trillions (T): `1.2M`, `0.0123`, `−950`.
    pub fn compact(self, value: f64) -> String {
        if !value.is_finite() {
            return MISSING.to_owned();
        }
        let rounded = round_significant(value, 3);
        let size = rounded.abs();
        if size == 0.0 {
            return "0".to_owned();
        }
        if !(1e-4..1e15).contains(&size) {
            return self.localise(&trim_exponent(&format!("{rounded:.2e}")));
        }
        let (divisor, suffix) = match size {
            s if s >= 1e12 => (1e12, "T"),
            s if s >= 1e9 => (1e9, "B"),
            s if s >= 1e6 => (1e6, "M"),
            s if s >= 1e3 => (1e3, "K"),
            _ => (1.0, ""),
        };
        let scaled = rounded / divisor;
        let digits = decimals(scaled.abs(), 3);
        self.localise(&format!("{}{suffix}", trim_zeros(&format!("{scaled:.digits$}"))))
    }

    /// A number with a fixed count of decimals, for columns aligned on the decimal point.
    pub fn fixed(self, value: f64, digits: usize) -> String {
        if !value.is_finite() {
            return MISSING.to_owned();
        }
        let text = format!("{value:.digits$}");
        let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
        self.localise(if is_zero { text.trim_start_matches('-') } else { &text })
    }

    /// A number with at most `digits` decimals and at most three significant figures, for columns
    /// whose numbers differ in size.
    pub fn aligned(self, value: f64, digits: usize) -> String {
        self.fixed(value, if value == 0.0 { digits } else { digits.min(decimals(value.abs(), 3)) })
    }

    /// A number in full with groups of three digits and at most two decimals, for places where
    /// the exact amount is wanted: `1,234,567.89`.
    pub fn exact(self, value: f64) -> String {
        if !value.is_finite() {
            return MISSING.to_owned();
        }
        if value.abs() >= 1e15 {
            return self.compact(value);
        }
        let digits = decimals(value.abs(), 3).max(if value.fract() == 0.0 { 0 } else { 2 });
        let text = trim_zeros(&format!("{value:.digits$}"));
        let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("−", rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let mut grouped = String::from(sign);
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                grouped.push(self.group);
            }
            grouped.push(c);
        }
        if !fraction.is_empty() {
            grouped.push(self.decimal);
            grouped.push_str(fraction);
        }
        grouped
    }

    /// A share in per cent: `34 %`, `3.4 %`, `<0.1 %`.
    pub fn share(self, share: f64) -> String {
        if !share.is_finite() {
            return MISSING.to_owned();
        }
        let percent = share * 100.0;
        let size = percent.abs();
        if size > 0.0 && size < 0.05 {
            return if percent > 0.0 { self.localise("<0.1 %") } else { self.localise(">-0.1 %") };
        }
        if size >= 999.5 {
            return format!("{} %", self.compact(percent));
        }
        format!("{} %", self.fixed(percent, usize::from(size < 9.95 && size != 0.0)))
    }

    /// The bounds of an interval in brackets: `(1.4–2.5)`; with `to` where a bound is negative,
    /// so that dash and minus do not run together, and `(1.4 or more)` where there is no upper one.
    pub fn range(self, low: f64, high: f64, show: impl Fn(f64) -> String) -> String {
        if low.is_finite() && high == f64::INFINITY {
            return format!("({} or more)", show(low));
        }
        if !low.is_finite() || !high.is_finite() {
            return format!("({MISSING})");
        }
        let dash = if low < 0.0 || high < 0.0 { " to " } else { "–" };
        format!("({}{dash}{})", show(low), show(high))
    }

    /// Median and 90 % interval with a fixed count of decimals: `1.90 (1.40–2.50)`.
    pub fn interval(self, estimate: &Estimate, digits: usize) -> String {
        let show = |x| self.aligned(x, digits);
        if !estimate.q50.is_finite() {
            return MISSING.to_owned();
        }
        format!("{} {}", show(estimate.q50), self.range(estimate.q05, estimate.q95, show))
    }

    /// Median and 90 % interval of a share: `34 % (29–40 %)`.
    pub fn share_interval(self, estimate: &Estimate) -> String {
        if !estimate.q50.is_finite() {
            return MISSING.to_owned();
        }
        let bare = |x: f64| self.share(x).trim_end_matches(" %").to_owned();
        let range = self.range(estimate.q05, estimate.q95, bare);
        let unit = if range.contains(MISSING) { ")" } else { " %)" };
        format!("{} {}", self.share(estimate.q50), range.replace(')', unit))
    }

    /// Seconds as people say them: `0.8 s`, `42 s`, `3 min 20 s`.
    pub fn seconds(self, seconds: f64) -> String {
        if !seconds.is_finite() || seconds < 0.0 {
            return MISSING.to_owned();
        }
        if seconds >= 360_000.0 {
            return format!("{} h", self.compact(seconds / 3600.0));
        }
        let whole = seconds.round();
        match seconds {
            s if s < 9.95 => format!("{} s", self.fixed(s, if s < 0.1 { 2 } else { 1 })),
            _ if whole < 60.0 => format!("{whole:.0} s"),
            _ if whole < 3600.0 => {
                format!("{:.0} min {:.0} s", (whole / 60.0).floor(), whole % 60.0)
            }
            _ => format!(
                "{:.0} h {:.0} min",
                (whole / 3600.0).floor(),
                (whole % 3600.0 / 60.0).floor()
            ),
        }
    }

    fn localise(self, text: &str) -> String {
        text.chars()
            .map(|c| match c {
                '.' => self.decimal,
                '-' => MINUS,
                other => other,
            })
            .collect()
    }
}

/// Decimals that show `size` with `figures` significant figures.
pub fn decimals(size: f64, figures: i32) -> usize {
    if !size.is_finite() || size <= 0.0 {
        return 0;
    }
    let magnitude = round_significant(size, figures).abs().log10().floor() as i32;
    (figures - 1 - magnitude).clamp(0, 9) as usize
}

/// Decimals for a whole column: two for numbers around one, fewer for larger and more for smaller
/// ones, so that none needs more than three significant figures.
pub fn column_decimals(values: impl IntoIterator<Item = f64>) -> usize {
    let largest = values.into_iter().filter(|v| v.is_finite()).fold(0.0_f64, |a, v| a.max(v.abs()));
    let digits = decimals(largest, 3);
    if largest >= 0.1 { digits.min(2) } else { digits }
}

/// Rounds to `figures` significant figures.
pub fn round_significant(value: f64, figures: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    // The shortest correct way is through the decimal text: powers of ten below one are inexact.
    let places = (figures - 1).max(0) as usize;
    format!("{value:.places$e}").parse().unwrap_or(value)
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

fn trim_exponent(text: &str) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("{}e{exponent}", trim_zeros(mantissa)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const L: Locale = Locale::POINT;

    #[test]
    fn compact_keeps_three_figures_and_carries_over_suffixes() {
        let shown = [0.0, 12.345, 950.0, 999.6, 1000.0, 1_234_567.0, 999_999.0, 2.5e9, -4300.0]
            .map(|x| L.compact(x));
        assert_eq!(shown, ["0", "12.3", "950", "1K", "1K", "1.23M", "1M", "2.5B", "−4.3K"]);
        assert_eq!(L.compact(0.012345), "0.0123");
        assert_eq!(L.compact(3.2e-7), "3.2e−7");
        assert_eq!(L.compact(f64::NAN), MISSING);
        assert_eq!(Locale::COMMA.compact(1234.0), "1,23K");
    }

    #[test]
    fn exact_amounts_are_grouped() {
        assert_eq!(L.exact(1_234_567.891), "1,234,567.89");
        assert_eq!(L.exact(-1234.0), "−1,234");
        assert_eq!(L.exact(12.0), "12");
        assert_eq!(Locale::COMMA.exact(1234.5), "1.234,5");
    }

    #[test]
    fn shares_say_per_cent() {
        assert_eq!(
            [0.342, 0.0342, 0.0001, 0.0, 1.0, -0.0001].map(|x| L.share(x)),
            ["34 %", "3.4 %", "<0.1 %", "0 %", "100 %", ">−0.1 %"]
        );
    }

    #[test]
    fn intervals_follow_their_number() {
        let e = Estimate { mean: 1.9, sd: 0.3, q05: 1.4, q25: 1.7, q50: 1.9, q75: 2.1, q95: 2.5 };
        assert_eq!(L.interval(&e, 1), "1.9 (1.4–2.5)");
        assert_eq!(L.interval(&Estimate { q05: -0.2, ..e }, 1), "1.9 (−0.2 to 2.5)");
        assert_eq!(L.interval(&Estimate { q50: f64::NAN, ..e }, 1), MISSING);
        let share = Estimate { q05: 0.29, q50: 0.342, q95: 0.4, ..e };
        assert_eq!(L.share_interval(&share), "34 % (29–40 %)");
    }

    #[test]
    fn times_read_like_times() {
        assert_eq!(
            [0.03, 0.84, 41.7, 200.0, 7260.0].map(|s| L.seconds(s)),
            ["0.03 s", "0.8 s", "42 s", "3 min 20 s", "2 h 1 min"]
        );
    }

    fn read_back(text: &str) -> f64 {
        let text = text.replace(MINUS, "-");
        let (body, factor) = match text.chars().last() {
            Some('K') => (&text[..text.len() - 1], 1e3),
            Some('M') => (&text[..text.len() - 1], 1e6),
            Some('B') => (&text[..text.len() - 1], 1e9),
            Some('T') => (&text[..text.len() - 1], 1e12),
            _ => (text.as_str(), 1.0),
        };
        body.parse::<f64>().unwrap() * factor
    }

    proptest! {
        #[test]
        fn compact_is_within_half_a_unit_of_the_third_figure(
            mantissa in 1.0_f64..10.0, exponent in -12_i32..20, negative: bool
        ) {
            let value = mantissa * 10f64.powi(exponent) * if negative { -1.0 } else { 1.0 };
            let text = L.compact(value);
            let back = read_back(&text);
            prop_assert!((back - value).abs() <= 0.00501 * value.abs(), "{value} → {text}");
            let figures = text.split('e').next().unwrap().chars().filter(char::is_ascii_digit)
                .collect::<String>();
            prop_assert!(figures.trim_start_matches('0').len() <= 3, "{text}");
        }

        #[test]
        fn nothing_is_written_as_minus_zero(value in -1e-3_f64..1e-3, digits in 0_usize..4) {
            let text = L.fixed(value, digits);
            prop_assert!(!text.starts_with(MINUS) || text.contains(|c: char| ('1'..='9').contains(&c)));
        }

        #[test]
        fn any_double_is_written_without_panic(bits: u64) {
            let value = f64::from_bits(bits);
            for text in [L.compact(value), L.exact(value), L.share(value), L.seconds(value)] {
                prop_assert!(!text.is_empty() && !text.contains("NaN") && !text.contains("inf"));
                prop_assert!(text.chars().count() < 40, "{text}");
            }
        }
    }
}
