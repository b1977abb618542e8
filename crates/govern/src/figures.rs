//! Figures in reasons: exact, so that a text can be checked against the log.

use chrono::{DateTime, FixedOffset};
use outlay_core::Currency;
use outlay_core::money::MICROS_PER_UNIT;

/// An amount without rounding: `EUR 6,000`, `EUR 0.25`, `EUR −1,234.567891`.
pub(crate) fn amount(micros: impl Into<i128>, currency: Currency) -> String {
    let micros: i128 = micros.into();
    let sign = if micros < 0 { "−" } else { "" };
    let (size, unit) = (micros.unsigned_abs(), u128::from(MICROS_PER_UNIT.unsigned_abs()));
    let (whole, part) = (size / unit, size % unit);
    let mut text = format!("{currency} {sign}{}", grouped(whole));
    if part > 0 {
        let digits = format!("{part:06}");
        let kept = digits.trim_end_matches('0').len().max(2);
        text += ".";
        text += &digits[..kept];
    }
    text
}

/// An instant to the minute, with its zone, as a person reads it.
pub(crate) fn instant(at: DateTime<FixedOffset>) -> String {
    at.format("%Y-%m-%d %H:%M %:z").to_string()
}

/// Digits in groups of three.
fn grouped(whole: u128) -> String {
    let digits = whole.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_exactly() {
        let eur = |micros: i64| amount(micros, "EUR".parse().unwrap());
        assert_eq!(eur(0), "EUR 0");
        assert_eq!(eur(6_000_000_000), "EUR 6,000");
        assert_eq!(eur(500_000), "EUR 0.50");
        assert_eq!(eur(1), "EUR 0.000001");
        assert_eq!(eur(-1_234_567_891), "EUR −1,234.567891");
        assert_eq!(eur(i64::MIN), "EUR −9,223,372,036,854.775808");
    }
}
