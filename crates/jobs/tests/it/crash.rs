//! kill -9 of a worker process in the middle of a job: another one takes over, once, with no
//! double effect.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use outlay_jobs::{Handlers, SystemClock, Worker, WorkerOptions};
use outlay_store::{JobState, LogLevel, NewJob, RunState, Store, WorkspaceId};
use serde_json::json;

use crate::support::{effect, effects, now, on_both, open, options};

const URL: &str = "OUTLAY_TEST_CHILD_URL";

fn quick(name: &str) -> WorkerOptions {
    WorkerOptions {
        lease: Duration::from_secs(2),
        heartbeat: Duration::from_millis(200),
        ..options(name)
    }
}

fn worker(store: &Store, shop: WorkspaceId, name: &'static str, dies: bool) -> Worker {
    let mut handlers = Handlers::new();
    handlers.add("apply", move |context| async move {
        context.log(LogLevel::Info, format!("{name} begins"));
        if dies {
            // The line must be in the store before the end comes.
            tokio::time::sleep(Duration::from_millis(300)).await;
            println!("holding");
            tokio::time::sleep(Duration::from_secs(3600)).await;
        }
        let answer = json!({ "by": name, "taken_over": context.taken_over() });
        context
            .complete_with(answer, move |transaction| {
                Box::pin(async move {
                    let campaigns = transaction.workspace(shop).campaigns();
                    campaigns.create(effect(name), Utc::now()).await.map(|_| ())
                })
            })
            .await
    });
    Worker::new(store.clone(), handlers, Arc::new(SystemClock), quick(name))
}

/// The process that is killed. Not a test of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the crash test starts it as a process of its own"]
async fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let (url, shop) = url.split_once('#').unwrap();
    let store = open(url).await;
    let (_shutdown, task) = worker(&store, shop.parse().unwrap(), "doomed", true).start();
    task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_killed_workers_job_is_taken_over_once() {
    on_both(async |fresh| {
        let new = NewJob { attempts_max: 3, ..NewJob::new("apply", json!({})) };
        let jobs = fresh.store.workspace(fresh.shop).jobs();
        let id = jobs.enqueue(new, now()).await.unwrap().into_job().id;

        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["crash::child", "--exact", "--ignored", "--nocapture"])
            .env(URL, format!("{}#{}", fresh.url, fresh.shop))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let held = tokio::task::spawn_blocking(move || {
            lines.map_while(Result::ok).any(|line| line.contains("holding"))
        });
        assert!(held.await.unwrap(), "the child never took the job");
        assert_eq!(jobs.get(id).await.unwrap().body.worker.as_deref(), Some("doomed"));
        child.kill().unwrap();
        child.wait().unwrap();

        let others: Vec<_> = ["second", "third"]
            .map(|name| worker(&fresh.store, fresh.shop, name, false).start())
            .into_iter()
            .collect();
        for _ in 0..1000 {
            if jobs.get(id).await.unwrap().body.state.is_over() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for (shutdown, task) in others {
            shutdown.now();
            task.await.unwrap();
        }
        let done = jobs.get(id).await.unwrap().body;
        assert_eq!((done.state, done.attempts, done.fence), (JobState::Succeeded, 2, 2));
        let result = done.result.unwrap();
        assert_eq!(result["taken_over"], true);
        assert_eq!(effects(&fresh.store, fresh.shop).await, [result["by"].as_str().unwrap()]);
        let runs = jobs.runs(id).await.unwrap();
        let states: Vec<_> = runs.iter().map(|run| run.state).collect();
        assert_eq!(states, [RunState::Lost, RunState::Succeeded]);
        assert_eq!(jobs.logs(id, 0).await.unwrap().len(), 2);
    })
    .await;
}
