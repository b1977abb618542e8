//! What is measured, in the text form of OpenMetrics that Prometheus reads.
//!
//! Labels are few by construction: routes are templates, statements are named by verb and table,
//! and nothing names a person, a workspace or a row.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use outlay_store::{CacheFigures, Connections, Observer, QueueLength};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// Media type of the text.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Waiting {
    kind: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    statement: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Pool {
    pool: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    place: &'static str,
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// Half a millisecond to a minute, doubled each time.
fn quick() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 18))
}

/// A tenth of a second to an hour and more, doubled each time.
fn slow() -> Histogram {
    Histogram::new(exponential_buckets(0.1, 2.0, 16))
}

/// The measures of this process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Times<Answered>,
    at_work: Gauge,
    jobs: Times<Ended>,
    queue: Family<Waiting, Gauge>,
    pub(crate) listeners: Gauge,
    statements: Times<Asked>,
    failures: Family<Asked, Counter>,
    connections: Family<Pool, Gauge>,
    cache: Family<Found, Counter>,
    cache_failures: Counter,
    memory: Gauge,
}

/// What is read when somebody asks, rather than counted when it happens.
pub(crate) struct Now {
    pub(crate) queue: Vec<QueueLength>,
    pub(crate) connections: Vec<Connections>,
    pub(crate) cache: CacheFigures,
}

impl Metrics {
    /// Nothing measured yet. `started` is when the process began, in seconds since 1970.
    pub(crate) fn new(started: f64, database: String) -> Self {
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::new_with_constructor(quick),
            at_work: Gauge::default(),
            jobs: Family::new_with_constructor(slow),
            queue: Family::default(),
            listeners: Gauge::default(),
            statements: Family::new_with_constructor(quick),
            failures: Family::default(),
            connections: Family::default(),
            cache: Family::default(),
            cache_failures: Counter::default(),
            memory: Gauge::default(),
        };
        metrics.named(started, database)
    }

    fn named(mut self, started: f64, database: String) -> Self {
        let begun: Gauge<f64, AtomicU64> = Gauge::default();
        begun.set(started);
        let build =
            Info::new([("version", outlay_engine::VERSION.to_owned()), ("database", database)]);
        let registry = &mut self.registry;
        registry.register("outlay_build", "Version of the program and its database", build);
        registry.register_with_unit(
            "process_start_time",
            "When the process began, since 1970",
            Unit::Seconds,
            begun,
        );
        registry.register_with_unit(
            "process_resident_memory",
            "Memory of the process; 0 where the system does not tell",
            Unit::Bytes,
            self.memory.clone(),
        );
        registry.register_with_unit(
            "outlay_http_request",
            "Time until an answer began, by route template, method and status",
            Unit::Seconds,
            self.requests.clone(),
        );
        registry.register(
            "outlay_http_requests_running",
            "Requests that wait for their answer",
            self.at_work.clone(),
        );
        registry.register_with_unit(
            "outlay_job",
            "Time of an attempt at a job of this process, by kind and outcome",
            Unit::Seconds,
            self.jobs.clone(),
        );
        registry.register(
            "outlay_jobs",
            "Jobs of all processes that are queued and running, by kind",
            self.queue.clone(),
        );
        registry.register(
            "outlay_live_listeners",
            "Pages and programs that follow live updates of this process",
            self.listeners.clone(),
        );
        registry.register_with_unit(
            "outlay_store_statement",
            "Time of a statement, its wait for a connection included",
            Unit::Seconds,
            self.statements.clone(),
        );
        registry.register(
            "outlay_store_statement_failures",
            "Statements that failed",
            self.failures.clone(),
        );
        registry.register(
            "outlay_store_connections",
            "Connections to the database, by pool, idle and used",
            self.connections.clone(),
        );
        registry.register(
            "outlay_cache_answers",
            "Answers by where they were found: memory, shared, or nowhere (none)",
            self.cache.clone(),
        );
        registry.register(
            "outlay_cache_failures",
            "Times that the shared cache failed",
            self.cache_failures.clone(),
        );
        self
    }

    /// A request that waits for its answer, until this is dropped.
    pub(crate) fn at_work(&self) -> Counted {
        Counted::new(&self.at_work)
    }

    /// An answer began.
    pub(crate) fn answered(
        &self,
        method: &Method,
        route: String,
        status: StatusCode,
        took: Duration,
    ) {
        let labels = Answered { method: known(method), route, status: status.as_u16() };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// An attempt at a job, until this is dropped: failed, unless told otherwise.
    pub(crate) fn attempt(&self, kind: &'static str) -> Attempt<'_> {
        Attempt { metrics: self, kind, outcome: "failed", started: Instant::now() }
    }

    /// All of it, as text.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn text(&self, now: Now) -> Result<String, std::fmt::Error> {
        // What is not queued any more is not there any more.
        self.queue.clear();
        for length in now.queue {
            let labels = Waiting { kind: length.kind, state: length.state.as_str() };
            self.queue.get_or_create(&labels).set(length.jobs);
        }
        for Connections { pool, open, idle } in now.connections {
            let idle = i64::try_from(idle).unwrap_or(i64::MAX);
            for (state, count) in [("idle", idle), ("used", i64::from(open) - idle)] {
                self.connections.get_or_create(&Pool { pool, state }).set(count.max(0));
            }
        }
        let CacheFigures { hits, shared_hits, misses, shared_failures } = now.cache;
        for (place, count) in [("memory", hits), ("shared", shared_hits), ("none", misses)] {
            let counter = self.cache.get_or_create(&Found { place });
            counter.inner().store(count, Ordering::Relaxed);
        }
        self.cache_failures.inner().store(shared_failures, Ordering::Relaxed);
        self.memory.set(resident());
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Observer for Metrics {
    fn statement(&self, name: &str, took: Duration, failed: bool) {
        let labels = Asked { statement: name.to_owned() };
        self.statements.get_or_create(&labels).observe(took.as_secs_f64());
        if failed {
            self.failures.get_or_create(&labels).inc();
        }
    }
}

/// Counts one more as long as it lives.
pub(crate) struct Counted(Gauge);

impl Counted {
    pub(crate) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// An attempt at a job.
pub(crate) struct Attempt<'m> {
    metrics: &'m Metrics,
    kind: &'static str,
    outcome: &'static str,
    started: Instant,
}

impl Attempt<'_> {
    pub(crate) fn ended(mut self, outcome: &'static str) {
        self.outcome = outcome;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let labels = Ended { kind: self.kind, outcome: self.outcome };
        let took = self.started.elapsed().as_secs_f64();
        self.metrics.jobs.get_or_create(&labels).observe(took);
    }
}

/// Anybody may make up a method; they are counted together.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Bytes of memory that this process holds, as Linux tells them.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<i64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes.saturating_mul(1024))
}
