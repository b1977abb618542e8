//! What handlers may rely on: retries, progress, logs, stopping, shutting down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use outlay_jobs::{Clock, Handlers, JobError, ManualClock, Worker};
use outlay_store::{Id, Job, JobState, LogLevel, NewJob, RunState};
use serde_json::{Value as Json, json};

use crate::support::{Fresh, effect, effects, now, on_both, options};

async fn queue(fresh: &Fresh, kind: &str, attempts_max: u32) -> Id<Job> {
    let new = NewJob { attempts_max, ..NewJob::new(kind, json!({"n": 3})) };
    fresh.store.workspace(fresh.shop).jobs().enqueue(new, now()).await.unwrap().into_job().id
}

fn worker(fresh: &Fresh, handlers: Handlers, clock: &Arc<ManualClock>) -> Worker {
    Worker::new(fresh.store.clone(), handlers, Arc::clone(clock) as Arc<dyn Clock>, options("w"))
}

async fn job(fresh: &Fresh, id: Id<Job>) -> Job {
    fresh.store.workspace(fresh.shop).jobs().get(id).await.unwrap().body
}

/// Waits until a job is in a state, as a page would.
async fn until(fresh: &Fresh, id: Id<Job>, met: impl Fn(&Job) -> bool) -> Job {
    for _ in 0..1000 {
        let job = job(fresh, id).await;
        if met(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the job never got there: {:?}", job(fresh, id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_reports_and_finishes() {
    on_both(async |fresh| {
        let clock = Arc::new(ManualClock::new(now()));
        let mut handlers = Handlers::new();
        handlers.add_blocking("fit", |context| {
            context.log(LogLevel::Info, "sampling");
            context.progress_with(0.5, "half", json!({"chains": 4}));
            std::thread::sleep(Duration::from_millis(150));
            context.log(LogLevel::Warn, "one divergence");
            context.progress(0.9, "nearly");
            Ok(json!({"n": context.payload()["n"]}))
        });
        let id = queue(fresh, "fit", 1).await;
        assert_eq!(worker(fresh, handlers, &clock).run_until_idle().await.unwrap(), 1);
        let done = job(fresh, id).await;
        assert_eq!((done.state, done.progress), (JobState::Succeeded, 1.0));
        assert_eq!(done.result, Some(json!({"n": 3})));
        let jobs = fresh.store.workspace(fresh.shop).jobs();
        let lines: Vec<_> = jobs.logs(id, 0).await.unwrap().into_iter().map(|l| l.line).collect();
        assert_eq!(lines, ["sampling", "one divergence"]);
        let events = fresh.store.workspace(fresh.shop).events().after(0).await.unwrap().events;
        let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
        // How many reports are written depends on the machine; the last word always is.
        assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("started", "succeeded"));
        assert_eq!(events[events.len() - 2].payload["message"], "nearly");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_attempt_waits_and_a_hopeless_one_does_not() {
    on_both(async |fresh| {
        let clock = Arc::new(ManualClock::new(now()));
        let tries = Arc::new(AtomicU32::new(0));
        let mut handlers = Handlers::new();
        let counted = Arc::clone(&tries);
        handlers.add("flaky", move |_| {
            let attempt = counted.fetch_add(1, Ordering::Relaxed) + 1;
            async move {
                let io = std::io::Error::other("429");
                if attempt < 3 { Err(JobError::retry(io)) } else { Ok(json!(attempt)) }
            }
        });
        handlers.add("hopeless", async |_| Err(JobError::fatal(std::io::Error::other("no data"))));
        handlers.add_blocking("broken", |context| {
            Ok(context.payload()["n"].as_array().unwrap()[0].clone())
        });
        let worker = worker(fresh, handlers, &clock);
        let flaky = queue(fresh, "flaky", 3).await;
        let hopeless = queue(fresh, "hopeless", 3).await;
        let broken = queue(fresh, "broken", 3).await;
        worker.run_until_idle().await.unwrap();
        let waits = job(fresh, flaky).await;
        assert_eq!((waits.state, waits.run_at), (JobState::Queued, now() + TimeDelta::seconds(5)));
        for (id, what) in [(hopeless, "no data"), (broken, "panicked")] {
            let failed = job(fresh, id).await;
            assert_eq!((failed.state, failed.attempts), (JobState::Failed, 1));
            assert!(failed.error.as_ref().unwrap().contains(what), "{failed:?}");
        }
        clock.advance(TimeDelta::seconds(5));
        worker.run_until_idle().await.unwrap();
        assert_eq!(job(fresh, flaky).await.run_at, now() + TimeDelta::seconds(15));
        clock.advance(TimeDelta::seconds(10));
        worker.run_until_idle().await.unwrap();
        let done = job(fresh, flaky).await;
        assert_eq!((done.state, done.result), (JobState::Succeeded, Some(json!(3))));
        let runs = fresh.store.workspace(fresh.shop).jobs().runs(flaky).await.unwrap();
        let states: Vec<_> = runs.iter().map(|run| run.state).collect();
        assert_eq!(states, [RunState::Failed, RunState::Failed, RunState::Succeeded]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_stops_a_running_job() {
    on_both(async |fresh| {
        let clock = Arc::new(ManualClock::new(now()));
        let mut handlers = Handlers::new();
        handlers.add_blocking("fit", |context| {
            loop {
                context.check()?;
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let id = queue(fresh, "fit", 3).await;
        let (shutdown, task) = worker(fresh, handlers, &clock).start();
        until(fresh, id, |job| job.state == JobState::Running).await;
        fresh.store.workspace(fresh.shop).jobs().cancel(id, now()).await.unwrap();
        until(fresh, id, |job| job.state == JobState::Cancelled).await;
        shutdown.now();
        task.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_shuts_down_gives_its_job_back() {
    on_both(async |fresh| {
        let clock = Arc::new(ManualClock::new(now()));
        let mut handlers = Handlers::new();
        handlers.add_blocking("fit", |context| {
            loop {
                context.check()?;
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let id = queue(fresh, "fit", 1).await;
        let (shutdown, task) = worker(fresh, handlers, &clock).start();
        until(fresh, id, |job| job.state == JobState::Running).await;
        shutdown.now();
        task.await.unwrap();
        let back = job(fresh, id).await;
        assert_eq!((back.state, back.attempts), (JobState::Queued, 0));
        let mut handlers = Handlers::new();
        handlers.add("fit", async |_| Ok(Json::Null));
        worker(fresh, handlers, &clock).run_until_idle().await.unwrap();
        assert_eq!(job(fresh, id).await.state, JobState::Succeeded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn effects_and_completion_happen_together() {
    on_both(async |fresh| {
        let clock = Arc::new(ManualClock::new(now()));
        let shop = fresh.shop;
        let mut handlers = Handlers::new();
        handlers.add("apply", move |context| async move {
            context
                .complete_with(json!("applied"), move |transaction| {
                    Box::pin(async move {
                        let campaigns = transaction.workspace(shop).campaigns();
                        campaigns.create(effect("applied"), now()).await.map(|_| ())
                    })
                })
                .await
        });
        let id = queue(fresh, "apply", 1).await;
        worker(fresh, handlers, &clock).run_until_idle().await.unwrap();
        let done = job(fresh, id).await;
        assert_eq!((done.state, done.result), (JobState::Succeeded, Some(json!("applied"))));
        assert_eq!(effects(&fresh.store, shop).await, ["applied"]);
    })
    .await;
}
