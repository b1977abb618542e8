//! Amounts in sentences.

/// How money and outcomes are written.
#[derive(Debug, Clone)]
pub struct Words {
    /// Sign or code of the currency; empty where it is unknown.
    pub currency: String,
    /// ISO code of the currency, where it is known.
    pub code: Option<String>,
    /// Unit of outcomes.
    pub outcome_unit: String,
    /// Whether outcomes are money.
    pub outcome_is_money: bool,
    /// The word for one period.
    pub period: String,
    /// Writes a number with at most three significant figures.
    pub number: fn(f64) -> String,
}

impl Words {
    /// An amount of money.
    pub fn money(&self, x: f64) -> String {
        self.signed(x)
    }

    fn signed(&self, x: f64) -> String {
        let minus = if x < 0.0 { "−" } else { "" };
        match self.currency.chars().count() {
            0 => (self.number)(x),
            1 | 2 => format!("{minus}{}{}", self.currency, (self.number)(x.abs())),
            _ => format!("{} {}", (self.number)(x), self.currency),
        }
    }

    /// An outcome.
    pub fn outcome(&self, x: f64) -> String {
        if self.outcome_is_money && !self.currency.is_empty() {
            self.signed(x)
        } else {
            format!("{} {}", (self.number)(x), self.outcome_unit)
        }
    }

    /// A ratio.
    pub fn ratio(&self, x: f64) -> String {
        (self.number)(x)
    }

    /// A share in percent.
    pub fn percent(&self, share: f64) -> String {
        let value = 100.0 * share;
        // "0 %" for what is not nothing would be wrong.
        let text = match value.abs() {
            v if v > 0.0 && v < 0.01 => "less than 0.01".to_owned(),
            v if v < 1.0 => format!("{value:.2}"),
            _ => (self.number)(value),
        };
        format!("{text} %")
    }
}
