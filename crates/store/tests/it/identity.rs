//! People, sessions, tokens, settings, events, idempotency: each stays in its workspace.

use outlay_store::{
    ApiToken, Claim, Id, NewSession, Page, Role, Store, StoreError, Stored, TokenHash, User,
};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::{campaign, later, now, on_both, workspace};

async fn user(store: &Store, email: &str) -> Stored<User> {
    let body = User { email: email.to_owned(), name: "Ada".to_owned(), disabled: false };
    store.users().create(body, now()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_have_a_role_per_workspace() {
    on_both(async |fresh| {
        let store = &fresh.store;
        let (shop, other) = (workspace(store, "Shop").await, workspace(store, "Other").await);
        let ada = user(store, "ada@example.com").await;
        store.users().set_password(ada.id, Some("$argon2id$x"), now()).await.unwrap();
        assert_eq!(store.users().password(ada.id).await.unwrap().unwrap(), "$argon2id$x");
        let found = store.users().by_email(" ADA@example.com").await.unwrap().unwrap();
        assert_eq!(found.id, ada.id);
        assert!(!serde_json::to_string(&found).unwrap().contains("argon2"));
        let members = store.workspace(shop).members();
        members.set(ada.id, Role::Analyst, now()).await.unwrap();
        members.set(ada.id, Role::Admin, now()).await.unwrap();
        assert_eq!(members.role(ada.id).await.unwrap(), Some(Role::Admin));
        assert_eq!(store.workspace(other).members().role(ada.id).await.unwrap(), None);
        assert_eq!(store.users().memberships(ada.id).await.unwrap().len(), 1);
        assert!(members.remove(ada.id).await.unwrap());
        store.users().link_identity(ada.id, "https://id", "7", now()).await.unwrap();
        let linked = store.users().by_identity("https://id", "7").await.unwrap().unwrap();
        assert_eq!(linked.id, ada.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_found_by_its_hash_while_it_lasts() {
    on_both(async |fresh| {
        let store = &fresh.store;
        let shop = workspace(store, "Shop").await;
        let ada = user(store, "ada@example.com").await;
        let hash = TokenHash::of("session-secret");
        let new = NewSession {
            user_id: ada.id,
            token: hash.clone(),
            csrf: TokenHash::of("csrf-secret"),
            expires_at: later(600),
            address: None,
            agent: None,
        };
        let session = store.sessions().open(new, now()).await.unwrap();
        for (at, noted) in [(30, 0), (90, 90), (91, 90)] {
            let seen = store.sessions().by_token(&hash, later(at)).await.unwrap().unwrap();
            assert_eq!((seen.id, seen.seen_at), (session.id, later(noted)));
        }
        assert!(store.sessions().by_token(&hash, later(600)).await.unwrap().is_none());
        assert!(store.sessions().by_token(&TokenHash::of("x"), now()).await.unwrap().is_none());
        let token = ApiToken {
            user_id: ada.id,
            name: "nightly".to_owned(),
            prefix: "out_ab".to_owned(),
            token_hash: TokenHash::of("api-secret"),
            role: Role::Viewer,
            expires_at: None,
            seen_at: None,
            revoked_at: None,
        };
        let token = store.workspace(shop).api_tokens().create(token, now()).await.unwrap();
        let bearer = store.bearers().by_token(&TokenHash::of("api-secret"), now()).await.unwrap();
        assert_eq!(bearer.unwrap().workspace_id, shop);
        assert!(store.workspace(shop).api_tokens().revoke(token.id, now()).await.unwrap());
        let bearer = store.bearers().by_token(&TokenHash::of("api-secret"), now()).await.unwrap();
        assert!(bearer.is_none());
        // Nobody who reads the database finds a secret.
        let raw = fresh.raw().await;
        for table in ["sessions", "api_tokens"] {
            let sql = format!("SELECT token_hash AS hash FROM {table}");
            let statement = sea_orm::Statement::from_string(raw.get_database_backend(), sql);
            let row = raw.query_one_raw(statement).await.unwrap().unwrap();
            assert!(!row.try_get::<String>("", "hash").unwrap().contains("secret"));
        }
        raw.close().await.unwrap();
        let mut disabled = store.users().get(ada.id).await.unwrap();
        disabled.body.disabled = true;
        store.users().update(disabled, now()).await.unwrap();
        assert!(store.sessions().by_token(&hash, later(1)).await.unwrap().is_none());
        assert_eq!(store.sessions().revoke_all(ada.id, now()).await.unwrap(), 1);
        assert_eq!(store.sweep(later(601)).await.unwrap().sessions, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_workspace_reaches_into_another() {
    on_both(async |fresh| {
        let store = &fresh.store;
        let (mine, theirs) = (workspace(store, "Mine").await, workspace(store, "Theirs").await);
        let secret =
            store.workspace(theirs).campaigns().create(campaign("secret"), now()).await.unwrap();
        let campaigns = store.workspace(mine).campaigns();
        assert!(matches!(campaigns.get(secret.id).await, Err(StoreError::NotFound { .. })));
        assert!(campaigns.list(Page::default()).await.unwrap().rows.is_empty());
        let update = campaigns.update(secret.clone(), now()).await;
        assert!(matches!(update, Err(StoreError::NotFound { .. })), "{update:?}");
        let delete = campaigns.delete(secret.id, 1).await;
        assert!(matches!(delete, Err(StoreError::NotFound { .. })), "{delete:?}");
        // Nor can a row of one refer to a row of the other.
        let arm = crate::support::arm(&secret);
        let refused = store.workspace(mine).arms().create(arm, now()).await;
        assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
        let none = store.workspace(mine).jobs().get(Id::new(now())).await;
        assert!(matches!(none, Err(StoreError::NotFound { .. })));
        assert_eq!(store.workspace(theirs).campaigns().get(secret.id).await.unwrap(), secret);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_leaves_a_trace() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        for value in [Some(json!(0.1)), Some(json!(0.2)), None] {
            shop.settings().set("plan.gap", value, None, None, now()).await.unwrap();
        }
        assert!(shop.settings().list().await.unwrap().is_empty());
        let changes = shop.config_changes().list(Page::default()).await.unwrap().rows;
        assert_eq!(changes.len(), 3);
        assert!(changes.iter().any(|change| change.body.before == Some(json!(0.2))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_resumes_without_a_hole_though_many_publish() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let writers = (0..8).map(|writer| {
            let store = fresh.store.clone();
            tokio::spawn(async move {
                for number in 0..10 {
                    let payload = json!({"writer": writer, "number": number});
                    let events = store.workspace(id).events();
                    events.publish("jobs", "progress", payload, now()).await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let events = fresh.store.workspace(id).events();
        let all = events.after(0).await.unwrap();
        let numbers: Vec<i64> = all.events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
        assert!(!all.gap);
        assert_eq!(events.after(78).await.unwrap().events.len(), 2);
        let week = 7 * 86_400;
        assert_eq!(fresh.store.sweep(later(week)).await.unwrap().events, 0);
        assert_eq!(fresh.store.sweep(later(week + 1)).await.unwrap().events, 80);
        assert!(events.after(78).await.unwrap().gap, "what is gone is told");
        assert!(!events.after(80).await.unwrap().gap);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_the_first_answer() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let keys = fresh.store.workspace(id).idempotency();
        assert_eq!(keys.claim("k", b"body", now()).await.unwrap(), Claim::New);
        assert_eq!(keys.claim("k", b"body", now()).await.unwrap(), Claim::Running);
        keys.complete("k", 201, json!({"id": 1})).await.unwrap();
        let again = keys.claim("k", b"body", later(60)).await.unwrap();
        assert_eq!(again, Claim::Done { status: 201, response: json!({"id": 1}) });
        let other = keys.claim("k", b"other", now()).await;
        assert!(matches!(other, Err(StoreError::KeyReused)), "{other:?}");
        assert_eq!(keys.claim("k", b"other", later(2 * 86_400)).await.unwrap(), Claim::New);
        keys.release("k").await.unwrap();
        assert_eq!(keys.claim("k", b"body", now()).await.unwrap(), Claim::New);
        assert_eq!(fresh.store.sweep(later(86_400)).await.unwrap().keys, 1);
    })
    .await;
}
