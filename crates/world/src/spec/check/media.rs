//! Channels, organic channels, and the transforms that both have.

use std::collections::HashSet;

use outlay_core::KpiKind;

use super::{Check, MAX_LAG, MAX_PERIODS};
use crate::spec::{
    Adstock, Change, ChannelSpec, Effect, Flighting, Saturation, TreatmentKind, WorldSpec,
};

impl Check {
    pub(super) fn channels(&mut self, spec: &WorldSpec) {
        if spec.channels.is_empty() {
            self.refuse("channels", "is empty: add at least one [[channels]] with a name");
        }
        let mut earlier: HashSet<&str> = HashSet::new();
        for (i, channel) in spec.channels.iter().enumerate() {
            let key = |k: &str| format!("channels[{i}].{k}");
            self.name(key("name"), &channel.name);
            self.positive(key("spend"), channel.spend);
            if let Some(price) = channel.cost_per_thousand {
                self.positive(key("cost_per_thousand"), price);
            }
            self.within(key("cost_variation"), channel.cost_variation, 0.0, 2.0);
            self.within(key("variation"), channel.variation, 0.0, 3.0);
            self.habits(i, channel, spec);
            self.within(key("seasonal"), channel.seasonal, 0.0, 1.0);
            self.within(key("demand_driven"), channel.demand_driven, 0.0, 1.0);
            self.within(key("demand_gain"), channel.demand_gain, 0.0, 3.0);
            self.within(key("collinearity"), channel.collinearity, 0.0, 1.0);
            match &channel.collinear_with {
                Some(other) if !earlier.contains(other.as_str()) => self.refuse(
                    key("collinear_with"),
                    format!("names `{other}`, which is no channel before this one"),
                ),
                None if channel.collinearity > 0.0 => {
                    self.refuse(key("collinearity"), "needs `collinear_with = \"…\"`");
                }
                _ => {}
            }
            for (d, dark) in channel.dark.iter().enumerate() {
                if dark.periods == 0 {
                    self.refuse(format!("channels[{i}].dark[{d}].periods"), "must be at least 1");
                }
            }
            if let Some(rf) = &channel.reach_frequency {
                self.within(key("reach_frequency.frequency"), rf.frequency, 1.01, 100.0);
                self.within(key("reach_frequency.variation"), rf.variation, 0.0, 2.0);
                if channel.cost_per_thousand.is_none() {
                    self.refuse(key("reach_frequency"), "needs `cost_per_thousand`");
                }
            }
            self.flighting(&key("flighting"), &channel.flighting);
            self.transforms(&key(""), channel.adstock, channel.saturation, channel.max_lag);
            match channel.effect {
                Effect::Roi(roi) => self.within(key("effect.roi"), roi, 0.0, 1e6),
                Effect::Share(share) => self.within(key("effect.share"), share, 0.0, 0.95),
                Effect::Cpa(cost) => self.positive(key("effect.cpa"), cost),
            }
            if matches!(channel.effect, Effect::Cpa(_)) && spec.kpi.kind == KpiKind::Revenue {
                self.refuse(key("effect.cpa"), "is for counts: give a revenue KPI an `roi`");
            }
            earlier.insert(&channel.name);
        }
        let share = |effect: &Effect| if let Effect::Share(s) = effect { *s } else { 0.0 };
        let paid: f64 = spec.channels.iter().map(|c| share(&c.effect)).sum();
        let organic: f64 = spec.organic.iter().map(|o| o.share).sum();
        if paid + organic > 0.95 {
            self.refuse(
                "channels",
                format!(
                    "bring {:.0} % of the KPI together with organic media; leave at least 5 % to the baseline",
                    100.0 * (paid + organic)
                ),
            );
        }
    }

    /// Prices, budgets and effects that move over the years.
    fn habits(&mut self, i: usize, channel: &ChannelSpec, spec: &WorldSpec) {
        let key = |k: &str| format!("channels[{i}].{k}");
        self.within(key("cost_growth"), channel.cost_growth, -0.9, 5.0);
        self.within(key("growth"), channel.growth, -0.9, 5.0);
        self.within(key("quarterly"), channel.quarterly, 0.0, 2.0);
        self.within(key("follow_gain"), channel.follow_gain, 0.0, 20.0);
        if let Some(name) = &channel.follows {
            let known =
                |t: &crate::spec::Treatment| t.name == *name && t.kind == TreatmentKind::Promotion;
            if !spec.treatments.iter().any(known) {
                let reason = format!("names `{name}`, which is no treatment of kind `promotion`");
                self.refuse(key("follows"), reason);
            }
        } else if channel.follow_gain > 0.0 {
            self.refuse(key("follow_gain"), "needs `follows = \"…\"`");
        }
        match channel.change {
            Some(Change::Linear { total }) => self.within(key("change.total"), total, -1.9, 1.9),
            Some(Change::Walk { per_year }) => {
                self.within(key("change.per_year"), per_year, 0.0, 3.0);
            }
            None => {}
        }
        if !channel.halo.is_empty() && channel.effect == Effect::Roi(0.0) {
            self.refuse(key("halo"), "is an effect: a channel with `roi = 0` has none");
        }
        for (h, halo) in channel.halo.iter().enumerate() {
            self.within(format!("channels[{i}].halo[{h}].gain"), halo.gain, 0.0, 10.0);
            let known = spec.channels.iter().any(|c| c.name == halo.to && c.name != channel.name);
            if !known {
                self.refuse(
                    format!("channels[{i}].halo[{h}].to"),
                    format!("names `{}`, which is no other channel", halo.to),
                );
            }
        }
    }

    pub(super) fn organic(&mut self, spec: &WorldSpec) {
        for (i, organic) in spec.organic.iter().enumerate() {
            let key = |k: &str| format!("organic[{i}].{k}");
            self.name(key("name"), &organic.name);
            self.name(key("unit"), &organic.unit);
            self.positive(key("volume"), organic.volume);
            self.within(key("variation"), organic.variation, 0.0, 3.0);
            self.within(key("share"), organic.share, 0.0, 0.95);
            self.flighting(&key("flighting"), &organic.flighting);
            self.transforms(&key(""), organic.adstock, organic.saturation, organic.max_lag);
        }
    }

    fn flighting(&mut self, key: &str, flighting: &Flighting) {
        let (per_year, length) = match *flighting {
            Flighting::AlwaysOn {} => return,
            Flighting::Bursts { per_year, length } => (per_year, length),
            Flighting::Pulsed { per_year, length, floor } => {
                self.within(format!("{key}.floor"), floor, 0.0, 1.0);
                (per_year, length)
            }
        };
        self.within(format!("{key}.per_year"), per_year, 0.1, 366.0);
        if !(1..=MAX_PERIODS).contains(&length) {
            self.refuse(format!("{key}.length"), "must be at least 1");
        }
    }

    fn transforms(
        &mut self,
        key: &str,
        adstock: Adstock,
        saturation: Saturation,
        max_lag: Option<usize>,
    ) {
        let of = |k: &str| format!("{key}{k}");
        if max_lag.is_some_and(|lag| lag > MAX_LAG) {
            self.refuse(of("max_lag"), format!("must be at most {MAX_LAG}"));
        }
        match adstock {
            Adstock::None {} => {}
            Adstock::Geometric { alpha } => self.within(of("adstock.alpha"), alpha, 0.0, 0.999),
            Adstock::Delayed { alpha, theta } => {
                self.within(of("adstock.alpha"), alpha, 0.001, 0.999);
                self.within(of("adstock.theta"), theta, 0.0, MAX_LAG as f64);
            }
            Adstock::Binomial { alpha } => self.within(of("adstock.alpha"), alpha, 0.001, 1.0),
            Adstock::WeibullCdf { scale, shape } | Adstock::WeibullPdf { scale, shape } => {
                self.within(of("adstock.scale"), scale, 0.001, 1e4);
                self.within(of("adstock.shape"), shape, 0.001, 100.0);
            }
            Adstock::TwoSpeed { fast, slow, share } => {
                self.within(of("adstock.fast"), fast, 0.0, 0.999);
                self.within(of("adstock.slow"), slow, 0.0, 0.999);
                self.within(of("adstock.share"), share, 0.0, 1.0);
            }
            Adstock::PowerLaw { scale, exponent } => {
                self.within(of("adstock.scale"), scale, 0.001, 1e4);
                self.within(of("adstock.exponent"), exponent, 0.001, 100.0);
            }
            Adstock::LatePeak { peak, shape } => {
                self.within(of("adstock.peak"), peak, 0.0, MAX_LAG as f64);
                self.within(of("adstock.shape"), shape, 0.001, 100.0);
            }
            Adstock::Plateau { periods } => {
                if !(1..=MAX_LAG).contains(&periods) {
                    let reason = format!("must lie between 1 and {MAX_LAG}, not {periods}");
                    self.refuse(of("adstock.periods"), reason);
                }
            }
        }
        match saturation {
            Saturation::None {} => {}
            Saturation::Hill { slope, half } => {
                self.within(of("saturation.slope"), slope, 0.05, 20.0);
                self.within(of("saturation.half"), half, 1e-3, 1e4);
            }
            Saturation::Logistic { rate } => self.within(of("saturation.rate"), rate, 1e-3, 100.0),
            Saturation::MichaelisMenten { half } => {
                self.within(of("saturation.half"), half, 1e-3, 1e4);
            }
            Saturation::Tanh { scale } => self.within(of("saturation.scale"), scale, 1e-3, 1e4),
            Saturation::Power { exponent } => {
                self.within(of("saturation.exponent"), exponent, 0.01, 1.0);
            }
            Saturation::Threshold { level, half } => {
                self.within(of("saturation.level"), level, 0.0, 1e4);
                self.within(of("saturation.half"), half, 1e-3, 1e4);
            }
            Saturation::SCurve { centre, steep } => {
                self.within(of("saturation.centre"), centre, 0.0, 1e4);
                self.within(of("saturation.steep"), steep, 1e-3, 100.0);
            }
            Saturation::Logarithmic { scale } => {
                self.within(of("saturation.scale"), scale, 1e-3, 1e4);
            }
            Saturation::Kinked { at, then } => {
                self.within(of("saturation.at"), at, 1e-3, 1e4);
                self.within(of("saturation.then"), then, 0.0, 1.0);
            }
            Saturation::TwoAudience { fast, slow, share } => {
                self.within(of("saturation.fast"), fast, 1e-3, 1e4);
                self.within(of("saturation.slow"), slow, 1e-3, 1e4);
                self.within(of("saturation.share"), share, 0.0, 1.0);
            }
        }
    }
}
