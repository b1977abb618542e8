//! A corpus of ugly files: whatever the dialect, the totals are those of the books.

use crate::brand::{
    Brand, Style, american, brand, british, compact, german, iso, read_bytes, stamp, week_number,
};

const PLAIN: Style = Style { decimal: '.', group: None, date: iso };

fn join(header: &[&str], rows: &[Vec<String>], mark: &str) -> String {
    let mut text = header.join(mark);
    text.push('\n');
    for row in rows {
        text.push_str(&row.join(mark));
        text.push('\n');
    }
    text
}

const ENGLISH: [&str; 5] = ["date", "revenue", "tv_spend", "search_spend", "search_clicks"];

#[track_caller]
fn check(brand: &Brand, text: &str) {
    brand.matches(&read_bytes("data.csv", text.as_bytes()));
}

#[test]
fn plain_and_with_a_byte_order_mark_and_windows_line_ends() {
    let b = brand(60);
    let text = join(&ENGLISH, &b.rows(PLAIN), ",");
    check(&b, &text);
    check(&b, &format!("\u{feff}{text}"));
    check(&b, &text.replace('\n', "\r\n"));
    check(&b, text.trim_end());
    check(&b, &text.replace(',', "\t"));
    check(&b, &text.replace(',', "|"));
}

#[test]
fn dates_in_many_notations() {
    let b = brand(60);
    for date in [iso, german, british, american, week_number, compact, stamp] {
        check(&b, &join(&ENGLISH, &b.rows(Style { date, ..PLAIN }), ","));
    }
}

#[test]
fn german_semicolons_decimal_commas_and_windows_1252() {
    let b = brand(60);
    let style = Style { decimal: ',', group: Some('.'), date: german };
    let header = ["Woche ab", "Umsatz (€)", "TV-Werbekosten", "Ausgaben Search", "Klicks Search"];
    let text = join(&header, &b.rows(style), ";");
    check(&b, &text);
    let (windows, _, lossy) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!lossy);
    let mapped = read_bytes("daten.csv", &windows);
    assert_eq!(mapped.table.source.encoding.as_deref(), Some("windows-1252"));
    assert_eq!(mapped.mapping.currency.unwrap().code(), "EUR");
    b.matches(&mapped);
}

#[test]
fn utf_16_as_spreadsheets_save_unicode_text() {
    let b = brand(60);
    let style = Style { decimal: ',', group: Some('.'), date: german };
    let text = join(
        &["Datum", "Umsatz", "Kosten TV", "Kosten Search", "Klicks Search"],
        &b.rows(style),
        "\t",
    );
    let units = |f: fn(u16) -> [u8; 2], mark: &[u8]| {
        [mark.to_vec(), text.encode_utf16().flat_map(f).collect()].concat()
    };
    b.matches(&read_bytes("a.txt", &units(u16::to_le_bytes, b"\xFF\xFE")));
    b.matches(&read_bytes("b.txt", &units(u16::to_be_bytes, b"\xFE\xFF")));
    b.matches(&read_bytes("c.txt", &units(u16::to_le_bytes, b"")));
}

#[test]
fn french_spaces_and_spanish_names() {
    let b = brand(60);
    for group in [' ', '\u{a0}', '\u{202f}'] {
        let style = Style { decimal: ',', group: Some(group), date: british };
        let header =
            ["Semaine du", "Chiffre d'affaires", "Dépenses TV", "Dépenses Search", "Clics Search"];
        check(&b, &join(&header, &b.rows(style), ";"));
    }
    let style = Style { decimal: ',', group: Some('.'), date: british };
    let header = ["Fecha", "Ingresos", "Gasto TV", "Inversión Search", "Clics Search"];
    check(&b, &join(&header, &b.rows(style), ";"));
    let header = ["Settimana", "Fatturato", "Spesa TV", "Costi Search", "Click Search"];
    check(&b, &join(&header, &b.rows(style), ";"));
    let header = ["Week", "Omzet", "Uitgaven TV", "Kosten Search", "Kliks Search"];
    check(&b, &join(&header, &b.rows(style), ";"));
}

#[test]
fn swiss_apostrophes_quotes_and_currency_codes() {
    let b = brand(60);
    let style = Style { decimal: '.', group: Some('\''), date: german };
    let rows: Vec<Vec<String>> = b
        .rows(style)
        .into_iter()
        .map(|row| {
            row.into_iter()
                .enumerate()
                .map(|(i, cell)| {
                    if (1..4).contains(&i) {
                        format!("\"CHF {cell}\"")
                    } else {
                        format!("\"{cell}\"")
                    }
                })
                .collect()
        })
        .collect();
    let header = ["Datum", "Umsatz", "Kosten TV", "Kosten Search", "Klicks Search"];
    let mapped = read_bytes("ch.csv", join(&header, &rows, ",").as_bytes());
    assert_eq!(mapped.mapping.currency.unwrap().code(), "CHF");
    b.matches(&mapped);
}

#[test]
fn american_dollars_with_quoted_commas() {
    let b = brand(60);
    let style = Style { decimal: '.', group: Some(','), date: american };
    let rows: Vec<Vec<String>> = b
        .rows(style)
        .into_iter()
        .map(|row| {
            row.into_iter()
                .enumerate()
                .map(|(i, c)| match i {
                    0 => c,
                    4 => format!("\"{c}\""),
                    _ => format!("\"${c}\""),
                })
                .collect()
        })
        .collect();
    let header = ["Week Starting", "Net Sales", "TV Spend", "Search Spend", "Search Clicks"];
    let mapped = read_bytes("us.csv", join(&header, &rows, ",").as_bytes());
    assert_eq!(mapped.mapping.currency.unwrap().code(), "USD");
    b.matches(&mapped);
}

#[test]
fn titles_totals_footnotes_margins_and_blank_lines() {
    let b = brand(60);
    let style = Style { decimal: ',', group: Some('.'), date: german };
    let header = ["Datum", "Umsatz", "Kosten TV", "Kosten Search", "Klicks Search"];
    let body = join(&header, &b.rows(style), ";");
    let sum = |cents: &[i64]| style.money(cents.iter().sum());
    let totals = format!(
        "Gesamt;{};{};{};{}\n",
        sum(&b.revenue),
        sum(&b.tv),
        sum(&b.search),
        style.whole(b.clicks.iter().sum())
    );
    let report =
        format!("Mediareport 2022\nStand: 03.01.2024\n\n{body}{totals}\nQuelle: Agentur\n");
    check(&b, &report);
    // A total without a word for it, and a margin of empty columns.
    let nameless = totals.replacen("Gesamt", "", 1);
    check(&b, &format!("{body}{nameless}"));
    let margin: String = body.lines().map(|l| format!("{l};;\n")).collect();
    check(&b, &margin);
    check(&b, &body.replace('\n', "\n\n"));
    check(&b, &format!("sep=;\n{body}"));
}

#[test]
fn blank_media_cells_are_refused_unless_the_mapping_says_zero() {
    let b = brand(60);
    let rows: Vec<Vec<String>> = b
        .rows(PLAIN)
        .into_iter()
        .map(|mut row| {
            if row[2] == "0.00" {
                row[2] = "n/a".into();
            }
            row
        })
        .collect();
    let mut mapped = read_bytes("data.csv", join(&ENGLISH, &rows, ",").as_bytes());
    let refused =
        mapped.panel(&outlay_core::registry::Registry::default()).unwrap_err().to_string();
    assert!(refused.contains("column `tv_spend` (spend) has no value in 15 row(s)"), "{refused}");
    assert!(refused.contains("missing = \"zero\""), "{refused}");
    mapped.mapping.missing = outlay_connect::mapping::Missing::Zero;
    let built = b.matches(&mapped);
    assert!(built.notes.iter().any(|n| n.code == "zero-filled" && n.message.starts_with("15 ")));
}

#[test]
fn doubtful_readings_are_reported() {
    // Every amount could be thousands or thousandths; nothing else in the file tells.
    let mut text = String::from("date,orders,tv_spend\n");
    for w in 0..20 {
        text.push_str(&format!(
            "2023-{:02}-01,{}.{:03},{}.{:03}\n",
            w % 12 + 1,
            1 + w,
            100 + w,
            2,
            300 + w * 7
        ));
    }
    let mapped = read_bytes("data.csv", text.as_bytes());
    assert!(
        mapped.table.notes.iter().any(|n| n.code == "doubtful-decimal-mark"),
        "{:?}",
        mapped.table.notes
    );
    // Twelve months on the first day: day/month or month/day?
    let mut text = String::from("date,orders,tv_spend\n");
    for m in 1..=12 {
        text.push_str(&format!("01/{m:02}/2023,{},{}\n", 100 + m, 10 + m % 5));
    }
    let mapped = read_bytes("data.csv", text.as_bytes());
    assert!(
        mapped.table.notes.iter().any(|n| n.code == "doubtful-date-order"),
        "{:?}",
        mapped.table.notes
    );
    let months = mapped.panel(&outlay_core::registry::Registry::default()).unwrap();
    assert_eq!(months.panel.calendar.granularity(), outlay_core::Granularity::Month);
}

#[test]
fn a_year_and_a_week_or_month_make_a_date() {
    use chrono::Datelike;
    let b = brand(60);
    let style = Style { decimal: ',', group: None, date: iso };
    let weeks: Vec<Vec<String>> = b
        .rows(style)
        .into_iter()
        .zip(&b.dates)
        .map(|(mut row, d)| {
            row[0] = format!("{};KW{:02}", d.iso_week().year(), d.iso_week().week());
            row
        })
        .collect();
    let header = ["Jahr;KW", "Umsatz", "Kosten TV", "Kosten Search", "Klicks Search"];
    check(&b, &join(&header, &weeks, ";"));
    let months = "Jahr;Monat;Umsatz;Kosten TV\n".to_owned()
        + &(0..24)
            .map(|m| {
                let name = [
                    "Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov",
                    "Dez",
                ][m % 12];
                format!("{};{name};{};{}\n", 2021 + m / 12, 1000 + m * m % 17, 10 + m % 5)
            })
            .collect::<String>();
    let mapped = read_bytes("monate.csv", months.as_bytes());
    let built = mapped.panel(&outlay_core::registry::Registry::default()).unwrap();
    assert_eq!(mapped.mapping.date.column, "Jahr + Monat");
    assert_eq!(built.panel.calendar.starts()[14].to_string(), "2022-03-01");
}
