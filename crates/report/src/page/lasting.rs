//! How long an effect lasts and how it levels off.

use serde::Serialize;

use super::Material;
use crate::chart::{bars, curve};
use crate::figure::Figure;
use crate::rank::Ranked;
use crate::table::{Cell, Csv, Table};

/// Two small pictures per pictured channel.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    channels: Vec<ChannelShape>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct ChannelShape {
    name: String,
    class: String,
    carries: String,
    carry: Option<Figure>,
    level: Option<Figure>,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let channels = material.pictured().iter().enumerate().map(|(i, r)| shape(material, i, r));
    Section { channels: channels.collect(), left_out: material.others().len() }
}

fn shape(material: &Material<'_>, index: usize, ranked: &Ranked<'_>) -> ChannelShape {
    let share = &ranked.channel.carryover_share;
    ChannelShape {
        name: ranked.name.clone(),
        class: ranked.look.class(),
        carries: format!(
            "{} of its effect comes later",
            material.terms.locale.share_interval(share)
        ),
        carry: carry(material, index, ranked),
        level: level(material, index, ranked),
    }
}

fn carry(material: &Material<'_>, index: usize, ranked: &Ranked<'_>) -> Option<Figure> {
    let weights = &ranked.channel.adstock;
    if weights.q50.is_empty() {
        return None;
    }
    let locale = material.terms.locale;
    let unit = format!("{}s after", material.summary.data.granularity);
    let title = format!("{}: when it acts", ranked.name);
    let mut table = Table::new(&[&format!("#{unit}"), "#Share of the effect"]);
    let mut csv = Csv::new([unit.as_str(), "median", "5 %", "95 %"]);
    for lag in 0..weights.q50.len() {
        let at = |values: &[f64]| values.get(lag).copied().unwrap_or(f64::NAN);
        let (low, mid, high) = (at(&weights.q05), at(&weights.q50), at(&weights.q95));
        let bare = |x: f64| locale.share(x).trim_end_matches(" %").to_owned();
        table.push(vec![
            Cell::number(lag.to_string(), lag as f64),
            Cell::interval(
                &format!("{} {}", locale.share(mid), locale.range(low, high, bare)),
                mid,
            ),
        ]);
        csv.number(lag as f64).number(mid).number(low).number(high).end();
    }
    let drawn = bars::draw(&title, ranked.look, weights, &unit, locale);
    Some(Figure::new(&format!("carry-{index}"), "When it acts", drawn, table.with_csv(&csv)))
}

fn level(material: &Material<'_>, index: usize, ranked: &Ranked<'_>) -> Option<Figure> {
    let saturation = &ranked.channel.saturation;
    if saturation.x.len() < 2 || saturation.y.q50.len() != saturation.x.len() {
        return None;
    }
    let locale = material.terms.locale;
    let title = format!("{}: how it levels off", ranked.name);
    let mut table = Table::new(&["#Level", "#Effect"]);
    let mut csv = Csv::new(["level", "median", "5 %", "95 %"]);
    let every = saturation.x.len().div_ceil(10).max(1);
    for i in 0..saturation.x.len() {
        let at = |values: &[f64]| values.get(i).copied().unwrap_or(f64::NAN);
        let (x, mid) = (saturation.x[i], at(&saturation.y.q50));
        let (low, high) = (at(&saturation.y.q05), at(&saturation.y.q95));
        if i % every == 0 {
            let fixed = |v: f64| locale.fixed(v, 2);
            table.push(vec![
                Cell::number(locale.compact(x), x),
                Cell::interval(&format!("{} {}", fixed(mid), locale.range(low, high, fixed)), mid),
            ]);
        }
        csv.number(x).number(mid).number(low).number(high).end();
    }
    let drawn = curve::draw(&title, ranked.look, saturation, locale);
    Some(Figure::new(&format!("level-{index}"), "How it levels off", drawn, table.with_csv(&csv)))
}
