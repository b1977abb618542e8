//! Money as integer micros with an ISO 4217 currency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One unit of a currency, in micros.
pub const MICROS_PER_UNIT: i64 = 1_000_000;

/// An ISO 4217 alphabetic currency code, for example `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// What can go wrong with money.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MoneyError {
    /// The code is not three letters.
    #[error("a currency is three letters (EUR, USD, …), not `{0}`")]
    Currency(String),
    /// Two amounts of different currencies met without a dated rate.
    #[error("cannot combine {left} with {right}: convert one of them at a dated rate first")]
    Mismatch {
        /// Currency of the left operand.
        left: Currency,
        /// Currency of the right operand.
        right: Currency,
    },
    /// The amount does not fit 64-bit micros, or is not a number.
    #[error("{0} is not an amount that fits integer micros")]
    Range(f64),
    /// A sum left the range of 64-bit micros.
    #[error("the sum leaves the range of integer micros")]
    Overflow,
}

impl Currency {
    /// The code as text.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// The usual sign before an amount, or the code where there is none.
    pub fn symbol(&self) -> &str {
        match &self.0 {
            b"EUR" => "€",
            b"USD" => "$",
            b"GBP" => "£",
            b"JPY" => "¥",
            b"INR" => "₹",
            _ => self.code(),
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.trim().as_bytes();
        match bytes {
            [a, b, c] if bytes.iter().all(u8::is_ascii_alphabetic) => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase(), c.to_ascii_uppercase()]))
            }
            _ => Err(MoneyError::Currency(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An exact amount: integer micros of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Amount in micros (1,000,000 micros are one unit).
    pub micros: i64,
    /// Currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// An amount from micros.
    pub fn new(micros: i64, currency: Currency) -> Self {
        Self { micros, currency }
    }

    /// The nearest exact amount to a floating-point number of units, as models produce it.
    ///
    /// # Errors
    /// [`MoneyError::Range`] when the number is not finite or does not fit.
    pub fn from_units(units: f64, currency: Currency) -> Result<Self, MoneyError> {
        let micros = (units * MICROS_PER_UNIT as f64).round();
        if micros.is_finite() && micros.abs() < i64::MAX as f64 {
            Ok(Self::new(micros as i64, currency))
        } else {
            Err(MoneyError::Range(units))
        }
    }

    /// The amount in units, for use inside models only.
    pub fn units(&self) -> f64 {
        self.micros as f64 / MICROS_PER_UNIT as f64
    }

    /// Adds an amount of the same currency.
    ///
    /// # Errors
    /// [`MoneyError::Mismatch`] for different currencies, [`MoneyError::Overflow`] out of range.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mismatch { left: self.currency, right: other.currency });
        }
        self.micros
            .checked_add(other.micros)
            .map(|micros| Self::new(micros, self.currency))
            .ok_or(MoneyError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn adding_needs_one_currency() {
        let eur = Money::new(5, "EUR".parse().unwrap());
        let usd = Money::new(5, "usd".parse().unwrap());
        assert!(matches!(eur.checked_add(usd), Err(MoneyError::Mismatch { .. })));
        assert_eq!(eur.checked_add(eur).unwrap().micros, 10);
    }

    #[test]
    fn a_currency_is_three_letters() {
        assert!("EURO".parse::<Currency>().is_err());
        assert!("E1R".parse::<Currency>().is_err());
    }

    proptest! {
        #[test]
        fn units_round_trip(micros in -1_000_000_000_000_i64..1_000_000_000_000) {
            let money = Money::new(micros, "GBP".parse().unwrap());
            prop_assert_eq!(Money::from_units(money.units(), money.currency).unwrap(), money);
        }
    }
}
