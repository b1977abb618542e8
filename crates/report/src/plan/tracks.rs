//! The plan itself: a track per channel.

use serde::Serialize;

use super::hold::{Held, Hold, held};
use super::{Material, Shown, relative_change};
use crate::chart::track::{Lock, Track, Tracks};
use crate::figure::Figure;
use crate::table::{Cell, Csv, Table};

/// The picture of the plan.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    figure: Option<Figure>,
    left_out: usize,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let holds = held(material.plan);
    let with_holds = |shown: &[Shown<'_>]| -> Vec<Track> {
        shown.iter().map(|s| track(material, s, &holds[s.index])).collect()
    };
    let tracks = with_holds(material.pictured());
    let left_out = material.others().len();
    if tracks.is_empty() {
        return Section { figure: None, left_out };
    }
    let title = "What each channel spends now and in the plan";
    let chart = Tracks {
        title,
        tracks: &tracks,
        sign: &material.terms.sign,
        locale: material.terms.locale,
    };
    let figure = Figure::new("plan", title, chart.wide(), table(material, &holds))
        .with_narrow(chart.narrow())
        .with_note(if material.was_searched() {
            "Dot: now. Ring: the plan. Grey bar: what the limits allow; a lock where something holds it. \
             Each track has a scale of its own, from zero."
        } else {
            "Dot: now. Ring: the plan. Each track has a scale of its own, from zero."
        });
    Section { figure: Some(figure), left_out }
}

fn track(material: &Material<'_>, shown: &Shown<'_>, held: &Held<'_>) -> Track {
    let (channel, terms) = (shown.channel, &material.terms);
    let change = relative_change(terms, channel.current, channel.planned);
    let amounts = if channel.current == 0.0 && channel.planned == 0.0 {
        "nothing, as now".to_owned()
    } else if change == "=" {
        format!("{}, as now", terms.money(channel.planned))
    } else {
        let tail = if change.is_empty() { String::new() } else { format!("\u{2002}{change}") };
        format!("{} → {}{tail}", terms.money(channel.current), terms.money(channel.planned))
    };
    let mut tip = format!(
        "{}: {} planned, {} now",
        shown.name,
        terms.money_exact(channel.planned),
        terms.money_exact(channel.current),
    );
    if material.was_searched() {
        let most = channel.max.is_finite().then(|| terms.money_exact(channel.max));
        tip.push_str(&format!(
            ", allowed {} to {}",
            terms.money_exact(channel.min),
            most.unwrap_or_else(|| "any amount".to_owned()),
        ));
    }
    tip.push_str(&format!(". {}.", material.outcome_tip("Brings", &channel.expected)));
    let why = held.sentence();
    if !why.is_empty() {
        tip.push(' ');
        tip.push_str(&why);
    }
    let lock = match held.hold {
        Hold::Free => Lock::Open,
        Hold::AtLeast => Lock::Before,
        Hold::Locked | Hold::AtMost | Hold::Limited => Lock::After,
    };
    Track {
        name: shown.name.clone(),
        look: shown.look,
        limits: material.was_searched().then_some((channel.min, channel.max)),
        now: channel.current,
        planned: channel.planned,
        lock,
        held: held.short(material),
        shown: amounts,
        tip,
    }
}

fn table(material: &Material<'_>, holds: &[Held<'_>]) -> Table {
    let terms = &material.terms;
    let mut table =
        Table::new(&["Channel", "#At least", "#Now", "#Planned", "#At most", "#Change", "Held"]);
    let mut csv =
        Csv::new(["channel", "least", "now", "planned", "most", "change", "held", "price"]);
    for shown in &material.ordered {
        let (c, held) = (shown.channel, &holds[shown.index]);
        let money = |v: f64| Cell::number(terms.money(v), v).with_exact(terms.money_exact(v));
        table.push(vec![
            Cell::text(shown.name.clone()).with_swatch(shown.look.class()),
            money(c.min),
            money(c.current),
            money(c.planned),
            money(c.max),
            Cell::number(terms.money_change(c.planned - c.current), c.planned - c.current),
            Cell::text(held.short(material)),
        ]);
        csv.text(&shown.name);
        for value in [c.min, c.current, c.planned, c.max, c.planned - c.current] {
            csv.number(value);
        }
        csv.text(held.words()).number(held.binding.map_or(f64::NAN, |b| b.price)).end();
    }
    table.with_csv(&csv)
}
