//! A store as an earlier version left it comes up to date with everything that was in it.
//!
//! `fixtures/0001.sql` holds rows as the schema after the first migration takes them, and so on; a
//! released fixture is never edited. A new migration gets one, and is tried from every one of them.

use outlay_store::{Id, Page, RunStatus, Store};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use uuid::Uuid;

use crate::support::{Fresh, euros, now, on_both_empty};

const FIXTURES: [&str; 6] = [
    include_str!("../fixtures/0001.sql"),
    include_str!("../fixtures/0002.sql"),
    include_str!("../fixtures/0003.sql"),
    include_str!("../fixtures/0004.sql"),
    include_str!("../fixtures/0005.sql"),
    include_str!("../fixtures/0006.sql"),
];

/// Fills a store that stands after `count` migrations with the rows of every version until then.
async fn fill(fresh: &Fresh, count: usize) {
    let raw: DatabaseConnection = fresh.raw().await;
    for fixture in &FIXTURES[..count] {
        for statement in fixture.split(";\n").filter(|statement| !statement.trim().is_empty()) {
            // Identities are written as X'…' on SQLite and as '…' on PostgreSQL.
            let statement = match fresh.store.engine() {
                outlay_store::Engine::Sqlite => statement.to_owned(),
                outlay_store::Engine::Postgres => statement.replace("X'", "'"),
            };
            raw.execute_unprepared(&statement).await.unwrap_or_else(|e| panic!("{statement}: {e}"));
        }
    }
    raw.close().await.unwrap();
}

/// What this version's schema takes is what later ones must carry.
#[test]
fn every_migration_has_its_fixture() {
    assert_eq!(FIXTURES.len(), outlay_store::checksums().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_earlier_version_comes_up_to_date() {
    for count in 1..=FIXTURES.len() {
        on_both_empty(async |fresh| {
            fresh.store.migrate_to(count, now()).await.unwrap();
            fill(fresh, count).await;
            fresh.store.migrate(now()).await.unwrap();
            fresh.store.require_schema().await.unwrap();
            check(&fresh.store, count).await;
            if count >= 4 {
                let raw = fresh.raw().await;
                let sql = "SELECT agent FROM training_episodes WHERE episode = 12";
                let sql = Statement::from_string(raw.get_database_backend(), sql);
                let row = raw.query_one_raw(sql).await.unwrap().unwrap();
                assert_eq!(row.try_get::<String>("", "agent").unwrap(), "thompson");
                raw.close().await.unwrap();
            }
        })
        .await;
    }
}

async fn check(store: &Store, count: usize) {
    let workspace = store.workspaces().list(Page::default()).await.unwrap().rows.remove(0);
    assert_eq!(workspace.body.name, "Old shop");
    assert_eq!(workspace.id, Id::from_uuid(Uuid::from_u128(1)));
    assert!(store.users().by_email("ada@example.com").await.unwrap().is_some());
    let shop = store.workspace(workspace.id);
    if count >= 2 {
        let campaign = shop.campaigns().list(Page::default()).await.unwrap().rows.remove(0);
        assert_eq!((campaign.body.budget, campaign.body.status), (euros(50), RunStatus::Paused));
    }
    if count >= 3 {
        let jobs = shop.jobs().list(None, Page::default()).await.unwrap().rows;
        let payloads: Vec<_> = jobs.into_iter().map(|job| job.body.payload).collect();
        assert!(payloads.iter().any(|payload| payload["model"] == 7), "{payloads:?}");
        assert_eq!(payloads.iter().any(|payload| payload["plan"] == 8), count >= 5);
    }
    if count >= 5 {
        // Models from before there were outlines have one all the same.
        let models = shop.models().outlines(Page::default()).await.unwrap().rows;
        let said: Vec<_> = models
            .iter()
            .map(|model| model.body.summary.clone().unwrap()["sentence"].clone())
            .collect();
        assert_eq!(said.len(), count.min(6) - 4);
        assert_eq!(said.last().unwrap(), "tv brings most");
    }
}
