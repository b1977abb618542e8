//! Migrations: forth, back, together, interrupted, tampered with, from the future.

use outlay_store::{Engine, SchemaError, Store, StoreError, checksums};
use sea_orm::ConnectionTrait;

use crate::support::{Fresh, later, now, on_both, on_both_empty, workspace};

/// What was released is never edited. A new migration adds a line; no line ever changes.
const RELEASED: [(&str, &str); 6] = [
    ("0001_identity", "ba7e8523012fa632"),
    ("0002_marketing", "ef8d0ec20fa74d45"),
    ("0003_operations", "c98dda44790d233a"),
    ("0004_contract", "bbef78e2818be1f4"),
    ("0005_traces", "c0e1e13efebc9869"),
    ("0006_outlines", "9c8a2cc2f929a5c2"),
];

#[test]
fn released_migrations_are_never_edited() {
    let ours: Vec<_> = checksums();
    let ours: Vec<_> = ours.iter().map(|(name, sum)| (*name, &sum[..16])).collect();
    assert_eq!(ours, RELEASED, "add a migration instead of editing one");
}

#[tokio::test(flavor = "multi_thread")]
async fn up_down_and_up_again() {
    on_both_empty(async |fresh| {
        let store = &fresh.store;
        let behind = store.require_schema().await;
        let all = RELEASED.len();
        assert!(
            matches!(&behind, Err(StoreError::Schema(SchemaError::Behind { behind })) if *behind == all),
            "{behind:?}"
        );
        assert_eq!(store.migrate(now()).await.unwrap().applied.len(), all);
        assert_eq!(store.migrate(now()).await.unwrap().applied.len(), 0, "twice is no change");
        store.require_schema().await.unwrap();
        let before = objects(fresh).await;
        workspace(store, "Shop").await;
        assert_eq!(store.migrate_to(0, now()).await.unwrap().reverted.len(), all);
        assert_eq!(objects(fresh).await, ["schema_migrations"]);
        store.migrate(now()).await.unwrap();
        assert_eq!(objects(fresh).await, before);
        assert_eq!(store.workspaces().count().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_start_together_do_it_once() {
    on_both_empty(async |fresh| {
        let other = fresh.again().await;
        let (one, two) = tokio::join!(fresh.store.migrate(now()), other.migrate(later(1)));
        let (one, two) = (one.unwrap().applied, two.unwrap().applied);
        assert_eq!(one.len() + two.len(), RELEASED.len(), "{one:?} and {two:?}");
        fresh.store.require_schema().await.unwrap();
        other.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_migration_is_refused() {
    on_both(async |fresh| {
        let raw = fresh.raw().await;
        let sql = "UPDATE schema_migrations SET checksum = 'x' WHERE position = 2";
        raw.execute_unprepared(sql).await.unwrap();
        for outcome in [fresh.store.require_schema().await, migrate(&fresh.store).await] {
            match outcome {
                Err(error @ StoreError::Schema(SchemaError::Tampered { .. })) => {
                    assert!(error.to_string().contains("0002_marketing"), "{error}");
                    assert_eq!(error.code(), "store.schema_tampered");
                }
                other => panic!("{other:?}"),
            }
        }
        raw.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_from_the_future_or_from_elsewhere_is_refused() {
    on_both(async |fresh| {
        let raw = fresh.raw().await;
        let next = outlay_store::checksums().len() + 1;
        raw.execute_unprepared(&format!(
            "INSERT INTO schema_migrations (position, name, checksum, applied_at)
             VALUES ({next}, '000{next}_later', 'x', '2030-01-01T00:00:00+00:00')"
        ))
        .await
        .unwrap();
        let future = migrate(&fresh.store).await;
        assert!(
            matches!(future, Err(StoreError::Schema(SchemaError::Future { .. }))),
            "{future:?}"
        );
        raw.execute_unprepared("UPDATE schema_migrations SET name = 'else' WHERE position = 1")
            .await
            .unwrap();
        let unknown = migrate(&fresh.store).await;
        assert!(
            matches!(unknown, Err(StoreError::Schema(SchemaError::Unknown { .. }))),
            "{unknown:?}"
        );
        raw.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_half_way_leaves_nothing_and_is_tried_again() {
    on_both_empty(async |fresh| {
        fresh.store.migrate_to(2, now()).await.unwrap();
        // Something is in the way of the third migration's last table.
        let raw = fresh.raw().await;
        raw.execute_unprepared("CREATE TABLE alerts (id INT)").await.unwrap();
        let before = objects(fresh).await;
        assert!(fresh.store.migrate(now()).await.is_err());
        assert_eq!(objects(fresh).await, before);
        raw.execute_unprepared("DROP TABLE alerts").await.unwrap();
        let rest = outlay_store::checksums().len() - 2;
        assert_eq!(fresh.store.migrate(now()).await.unwrap().applied.len(), rest);
        raw.close().await.unwrap();
    })
    .await;
}

async fn migrate(store: &Store) -> outlay_store::Result<()> {
    store.migrate(now()).await.map(|_| ())
}

/// All tables, views and indices.
pub(crate) async fn objects(fresh: &Fresh) -> Vec<String> {
    let raw = fresh.raw().await;
    let sql = match fresh.store.engine() {
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT CAST(relname AS TEXT) AS name FROM pg_class
             WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'v', 'i')
               AND relname NOT LIKE 'schema_migrations_%' ORDER BY 1"
        }
    };
    let statement = sea_orm::Statement::from_string(raw.get_database_backend(), sql);
    let rows = raw.query_all_raw(statement).await.unwrap();
    raw.close().await.unwrap();
    rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
}
