//! The public example data of the field is understood without help.

use std::path::PathBuf;

use outlay_connect::{Proposal, ReadOptions, Role, Table, propose, read_table};
use outlay_core::registry::Registry;
use outlay_core::{Exposure, KpiKind, Panel};

/// The folder of shared data, or `None` with a message when it is absent.
fn shared(file: &str) -> Option<PathBuf> {
    let root = std::env::var_os("OUTLAY_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("data/mmm").join(file);
    if path.exists() {
        return Some(path);
    }
    println!(
        "skipped: {} is absent (set OUTLAY_SHARED to the folder of shared data)",
        path.display()
    );
    None
}

fn load(file: &str) -> Option<(Table, Proposal, Panel)> {
    let table = read_table(&shared(file)?, &ReadOptions::default()).unwrap();
    let proposal = propose(&table).unwrap();
    for c in &proposal.columns {
        println!(
            "{file}: {:28} {:16} {:?} {:.2} {}",
            c.column,
            c.role.noun(),
            c.channel,
            c.confidence,
            c.reason
        );
    }
    let built = proposal.mapping.panel(&table, &Registry::default()).unwrap();
    Some((table, proposal, built.panel))
}

fn names<T>(list: &[T], name: impl Fn(&T) -> &str) -> Vec<String> {
    list.iter().map(|x| name(x).to_owned()).collect()
}

fn unit(exposure: &Exposure) -> &str {
    match exposure {
        Exposure::Volume { unit, .. } => unit,
        Exposure::ReachFrequency { .. } => "reach and frequency",
    }
}

fn channels(panel: &Panel) -> Vec<(String, String)> {
    panel.channels.iter().map(|c| (c.name.clone(), unit(&c.exposure).to_owned())).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn meridian_geo_files() {
    for (file, geos, periods) in [
        ("meridian/geo_media.csv", 20, 156),
        ("meridian/geo_media_rf.csv", 20, 156),
        ("meridian/geo_all_channels.csv", 40, 156),
    ] {
        let Some((_, proposal, panel)) = load(file) else { return };
        assert_eq!((panel.n_geos(), panel.n_periods()), (geos, periods), "{file}");
        assert_eq!((panel.kpi.name.as_str(), panel.kpi.kind), ("conversions", KpiKind::Count));
        assert!(panel.kpi.revenue_per_unit.is_some());
        assert!(panel.population.iter().all(|p| *p > 1000.0));
        assert_eq!(proposal.mapping.controls.len(), 2);
    }
}

#[test]
fn meridian_channels() {
    let Some((_, _, panel)) = load("meridian/geo_media_rf.csv") else { return };
    let impressions =
        [("Channel0", "impressions"), ("Channel1", "impressions"), ("Channel2", "impressions")];
    let mut expected = pairs(&impressions);
    expected.push(("Channel3".into(), "reach and frequency".into()));
    assert_eq!(channels(&panel), expected);
    let Some((_, proposal, panel)) = load("meridian/geo_all_channels.csv") else { return };
    assert_eq!(panel.channels.len(), 5);
    assert_eq!(names(&panel.organic, |o| &o.name), ["Organic_channel0"]);
    assert_eq!(names(&panel.treatments, |t| &t.name), ["Promo"]);
    assert_eq!(proposal.mapping.ignored, ["column 1"]);
}

#[test]
fn meridian_national_files() {
    for (file, channels) in [
        ("meridian/national_media.csv", 4),
        ("meridian/national_media_rf.csv", 4),
        ("meridian/national_all_channels.csv", 5),
    ] {
        let Some((table, proposal, panel)) = load(file) else { return };
        assert_eq!((panel.n_geos(), panel.n_periods(), panel.channels.len()), (1, 156, channels));
        assert!(proposal.columns.iter().all(|c| c.confidence > 0.6), "{file}");
        assert_eq!(proposal.columns.len(), table.columns.len(), "every column has a proposal");
    }
}

#[test]
fn pymc_marketing_example() {
    let Some((_, proposal, panel)) = load("pymc-marketing/mmm_example.csv") else { return };
    assert_eq!(panel.n_periods(), 179);
    assert_eq!(panel.kpi.name, "y");
    assert_eq!(channels(&panel), pairs(&[("x1", "spend"), ("x2", "spend")]));
    assert_eq!(names(&panel.controls, |c| &c.name), ["event_1", "event_2"]);
    assert_eq!(proposal.mapping.ignored, ["dayofyear", "t"]);
    let Some((_, _, panel)) = load("pymc-marketing/mmm_multidimensional_example.csv") else {
        return;
    };
    assert_eq!((panel.n_geos(), panel.n_periods(), panel.channels.len()), (2, 159, 2));
}

#[test]
fn robyn_simulated_weekly() {
    let Some((table, proposal, panel)) = load("robyn/dt_simulated_weekly.csv") else { return };
    assert_eq!(table.rows(), 208);
    assert_eq!((panel.kpi.name.as_str(), panel.kpi.kind), ("revenue", KpiKind::Revenue));
    assert_eq!(
        channels(&panel),
        pairs(&[
            ("tv", "spend"),
            ("ooh", "spend"),
            ("print", "spend"),
            ("search", "clicks"),
            ("facebook", "impressions")
        ])
    );
    assert_eq!(names(&panel.organic, |o| &o.name), ["newsletter"]);
    assert_eq!(names(&panel.controls, |c| &c.name), ["competitor_sales_B", "event1", "event2"]);
    assert!(proposal.columns.iter().any(|c| c.column == "events" && c.role == Role::Event));
}
