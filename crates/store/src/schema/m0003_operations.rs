//! Work: jobs with leases and fences, their runs and log lines, schedules, alerts.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "0003_operations",
    up: &[
        "CREATE TABLE schedules (
            {head},
            name {text} NOT NULL,
            kind {text} NOT NULL,
            payload {json} NOT NULL,
            cron {text} NOT NULL,
            time_zone {text} NOT NULL,
            catch_up {text} NOT NULL CHECK (catch_up IN ('all', 'latest', 'none')),
            overlap {text} NOT NULL CHECK (overlap IN ('skip', 'queue', 'allow')),
            enabled {bool} NOT NULL,
            next_at {time},
            last_at {time},
            {key},
            CONSTRAINT schedules_name UNIQUE (workspace_id, name)
        )",
        "CREATE INDEX schedules_due ON schedules (next_at) WHERE enabled",
        "CREATE TABLE jobs (
            {head},
            kind {text} NOT NULL,
            payload {json} NOT NULL,
            state {text} NOT NULL CONSTRAINT jobs_state
                CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
            priority {int} NOT NULL,
            run_at {time} NOT NULL,
            attempts {int} NOT NULL CHECK (attempts >= 0),
            attempts_max {int} NOT NULL CHECK (attempts_max >= 1),
            unique_key {text},
            seed {int} NOT NULL,
            fence {int} NOT NULL CHECK (fence >= 0),
            worker {text},
            lease_until {time},
            cancel_requested {bool} NOT NULL,
            progress {real} NOT NULL CHECK (progress BETWEEN 0 AND 1),
            progress_message {text},
            progress_detail {json},
            result {json},
            error {text},
            created_by {uuid} REFERENCES users (id) ON DELETE SET NULL,
            schedule_id {uuid},
            interval_start {time},
            interval_end {time},
            started_at {time},
            finished_at {time},
            {key},
            CONSTRAINT jobs_lease CHECK (state <> 'running'
                OR (worker IS NOT NULL AND lease_until IS NOT NULL)),
            CONSTRAINT jobs_interval CHECK (interval_end IS NULL OR interval_end > interval_start),
            FOREIGN KEY (workspace_id, schedule_id) REFERENCES schedules (workspace_id, id)
        )",
        "CREATE INDEX jobs_due ON jobs (priority DESC, run_at, id) WHERE state = 'queued'",
        "CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running'",
        "CREATE INDEX jobs_state ON jobs (workspace_id, state, id)",
        // A key names work that must not be queued twice; when it is over the key is free again.
        "CREATE UNIQUE INDEX jobs_unique ON jobs (workspace_id, unique_key)
            WHERE unique_key IS NOT NULL AND state IN ('queued', 'running')",
        "CREATE UNIQUE INDEX jobs_interval_once ON jobs (workspace_id, schedule_id, interval_start)
            WHERE schedule_id IS NOT NULL",
        "CREATE TABLE job_runs (
            workspace_id {uuid} NOT NULL,
            job_id {uuid} NOT NULL,
            fence {int} NOT NULL CHECK (fence >= 1),
            attempt {int} NOT NULL CHECK (attempt >= 1),
            worker {text} NOT NULL,
            state {text} NOT NULL
                CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled', 'lost')),
            started_at {time} NOT NULL,
            finished_at {time},
            error {text},
            PRIMARY KEY (workspace_id, job_id, fence),
            FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
                ON DELETE CASCADE
        )",
        "CREATE TABLE job_logs (
            number {serial},
            workspace_id {uuid} NOT NULL,
            job_id {uuid} NOT NULL,
            fence {int} NOT NULL,
            at {time} NOT NULL,
            level {text} NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
            line {text} NOT NULL,
            FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
                ON DELETE CASCADE
        )",
        "CREATE INDEX job_logs_job ON job_logs (workspace_id, job_id, number)",
        "CREATE TABLE alerts (
            {head},
            rule {text} NOT NULL,
            severity {text} NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
            state {text} NOT NULL
                CHECK (state IN ('pending', 'firing', 'acknowledged', 'silenced', 'resolved')),
            entity {text} NOT NULL,
            message {text} NOT NULL,
            measured {real},
            expected {text},
            cause {text},
            action {text},
            owner_id {uuid} REFERENCES users (id) ON DELETE SET NULL,
            since {time} NOT NULL,
            resolved_at {time},
            {key},
            CONSTRAINT alerts_resolved CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
        )",
        "CREATE INDEX alerts_state ON alerts (workspace_id, state, id)",
        // The same trouble is one alert until it is over, however often it is noticed.
        "CREATE UNIQUE INDEX alerts_open ON alerts (workspace_id, rule, entity)
            WHERE state <> 'resolved'",
    ],
    down: &[
        "DROP TABLE alerts",
        "DROP TABLE job_logs",
        "DROP TABLE job_runs",
        "DROP TABLE jobs",
        "DROP TABLE schedules",
    ],
};
