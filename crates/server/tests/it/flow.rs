//! From a file to a priced plan.

use chrono::Utc;
use outlay_store::Page;
use serde_json::json;

use crate::support::{Running, brand, on_both};

/// A model like another one, learnt after it and not published; its identity.
fn newer(running: &Running, model: &str, approximate: bool) -> String {
    let app = &running.server.as_ref().unwrap().app;
    running.runtime.block_on(async {
        let workspace = app.store.workspaces().list(Page::default()).await.unwrap().rows[0].id;
        let models = app.store.workspace(workspace).models();
        let mut body = models.get(model.parse().unwrap()).await.unwrap().body;
        body.number = models.next_number(&body.name).await.unwrap();
        body.published_at = None;
        body.summary.as_mut().unwrap()["approximate"] = json!(approximate);
        models.create(body, Utc::now()).await.unwrap().id.to_string()
    })
}

#[test]
fn a_file_becomes_a_plan() {
    on_both(|running| {
        let admin = running.admin();
        let sent = admin.upload("brand.csv", &brand(110));
        let upload = sent.body["id"].as_str().unwrap().to_owned();
        let described = admin.get(&format!("/api/uploads/{upload}/description"));
        assert_eq!(
            (described.status, &described.body["ready"]),
            (200, &json!(true)),
            "{}",
            described.text
        );
        assert_eq!(described.body["preview"]["columns"][0], "week");
        let mapping = described.body["mapping"].clone();
        let check =
            admin.post(&format!("/api/uploads/{upload}/check"), &json!({ "mapping": mapping }));
        assert_eq!((check.status, &check.body["valid"]), (200, &json!(true)), "{}", check.text);
        assert!(check.body["totals"]["series"].as_array().unwrap().len() >= 3);

        let form = json!({ "upload": upload, "mapping": mapping, "name": "Brand" });
        let dataset = admin.post("/api/datasets", &form);
        assert_eq!(dataset.status, 201, "{}", dataset.text);
        assert_eq!(dataset.body["channels"], json!(["tv", "search"]));
        assert_eq!(dataset.body["periods"], 110);
        let id = dataset.body["id"].as_str().unwrap().to_owned();
        for part in ["", "/series", "/totals", "/quality"] {
            let answer = admin.get(&format!("/api/datasets/{id}{part}"));
            assert_eq!(answer.status, 200, "{part}: {}", answer.text);
        }

        // The same key twice is one fit.
        let form = json!({ "dataset": id, "preset": "meridian", "method": "laplace", "seed": 3 });
        let keyed = admin.with("idempotency-key", "fit-1");
        let (first, second) = (keyed.post("/api/models", &form), keyed.post("/api/models", &form));
        assert_eq!((first.status, second.status), (202, 202), "{}", first.text);
        assert_eq!(first.body, second.body);
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        let other = json!({ "dataset": id, "method": "laplace", "seed": 4 });
        assert_eq!(keyed.post("/api/models", &other).body["code"], "store.key_reused");

        let job = admin.wait(&first.body["job"]);
        assert_eq!(job["state"], "succeeded", "{job}");
        assert_eq!(job["subject"], json!({ "kind": "model", "id": first.body["model"] }));
        let model = first.body["model"].as_str().unwrap().to_owned();
        let row = admin.get(&format!("/api/models/{model}"));
        assert_eq!((&row.body["state"], &row.body["method"]), (&json!("ready"), &json!("laplace")));
        assert_eq!(row.body["preset"], "meridian");
        assert_eq!(row.body["job"], first.body["job"]);
        let summary = admin.get(&format!("/api/models/{model}/summary"));
        assert_eq!(summary.body["schema"], "outlay/summary/1");
        let curves = admin.get(&format!("/api/models/{model}/curves?channel=tv"));
        assert_eq!(curves.body["items"][0]["channel"], "tv", "{}", curves.text);
        let stale = admin
            .with("if-match", "\"old\"")
            .post(&format!("/api/models/{model}/publish"), &json!({}));
        assert_eq!(stale.status, 412);
        let tag = row.header("etag").unwrap();
        let place = format!("/api/models/{model}");
        for known in [tag.to_owned(), format!("\"other\", {tag}"), format!("W/{tag}")] {
            let same = admin.with("if-none-match", &known).get(&place);
            assert_eq!((same.status, &*same.text, same.header("etag")), (304, "", Some(tag)));
        }
        assert_eq!(admin.with("if-none-match", "\"other\"").get(&place).status, 200);
        let published = admin.post(&format!("/api/models/{model}/publish"), &json!({}));
        let changed = admin.with("if-none-match", tag).get(&place);
        assert_eq!((changed.status, &changed.body["published"]), (200, &json!(true)));
        assert_eq!((published.status, &published.body["published"]), (200, &json!(true)));
        let home = admin.get("/api/dashboard/summary").body;
        assert_eq!(home["model"]["id"], json!(model));
        assert_eq!(home["efficiency"].as_array().unwrap().len(), 2);
        assert_eq!(home["freshness"]["state"], "late", "the file ends years ago");
        assert!(
            home["freshness"]["data_until"].as_str().unwrap()
                > home["window"]["to"].as_str().unwrap()
        );
        assert_eq!(home["needs"], json!([]));
        newer(running, &model, true);
        assert_eq!(admin.get("/api/dashboard/summary").body["needs"], json!([]), "a quick look");
        let waiting = newer(running, &model, false);
        let need = &admin.get("/api/dashboard/summary").body["needs"][0];
        assert_eq!(need["kind"], "model");
        assert_eq!(need["link"], json!(format!("/model?id={waiting}&against={model}")));

        let question =
            json!({ "horizon": 8, "channel": { "tv": { "min": { "of-current": 0.5 } } } });
        let begun = admin
            .post("/api/plans", &json!({ "model": model, "name": "=1+1", "question": question }));
        assert_eq!(begun.status, 202, "{}", begun.text);
        let job = admin.wait(&begun.body["job"]);
        assert_eq!(job["state"], "succeeded", "{job}");
        let plan = begun.body["plan"].as_str().unwrap().to_owned();
        let document = admin.get(&format!("/api/plans/{plan}/document")).body;
        assert_eq!(document["schema"], "outlay/plan/1");
        assert_eq!(document["question"]["periods"].as_array().unwrap().len(), 8);
        let row = admin.get(&format!("/api/plans/{plan}")).body;
        assert_eq!(
            (&row["state"], &row["spend"]),
            (&json!("ready"), &document["totals"]["planned"])
        );
        let compared = admin.get(&format!("/api/plans/compare?ids={plan}")).body;
        assert_eq!(compared["scenarios"][0]["id"], json!(null));
        assert_eq!(compared["scenarios"][1]["id"], json!(plan));
        for format in ["csv", "json", "xlsx"] {
            let file = admin.get(&format!("/api/plans/{plan}/export?format={format}"));
            assert_eq!(file.status, 200, "{format}: {}", file.text);
            assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
            assert!(!file.text.contains("\n="), "{format}");
        }
        let own =
            json!({ "model": model, "horizon": 8, "rows": [{ "channel": "tv", "spend": 9000.0 }] });
        let priced = admin.post("/api/plans/price", &own);
        assert_eq!(priced.status, 200, "{}", priced.text);
        let wrong = json!({ "model": model, "rows": [{ "channel": "nonsense", "spend": 1.0 }] });
        assert_eq!(admin.post("/api/plans/price", &wrong).status, 422);

        // What others rest on stays.
        assert_eq!(admin.ask("DELETE", &format!("/api/models/{model}"), None).status, 409);
        assert_eq!(admin.ask("DELETE", &format!("/api/datasets/{id}"), None).status, 204);
        assert_eq!(admin.get("/api/datasets").body["items"], json!([]));
        assert_eq!(admin.get(&format!("/api/models/{model}/summary")).status, 200);
        assert_eq!(admin.ask("DELETE", &format!("/api/plans/{plan}"), None).status, 204);
        assert_eq!(admin.ask("DELETE", &format!("/api/models/{model}"), None).status, 204);
    });
}

#[test]
fn a_fit_is_stopped() {
    on_both(|running| {
        let admin = running.admin();
        let upload = admin.upload("brand.csv", &brand(120)).body["id"].clone();
        let dataset =
            admin.post("/api/datasets", &json!({ "upload": upload, "name": "B" })).body["id"]
                .clone();
        let form = json!({ "dataset": dataset, "draws": 20000 });
        let refused = admin.post("/api/models", &form);
        assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("fit.draws")));
        let form = json!({ "dataset": dataset, "draws": 10000, "warmup": 20000 });
        let begun = admin.post("/api/models", &form).body;
        let job = format!("/api/jobs/{}", begun["job"].as_str().unwrap());
        while admin.get(&job).body["state"] == "queued" {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(admin.post(&format!("{job}/cancel"), &json!({})).status, 200);
        let ended = admin.wait(&begun["job"]);
        assert_eq!(ended["state"], "cancelled", "{ended}");
        let model = format!("/api/models/{}", begun["model"].as_str().unwrap());
        assert_eq!(admin.get(&model).body["state"], "cancelled");
        assert_eq!(admin.get(&format!("{model}/summary")).body["code"], "model.not-ready");
    });
}
