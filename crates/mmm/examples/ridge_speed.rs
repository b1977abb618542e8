//! Microseconds per iteration of the ridge search on Robyn's sample data, on one thread.
//!
//! `cargo run --release -p outlay-mmm --example ridge_speed`; the reference data is looked for in
//! the folder `OUTLAY_SHARED`, or beside the repository.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use outlay_core::{Calendar, Channel, Covariate, Exposure, Grid, Kpi, KpiKind, Organic};
use outlay_core::{Panel, PanelDraft};
use outlay_mmm::ridge::{AdstockFamily, RidgeSettings, Solver, fit};

/// CPU milliseconds per iteration measured for robynpy 0.3.6 on this data.
const PEER_MILLISECONDS: f64 = 50.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::var_os("OUTLAY_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("data/mmm/robyn/dt_simulated_weekly.csv");
    if !path.exists() {
        println!("skipped: `data/mmm/robyn` is not in the reference data (set OUTLAY_SHARED)");
        return Ok(());
    }
    let panel = read(&path)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    println!("208 weeks, 5 paid and 1 organic channel, 157 weeks modelled, one thread");
    for (label, adstock, solver) in [
        ("geometric, exact", AdstockFamily::Geometric, Solver::Exact),
        ("geometric, glmnet's stop", AdstockFamily::Geometric, Solver::Glmnet),
        ("weibull pdf, exact", AdstockFamily::WeibullPdf, Solver::Exact),
        ("weibull cdf, exact", AdstockFamily::WeibullCdf, Solver::Exact),
    ] {
        let settings = RidgeSettings {
            adstock,
            solver,
            window_start: Some("2016-01-01".parse()?),
            window_end: Some("2018-12-31".parse()?),
            ..RidgeSettings::default()
        };
        let mut seconds = f64::INFINITY;
        let mut count = 0;
        for seed in 0..3 {
            let start = Instant::now();
            let quiet = AtomicBool::new(false);
            let found = pool.install(|| fit(&panel, &settings, seed, &|_| (), &quiet))?;
            seconds = seconds.min(start.elapsed().as_secs_f64());
            count = found.evaluations;
        }
        let each = 1e6 * seconds / count as f64;
        println!(
            "{label:<26} {count} iterations in {seconds:.3} s: {each:6.1} µs each, {:.0} times the peer's speed",
            1e3 * PEER_MILLISECONDS / each
        );
    }
    Ok(())
}

fn read(path: &Path) -> Result<Panel, Box<dyn std::error::Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    let text = |name: &str| -> Result<Vec<String>, String> {
        let at = header.iter().position(|h| h == name);
        let at = at.ok_or_else(|| format!("no column `{name}`"))?;
        Ok(rows.iter().map(|r| r.get(at).unwrap_or("").to_owned()).collect())
    };
    let grid = |name: &str| -> Result<Grid, Box<dyn std::error::Error>> {
        let values = text(name)?.iter().map(|v| v.parse()).collect::<Result<Vec<f64>, _>>()?;
        Ok(Grid::new(1, rows.len(), values).ok_or("uneven column")?)
    };
    let volume = |name: &str| -> Result<Exposure, Box<dyn std::error::Error>> {
        Ok(Exposure::Volume { unit: name.to_owned(), values: grid(name)? })
    };
    let mut channels = Vec::new();
    for name in ["tv_S", "ooh_S", "print_S", "facebook_S", "search_S"] {
        channels.push(Channel {
            name: name.to_owned(),
            exposure: volume(name)?,
            spend: grid(name)?,
        });
    }
    let dates = text("DATE")?.iter().map(|d| d.parse()).collect::<Result<Vec<_>, _>>()?;
    let events = text("events")?;
    let marked = Grid::from_fn(1, rows.len(), |_, t| f64::from(u8::from(events[t] != "na")));
    Panel::new(PanelDraft {
        calendar: Calendar::from_dates(dates)?,
        lead_in: 0,
        geos: vec!["national".to_owned()],
        population: vec![1.0],
        currency: None,
        kpi: Kpi {
            name: "revenue".to_owned(),
            kind: KpiKind::Revenue,
            values: grid("revenue")?,
            revenue_per_unit: None,
        },
        channels,
        organic: vec![Organic { name: "newsletter".to_owned(), exposure: volume("newsletter")? }],
        controls: vec![
            Covariate {
                name: "competitor_sales_B".to_owned(),
                values: grid("competitor_sales_B")?,
            },
            Covariate { name: "events".to_owned(), values: marked },
        ],
        treatments: Vec::new(),
    })
    .map_err(|problems| format!("{problems:?}").into())
}
