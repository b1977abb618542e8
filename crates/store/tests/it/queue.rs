//! The queue's promises, seen from the tables: one holder at a time, fenced writes, one job per key.

use outlay_store::{Enqueued, JobState, LogLevel, NewJob, RunState, StoreError, WorkspaceId};
use serde_json::json;

use crate::support::{Fresh, later, now, on_both, workspace};

fn kinds() -> Vec<String> {
    vec!["fit".to_owned()]
}

async fn queued(
    fresh: &Fresh,
    shop: WorkspaceId,
    new: NewJob,
) -> outlay_store::Id<outlay_store::Job> {
    fresh.store.workspace(shop).jobs().enqueue(new, now()).await.unwrap().into_job().id
}

#[tokio::test(flavor = "multi_thread")]
async fn the_urgent_goes_first_and_the_future_waits() {
    on_both(async |fresh| {
        let shop = workspace(&fresh.store, "Shop").await;
        let mut tomorrow = NewJob::new("fit", json!({}));
        tomorrow.run_at = Some(later(86_400));
        let tomorrow = queued(fresh, shop, tomorrow).await;
        let plain = queued(fresh, shop, NewJob::new("fit", json!({}))).await;
        let mut urgent = NewJob::new("fit", json!({}));
        urgent.priority = 5;
        let urgent = queued(fresh, shop, urgent).await;
        queued(fresh, shop, NewJob::new("other", json!({}))).await;
        let queue = fresh.store.queue();
        let mut order = Vec::new();
        for at in [1, 2, 3, 86_401] {
            let claimed = queue.claim("w", &kinds(), later(200_000), later(at)).await.unwrap();
            order.push(claimed.map(|claimed| claimed.job.id));
        }
        assert_eq!(order, [Some(urgent), Some(plain), None, Some(tomorrow)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_holder_loses_its_job_once_and_can_write_no_more() {
    on_both(async |fresh| {
        let shop = workspace(&fresh.store, "Shop").await;
        let mut new = NewJob::new("fit", json!({"model": 1}));
        new.attempts_max = 2;
        let job = queued(fresh, shop, new).await;
        let queue = fresh.store.queue();
        let first = queue.claim("first", &kinds(), later(30), now()).await.unwrap().unwrap();
        assert_eq!((first.lease.fence, first.taken_over), (1, false));
        queue.log(&first.lease, LogLevel::Info, "begun", now()).await.unwrap();
        let pulse = queue.heartbeat(&first.lease, later(60), later(20)).await.unwrap();
        assert!(!pulse.cancel_requested);
        assert!(queue.claim("second", &kinds(), later(90), later(59)).await.unwrap().is_none());

        let second = queue.claim("second", &kinds(), later(120), later(61)).await.unwrap().unwrap();
        assert_eq!((second.lease.fence, second.taken_over), (2, true));
        assert!(queue.claim("third", &kinds(), later(120), later(62)).await.unwrap().is_none());

        let old = &first.lease;
        let late = later(63);
        for refused in [
            queue.progress(old, 0.5, None, None, late).await,
            queue.log(old, LogLevel::Info, "still here", late).await,
            queue.complete(old, json!("old"), late).await,
            queue.fail(old, "x", Some(late), late).await,
            queue.stopped(old, late).await,
            queue.give_back(old, late).await,
            queue.heartbeat(old, later(99), late).await.map(|_| ()),
        ] {
            assert!(matches!(refused, Err(StoreError::Fenced { fence: 1, .. })), "{refused:?}");
        }
        queue.complete(&second.lease, json!("new"), late).await.unwrap();
        let jobs = fresh.store.workspace(shop).jobs();
        let done = jobs.get(job).await.unwrap().body;
        assert_eq!((done.state, done.result), (JobState::Succeeded, Some(json!("new"))));
        let runs = jobs.runs(job).await.unwrap();
        let states: Vec<_> = runs.iter().map(|run| run.state).collect();
        assert_eq!(states, [RunState::Lost, RunState::Succeeded]);
        assert_eq!(jobs.logs(job, 0).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_workers_all_fall_silent_is_given_up() {
    on_both(async |fresh| {
        let shop = workspace(&fresh.store, "Shop").await;
        let job = queued(fresh, shop, NewJob::new("fit", json!({}))).await;
        let queue = fresh.store.queue();
        queue.claim("w", &kinds(), later(30), now()).await.unwrap().unwrap();
        assert!(queue.claim("w", &kinds(), later(90), later(31)).await.unwrap().is_none());
        let lost = fresh.store.workspace(shop).jobs().get(job).await.unwrap().body;
        assert_eq!(lost.state, JobState::Failed);
        assert!(lost.error.unwrap().contains("silent"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_queued_once_while_it_waits_or_runs() {
    on_both(async |fresh| {
        let shop = workspace(&fresh.store, "Shop").await;
        let mut new = NewJob::new("fit", json!({}));
        new.unique_key = Some("fit:1".to_owned());
        let tries = (0..6).map(|_| {
            let (store, new) = (fresh.store.clone(), new.clone());
            tokio::spawn(
                async move { store.workspace(shop).jobs().enqueue(new, now()).await.unwrap() },
            )
        });
        let mut made = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            made.push(attempt.await.unwrap());
        }
        assert_eq!(made.iter().filter(|one| matches!(one, Enqueued::New(_))).count(), 1);
        let job = made.remove(0).into_job().id;
        assert!(made.into_iter().all(|other| other.into_job().id == job));
        let queue = fresh.store.queue();
        let held = queue.claim("w", &kinds(), later(30), now()).await.unwrap().unwrap();
        queue.complete(&held.lease, json!(null), now()).await.unwrap();
        let again = fresh.store.workspace(shop).jobs().enqueue(new, now()).await.unwrap();
        assert!(matches!(again, Enqueued::New(_)), "over, so the key is free");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_queued_exactly_when_its_transaction_commits() {
    on_both(async |fresh| {
        let shop = workspace(&fresh.store, "Shop").await;
        for commits in [false, true] {
            let transaction = fresh.store.begin().await.unwrap();
            let jobs = transaction.workspace(shop).jobs();
            jobs.enqueue(NewJob::new("fit", json!({})), now()).await.unwrap();
            if commits {
                transaction.commit().await.unwrap();
            } else {
                transaction.rollback().await.unwrap();
            }
            let claimed = fresh.store.queue().claim("w", &kinds(), later(30), now()).await.unwrap();
            assert_eq!(claimed.is_some(), commits);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_and_failing() {
    on_both(async |fresh| {
        let shop = workspace(&fresh.store, "Shop").await;
        let jobs = fresh.store.workspace(shop).jobs();
        let waiting = queued(fresh, shop, NewJob::new("fit", json!({}))).await;
        let stopped = jobs.cancel(waiting, now()).await.unwrap();
        assert_eq!(stopped.body.state, JobState::Cancelled);
        assert_eq!(stopped.body.finished_at, Some(now()));

        let mut new = NewJob::new("fit", json!({}));
        new.attempts_max = 2;
        let job = queued(fresh, shop, new).await;
        let queue = fresh.store.queue();
        let held = queue.claim("w", &kinds(), later(30), now()).await.unwrap().unwrap();
        queue.fail(&held.lease, "no", Some(later(10)), now()).await.unwrap();
        let body = jobs.get(job).await.unwrap().body;
        assert_eq!((body.state, body.run_at), (JobState::Queued, later(10)));
        let held = queue.claim("w", &kinds(), later(30), later(10)).await.unwrap().unwrap();
        let asked = jobs.cancel(job, later(11)).await.unwrap();
        assert_eq!(asked.body.state, JobState::Running);
        let pulse = queue.heartbeat(&held.lease, later(60), later(12)).await.unwrap();
        assert!(pulse.cancel_requested);
        queue.stopped(&held.lease, later(13)).await.unwrap();
        assert_eq!(jobs.get(job).await.unwrap().body.state, JobState::Cancelled);

        let job = queued(fresh, shop, NewJob::new("fit", json!({}))).await;
        let held = queue.claim("w", &kinds(), later(30), now()).await.unwrap().unwrap();
        queue.fail(&held.lease, "no", Some(later(10)), now()).await.unwrap();
        let body = jobs.get(job).await.unwrap().body;
        assert_eq!((body.state, body.error.as_deref()), (JobState::Failed, Some("no")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_workers_take_each_job_once() {
    on_both(async |fresh| {
        let shop = workspace(&fresh.store, "Shop").await;
        for _ in 0..40 {
            queued(fresh, shop, NewJob::new("fit", json!({}))).await;
        }
        let other = fresh.again().await;
        let workers = (0..6).map(|number| {
            let store = if number % 2 == 0 { fresh.store.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut taken = Vec::new();
                let name = format!("w{number}");
                while let Some(held) =
                    store.queue().claim(&name, &kinds(), later(30), now()).await.unwrap()
                {
                    store.queue().complete(&held.lease, json!(null), now()).await.unwrap();
                    taken.push(held.job.id);
                }
                taken
            })
        });
        let mut all = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            all.extend(worker.await.unwrap());
        }
        // A worker may stop while another one holds the last locks, so that all, and each once.
        let number = all.len();
        all.sort();
        all.dedup();
        assert_eq!((number, all.len()), (40, 40));
        other.close().await.unwrap();
    })
    .await;
}
