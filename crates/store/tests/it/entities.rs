//! What is written is read back the same; changes know their version; lists go on by cursor.

use chrono::{DateTime, TimeDelta, Utc};
use outlay_core::{Currency, Money};
use outlay_store::{
    AgentState, Alert, AlertState, ApiCall, Arm, Campaign, CampaignFilter, Dataset, DatasetState,
    Id, LineageEdge, Mapping, Model, ModelState, Page, RunStatus, Scenario, ScenarioState,
    Severity, StoreError, StoredPanel, Upload, UploadState,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};

use crate::support::{arm, campaign, day, euros, later, now, on_both, workspace};

fn text() -> impl Strategy<Value = String> {
    "[^\u{0}]{1,40}"
}

fn money() -> impl Strategy<Value = Money> {
    (0..i64::MAX, "[A-Z]{3}")
        .prop_map(|(micros, code)| Money::new(micros, code.parse::<Currency>().unwrap()))
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..4_000_000_000_000_000)
        .prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap())
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1e15..1e15).prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn any_campaign()(
        name in text(), source in text(), external_id in prop::option::of("[a-z0-9]{12,20}"),
        budget in money(), start in 0_i64..5000, length in prop::option::of(0_i64..500),
        status in prop::sample::select(RunStatus::ALL),
    ) -> Campaign {
        Campaign {
            name, source, external_id, budget, start_date: day(start),
            end_date: length.map(|days| day(start + days)), status,
        }
    }
}

prop_compose! {
    fn any_alert()(
        rule in "[a-z]{20}", severity in prop::sample::select(Severity::ALL), entity in text(),
        message in text(), measured in prop::option::of(-1e12..1e12),
        expected in prop::option::of(text()), since in time(), resolved in prop::option::of(time()),
    ) -> Alert {
        Alert {
            rule, severity, entity, message, measured, expected, since, resolved_at: resolved,
            state: if resolved.is_some() { AlertState::Resolved } else { AlertState::Firing },
            cause: None, action: None, owner_id: None,
        }
    }
}

/// Values of a strategy, the same in every run.
fn samples<S: Strategy>(strategy: S, number: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..number).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_read_back_the_same() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        for body in samples(any_campaign(), 60) {
            let made = shop.campaigns().create(body, later(1)).await.unwrap();
            assert_eq!(shop.campaigns().get(made.id).await.unwrap(), made);
        }
        for body in samples(any_alert(), 60) {
            let made = shop.alerts().create(body, now()).await.unwrap();
            assert_eq!(shop.alerts().get(made.id).await.unwrap(), made);
        }
        for (detail, at) in samples((any_json(), time()), 60) {
            let edge = LineageEdge {
                source_kind: "upload".to_owned(),
                source_id: uuid::Uuid::now_v7(),
                target_kind: "panel".to_owned(),
                target_id: uuid::Uuid::now_v7(),
                step: "import".to_owned(),
                detail,
            };
            let made = shop.lineage().create(edge, at).await.unwrap();
            assert_eq!(
                shop.lineage().from(made.body.source_id).await.unwrap(),
                std::slice::from_ref(&made)
            );
            assert_eq!(shop.lineage().to(made.body.target_id).await.unwrap(), [made]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_upload_to_a_published_model_and_a_scenario() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let upload = Upload {
            name: "../../weekly.csv".to_owned(),
            media_type: "text/csv".to_owned(),
            bytes_expected: Some(10),
            bytes_received: 0,
            sha256: None,
            object_key: "k".to_owned(),
            state: UploadState::Receiving,
            created_by: None,
        };
        let upload = shop.uploads().create(upload, now()).await.unwrap();
        let dataset = Dataset {
            name: "Weekly".to_owned(),
            upload_id: Some(upload.id),
            state: DatasetState::Draft,
            fingerprint: None,
            description: json!({"columns": []}),
            quality: None,
        };
        let dataset = shop.datasets().create(dataset, now()).await.unwrap();
        let first = shop.mappings().add(dataset.id, json!({"kpi": "sales"}), true, now()).await;
        let second = shop.mappings().add(dataset.id, json!({}), false, now()).await.unwrap();
        assert_eq!((first.unwrap().body.number, second.body.number), (1, 2));
        let latest: Option<Id<Mapping>> =
            shop.mappings().latest(dataset.id).await.unwrap().map(|mapping| mapping.id);
        assert_eq!(latest, Some(second.id));
        let panel = StoredPanel {
            dataset_id: dataset.id,
            mapping_id: second.id,
            fingerprint: "f".to_owned(),
            geos: 1,
            periods: 208,
            channels: 5,
            object_key: "p".to_owned(),
            summary: json!({}),
        };
        let panel = shop.panels().create(panel, now()).await.unwrap();
        let mut models = Vec::new();
        for seed in 0..2 {
            let model = Model {
                name: "sales".to_owned(),
                number: shop.models().next_number("sales").await.unwrap(),
                dataset_id: dataset.id,
                panel_id: Some(panel.id),
                specification: "[model]".to_owned(),
                data_fingerprint: Some("f".to_owned()),
                seed,
                state: ModelState::Ready,
                summary: Some(json!({
                    "roi": 2.5, "sentence": "Spend less.",
                    "health": { "verdict": "ok", "score": 16_499.999_997_317_21, "more": 1 },
                })),
                artefact_key: Some("m".to_owned()),
                error: None,
                published_at: None,
            };
            models.push(shop.models().create(model, now()).await.unwrap());
        }
        for model in &models {
            let publish = async || shop.models().publish(model.id, model.version, later(9)).await;
            let published = publish().await.unwrap();
            assert_eq!(shop.models().published("sales").await.unwrap(), Some(published));
            assert!(matches!(publish().await, Err(StoreError::Conflict { .. })));
        }
        assert_eq!(shop.models().get(models[0].id).await.unwrap().body.published_at, None);
        // In outline a few words of the summary are there, also of rows from before outlines.
        let words = json!({
            "sentence": "Spend less.",
            "approximate": null,
            "health": { "verdict": "ok", "score": 16_499.999_997_317_21 },
        });
        let outline = shop.models().outline(models[1].id).await.unwrap();
        assert_eq!(outline.body.summary, Some(words.clone()));
        assert_eq!(outline.body.specification, "[model]");
        let raw = fresh.raw().await;
        raw.execute_unprepared("UPDATE models SET outline = NULL").await.unwrap();
        raw.close().await.unwrap();
        let all = shop.models().outlines(Page::default()).await.unwrap().rows;
        assert!(all.iter().all(|row| row.body.summary.as_ref() == Some(&words)), "{all:?}");
        assert_eq!(all.len(), 2);
        let mut whole = shop.models().get(models[1].id).await.unwrap();
        whole.body.summary = Some(json!({ "sentence": "Spend more." }));
        let changed = shop.models().update(whole, later(10)).await.unwrap();
        let last = shop.models().published_last().await.unwrap().unwrap();
        let nothing = json!({ "verdict": null, "score": null });
        let expected = json!({ "sentence": "Spend more.", "approximate": null, "health": nothing });
        assert_eq!((last.id, &last.body.summary), (changed.id, &Some(expected)));
        let scenario = Scenario {
            name: "Up 10 %".to_owned(),
            model_id: models[1].id,
            request: json!({"budget": 1}),
            result: None,
            state: ScenarioState::Draft,
            error: None,
        };
        let scenario = shop.scenarios().create(scenario, now()).await.unwrap();
        let listed = shop.scenarios().of_model(models[1].id, Page::default()).await.unwrap();
        assert_eq!(listed.rows, [scenario]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_names_the_version_it_is_based_on() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let campaigns = fresh.store.workspace(id).campaigns();
        let first = campaigns.create(campaign("one"), now()).await.unwrap();
        let mut changed = first.clone();
        changed.body.budget = euros(90);
        let changed = campaigns.update(changed, later(5)).await.unwrap();
        assert_eq!((changed.version, changed.updated_at), (2, later(5)));
        assert_ne!(changed.etag(), first.etag());
        assert_eq!(campaigns.get(first.id).await.unwrap(), changed);
        let stale = campaigns.update(first.clone(), later(6)).await;
        assert!(
            matches!(stale, Err(StoreError::Conflict { expected: 1, found: 2, .. })),
            "{stale:?}"
        );
        assert!(matches!(campaigns.delete(first.id, 1).await, Err(StoreError::Conflict { .. })));
        campaigns.delete(first.id, 2).await.unwrap();
        assert!(matches!(campaigns.delete(first.id, 2).await, Err(StoreError::NotFound { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_where_it_was_though_rows_come_and_go() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let campaigns = fresh.store.workspace(id).campaigns();
        let mut made = Vec::new();
        for number in 0..7 {
            let at = now() + TimeDelta::milliseconds(number);
            made.push(campaigns.create(campaign(&number.to_string()), at).await.unwrap());
        }
        let mut seen = Vec::new();
        let mut page = Page { after: None, limit: Some(3) };
        loop {
            let slice = campaigns.list(page).await.unwrap();
            seen.extend(slice.rows.iter().map(|row| row.body.name.clone()));
            if seen.len() == 3 {
                campaigns.create(campaign("late"), later(1)).await.unwrap();
                campaigns.delete(made[4].id, 1).await.unwrap();
            }
            let Some(next) = slice.next else { break };
            page.after = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
        let filter = CampaignFilter { status: Some(RunStatus::Paused), ..Default::default() };
        let paused = campaigns.matching(&filter, Page::default()).await.unwrap();
        assert!(paused.rows.is_empty() && paused.next.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn campaigns_are_found_by_their_newest_arm() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let campaigns = shop.campaigns();
        let place = |platform: &str, channel: &str| CampaignFilter {
            platform: Some(platform.to_owned()),
            channel: Some(channel.to_owned()),
            ..CampaignFilter::default()
        };
        let brand = campaigns.create(campaign("brand"), now()).await.unwrap();
        for (at, channel) in ["video", "search"].into_iter().enumerate() {
            let arm = Arm { channel: channel.to_owned(), ..arm(&brand) };
            shop.arms().create(arm, later(at as i64)).await.unwrap();
        }
        let bare = campaigns.create(campaign("bare"), now()).await.unwrap();
        let platform = arm(&brand).platform;
        let found = async |filter: &CampaignFilter| {
            let page = campaigns.matching(filter, Page::default()).await.unwrap();
            page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(found(&place(&platform, "search")).await, [brand.id]);
        assert!(found(&place(&platform, "video")).await.is_empty(), "an older arm does not count");
        assert_eq!(found(&place(&bare.body.source, "")).await, [bare.id], "one without arms");
        let running =
            CampaignFilter { status: Some(RunStatus::Active), ..place(&platform, "search") };
        assert_eq!(found(&running).await.len(), 1);
        assert_eq!(found(&CampaignFilter::default()).await.len(), 2);
        let other = workspace(&fresh.store, "Other").await;
        assert!(fresh.store.workspace(other).campaigns().kinds().await.unwrap().is_empty());
        let kinds = campaigns.kinds().await.unwrap();
        let kinds: Vec<_> = kinds.iter().map(|kind| (&*kind.platform, &*kind.channel)).collect();
        let mut expected = [(&*platform, "search"), (&*bare.body.source, "")];
        expected.sort_unstable();
        assert_eq!(kinds, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_learn_one_after_the_other() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let search = shop.campaigns().create(campaign("search"), now()).await.unwrap();
        let text: Arm = arm(&search);
        let text = shop.arms().create(text, now()).await.unwrap();
        let belief = AgentState {
            campaign_id: search.id,
            arm_id: text.id,
            alpha: 1.0,
            beta: 1.0,
            spending: euros(0),
            trials: 0,
            last_updated: now(),
            version: 0,
        };
        let stored = shop.agent_states().put(belief).await.unwrap();
        assert!(matches!(shop.agent_states().put(belief).await, Err(StoreError::Conflict { .. })));
        let learned = AgentState { alpha: 2.0, trials: 1, spending: euros(3), ..stored };
        let learned = shop.agent_states().put(learned).await.unwrap();
        assert_eq!(shop.agent_states().of_campaign(search.id).await.unwrap(), [learned]);
        let call = ApiCall {
            platform: "google_ads".to_owned(),
            endpoint: "/search".to_owned(),
            status: 429,
            response_ms: 31,
            error_message: Some("quota".to_owned()),
        };
        shop.api_calls().create(call, now()).await.unwrap();
        assert_eq!(shop.api_calls().count().await.unwrap(), 1);
    })
    .await;
}
