//! Ranges, comparisons and filters: every number of a page is the server's, over the days that the
//! address names.

use chrono::{Days, NaiveDate, NaiveTime, Utc};
use outlay_core::Money;
use outlay_store::{Arm, Campaign, Fact, Id, Page, Partition, RunStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Caller, Running, brand, on_both};

fn import(admin: &Caller, name: &str, bytes: &[u8]) -> String {
    let upload = admin.upload(name, bytes).body["id"].clone();
    let dataset = admin.post("/api/datasets", &json!({ "upload": upload, "name": "Brand" }));
    assert_eq!(dataset.status, 201, "{}", dataset.text);
    dataset.body["id"].as_str().unwrap().to_owned()
}

/// Sums of a brand's weeks by the arithmetic of its file: outcome, TV, search.
fn sums(weeks: std::ops::Range<u64>) -> (f64, f64, f64) {
    let (mut outcome, mut tv, mut search) = (0, 0, 0);
    for week in weeks {
        let (t, s) = (500 + 260 * (week % 7), 300 + 90 * ((week * 5) % 11));
        outcome += 9000 + 2 * t + 3 * s + 97 * (week % 13);
        (tv, search) = (tv + t, search + s);
    }
    (outcome as f64, tv as f64, search as f64)
}

fn is(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or(f64::NAN);
    assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{value} {expected}");
}

fn refused(answer: &Answer, code: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (422, &json!(code)), "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(!answer.body["next"].as_str().unwrap().is_empty());
}

#[test]
fn home_shows_the_range_that_is_asked_for_beside_another() {
    on_both(|running| {
        let admin = running.admin();
        let home = |query: &str| admin.get(&format!("/api/dashboard/summary{query}"));
        let nothing = home("?last=4").body;
        assert_eq!((&nothing["range"], &nothing["dataset"]), (&Value::Null, &Value::Null));
        import(&admin, "brand.csv", &brand(110));

        for (query, now, before) in [
            ("", 97..110, Some(84..97)),
            ("?last=4", 106..110, Some(102..106)),
            ("?last=4&compare=year", 106..110, Some(54..58)),
            ("?last=52&compare=none", 58..110, None),
            ("?last=all", 0..110, None),
            ("?from=2022-03-01&to=2022-03-31", 9..13, Some(5..9)),
        ] {
            let answer = home(query);
            assert_eq!(answer.status, 200, "{}", answer.text);
            let (found, range) = (&answer.body, &answer.body["range"]);
            let (outcome, tv, search) = sums(now.clone());
            is(&found["kpi"]["total"], outcome);
            is(&found["spend"]["total"], tv + search);
            assert_eq!(range["periods"], json!(now.end - now.start), "{query}");
            assert_eq!(range["data"], json!({ "from": "2022-01-03", "to": "2024-02-11" }));
            let start = |week: u64| {
                let first = NaiveDate::from_ymd_opt(2022, 1, 3).unwrap();
                (first + Days::new(7 * week)).to_string()
            };
            assert_eq!(range["from"], json!(start(now.start)));
            let share = tv / (tv + search);
            is(&found["efficiency"][0]["share"], share);
            match before {
                Some(before) => {
                    let then = sums(before.clone());
                    assert_eq!(range["against"]["from"], json!(start(before.start)));
                    is(&found["kpi"]["before"], then.0);
                    is(&found["kpi"]["change"], outcome / then.0 - 1.0);
                    is(&found["spend"]["channels"][0]["change"], tv / then.1 - 1.0);
                    is(&found["spend"]["change"], (tv + search) / (then.1 + then.2) - 1.0);
                }
                None => {
                    for of in ["kpi", "spend"] {
                        assert_eq!(found[of]["before"], Value::Null, "{query}");
                        assert_eq!(found[of]["change"], Value::Null);
                    }
                    assert_eq!((&range["against"], &found["mover"]), (&Value::Null, &Value::Null));
                }
            }
        }
        // Asked again it is the kept one, and one range is not another's.
        assert_eq!(home("?last=4").text, home("?last=4").text);
        assert_ne!(home("?last=4").text, home("?last=13").text);
    });
}

#[test]
fn home_is_narrowed_to_a_channel_and_says_where_there_is_something() {
    let running = Running::start();
    let admin = running.admin();
    let home = |query: &str| admin.get(&format!("/api/dashboard/summary{query}"));
    import(&admin, "brand.csv", &brand(110));
    let all = home("").body;
    assert_eq!(all["choices"], json!({ "channels": ["tv", "search"], "geos": [] }));
    let tv = home("?channel=tv").body;
    let (outcome, spent, _) = sums(97..110);
    is(&tv["spend"]["total"], spent);
    is(&tv["kpi"]["total"], outcome);
    assert_eq!(tv["efficiency"].as_array().unwrap().len(), 1);
    assert_eq!(tv["efficiency"][0]["share"], all["efficiency"][0]["share"], "of all spend");
    assert_eq!(tv["choices"], all["choices"]);

    for query in ["?from=2030-01-01&to=2030-02-01", "?from=2022-02-01&to=2022-02-05"] {
        let empty = home(query).body;
        assert_eq!(empty["range"]["periods"], 0);
        for none in ["window", "kpi", "spend", "mover"] {
            assert_eq!(empty[none], Value::Null, "{query} {none}");
        }
        let instead = &empty["range"]["instead"];
        assert_eq!(instead, &json!({ "from": "2023-11-13", "to": "2024-02-11" }));
        let (from, to) = (instead["from"].as_str().unwrap(), instead["to"].as_str().unwrap());
        assert_eq!(home(&format!("?from={from}&to={to}")).body["kpi"], all["kpi"]);
    }

    for (query, code) in [
        ("?channel=radio", "range.channel"),
        ("?geo=Mars", "range.geo"),
        ("?last=0", "range.last"),
        ("?last=4&from=2024-01-01", "range.mixed"),
        ("?from=2024-02-01&to=2024-01-01", "range.order"),
        ("?from=yesterday", "request.parameters"),
        ("?compare=never", "request.parameters"),
    ] {
        refused(&home(query), code);
    }
    // How many weeks are usual is a setting.
    let change = json!({ "data.range_weeks": 4 });
    assert_eq!(admin.send("PATCH", "/api/settings", &change).status, 200);
    assert_eq!(home("").body["range"]["last"], "4");
}

#[test]
fn a_region_is_shown_alone_and_series_follow() {
    let mut csv = String::from("week,geo,revenue,tv_spend\n");
    for week in 0..30_u64 {
        let date = NaiveDate::from_ymd_opt(2023, 1, 2).unwrap() + Days::new(7 * week);
        for (geo, scale) in [("North", 1), ("South", 3)] {
            let tv = scale * (100 + 10 * (week % 5));
            csv += &format!("{date},{geo},{},{tv}\n", scale * 1000 + 2 * tv + 7 * (week % 3));
        }
    }
    let running = Running::start();
    let admin = running.admin();
    let dataset = import(&admin, "regions.csv", csv.as_bytes());
    let home = |query: &str| admin.get(&format!("/api/dashboard/summary{query}")).body;
    let (all, south) = (home("?last=4"), home("?last=4&geo=South"));
    assert_eq!(all["choices"]["geos"], json!(["North", "South"]));
    let tv =
        |weeks: std::ops::Range<u64>| weeks.map(|w| 100.0 + 10.0 * (w % 5) as f64).sum::<f64>();
    is(&all["spend"]["total"], 4.0 * tv(26..30));
    is(&south["spend"]["total"], 3.0 * tv(26..30));
    is(&south["spend"]["change"], tv(26..30) / tv(22..26) - 1.0);

    let series = |query: &str| admin.get(&format!("/api/datasets/{dataset}/series{query}"));
    let (whole, part) = (series("").body, series("?last=4&geo=North").body);
    assert_eq!(whole["dates"].as_array().unwrap().len(), 30);
    assert_eq!(whole["range"]["last"], "all");
    assert_eq!(part["dates"], json!(["2023-07-03", "2023-07-10", "2023-07-17", "2023-07-24"]));
    assert_eq!(part["channels"][0]["spend"], json!([110.0, 120.0, 130.0, 140.0]));
    assert_eq!(part["range"]["to"], "2023-07-30");
    assert_eq!(series("?from=2030-01-01").body["dates"], json!([]));
    refused(&series("?geo=East"), "range.geo");
    refused(&series("?last=never"), "range.last");
}

const SOURCE: &str = "test";

fn euros(units: i64) -> Money {
    Money::new(units * 1_000_000, "EUR".parse().unwrap())
}

/// Two campaigns: search spends 10 a day for 100 days and brings three times as much, video 4 a day
/// in the first 60 and nobody counts what it brings.
fn campaigns(running: &Running) -> [Id<Campaign>; 2] {
    let app = &running.server.as_ref().unwrap().app;
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    running.runtime.block_on(async {
        let now = Utc::now();
        let workspace = app.store.workspaces().list(Page::default()).await.unwrap().rows[0].id;
        let scope = app.store.workspace(workspace);
        let mut made = Vec::new();
        let mut facts = Vec::new();
        for (name, platform, cost, times, length) in
            [("search", "Google Ads", 10, 3, 100_u64), ("video", "Meta", 4, 0, 60)]
        {
            let campaign = Campaign {
                name: format!("{name} always on"),
                source: SOURCE.to_owned(),
                external_id: None,
                budget: euros(cost),
                start_date: first,
                end_date: None,
                status: RunStatus::Active,
            };
            let campaign_id = scope.campaigns().create(campaign, now).await.unwrap().id;
            let arm = Arm {
                campaign_id,
                platform: platform.to_owned(),
                channel: name.to_owned(),
                creative: None,
                external_id: None,
                bid: None,
                status: RunStatus::Active,
            };
            let arm_id = scope.arms().create(arm, now).await.unwrap().id;
            facts.extend((0..length).map(|number| {
                let day = first + Days::new(number);
                // It spends twice as much in the last four weeks.
                let cost = if number >= 72 { 2 * cost } else { cost };
                Fact {
                    campaign_id,
                    arm_id,
                    day,
                    at: day.and_time(NaiveTime::MIN).and_utc(),
                    attribution: "platform".to_owned(),
                    time_zone: "UTC".to_owned(),
                    impressions: 1000,
                    clicks: 10 * times,
                    conversions_micros: 0,
                    cost: euros(cost),
                    revenue: euros(cost * times),
                    extracted_at: now,
                    is_final: true,
                    batch_id: Uuid::nil(),
                }
            }));
            made.push(campaign_id);
        }
        let partition =
            Partition { source: SOURCE.to_owned(), from: first, to: first + Days::new(99) };
        scope.facts().replace(&partition, &facts).await.unwrap();
        [made[0], made[1]]
    })
}

#[test]
fn campaigns_are_summed_over_the_range_and_compared() {
    on_both(|running| {
        let admin = running.admin();
        let none = admin.get("/api/campaigns/summary");
        let nothing = json!({ "platforms": [], "channels": [] });
        assert_eq!((none.status, &none.body["range"]), (200, &Value::Null), "{}", none.text);
        assert_eq!(none.body["choices"], nothing);
        let [search, video] = campaigns(running);
        let list = |query: &str| {
            let answer = admin.get(&format!("/api/campaigns{query}"));
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.body["items"].as_array().unwrap().clone()
        };
        let of = |rows: &[Value], id: Id<Campaign>| {
            rows.iter().find(|row| row["id"] == json!(id.to_string())).unwrap().clone()
        };

        // The data ends on the hundredth day, not today.
        let rows = list("?last=4");
        let found = of(&rows, search);
        assert_eq!((&found["spend"], &found["outcome"]), (&json!(560.0), &json!(1680.0)));
        assert_eq!((&found["roas"], &found["spend_change"]), (&json!(3.0), &json!(1.0)));
        assert_eq!(
            (&found["trend_days"], found["trend"].as_array().unwrap().len()),
            (&json!(1), 28)
        );
        assert_eq!((&found["from"], &found["to"]), (&json!("2024-03-13"), &json!("2024-04-09")));
        let ended = of(&rows, video);
        assert_eq!((&ended["spend"], &ended["outcome"]), (&json!(0.0), &Value::Null));
        assert_eq!((&ended["from"], &ended["spend_change"]), (&Value::Null, &json!(-1.0)));
        let usual = of(&list(""), search);
        assert_eq!(usual["trend_days"], 7);
        assert_eq!(usual["trend"].as_array().unwrap().len(), 13);
        is(&usual["spend"], 63.0 * 10.0 + 28.0 * 20.0);

        let summary = |query: &str| {
            let answer = admin.get(&format!("/api/campaigns/summary{query}"));
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.body
        };
        let whole = summary("?last=all");
        assert_eq!(whole["range"]["data"], json!({ "from": "2024-01-01", "to": "2024-04-09" }));
        let spent = 72.0 * 10.0 + 28.0 * 20.0 + 60.0 * 4.0;
        is(&whole["totals"][0]["spend"], spent);
        // A ratio of the sums: what nobody counts the outcome of has cost money, too.
        is(&whole["totals"][0]["roas"], 3.0 * (72.0 * 10.0 + 28.0 * 20.0) / spent);
        let choices =
            json!({ "platforms": ["Google Ads", "Meta"], "channels": ["search", "video"] });
        assert_eq!(whole["choices"], choices);
        assert_eq!(whole["totals"].as_array().unwrap().len(), 1);
        let month = summary("?from=2024-02-01&to=2024-02-29");
        is(&month["totals"][0]["spend"], 29.0 * 10.0 + 29.0 * 4.0);
        assert_eq!(month["range"]["against"], json!({ "from": "2024-01-03", "to": "2024-01-31" }));
        assert_eq!(month["totals"][0]["spend_change"], json!(0.0));

        assert_eq!(list("?channel=video&last=all").len(), 1);
        assert_eq!(list("?platform=Google%20Ads&status=active").len(), 1);
        assert_eq!(list("?platform=Google%20Ads&channel=video").len(), 0);
        let video_only = summary("?last=all&channel=video");
        is(&video_only["totals"][0]["spend"], 240.0);
        assert_eq!(video_only["totals"][0]["roas"], Value::Null, "nobody counts its outcome");
        // Nothing of it in the range, though others have days there.
        let late = summary("?last=4&channel=video");
        assert_eq!((&late["range"]["periods"], &late["totals"]), (&json!(0), &json!([])));
        assert!(late["range"]["instead"].is_object());

        for path in ["/api/campaigns", "/api/campaigns/summary"] {
            refused(&admin.get(&format!("{path}?channel=radio")), "range.channel");
            refused(&admin.get(&format!("{path}?platform=MySpace")), "range.platform");
            refused(&admin.get(&format!("{path}?last=none")), "range.last");
        }
    });
}

#[test]
fn a_campaign_says_where_its_days_are() {
    let running = Running::start();
    let admin = running.admin();
    let [search, video] = campaigns(&running);
    let series = |id: Id<Campaign>, query: &str| {
        let answer = admin.get(&format!("/api/campaigns/{id}/series{query}"));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    };
    let month = series(search, "?from=2024-02-01&to=2024-02-29");
    assert_eq!(month["dates"].as_array().unwrap().len(), 29);
    assert_eq!(month["range"]["periods"], 29);
    let over = series(video, "?last=4");
    assert_eq!((&over["dates"], &over["range"]["periods"]), (&json!([]), &json!(0)));
    assert_eq!(over["range"]["data"], json!({ "from": "2024-01-01", "to": "2024-02-29" }));
    let instead = &over["range"]["instead"];
    assert_eq!(instead, &over["range"]["data"], "60 days are fewer than 13 weeks");
    let beyond = series(search, "?from=2031-01-01&to=2031-02-01");
    assert_eq!((&beyond["dates"], &beyond["range"]["from"]), (&json!([]), &json!("2031-01-01")));

    let one = admin.get(&format!("/api/campaigns/{search}?last=4"));
    assert_eq!((one.status, &one.body["spend"]), (200, &json!(560.0)));
    let other = admin.get(&format!("/api/campaigns/{search}?last=13"));
    assert!(one.header("etag").is_some());
    assert_ne!(one.header("etag"), other.header("etag"), "another range is another answer");
    let metrics = admin.get(&format!("/api/campaigns/{search}/metrics?last=1")).body;
    assert_eq!(metrics["items"].as_array().unwrap().len(), 7);
    assert_eq!(metrics["items"][6]["roas"], 3.0);
    refused(&admin.get(&format!("/api/campaigns/{search}/metrics?last=x")), "range.last");
}
