use outlay_mmm::summary::Estimate;
use outlay_planner::plan::{Alternative, Plan};
use outlay_planner::problem::Wanted;
use outlay_report::{ReportOptions, Theme, format::Locale, plan_html};
use proptest::prelude::*;

use crate::markup::{Tag, read, without_script};
use crate::plan_fixture::{LONG, crowd, lone, plan};

fn page(plan: &Plan) -> String {
    plan_html(plan, &ReportOptions::default()).unwrap()
}

fn values<'a>(tags: &'a [Tag], name: &str) -> Vec<&'a str> {
    tags.iter()
        .flat_map(|t| &t.attributes)
        .filter(|(k, _)| k == name)
        .map(|(_, v)| v.as_str())
        .collect()
}

fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.find(&format!("<section id=\"{id}\">")).unwrap();
    &page[from..from + page[from..].find("</section>").unwrap()]
}

/// What a reader sees before opening anything: the words of the page, one line per element that
/// has any.
fn words(page: &str) -> String {
    let page = without_script(page);
    let body = &page[page.find("<body").unwrap()..];
    let mut words = String::new();
    let (mut inside_drawing, mut inside_table) = (false, false);
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        inside_drawing = (inside_drawing || tag.starts_with("svg")) && tag != "/svg";
        inside_table = (inside_table || tag == "details class=\"as-table\"") && tag != "/details";
        let text = text.trim();
        if !inside_drawing && !inside_table && !text.is_empty() {
            words.push_str(text);
            words.push('\n');
        }
    }
    words
}

/// The downloaded file behind a link.
fn file(page: &str, name: &str) -> String {
    let link = page.find(&format!("download=\"{name}.csv\"")).unwrap();
    let from = link + page[link..].find("%EF%BB%BF").unwrap() + 9;
    let address = &page[from..from + page[from..].find('"').unwrap()];
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
        } else {
            byte
        });
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_reader_sees_sentence_totals_channels_limits_and_proof() {
    insta::assert_snapshot!(words(&page(&plan())));
}

#[test]
fn one_channel_without_spend_and_without_proof_still_makes_sense() {
    let page = page(&lone());
    read(&page);
    assert!(!without_script(&page).contains("NaN") && !page.contains("inf "));
    insta::assert_snapshot!(words(&page));
}

#[test]
fn the_page_is_well_formed_and_stands_alone() {
    for plan in [plan(), lone()] {
        let page = page(&plan);
        let tags = read(&page);
        for address in values(&tags, "href").into_iter().chain(values(&tags, "src")) {
            assert!(address.starts_with('#') || address.starts_with("data:text/csv"), "{address}");
        }
        assert!(!page.contains("@import") && !page.contains("url(http"));
        assert_eq!(page.matches("://").count(), page.matches("http://www.w3.org/2000/svg").count());
        for (key, _) in tags.iter().flat_map(|t| &t.attributes) {
            assert!(key != "style" && !key.starts_with("on"), "{key}");
        }
        let policy =
            values(&tags, "content").into_iter().find(|c| c.contains("default-src")).unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        let mut ids = values(&tags, "id");
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for target in values(&tags, "href").iter().filter_map(|h| h.strip_prefix('#')) {
            assert!(ids.contains(&target), "{target}");
        }
    }
}

#[test]
fn the_order_is_plan_curves_change_calendar_alternatives_limits_notes_proof() {
    let page = page(&plan());
    let parts = [
        "<h1>Moving €245K",
        "<dl class=\"keys\">",
        "<section id=\"tracks\">",
        "<section id=\"curves\">",
        "<section id=\"difference\">",
        "<section id=\"when\">",
        "<section id=\"alternatives\">",
        "<section id=\"limits\">",
        "<section id=\"notes\">",
        "<section id=\"proof\">",
        "<section id=\"method\">",
    ];
    let places: Vec<usize> =
        parts.iter().map(|p| page.find(p).unwrap_or_else(|| panic!("{p} is missing"))).collect();
    assert!(places.windows(2).all(|w| w[0] < w[1]), "{places:?}");
}

#[test]
fn every_picture_has_its_table_and_csv_and_every_mark_is_reached_by_keyboard() {
    let page = page(&plan());
    let figures = page.matches("<figure").count();
    // Tracks, five curves, waterfall, dots, two of alternatives.
    assert_eq!(figures, 10);
    assert_eq!(figures, page.matches("<details class=\"as-table\">").count());
    assert_eq!(figures, page.matches("data-save=").count());
    for id in
        ["plan", "curve-0", "change", "chance", "levels", "calendar", "alternatives", "limits"]
    {
        assert!(page.contains(&format!("download=\"{id}.csv\"")), "{id}");
    }
    let is_mark =
        |t: &&Tag| t.attributes.iter().any(|(k, v)| k == "class" && v.starts_with("mark "));
    let tags = read(&page);
    assert!(tags.iter().filter(is_mark).count() > 30);
    for tag in tags.iter().filter(is_mark) {
        assert!(tag.attributes.iter().any(|(k, v)| k == "tabindex" && v == "0"), "{tag:?}");
        assert!(tag.attributes.iter().any(|(k, v)| k == "aria-label" && !v.is_empty()), "{tag:?}");
    }
}

#[test]
fn a_lock_stands_where_a_limit_or_a_lock_holds_and_says_its_price() {
    let page = page(&plan());
    let tracks = section(&page, "tracks");
    // Search at its most, TV at its least, Radio locked; once on a desk, once on a phone.
    assert_eq!(tracks.matches("class=\"lock\"").count(), 2 * 3);
    assert!(tracks.contains("at its most · one euro of room brings €0.31"));
    assert!(tracks.contains("one more euro of room brings €0.31 more."));
    assert!(tracks.contains("at its least · one euro of room brings €0.22"));
    assert!(tracks.contains("Its spend was not to be changed."));
}

#[test]
fn the_steps_of_the_waterfall_add_up_to_the_plan() {
    let plan = plan();
    let page = page(&plan);
    let rows: Vec<Vec<String>> = file(&page, "change")
        .lines()
        .skip(1)
        .map(|l| l.split(',').map(str::to_owned).collect())
        .collect();
    let number = |text: &str| text.parse::<f64>().unwrap();
    let (first, last) = (&rows[0], &rows[rows.len() - 1]);
    assert_eq!((first[0].as_str(), last[0].as_str()), ("Doing nothing", "The plan"));
    let steps: f64 = rows[1..rows.len() - 1].iter().map(|r| number(&r[1])).sum();
    // Seven digits stand in the file.
    assert!((number(&first[4]) + steps - number(&last[4])).abs() < 1.0);
    assert!((number(&last[4]) - plan.totals.expected.mean).abs() < 1.0);
    assert!((number(&rows[rows.len() - 2][4]) - number(&last[4])).abs() < 1.0);
    let together = rows.iter().find(|r| r[0] == "Together").unwrap();
    let alone: f64 = plan.channels.iter().map(|c| c.expected.mean - c.expected_current.mean).sum();
    let difference = plan.totals.expected.mean - plan.comparison[0].expected.mean;
    assert!((number(&together[1]) - (difference - alone)).abs() < 1.0);
    // Every step has the interval of its own difference.
    for (index, name) in [(0, "Search"), (4, "Podcast")] {
        let row = rows.iter().find(|r| r[0] == name).unwrap();
        assert!((number(&row[2]) - plan.channels[index].difference.q05).abs() < 1.0, "{name}");
    }
}

#[test]
fn effects_that_only_add_have_no_step_together() {
    let mut plan = plan();
    let sum = |pick: fn(&outlay_planner::plan::ChannelPlan) -> f64, plan: &Plan| -> f64 {
        plan.channels.iter().map(pick).sum()
    };
    plan.totals.expected.mean = sum(|c| c.expected.mean, &plan);
    plan.comparison[0].expected.mean = sum(|c| c.expected_current.mean, &plan);
    assert!(!section(&page(&plan), "difference").contains("Together"));
}

#[test]
fn without_alternatives_the_change_starts_from_what_the_channels_bring_now() {
    let with = plan();
    let without = Plan { comparison: vec![], ..plan() };
    let page = page(&without);
    read(&page);
    assert!(page.contains("No alternative was priced") && !page.contains("id=\"chance\""));
    assert!(!page.contains("Over doing nothing;"));
    let base: f64 = with.channels.iter().map(|c| c.expected_current.mean).sum();
    let file = file(&page, "change");
    let shown: f64 = file.lines().nth(1).unwrap().rsplit(',').next().unwrap().parse().unwrap();
    assert!((shown - base).abs() < 1.0);
}

#[test]
fn doing_nothing_stands_first_and_this_plan_last() {
    let page = page(&plan());
    let alternatives = section(&page, "alternatives");
    let heads = &alternatives[alternatives.rfind("<thead>").unwrap()..];
    let at = |name: &str| heads.find(name).unwrap();
    assert!(at("Doing nothing") < at("Your plan") && at("Your plan") < at("This plan"));
    assert!(heads.contains("<bdi>+€48K</bdi>") && heads.contains("<bdi>0.7 %</bdi>"));
}

#[test]
fn the_calendar_has_every_cell_with_its_change_and_its_totals() {
    let plan = plan();
    let page = page(&plan);
    let rows = file(&page, "calendar");
    assert_eq!(rows.lines().count(), 1 + 5 * 6);
    let when = section(&page, "when");
    assert_eq!(when.matches("<td").count(), 6 * 7);
    assert!(when.contains("23 Nov 2026") && when.contains("28 Dec") && when.contains(">new<"));
    let cell = &plan.channels[2].periods[1];
    let exact = format!("title=\"{} planned", euros(cell.planned));
    assert!(when.contains(&exact), "{exact}");
    assert!(!page.contains("id=\"geos\""));
    assert!(self::page(&lone()).contains("id=\"geos\""));
}

fn euros(amount: f64) -> String {
    format!("€{}", Locale::POINT.exact(amount))
}

#[test]
fn names_are_shown_and_never_run() {
    let mut plan = lone();
    let bad = "</h1><script>alert(1)</script>\"><img src=x onerror=alert(2)>";
    plan.sentence = bad.into();
    plan.question.objective = bad.into();
    plan.question.period = bad.into();
    plan.question.periods = vec![bad.into(); 6];
    plan.question.limits = vec![bad.into()];
    plan.source.structures = vec![(bad.into(), 1.0)];
    plan.source.health = bad.into();
    plan.source.preset = bad.into();
    plan.notes.push(outlay_planner::plan::Note { code: bad.into(), sentence: bad.into() });
    plan.binding.push(outlay_planner::plan::Binding {
        limit: format!("{LONG} at most 0"),
        channels: vec![LONG.into()],
        price: 0.1,
        price_of_percent: 2.0,
        sentence: bad.into(),
    });
    let nothing = plan.totals.expected;
    plan.comparison.push(Alternative {
        name: bad.into(),
        spend: 0.0,
        expected: nothing,
        difference: nothing,
        probability_worse: 0.5,
        channels: vec![],
        sentence: bad.into(),
    });
    let page =
        plan_html(&plan, &ReportOptions { title: bad.into(), ..Default::default() }).unwrap();
    let tags = read(&page);
    assert_eq!(tags.iter().filter(|t| t.name == "script").count(), 1);
    assert!(tags.iter().all(|t| !["img", "b", "i"].contains(&t.name.as_str())));
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("South &lt;i&gt;"));
}

#[test]
fn missing_numbers_are_dashes() {
    let nothing = Estimate {
        mean: f64::NAN,
        sd: f64::NAN,
        q05: f64::NAN,
        q25: f64::NAN,
        q50: f64::NAN,
        q75: f64::NAN,
        q95: f64::INFINITY,
    };
    let mut plan = plan();
    plan.totals.expected = nothing;
    plan.totals.roi = Some(nothing);
    plan.totals.profit = Some(nothing);
    for channel in &mut plan.channels {
        channel.expected = nothing;
        channel.expected_current = nothing;
        channel.mroi = nothing;
        channel.max = f64::INFINITY;
        channel.observed_to = f64::NAN;
        channel.periods.truncate(2);
        channel.curve.outcome.fill(nothing);
    }
    plan.periods.clear();
    for alternative in &mut plan.comparison {
        alternative.difference = nothing;
        alternative.channels.clear();
    }
    let page = page(&plan);
    read(&page);
    assert!(page.contains('—') && !without_script(&page).contains("NaN"));
}

#[test]
fn a_plan_that_was_only_priced_shows_no_limits_and_no_locks() {
    let mut plan = Plan { certificate: None, binding: vec![], ..plan() };
    for channel in &mut plan.channels {
        (channel.min, channel.max, channel.locked) = (channel.planned, channel.planned, false);
    }
    let page = page(&plan);
    let tracks = section(&page, "tracks");
    assert!(!tracks.contains("\"lock\"") && !tracks.contains("allowed"));
    assert!(!tracks.contains("at its most") && !tracks.contains("what the limits allow"));
    assert!(page.contains("priced as it was given, without limits"));
}

#[test]
fn prices_are_in_the_unit_of_what_was_maximised() {
    let shown = |wanted: Wanted| {
        let mut plan = plan();
        plan.question.wanted = Some(wanted);
        plan.question.outcome_is_money = false;
        plan.question.outcome_unit = "conversions".into();
        plan.binding[0].price = 2e-7;
        plan.binding[0].price_of_percent = 0.0004;
        section(&page(&plan), "limits").to_owned()
    };
    let goal = shown(Wanted::Goal { least: 5e3 });
    assert!(goal.contains("<bdi>2e−5 %</bdi>") && goal.contains("<bdi>0.04 %</bdi>"), "{goal}");
    assert!(shown(Wanted::Profit).contains("<bdi>€0.0004</bdi>"));
    assert!(shown(Wanted::Outcome).contains("<bdi>0.0004</bdi>"));
}

#[test]
fn a_plan_of_nothing_makes_a_page() {
    let mut plan = lone();
    plan.channels.clear();
    plan.question.periods.clear();
    plan.question.geos.clear();
    plan.periods.clear();
    let page = page(&plan);
    read(&page);
    assert!(page.contains("There is no channel to plan."));
}

#[test]
fn the_readers_locale_and_theme_are_kept_and_the_same_plan_gives_the_same_bytes() {
    let options =
        ReportOptions { locale: Locale::COMMA, theme: Theme::Dark, ..ReportOptions::default() };
    let page = plan_html(&plan(), &options).unwrap();
    assert!(page.contains("data-theme=\"dark\"") && page.contains("€2,46M"));
    assert_eq!(page, plan_html(&plan(), &options).unwrap());
}

#[test]
fn sixty_channels_over_a_year_stay_usable() {
    let page = page(&crowd(60));
    read(&page);
    assert!(page.len() < 1_000_000, "{}", page.len());
    assert!(page.contains("50 other channels") && page.contains("<bdi>Channel 59</bdi>"));
    assert_eq!(file(&page, "calendar").lines().count(), 1 + 60 * 52);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_names_make_a_well_formed_page(names in proptest::collection::vec("\\PC{0,40}", 5)) {
        let mut plan = plan();
        for (i, name) in names.iter().enumerate() {
            plan.channels[i].name = name.clone();
            plan.comparison[i % 3].name = name.clone();
        }
        let page = page(&plan);
        let tags = read(&page);
        prop_assert_eq!(tags.iter().filter(|t| t.name == "script").count(), 1);
    }
}
