//! What a channel would bring at other spends.

use outlay_mmm::summary::ResponseCurve;
use serde::Serialize;

use super::Material;
use crate::chart::interpolate;
use crate::chart::response::Response;
use crate::figure::Figure;
use crate::format::{MISSING, column_decimals};
use crate::rank::Ranked;
use crate::table::{Cell, Csv, Table};

/// The curves, one per pictured channel with spend.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    curves: Vec<ChannelCurve>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct ChannelCurve {
    name: String,
    class: String,
    figure: Figure,
    /// What the curve says at today's spend.
    today: String,
    /// Largest multiple of today's spend that the curve reaches.
    most: f64,
    next_label: String,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let curves = material.pictured().iter().enumerate().filter_map(|(i, r)| {
        let curve = r.channel.response.as_ref().filter(|c| usable(c))?;
        Some(build_curve(material, i, r, curve))
    });
    let left_out = material
        .others()
        .iter()
        .filter(|r| r.channel.response.as_ref().is_some_and(usable))
        .count();
    Section { curves: curves.collect(), left_out }
}

fn usable(curve: &ResponseCurve) -> bool {
    let n = curve.spend.len();
    n >= 2
        && curve.multiplier.len() == n
        && curve.outcome.q50.len() == n
        && curve.spend.last().is_some_and(|s| s.is_finite() && *s > 0.0)
}

fn build_curve(
    material: &Material<'_>,
    index: usize,
    ranked: &Ranked<'_>,
    curve: &ResponseCurve,
) -> ChannelCurve {
    let terms = &material.terms;
    let at = |values: &[f64]| interpolate(&curve.multiplier, values, 1.0);
    let digits = column_decimals(curve.marginal.q50.iter().copied());
    let next_label = format!("next {}", terms.unit_of_spend());
    let next_value = at(&curve.marginal.q50);
    let next = if next_value.is_finite() {
        format!("{next_label}: {}", terms.rate(next_value, digits))
    } else {
        String::new()
    };
    let (low, high) = (at(&curve.outcome.q05), at(&curve.outcome.q95));
    let today = format!(
        "{} brings {} {}; the next {} returns {}{}.",
        terms.money(at(&curve.spend)),
        terms.outcome(at(&curve.outcome.q50)),
        terms.locale.range(low, high, |x| terms.locale.compact(x)),
        terms.unit_of_spend(),
        terms.rate(next_value, digits),
        interval_of(material, at(&curve.marginal.q05), at(&curve.marginal.q95), digits),
    );
    let title = format!("{}: {} against spend", ranked.name, terms.outcome);
    let response = Response {
        title: &title,
        look: ranked.look,
        curve,
        spend_unit: &format!("{} in the whole period", terms.spend_axis()),
        outcome_unit: &terms.outcome_axis(),
        next: &next,
        locale: terms.locale,
    };
    let mut figure = Figure::new(
        &format!("curve-{index}"),
        title.clone(),
        response.wide(),
        table(material, curve, digits).with_csv(&csv(curve)),
    )
    .with_narrow(response.narrow());
    figure.kind = "response";
    let most = curve.multiplier.iter().copied().filter(|m| m.is_finite()).fold(1.0, f64::max);
    ChannelCurve {
        name: ranked.name.clone(),
        class: ranked.look.class(),
        figure,
        today,
        most,
        next_label,
    }
}

fn interval_of(material: &Material<'_>, low: f64, high: f64, digits: usize) -> String {
    let locale = material.terms.locale;
    if low.is_finite() && high.is_finite() {
        format!(" {}", locale.range(low, high, |x| locale.aligned(x, digits)))
    } else {
        String::new()
    }
}

/// At most a dozen points, so that the table can be read.
fn table(material: &Material<'_>, curve: &ResponseCurve, digits: usize) -> Table {
    let terms = &material.terms;
    let mut table = Table::new(&[
        "#Spend",
        "#Of today’s",
        "#Brings",
        &format!("#Next {}", terms.unit_of_spend()),
    ]);
    let every = curve.spend.len().div_ceil(12).max(1);
    for i in (0..curve.spend.len()).step_by(every) {
        let value = |values: &[f64]| values.get(i).copied().unwrap_or(f64::NAN);
        let outcome = value(&curve.outcome.q50);
        let range = terms.locale.range(value(&curve.outcome.q05), value(&curve.outcome.q95), |x| {
            terms.locale.compact(x)
        });
        let next = value(&curve.marginal.q50);
        let next_range =
            interval_of(material, value(&curve.marginal.q05), value(&curve.marginal.q95), digits);
        table.push(vec![
            Cell::number(terms.money(curve.spend[i]), curve.spend[i]),
            Cell::number(terms.locale.share(curve.multiplier[i]), curve.multiplier[i]),
            Cell::interval(&format!("{} {range}", terms.outcome(outcome)), outcome),
            if next.is_finite() {
                Cell::interval(&format!("{}{next_range}", terms.locale.aligned(next, digits)), next)
            } else {
                Cell::text(MISSING)
            },
        ]);
    }
    table
}

fn csv(curve: &ResponseCurve) -> Csv {
    let quantiles = ["", " 5 %", " 25 %", " 75 %", " 95 %"];
    let heads = ["multiplier", "spend"].map(str::to_owned).into_iter().chain(
        ["outcome", "next"]
            .iter()
            .flat_map(|name| quantiles.iter().map(move |q| format!("{name}{q}"))),
    );
    let mut csv = Csv::new(heads);
    for i in 0..curve.spend.len() {
        csv.number(curve.multiplier[i]).number(curve.spend[i]);
        for band in [&curve.outcome, &curve.marginal] {
            for values in [&band.q50, &band.q05, &band.q25, &band.q75, &band.q95] {
                csv.number(values.get(i).copied().unwrap_or(f64::NAN));
            }
        }
        csv.end();
    }
    csv
}
