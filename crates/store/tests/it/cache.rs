//! The cache: the same answers with it, without it, and with a Redis that dies.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use outlay_store::{Cache, CacheKey, CacheOptions, Id, WorkspaceId};

use crate::support::now;

fn key(workspace: WorkspaceId, data: &str, model: &str) -> CacheKey {
    CacheKey::new(workspace, "curves", data, model, &["search"])
}

/// Asks for an answer that depends on the data; says what it is and how often it was computed.
async fn ask(cache: &Cache, key: &CacheKey, answer: &'static str, computed: &AtomicU32) -> Bytes {
    cache
        .get_or_compute(key, || async {
            computed.fetch_add(1, Ordering::Relaxed);
            Ok::<_, ()>(Bytes::from_static(answer.as_bytes()))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn an_answer_is_computed_once_per_version() {
    let cache = Cache::new(&CacheOptions::default(), None).unwrap();
    let workspace = Id::new(now());
    let computed = AtomicU32::new(0);
    for _ in 0..3 {
        assert_eq!(ask(&cache, &key(workspace, "d1", "m1"), "one", &computed).await, "one");
    }
    assert_eq!(ask(&cache, &key(workspace, "d2", "m1"), "two", &computed).await, "two");
    assert_eq!(ask(&cache, &key(workspace, "d1", "m2"), "three", &computed).await, "three");
    assert_eq!(computed.load(Ordering::Relaxed), 3);
    assert_eq!(cache.figures().hits, 2);
    cache.forget(&key(workspace, "d1", "m1")).await;
    ask(&cache, &key(workspace, "d1", "m1"), "one", &computed).await;
    assert_eq!(computed.load(Ordering::Relaxed), 4);
    let failed =
        cache.get_or_compute(&key(workspace, "d9", "m9"), || async { Err::<Bytes, _>("no") }).await;
    assert_eq!(failed, Err("no"));
    assert_eq!(ask(&cache, &key(workspace, "d9", "m9"), "yes", &computed).await, "yes");
}

#[tokio::test]
async fn many_who_ask_at_once_have_it_computed_once() {
    let cache = Cache::new(&CacheOptions::default(), None).unwrap();
    let workspace = Id::new(now());
    let computed = AtomicU32::new(0);
    let versions = key(workspace, "d", "m");
    let slowly = || {
        cache.get_or_compute(&versions, || async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            computed.fetch_add(1, Ordering::Relaxed);
            Ok::<_, ()>(Bytes::from_static(b"one"))
        })
    };
    // One hangs up; the others get their answer all the same.
    let hangs_up = tokio::time::timeout(Duration::from_millis(10), slowly());
    let (gone, one, two, three) = tokio::join!(hangs_up, slowly(), slowly(), slowly());
    assert!(gone.is_err());
    assert_eq!([one.unwrap(), two.unwrap(), three.unwrap()], ["one"; 3]);
    assert_eq!(computed.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn parts_of_a_key_do_not_run_together() {
    let workspace = Id::new(now());
    let one = CacheKey::new(workspace, "q", "ab", "c", &[]);
    let two = CacheKey::new(workspace, "q", "a", "bc", &[]);
    assert_ne!(one, two);
    assert_ne!(one, CacheKey::new(Id::new(now()), "q", "ab", "c", &[]));
}

#[tokio::test]
async fn off_or_with_a_dead_redis_the_answers_are_the_same() {
    let options = CacheOptions { pause: Duration::ZERO, ..CacheOptions::default() };
    let dead = Cache::new(&options, Some("redis://127.0.0.1:1")).unwrap();
    let none = CacheOptions { bytes: 0, ..options };
    for cache in [dead, Cache::off(), Cache::new(&none, None).unwrap()] {
        let computed = AtomicU32::new(0);
        let workspace = Id::new(now());
        for _ in 0..2 {
            assert_eq!(ask(&cache, &key(workspace, "d", "m"), "one", &computed).await, "one");
        }
    }
    assert!(Cache::new(&CacheOptions::default(), Some("not an address")).is_err());
}

#[tokio::test]
async fn two_processes_share_answers_through_redis() {
    let Ok(address) = std::env::var("OUTLAY_TEST_REDIS") else {
        eprintln!("skipped: Redis (set OUTLAY_TEST_REDIS=redis://host:6379)");
        return;
    };
    let open = || {
        let options = CacheOptions { timeout: Duration::from_secs(5), ..CacheOptions::default() };
        Cache::new(&options, Some(&address)).unwrap()
    };
    let (one, two) = (open(), open());
    let workspace = Id::new(now());
    let computed = AtomicU32::new(0);
    let versions = key(workspace, "d", "m");
    assert_eq!(ask(&one, &versions, "one", &computed).await, "one");
    assert_eq!(ask(&two, &versions, "other", &computed).await, "one");
    assert_eq!(two.figures().shared_hits, 1);
    assert_eq!(computed.load(Ordering::Relaxed), 1);
    one.forget(&versions).await;
    assert_eq!(ask(&open(), &versions, "new", &computed).await, "new");
}

/// Passes bytes between a client and the real server, until it is dropped.
async fn proxy(address: &str) -> (String, tokio::task::JoinHandle<()>) {
    let server = address.trim_start_matches("redis://").trim_end_matches('/').to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut pairs = tokio::task::JoinSet::new();
        while let Ok((mut client, _)) = listener.accept().await {
            let server = server.clone();
            pairs.spawn(async move {
                let mut server = tokio::net::TcpStream::connect(server).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (format!("redis://127.0.0.1:{port}"), task)
}

#[tokio::test]
async fn a_redis_that_dies_changes_no_answer() {
    let Ok(address) = std::env::var("OUTLAY_TEST_REDIS") else {
        eprintln!("skipped: Redis (set OUTLAY_TEST_REDIS=redis://host:6379)");
        return;
    };
    let (through, server) = proxy(&address).await;
    let timeout = Duration::from_secs(2);
    let options =
        CacheOptions { bytes: 0, timeout, pause: Duration::ZERO, ..CacheOptions::default() };
    let cache = Cache::new(&options, Some(&through)).unwrap();
    let computed = AtomicU32::new(0);
    let versions = key(Id::new(now()), "d", "m");
    for _ in 0..2 {
        assert_eq!(ask(&cache, &versions, "one", &computed).await, "one");
    }
    assert_eq!((computed.load(Ordering::Relaxed), cache.figures().shared_hits), (1, 1));
    server.abort();
    let _ = server.await;
    assert_eq!(ask(&cache, &versions, "one", &computed).await, "one");
    assert_eq!(computed.load(Ordering::Relaxed), 2);
    assert!(cache.figures().shared_failures >= 1);
}
