//! Slow statements are logged, without the values that were bound.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use outlay_store::{Store, StoreAddress, StoreOptions};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::now;

/// Keeps what is logged as slow.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<Vec<String>>>);

impl Subscriber for Slow {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "outlay_store::slow"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        struct Text(String);
        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                self.0 += &format!("{field}={value:?} ");
            }
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_slow_statement_is_logged_without_its_values() {
    for (slow, logged) in [(Duration::ZERO, true), (Duration::from_secs(3600), false)] {
        let folder = tempfile::tempdir().unwrap();
        let address = StoreAddress::file(folder.path().join("outlay.db"));
        let options = StoreOptions { slow, ..StoreOptions::default() };
        let store = Store::open(&address, options).await.unwrap();
        store.migrate(now()).await.unwrap();
        let log = Slow::default();
        let guard = tracing::subscriber::set_default(log.clone());
        store.users().by_email("ada@example.com").await.unwrap();
        drop(guard);
        let lines = log.0.lock().unwrap().clone();
        assert_eq!(!lines.is_empty(), logged, "{lines:?}");
        let named = |line: &String| line.contains("select users") && !line.contains("WHERE");
        assert!(lines.iter().all(|line| named(line) && !line.contains("ada@")), "{lines:?}");
    }
}
