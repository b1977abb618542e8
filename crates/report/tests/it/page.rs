use outlay_mmm::summary::{Method, Summary};
use outlay_report::{ReportOptions, html};

use crate::fixture::{brands, crowd, summary, summary_of, weighed};
use crate::markup::{Tag, read, without_script};

fn page(summary: &Summary) -> String {
    html(summary, &ReportOptions::default()).unwrap()
}

fn values<'a>(tags: &'a [Tag], name: &str) -> Vec<&'a str> {
    tags.iter()
        .flat_map(|t| &t.attributes)
        .filter(|(k, _)| k == name)
        .map(|(_, v)| v.as_str())
        .collect()
}

#[test]
fn the_page_is_well_formed_and_stands_alone() {
    let page = page(&summary());
    let tags = read(&page);
    for address in values(&tags, "href").into_iter().chain(values(&tags, "src")) {
        assert!(address.starts_with('#') || address.starts_with("data:text/csv"), "{address}");
    }
    assert!(!page.contains("@import") && !page.contains("url(http") && !page.contains("url(//"));
    // The only address is the name of the SVG namespace, which nothing loads.
    assert_eq!(page.matches("://").count(), page.matches("http://www.w3.org/2000/svg").count());
    assert!(
        tags.iter()
            .all(|t| !["link", "iframe", "object", "img", "base"].contains(&t.name.as_str()))
    );
    assert!(page.len() < 1_000_000, "{}", page.len());
}

#[test]
fn what_the_data_is_silent_about_is_judged_by_the_settings() {
    let page = |prior_shift_min| {
        let options = ReportOptions { prior_shift_min, ..ReportOptions::default() };
        html(&summary(), &options).unwrap()
    };
    let silent = "the data says little beyond what was believed before";
    assert!(page(1.0).contains(silent));
    assert!(!page(0.0).contains(silent));
}

#[test]
fn every_anchor_leads_somewhere_and_ids_are_unique() {
    let page = page(&weighed());
    let tags = read(&page);
    let ids = values(&tags, "id");
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(ids.len(), unique.len());
    for target in values(&tags, "href").iter().filter_map(|h| h.strip_prefix('#')) {
        assert!(ids.contains(&target), "{target}");
    }
}

#[test]
fn no_style_or_handler_stands_in_attributes_so_that_the_policy_holds() {
    let page = page(&summary());
    let tags = read(&page);
    for (key, _) in tags.iter().flat_map(|t| &t.attributes) {
        assert!(key != "style" && !key.starts_with("on"), "{key}");
    }
    let policy = values(&tags, "content").into_iter().find(|c| c.contains("default-src")).unwrap();
    assert!(policy.contains("default-src 'none'"));
    assert!(!policy.contains("unsafe"));
}

#[test]
fn the_order_is_sentence_picture_table_trust_method() {
    let page = page(&summary());
    let parts = [
        "<h1>Search returns €1.92",
        "id=\"return\"",
        "id=\"sources\"",
        "id=\"channels\"",
        "id=\"trust\"",
        "id=\"method\"",
    ];
    let places: Vec<usize> =
        parts.iter().map(|p| page.find(p).unwrap_or_else(|| panic!("{p} is missing"))).collect();
    assert!(places.windows(2).all(|w| w[0] < w[1]), "{places:?}");
}

#[test]
fn several_structures_and_what_cannot_be_told_apart_have_their_sections() {
    let summary = weighed();
    let several = page(&summary);
    read(&several);
    let section = |id: &str| {
        let from = several.find(&format!("<section id=\"{id}\">")).unwrap();
        &several[from..from + several[from..].find("</section>").unwrap()]
    };
    let structures = section("structures");
    assert!(structures.contains("Three structures were weighed"), "{structures}");
    assert!(structures.contains("They differ most on TV: €0.73 to €1.05 per euro."));
    // A bar each, and per paid channel the combined answer with one below it for each.
    assert_eq!(structures.matches("class=\"weight\"").count(), 2 * 3);
    assert_eq!(structures.matches("class=\"thick part\"").count(), 2 * 7 * 3);
    let joint = section("joint");
    for effect in &summary.joint {
        assert!(joint.contains(&effect.sentence), "{}", effect.sentence);
    }
    assert!(joint.contains("always ran together") && joint.contains("Radio + Out of home"));
    let hidden = section("hidden");
    let order = summary.by_hidden_demand();
    assert!(hidden.contains(&format!("{} would return half as much", order[0].0)), "{hidden}");
    assert!(hidden.contains("the seasons"), "{hidden}");
    let rows: Vec<_> = order.iter().map(|(n, _)| hidden.find(&format!(">{n}<"))).collect();
    assert!(rows.is_sorted() && rows.iter().all(Option::is_some), "the weakest first: {hidden}");
    let alone = page(&crate::fixture::summary());
    for id in ["structures", "joint", "hidden"] {
        assert!(!alone.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn every_picture_has_its_table_its_csv_and_every_mark_is_reached_by_keyboard() {
    let page = page(&weighed());
    let figures = page.matches("<figure").count();
    assert!(figures > 20);
    assert_eq!(figures, page.matches("<details class=\"as-table\">").count());
    assert_eq!(figures, page.matches("data-save=").count());
    let tags = read(&page);
    for tag in tags
        .iter()
        .filter(|t| t.attributes.iter().any(|(k, v)| k == "class" && v.starts_with("mark ")))
    {
        assert!(tag.attributes.iter().any(|(k, v)| k == "tabindex" && v == "0"), "{tag:?}");
        assert!(tag.attributes.iter().any(|(k, v)| k == "aria-label" && !v.is_empty()), "{tag:?}");
    }
}

#[test]
fn the_numbers_of_the_table_are_those_of_the_summary() {
    let summary = summary();
    let page = page(&summary);
    let rows: Vec<&str> = page
        .split("<tr>")
        .filter(|r| r.contains("<bdi>TV</bdi>") && r.contains("€4.61M"))
        .collect();
    assert_eq!(rows.len(), 1);
    for shown in ["€4.33M", "(3.17M–5.92M)", "0.94", "(0.69–1.28)", "72 %"] {
        assert!(rows[0].contains(shown), "{shown} in {}", rows[0]);
    }
}

#[test]
fn the_same_summary_gives_the_same_bytes() {
    assert_eq!(page(&summary()), page(&summary()));
}

#[test]
fn approximate_answers_and_ridge_say_so_before_the_first_number() {
    for (method, words) in
        [(Method::Laplace, "An approximate answer."), (Method::Ridge, "not a Bayesian answer")]
    {
        let page = page(&Summary { method, approximate: true, ..summary() });
        assert!(page.find(words).unwrap() < page.find("class=\"keys\"").unwrap());
    }
    assert!(!page(&summary()).contains("An approximate answer."));
}

#[test]
fn two_hundred_channels_over_daily_data_stay_usable() {
    let page = page(&crowd(200, 1100));
    read(&page);
    assert!(page.len() < 1_000_000, "{}", page.len());
    assert!(page.contains("190 other channels") && page.contains("<bdi>Channel 199</bdi>"));
    assert_eq!(page.matches("class=\"curve-card").count(), 10);
}

#[test]
fn without_spend_the_page_says_so_and_draws_the_rest() {
    let mut none = brands();
    for b in &mut none {
        b.spend = 0.0;
    }
    let page = page(&summary_of(&none, 60, 7));
    read(&page);
    assert!(page.contains("No channel has spend in this data") && page.contains("id=\"sources\""));
    assert!(!without_script(&page).contains("NaN") && !page.contains("inf %"));
}

#[test]
fn an_almost_empty_summary_still_makes_a_page() {
    let mut empty = summary_of(&[], 0, 7);
    empty.parameters.clear();
    empty.health.findings.clear();
    empty.fit.holdout = None;
    empty.fit.backtest = None;
    let page = page(&empty);
    read(&page);
    assert!(!without_script(&page).contains("NaN"));
}
