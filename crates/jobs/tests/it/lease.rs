//! A worker that was thought dead comes back: it writes nothing.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use outlay_jobs::{Clock, Handlers, ManualClock, Worker};
use outlay_store::{JobState, NewJob, RunState};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{effect, effects, now, on_both, options};

#[tokio::test(flavor = "multi_thread")]
async fn a_late_worker_changes_nothing() {
    on_both(async |fresh| {
        let clock = Arc::new(ManualClock::new(now()));
        let shop = fresh.shop;
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handlers = |who: &'static str, wait: Option<(Arc<Notify>, Arc<Notify>)>| {
            let mut handlers = Handlers::new();
            handlers.add("apply", move |context| {
                let wait = wait.clone();
                async move {
                    if let Some((begun, go_on)) = wait {
                        begun.notify_one();
                        go_on.notified().await;
                    }
                    context
                        .complete_with(json!(who), move |transaction| {
                            Box::pin(async move {
                                let campaigns = transaction.workspace(shop).campaigns();
                                campaigns.create(effect(who), now()).await.map(|_| ())
                            })
                        })
                        .await
                }
            });
            handlers
        };
        let new = NewJob { attempts_max: 2, ..NewJob::new("apply", json!({})) };
        let jobs = fresh.store.workspace(shop).jobs();
        let id = jobs.enqueue(new, now()).await.unwrap().into_job().id;
        let make = |name: &str, handlers: Handlers, heartbeat: Duration| {
            let mut options = options(name);
            options.heartbeat = heartbeat;
            Worker::new(
                fresh.store.clone(),
                handlers,
                Arc::clone(&clock) as Arc<dyn Clock>,
                options,
            )
        };
        // The first worker is too busy for a sign of life.
        let waiting = handlers("late", Some((Arc::clone(&begun), Arc::clone(&go_on))));
        let (shutdown, late) = make("late", waiting, Duration::from_secs(3600)).start();
        begun.notified().await;
        clock.advance(TimeDelta::seconds(31));
        let second = make("second", handlers("second", None), Duration::from_millis(20));
        assert_eq!(second.run_until_idle().await.unwrap(), 1);
        go_on.notify_one();
        tokio::time::sleep(Duration::from_millis(100)).await;
        shutdown.now();
        late.await.unwrap();

        let done = jobs.get(id).await.unwrap().body;
        assert_eq!((done.state, done.result), (JobState::Succeeded, Some(json!("second"))));
        assert_eq!(effects(&fresh.store, shop).await, ["second"]);
        let states: Vec<_> = jobs.runs(id).await.unwrap().iter().map(|run| run.state).collect();
        assert_eq!(states, [RunState::Lost, RunState::Succeeded]);
    })
    .await;
}
