//! The answer in one sentence, from the data.

use crate::summary::{DataSummary, Estimate, Summary};

/// What the channel with the surest high return brings (its interval ends highest from below: a
/// wide guess is no headline), and where the next unit brings most and least.
pub(super) fn sentence(summary: &Summary) -> String {
    let money = summary.data.outcome_is_money;
    let unit = |value: f64| {
        if money { format!("{value:.2}") } else { format!("{} {}", three(value), summary.data.kpi) }
    };
    let spent = unit_of_spend(&summary.data);
    let mut paid: Vec<_> =
        summary.channels.iter().filter_map(|(n, c)| Some((n, c.roi?, c.mroi?))).collect();
    paid.sort_by(|a, b| b.1.q05.total_cmp(&a.1.q05));
    let Some((best, roi, _)) = paid.first() else {
        return format!(
            "Media brought {:.0} % of {} ({:.0}–{:.0} %).",
            100.0 * summary.total_media.contribution_share.q50,
            summary.data.kpi,
            100.0 * summary.total_media.contribution_share.q05,
            100.0 * summary.total_media.contribution_share.q95,
        );
    };
    let mut text =
        format!("{best} returns {} per {spent} spent", with_interval(&summary.data, roi));
    let next = paid.iter().max_by(|a, b| a.2.q50.total_cmp(&b.2.q50));
    let least = paid.iter().min_by(|a, b| a.2.q50.total_cmp(&b.2.q50));
    if let (Some(next), Some(least)) = (next, least)
        && next.0 != least.0
    {
        text += &format!(
            "; the next {spent} brings most in {} ({}) and least in {} ({})",
            next.0,
            unit(next.2.q50),
            least.0,
            unit(least.2.q50),
        );
    }
    text + "."
}

/// A return with its 90 % interval: `1.80 (1.40–2.30)`, with the KPI's name where outcomes are not
/// money.
pub(super) fn with_interval(data: &DataSummary, e: &Estimate) -> String {
    if data.outcome_is_money {
        format!("{:.2} ({:.2}–{:.2})", e.q50, e.q05, e.q95)
    } else {
        format!("{} {} ({}–{})", three(e.q50), data.kpi, three(e.q05), three(e.q95))
    }
}

/// What spend is counted in: the currency's code, or `unit`.
pub(super) fn unit_of_spend(data: &DataSummary) -> &str {
    data.currency.as_deref().unwrap_or("unit")
}

/// Three significant figures.
fn three(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value:.0}");
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    format!("{value:.*}", usize::try_from(digits).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::three;

    #[test]
    fn three_figures_are_enough() {
        assert_eq!(three(0.012345), "0.0123");
        assert_eq!(three(12.345), "12.3");
        assert_eq!(three(12345.6), "12346");
        assert_eq!(three(0.0), "0");
    }
}
