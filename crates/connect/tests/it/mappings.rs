//! Mappings are written to be read by people, and read back as they were.

use outlay_connect::mapping::{
    ChannelMapping, DateMapping, FileDialect, GeoMapping, KpiMapping, LongMapping, Missing,
    OrganicMapping, RevenuePerUnit, VERSION, Window,
};
use outlay_connect::{DateFormat, DecimalMark, LoadError, Mapping, ReadOptions, load};
use outlay_core::{Granularity, KpiKind};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::brand::{Style, brand, iso};

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,12}", "[A-Za-zäéñ \\-.#\"'\\\\\\[\\]=]{1,16}", ".{1,8}"]
        .prop_filter("a column has a name on one line", |s| {
            !s.trim().is_empty() && !s.chars().any(char::is_control)
        })
}

/// Name, exposure, reach with frequency, unit.
type Medium = (String, Option<String>, Option<(String, String)>, Option<String>);

fn medium() -> impl Strategy<Value = Medium> {
    (name(), name(), name(), name(), 0..3).prop_map(|(label, a, b, unit, kind)| match kind {
        0 => (label, Some(a), None, Some(unit)),
        1 => (label, None, Some((a, b)), None),
        _ => (label, Some(a), None, None),
    })
}

prop_compose! {
    fn mapping()(
        columns in prop::collection::vec(name(), 8),
        lists in prop::collection::vec(prop::collection::vec(name(), 0..4), 4),
        paid in prop::collection::vec((name(), medium()), 0..4),
        free in prop::collection::vec(medium(), 0..3),
        switches in prop::collection::vec(any::<bool>(), 12),
        value in prop_oneof![Just(12.5), Just(40.0), 0.001..1e7_f64],
    ) -> Mapping {
        let column = |i: usize| columns[i].clone();
        let when = |i: usize, x: String| switches[i].then_some(x);
        Mapping {
            version: VERSION,
            currency: switches[0].then(|| "EUR".parse().unwrap()),
            missing: if switches[1] { Missing::Zero } else { Missing::Refuse },
            granularity: switches[2].then_some(Granularity::Day),
            aggregate: switches[2].then_some(Granularity::Week),
            controls: lists[0].clone(),
            treatments: lists[1].clone(),
            events: lists[2].clone(),
            ignored: lists[3].clone(),
            file: FileDialect {
                delimiter: switches[3].then_some('\t'),
                encoding: when(3, "utf-16le".into()),
                decimal: switches[4].then_some(DecimalMark::Comma),
                sheet: when(4, column(0)),
                header_row: switches[5].then_some(3),
            },
            date: DateMapping { column: column(1), format: switches[6].then_some(DateFormat::DayFirst) },
            window: Window {
                start: switches[7].then(|| "2022-01-03".parse().unwrap()),
                end: switches[7].then(|| "2024-01-01".parse().unwrap()),
            },
            geo: switches[8].then(|| GeoMapping { column: column(2), population: when(9, column(3)) }),
            long: switches[10].then(|| LongMapping {
                channel: Some(column(4)),
                metrics: vec![column(5), column(6)],
                ..LongMapping::default()
            }),
            kpi: KpiMapping {
                column: column(7),
                kind: if switches[11] { KpiKind::Count } else { KpiKind::Revenue },
                revenue_per_unit: match (switches[11], switches[0]) {
                    (true, true) => Some(RevenuePerUnit::Value(value)),
                    (true, false) => Some(RevenuePerUnit::Column(column(0))),
                    _ => None,
                },
            },
            channels: paid.into_iter().map(|(spend, (name, exposure, rf, unit))| {
                let (reach, frequency) = rf.unzip();
                ChannelMapping { name, spend, exposure, reach, frequency, unit }
            }).collect(),
            organic: free.into_iter().map(|(name, exposure, rf, unit)| {
                let (reach, frequency) = rf.unzip();
                OrganicMapping { name, exposure, reach, frequency, unit }
            }).collect(),
        }
    }
}

proptest! {
    #[test]
    fn a_written_mapping_reads_back_as_it_was(mapping in mapping()) {
        let text = mapping.to_toml(|c| Some(format!("because of {c} # \"x\"")));
        let back = Mapping::from_toml(&text);
        prop_assert_eq!(back, Ok(mapping), "{}", text);
    }
}

#[track_caller]
fn with_mapping(mapping: &str) -> Result<outlay_connect::Mapped, LoadError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.csv");
    let rows = brand(30).rows(Style { decimal: '.', group: None, date: iso });
    let mut text = String::from("date,revenue,tv_spend,search_spend,search_clicks\n");
    rows.iter().for_each(|r| text.push_str(&(r.join(",") + "\n")));
    std::fs::write(&path, text).unwrap();
    load(&path, Some(mapping), ReadOptions::default())
}

const GOOD: &str = "version = 1\n\n[date]\ncolumn = \"date\"\n\n[kpi]\ncolumn = \"revenue\"\nkind = \"revenue\"\n\n[[channels]]\nname = \"TV\"\nspend = \"tv_spend\"\n";

#[test]
fn what_the_mapping_says_counts() {
    let mapped = with_mapping(
        &GOOD.replace("[kpi]", "[window]\nstart = \"2022-02-07\"\nend = \"2022-06-20\"\n\n[kpi]"),
    )
    .unwrap();
    let built = mapped.panel(&outlay_core::registry::Registry::default()).unwrap();
    assert_eq!(built.panel.n_periods(), 20);
    assert_eq!(built.panel.calendar.starts()[0].to_string(), "2022-02-07");
    assert_eq!(built.panel.channels[0].name, "TV");
    let error =
        with_mapping(&GOOD.replace("version = 1", "version = 1\ngranularity = \"month\"")).unwrap();
    let refused = error.panel(&outlay_core::registry::Registry::default()).unwrap_err().to_string();
    assert!(refused.contains("one week apart") && refused.contains("granularity"), "{refused}");
}

#[test]
fn a_wrong_mapping_is_refused_with_line_and_suggestion() {
    for (text, words) in [
        (GOOD.replace("tv_spend", "tv_spnd"), ["line 12", "did you mean `tv_spend`?"]),
        (
            GOOD.replace("\"revenue\"\nkind", "\"umsatz\"\nkind"),
            ["line 7", "it has `date`, `revenue`"],
        ),
        (GOOD.replace("[date]", "[dates]"), ["line 3", "did you mean `date`?"]),
        (GOOD.replace("kind = \"revenue\"", "kind = \"money\""), ["line 8", "revenue"]),
        (GOOD.replace("version = 1", "version = 2"), ["line 1", "version 2"]),
        (GOOD.replace("name = \"TV\"", "name = TV"), ["line 11", "of the mapping"]),
        (
            GOOD.replace("version = 1", "version = 1\ncurrency = \"euros\""),
            ["line 2", "three letters"],
        ),
        (
            GOOD.replace("spend = \"tv_spend\"", "spend = \"tv_spend\"\nreach = \"search_clicks\""),
            ["line 11", "belong together"],
        ),
    ] {
        let error = with_mapping(&text).unwrap_err();
        assert!(matches!(error, LoadError::Mapping(_)), "{error}");
        for word in words {
            assert!(error.to_string().contains(word), "no `{word}` in: {error}\n{text}");
        }
    }
}

#[test]
fn columns_of_the_wrong_type_are_refused() {
    let mapped = with_mapping(&GOOD.replace("column = \"revenue\"", "column = \"date\"")).unwrap();
    let refused =
        mapped.panel(&outlay_core::registry::Registry::default()).unwrap_err().to_string();
    assert!(refused.contains("mapped as the KPI and holds dates, not numbers"), "{refused}");
}

#[test]
fn what_was_said_about_the_dialect_is_kept_in_the_mapping() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.csv");
    let mut text = String::from("date;orders;tv_spend\n");
    for d in brand(30).dates.iter().enumerate() {
        text.push_str(&format!(
            "{};{}.{:03};{}.{:03}\n",
            d.1,
            1 + d.0 % 5,
            100 + d.0,
            2,
            300 + d.0
        ));
    }
    std::fs::write(&path, text).unwrap();
    // Semicolons speak for decimal commas, so that the points group thousands; the user knows better.
    let guessed = load(&path, None, ReadOptions::default()).unwrap();
    assert_eq!(guessed.table.column("orders").unwrap().numbers().unwrap()[0], Some(1100.0));
    let options = ReadOptions { decimal: Some(DecimalMark::Point), ..ReadOptions::default() };
    let said = load(&path, None, options).unwrap();
    assert_eq!(said.table.column("orders").unwrap().numbers().unwrap()[0], Some(1.1));
    let written = said.mapping.to_toml(|_| None);
    let again = load(&path, Some(&written), ReadOptions::default()).unwrap();
    assert_eq!(again.table, said.table);
    assert_eq!(again.mapping, said.mapping);
}
