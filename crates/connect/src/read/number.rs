//! Numbers as people write them: grouped, with a decimal comma or point, with currency signs,
//! percent signs, parentheses or a trailing minus.

use outlay_core::Currency;
use serde::{Deserialize, Serialize};

/// What separates whole units from fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DecimalMark {
    /// `1234.5`
    Point,
    /// `1234,5`
    Comma,
}

impl DecimalMark {
    /// The character.
    pub fn symbol(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    fn other(self) -> char {
        match self {
            Self::Point => ',',
            Self::Comma => '.',
        }
    }
}

/// Signs before or after an amount. The longest stand first so that `US$` is not read as `$`.
/// `None` marks a sign that several currencies share.
const SIGNS: &[(&str, Option<&str>)] = &[
    ("US$", Some("USD")),
    ("A$", Some("AUD")),
    ("C$", Some("CAD")),
    ("R$", Some("BRL")),
    ("€", Some("EUR")),
    ("$", Some("USD")),
    ("£", Some("GBP")),
    ("¥", Some("JPY")),
    ("₹", Some("INR")),
    ("zł", Some("PLN")),
    ("Kč", Some("CZK")),
    ("Fr.", Some("CHF")),
    ("₺", Some("TRY")),
    ("₽", Some("RUB")),
    ("₩", Some("KRW")),
    ("kr.", None),
    ("kr", None),
];

/// ISO 4217 codes that are recognised beside an amount or in a header.
pub(crate) const CODES: &[&str] = &[
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK",
    "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "BRL", "MXN", "ARS", "CLP", "COP", "ZAR",
    "SGD", "HKD", "KRW", "THB", "AED", "SAR", "ILS", "IDR", "MYR", "PHP", "TWD", "UAH",
];

/// A cell's text with everything around the digits taken off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bare<'a> {
    core: &'a str,
    negative: bool,
    pub(crate) percent: bool,
    pub(crate) currency: Option<Currency>,
}

/// What one cell says about the decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Reads the same either way, and has this many digits before any exponent.
    Plain(usize),
    /// Reads only with this mark.
    Only(DecimalMark),
    /// Reads with both marks, differently; this character is the one in doubt.
    Either(char),
}

fn is_space(c: char) -> bool {
    c == ' ' || c == '\u{a0}' || c == '\u{202f}' || c == '\u{2009}' || c == '\t'
}

fn is_minus(c: char) -> bool {
    c == '-' || c == '\u{2212}' || c == '\u{2013}'
}

fn currency_of(sign: &str) -> Option<Currency> {
    sign.parse().ok()
}

/// Takes a currency sign or code off one end.
fn strip_currency(text: &str, front: bool) -> Option<(&str, Option<Currency>)> {
    // Most cells end in digits: nothing to look for.
    let end = if front { text.chars().next() } else { text.chars().next_back() };
    if end.is_none_or(|c| c.is_ascii_digit()) {
        return None;
    }
    for (sign, code) in SIGNS {
        let rest = if front { text.strip_prefix(sign) } else { text.strip_suffix(sign) };
        if let Some(rest) = rest {
            return Some((rest, code.and_then(currency_of)));
        }
    }
    for code in CODES {
        let end = if front {
            text.get(..3)
        } else {
            text.len().checked_sub(3).and_then(|i| text.get(i..))
        };
        if end.is_some_and(|end| end.eq_ignore_ascii_case(code)) {
            let rest = if front { text.get(3..) } else { text.get(..text.len() - 3) };
            return rest.map(|rest| (rest, currency_of(code)));
        }
    }
    None
}

/// Takes sign, currency, percent and parentheses off; `None` when no number can be inside.
pub(crate) fn strip(text: &str) -> Option<Bare<'_>> {
    if text.len() > 80 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut core = text.trim_matches(is_space).trim();
    let mut bare = Bare { core, negative: false, percent: false, currency: None };
    let mut signs = 0;
    loop {
        let before = core;
        // `1'234.–` and `99,-`: a dash for no cents.
        for dash in [".-", ",-", ".–", ",–", ".—", ",—"] {
            core = core.strip_suffix(dash).unwrap_or(core);
        }
        if let Some(inner) = core.strip_prefix('(').and_then(|c| c.strip_suffix(')')) {
            core = inner;
            bare.negative = true;
            signs += 1;
        }
        if let Some(rest) = core.strip_prefix(is_minus) {
            core = rest;
            bare.negative = true;
            signs += 1;
        } else if let Some(rest) = core.strip_prefix('+') {
            core = rest;
            signs += 1;
        } else if let Some(rest) = core.strip_suffix(is_minus) {
            core = rest;
            bare.negative = true;
            signs += 1;
        }
        if let Some(rest) = core.strip_suffix('%') {
            core = rest;
            bare.percent = true;
        }
        for front in [true, false] {
            if let Some((rest, currency)) = strip_currency(core, front) {
                core = rest;
                bare.currency = bare.currency.or(currency);
            }
        }
        core = core.trim_matches(is_space);
        if core == before {
            break;
        }
    }
    let starts_well = core.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
    let only_number = core.chars().all(|c| {
        c.is_ascii_digit()
            || is_space(c)
            || matches!(c, '.' | ',' | '\'' | '’' | 'e' | 'E' | '+' | '-')
    });
    bare.core = core;
    (signs <= 1 && starts_well && only_number).then_some(bare)
}

/// Whether digits in front of the decimal mark are grouped as people group them: threes, or the
/// Indian twos with a last three; one kind of mark only; no leading zero in a grouped number.
fn push_whole(whole: &str, mark: DecimalMark, out: &mut String) -> bool {
    if whole.bytes().all(|b| b.is_ascii_digit()) {
        out.push_str(whole);
        return true;
    }
    let is_group = |c: char| c == mark.other() || is_space(c) || c == '\'' || c == '’';
    let kind = whole.chars().find(|c| is_group(*c));
    let same = |c: char| kind == Some(c) || (is_space(c) && kind.is_some_and(is_space));
    if whole.starts_with('0') || !whole.chars().all(|c| c.is_ascii_digit() || same(c)) {
        return false;
    }
    let groups: Vec<&str> = whole.split(is_group).collect();
    let Some((first, rest)) = groups.split_first() else { return false };
    let Some((last, middle)) = rest.split_last() else { return false };
    let threes = middle.iter().all(|g| g.len() == 3);
    let twos = !middle.is_empty() && middle.iter().all(|g| g.len() == 2) && kind == Some(',');
    let sound = !first.is_empty()
        && first.len() <= if twos { 2 } else { 3 }
        && last.len() == 3
        && (threes || twos);
    if sound {
        groups.iter().for_each(|g| out.push_str(g));
    }
    sound
}

/// The number's digits in plain notation under a decimal mark; `None` when they do not fit it.
fn plain(core: &str, mark: DecimalMark) -> Option<String> {
    let (mantissa, exponent) = match core.find(['e', 'E']) {
        Some(at) => (core.get(..at)?, core.get(at + 1..)?),
        None => (core, ""),
    };
    let mut out = String::with_capacity(core.len() + 4);
    let mut parts = mantissa.splitn(2, mark.symbol());
    let whole = parts.next().unwrap_or("");
    let fraction = parts.next();
    if whole.is_empty() && fraction.is_none_or(str::is_empty) {
        return None;
    }
    if !push_whole(whole, mark, &mut out) {
        return None;
    }
    if let Some(fraction) = fraction {
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        out.push('.');
        out.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if core.len() > mantissa.len() {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        out.push('e');
        out.push_str(exponent);
    }
    Some(out)
}

impl Bare<'_> {
    /// What the cell says about the decimal mark; `None` when it is no number either way.
    pub(crate) fn evidence(&self) -> Option<Evidence> {
        let point = plain(self.core, DecimalMark::Point);
        let comma = plain(self.core, DecimalMark::Comma);
        match (point, comma) {
            (None, None) => None,
            (Some(_), None) => Some(Evidence::Only(DecimalMark::Point)),
            (None, Some(_)) => Some(Evidence::Only(DecimalMark::Comma)),
            (Some(p), Some(c)) if p == c => {
                let grouped = self.core.contains(|x: char| is_space(x) || x == '\'' || x == '’');
                let digits = p.bytes().take_while(u8::is_ascii_digit).count();
                Some(Evidence::Plain(if grouped { 0 } else { digits }))
            }
            (Some(_), Some(_)) => {
                Some(Evidence::Either(if self.core.contains('.') { '.' } else { ',' }))
            }
        }
    }

    /// The value under a decimal mark, correctly rounded; `None` when it does not fit the mark.
    pub(crate) fn value(&self, mark: DecimalMark) -> Option<f64> {
        let mut text = plain(self.core, mark)?;
        if self.percent {
            // Shifting the decimal exponent instead of dividing keeps `12.3 %` the nearest
            // double to 0.123.
            text = match text.split_once('e') {
                Some((m, e)) => format!("{m}e{}", e.parse::<i32>().ok()? - 2),
                None => format!("{text}e-2"),
            };
        }
        let value: f64 = text.parse().ok()?;
        value.is_finite().then_some(if self.negative { -value } else { value })
    }
}

/// Whether a text reads as a number under some decimal mark.
pub(crate) fn looks_like_number(text: &str) -> bool {
    strip(text).is_some_and(|bare| bare.evidence().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use DecimalMark::{Comma, Point};
    use proptest::prelude::*;

    fn read(text: &str, mark: DecimalMark) -> Option<f64> {
        strip(text).and_then(|b| b.value(mark))
    }

    #[test]
    fn numbers_of_many_countries_read_exactly() {
        for (text, mark, value) in [
            ("1.234.567,89", Comma, 1_234_567.89),
            ("1,234,567.89", Point, 1_234_567.89),
            ("1 234,5", Comma, 1234.5),
            ("1\u{202f}234,5", Comma, 1234.5),
            ("1'234.50", Point, 1234.5),
            ("1’234.50", Point, 1234.5),
            ("12,34,567.5", Point, 1_234_567.5),
            ("(1,234)", Point, -1234.0),
            ("-€1.234,50", Comma, -1234.5),
            ("€ -1.234,50", Comma, -1234.5),
            ("1.234,50 EUR", Comma, 1234.5),
            ("CHF 1'234.–", Point, 1234.0),
            ("99,-", Comma, 99.0),
            ("500,00-", Comma, -500.0),
            ("\u{2212}5", Point, -5.0),
            ("12.3 %", Point, 0.123),
            ("1,5E+05", Comma, 150_000.0),
            (".5", Point, 0.5),
            ("5.", Point, 5.0),
        ] {
            assert_eq!(read(text, mark), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "abc", "1.2.3", "12-13", "2024-01-01", "1e", "--5", "1,2,3", "5 apples"] {
            assert_eq!(read(text, Point), None, "{text}");
            assert_eq!(read(text, Comma), None, "{text}");
        }
    }

    #[test]
    fn a_cell_tells_its_decimal_mark_when_it_can() {
        for (text, evidence) in [
            ("1.234", Evidence::Either('.')),
            ("1,234", Evidence::Either(',')),
            ("0.123", Evidence::Only(Point)),
            ("1234.567", Evidence::Only(Point)),
            ("12,5", Evidence::Only(Comma)),
            ("1.234.567", Evidence::Only(Comma)),
            ("4711", Evidence::Plain(4)),
        ] {
            assert_eq!(strip(text).unwrap().evidence(), Some(evidence), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,40}") {
            let _ = read(&text, Point);
            let _ = looks_like_number(&text);
        }

        #[test]
        fn grouping_and_mark_do_not_change_a_number(cents in -10_000_000_000_i64..10_000_000_000) {
            let value = cents as f64 / 100.0;
            let whole = (cents.unsigned_abs() / 100).to_string();
            let mut grouped = String::new();
            for (i, c) in whole.chars().enumerate() {
                if i > 0 && (whole.len() - i) % 3 == 0 {
                    grouped.push('.');
                }
                grouped.push(c);
            }
            let sign = if cents < 0 { "-" } else { "" };
            let text = format!("{sign}{grouped},{:02} €", cents.unsigned_abs() % 100);
            prop_assert_eq!(read(&text, Comma), Some(value));
        }
    }
}
