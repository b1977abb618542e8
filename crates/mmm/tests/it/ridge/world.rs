//! A brand whose truth is the ridge's own family.

use chrono::NaiveDate;
use outlay_core::{
    Calendar, Channel, Covariate, Exposure, Granularity, Grid, Kpi, KpiKind, Organic, Panel,
    PanelDraft,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const PERIODS: usize = 156;

/// Name, mean spend, retention, Hill exponent, inflexion share, ceiling.
const CHANNELS: [(&str, f64, f64, f64, f64, f64); 3] = [
    ("tv", 900.0, 0.6, 1.5, 0.5, 700.0),
    ("radio", 300.0, 0.25, 1.2, 0.6, 180.0),
    ("search", 600.0, 0.1, 1.0, 0.8, 600.0),
];

/// Panel with `geos` equal geos, and the true share of each channel.
pub(crate) fn world(seed: u64, geos: usize) -> (Panel, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
    let spend: Vec<Vec<f64>> = CHANNELS
        .iter()
        .map(|c| (0..PERIODS).map(|_| (c.1 * (0.8 * normal()).exp()).min(6.0 * c.1)).collect())
        .collect();
    let price: Vec<f64> = (0..PERIODS).map(|_| 10.0 + normal()).collect();
    let mut contributions = vec![0.0; CHANNELS.len()];
    let mut kpi = vec![0.0; PERIODS];
    for (c, channel) in CHANNELS.iter().enumerate() {
        let mut carried = 0.0;
        let adstocked: Vec<f64> = spend[c]
            .iter()
            .map(|x| {
                carried = x + channel.2 * carried;
                carried
            })
            .collect();
        let inflexion = channel.4 * adstocked.iter().copied().fold(0.0, f64::max);
        for (t, a) in adstocked.iter().enumerate() {
            let effect = channel.5 / (1.0 + (inflexion / a).powf(channel.3));
            contributions[c] += effect;
            kpi[t] += effect;
        }
    }
    for (t, y) in kpi.iter_mut().enumerate() {
        let season = 120.0 * (t as f64 * std::f64::consts::TAU / 52.18).sin();
        *y += 1000.0 + 0.8 * t as f64 + season - 25.0 * (price[t] - 10.0) + 15.0 * normal();
    }
    let total: f64 = kpi.iter().sum();
    let shares = contributions.iter().map(|c| c / total).collect();
    let split = |series: &[f64]| Grid::from_fn(geos, PERIODS, |_, t| series[t] / geos as f64);
    let first: NaiveDate = "2021-01-04".parse().unwrap();
    let draft = PanelDraft {
        calendar: Calendar::regular(Granularity::Week, first, PERIODS),
        lead_in: 0,
        geos: (0..geos).map(|g| format!("geo{g}")).collect(),
        population: vec![1.0; geos],
        currency: Some("EUR".parse().unwrap()),
        kpi: Kpi {
            name: "sales".into(),
            kind: KpiKind::Revenue,
            values: split(&kpi),
            revenue_per_unit: None,
        },
        channels: CHANNELS
            .iter()
            .zip(&spend)
            .map(|(c, s)| Channel {
                name: c.0.into(),
                exposure: Exposure::Volume { unit: "spend".into(), values: split(s) },
                spend: split(s),
            })
            .collect(),
        organic: vec![Organic {
            name: "newsletter".into(),
            exposure: Exposure::Volume {
                unit: "mails".into(),
                values: Grid::from_fn(geos, PERIODS, |_, t| ((t * 13) % 7) as f64),
            },
        }],
        controls: vec![],
        treatments: vec![Covariate { name: "price".into(), values: split(&price) }],
    };
    (Panel::new(draft).unwrap(), shares)
}
