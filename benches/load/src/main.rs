//! Browser-like users over a running server: they sign in, open pages, look at them, follow live
//! updates through broken connections, while models are fitted. Ends non-zero when answers were
//! wrong or too slow, live updates were missed, or the server's memory grew.
//!
//! ```text
//! cargo run --release -p outlay-load -- --base 127.0.0.1:8787 --users 100 --seconds 600 --fits
//! ```
//!
//! For a server of one's own: what is asked is asked for real, and models and users stay behind.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod browser;
mod measure;
mod prepare;
mod stream;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::browser::{Browser, Failure};
use crate::measure::{ALL, Kind, Measured, Memory, Row};
use crate::stream::{Heard, missed};
use crate::user::{World, visit};

/// Browser-like users over a running server.
#[derive(Debug, Parser)]
struct Args {
    /// Host and port of the server; it speaks plain HTTP there.
    #[arg(long, default_value = "127.0.0.1:8787")]
    base: String,
    /// Address of the admin, who is made where the server is new.
    #[arg(long, default_value = "admin@example.com")]
    email: String,
    /// Password of the admin and of the users.
    #[arg(long, env = "OUTLAY_LOAD_PASSWORD")]
    password: String,
    /// How many users there are.
    #[arg(long, default_value_t = 100)]
    users: usize,
    /// Seconds over which they arrive.
    #[arg(long, default_value_t = 60)]
    ramp: u64,
    /// Seconds for which all of them are there.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Mean seconds for which a page is looked at.
    #[arg(long, default_value_t = 5.0)]
    think: f64,
    /// Fit one model after the other meanwhile.
    #[arg(long)]
    fits: bool,
    /// Draws of each chain of those fits: more take longer.
    #[arg(long, default_value_t = 10_000)]
    draws: u32,
    /// Seed of what users do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds that 95 of 100 reads may take at most.
    #[arg(long, default_value_t = 100.0)]
    p95: f64,
    /// Share by which the server's memory may grow once it is warm.
    #[arg(long, default_value_t = 0.25)]
    growth: f64,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// What came out.
#[derive(Serialize)]
struct Report {
    users: usize,
    seconds: u64,
    requests: Vec<Row>,
    failures: std::collections::BTreeMap<String, u64>,
    events: usize,
    resumed: u64,
    missed: u64,
    fits: u64,
    memory: Memory,
    /// Bounds that were not kept.
    beyond: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(report) if report.beyond.is_empty() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("load: {failure}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: Args) -> Result<Report, Failure> {
    let mut admin = Browser::new(&args.base);
    prepare::admin(&mut admin, &args.email, &args.password).await?;
    prepare::users(&mut admin, args.users, &args.password).await?;
    let content = prepare::content(&mut admin).await?;
    let dataset = content.datasets.first().cloned().ok_or("there is no data set")?;
    println!("{} users are there; they arrive over {} s", args.users, args.ramp);
    let begin = Instant::now();
    let world = Arc::new(World {
        authority: args.base.clone(),
        password: args.password.clone(),
        content,
        measured: Measured::default(),
        think: Duration::from_secs_f64(args.think),
        seed: args.seed,
        end: begin + Duration::from_secs(args.ramp + args.seconds),
    });
    let apart = Duration::from_secs(args.ramp) / u32::try_from(args.users.max(1))?;
    let visits: Vec<_> = (0..args.users)
        .map(|number| {
            let arrives = begin + apart * u32::try_from(number).unwrap_or(u32::MAX);
            tokio::spawn(visit(Arc::clone(&world), number, arrives))
        })
        .collect();
    let memory = tokio::spawn(watch(admin.tab(), world.end));
    let fits =
        tokio::spawn(keep_fitting(admin.tab(), Arc::clone(&world), dataset, args.fits, args.draws));
    let mut heard: Vec<Heard> = Vec::new();
    for visit in visits {
        heard.push(visit.await?);
    }
    let report = Report {
        users: args.users,
        seconds: args.seconds,
        requests: world.measured.rows(),
        failures: world.measured.failures(),
        events: heard.iter().map(|heard| heard.numbers.len()).sum(),
        resumed: heard.iter().map(|heard| heard.resumed).sum(),
        missed: missed(&heard),
        fits: fits.await?,
        memory: memory.await?,
        beyond: Vec::new(),
    };
    let report = judged(report, &args);
    show(&report);
    if let Some(place) = &args.json {
        std::fs::write(place, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(report)
}

/// Looks at the server's memory until `end`.
async fn watch(mut admin: Browser, end: Instant) -> Memory {
    let mut memory = Memory::default();
    let mut ticks = interval(Duration::from_secs(5));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while Instant::now() < end {
        ticks.tick().await;
        // What cannot be looked at is missing in the report, which says so.
        if let Ok(Some(bytes)) = resident(&mut admin).await {
            memory.megabytes.push(bytes / 1e6);
        }
    }
    memory
}

async fn resident(admin: &mut Browser) -> Result<Option<f64>, Failure> {
    let text = admin.text("/api/metrics").await?;
    let line = text.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    Ok(line.and_then(|number| number.trim().parse().ok()))
}

/// Fits one model after the other until the end; says how many were learnt.
async fn keep_fitting(
    mut admin: Browser,
    world: Arc<World>,
    dataset: String,
    wanted: bool,
    draws: u32,
) -> u64 {
    let mut learnt = 0;
    while wanted && Instant::now() < world.end {
        let fitted = async {
            let begun =
                prepare::fit(&mut admin, (&dataset, "Meanwhile"), 100 + learnt, "nuts", draws)
                    .await?;
            prepare::wait(&mut admin, &begun["job"]).await
        };
        tokio::select! {
            fitted = fitted => match fitted {
                Ok(()) => learnt += 1,
                Err(failure) => {
                    world.measured.failed(Kind::Write, "fit", &failure.to_string());
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            },
            () = tokio::time::sleep_until(world.end) => {}
        }
    }
    learnt
}

fn judged(mut report: Report, args: &Args) -> Report {
    let errors: u64 = report.failures.values().sum();
    if errors > 0 {
        report.beyond.push(format!("{errors} requests failed"));
    }
    let reads = report.requests.iter().find(|row| row.kind == Kind::Read && row.request == ALL);
    match reads.map(|row| row.p95_ms) {
        Some(p95) if p95 <= args.p95 => {}
        Some(p95) => {
            report.beyond.push(format!("p95 of reads is {p95:.0} ms, not {:.0}", args.p95))
        }
        None => report.beyond.push("nothing was read".to_owned()),
    }
    if report.missed > 0 {
        report.beyond.push(format!("{} live updates were missed or came twice", report.missed));
    }
    if report.memory.megabytes.is_empty() {
        report.beyond.push("the server's memory could not be looked at".to_owned());
    }
    let growth = report.memory.growth();
    if growth > args.growth {
        report.beyond.push(format!("memory grew by {:.0} % once warm", 100.0 * growth));
    }
    report
}

fn show(report: &Report) {
    println!(
        "{:<8} {:<20} {:>8} {:>6} {:>8} {:>8} {:>8} {:>8} {:>9}",
        "", "request", "count", "errors", "p50 ms", "p95 ms", "p99 ms", "max ms", "bytes"
    );
    for row in &report.requests {
        let kind = match row.kind {
            Kind::Read => "read",
            Kind::SignIn => "sign in",
            Kind::Write => "write",
        };
        println!(
            "{kind:<8} {:<20} {:>8} {:>6} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>9.0}",
            row.request,
            row.count,
            row.errors,
            row.p50_ms,
            row.p95_ms,
            row.p99_ms,
            row.max_ms,
            row.mean_bytes
        );
    }
    for (failure, times) in &report.failures {
        println!("{times} times: {failure}");
    }
    let memory = &report.memory;
    println!(
        "{} live updates heard, {} streams resumed, {} missed; {} models learnt; memory {:.0} MB at \
         first, {:.0} at most, {:.0} at last, {:+.0} % once warm",
        report.events,
        report.resumed,
        report.missed,
        report.fits,
        memory.megabytes.first().copied().unwrap_or_default(),
        memory.most(),
        memory.megabytes.last().copied().unwrap_or_default(),
        100.0 * memory.growth()
    );
    match report.beyond.is_empty() {
        true => println!("all bounds were kept"),
        false => println!("beyond the bounds: {}", report.beyond.join("; ")),
    }
}
