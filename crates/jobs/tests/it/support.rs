//! A fresh database per test and engine.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use outlay_core::Money;
use outlay_jobs::{Backoff, WorkerOptions};
use outlay_store::{
    Campaign, Page, RunStatus, Store, StoreAddress, StoreOptions, Workspace, WorkspaceId,
};
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) shop: WorkspaceId,
    folder: Option<TempDir>,
    server: Option<(String, String)>,
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

pub(crate) async fn open(url: &str) -> Store {
    let address: StoreAddress = url.parse().unwrap();
    let options = StoreOptions { pool: 4, ..StoreOptions::default() };
    Store::open(&address, options).await.unwrap()
}

/// Quick ones, so that tests do not wait.
pub(crate) fn options(name: &str) -> WorkerOptions {
    WorkerOptions {
        name: name.to_owned(),
        lease: Duration::from_secs(30),
        heartbeat: Duration::from_millis(20),
        poll: Duration::from_millis(20),
        progress: Duration::from_millis(20),
        backoff: Backoff { first: 5.0, longest: 60.0, jitter: 0.0 },
        ..WorkerOptions::default()
    }
}

/// An effect that must happen once: a campaign under this name.
pub(crate) fn effect(name: &str) -> Campaign {
    Campaign {
        name: name.to_owned(),
        source: "test".to_owned(),
        external_id: None,
        budget: Money::new(0, "EUR".parse().unwrap()),
        start_date: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        end_date: None,
        status: RunStatus::Draft,
    }
}

/// The names of all effects.
pub(crate) async fn effects(store: &Store, shop: WorkspaceId) -> Vec<String> {
    let found = store.workspace(shop).campaigns().list(Page::default()).await.unwrap();
    found.rows.into_iter().map(|row| row.body.name).collect()
}

impl Fresh {
    async fn new(url: String, folder: Option<TempDir>, server: Option<(String, String)>) -> Self {
        let store = open(&url).await;
        store.migrate(now()).await.unwrap();
        let shop = Workspace {
            name: "Shop".to_owned(),
            currency: "EUR".parse().unwrap(),
            time_zone: "Europe/Berlin".to_owned(),
        };
        let shop = store.workspaces().create(shop, now()).await.unwrap().id;
        Self { store, url, shop, folder, server }
    }

    async fn end(self) {
        self.store.close().await.unwrap();
        drop(self.folder);
        if let Some((server, name)) = self.server {
            let admin = Database::connect(&server).await.unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            admin.execute_unprepared(&sql).await.unwrap();
            admin.close().await.unwrap();
        }
    }
}

/// Runs a story on a fresh, migrated store of each engine.
pub(crate) async fn on_both(story: impl AsyncFn(&Fresh)) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("outlay.db").display());
    let fresh = Fresh::new(url, Some(folder), None).await;
    story(&fresh).await;
    fresh.end().await;
    let Ok(server) = std::env::var("OUTLAY_TEST_POSTGRES") else {
        eprintln!("skipped: PostgreSQL (set OUTLAY_TEST_POSTGRES=postgres://…/database)");
        return;
    };
    let name = format!("outlay_{}", uuid::Uuid::now_v7().simple());
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let fresh = Fresh::new(url, None, Some((server, name))).await;
    story(&fresh).await;
    fresh.end().await;
}
