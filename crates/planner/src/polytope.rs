//! What a plan may be: variables with bounds and named linear limits.

/// A linear limit `least ≤ Σ coefficient · variable ≤ most`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is called in a sentence.
    pub name: String,
    /// The rule it came from: rows of one rule clash together.
    pub rule: usize,
    /// `(variable, coefficient)`, each variable once.
    pub terms: Vec<(usize, f64)>,
    /// Least value; `-∞` for none.
    pub least: f64,
    /// Most; `∞` for none.
    pub most: f64,
}

impl Row {
    /// The row's value at a point.
    pub fn value(&self, x: &[f64]) -> f64 {
        self.terms.iter().map(|(j, a)| a * x[*j]).sum()
    }

    /// By how much a point breaks the row.
    pub fn violation(&self, x: &[f64]) -> f64 {
        let value = self.value(x);
        (self.least - value).max(value - self.most).max(0.0)
    }
}

/// Variables that are all zero, or together at least `least`.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// What it is called in a sentence.
    pub name: String,
    /// The rule it came from.
    pub rule: usize,
    /// The variables.
    pub variables: Vec<usize>,
    /// Least sum when any of them is positive.
    pub least: f64,
}

/// A polytope with switches.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Polytope {
    /// Lower bounds, never negative.
    pub low: Vec<f64>,
    /// Upper bounds, finite.
    pub high: Vec<f64>,
    /// Limits.
    pub rows: Vec<Row>,
    /// On or off.
    pub switches: Vec<Switch>,
}

impl Polytope {
    /// Number of variables.
    pub fn len(&self) -> usize {
        self.low.len()
    }

    /// Whether there is no variable.
    pub fn is_empty(&self) -> bool {
        self.low.is_empty()
    }

    /// The largest violation of a point, in units of `scale`, switches aside.
    pub fn violation(&self, x: &[f64]) -> f64 {
        let bounds = x.iter().zip(&self.low).zip(&self.high);
        let outside = bounds.map(|((x, low), high)| (low - x).max(x - high).max(0.0));
        let rows = self.rows.iter().map(|row| row.violation(x));
        outside.chain(rows).fold(0.0, f64::max)
    }

    /// The first switch that a point breaks by more than `slack`, if any.
    pub fn undecided(&self, x: &[f64], slack: f64) -> Option<usize> {
        self.switches.iter().position(|s| {
            let sum: f64 = s.variables.iter().map(|j| x[*j]).sum();
            sum > slack && sum < s.least - slack
        })
    }

    /// Tightens bounds by what single rows imply, a few rounds; keeps every feasible point.
    /// `false` when a bound crosses another by more than `slack`: nothing is feasible.
    pub fn tighten(&mut self, slack: f64) -> bool {
        for _ in 0..3 {
            for row in &self.rows {
                let least = |(j, a): &(usize, f64)| {
                    if *a > 0.0 { a * self.low[*j] } else { a * self.high[*j] }
                };
                let most = |(j, a): &(usize, f64)| {
                    if *a > 0.0 { a * self.high[*j] } else { a * self.low[*j] }
                };
                let (floor, ceiling): (f64, f64) =
                    (row.terms.iter().map(least).sum(), row.terms.iter().map(most).sum());
                let mut moved = Vec::new();
                for term @ (j, a) in &row.terms {
                    let (mut low, mut high) = (self.low[*j], self.high[*j]);
                    if row.most.is_finite() {
                        let room = (row.most - (floor - least(term))) / a;
                        if *a > 0.0 { high = high.min(room) } else { low = low.max(room) }
                    }
                    if row.least.is_finite() {
                        let need = (row.least - (ceiling - most(term))) / a;
                        if *a > 0.0 { low = low.max(need) } else { high = high.min(need) }
                    }
                    moved.push((*j, low, high));
                }
                for (j, low, high) in moved {
                    if low > high + slack {
                        return false;
                    }
                    // Rounding never takes a feasible point away.
                    let (low, high) = if low > high { (high, low) } else { (low, high) };
                    self.low[j] = low.clamp(self.low[j], self.high[j]);
                    self.high[j] = high.clamp(self.low[j], self.high[j]);
                }
            }
        }
        true
    }
}
