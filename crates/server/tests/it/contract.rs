//! The endpoints that other tools rely on by name.

use chrono::Utc;
use outlay_core::Money;
use outlay_store::{AllocationChange, Campaign, ChangeState, Id, Mode, Page, RunStatus};
use serde_json::{Value, json};

use crate::support::{Caller, Running, brand, on_both};

const TABLES: [&str; 6] = [
    "/api/recommendations",
    "/api/bq/mmm/curves",
    "/api/bq/mmm/allocations",
    "/api/bq/channel-attribution",
    "/api/control/reach-planner",
    "/api/campaigns",
];

#[test]
fn what_is_not_there_is_not_invented() {
    on_both(|running| {
        let admin = running.admin();
        for path in TABLES {
            let answer = admin.get(path);
            assert_eq!(
                answer.body,
                json!({ "items": [], "next": null }),
                "{path}: {}",
                answer.text
            );
        }
        let status = admin.get("/api/optimizer/status").body;
        assert_eq!((&status["state"], &status["recommendations"]), (&json!("idle"), &json!(0)));
        assert_eq!((&status["model"], &status["last_plan"]), (&Value::Null, &Value::Null));
        let nothing = Id::<AllocationChange>::new(Utc::now());
        let answer = json!({ "content_hash": "0".repeat(64) });
        for verdict in ["approve", "reject"] {
            let path = format!("/api/recommendations/{nothing}/{verdict}");
            let refused = admin.post(&path, &answer);
            assert_eq!((refused.status, &refused.body["code"]), (404, &json!("not-found")));
        }
        let apply = admin.post("/api/control/bandit-apply", &json!({ "lookback_days": 14 }));
        assert_eq!((apply.status, &apply.body["code"]), (409, &json!("step.not-built")));
        assert!(!apply.body["next"].as_str().unwrap().is_empty());
        assert_eq!(admin.post("/api/control/bandit-apply", &json!({})).status, 422);
    });
}

/// A change of a campaign's budget that waits for a person.
pub(crate) fn proposed(running: &Running, minutes: i64) -> String {
    let app = &running.server.as_ref().unwrap().app;
    let now = Utc::now();
    let euros = |units: i64| Money::new(units * 1_000_000, "EUR".parse().unwrap());
    running.runtime.block_on(async {
        let workspace = app.store.workspaces().list(Page::default()).await.unwrap().rows[0].id;
        let scope = app.store.workspace(workspace);
        let campaign = Campaign {
            name: "Brand".to_owned(),
            source: "test".to_owned(),
            external_id: None,
            budget: euros(100),
            start_date: now.date_naive(),
            end_date: None,
            status: RunStatus::Active,
        };
        let campaign = scope.campaigns().create(campaign, now).await.unwrap();
        let change = AllocationChange {
            campaign_id: campaign.id,
            arm_id: None,
            before: euros(100),
            after: euros(105),
            mode: Mode::Shadow,
            state: ChangeState::Proposed,
            content_hash: "ab".repeat(32),
            reason: "search returns more on the next euro".to_owned(),
            evidence: json!({ "model": "m" }),
            expires_at: Some(now + chrono::TimeDelta::minutes(minutes)),
        };
        scope.allocation_changes().create(change, now).await.unwrap().id.to_string()
    })
}

#[test]
fn a_person_answers_what_they_saw() {
    on_both(|running| {
        let admin = running.admin();
        let (first, second) = (proposed(running, 60), proposed(running, 60));
        let expired = proposed(running, -1);
        assert_eq!(admin.get("/api/recommendations").body["items"].as_array().unwrap().len(), 3);
        assert_eq!(admin.get("/api/dashboard/summary").body["needs"].as_array().unwrap().len(), 3);
        let path = format!("/api/recommendations/{first}");
        let shown = admin.get(&path);
        assert_eq!(shown.body["sentence"], "Search returns more on the next euro");
        assert_eq!((&shown.body["before"], &shown.body["after"]), (&json!(100.0), &json!(105.0)));
        let answer = json!({ "content_hash": shown.body["content_hash"], "note": "agreed" });
        let approve = format!("{path}/approve");
        assert_eq!(running.person(&admin, "analyst").post(&approve, &answer).status, 403);
        let other = json!({ "content_hash": "cd".repeat(32) });
        assert_eq!(admin.post(&approve, &other).body["code"], "recommendation.changed");
        let stale = admin.with("if-match", "\"old\"").post(&approve, &answer);
        assert_eq!(stale.status, 412);
        let approver = running.person(&admin, "approver");
        let tag = shown.header("etag").unwrap();
        let approved = approver.with("if-match", tag).post(&approve, &answer);
        assert_eq!((approved.status, &approved.body["state"]), (200, &json!("approved")));
        assert_eq!(approver.post(&approve, &answer).body["code"], "recommendation.answered");
        let late = format!("/api/recommendations/{expired}/approve");
        assert_eq!(approver.post(&late, &answer).body["code"], "recommendation.expired");
        let rejected = approver.post(&format!("/api/recommendations/{second}/reject"), &answer);
        assert_eq!((rejected.status, &rejected.body["state"]), (200, &json!("rejected")));
        let done = admin.get("/api/recommendations?state=approved").body;
        assert_eq!(done["items"][0]["id"], json!(first));
        assert_eq!(admin.get("/api/recommendations?state=nonsense").status, 422);
        // Who agreed is written down.
        let status = admin.get("/api/optimizer/status").body;
        assert_eq!(status["last_decision"]["kind"], "reject");
        assert_eq!(status["recommendations"], 1);
    });
}

#[test]
fn reach_is_planned_and_kept() {
    on_both(|running| {
        let admin = running.admin();
        let row = |channel: &str, bought: f64, reached: f64| {
            json!({
                "channel": channel, "population": 1e6, "unit": "spend", "bought": bought,
                "reached": reached,
            })
        };
        let rows = json!([
            row("tv", 1e4, 1e5),
            row("tv", 3e4, 2.4e5),
            row("tv", 9e4, 4.5e5),
            row("online", 1e4, 1.5e5),
            row("online", 3e4, 2.5e5),
            row("online", 9e4, 3.2e5),
        ]);
        let form = json!({ "rows": rows, "budget": 60000.0, "currency": "EUR" });
        let planned = admin.post("/api/control/reach-planner", &form);
        assert_eq!(planned.status, 200, "{}", planned.text);
        assert_eq!(planned.body["curves"].as_array().unwrap().len(), 2);
        let spent = planned.body["split"]["spent"].as_f64().unwrap();
        assert!((spent - 60000.0).abs() < 1.0, "{spent}");
        let kept = admin.get("/api/control/reach-planner").body;
        let channels: Vec<_> =
            kept["items"].as_array().unwrap().iter().map(|row| row["channel"].clone()).collect();
        assert_eq!(channels.len(), 2);
        assert!(channels.contains(&json!("tv")) && channels.contains(&json!("online")));
        assert_eq!(kept["items"][0]["currency"], "EUR");
        assert_eq!(admin.post("/api/control/reach-planner", &json!({ "rows": [] })).status, 422);
    });
}

/// A model that was learned from a small brand.
pub(crate) fn model(admin: &Caller) -> String {
    let upload = admin.upload("brand.csv", &brand(110)).body["id"].clone();
    let form = json!({ "upload": upload, "name": "B" });
    let dataset = admin.post("/api/datasets", &form).body["id"].clone();
    let form = json!({ "dataset": dataset, "preset": "meridian", "method": "laplace", "seed": 3 });
    let begun = admin.post("/api/models", &form).body;
    assert_eq!(admin.wait(&begun["job"])["state"], "succeeded");
    begun["model"].as_str().unwrap().to_owned()
}

#[test]
fn curves_and_allocations_are_rows() {
    on_both(|running| {
        let admin = running.admin();
        let model = model(&admin);
        let curves = admin.get("/api/bq/mmm/curves").body;
        let summary = admin.get(&format!("/api/models/{model}/summary")).body;
        for channel in ["tv", "search"] {
            let answer = &summary["channels"][channel];
            let points: Vec<&Value> = curves["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|row| row["channel"] == channel)
                .collect();
            let spends = answer["response"]["spend"].as_array().unwrap();
            assert_eq!(points.len(), spends.len(), "{channel}");
            let last = points.last().unwrap();
            assert_eq!(last["model"], json!(model));
            assert_eq!(last["currency"], "XXX", "the file names no currency");
            assert_eq!(
                last["response"],
                *answer["response"]["outcome"]["mean"].as_array().unwrap().last().unwrap()
            );
            assert!(last["lower"].as_f64() <= last["upper"].as_f64());
            let (told, own) =
                (last["uncertainty_pct"].as_f64(), answer["roi_uncertainty"].as_f64());
            assert!((told.unwrap() - own.unwrap().abs()).abs() < 1e-9, "{told:?} {own:?}");
            let one = admin.get(&format!("/api/bq/mmm/curves?model={model}&channel={channel}"));
            assert_eq!(one.body["items"].as_array().unwrap().len(), points.len());
        }
        assert_eq!(admin.post(&format!("/api/models/{model}/publish"), &json!({})).status, 200);
        assert_eq!(admin.get("/api/bq/mmm/curves").body, curves, "published again, not twice");

        let begun =
            admin.post("/api/plans", &json!({ "model": model, "question": { "horizon": 8 } }));
        let begun = begun.body;
        assert_eq!(admin.wait(&begun["job"])["state"], "succeeded");
        let plan = begun["plan"].as_str().unwrap();
        let document = admin.get(&format!("/api/plans/{plan}/document"));
        // As the planner writes it, whatever the database does with keys.
        assert!(document.text.starts_with("{\"schema\":\"outlay/plan/1\",\"version\":"));
        let rows = admin.get("/api/bq/mmm/allocations").body["items"].as_array().unwrap().clone();
        assert_eq!(rows.len(), 2);
        for row in rows {
            let channels = document.body["channels"].as_array().unwrap();
            let own = channels.iter().find(|c| c["name"] == row["channel"]).unwrap();
            assert!(
                (row["proposed"].as_f64().unwrap() - own["planned"].as_f64().unwrap()).abs() < 1e-5
            );
            assert_eq!((&row["plan"], &row["effect"]), (&json!(plan), &own["difference"]["mean"]));
        }
        let status = admin.get("/api/optimizer/status").body;
        assert_eq!((&status["model"], &status["last_plan"]["id"]), (&json!(model), &json!(plan)));
        // The rows go with what they were made of.
        assert_eq!(admin.ask("DELETE", &format!("/api/plans/{plan}"), None).status, 204);
        assert_eq!(admin.get("/api/bq/mmm/allocations").body["items"], json!([]));
    });
}

#[test]
fn the_reference_comes_with_the_program() {
    on_both(|running| {
        let nobody = running.nobody();
        let page = nobody.get("/api/docs");
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("http"), "nothing is loaded from elsewhere");
        for part in page.text.split("\"/api/docs/").skip(1) {
            let name = part.split('"').next().unwrap();
            let file = nobody.get(&format!("/api/docs/{name}"));
            assert!(file.status == 200 && !file.text.is_empty(), "{name}");
        }
        assert_eq!(nobody.get("/api/docs/..%2fsecret").status, 404);
    });
}
