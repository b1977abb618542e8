//! Long layouts, geos, days that become weeks, and media before the KPI.

use chrono::Days;
use outlay_connect::{LoadError, ReadOptions, Role, load};
use outlay_core::registry::Registry;
use outlay_core::{Exposure, Granularity};

use crate::brand::{brand, noise, read_bytes, refusal};

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[test]
fn a_row_per_channel() {
    let b = brand(60);
    let mut text = String::from("Datum;Kanal;Kosten;Impressionen;Klicks;Umsatz\n");
    for w in 0..60 {
        let revenue = money(b.revenue[w]).replace('.', ",");
        for (channel, cents, clicks) in [("TV", b.tv[w], 0), ("Search", b.search[w], b.clicks[w])] {
            // A channel that did not run has no row.
            if cents > 0 {
                let cost = money(cents).replace('.', ",");
                text.push_str(&format!(
                    "{};{channel};{cost};{};{};{revenue}\n",
                    b.dates[w],
                    cents * 3,
                    clicks / 100
                ));
            }
        }
        text.push_str(&format!(
            "{};Newsletter;0;{};0;{revenue}\n",
            b.dates[w],
            1000 + noise(w, 9, 500)
        ));
    }
    let mapped = read_bytes("long.csv", text.as_bytes());
    let built = b.matches(&mapped);
    assert_eq!(built.panel.organic.len(), 1, "the newsletter costs nothing");
    let long = mapped.mapping.long.as_ref().unwrap();
    assert_eq!(long.channel.as_deref(), Some("Kanal"));
    assert_eq!(long.metrics, ["Kosten", "Impressionen", "Klicks"]);
    assert!(built.notes.iter().any(|n| n.code == "absent-rows"));
    // The written mapping does the same.
    let again = outlay_connect::Mapping::from_toml(&mapped.mapping.to_toml(|_| None)).unwrap();
    assert_eq!(again, mapped.mapping);
}

#[test]
fn a_row_per_quantity() {
    let b = brand(60);
    let mut text = String::from("week,metric,value\n");
    for w in 0..60 {
        for (name, cents) in [
            ("TV spend", b.tv[w]),
            ("Search spend", b.search[w]),
            ("Search clicks", b.clicks[w]),
            ("Revenue", b.revenue[w]),
        ] {
            text.push_str(&format!("{},{name},{}\n", b.dates[w], money(cents)));
        }
    }
    let mapped = read_bytes("melted.csv", text.as_bytes());
    b.matches(&mapped);
    assert_eq!(mapped.mapping.long.unwrap().variable.as_deref(), Some("metric"));
}

#[test]
fn a_kpi_that_platforms_attribute_to_themselves_is_refused() {
    let b = brand(30);
    let mut text = String::from("date,platform,spend,conversions\n");
    for w in 0..30 {
        for (channel, cents) in [("Google", b.search[w]), ("Meta", b.tv[w])] {
            text.push_str(&format!("{},{channel},{},{}\n", b.dates[w], money(cents), cents / 1000));
        }
    }
    let message = refusal("platforms.csv", text.as_bytes());
    assert!(message.contains("`conversions` says"), "{message}");
    assert!(message.contains("take orders or revenue from the shop"), "{message}");
}

#[test]
fn a_long_file_without_a_kpi_is_refused_with_advice() {
    let b = brand(30);
    let mut text = String::from("date,platform,spend,impressions\n");
    for w in 0..30 {
        for (channel, cents) in [("Google", b.search[w]), ("Meta", b.tv[w])] {
            text.push_str(&format!("{},{channel},{},{cents}\n", b.dates[w], money(cents)));
        }
    }
    let message = refusal("platforms.csv", text.as_bytes());
    assert!(message.contains("outcome") && message.contains("joined from the shop"), "{message}");
}

#[test]
fn a_row_per_channel_and_region() {
    let b = brand(40);
    let mut text = String::from("Region,Date,Channel,Spend,Impressions,Sales,Population\n");
    for (g, region) in ["Nord", "Süd", "West"].iter().enumerate() {
        for w in 0..40 {
            for (channel, cents) in [("TV", b.tv[w]), ("Radio", b.search[w])] {
                let cents = cents + g as i64 * 1000;
                let sales = money(b.revenue[w] + g as i64);
                text.push_str(&format!(
                    "{region},{},{channel},{},{},{sales},{}\n",
                    b.dates[w],
                    money(cents),
                    cents * 2,
                    1_000_000 * (g + 1)
                ));
            }
        }
    }
    let mapped = read_bytes("regions.csv", text.as_bytes());
    let built = mapped.panel(&Registry::default()).unwrap();
    assert_eq!(built.panel.geos, ["Nord", "Süd", "West"]);
    assert_eq!(built.panel.population, [1e6, 2e6, 3e6]);
    assert_eq!(
        built.panel.channels.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        ["TV", "Radio"]
    );
    assert_eq!(built.panel.channels[1].spend.at(2, 5), (b.search[5] + 2000) as f64 / 100.0);
}

#[test]
fn rows_in_any_order_and_geos_with_numbers_for_names() {
    let b = brand(30);
    let mut rows: Vec<String> = Vec::new();
    for geo in 501..=504 {
        for w in 0..30 {
            rows.push(format!(
                "{},{geo},{},{}\n",
                b.dates[w],
                money(b.revenue[w] + geo),
                money(b.tv[w] + geo)
            ));
        }
    }
    rows.sort_by_key(|r| {
        noise(
            r.len() * 31 + usize::from(r.as_bytes()[9]) * 7 + usize::from(r.as_bytes()[13]),
            4,
            1000,
        )
    });
    let text = format!("date,dma_code,sales,tv_cost\n{}", rows.concat());
    let built = read_bytes("dma.csv", text.as_bytes()).panel(&Registry::default()).unwrap();
    assert_eq!((built.panel.n_geos(), built.panel.n_periods()), (4, 30));
    let g = built.panel.geos.iter().position(|g| g == "503").unwrap();
    assert_eq!(built.panel.kpi.values.at(g, 7), (b.revenue[7] + 503) as f64 / 100.0);
}

#[test]
fn days_are_summed_up_to_weeks_on_request() {
    let first = chrono::NaiveDate::from_ymd_opt(2022, 1, 5).unwrap();
    let mut text = String::from("day,orders,tv_spend,tv_reach,tv_frequency,price\n");
    for d in 0..100_u64 {
        let reach = if d % 3 == 0 { 0 } else { 100 + d };
        let frequency = if reach == 0 { String::new() } else { format!("{}", 1 + d % 2) };
        text.push_str(&format!(
            "{},{},{},{reach},{frequency},{}\n",
            first + Days::new(d),
            10 + d % 9,
            100 * (reach > 0) as u64,
            5 + d % 2
        ));
    }
    let mut mapped = read_bytes("daily.csv", text.as_bytes());
    let daily = mapped.panel(&Registry::default()).unwrap();
    assert_eq!(daily.panel.calendar.granularity(), Granularity::Day);
    mapped.mapping.aggregate = Some(Granularity::Week);
    let weekly = mapped.panel(&Registry::default()).unwrap();
    // The first days (Wednesday to Sunday) and the last are no whole weeks.
    assert_eq!(weekly.panel.calendar.starts()[0].to_string(), "2022-01-10");
    assert_eq!(weekly.panel.n_periods(), 13);
    let orders: u64 = (5..12).map(|d| 10 + d % 9).sum();
    assert_eq!(weekly.panel.kpi.values.at(0, 0), orders as f64);
    let Exposure::ReachFrequency { reach, frequency } = &weekly.panel.channels[0].exposure else {
        panic!("reach and frequency");
    };
    let on: Vec<u64> = (5..12).filter(|d| d % 3 != 0).collect();
    let people: u64 = on.iter().map(|d| 100 + d).sum();
    let contacts: u64 = on.iter().map(|d| (100 + d) * (1 + d % 2)).sum();
    assert_eq!(reach.at(0, 0), people as f64);
    assert!((frequency.at(0, 0) - contacts as f64 / people as f64).abs() < 1e-12);
    assert!(weekly.notes.iter().any(|n| n.code == "incomplete-periods"));
}

#[test]
fn media_before_the_kpi_are_lead_in() {
    let b = brand(30);
    let mut text = String::from("date,revenue,tv_spend\n");
    for w in 0..30 {
        let revenue = if w < 4 { String::new() } else { money(b.revenue[w]) };
        text.push_str(&format!("{},{revenue},{}\n", b.dates[w], money(b.tv[w])));
    }
    let built = read_bytes("lead.csv", text.as_bytes()).panel(&Registry::default()).unwrap();
    assert_eq!((built.panel.lead_in, built.panel.n_periods()), (4, 26));
    assert_eq!(built.panel.calendar.starts()[0], b.dates[4]);
    assert_eq!(built.panel.channels[0].exposure.impressions().periods(), 30);
    assert_eq!(built.panel.channels[0].spend.periods(), 26);
    let cut = text.replace(&money(b.revenue[29]), "");
    let message = refusal("open.csv", cut.as_bytes());
    assert!(message.contains("no value in the last 1 period(s)"), "{message}");
    assert!(message.contains(&format!("end = \"{}\"", b.dates[28])), "{message}");
}

#[test]
fn month_ends_are_months() {
    let mut text = String::from("Monat,Umsatz,TV Kosten\n");
    for m in 0..24_u32 {
        let next = chrono::NaiveDate::from_ymd_opt(2022 + (m as i32 + 1) / 12, (m + 1) % 12 + 1, 1)
            .unwrap();
        text.push_str(&format!("{},{},{}\n", next - Days::new(1), 1000 + m * 7 % 13, 10 + m % 5));
    }
    let built = read_bytes("monthly.csv", text.as_bytes()).panel(&Registry::default()).unwrap();
    assert_eq!(built.panel.calendar.granularity(), Granularity::Month);
    assert_eq!(built.panel.calendar.starts()[1].to_string(), "2022-02-01");
}

#[test]
fn columns_that_would_mislead_the_model_are_left_out() {
    let b = brand(60);
    let mut text = String::from(
        "week,revenue,orders,Facebook Spend,Facebook Impressions,Facebook Clicks,Google Ads cost,total_spend,ctr,website_sessions,organic_posts,black_friday,avg_temperature,competitor_promo,discount_pct,CPM,year,week_no\n",
    );
    for w in 0..60 {
        let (f, g) = (b.tv[w] / 100, b.search[w] / 100);
        let date = b.dates[w];
        text.push_str(&format!(
            "{date},{},{},{f},{},{},{g},{},0.{},{},{},{},{},{},{},{},{},{}\n",
            money(b.revenue[w]),
            b.revenue[w] / 5000,
            f * 90,
            f * 2,
            f + g,
            10 + w % 7,
            5000 + noise(w, 5, 800),
            noise(w, 6, 9),
            i32::from(w % 47 == 46),
            noise(w, 7, 30) - 5,
            w % 3,
            noise(w, 8, 30),
            3 + w % 4,
            chrono::Datelike::year(&date),
            chrono::Datelike::iso_week(&date).week(),
        ));
    }
    let mapped = read_bytes("shop.csv", text.as_bytes());
    let role = |name: &str| {
        mapped.proposal.as_ref().unwrap().columns.iter().find(|c| c.column == name).unwrap()
    };
    for (name, expected) in [
        ("revenue", Role::Revenue),
        ("orders", Role::Ignored),
        ("Facebook Spend", Role::Spend),
        ("Facebook Impressions", Role::Exposure),
        ("Facebook Clicks", Role::Ignored),
        ("Google Ads cost", Role::Spend),
        ("total_spend", Role::Ignored),
        ("ctr", Role::Ignored),
        ("website_sessions", Role::Ignored),
        ("organic_posts", Role::Organic),
        ("black_friday", Role::Event),
        ("avg_temperature", Role::Control),
        ("competitor_promo", Role::Control),
        ("discount_pct", Role::Treatment),
        ("CPM", Role::Ignored),
        ("year", Role::Ignored),
        ("week_no", Role::Ignored),
    ] {
        let found = role(name);
        assert_eq!(found.role, expected, "{name}: {}", found.reason);
    }
    assert_eq!(role("Google Ads cost").channel.as_deref(), Some("Google Ads"));
    mapped.panel(&Registry::default()).unwrap();
}

#[test]
fn exposure_without_spend_is_organic_and_pairs_by_movement_are_found() {
    let b = brand(60);
    let mut text =
        String::from("date,sales,brand_tv_cost,grps_linear,podcast_downloads_impressions\n");
    for w in 0..60 {
        text.push_str(&format!(
            "{},{},{},{},{}\n",
            b.dates[w],
            money(b.revenue[w]),
            b.tv[w],
            b.tv[w] / 1000,
            noise(w, 11, 5000)
        ));
    }
    let mapped = read_bytes("pairs.csv", text.as_bytes());
    assert_eq!(mapped.mapping.channels.len(), 1);
    assert_eq!(mapped.mapping.channels[0].exposure.as_deref(), Some("grps_linear"));
    assert_eq!(mapped.mapping.channels[0].unit.as_deref(), Some("GRP"));
    assert_eq!(mapped.mapping.organic.len(), 1);
}

#[test]
fn a_wrong_mapping_of_a_long_file_is_refused_by_name() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("long.csv");
    std::fs::write(&path, "date,kanal,spend,revenue\n2024-01-01,tv,1,2\n2024-01-01,ooh,1,2\n")
        .unwrap();
    let mapping = "version = 1\n[date]\ncolumn = \"date\"\n[long]\nchannel = \"canal\"\nmetrics = [\"spend\"]\n[kpi]\ncolumn = \"revenue\"\nkind = \"revenue\"\n";
    let error = load(&path, Some(mapping), ReadOptions::default()).unwrap_err();
    assert!(matches!(error, LoadError::Mapping(_)));
    let text = error.to_string();
    assert!(text.contains("line 5") && text.contains("did you mean `kanal`?"), "{text}");
}

#[test]
fn a_german_agency_file_is_understood() {
    let b = brand(60);
    let mut text = String::from(
        "Kalenderwoche;Nettoumsatz in €;Bruttospendings TV (T€);GRP TV;Plakat Ausgaben;Online-Video Kosten;OLV Impressionen;Rabattaktion;Schulferien;Temperatur (°C);Konkurrenz-Werbedruck;Mediakosten gesamt\n",
    );
    for w in 0..60 {
        let (tv, poster, video) = (b.tv[w] / 100, b.search[w] / 100, noise(w, 31, 4000));
        text.push_str(&format!(
            "{};{};{tv};{};{poster};{video};{};{};{};{},5;{};{}\n",
            crate::brand::week_number(b.dates[w]).replace("-W", "/KW"),
            money(b.revenue[w]).replace('.', ","),
            tv / 50,
            video * 70,
            if w % 9 == 0 { "ja" } else { "nein" },
            i32::from(w % 8 == 0),
            noise(w, 32, 25),
            noise(w, 33, 90),
            tv + poster + video,
        ));
    }
    let mapped = read_bytes("agentur.csv", text.as_bytes());
    let columns = &mapped.proposal.as_ref().unwrap().columns;
    let found: Vec<(Role, Option<&str>)> =
        columns.iter().map(|c| (c.role, c.channel.as_deref())).collect();
    let expected = [
        (Role::Date, None),
        (Role::Revenue, None),
        (Role::Spend, Some("TV")),
        (Role::Exposure, Some("TV")),
        (Role::Spend, Some("Plakat")),
        (Role::Spend, Some("Online-Video")),
        (Role::Exposure, Some("Online-Video")),
        (Role::Treatment, None),
        (Role::Event, None),
        (Role::Control, None),
        (Role::Control, None),
        (Role::Ignored, None),
    ];
    assert_eq!(found, expected, "{columns:#?}");
    let built = mapped.panel(&Registry::default()).unwrap();
    assert_eq!(built.panel.calendar.starts()[0], b.dates[0]);
    assert_eq!(built.panel.currency.unwrap().code(), "EUR");
}
