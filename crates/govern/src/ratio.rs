//! Shares and multiples as integers.

use std::fmt;

const MILLION: i128 = 1_000_000;

/// A share or multiple in millionths, at least zero.
///
/// Money is integer micros; a floating-point share would round a limit either way. A configured
/// value becomes the nearest millionth that does not exceed it, so `0.05` is exactly five percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ratio(u64);

impl Ratio {
    pub(crate) const ZERO: Self = Self(0);
    pub(crate) const ONE: Self = Self(1_000_000);

    /// The largest count of millionths that is not above `value`, which the registry has checked
    /// to be finite, at least zero and small.
    pub(crate) fn at_most(value: f64) -> Self {
        // `value * 1e6` may land a hair below a whole number that the user wrote; the division
        // back is exact for every decimal of six places, and tells that from a true excess.
        let nearest = (value * 1e6).round();
        let millionths = if nearest / 1e6 > value { nearest - 1.0 } else { nearest };
        Self(millionths as u64)
    }

    /// Millionths.
    pub(crate) fn millionths(self) -> i128 {
        i128::from(self.0)
    }

    /// One less this share, in millionths.
    pub(crate) fn complement(self) -> i128 {
        MILLION - self.millionths()
    }

    /// The whole micros in this share of `micros`, rounded down; `micros` is at least zero.
    pub(crate) fn floor_of(self, micros: i128) -> i128 {
        micros * self.millionths() / MILLION
    }

    /// As [`floor_of`](Self::floor_of), rounded up.
    pub(crate) fn ceil_of(self, micros: i128) -> i128 {
        (micros * self.millionths() + MILLION - 1) / MILLION
    }

    /// The ratio times a million micros' worth, for sums that must stay whole.
    pub(crate) fn scaled(self, micros: i128) -> i128 {
        micros * self.millionths()
    }

    /// Micros on the scale of [`scaled`](Self::scaled).
    pub(crate) fn whole(micros: i128) -> i128 {
        micros * MILLION
    }

    /// The share in percent, exact: `5 %`, `0.25 %`.
    pub(crate) fn percent(self) -> String {
        format!("{} %", decimal(self.0, 10_000))
    }
}

/// The multiple, exact: `1.5`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(self.0, 1_000_000))
    }
}

/// `count` parts of which `unit` make one, as a decimal number; `unit` is a power of ten.
fn decimal(count: u64, unit: u64) -> String {
    let (whole, part) = (count / unit, count % unit);
    let digits = unit.ilog10() as usize;
    let text = format!("{whole}.{part:0digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_share_is_what_the_user_wrote() {
        assert_eq!(Ratio::at_most(0.05), Ratio(50_000));
        assert_eq!(Ratio::at_most(0.57), Ratio(570_000));
        assert_eq!(Ratio::at_most(1.0), Ratio::ONE);
        assert_eq!(Ratio::at_most(0.0), Ratio::ZERO);
        assert_eq!(Ratio::at_most(0.050_000_9), Ratio(50_000), "between two millionths, down");
    }

    #[test]
    fn shares_and_multiples_read_exactly() {
        assert_eq!(Ratio::at_most(0.05).percent(), "5 %");
        assert_eq!(Ratio::at_most(0.0025).percent(), "0.25 %");
        assert_eq!(Ratio::at_most(0.0).percent(), "0 %");
        assert_eq!(Ratio::at_most(1.5).to_string(), "1.5");
        assert_eq!(Ratio::at_most(100.0).to_string(), "100");
    }

    #[test]
    fn the_largest_amounts_do_not_overflow() {
        let most = i128::from(i64::MAX);
        assert_eq!(Ratio::ONE.floor_of(most), most);
        assert_eq!(Ratio::at_most(100.0).floor_of(most), 100 * most);
        assert_eq!(Ratio::ONE.ceil_of(most), most);
    }

    proptest! {
        #[test]
        fn every_decimal_of_six_places_is_kept(millionths in 0_u64..=100_000_000) {
            prop_assert_eq!(Ratio::at_most(millionths as f64 / 1e6), Ratio(millionths));
        }

        #[test]
        fn a_limit_is_never_above_what_was_configured(value in 0.0..100.0_f64) {
            let Ratio(millionths) = Ratio::at_most(value);
            prop_assert!(millionths as f64 / 1e6 <= value);
            prop_assert!((millionths + 2) as f64 / 1e6 > value);
        }
    }
}
