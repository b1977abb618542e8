//! The shared reference data, where it is present.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use outlay_core::{Calendar, Channel, Covariate, Exposure, Grid, Kpi, KpiKind, Panel, PanelDraft};

/// The folder of reference data, or `None` with a message that says what was skipped.
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let candidate = std::env::var_os("OUTLAY_SHARED").map_or(root.join("../shared"), PathBuf::from);
    if candidate.join("reference/mmm").is_dir() {
        return Some(candidate);
    }
    println!("skipped {test}: no reference data (set OUTLAY_SHARED to its folder)");
    None
}

pub(crate) fn json(path: PathBuf) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A CSV as columns of text.
struct Csv(BTreeMap<String, Vec<String>>);

impl Csv {
    fn read(path: PathBuf) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in reader.records() {
            for (name, cell) in header.iter().zip(row.unwrap().iter()) {
                columns.entry(name.clone()).or_default().push(cell.to_owned());
            }
        }
        Self(columns)
    }

    fn numbers(&self, column: &str) -> Vec<f64> {
        self.0[column].iter().map(|v| v.parse().unwrap()).collect()
    }

    /// Distinct values in the order of their first appearance.
    fn distinct(&self, column: &str) -> Vec<String> {
        let mut seen = Vec::new();
        for v in &self.0[column] {
            if !seen.contains(v) {
                seen.push(v.clone());
            }
        }
        seen
    }
}

fn calendar(dates: &[String]) -> Calendar {
    Calendar::from_dates(dates.iter().map(|d| d.parse::<NaiveDate>().unwrap()).collect()).unwrap()
}

/// Meridian's `geo_media.csv` or `national_media.csv`, in Meridian's geo order (sorted by
/// appearance in the file).
pub(crate) fn meridian(shared: &std::path::Path, file: &str) -> Panel {
    let csv = Csv::read(shared.join("data/mmm/meridian").join(file));
    let geos =
        if csv.0.contains_key("geo") { csv.distinct("geo") } else { vec!["national_geo".into()] };
    let dates = csv.distinct("time");
    let (g, t) = (geos.len(), dates.len());
    let grid = |column: &str| Grid::new(g, t, csv.numbers(column)).unwrap();
    let population = if csv.0.contains_key("population") {
        csv.numbers("population").iter().step_by(t).copied().collect()
    } else {
        vec![1.0]
    };
    let channels = (0..4)
        .map(|c| Channel {
            name: format!("Channel{c}"),
            exposure: Exposure::Volume {
                unit: "impressions".into(),
                values: grid(&format!("Channel{c}_impression")),
            },
            spend: grid(&format!("Channel{c}_spend")),
        })
        .collect();
    let controls = ["competitor_activity_score_control", "sentiment_score_control"]
        .map(|name| Covariate { name: name.into(), values: grid(name) });
    Panel::new(PanelDraft {
        calendar: calendar(&dates),
        lead_in: 0,
        geos,
        population,
        currency: None,
        kpi: Kpi {
            name: "conversions".into(),
            kind: KpiKind::Count,
            values: grid("conversions"),
            revenue_per_unit: Some(grid("revenue_per_conversion")),
        },
        channels,
        organic: vec![],
        controls: controls.into(),
        treatments: vec![],
    })
    .unwrap()
}

/// PyMC-Marketing's `mmm_example.csv`.
pub(crate) fn pymc_example(shared: &std::path::Path) -> Panel {
    let csv = Csv::read(shared.join("data/mmm/pymc-marketing/mmm_example.csv"));
    let dates = csv.distinct("date_week");
    let grid = |column: &str| Grid::new(1, dates.len(), csv.numbers(column)).unwrap();
    let channels = ["x1", "x2"].map(|name| Channel {
        name: name.into(),
        exposure: Exposure::Volume { unit: "spend".into(), values: grid(name) },
        spend: grid(name),
    });
    let controls =
        ["event_1", "event_2", "t"].map(|name| Covariate { name: name.into(), values: grid(name) });
    Panel::new(PanelDraft {
        calendar: calendar(&dates),
        lead_in: 0,
        geos: vec!["national".into()],
        population: vec![1.0],
        currency: None,
        kpi: Kpi {
            name: "y".into(),
            kind: KpiKind::Revenue,
            values: grid("y"),
            revenue_per_unit: None,
        },
        channels: channels.into(),
        organic: vec![],
        controls: controls.into(),
        treatments: vec![],
    })
    .unwrap()
}
