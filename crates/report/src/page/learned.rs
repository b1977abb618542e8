//! What the data taught beyond what was believed before.

use indexmap::IndexMap;
use outlay_mmm::summary::PriorShift;
use serde::Serialize;

use super::Material;
use crate::chart::dots::{Dots, Row};
use crate::figure::Figure;
use crate::format::column_decimals;
use crate::rank::Ranked;
use crate::table::{Cell, Csv, Table};
use crate::terms::label;

/// One picture per quantity that priors are on.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    sentence: String,
    figures: Vec<Figure>,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let mut by_quantity: IndexMap<&str, Vec<(&Ranked<'_>, &PriorShift)>> = IndexMap::new();
    for ranked in material.pictured() {
        if let Some(shift) = &ranked.channel.prior {
            by_quantity.entry(shift.quantity.as_str()).or_default().push((ranked, shift));
        }
    }
    let figures =
        by_quantity.iter().map(|(quantity, shifts)| figure(material, quantity, shifts)).collect();
    let sentences = [sentence(material), perhaps(material)];
    Section { sentence: sentences.join(" ").trim().to_owned(), figures }
}

/// Which channels may bring nothing at all.
fn perhaps(material: &Material<'_>) -> String {
    let locale = material.terms.locale;
    let open = material.summary.perhaps_nothing();
    let each = open.iter().map(|(name, p)| format!("{} ({})", label(name), locale.share(*p)));
    match open.len() {
        0 => String::new(),
        _ => format!(
            "May bring nothing, with this probability: {}.",
            each.collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Which channels the data spoke about, and about which it was silent.
fn sentence(material: &Material<'_>) -> String {
    let locale = material.terms.locale;
    let mut shifts: Vec<(&str, f64)> = material
        .ranked
        .iter()
        .filter_map(|r| r.channel.prior.as_ref().map(|p| (r.name.as_str(), p.shrinkage)))
        .filter(|(_, s)| s.is_finite())
        .collect();
    shifts.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (Some(most), Some(least)) = (shifts.first(), shifts.last()) else {
        return String::new();
    };
    let silent: Vec<&str> =
        shifts.iter().filter(|(_, s)| *s < material.prior_shift_min).map(|(n, _)| *n).collect();
    let learned = format!(
        "The data narrowed the interval of {} most, by {}.",
        most.0,
        locale.share(most.1.max(0.0))
    );
    match silent.len() {
        _ if shifts.len() == 1 => {
            format!("The data narrowed the interval by {}.", locale.share(most.1.max(0.0)))
        }
        0 => format!("{learned} Even for {} it narrowed by {}.", least.0, locale.share(least.1)),
        n if n <= 4 => format!(
            "{learned} About {} the data says little beyond what was believed before; a test would.",
            silent.join(", ")
        ),
        n => format!(
            "{learned} About {n} channels the data says little beyond what was believed before."
        ),
    }
}

fn words(material: &Material<'_>, quantity: &str) -> (String, String) {
    let terms = &material.terms;
    match quantity {
        "roi" => (terms.return_per_unit(), terms.rate_unit()),
        "mroi" => (terms.return_on_next_unit(), terms.rate_unit()),
        "contribution" => (format!("Share of {}", terms.outcome), "share".to_owned()),
        _ => ("Size of the effect".to_owned(), "coefficient, model units".to_owned()),
    }
}

fn figure(
    material: &Material<'_>,
    quantity: &str,
    shifts: &[(&Ranked<'_>, &PriorShift)],
) -> Figure {
    let locale = material.terms.locale;
    let (name, unit) = words(material, quantity);
    let digits = column_decimals(shifts.iter().map(|(_, s)| s.posterior.q50));
    let mut table =
        Table::new(&["Channel", "#Before", "#After", "#Narrowed by", "Before comes from"]);
    let mut csv = Csv::new([
        "channel",
        "quantity",
        "prior median",
        "prior 5 %",
        "prior 95 %",
        "posterior median",
        "posterior 5 %",
        "posterior 95 %",
        "shrinkage",
        "source",
    ]);
    let mut rows = Vec::new();
    for (ranked, shift) in shifts {
        let (before, after) =
            (locale.interval(&shift.prior, digits), locale.interval(&shift.posterior, digits));
        let narrowed = locale.share(shift.shrinkage);
        table.push(vec![
            Cell::text(ranked.name.clone()).with_swatch(ranked.look.class()),
            Cell::interval(&before, shift.prior.q50),
            Cell::interval(&after, shift.posterior.q50),
            Cell::number(narrowed.clone(), shift.shrinkage),
            Cell::text(source(&shift.source)),
        ]);
        csv.text(&ranked.name).text(quantity);
        for e in [&shift.prior, &shift.posterior] {
            csv.number(e.q50).number(e.q05).number(e.q95);
        }
        csv.number(shift.shrinkage).text(&shift.source).end();
        rows.push(Row {
            name: ranked.name.clone(),
            class: ranked.look.class(),
            shape: ranked.look.pattern(),
            estimate: shift.posterior,
            before: Some(shift.prior),
            tip: format!("{}: before {before}, after {after}, narrowed by {narrowed}", ranked.name),
            shown: format!("narrowed by {narrowed}"),
        });
    }
    let title = format!("{name}: before and after the data");
    let dots = Dots { title: title.clone(), unit, rows, reference: None, whole: false, locale };
    Figure::new(
        &format!("learned-{}", quantity_id(quantity)),
        title,
        dots.wide(),
        table.with_csv(&csv),
    )
    .with_narrow(dots.narrow())
    .with_note("Grey: what was believed before the data was seen. Colour: after.")
}

fn quantity_id(quantity: &str) -> &'static str {
    match quantity {
        "roi" => "roi",
        "mroi" => "mroi",
        "contribution" => "contribution",
        _ => "coefficient",
    }
}

/// Where a prior comes from, in words.
fn source(source: &str) -> String {
    match source {
        "preset" => "the preset".to_owned(),
        "user" => "your specification".to_owned(),
        "experiment" => "an experiment".to_owned(),
        "uplift" => "an uplift model".to_owned(),
        "ltv" => "customer lifetime value".to_owned(),
        "benchmark" => "a benchmark".to_owned(),
        "posterior" => "an earlier fit".to_owned(),
        other => crate::terms::label(other),
    }
}
