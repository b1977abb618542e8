//! How well the model describes what it saw, and what it did not see.

use outlay_mmm::summary::{Backtest, HoldoutError};
use serde::Serialize;

use super::Material;
use crate::chart::Bins;
use crate::chart::series::{POINTS, Series};
use crate::figure::{Figure, LegendEntry};
use crate::table::{Cell, Csv, Table};

/// Seen against expected, and errors.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    sentence: String,
    figure: Option<Figure>,
    measures: Table,
    forecasts: Option<Table>,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    Section {
        sentence: sentence(material),
        figure: figure(material),
        measures: measures(material),
        forecasts: forecasts(material),
    }
}

fn sentence(material: &Material<'_>) -> String {
    let (fit, locale) = (&material.summary.fit, material.terms.locale);
    let mut text = format!(
        "The model explains {} of the ups and downs and is off by {} of {} on average.",
        locale.share(fit.r2),
        locale.share(fit.wmape),
        material.terms.outcome
    );
    let versus = |what: &str, wmape: f64, naive: f64| {
        let verb = if wmape <= naive { "better" } else { "worse" };
        format!(
            " On {what} it is off by {}, {verb} than repeating last year ({}).",
            locale.share(wmape),
            locale.share(naive)
        )
    };
    if let Some(h) = &fit.holdout {
        text.push_str(&versus(
            &format!("{} periods it had not seen", h.periods),
            h.wmape,
            h.naive_wmape,
        ));
    } else if let Some(b) = &fit.backtest {
        text.push_str(&versus(
            &format!("{} forecasts into the unseen", b.origins.len()),
            b.wmape,
            b.naive_wmape,
        ));
    }
    text
}

fn figure(material: &Material<'_>) -> Option<Figure> {
    let (summary, terms) = (material.summary, &material.terms);
    let d = &summary.decomposition;
    if d.dates.is_empty() || d.expected.q50.is_empty() {
        return None;
    }
    let title = format!(
        "{} as it came, and as the model expects it",
        crate::terms::capitalise(&terms.outcome)
    );
    let unit = terms.outcome_axis();
    let series = Series {
        title: &title,
        unit: &unit,
        dates: &d.dates,
        actual: &d.actual,
        expected: &d.expected,
        predictive: &d.predictive,
        held_out: &d.held_out,
        locale: terms.locale,
    };
    let mut csv = Csv::new([
        "date",
        "actual",
        "expected",
        "expected 5 %",
        "expected 95 %",
        "new value",
        "new value 5 %",
        "new value 95 %",
    ]);
    let mut table = Table::new(&["From", "#actual", "#expected", "#90 % of new values"]);
    let every = d.dates.len().div_ceil(26).max(1);
    for (i, date) in d.dates.iter().enumerate() {
        let at = |values: &[f64]| values.get(i).copied().unwrap_or(f64::NAN);
        csv.text(&date.to_string());
        let bands = [&d.expected, &d.predictive];
        csv.short(at(&d.actual));
        for band in bands {
            csv.short(at(&band.q50)).short(at(&band.q05)).short(at(&band.q95));
        }
        csv.end();
        if i % every == 0 {
            let (low, high) = (at(&d.predictive.q05), at(&d.predictive.q95));
            table.push(vec![
                Cell::text(date.to_string()),
                Cell::number(terms.outcome(at(&d.actual)), at(&d.actual)),
                Cell::number(terms.outcome(at(&d.expected.q50)), at(&d.expected.q50)),
                Cell::number(
                    terms
                        .locale
                        .range(low, high, |x| terms.locale.compact(x))
                        .trim_matches(['(', ')'])
                        .to_owned(),
                    low,
                ),
            ]);
        }
    }
    let mut figure = Figure::new("fit", title.clone(), series.wide(), table.with_csv(&csv))
        .with_narrow(series.narrow())
        .with_note(format!(
            "Bands: where half (dark) and 90 % (light) of new values should fall.{}",
            averaged(d.dates.len(), &summary.data.granularity)
        ));
    figure.kind = "series";
    figure.looks = "actual-name accent-name band-name".into();
    figure.legend = [
        ("actual-name", "actual"),
        ("accent-name", "expected"),
        ("band-name", "90 % of new values"),
    ]
    .map(|(class, name)| LegendEntry { class: class.into(), name: name.into() })
    .into();
    if every > 1 {
        figure.table_note = format!("Every {every} periods; the CSV has all of them.");
    }
    Some(figure)
}

/// A word on what is drawn where there are more periods than points.
fn averaged(periods: usize, granularity: &str) -> String {
    let size = Bins::new(periods, POINTS).size;
    if size > 1 { format!(" Drawn as averages over {size} {granularity}s.") } else { String::new() }
}

fn measures(material: &Material<'_>) -> Table {
    let (fit, locale) = (&material.summary.fit, material.terms.locale);
    let mut table = Table::new(&["Measure", "#Value", "What it says"]);
    let mut add = |name: &str, value: f64, text: &str| {
        table.push(vec![
            Cell::text(name),
            Cell::number(locale.share(value), value),
            Cell::text(text),
        ]);
    };
    add("R²", fit.r2, "share of the ups and downs that the model explains");
    add("wMAPE", fit.wmape, "average error as a share of the average outcome");
    add("MAPE", fit.mape, "average of the errors in per cent, period by period");
    add("Inside the 90 % band", fit.predictive_coverage_90, "should be near 90 %");
    add(
        "Posterior predictive p",
        fit.posterior_predictive_p,
        "near 0 or 100 % the model contradicts the total it saw",
    );
    add(
        "Baseline below zero",
        fit.negative_baseline_probability,
        "probability that the model needs a negative baseline; should be small",
    );
    table
}

fn forecasts(material: &Material<'_>) -> Option<Table> {
    let fit = &material.summary.fit;
    let backtest: Option<&Backtest> = fit.backtest.as_ref();
    if fit.holdout.is_none() && backtest.is_none() {
        return None;
    }
    let locale = material.terms.locale;
    let mut table = Table::new(&[
        "Not seen from",
        "#Periods",
        "#Model is off by",
        "#Repeating last year",
        "#Better by",
        "#Inside 90 %",
    ]);
    let mut csv =
        Csv::new(["kind", "start", "periods", "wmape", "naive wmape", "skill", "coverage 90 %"]);
    let mut add = |kind: &str, h: &HoldoutError| {
        let share = |x: f64| Cell::number(locale.share(x), x);
        table.push(vec![
            Cell::text(format!("{} ({kind})", h.start)),
            Cell::number(h.periods.to_string(), h.periods as f64),
            share(h.wmape),
            share(h.naive_wmape),
            share(h.skill),
            share(h.coverage_90),
        ]);
        csv.text(kind).text(&h.start.to_string()).number(h.periods as f64);
        for value in [h.wmape, h.naive_wmape, h.skill, h.coverage_90] {
            csv.number(value);
        }
        csv.end();
    };
    if let Some(holdout) = &fit.holdout {
        add("holdout", holdout);
    }
    for origin in backtest.map_or(&[][..], |b| &b.origins) {
        add("backtest", origin);
    }
    if let Some(b) = backtest {
        let share = |x: f64| Cell::number(locale.share(x), x);
        let periods: usize = b.origins.iter().map(|o| o.periods).sum();
        table.push(vec![
            Cell::text("all backtests"),
            Cell::number(periods.to_string(), periods as f64),
            share(b.wmape),
            share(b.naive_wmape),
            share(b.skill),
            Cell::text(""),
        ]);
    }
    Some(table.with_csv(&csv))
}
