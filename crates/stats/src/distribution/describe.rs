//! A distribution in words.

use super::Distribution;
use std::fmt;

impl Distribution {
    /// A sentence for people: the distribution with its parameters, its median and where 90 % of
    /// its mass lies, such as `log-normal (mu 0.2, sigma 0.9): median 1.22, 90 % between 0.278 and
    /// 5.37`.
    pub fn describe(&self) -> String {
        if let Self::Fixed { value } = *self {
            return format!("fixed at {}", Short(value));
        }
        format!(
            "{self}: median {}, 90 % between {} and {}",
            Short(self.quantile(0.5)),
            Short(self.quantile(0.05)),
            Short(self.quantile(0.95)),
        )
    }

    /// The parameters with the keys that a file uses, in the order in which people state them.
    pub fn parameters(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Normal { mean, sd } => vec![("mean", mean), ("sd", sd)],
            Self::HalfNormal { sd } => vec![("sd", sd)],
            Self::TruncatedNormal { mean, sd, low, high } => {
                let bounds = [("low", low), ("high", high)];
                [("mean", mean), ("sd", sd)]
                    .into_iter()
                    .chain(bounds.into_iter().filter(|(_, bound)| bound.is_finite()))
                    .collect()
            }
            Self::LogNormal { mu, sigma } => vec![("mu", mu), ("sigma", sigma)],
            Self::ShiftedLogNormal { shift, mu, sigma } => {
                vec![("shift", shift), ("mu", mu), ("sigma", sigma)]
            }
            Self::RectifiedLogNormal { zero, mu, sigma } => {
                vec![("zero", zero), ("mu", mu), ("sigma", sigma)]
            }
            Self::Beta { alpha, beta } => vec![("alpha", alpha), ("beta", beta)],
            Self::Gamma { shape, rate } => vec![("shape", shape), ("rate", rate)],
            Self::InverseGamma { shape, scale } => vec![("shape", shape), ("scale", scale)],
            Self::Uniform { low, high } => vec![("low", low), ("high", high)],
            Self::Laplace { mean, scale } => vec![("mean", mean), ("scale", scale)],
            Self::StudentT { df, mean, scale } => {
                vec![("df", df), ("mean", mean), ("scale", scale)]
            }
            Self::HalfStudentT { df, scale } => vec![("df", df), ("scale", scale)],
            Self::Exponential { rate } => vec![("rate", rate)],
            Self::HalfCauchy { scale } => vec![("scale", scale)],
            Self::Fixed { value } => vec![("value", value)],
        }
    }
}

impl fmt::Display for Distribution {
    /// The name and the parameters, such as `normal (mean 0, sd 1)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.name())?;
        for (i, (key, value)) in self.parameters().into_iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{key} {}", Short(value))?;
        }
        f.write_str(")")
    }
}

/// A number to three significant digits (whole numbers in full up to six).
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.0;
        if x == 0.0 || !x.is_finite() {
            return write!(f, "{}", if x == 0.0 { 0.0 } else { x });
        }
        if x.fract() == 0.0 && x.abs() < 1e6 {
            return write!(f, "{x}");
        }
        let exponent = x.abs().log10().floor() as i32;
        if !(-4..6).contains(&exponent) {
            return write!(f, "{x:.2e}");
        }
        let decimals = usize::try_from(2 - exponent).unwrap_or(0);
        let text = format!("{x:.decimals$}");
        if text.contains('.') {
            f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
        } else {
            f.write_str(&text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Distribution as D;

    #[test]
    fn descriptions_are_short_sentences() {
        assert_eq!(
            D::LogNormal { mu: 0.2, sigma: 0.9 }.describe(),
            "log-normal (mu 0.2, sigma 0.9): median 1.22, 90 % between 0.278 and 5.37"
        );
        assert_eq!(D::Fixed { value: 0.5 }.describe(), "fixed at 0.5");
        assert_eq!(
            D::TruncatedNormal { mean: 0.0, sd: 1.0, low: 0.0, high: f64::INFINITY }.to_string(),
            "truncated-normal (mean 0, sd 1, low 0)"
        );
        assert_eq!(
            D::Normal { mean: 12345.0, sd: 1.5e-7 }.to_string(),
            "normal (mean 12345, sd 1.50e-7)"
        );
    }
}
