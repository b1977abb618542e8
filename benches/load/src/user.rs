//! Somebody at a browser: signs in, opens one page after the other, looks at each for a while, and
//! follows live updates all along.

use std::sync::Arc;
use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::browser::{Browser, Failure};
use crate::measure::{Kind, Measured};
use crate::prepare::Content;
use crate::stream::{Heard, listen};

/// Seconds for which a stream stays open before the browser breaks it off (a laptop is closed, a
/// proxy ends what is old).
const STREAM: std::ops::Range<u64> = 60..180;
/// Seconds within which a page asks for what it was told has changed.
const SPREAD: f64 = 1.0;
/// Wait before a stream that failed is opened again.
const AGAIN: Duration = Duration::from_secs(1);

/// What all users share.
pub(crate) struct World {
    pub(crate) authority: String,
    pub(crate) password: String,
    pub(crate) content: Content,
    pub(crate) measured: Measured,
    /// Mean time for which a page is looked at.
    pub(crate) think: Duration,
    pub(crate) seed: u64,
    pub(crate) end: Instant,
}

/// The address of a user.
pub(crate) fn email(number: usize) -> String {
    format!("load-{number}@example.com")
}

/// Uses the dashboard from `begin` until the world's end; gives what was heard of live updates.
pub(crate) async fn visit(world: Arc<World>, number: usize, begin: Instant) -> Heard {
    sleep_until(begin).await;
    let mut rng = ChaCha8Rng::seed_from_u64(world.seed.wrapping_add(number as u64));
    let mut browser = Browser::new(&world.authority);
    while !signed_in(&world, &mut browser, number).await {
        if Instant::now() >= world.end {
            return Heard::default();
        }
        tokio::time::sleep(AGAIN).await;
    }
    let (send, changes) = unbounded_channel();
    let following = tokio::spawn(follow(
        Arc::clone(&world),
        browser.tab(),
        send,
        ChaCha8Rng::from_rng(&mut rng),
    ));
    look(&world, &mut browser, changes, &mut rng).await;
    following.await.unwrap_or_default()
}

async fn signed_in(world: &World, browser: &mut Browser, number: usize) -> bool {
    read(world, browser, "session", "/api/session").await;
    let answer = browser.sign_in(&email(number), &world.password).await;
    match answer {
        Ok(answer) if answer.status.is_success() => {
            world.measured.answered(Kind::SignIn, "sign in", answer.took, answer.bytes);
            true
        }
        Ok(answer) => {
            world.measured.failed(Kind::SignIn, "sign in", &answer.status.to_string());
            false
        }
        Err(failure) => {
            world.measured.failed(Kind::SignIn, "sign in", &failure.to_string());
            false
        }
    }
}

/// Opens pages, and loads again what a live update says has changed.
async fn look(
    world: &World,
    browser: &mut Browser,
    mut changes: UnboundedReceiver<()>,
    rng: &mut impl Rng,
) {
    for (name, path) in SHELL {
        read(world, browser, name, path).await;
    }
    while Instant::now() < world.end {
        for (name, path) in page(&world.content, rng) {
            read(world, browser, name, &path).await;
        }
        let seconds = world.think.as_secs_f64() * rng.random_range(0.5..1.5);
        let next = (Instant::now() + Duration::from_secs_f64(seconds)).min(world.end);
        while let Ok(Some(())) = timeout_at(next, changes.recv()).await {
            // Asked for at a moment of one's own, as the dashboard does (`Refresh` in its
            // `api/events.ts`); several changes that arrived until then are loaded once.
            tokio::time::sleep(Duration::from_secs_f64(rng.random_range(0.0..SPREAD))).await;
            while changes.try_recv().is_ok() {}
            read(world, browser, "jobs that run", RUNNING).await;
            read(world, browser, "home", HOME).await;
        }
    }
}

const RUNNING: &str = "/api/jobs?state=running";
const HOME: &str = "/api/dashboard/summary";
/// What every page needs.
const SHELL: [(&str, &str); 4] =
    [("session", "/api/session"), ("page itself", "/"), ("jobs that run", RUNNING), ("home", HOME)];

/// The requests of a page, as the dashboard sends them.
fn page(content: &Content, rng: &mut impl Rng) -> Vec<(&'static str, String)> {
    let any = |all: &[String], rng: &mut dyn FnMut(usize) -> usize| all[rng(all.len())].clone();
    let mut pick = |count: usize| rng.random_range(0..count);
    let (dataset, model, plan) = (
        any(&content.datasets, &mut pick),
        any(&content.models, &mut pick),
        any(&content.plans, &mut pick),
    );
    let plain = |name, path: &str| (name, path.to_owned());
    match pick(8) {
        0 | 1 => vec![plain("home", HOME), plain("jobs that run", RUNNING)],
        2 => vec![
            plain("datasets", "/api/datasets"),
            ("dataset", format!("/api/datasets/{dataset}")),
            ("quality", format!("/api/datasets/{dataset}/quality")),
            ("totals", format!("/api/datasets/{dataset}/totals")),
        ],
        3 => vec![
            plain("models", "/api/models"),
            plain("datasets", "/api/datasets"),
            ("model's summary", format!("/api/models/{model}/summary")),
        ],
        4 => {
            // Somebody drags on a curve: spends that nobody asked about before.
            let spend = 1000 + pick(1_000_000);
            vec![("curves", format!("/api/models/{model}/curves?spend={spend}"))]
        }
        5 => vec![
            plain("plans", "/api/plans"),
            plain("models", "/api/models"),
            ("series", format!("/api/datasets/{dataset}/series")),
        ],
        6 => vec![
            ("plan", format!("/api/plans/{plan}")),
            ("plan's document", format!("/api/plans/{plan}/document")),
            ("sensitivity", format!("/api/plans/{plan}/sensitivity")),
        ],
        _ => vec![
            plain("campaigns", "/api/campaigns"),
            plain("campaigns together", "/api/campaigns/summary"),
            plain("settings", "/api/settings"),
            plain("recommendations", "/api/recommendations"),
        ],
    }
}

async fn read(world: &World, browser: &mut Browser, name: &'static str, path: &str) {
    match browser.get(path).await {
        Ok(answer) if answer.status.is_success() => {
            world.measured.answered(Kind::Read, name, answer.took, answer.bytes);
        }
        Ok(answer) => world.measured.failed(Kind::Read, name, &answer.status.to_string()),
        Err(failure) => world.measured.failed(Kind::Read, name, &failure.to_string()),
    }
}

/// Keeps a stream of live updates open, broken off and resumed now and then.
async fn follow(
    world: Arc<World>,
    mut browser: Browser,
    changed: UnboundedSender<()>,
    mut rng: ChaCha8Rng,
) -> Heard {
    let mut heard = Heard::default();
    let mut opened: u64 = 0;
    while Instant::now() < world.end {
        let while_open = Duration::from_secs(rng.random_range(STREAM));
        let until = (Instant::now() + while_open).min(world.end);
        opened += 1;
        let listened: Result<(), Failure> = listen(&mut browser, &mut heard, until, &changed).await;
        if let Err(failure) = listened {
            world.measured.failed(Kind::Read, "live updates", &failure.to_string());
            tokio::time::sleep(AGAIN).await;
        }
        // A new connection, as a browser opens one.
        browser = browser.tab();
    }
    heard.resumed = opened.saturating_sub(1);
    heard
}
