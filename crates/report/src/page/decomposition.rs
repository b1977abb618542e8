//! Where the outcome came from over time.

use outlay_mmm::summary::{BandSeries, Decomposition};
use serde::Serialize;

use super::Material;
use crate::chart::stack::{Layer, Part, Stack};
use crate::figure::{Figure, LegendEntry};
use crate::table::{Cell, Csv, Table};

/// Periods up to which every interval goes into the CSV; beyond it would make the page heavy.
const PERIODS_WITH_INTERVALS: usize = 320;

/// The stacked picture.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    figure: Option<Figure>,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let parts = &material.summary.decomposition;
    let usable = !parts.dates.is_empty() && parts.baseline.mean.len() == parts.dates.len();
    Section { figure: usable.then(|| figure(material, parts)) }
}

fn figure(material: &Material<'_>, decomposition: &Decomposition) -> Figure {
    let terms = &material.terms;
    let layers = layers(material, decomposition);
    let title =
        format!("Where {} came from, by {}", terms.outcome, material.summary.data.granularity);
    let stack = Stack {
        id: "sources".into(),
        title: title.clone(),
        unit: terms.outcome_axis(),
        dates: decomposition.dates.clone(),
        actual: decomposition.actual.clone(),
        parts: layers.clone(),
        locale: terms.locale,
    };
    let mut figure = Figure::new("sources", title, stack.wide(), table(material, &layers))
        .with_narrow(stack.narrow())
        .with_note(
            "Grey is what would have come without media. The layers add up to what the model expects; \
             the dark line is what really came.",
        );
    figure.kind = "series";
    figure.table.csv = csv(material, decomposition, &layers).address();
    figure.table_note = "By quarter; the CSV has every period.".into();
    figure.legend = layers
        .iter()
        .rev()
        .map(|p| LegendEntry { class: p.layer.class(), name: p.name.clone() })
        .chain([LegendEntry { class: "actual-name".into(), name: "actual".into() }])
        .collect();
    figure.looks = ["actual-name".to_owned()]
        .into_iter()
        .chain(layers.iter().map(|p| p.layer.class()))
        .collect::<Vec<_>>()
        .join(" ");
    figure
}

/// Baseline, then the pictured channels from the largest up, then all others as one.
fn layers(material: &Material<'_>, decomposition: &Decomposition) -> Vec<Part> {
    let (terms, periods) = (&material.terms, decomposition.dates.len());
    let part = |name: &str, layer, values: Vec<f64>| {
        let total: f64 = values.iter().filter(|v| v.is_finite()).sum();
        let share = total / material.summary.data.total_outcome;
        let tip = format!(
            "{name}: {} in all, {} of {}",
            terms.outcome(total),
            terms.locale.share(share),
            terms.outcome
        );
        Part { name: name.to_owned(), layer, values, tip }
    };
    let mut layers = vec![part("baseline", Layer::Baseline, decomposition.baseline.mean.clone())];
    for ranked in material.pictured() {
        if let Some(band) = decomposition.channels.get(ranked.key) {
            layers.push(part(
                &ranked.name,
                Layer::Channel(ranked.look),
                padded(&band.mean, periods),
            ));
        }
    }
    let others = material.others();
    if !others.is_empty() {
        let mut sum = vec![0.0; periods];
        for band in others.iter().filter_map(|r| decomposition.channels.get(r.key)) {
            for (total, value) in sum.iter_mut().zip(&band.mean) {
                *total += if value.is_finite() { *value } else { 0.0 };
            }
        }
        layers.push(part(&format!("{} other channels", others.len()), Layer::Others, sum));
    }
    layers
}

fn padded(values: &[f64], length: usize) -> Vec<f64> {
    let mut values = values.to_vec();
    values.resize(length, f64::NAN);
    values
}

/// Sums by quarter, so that the table can be read.
fn table(material: &Material<'_>, layers: &[Part]) -> Table {
    use chrono::Datelike;
    let (terms, decomposition) = (&material.terms, &material.summary.decomposition);
    let heads: Vec<String> = ["Quarter".to_owned(), "#actual".to_owned()]
        .into_iter()
        .chain(layers.iter().map(|p| format!("#{}", p.name)))
        .collect();
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    let quarter = |i: usize| decomposition.dates.get(i).map(|d| (d.year(), d.month0() / 3 + 1));
    let mut from = 0;
    while let Some(key) = quarter(from) {
        let to = (from..decomposition.dates.len()).find(|i| quarter(*i) != Some(key));
        let to = to.unwrap_or(decomposition.dates.len());
        let sum = |values: &[f64]| {
            values.get(from..to).unwrap_or(&[]).iter().filter(|v| v.is_finite()).sum::<f64>()
        };
        let cell = |total: f64| Cell::number(terms.outcome(total), total);
        let mut row =
            vec![Cell::text(format!("{} Q{}", key.0, key.1)), cell(sum(&decomposition.actual))];
        row.extend(layers.iter().map(|p| cell(sum(&p.values))));
        table.push(row);
        from = to;
    }
    table
}

fn csv(material: &Material<'_>, decomposition: &Decomposition, layers: &[Part]) -> Csv {
    let with_intervals = decomposition.dates.len() <= PERIODS_WITH_INTERVALS;
    let bands: Vec<Option<&BandSeries>> = layers
        .iter()
        .map(|p| match p.layer {
            Layer::Baseline => Some(&decomposition.baseline),
            Layer::Channel(_) => material
                .ranked
                .iter()
                .find(|r| Layer::Channel(r.look) == p.layer)
                .and_then(|r| decomposition.channels.get(r.key)),
            Layer::Others => None,
        })
        .map(|band| band.filter(|_| with_intervals))
        .collect();
    let mut heads = vec!["date".to_owned(), "actual".to_owned()];
    for (part, band) in layers.iter().zip(&bands) {
        heads.push(part.name.clone());
        if band.is_some() {
            heads.extend([format!("{} 5 %", part.name), format!("{} 95 %", part.name)]);
        }
    }
    let mut csv = Csv::new(heads);
    let value = |values: &[f64], i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    for (i, date) in decomposition.dates.iter().enumerate() {
        csv.text(&date.to_string()).short(value(&decomposition.actual, i));
        for (part, band) in layers.iter().zip(&bands) {
            csv.short(value(&part.values, i));
            if let Some(band) = band {
                csv.short(value(&band.q05, i)).short(value(&band.q95, i));
            }
        }
        csv.end();
    }
    csv
}
