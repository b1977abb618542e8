//! What the schema does not allow is refused with an error that says what.

use outlay_core::Money;
use outlay_store::{
    Alert, AlertState, Decision, Id, Mode, NewJob, Severity, Store, StoreAddress, StoreError, User,
};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::{arm, campaign, day, euros, now, on_both, options, workspace};

#[tokio::test(flavor = "multi_thread")]
async fn keys_references_and_checks_hold() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let one = shop.campaigns().create(campaign("one"), now()).await.unwrap();

        let twice = shop.campaigns().create(campaign("one"), now()).await;
        assert!(matches!(twice, Err(StoreError::Duplicate { .. })), "{twice:?}");

        let mut backwards = campaign("two");
        backwards.end_date = Some(day(-1));
        match shop.campaigns().create(backwards, now()).await {
            Err(StoreError::Refused { constraint, .. }) => {
                assert_eq!(constraint, "campaigns_dates")
            }
            other => panic!("{other:?}"),
        }

        let mut negative = campaign("three");
        negative.budget = Money::new(-1, euros(0).currency);
        let negative = shop.campaigns().create(negative, now()).await;
        assert!(matches!(negative, Err(StoreError::Refused { .. })), "{negative:?}");

        let mut nowhere = arm(&one);
        nowhere.campaign_id = Id::new(now());
        let nowhere = shop.arms().create(nowhere, now()).await;
        assert!(matches!(nowhere, Err(StoreError::Reference { .. })), "{nowhere:?}");

        let elsewhere = fresh.store.workspace(Id::new(now()));
        let elsewhere = elsewhere.campaigns().create(campaign("four"), now()).await;
        assert!(matches!(elsewhere, Err(StoreError::Reference { .. })), "{elsewhere:?}");

        let alert = Alert {
            rule: "pacing".to_owned(),
            severity: Severity::Warning,
            state: AlertState::Resolved,
            entity: "campaign:1".to_owned(),
            message: "under".to_owned(),
            measured: None,
            expected: None,
            cause: None,
            action: None,
            owner_id: None,
            since: now(),
            resolved_at: None,
        };
        let unresolved = shop.alerts().create(alert.clone(), now()).await;
        assert!(matches!(unresolved, Err(StoreError::Refused { .. })), "{unresolved:?}");
        let firing = Alert { state: AlertState::Firing, ..alert };
        shop.alerts().create(firing.clone(), now()).await.unwrap();
        let same = shop.alerts().create(firing, now()).await;
        assert!(matches!(same, Err(StoreError::Duplicate { .. })), "{same:?}");

        let shouting = User { email: "A@x".to_owned(), name: "A".to_owned(), disabled: false };
        let shouting = fresh.store.users().create(shouting, now()).await;
        assert!(matches!(shouting, Err(StoreError::Refused { .. })), "{shouting:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_goes_with_everything_in_it() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let made = shop.campaigns().create(campaign("one"), now()).await.unwrap();
        let arm = shop.arms().create(arm(&made), now()).await.unwrap();
        let decision = Decision {
            cycle: "1".to_owned(),
            campaign_id: Some(made.id),
            arm_id: Some(arm.id),
            kind: "hold".to_owned(),
            mode: Mode::Shadow,
            reason: "nothing new".to_owned(),
            detail: json!({}),
        };
        shop.decisions().create(decision, now()).await.unwrap();
        shop.jobs().enqueue(NewJob::new("fit", json!({})), now()).await.unwrap();
        shop.events().publish("jobs", "queued", json!({}), now()).await.unwrap();
        let held = shop.campaigns().delete(made.id, 1).await;
        assert!(matches!(held, Err(StoreError::Reference { .. })), "{held:?}");
        fresh.store.workspaces().delete(id, 1).await.unwrap();
        assert_eq!(shop.campaigns().count().await.unwrap(), 0);
        assert_eq!(shop.decisions().count().await.unwrap(), 0);
        assert!(shop.events().after(0).await.unwrap().events.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_is_none_is_an_error_when_read() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let raw = fresh.raw().await;
        raw.execute_unprepared("UPDATE workspaces SET currency = '1€3'").await.unwrap();
        raw.close().await.unwrap();
        let read = fresh.store.workspaces().get(id).await;
        assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_told_without_its_password() {
    let address: StoreAddress = "postgres://me:hunter2@127.0.0.1:1/none".parse().unwrap();
    let error = Store::open(&address, options()).await.unwrap_err();
    assert_eq!(error.code(), "store.connect");
    assert!(error.to_string().contains("127.0.0.1:1/none"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"x").unwrap();
    let address = StoreAddress::file(folder.path().join("file").join("outlay.db"));
    assert_eq!(Store::open(&address, options()).await.unwrap_err().code(), "store.connect");
}
