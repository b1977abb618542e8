//! The words and signs of a fit: what spend and outcome are counted in, and how people say it.

use outlay_core::Currency;
use outlay_mmm::summary::{DataSummary, Estimate};

use crate::format::{Locale, MISSING};

/// Words, signs and number format for one fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Separators.
    pub locale: Locale,
    /// Sign before amounts of money (`€`, `CHF `); empty where the currency is not known.
    pub sign: String,
    /// One unit of spend as a word: `euro`, `dollar`, `unit`.
    pub unit: String,
    /// Whether outcomes are money, so that returns are amounts per unit of spend.
    pub outcome_is_money: bool,
    /// What outcomes are called: `revenue` for money, otherwise the KPI's name.
    pub outcome: String,
}

impl Terms {
    /// The terms of a fit's data.
    pub fn new(data: &DataSummary, locale: Locale) -> Self {
        let currency = data.currency.as_deref().and_then(|c| c.parse::<Currency>().ok());
        let outcome = if data.outcome_is_money { "revenue" } else { data.outcome_unit.as_str() };
        Self {
            locale,
            sign: currency.map_or_else(String::new, sign),
            unit: currency.map_or("unit", word).to_owned(),
            outcome_is_money: data.outcome_is_money,
            outcome: label(outcome),
        }
    }

    /// An amount of spend, compact: `€1.2M`.
    pub fn money(&self, amount: f64) -> String {
        self.signed(amount, self.locale.compact(amount))
    }

    /// An amount of spend in full: `€1,234,567.89`.
    pub fn money_exact(&self, amount: f64) -> String {
        self.signed(amount, self.locale.exact(amount))
    }

    /// An outcome, compact: money with its sign, or a bare count.
    pub fn outcome(&self, amount: f64) -> String {
        if self.outcome_is_money { self.money(amount) } else { self.locale.compact(amount) }
    }

    /// Median and 90 % interval of an outcome: `€1.2M (€0.9M–€1.5M)`.
    pub fn outcome_interval(&self, e: &Estimate) -> String {
        if !e.q50.is_finite() {
            // More likely than not it brings nothing, and then it has no price.
            let least = e.q05.is_finite().then(|| format!("{} or more", self.money(e.q05)));
            return least.unwrap_or_else(|| MISSING.to_owned());
        }
        let range = self.locale.range(e.q05, e.q95, |x| self.locale.compact(x));
        format!("{} {range}", self.outcome(e.q50))
    }

    /// Median and 90 % interval of a cost per outcome, in money.
    pub fn cost_interval(&self, e: &Estimate) -> String {
        if !e.q50.is_finite() {
            return MISSING.to_owned();
        }
        let range = self.locale.range(e.q05, e.q95, |x| self.locale.compact(x));
        format!("{} {range}", self.money(e.q50))
    }

    /// A return per unit of spend, with the sign of money where outcomes are money.
    pub fn rate(&self, value: f64, digits: usize) -> String {
        let text = self.locale.aligned(value, digits);
        if self.outcome_is_money { self.signed(value, text) } else { text }
    }

    /// `Return per euro`, or `Conversions per euro` where outcomes are not money.
    pub fn return_per_unit(&self) -> String {
        if self.outcome_is_money {
            format!("Return per {}", self.unit)
        } else {
            format!("{} per {}", capitalise(&self.outcome), self.unit_of_spend())
        }
    }

    /// `Return on the next euro`.
    pub fn return_on_next_unit(&self) -> String {
        format!("Return on the next {}", self.unit_of_spend())
    }

    /// `euro`, or `unit of spend` where the currency is not known.
    pub fn unit_of_spend(&self) -> String {
        if self.unit == "unit" { "unit of spend".to_owned() } else { self.unit.clone() }
    }

    /// Unit at an axis of returns: `€ per €`, `conversions per €`.
    pub fn rate_unit(&self) -> String {
        let spend = if self.sign.is_empty() { "unit of spend" } else { self.sign.trim() };
        let outcome = match (self.outcome_is_money, self.sign.is_empty()) {
            (true, false) => self.sign.trim(),
            _ => self.outcome.as_str(),
        };
        format!("{outcome} per {spend}")
    }

    /// Unit at an axis of outcomes: `revenue, €`, or the KPI's name.
    pub fn outcome_axis(&self) -> String {
        if self.outcome_is_money && !self.sign.is_empty() {
            format!("{}, {}", self.outcome, self.sign.trim())
        } else {
            self.outcome.clone()
        }
    }

    /// Unit at an axis of spend: `spend, €`.
    pub fn spend_axis(&self) -> String {
        if self.sign.is_empty() {
            "spend".to_owned()
        } else {
            format!("spend, {}", self.sign.trim())
        }
    }

    fn signed(&self, amount: f64, text: String) -> String {
        if !amount.is_finite() {
            return text;
        }
        match text.strip_prefix('−') {
            Some(rest) => format!("−{}{rest}", self.sign),
            None => format!("{}{text}", self.sign),
        }
    }
}

/// The sign before an amount; codes are set off by a space.
fn sign(currency: Currency) -> String {
    let symbol = currency.symbol();
    if symbol.chars().all(|c| c.is_ascii_alphabetic()) {
        format!("{symbol}\u{a0}")
    } else {
        symbol.to_owned()
    }
}

/// What one unit of a currency is called.
fn word(currency: Currency) -> &'static str {
    match currency.code() {
        "EUR" => "euro",
        "USD" | "AUD" | "CAD" | "NZD" | "SGD" | "HKD" | "TWD" => "dollar",
        "GBP" => "pound",
        "JPY" => "yen",
        "INR" => "rupee",
        "CHF" => "franc",
        "SEK" | "ISK" => "krona",
        "DKK" | "NOK" => "krone",
        "PLN" => "zloty",
        "CZK" => "koruna",
        "HUF" => "forint",
        "BRL" => "real",
        "CNY" => "yuan",
        "KRW" => "won",
        "TRY" => "lira",
        "ZAR" => "rand",
        "MXN" | "CLP" | "COP" | "ARS" | "PHP" => "peso",
        "AED" => "dirham",
        "SAR" => "riyal",
        "ILS" => "shekel",
        "THB" => "baht",
        "IDR" => "rupiah",
        _ => "unit",
    }
}

/// A user's name made safe to show: control characters and marks that reorder text are replaced
/// or dropped, runs of white space are one space, an empty name says so.
pub fn label(name: &str) -> String {
    let cleaned: String = name
        .chars()
        .filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| match c {
            c if c.is_whitespace() => ' ',
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
            c => c,
        })
        .collect();
    let words = cleaned.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "(no name)".to_owned() } else { words }
}

/// A name of at most `length` characters; longer ones end in an ellipsis.
pub fn shorten(name: &str, length: usize) -> String {
    if name.chars().count() <= length {
        return name.to_owned();
    }
    let kept: String = name.chars().take(length.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The text with its first letter in upper case.
pub fn capitalise(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(currency: Option<&str>, money: bool) -> Terms {
        let data = DataSummary {
            fingerprint: String::new(),
            source: String::new(),
            kpi: "sales".into(),
            outcome_unit: "conversions".into(),
            outcome_is_money: money,
            currency: currency.map(str::to_owned),
            granularity: "week".into(),
            start: Default::default(),
            end: Default::default(),
            periods: 0,
            geos: vec![],
            total_outcome: 0.0,
            total_spend: 0.0,
        };
        Terms::new(&data, Locale::POINT)
    }

    #[test]
    fn money_carries_its_sign_behind_the_minus() {
        let t = terms(Some("EUR"), true);
        assert_eq!(t.money(-1_200_000.0), "−€1.2M");
        assert_eq!(t.rate(1.9, 2), "€1.90");
        assert_eq!(t.return_per_unit(), "Return per euro");
        assert_eq!(terms(Some("CHF"), true).money(3000.0), "CHF\u{a0}3K");
    }

    #[test]
    fn an_unknown_currency_is_a_unit_of_spend() {
        let t = terms(None, false);
        assert_eq!(t.return_per_unit(), "Conversions per unit of spend");
        assert_eq!(t.return_on_next_unit(), "Return on the next unit of spend");
        assert_eq!(t.money(f64::NAN), MISSING);
    }

    #[test]
    fn names_cannot_reorder_or_break_the_page() {
        assert_eq!(label("TV\u{202e}evil\u{7}\n x"), "TVevil\u{fffd} x");
        assert_eq!(label("\u{202e}  "), "(no name)");
        assert_eq!(shorten("a rather long name", 8), "a rathe…");
    }
}
