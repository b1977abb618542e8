//! Plans with the shape of real ones, for tests and for looking at the page.

use chrono::{NaiveDate, TimeDelta};
use outlay_mmm::summary::Estimate;
use outlay_planner::design::Resolution;
use outlay_planner::plan::*;
use outlay_planner::problem::Wanted;

/// An estimate around a median with a relative spread; nothing is certain to be nothing.
pub(crate) fn around(median: f64, spread: f64) -> Estimate {
    let at = |z: f64| median * (1.0 + spread * z);
    Estimate {
        mean: median,
        sd: (median * spread).abs(),
        q05: at(-1.645).min(at(1.645)),
        q25: at(-0.674).min(at(0.674)),
        q50: median,
        q75: at(0.674).max(at(-0.674)),
        q95: at(1.645).max(at(-1.645)),
    }
}

/// What a channel of the fixture is like.
pub(crate) struct Own {
    name: &'static str,
    now: f64,
    planned: f64,
    limits: (f64, f64),
    /// Most that it can bring, and the spend that brings half of it.
    shape: (f64, f64),
    spread: f64,
    observed_to: f64,
    locked: bool,
}

impl Own {
    fn brings(&self, spend: f64) -> f64 {
        self.shape.0 * spend / (spend + self.shape.1)
    }

    fn slope(&self, spend: f64) -> f64 {
        self.shape.0 * self.shape.1 / (spend + self.shape.1).powi(2)
    }

    fn cells(&self, names: &[String]) -> Vec<Cell> {
        // A flight: more in the middle, none of it lost.
        let count = names.len();
        let weight = |i: usize| 1.0 + 0.6 * (1.7 * (i as f64 + 0.4 * self.name.len() as f64)).sin();
        let all: f64 = (0..count).map(weight).sum();
        let even = 1.0 / count as f64;
        names
            .iter()
            .enumerate()
            .map(|(i, name)| {
                let planned = self.planned * weight(i) / all;
                Cell {
                    name: name.clone(),
                    current: self.now * even,
                    planned,
                    min: self.limits.0 * even * 0.5,
                    max: self.limits.1 * even * 2.0,
                    expected: around(self.brings(self.planned) * weight(i) / all, self.spread),
                    mroi: self.slope(self.planned),
                }
            })
            .collect()
    }

    /// What the plan adds: nothing for sure where nothing changes.
    fn difference(&self) -> Estimate {
        let by = self.brings(self.planned) - self.brings(self.now);
        around(by, if by == 0.0 { 0.0 } else { self.spread })
    }

    fn channel(&self, periods: &[String], geos: &[String]) -> ChannelPlan {
        let used = self.planned.max(self.now);
        let end = if used > 0.0 { 1.5 * used } else { self.limits.1 };
        let spend: Vec<f64> = (0..=30).map(|i| end * f64::from(i) / 30.0).collect();
        ChannelPlan {
            name: self.name.into(),
            current: self.now,
            planned: self.planned,
            min: self.limits.0,
            max: self.limits.1,
            locked: self.locked,
            expected: around(self.brings(self.planned), self.spread),
            expected_current: around(self.brings(self.now), self.spread),
            difference: self.difference(),
            roi: (self.planned > 0.0)
                .then(|| around(self.brings(self.planned) / self.planned, self.spread)),
            mroi: around(self.slope(self.planned), self.spread * 1.2),
            mroi_current: around(self.slope(self.now), self.spread * 1.2),
            observed_to: self.observed_to,
            extrapolated: self.planned > self.observed_to,
            value_of_information: (self.spread > 0.2).then_some(18_000.0 * self.spread),
            periods: self.cells(periods),
            geos: if geos.len() > 1 { self.cells(geos) } else { vec![] },
            curve: Curve {
                outcome: spend.iter().map(|s| around(self.brings(*s), self.spread)).collect(),
                spend,
            },
        }
    }
}

fn weeks(count: usize) -> Vec<String> {
    let start = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default();
    (0..count).map(|i| (start + TimeDelta::weeks(i as i64)).to_string()).collect()
}

fn assemble(own: &[Own], periods: Vec<String>, geos: Vec<String>) -> Plan {
    let channels: Vec<ChannelPlan> = own.iter().map(|o| o.channel(&periods, &geos)).collect();
    let sum = |pick: fn(&ChannelPlan) -> f64| channels.iter().map(pick).sum::<f64>();
    let (current, planned) = (sum(|c| c.current), sum(|c| c.planned));
    let totals_of = |i: usize, pick: fn(&Cell) -> f64| {
        channels.iter().map(|c| pick(&c.periods[i])).sum::<f64>()
    };
    let by_period = (0..periods.len()).map(|i| PeriodTotal {
        start: periods[i].clone(),
        current: totals_of(i, |c| c.current),
        planned: totals_of(i, |c| c.planned),
    });
    // Channels that multiply bring a little more in company.
    let brought = 1.01 * sum(|c| c.expected.mean);
    Plan {
        schema: SCHEMA.into(),
        version: "0.1.0".into(),
        sentence: String::new(),
        source: Source {
            data: "sha256:6b1f0c9a2d4e7f80".into(),
            preset: "balanced".into(),
            seed: 20_260_101,
            draws: 4_000,
            structures: vec![("additive".into(), 0.64), ("multiplicative".into(), 0.36)],
            health: "pass".into(),
        },
        totals: Totals {
            current,
            planned,
            unspent: 0.0,
            expected: around(brought, 0.11),
            expected_later: 0.13 * brought,
            roi: (planned > 0.0).then(|| around(brought / planned, 0.11)),
            cost_per_outcome: None,
            profit: None,
        },
        periods: by_period.collect(),
        channels,
        certificate: None,
        binding: vec![],
        comparison: vec![],
        notes: vec![],
        question: Question {
            periods,
            period: "week".into(),
            geos,
            objective: "the largest expected outcome".into(),
            wanted: Some(Wanted::Outcome),
            resolution: Resolution::Cell,
            budget_least: 0.0,
            budget_most: Some(2_000_000.0),
            currency: Some("EUR".into()),
            outcome_unit: "EUR".into(),
            outcome_is_money: true,
            limits: vec![],
        },
    }
}

/// Five channels over six weeks: one at its most, one at its least, one locked, one new, one free.
pub(crate) fn plan() -> Plan {
    let own = |name, now, planned, limits, shape, spread, observed_to, locked| Own {
        name,
        now,
        planned,
        limits,
        shape,
        spread,
        observed_to,
        locked,
    };
    let own = [
        own("Search", 460e3, 598e3, (230e3, 598e3), (2.9e6, 1.1e6), 0.14, 640e3, false),
        own("Social", 320e3, 367e3, (100e3, 900e3), (1.5e6, 0.8e6), 0.2, 520e3, false),
        own("TV", 980e3, 735e3, (735e3, 1_200e3), (1.25e6, 0.5e6), 0.17, 1_300e3, false),
        own("Radio", 180e3, 180e3, (180e3, 180e3), (280e3, 0.25e6), 0.5, 240e3, true),
        own("Podcast", 0.0, 60e3, (0.0, 4e6), (210e3, 0.09e6), 0.42, 20e3, false),
    ];
    let mut plan = assemble(&own, weeks(6), vec!["national".into()]);
    plan.sentence = "Moving €245K from TV to Search, Social and Podcast brings €212K more revenue than doing nothing \
                     (€71K–€353K); it is worse with 0.7 %."
        .into();
    let total = plan.totals.expected;
    let spends = |plan: &Plan| plan.channels.iter().map(|c| c.current).collect::<Vec<f64>>();
    let less = |by: f64, sd: f64| around(by, sd / by.abs());
    let nothing = spends(&plan);
    plan.comparison = vec![
        Alternative {
            name: "doing nothing".into(),
            spend: plan.totals.current,
            expected: around(total.q50 - 212e3, 0.12),
            difference: less(212e3, 86e3),
            probability_worse: 0.007,
            channels: nothing.clone(),
            sentence: "Doing nothing spends the same and brings €212K less.".into(),
        },
        Alternative {
            name: "your plan".into(),
            spend: 1_940e3,
            expected: around(total.q50 - 48e3, 0.115),
            difference: less(48e3, 58e3),
            probability_worse: 0.205,
            channels: vec![560e3, 400e3, 800e3, 180e3, 0.0],
            sentence:
                "Your plan is nearly as good: it brings €48K less, and could well bring more."
                    .into(),
        },
        Alternative {
            name: "all of it to Search".into(),
            spend: 1_940e3,
            expected: around(total.q50 - 402e3, 0.15),
            difference: less(402e3, 260e3),
            probability_worse: 0.061,
            channels: vec![1_940e3, 0.0, 0.0, 0.0, 0.0],
            sentence: "All of it to Search brings €402K less, and lies far beyond what was seen."
                .into(),
        },
    ];
    plan.binding = vec![
        Binding {
            limit: "Search: at most €598K".into(),
            channels: vec!["Search".into()],
            price: 0.31,
            price_of_percent: 1_850.0,
            sentence: "Search is at its most, €598K: one more euro of room brings €0.31 more."
                .into(),
        },
        Binding {
            limit: "TV: at least €735K".into(),
            channels: vec!["TV".into()],
            price: 0.22,
            price_of_percent: 1_620.0,
            sentence: "TV is at its least, €735K: one euro less to spend there brings €0.22 more."
                .into(),
        },
    ];
    plan.notes = vec![
        Note {
            code: "plan.beyond-seen".into(),
            sentence: "Podcast gets more per week than it ever had: start with half of it for two weeks and look."
                .into(),
        },
        Note {
            code: "plan.learning".into(),
            sentence: "Search changes by 30 %: platforms need about two weeks to learn; move in two steps.".into(),
        },
    ];
    plan.question.limits = vec![
        "Search: at most €598K".into(),
        "TV: at least €735K".into(),
        "Radio: as it is".into(),
        "Podcast: at most 90 % of the total".into(),
    ];
    plan.certificate = Some(Certificate {
        value: total.mean,
        bound: Some(total.mean * 1.0004),
        gap: Some(0.0004),
        tolerance: 0.001,
        nodes: 1_284,
        complete: true,
        sentence: "No plan within the limits brings more than 0.04 % above this one.".into(),
    });
    plan.totals.unspent = 60e3;
    plan
}

/// The name that a user gave the only channel of [`lone`].
pub(crate) const LONG: &str = "<script>alert('x')</script> Paid social – always on – prospecting & retargeting <b>DACH + Benelux</b>, 2026/27 \"v2\"";

/// One channel with a hostile name that is not spent on, three regions, no certificate, a cost per
/// outcome without a bound, no alternative.
pub(crate) fn lone() -> Plan {
    let own = Own {
        name: LONG,
        now: 0.0,
        planned: 0.0,
        limits: (0.0, 50e3),
        shape: (900.0, 40e3),
        spread: 0.6,
        observed_to: 0.0,
        locked: false,
    };
    let geos = ["North", "South <i>", "West"].map(str::to_owned).to_vec();
    let mut plan = assemble(&[own], weeks(6), geos);
    let endless = f64::INFINITY;
    plan.sentence = "Nothing is spent: within the limits no spend brings back its cost.".into();
    plan.question.objective = "the price of a given plan".into();
    plan.question.currency = None;
    plan.question.outcome_is_money = false;
    plan.question.outcome_unit = "conversions".into();
    plan.question.budget_most = None;
    plan.source.health = "fail".into();
    plan.totals.cost_per_outcome = Some(Estimate {
        mean: endless,
        sd: endless,
        q05: 61.0,
        q25: 90.0,
        q50: endless,
        q75: endless,
        q95: endless,
    });
    plan
}

/// Many channels over a year.
#[allow(dead_code)]
pub(crate) fn crowd(channels: usize) -> Plan {
    let own: Vec<Own> = (0..channels)
        .map(|i| {
            let size = 1.0 + ((i * 7919) % 97) as f64;
            Own {
                name: "Channel",
                now: 9e3 * size,
                planned: 9e3 * size * (0.7 + 0.6 * ((i * 31) % 11) as f64 / 11.0),
                limits: (4e3 * size, 15e3 * size),
                shape: (40e3 * size, 12e3 * size),
                spread: 0.1 + 0.04 * (i % 9) as f64,
                observed_to: 12e3 * size,
                locked: false,
            }
        })
        .collect();
    let mut plan = assemble(&own, weeks(52), vec!["national".into()]);
    for (i, channel) in plan.channels.iter_mut().enumerate() {
        channel.name = format!("Channel {i}");
    }
    plan.sentence = "Sixty channels over a year: a little more for most of the large ones.".into();
    plan.question.budget_most = Some(plan.totals.planned);
    plan
}
