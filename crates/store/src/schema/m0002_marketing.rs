//! What: data sets, campaigns, arms, metric facts, models, decisions.

use super::Migration;

pub(super) const MIGRATION: Migration = Migration {
    name: "0002_marketing",
    up: &[
        "CREATE TABLE uploads (
            {head},
            name {text} NOT NULL,
            media_type {text} NOT NULL,
            bytes_expected {int} CHECK (bytes_expected >= 0),
            bytes_received {int} NOT NULL CHECK (bytes_received >= 0),
            sha256 {text},
            object_key {text} NOT NULL,
            state {text} NOT NULL CHECK (state IN ('receiving', 'complete', 'failed')),
            created_by {uuid} REFERENCES users (id) ON DELETE SET NULL,
            {key}
        )",
        "CREATE TABLE datasets (
            {head},
            name {text} NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            upload_id {uuid},
            state {text} NOT NULL CHECK (state IN ('draft', 'ready', 'archived')),
            fingerprint {text},
            description {json} NOT NULL,
            quality {json},
            {key},
            FOREIGN KEY (workspace_id, upload_id) REFERENCES uploads (workspace_id, id)
        )",
        "CREATE TABLE mappings (
            {head},
            dataset_id {uuid} NOT NULL,
            number {int} NOT NULL CHECK (number >= 1),
            body {json} NOT NULL,
            confirmed {bool} NOT NULL,
            {key},
            CONSTRAINT mappings_number UNIQUE (workspace_id, dataset_id, number),
            FOREIGN KEY (workspace_id, dataset_id) REFERENCES datasets (workspace_id, id)
                ON DELETE CASCADE
        )",
        "CREATE TABLE panels (
            {head},
            dataset_id {uuid} NOT NULL,
            mapping_id {uuid} NOT NULL,
            fingerprint {text} NOT NULL,
            geos {int} NOT NULL CHECK (geos >= 1),
            periods {int} NOT NULL CHECK (periods >= 1),
            channels {int} NOT NULL CHECK (channels >= 0),
            object_key {text} NOT NULL,
            summary {json} NOT NULL,
            {key},
            FOREIGN KEY (workspace_id, dataset_id) REFERENCES datasets (workspace_id, id)
                ON DELETE CASCADE,
            FOREIGN KEY (workspace_id, mapping_id) REFERENCES mappings (workspace_id, id)
        )",
        "CREATE INDEX panels_dataset ON panels (workspace_id, dataset_id, id)",
        "CREATE TABLE lineage (
            {head},
            source_kind {text} NOT NULL,
            source_id {uuid} NOT NULL,
            target_kind {text} NOT NULL,
            target_id {uuid} NOT NULL,
            step {text} NOT NULL,
            detail {json} NOT NULL,
            {key}
        )",
        "CREATE INDEX lineage_source ON lineage (workspace_id, source_id)",
        "CREATE INDEX lineage_target ON lineage (workspace_id, target_id)",
        "CREATE TABLE campaigns (
            {head},
            name {text} NOT NULL CHECK (length(name) BETWEEN 1 AND 500),
            source {text} NOT NULL,
            external_id {text},
            budget_micros {int} NOT NULL CHECK (budget_micros >= 0),
            budget_currency {text} NOT NULL CHECK (length(budget_currency) = 3),
            start_date {date} NOT NULL,
            end_date {date},
            status {text} NOT NULL CONSTRAINT campaigns_status
                CHECK (status IN ('draft', 'active', 'paused', 'ended', 'removed')),
            {key},
            CONSTRAINT campaigns_external UNIQUE (workspace_id, source, external_id),
            CONSTRAINT campaigns_dates CHECK (end_date IS NULL OR end_date >= start_date)
        )",
        "CREATE TABLE arms (
            {head},
            campaign_id {uuid} NOT NULL,
            platform {text} NOT NULL,
            channel {text} NOT NULL,
            creative {text},
            external_id {text},
            bid_micros {int} CHECK (bid_micros >= 0),
            bid_currency {text} CHECK (length(bid_currency) = 3),
            status {text} NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'ended', 'removed')),
            {key},
            CONSTRAINT arms_bid CHECK ((bid_micros IS NULL) = (bid_currency IS NULL)),
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)
                ON DELETE CASCADE
        )",
        "CREATE INDEX arms_campaign ON arms (workspace_id, campaign_id, id)",
        // The series itself. Whole partitions (a source and a range of days) are replaced at once,
        // so the key leads with what a partition and a campaign's series ask for.
        "CREATE TABLE metric_facts (
            workspace_id {uuid} NOT NULL,
            campaign_id {uuid} NOT NULL,
            day {date} NOT NULL,
            arm_id {uuid} NOT NULL,
            at {time} NOT NULL,
            attribution {text} NOT NULL,
            time_zone {text} NOT NULL,
            impressions {int} NOT NULL CHECK (impressions >= 0),
            clicks {int} NOT NULL CHECK (clicks >= 0),
            conversions_micros {int} NOT NULL CHECK (conversions_micros >= 0),
            cost_micros {int} NOT NULL CHECK (cost_micros >= 0),
            revenue_micros {int} NOT NULL,
            currency {text} NOT NULL CHECK (length(currency) = 3),
            extracted_at {time} NOT NULL,
            final {bool} NOT NULL,
            batch_id {uuid} NOT NULL,
            PRIMARY KEY (workspace_id, campaign_id, day, arm_id, at, attribution),
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)
                ON DELETE CASCADE,
            FOREIGN KEY (workspace_id, arm_id) REFERENCES arms (workspace_id, id)
                ON DELETE CASCADE
        ) {clustered}",
        "CREATE INDEX metric_facts_latest ON metric_facts (workspace_id, at, campaign_id, arm_id)",
        "CREATE INDEX metric_facts_arm ON metric_facts (workspace_id, arm_id)",
        // Sums of the facts, kept in the transaction that replaces them: pages ask for days, and
        // ten million facts hold only some hundred thousand campaign days.
        "CREATE TABLE campaign_days (
            workspace_id {uuid} NOT NULL,
            day {date} NOT NULL,
            campaign_id {uuid} NOT NULL,
            attribution {text} NOT NULL,
            currency {text} NOT NULL,
            impressions {int} NOT NULL,
            clicks {int} NOT NULL,
            conversions_micros {int} NOT NULL,
            cost_micros {int} NOT NULL,
            revenue_micros {int} NOT NULL,
            PRIMARY KEY (workspace_id, day, campaign_id, attribution, currency),
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)
                ON DELETE CASCADE
        ) {clustered}",
        "CREATE INDEX campaign_days_campaign ON campaign_days (workspace_id, campaign_id, day)",
        "CREATE TABLE workspace_days (
            workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            day {date} NOT NULL,
            attribution {text} NOT NULL,
            currency {text} NOT NULL,
            impressions {int} NOT NULL,
            clicks {int} NOT NULL,
            conversions_micros {int} NOT NULL,
            cost_micros {int} NOT NULL,
            revenue_micros {int} NOT NULL,
            PRIMARY KEY (workspace_id, day, attribution, currency)
        ) {clustered}",
        "CREATE TABLE agent_state (
            workspace_id {uuid} NOT NULL,
            campaign_id {uuid} NOT NULL,
            arm_id {uuid} NOT NULL,
            alpha {real} NOT NULL CHECK (alpha > 0),
            beta {real} NOT NULL CHECK (beta > 0),
            spending_micros {int} NOT NULL CHECK (spending_micros >= 0),
            spending_currency {text} NOT NULL CHECK (length(spending_currency) = 3),
            trials {int} NOT NULL CHECK (trials >= 0),
            last_updated {time} NOT NULL,
            version {int} NOT NULL CHECK (version >= 1),
            PRIMARY KEY (workspace_id, campaign_id, arm_id),
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)
                ON DELETE CASCADE,
            FOREIGN KEY (workspace_id, arm_id) REFERENCES arms (workspace_id, id)
                ON DELETE CASCADE
        )",
        "CREATE TABLE api_calls (
            {head},
            platform {text} NOT NULL,
            endpoint {text} NOT NULL,
            status {int} NOT NULL,
            response_ms {int} NOT NULL CHECK (response_ms >= 0),
            error_message {text},
            {key}
        )",
        "CREATE TABLE models (
            {head},
            name {text} NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            number {int} NOT NULL CHECK (number >= 1),
            dataset_id {uuid} NOT NULL,
            panel_id {uuid},
            specification {text} NOT NULL,
            data_fingerprint {text},
            seed {int} NOT NULL,
            state {text} NOT NULL
                CHECK (state IN ('queued', 'fitting', 'ready', 'failed', 'cancelled')),
            summary {json},
            artefact_key {text},
            error {text},
            published_at {time},
            {key},
            CONSTRAINT models_number UNIQUE (workspace_id, name, number),
            CONSTRAINT models_ready CHECK (state <> 'ready'
                OR (summary IS NOT NULL AND artefact_key IS NOT NULL)),
            CONSTRAINT models_published CHECK (published_at IS NULL OR state = 'ready'),
            FOREIGN KEY (workspace_id, dataset_id) REFERENCES datasets (workspace_id, id),
            FOREIGN KEY (workspace_id, panel_id) REFERENCES panels (workspace_id, id)
        )",
        "CREATE UNIQUE INDEX models_one_published ON models (workspace_id, name)
            WHERE published_at IS NOT NULL",
        "CREATE TABLE scenarios (
            {head},
            name {text} NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            model_id {uuid} NOT NULL,
            request {json} NOT NULL,
            result {json},
            state {text} NOT NULL
                CHECK (state IN ('draft', 'queued', 'solving', 'ready', 'failed', 'cancelled')),
            error {text},
            {key},
            FOREIGN KEY (workspace_id, model_id) REFERENCES models (workspace_id, id)
                ON DELETE CASCADE
        )",
        "CREATE INDEX scenarios_model ON scenarios (workspace_id, model_id, id)",
        "CREATE TABLE decisions (
            {head},
            cycle {text} NOT NULL,
            campaign_id {uuid},
            arm_id {uuid},
            kind {text} NOT NULL,
            mode {text} NOT NULL CHECK (mode IN ('shadow', 'live')),
            reason {text} NOT NULL,
            detail {json} NOT NULL,
            {key},
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id),
            FOREIGN KEY (workspace_id, arm_id) REFERENCES arms (workspace_id, id)
        )",
        "CREATE INDEX decisions_campaign ON decisions (workspace_id, campaign_id, id)",
        "CREATE TABLE allocation_changes (
            {head},
            campaign_id {uuid} NOT NULL,
            arm_id {uuid},
            before_micros {int} NOT NULL CHECK (before_micros >= 0),
            before_currency {text} NOT NULL CHECK (length(before_currency) = 3),
            after_micros {int} NOT NULL CHECK (after_micros >= 0),
            after_currency {text} NOT NULL CHECK (length(after_currency) = 3),
            mode {text} NOT NULL CHECK (mode IN ('shadow', 'live')),
            state {text} NOT NULL CHECK (state IN ('draft', 'proposed', 'changes_requested',
                'approved', 'rejected', 'expired', 'stale', 'superseded', 'applying', 'applied',
                'verified', 'failed', 'reverted')),
            content_hash {text} NOT NULL CHECK (length(content_hash) = 64),
            reason {text} NOT NULL,
            evidence {json} NOT NULL,
            expires_at {time},
            {key},
            CONSTRAINT allocation_changes_currency CHECK (before_currency = after_currency),
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id),
            FOREIGN KEY (workspace_id, arm_id) REFERENCES arms (workspace_id, id)
        )",
        "CREATE INDEX allocation_changes_campaign
            ON allocation_changes (workspace_id, campaign_id, id)",
        "CREATE INDEX allocation_changes_state ON allocation_changes (workspace_id, state, id)",
    ],
    down: &[
        "DROP TABLE allocation_changes",
        "DROP TABLE decisions",
        "DROP TABLE scenarios",
        "DROP TABLE models",
        "DROP TABLE api_calls",
        "DROP TABLE agent_state",
        "DROP TABLE workspace_days",
        "DROP TABLE campaign_days",
        "DROP TABLE metric_facts",
        "DROP TABLE arms",
        "DROP TABLE campaigns",
        "DROP TABLE lineage",
        "DROP TABLE panels",
        "DROP TABLE mappings",
        "DROP TABLE datasets",
        "DROP TABLE uploads",
    ],
};
