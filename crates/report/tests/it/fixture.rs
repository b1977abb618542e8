//! Summaries with the shape and the size of real ones, for tests and for looking at the page.

use chrono::{NaiveDate, TimeDelta};
use outlay_mmm::summary::*;

/// A lognormal-like estimate around a median with a relative spread.
pub(crate) fn estimate(median: f64, spread: f64) -> Estimate {
    let at = |z: f64| median * (spread * z).exp();
    Estimate {
        mean: median * (spread * spread / 2.0).exp(),
        sd: (median * spread).abs(),
        q05: at(-1.645),
        q25: at(-0.674),
        q50: median,
        q75: at(0.674),
        q95: at(1.645),
    }
}

fn band(values: &[f64], spread: f64) -> BandSeries {
    let mut band = BandSeries::default();
    for v in values {
        // Means must add up, so the mean is the value itself here.
        band.push(&Estimate { mean: *v, ..estimate(*v, spread) });
    }
    band
}

/// What one channel of the fixture is like.
pub(crate) struct Brand {
    pub(crate) name: String,
    pub(crate) kind: ChannelKind,
    pub(crate) spend: f64,
    pub(crate) roi: f64,
    pub(crate) spread: f64,
    pub(crate) retention: f64,
    pub(crate) saturation: f64,
}

fn brand(name: &str, spend: f64, roi: f64, spread: f64, retention: f64, saturation: f64) -> Brand {
    let kind = if spend > 0.0 { ChannelKind::Paid } else { ChannelKind::Organic };
    Brand { name: name.to_owned(), kind, spend, roi, spread, retention, saturation }
}

/// The brand that the page is looked at with: seven paid channels and one organic.
pub(crate) fn brands() -> Vec<Brand> {
    vec![
        brand("Search", 2_140_000.0, 1.92, 0.17, 0.15, 0.9),
        brand("Social", 1_480_000.0, 1.41, 0.24, 0.35, 0.7),
        brand("TV", 4_610_000.0, 0.94, 0.19, 0.72, 0.35),
        brand("Video", 870_000.0, 1.22, 0.38, 0.45, 1.1),
        brand("Display", 620_000.0, 0.58, 0.52, 0.2, 0.8),
        brand("Radio", 540_000.0, 0.81, 0.6, 0.5, 0.9),
        brand("Out of home", 390_000.0, 0.66, 0.66, 0.6, 1.3),
        brand("Newsletter", 0.0, 0.0, 0.3, 0.1, 1.0),
    ]
}

fn noise(seed: u64) -> f64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    for _ in 0..3 {
        x ^= x >> 29;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (x >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
}

fn response(b: &Brand) -> ResponseCurve {
    let multiplier: Vec<f64> = (0..=40).map(|i| f64::from(i) * 0.05).collect();
    let half = b.saturation;
    let shape = |m: f64| m / (m + half) * (1.0 + half);
    let total = b.spend * b.roi;
    let outcome: Vec<f64> = multiplier.iter().map(|m| total * shape(*m)).collect();
    let slope: Vec<f64> =
        multiplier.iter().map(|m| b.roi * half * (1.0 + half) / (m + half).powi(2)).collect();
    let mut marginal = band(&slope, b.spread * 1.2);
    marginal.mean = marginal.q50.clone();
    ResponseCurve {
        spend: multiplier.iter().map(|m| m * b.spend).collect(),
        outcome: band(&outcome, b.spread),
        marginal,
        observed_to: 1.3,
        multiplier,
    }
}

fn channel(b: &Brand, total_spend: f64, total_outcome: f64) -> ChannelSummary {
    let paid = b.spend > 0.0;
    let brought = if paid { b.spend * b.roi } else { 410_000.0 };
    let contribution = estimate(brought, b.spread);
    let weights: Vec<f64> = (0..13).map(|l| (1.0 - b.retention) * b.retention.powi(l)).collect();
    let x: Vec<f64> = (0..=30).map(|i| f64::from(i) * 0.05).collect();
    let levels: Vec<f64> =
        x.iter().map(|v| v / (v + b.saturation) * (1.0 + b.saturation)).collect();
    let roi = paid.then(|| estimate(b.roi, b.spread));
    let prior = Estimate { ..estimate(1.22, 0.9) };
    ChannelSummary {
        kind: b.kind,
        spend: b.spend,
        spend_share: if total_spend > 0.0 { b.spend / total_spend } else { 0.0 },
        contribution,
        contribution_share: estimate(brought / total_outcome, b.spread),
        roi,
        mroi: paid.then(|| estimate(b.roi * b.saturation / (1.0 + b.saturation), b.spread * 1.2)),
        cpa: paid.then(|| estimate(1.0 / b.roi.max(1e-9), b.spread)),
        carryover_share: estimate(b.retention, 0.15),
        no_effect: None,
        hidden_demand: None,
        roi_uncertainty: roi.map(|e| (e.q95 - e.q05) / (2.0 * e.mean)),
        response: paid.then(|| response(b)),
        adstock: band(&weights, 0.22),
        saturation: Curve { x, y: band(&levels, 0.08) },
        prior: roi.map(|posterior| PriorShift {
            quantity: "roi".into(),
            prior,
            posterior,
            shrinkage: 1.0 - (posterior.q95 - posterior.q05) / (prior.q95 - prior.q05),
            source: if b.name == "TV" { "experiment" } else { "preset" }.into(),
        }),
    }
}

/// A summary for brands over a number of periods of `days` days each.
pub(crate) fn summary_of(brands: &[Brand], periods: usize, days: i64) -> Summary {
    let start = NaiveDate::from_ymd_opt(2022, 1, 3).unwrap_or_default();
    let dates: Vec<NaiveDate> =
        (0..periods).map(|i| start + TimeDelta::days(i as i64 * days)).collect();
    let total_spend: f64 = brands.iter().map(|b| b.spend).sum();
    let per = periods.max(1) as f64;
    let year = |d: &NaiveDate, phase: f64| {
        ((*d - start).num_days() as f64 / 365.25 * std::f64::consts::TAU + phase).sin()
    };
    let baseline: Vec<f64> = dates
        .iter()
        .enumerate()
        .map(|(i, d)| 21_000_000.0 / per * (1.0 + 0.14 * year(d, 1.9) + 0.1 * i as f64 / per))
        .collect();
    let mut expected = baseline.clone();
    let mut decomposition = Decomposition { dates: dates.clone(), ..Decomposition::default() };
    for (k, b) in brands.iter().enumerate() {
        let total = if b.spend > 0.0 { b.spend * b.roi } else { 410_000.0 };
        let mut carried = 0.0;
        let raw: Vec<f64> = (0..periods)
            .map(|i| {
                let on =
                    if b.retention > 0.4 { f64::from(u8::from((i + 3 * k) % 14 < 6)) } else { 1.0 };
                let spend = on * (1.0 + 0.5 * noise((k * 7919 + i) as u64));
                carried = spend + b.retention * carried;
                carried
            })
            .collect();
        let sum = raw.iter().sum::<f64>().max(1e-9);
        let values: Vec<f64> = raw.iter().map(|v| v / sum * total).collect();
        for (e, v) in expected.iter_mut().zip(&values) {
            *e += v;
        }
        decomposition.channels.insert(b.name.clone(), band(&values, b.spread));
    }
    let actual: Vec<f64> =
        expected.iter().enumerate().map(|(i, e)| e * (1.0 + 0.09 * noise(i as u64 + 77))).collect();
    let total_outcome: f64 = actual.iter().sum();
    let held = periods / 12;
    decomposition.baseline = band(&baseline, 0.05);
    decomposition.expected = band(&expected, 0.02);
    decomposition.predictive = band(&expected, 0.035);
    decomposition.held_out = (0..periods).map(|i| i >= periods - held).collect();
    decomposition.actual = actual;
    let channels =
        brands.iter().map(|b| (b.name.clone(), channel(b, total_spend, total_outcome))).collect();
    let brought: f64 = brands.iter().map(|b| b.spend * b.roi).sum();
    let holdout = HoldoutError {
        start: dates.get(periods.saturating_sub(held)).copied().unwrap_or(start),
        periods: held,
        wmape: 0.061,
        naive_wmape: 0.114,
        skill: 0.465,
        coverage_90: 0.92,
    };
    Summary {
        schema: SCHEMA.into(),
        version: "0.1.0".into(),
        seed: 20_260_101,
        method: Method::Nuts,
        approximate: false,
        sentence: "Search returns €1.92 per euro (1.45–2.54). TV is past its best: the next euro there returns €0.24."
            .into(),
        data: DataSummary {
            fingerprint: "sha256:6b1f0c9a2d4e7f80".into(),
            source: "northwind_weekly.csv".into(),
            kpi: "revenue".into(),
            outcome_unit: "EUR".into(),
            outcome_is_money: true,
            currency: Some("EUR".into()),
            granularity: if days == 7 { "week" } else { "day" }.into(),
            start,
            end: dates.last().copied().unwrap_or(start),
            periods,
            geos: vec!["national".into()],
            total_outcome,
            total_spend,
        },
        channels,
        total_media: TotalSummary {
            spend: total_spend,
            contribution: estimate(brought, 0.12),
            contribution_share: estimate(brought / total_outcome, 0.12),
            roi: (total_spend > 0.0).then(|| estimate(brought / total_spend, 0.12)),
        },
        baseline_share: estimate(0.6, 0.06),
        decomposition,
        structures: Default::default(),
        joint: Vec::new(),
        treatments: [("Price".to_owned(), estimate(-700_000.0, -0.2))].into(),
        parameters: (0..40)
            .map(|i| {
                let p = ParameterSummary {
                    estimate: estimate(0.1 * f64::from(i + 1), 0.3),
                    rhat: Some(1.0 + f64::from(i % 7) * 0.0009),
                    ess_bulk: Some(900.0 + f64::from(i) * 31.0),
                    ess_tail: Some(1100.0 + f64::from(i) * 17.0),
                };
                (format!("knot[{i}]"), p)
            })
            .collect(),
        fit: FitQuality {
            r2: 0.913,
            wmape: 0.0342,
            mape: 0.0351,
            posterior_predictive_p: 0.47,
            negative_baseline_probability: 0.0,
            predictive_coverage_90: 0.91,
            holdout: Some(holdout.clone()),
            backtest: Some(Backtest {
                origins: vec![
                    HoldoutError { start: start + TimeDelta::days(365), periods: 13, ..holdout.clone() },
                    HoldoutError { start: start + TimeDelta::days(550), periods: 13, wmape: 0.082, skill: 0.28, ..holdout },
                ],
                wmape: 0.0715,
                naive_wmape: 0.114,
                skill: 0.373,
            }),
        },
        diagnostics: Diagnostics {
            chains: 4,
            warmup: 1000,
            draws: 1000,
            thin: 1,
            rhat_max: 1.0054,
            rhat_max_parameter: "knot[6]".into(),
            ess_bulk_min: 900.0,
            ess_bulk_min_parameter: "knot[0]".into(),
            ess_tail_min: 1100.0,
            ess_tail_min_parameter: "knot[0]".into(),
            divergences: 0,
            max_depth_reached: 0,
            leapfrogs_mean: 17.4,
            step_size: vec![0.31, 0.29, 0.33, 0.3],
            restarts: 0,
            interrupted: false,
        },
        health: Health {
            verdict: Verdict::Review,
            score: 84.0,
            findings: vec![
                finding("convergence.rhat", Verdict::Ok, "every R-hat is below 1.01 (largest 1.005)", ""),
                finding("convergence.divergences", Verdict::Ok, "no divergent draws", ""),
                finding("fit.holdout", Verdict::Ok, "13 unseen weeks: off by 6.1 %, repeating last year by 11 %", ""),
                finding("prior.shift", Verdict::Review,
                    "Radio and Out of home always ran together: the data cannot tell them apart",
                    "run one of them alone for six weeks, or give the model a lift test"),
            ],
        },
        spec: serde_json::json!({
            "version": 1, "preset": "outlay", "kpi": {"likelihood": "student-t"},
            "media": {"Search": {"adstock": "geometric", "saturation": "hill", "prior": {"roi": {"lognormal": [0.2, 0.9]}}}},
            "baseline": {"trend": "knots", "seasonality": {"yearly": 3}, "holidays": null},
        }),
        timing: Timing {
            wall_seconds: 2.41,
            cpu_seconds: 8.7,
            first_draw_seconds: 0.21,
            gradient_evaluations: 143_210,
            total_seconds: 3.12,
        },
    }
}

fn finding(code: &str, verdict: Verdict, message: &str, advice: &str) -> Finding {
    Finding { code: code.into(), verdict, message: message.into(), advice: advice.into() }
}

/// The usual fixture: eight channels over three years of weeks.
pub(crate) fn summary() -> Summary {
    summary_of(&brands(), 156, 7)
}

/// The same with several structures, and with channels that cannot be told apart.
pub(crate) fn weighed() -> Summary {
    let mut summary = summary();
    // Returns of each channel against the combined ones.
    let kinds: [(&str, f64, f64, [f64; 7]); 3] = [
        ("additive", 0.58, 0.0, [1.04, 0.93, 1.12, 0.95, 1.1, 0.9, 1.06]),
        ("multiplicative", 0.39, 2.1, [0.95, 1.11, 0.78, 1.08, 0.85, 1.2, 0.92]),
        ("slow-baseline", 0.03, 14.8, [0.7, 1.3, 0.6, 0.7, 1.4, 1.5, 0.4]),
    ];
    for (name, weight, elpd_behind, factors) in kinds {
        let paid = summary.channels.iter().filter(|(_, c)| c.roi.is_some());
        let roi = paid.zip(factors).map(|((channel, c), factor)| {
            let own = c.roi.unwrap_or(c.contribution);
            (channel.clone(), estimate(own.q50 * factor, 0.9 * (own.sd / own.q50)))
        });
        let structure = StructureSummary {
            weight,
            elpd: Some(-412.6 - elpd_behind),
            elpd_behind: Some(elpd_behind),
            khat: Some(0.41),
            roi: roi.collect(),
        };
        summary.structures.insert(name.to_owned(), structure);
    }
    let paid = summary.channels.iter_mut().filter(|(_, c)| c.roi.is_some());
    for (i, (name, channel)) in paid.enumerate() {
        let halves = 0.31 - 0.04 * i as f64;
        let reference = |name: &str, outcome, left| DemandReference {
            name: name.into(),
            exposure: 0.12,
            outcome,
            left,
        };
        channel.hidden_demand = Some(HiddenDemand {
            halves,
            references: vec![
                reference("seasonality", 0.18, 2.0 * halves),
                reference("Search interest", 0.04, 0.9),
            ],
            sentence: format!("{name} would return half as much if demand did."),
        });
    }
    summary.joint = vec![
        JointEffect {
            channels: vec!["Radio".into(), "Out of home".into()],
            reason: JointReason::RanTogether,
            correlation: Some(0.97),
            spend: 930_000.0,
            contribution: estimate(700_000.0, 0.25),
            roi: estimate(0.75, 0.25),
            sentence: "Radio and Out of home always ran together: the data says what they bring \
                       together, 0.75 (0.50–1.13) per EUR spent, not what each does; pause one of \
                       them for a few weeks to learn it."
                .into(),
        },
        JointEffect {
            channels: vec!["Display".into()],
            reason: JointReason::NeverVaried,
            correlation: None,
            spend: 620_000.0,
            contribution: estimate(360_000.0, 0.52),
            roi: estimate(0.58, 0.52),
            sentence: "Display never paused and hardly varied: what it brings looks like sales \
                       that come anyway, and its 0.58 (0.25–1.36) per EUR spent rests largely on what was \
                       believed before; pause or double it for a few weeks to learn it."
                .into(),
        },
    ];
    summary
}

/// Many channels over days.
pub(crate) fn crowd(channels: usize, periods: usize) -> Summary {
    let brands: Vec<Brand> = (0..channels)
        .map(|i| {
            let x = noise(i as u64 + 5) + 0.5;
            brand(
                &format!("Channel {i}"),
                20_000.0 + 9e5 * x * x,
                0.4 + 2.0 * x,
                0.2 + 0.5 * x,
                0.2 + 0.5 * x,
                0.8,
            )
        })
        .collect();
    summary_of(&brands, periods, 1)
}
