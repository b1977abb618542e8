//! The words and signs of a fit or a plan: what spend and outcome are counted in, and how people
//! say it.

use outlay_core::Currency;
use outlay_mmm::summary::{DataSummary, Estimate};
use outlay_planner::plan::Question;

use crate::format::{Locale, MISSING};

/// Words, signs and number format for one fit or plan.
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
        let currency = data.currency.as_deref();
        Self::of(currency, data.outcome_is_money, &data.outcome_unit, locale)
    }

    /// The terms of what a plan was asked.
    pub fn of_question(question: &Question, locale: Locale) -> Self {
        let currency = question.currency.as_deref();
        Self::of(currency, question.outcome_is_money, &question.outcome_unit, locale)
    }

    fn of(currency: Option<&str>, outcome_is_money: bool, unit: &str, locale: Locale) -> Self {
        let currency = currency.and_then(currency_of);
        Self {
            locale,
            sign: currency.map_or_else(String::new, sign),
            unit: currency.map_or("unit", word).to_owned(),
            outcome_is_money,
            outcome: label(if outcome_is_money { "revenue" } else { unit }),
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
            return MISSING.to_owned();
        }
        let range = self.locale.range(e.q05, e.q95, |x| self.locale.compact(x));
        format!("{} {range}", self.outcome(e.q50))
    }

    /// Median and 90 % interval of an amount of money, whatever outcomes are counted in.
    pub fn money_interval(&self, e: &Estimate) -> String {
        if !e.q50.is_finite() {
            return MISSING.to_owned();
        }
        let range = self.locale.range(e.q05, e.q95, |x| self.locale.compact(x));
        format!("{} {range}", self.money(e.q50))
    }

    /// A difference of spend, compact and with its sign: `+€310K`, `−€12K`.
    pub fn money_change(&self, amount: f64) -> String {
        plus(amount, self.money(amount))
    }

    /// A difference of outcomes, compact and with its sign: `+€310K`, `−12`.
    pub fn outcome_change(&self, amount: f64) -> String {
        plus(amount, self.outcome(amount))
    }

    /// Median and 90 % interval of a difference of outcomes: `+€310K (−20K to 640K)`.
    pub fn outcome_change_interval(&self, e: &Estimate) -> String {
        if !e.q50.is_finite() {
            return MISSING.to_owned();
        }
        let range = self.locale.range(e.q05, e.q95, |x| self.locale.compact(x));
        format!("{} {range}", self.outcome_change(e.q50))
    }

    /// Median and 90 % interval of a cost per outcome, in money.
    pub fn cost_interval(&self, e: &Estimate) -> String {
        if !e.q50.is_finite() && e.q05.is_finite() {
            // More likely than not it brings nothing, and then it has no price.
            return format!("{} or more", self.money(e.q05));
        }
        self.money_interval(e)
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

/// The currency of a code, or of one of the signs that [`Currency::symbol`] gives.
fn currency_of(text: &str) -> Option<Currency> {
    let signs = [("€", "EUR"), ("$", "USD"), ("£", "GBP"), ("¥", "JPY"), ("₹", "INR")];
    let code = signs.iter().find(|(sign, _)| *sign == text.trim()).map_or(text, |(_, code)| code);
    code.parse().ok()
}

/// A plus before what is more than nothing.
fn plus(amount: f64, text: String) -> String {
    if amount.is_finite() && amount > 0.0 { format!("+{text}") } else { text }
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
    fn a_cost_that_is_more_likely_infinite_than_not_has_a_least_and_an_outcome_has_none() {
        let t = terms(Some("EUR"), false);
        let endless = f64::INFINITY;
        let e = Estimate {
            mean: endless,
            sd: endless,
            q05: 12.0,
            q25: 40.0,
            q50: endless,
            q75: endless,
            q95: endless,
        };
        assert_eq!(t.cost_interval(&e), "€12 or more");
        assert_eq!(t.outcome_interval(&e), MISSING);
        assert_eq!(t.cost_interval(&Estimate { q50: 60.0, ..e }), "€60 (12 or more)");
    }

    #[test]
    fn a_currency_is_known_by_its_code_and_by_its_sign() {
        for code in ["EUR", "USD", "GBP", "JPY", "INR"] {
            let sign = currency_of(code).unwrap().symbol().to_owned();
            assert_eq!(terms(Some(&sign), true), terms(Some(code), true));
        }
        assert_eq!(terms(Some("points"), true).unit, "unit");
    }

    #[test]
    fn differences_carry_their_sign() {
        let t = terms(Some("EUR"), true);
        assert_eq!(t.outcome_change(310_000.0), "+€310K");
        assert_eq!([-12.0, 0.0, f64::NAN].map(|x| t.money_change(x)), ["−€12", "€0", MISSING]);
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
