//! What a unit of spend brings, on average and at the margin.

use outlay_mmm::summary::Estimate;
use serde::Serialize;

use super::Material;
use crate::chart::dots::{Dots, Row};
use crate::chart::quantile::{DOTS, draw, quantile_dots};
use crate::figure::Figure;
use crate::format::column_decimals;
use crate::rank::Ranked;
use crate::table::{Cell, Csv, Table};

/// The first pictures.
#[derive(Debug, Serialize)]
pub(crate) struct Returns {
    average: Option<Figure>,
    next: Option<Figure>,
    chance: Option<Figure>,
    empty: &'static str,
}

type Pick = fn(&Ranked<'_>) -> Option<Estimate>;

pub(crate) fn build(material: &Material<'_>) -> Returns {
    let mut order: Vec<&Ranked<'_>> =
        material.pictured().iter().filter(|r| r.channel.roi.is_some()).collect();
    order.sort_by(|a, b| median(b).total_cmp(&median(a)));
    let terms = &material.terms;
    let average = figure(material, &order, "return", &terms.return_per_unit(), |r| r.channel.roi);
    let next = figure(material, &order, "next", &terms.return_on_next_unit(), |r| r.channel.mroi);
    Returns {
        average: average.map(|f| f.with_note("Dot: the middle estimate. Thick bar: as likely inside as outside. Thin bar: 90 % sure.")),
        next: next.map(|f| f.with_note("What one more unit would bring at today’s spend. It is lower than the average where a channel levels off.")),
        chance: chance(material),
        empty: "No channel has spend in this data, so there is no return to show. Contributions stand below.",
    }
}

fn median(ranked: &Ranked<'_>) -> f64 {
    ranked
        .channel
        .roi
        .map_or(f64::NEG_INFINITY, |e| if e.q50.is_nan() { f64::NEG_INFINITY } else { e.q50 })
}

fn figure(
    material: &Material<'_>,
    order: &[&Ranked<'_>],
    id: &str,
    title: &str,
    pick: Pick,
) -> Option<Figure> {
    let terms = &material.terms;
    let found: Vec<(&Ranked<'_>, Estimate)> =
        order.iter().filter_map(|r| pick(r).map(|e| (*r, e))).collect();
    if found.is_empty() {
        return None;
    }
    let digits = column_decimals(found.iter().map(|(_, e)| e.q50));
    let mut table =
        Table::new(&["Channel", &format!("#{title}"), "#50 % interval", "#90 % interval"]);
    let mut csv = Csv::new(["channel", "median", "5 %", "25 %", "75 %", "95 %", "mean", "sd"]);
    let mut rows = Vec::new();
    for (ranked, e) in &found {
        let fixed = |x| terms.locale.aligned(x, digits);
        let range =
            |low, high| terms.locale.range(low, high, fixed).trim_matches(['(', ')']).to_owned();
        table.push(vec![
            Cell::text(ranked.name.clone()).with_swatch(ranked.look.class()),
            Cell::number(terms.rate(e.q50, digits), e.q50),
            Cell::number(range(e.q25, e.q75), e.q25),
            Cell::number(range(e.q05, e.q95), e.q05),
        ]);
        csv.text(&ranked.name);
        for value in [e.q50, e.q05, e.q25, e.q75, e.q95, e.mean, e.sd] {
            csv.number(value);
        }
        csv.end();
        let shown = terms.locale.interval(e, digits);
        rows.push(Row {
            name: ranked.name.clone(),
            class: ranked.look.class(),
            shape: ranked.look.pattern(),
            estimate: *e,
            before: None,
            tip: format!("{}: {shown}, 50 % interval {}", ranked.name, range(e.q25, e.q75)),
            shown,
        });
    }
    let reference = terms.outcome_is_money.then(|| (1.0, "pays for itself".to_owned()));
    let title = format!("{title}, by channel");
    let dots = Dots {
        title: title.clone(),
        unit: terms.rate_unit(),
        rows,
        reference,
        whole: false,
        locale: terms.locale,
    };
    let mut figure =
        Figure::new(id, title, dots.wide(), table.with_csv(&csv)).with_narrow(dots.narrow());
    let left_out = material.others().iter().filter(|r| pick(r).is_some()).count();
    if left_out > 0 {
        figure.table_note = format!("{left_out} more channels stand in the table of all channels.");
    }
    Some(figure)
}

/// How sure it is that media as a whole brings back what it costs, in dots that can be counted.
fn chance(material: &Material<'_>) -> Option<Figure> {
    let terms = &material.terms;
    let roi = material.summary.total_media.roi.filter(|_| terms.outcome_is_money)?;
    let dots = quantile_dots(&roi);
    if dots.is_empty() {
        return None;
    }
    let above = dots.iter().filter(|d| **d >= 1.0).count();
    let title = format!(
        "In {above} of {DOTS} equally likely cases media brings at least its cost in revenue"
    );
    let drawn = draw(&title, &dots, 1.0, "pays for itself", &terms.rate_unit(), terms.locale);
    let digits = column_decimals(dots.iter().copied());
    let mut table = Table::new(&["#Case", "#Return of all paid media"]);
    let mut csv = Csv::new(["case", "return"]);
    for (index, dot) in dots.iter().enumerate() {
        table.push(vec![
            Cell::number((index + 1).to_string(), index as f64),
            Cell::number(terms.rate(*dot, digits), *dot),
        ]);
        csv.number((index + 1) as f64).number(*dot).end();
    }
    Some(Figure::new("chance", title, drawn, table.with_csv(&csv)).with_note(
        "Each dot is one twentieth of the probability, read from the quantiles of the total return. \
         Revenue is not profit: with a margin of 50 % media pays from 2 on.",
    ))
}
