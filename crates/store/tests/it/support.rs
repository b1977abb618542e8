//! A fresh database per test and engine, and what tests put into it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use outlay_core::Money;
use outlay_store::{
    Arm, Campaign, Engine, RunStatus, Store, StoreAddress, StoreOptions, Stored, Workspace,
    WorkspaceId,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

/// A store on a database of its own, which vanishes with it.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) address: StoreAddress,
    url: String,
    folder: Option<TempDir>,
    server: Option<(String, String)>,
}

/// Tests are over quickly: few connections each, so that many fit on one server.
pub(crate) fn options() -> StoreOptions {
    StoreOptions { pool: 4, ..StoreOptions::default() }
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

pub(crate) fn later(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

pub(crate) fn day(number: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + TimeDelta::days(number)
}

pub(crate) fn euros(units: i64) -> Money {
    Money::new(units * 1_000_000, "EUR".parse().unwrap())
}

impl Fresh {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("outlay.db");
        let url = format!("sqlite://{}", path.display());
        Self::open(url, Some(folder), None).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("OUTLAY_TEST_POSTGRES") else {
            eprintln!("skipped: PostgreSQL (set OUTLAY_TEST_POSTGRES=postgres://…/database)");
            return None;
        };
        let name = format!("outlay_{}", uuid::Uuid::now_v7().simple());
        let admin = Database::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        admin.close().await.unwrap();
        let (host, _) = server.rsplit_once('/').unwrap();
        let url = format!("{host}/{name}");
        Some(Self::open(url, None, Some((server, name))).await)
    }

    async fn open(url: String, folder: Option<TempDir>, server: Option<(String, String)>) -> Self {
        let address: StoreAddress = url.parse().unwrap();
        let store = Store::open(&address, options()).await.unwrap();
        Self { store, address, url, folder, server }
    }

    /// Another program on the same database.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.unwrap()
    }

    pub(crate) async fn again(&self) -> Store {
        Store::open(&self.address, options()).await.unwrap()
    }

    pub(crate) async fn end(self) {
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
    let fresh = Fresh::sqlite().await;
    fresh.store.migrate(now()).await.unwrap();
    story(&fresh).await;
    fresh.end().await;
    if let Some(fresh) = Fresh::postgres().await {
        fresh.store.migrate(now()).await.unwrap();
        assert_eq!(fresh.store.engine(), Engine::Postgres);
        story(&fresh).await;
        fresh.end().await;
    }
}

/// Runs a story on an empty database of each engine.
pub(crate) async fn on_both_empty(story: impl AsyncFn(&Fresh)) {
    let fresh = Fresh::sqlite().await;
    story(&fresh).await;
    fresh.end().await;
    if let Some(fresh) = Fresh::postgres().await {
        story(&fresh).await;
        fresh.end().await;
    }
}

pub(crate) async fn workspace(store: &Store, name: &str) -> WorkspaceId {
    let body = Workspace {
        name: name.to_owned(),
        currency: "EUR".parse().unwrap(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    store.workspaces().create(body, now()).await.unwrap().id
}

pub(crate) fn campaign(name: &str) -> Campaign {
    Campaign {
        name: name.to_owned(),
        source: "google_ads:1".to_owned(),
        external_id: Some(name.to_owned()),
        budget: euros(100),
        start_date: day(0),
        end_date: None,
        status: RunStatus::Active,
    }
}

pub(crate) fn arm(campaign: &Stored<Campaign>) -> Arm {
    Arm {
        campaign_id: campaign.id,
        platform: "google_ads".to_owned(),
        channel: "search".to_owned(),
        creative: None,
        external_id: None,
        bid: Some(euros(1)),
        status: RunStatus::Active,
    }
}
