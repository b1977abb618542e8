//! What a user sees of a file.

use outlay_connect::{Description, Severity, describe};
use outlay_core::registry::Registry;

use crate::brand::{brand, noise, read_bytes};

fn described(text: &str) -> Description {
    let mapped = read_bytes("brand.csv", text.as_bytes());
    describe(&mapped, &Registry::default(), |x| format!("{x:.0}"))
}

fn money(cents: i64) -> String {
    format!("{},{:02}", cents / 100, cents % 100)
}

/// A German file with an exact copy among its channels, a spike, and an event column.
fn german_file() -> String {
    let b = brand(80);
    let mut text = String::from(
        "Datum;Umsatz in EUR;TV Ausgaben;TV GRP;Search Kosten;Search Klicks;Display Kosten;Newsletter Versand;Preis;Wetter;Feiertag\n",
    );
    for w in 0..80 {
        let spike = if w == 40 { 40_000_000 } else { b.search[w] };
        let holiday = if w % 26 == 20 { "Ostern" } else { "" };
        text.push_str(&format!(
            "{};{};{};{};{};{};{};{};{};{};{holiday}\n",
            b.dates[w].format("%d.%m.%Y"),
            money(b.revenue[w]),
            money(b.tv[w]),
            b.tv[w] / 5000,
            money(spike),
            b.clicks[w] / 100,
            money(b.tv[w] * 2),
            1000 + noise(w, 12, 400),
            money(999 + 100 * (w as i64 % 3)),
            noise(w, 13, 30),
        ));
    }
    text
}

#[test]
fn the_mapping_of_a_german_file() {
    insta::assert_snapshot!(described(&german_file()).mapping_file());
}

#[test]
fn the_findings_of_a_german_file() {
    let description = described(&german_file());
    let shown: Vec<String> = description
        .findings
        .iter()
        .map(|f| format!("{} {}: {}\n  {}", f.severity.noun(), f.code, f.message, f.advice))
        .collect();
    insta::assert_snapshot!(format!("{}\n\n{}", description.sentence, shown.join("\n")));
}

#[test]
fn each_finding_has_its_cause() {
    let b = brand(80);
    let base = |change: &dyn Fn(usize) -> [i64; 3]| {
        let mut text = String::from("date,revenue,tv_spend,search_spend,search_impressions\n");
        for w in 0..80 {
            let [tv, search, views] = change(w);
            text.push_str(&format!("{},{},{tv},{search},{views}\n", b.dates[w], b.revenue[w]));
        }
        described(&text)
    };
    let plain = |w: usize| [b.tv[w], b.search[w], b.clicks[w]];
    let codes = |d: &Description| -> Vec<&str> {
        d.findings.iter().filter(|f| f.severity > Severity::Note).map(|f| f.code).collect()
    };
    assert!(codes(&base(&plain)).is_empty(), "{:?}", base(&plain).findings);
    let constant = base(&|w| [5000, plain(w)[1], plain(w)[2]]);
    assert!(codes(&constant).contains(&"data.constant-channel"), "{:?}", constant.findings);
    let sparse = base(&|w| [if w == 5 { 900 } else { 0 }, plain(w)[1], plain(w)[2]]);
    assert!(codes(&sparse).contains(&"data.sparse-channel"), "{:?}", sparse.findings);
    let free = base(&|w| [plain(w)[0], if w % 10 == 0 { 0 } else { plain(w)[1] }, plain(w)[2]]);
    assert!(codes(&free).contains(&"data.exposure-without-spend"), "{:?}", free.findings);
    let blind = base(&|w| [plain(w)[0], plain(w)[1], if w % 10 == 0 { 0 } else { plain(w)[2] }]);
    assert!(codes(&blind).contains(&"data.spend-without-exposure"), "{:?}", blind.findings);
    let twins = base(&|w| [plain(w)[2] * 3, plain(w)[1], plain(w)[2]]);
    assert!(codes(&twins).contains(&"data.correlated"), "{:?}", twins.findings);
    assert!(codes(&twins).contains(&"data.collinear") || codes(&twins).contains(&"data.vif"));
    let dear = base(&|w| [plain(w)[0] * 1000, plain(w)[1], plain(w)[2]]);
    assert!(codes(&dear).contains(&"data.spend-above-revenue"), "{:?}", dear.findings);
    let thousands = described(&german_file().replace("TV Ausgaben", "TV Ausgaben (Tsd. EUR)"));
    assert!(codes(&thousands).contains(&"data.money-units"), "{:?}", thousands.findings);
    let negative = base(&|w| [if w == 9 { -1 } else { plain(w)[0] }, plain(w)[1], plain(w)[2]]);
    assert!(!negative.ready && codes(&negative).contains(&"data.negative-media"));
    let dead = base(&|w| [0, plain(w)[1], plain(w)[2]]);
    assert!(!dead.ready && codes(&dead).contains(&"data.all-zero-channel"), "{:?}", dead.findings);
}
