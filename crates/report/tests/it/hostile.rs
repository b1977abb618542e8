use outlay_mmm::summary::{
    BandSeries, DemandReference, Estimate, HiddenDemand, JointEffect, JointReason,
    StructureSummary, Summary,
};
use outlay_report::{ReportOptions, html};
use proptest::prelude::*;

use crate::fixture::{brands, summary_of};
use crate::markup::{read, without_script};

const NAMES: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "R&D 'quoted' \"twice\"",
    "=HYPERLINK(\"http://evil\")",
    "إعلانات بحث",
    "🛰️ TV \u{202e}live",
    "{{ 7 * 7 }} {% raw %}",
    "line\nbreak\u{0}\u{1b}[31mred",
];

fn hostile() -> Summary {
    let mut brands = brands();
    for (brand, name) in brands.iter_mut().zip(NAMES) {
        brand.name = name.to_owned();
    }
    let mut summary = summary_of(&brands, 60, 7);
    for name in ["<script>alert(5)</script>", "=cmd()"] {
        let structure = StructureSummary {
            weight: 0.5,
            elpd: None,
            elpd_behind: Some(f64::INFINITY),
            khat: Some(f64::NAN),
            roi: Default::default(),
        };
        summary.structures.insert(name.to_owned(), structure);
    }
    summary.joint.push(JointEffect {
        channels: vec![NAMES[0].to_owned(), NAMES[3].to_owned()],
        reason: JointReason::TradeOff,
        correlation: Some(f64::NAN),
        spend: 0.0,
        contribution: summary.total_media.contribution,
        roi: summary.total_media.contribution,
        sentence: "<img src=x onerror=alert(6)>".into(),
    });
    if let Some(channel) = summary.channels.values_mut().next() {
        let reference = DemandReference {
            name: "<img src=x onerror=alert(7)>".into(),
            exposure: f64::NAN,
            outcome: f64::INFINITY,
            left: f64::NAN,
        };
        channel.hidden_demand = Some(HiddenDemand {
            halves: f64::NAN,
            references: vec![reference],
            sentence: "<img src=x onerror=alert(8)>".into(),
        });
    }
    summary.sentence = "</h1><script>alert(2)</script>".into();
    summary.data.source = "<b>file</b>.csv".into();
    summary.data.kpi = "</dd><script>".into();
    summary.data.fingerprint = "<!--".into();
    summary.data.geos = vec!["<i>".into(), "]]>".into()];
    summary.spec = serde_json::json!({"</pre><script>": "</pre><script>alert(3)</script>"});
    summary.health.findings[3].message = "<svg onload=alert(4)>".into();
    summary
}

#[test]
fn names_are_shown_and_never_run() {
    let page = html(&hostile(), &ReportOptions::default()).unwrap();
    let tags = read(&page);
    assert_eq!(tags.iter().filter(|t| t.name == "script").count(), 1);
    assert!(tags.iter().all(|t| t.name != "img" && t.name != "i" && t.name != "b"));
    assert!(tags.iter().flat_map(|t| &t.attributes).all(|(k, _)| !k.starts_with("on")));
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert!(
        page.contains("إعلانات بحث") && page.contains("🛰️ TV live") && page.contains("{{ 7 * 7 }}")
    );
    assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}') && !page.contains('\u{0}'));
    // A spreadsheet must not take a name for a formula.
    assert!(!page.contains("%0A%3DHYPERLINK") && page.contains("%27%3DHYPERLINK"));
}

#[test]
fn missing_numbers_are_dashes() {
    let mut summary = summary_of(&brands(), 30, 7);
    let nothing = Estimate {
        mean: f64::NAN,
        sd: f64::NAN,
        q05: f64::NAN,
        q25: f64::NAN,
        q50: f64::NAN,
        q75: f64::NAN,
        q95: f64::INFINITY,
    };
    for channel in summary.channels.values_mut() {
        channel.contribution = nothing;
        channel.roi = Some(nothing);
        channel.mroi = Some(nothing);
        channel.carryover_share = nothing;
        if let Some(response) = &mut channel.response {
            response.outcome.q50.fill(f64::NAN);
            response.marginal = BandSeries::default();
        }
    }
    summary.total_media.roi = Some(nothing);
    summary.fit.r2 = f64::NAN;
    summary.diagnostics.rhat_max = f64::NAN;
    let page = html(&summary, &ReportOptions::default()).unwrap();
    read(&page);
    assert!(page.contains('—') && !without_script(&page).contains("NaN"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_names_make_a_well_formed_page(names in proptest::collection::vec("\\PC{0,40}", 8)) {
        let mut brands = brands();
        for (i, (brand, name)) in brands.iter_mut().zip(&names).enumerate() {
            brand.name = format!("{name}{i}");
        }
        let page = html(&summary_of(&brands, 12, 7), &ReportOptions::default()).unwrap();
        let tags = read(&page);
        prop_assert_eq!(tags.iter().filter(|t| t.name == "script").count(), 1);
    }
}
