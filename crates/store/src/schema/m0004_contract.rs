//! The named tables and views that other tools and later steps of the loop rely on.
//!
//! Where we have a table of our own the name is a view over it, so that nothing is kept twice;
//! the others are tables that the steps of the loop fill. Money is in micros with its currency,
//! as everywhere; the views that stand in for a flat table of units divide.

use super::Migration;

/// A named object and how it is made. All statements of one object may be repeated.
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) view: bool,
    pub(crate) create: &'static str,
    pub(crate) drop: &'static str,
}

macro_rules! table {
    ($name:literal, $body:literal) => {
        Named {
            name: $name,
            view: false,
            create: concat!(
                "CREATE TABLE ",
                $name,
                " (
            workspace_id {uuid} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            id {uuid} NOT NULL,
            created_at {time} NOT NULL,
            ",
                $body,
                ",
            PRIMARY KEY (workspace_id, id)
        )"
            ),
            drop: concat!("DROP TABLE ", $name),
        }
    };
}

macro_rules! view {
    ($name:literal, $body:literal) => {
        Named {
            name: $name,
            view: true,
            create: concat!("CREATE VIEW ", $name, " AS ", $body),
            drop: concat!("DROP VIEW ", $name),
        }
    };
}

/// Every object of the contract that no earlier migration made, in the order of creation.
pub(crate) const OBJECTS: &[Named] = &[
    table!(
        "training_episodes",
        "started_at {time} NOT NULL, finished_at {time}, agent {text} NOT NULL,
            episode {int} NOT NULL, reward {real}, spend_micros {int} CHECK (spend_micros >= 0),
            revenue_micros {int}, currency {text} CHECK (length(currency) = 3),
            win_rate {real} CHECK (win_rate BETWEEN 0 AND 1), detail {json} NOT NULL"
    ),
    table!(
        "safety_events",
        "at {time} NOT NULL, kind {text} NOT NULL,
            severity {text} NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
            entity {text} NOT NULL, action {text} NOT NULL, actor {text}, detail {json} NOT NULL"
    ),
    table!(
        "ab_experiments",
        "experiment {text} NOT NULL, name {text} NOT NULL, started_on {date} NOT NULL,
            ended_on {date}, status {text} NOT NULL, variants {json} NOT NULL, campaign_id {uuid},
            mode {text} NOT NULL CHECK (mode IN ('shadow', 'live')), detail {json} NOT NULL"
    ),
    table!(
        "ab_exposures",
        "at {time} NOT NULL, experiment {text} NOT NULL, variant {text} NOT NULL,
            unit_hash {text} NOT NULL, context {json} NOT NULL"
    ),
    table!(
        "fidelity_evaluations",
        "at {time} NOT NULL, subject {text} NOT NULL, version {text} NOT NULL,
            measure {text} NOT NULL, score {real}, threshold {real}, passed {bool},
            detail {json} NOT NULL"
    ),
    table!(
        "canary_changes",
        "at {time} NOT NULL, campaign_id {uuid} NOT NULL, before_micros {int} NOT NULL,
            after_micros {int} NOT NULL, currency {text} NOT NULL CHECK (length(currency) = 3),
            mode {text} NOT NULL CHECK (mode IN ('shadow', 'live')), state {text} NOT NULL,
            cap_reason {text}, cac_estimate {real}, hist_daily_cap_micros {int},
            uncertainty_pct {real}, notes {json} NOT NULL,
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)"
    ),
    table!(
        "canary_budgets_snapshot",
        "at {time} NOT NULL, campaign_id {uuid} NOT NULL, budget_micros {int} NOT NULL,
            currency {text} NOT NULL CHECK (length(currency) = 3), change_id {uuid},
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)"
    ),
    table!(
        "bandit_decisions",
        "at {time} NOT NULL, campaign_id {uuid} NOT NULL, arm_id {uuid} NOT NULL,
            policy {text} NOT NULL, mode {text} NOT NULL CHECK (mode IN ('shadow', 'live')),
            share {real} CHECK (share BETWEEN 0 AND 1),
            probability_best {real} CHECK (probability_best BETWEEN 0 AND 1),
            lookback_days {int}, reason {text} NOT NULL, detail {json} NOT NULL,
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id),
            FOREIGN KEY (workspace_id, arm_id) REFERENCES arms (workspace_id, id)"
    ),
    table!(
        "bandit_change_proposals",
        "at {time} NOT NULL, campaign_id {uuid} NOT NULL, arm_id {uuid}, action {text} NOT NULL,
            exploration_share {real} CHECK (exploration_share BETWEEN 0 AND 1),
            cac_cap_micros {int}, currency {text} CHECK (length(currency) = 3),
            state {text} NOT NULL, content_hash {text} NOT NULL CHECK (length(content_hash) = 64),
            expires_at {time}, detail {json} NOT NULL,
            FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)"
    ),
    table!(
        "bandit_change_approvals",
        "at {time} NOT NULL, proposal_id {uuid} NOT NULL,
            verdict {text} NOT NULL CHECK (verdict IN ('approved', 'rejected', 'applied')),
            user_id {uuid} NOT NULL REFERENCES users (id), note {text},
            content_hash {text} NOT NULL CHECK (length(content_hash) = 64),
            FOREIGN KEY (workspace_id, proposal_id)
                REFERENCES bandit_change_proposals (workspace_id, id)"
    ),
    table!(
        "platform_skeletons",
        "at {time} NOT NULL, platform {text} NOT NULL, name {text} NOT NULL,
            mode {text} NOT NULL CHECK (mode IN ('shadow', 'live')), state {text} NOT NULL,
            external_id {text}, body {json} NOT NULL"
    ),
    table!(
        "journey_paths_daily",
        "day {date} NOT NULL, path {text} NOT NULL, touches {int} NOT NULL CHECK (touches >= 0),
            journeys {int} NOT NULL CHECK (journeys >= 0),
            conversions {int} NOT NULL CHECK (conversions >= 0), revenue_micros {int},
            currency {text} CHECK (length(currency) = 3), transitions {json} NOT NULL"
    ),
    table!(
        "segment_scores_daily",
        "day {date} NOT NULL, segment {text} NOT NULL, model {text} NOT NULL,
            score {real} NOT NULL, lower {real}, upper {real},
            units {int} NOT NULL CHECK (units >= 0), detail {json} NOT NULL,
            CHECK (lower IS NULL OR upper IS NULL OR lower <= upper)"
    ),
    table!(
        "segment_audience_map",
        "segment {text} NOT NULL, platform {text} NOT NULL, audience_id {text} NOT NULL,
            active {bool} NOT NULL, UNIQUE (workspace_id, segment, platform)"
    ),
    table!(
        "value_uploads_log",
        "at {time} NOT NULL, platform {text} NOT NULL,
            mode {text} NOT NULL CHECK (mode IN ('dry_run', 'live')),
            sent {int} NOT NULL CHECK (sent >= 0), accepted {int} NOT NULL CHECK (accepted >= 0),
            payload_hash {text} NOT NULL CHECK (length(payload_hash) = 64),
            response {json} NOT NULL, error {text}, CHECK (accepted <= sent)"
    ),
    table!(
        "channel_attribution_weekly",
        "week_start {date} NOT NULL, channel {text} NOT NULL, method {text} NOT NULL,
            share {real} NOT NULL CHECK (share BETWEEN 0 AND 1), conversions {real},
            revenue_micros {int}, currency {text} CHECK (length(currency) = 3), lower {real},
            upper {real}, UNIQUE (workspace_id, week_start, channel, method)"
    ),
    table!(
        "youtube_reach_estimates",
        "at {time} NOT NULL, segment {text} NOT NULL, budget_micros {int} NOT NULL,
            currency {text} NOT NULL CHECK (length(currency) = 3), frequency {real},
            reach {int} NOT NULL CHECK (reach >= 0), impressions {int}, source {text} NOT NULL,
            detail {json} NOT NULL"
    ),
    table!(
        "mmm_curves",
        "model_id {uuid} NOT NULL, channel {text} NOT NULL, spend_micros {int} NOT NULL,
            currency {text} NOT NULL CHECK (length(currency) = 3), response {real} NOT NULL,
            lower {real} NOT NULL, upper {real} NOT NULL, roi {real}, mroi {real},
            uncertainty_pct {real}, CHECK (lower <= upper),
            FOREIGN KEY (workspace_id, model_id) REFERENCES models (workspace_id, id)
                ON DELETE CASCADE"
    ),
    table!(
        "mmm_allocations",
        "model_id {uuid} NOT NULL, scenario_id {uuid}, channel {text} NOT NULL,
            current_micros {int} NOT NULL, proposed_micros {int} NOT NULL,
            currency {text} NOT NULL CHECK (length(currency) = 3), effect {real}, lower {real},
            upper {real}, uncertainty_pct {real},
            FOREIGN KEY (workspace_id, model_id) REFERENCES models (workspace_id, id)
                ON DELETE CASCADE,
            FOREIGN KEY (workspace_id, scenario_id) REFERENCES scenarios (workspace_id, id)
                ON DELETE CASCADE"
    ),
    table!(
        "robyn_comparison_weekly",
        "week_start {date} NOT NULL, model_id {uuid} NOT NULL, channel {text} NOT NULL,
            share {real} NOT NULL, ridge_share {real} NOT NULL, distance {real} NOT NULL,
            verdict {text} NOT NULL CHECK (verdict IN ('pass', 'review', 'fail')),
            FOREIGN KEY (workspace_id, model_id) REFERENCES models (workspace_id, id)
                ON DELETE CASCADE"
    ),
    table!(
        "attribution_touchpoints",
        "at {time} NOT NULL, user_hash {text} NOT NULL, channel {text} NOT NULL,
            campaign {text}, event {text} NOT NULL, conversion {bool} NOT NULL,
            value_micros {int}, currency {text} CHECK (length(currency) = 3),
            properties {json} NOT NULL"
    ),
    table!(
        "bidding_events",
        "at {time} NOT NULL, campaign_id {uuid}, won {bool} NOT NULL,
            bid_micros {int} NOT NULL CHECK (bid_micros >= 0), price_micros {int},
            currency {text} NOT NULL CHECK (length(currency) = 3), detail {json} NOT NULL"
    ),
    view!(
        "performance_metrics",
        "SELECT workspace_id,
            {text_of:arm_id} || ' ' || CAST(at AS TEXT) || ' ' || attribution AS id, campaign_id, arm_id, at AS timestamp, impressions,
            clicks, conversions_micros / 1000000.0 AS conversions,
            cost_micros / 1000000.0 AS cost, revenue_micros / 1000000.0 AS revenue, currency,
            CASE WHEN cost_micros > 0 THEN revenue_micros * 1.0 / cost_micros END AS roas
         FROM metric_facts"
    ),
    view!(
        "api_call_log",
        "SELECT workspace_id, id, platform, endpoint, status, response_ms AS response_time,
            error_message, created_at AS timestamp
         FROM api_calls"
    ),
    view!(
        "ads_campaign_daily",
        "SELECT d.workspace_id, d.day AS date, d.campaign_id, c.name AS campaign, c.source,
            d.attribution, d.currency, d.impressions, d.clicks,
            d.conversions_micros / 1000000.0 AS conversions,
            d.cost_micros / 1000000.0 AS cost, d.revenue_micros / 1000000.0 AS revenue
         FROM campaign_days d
         JOIN campaigns c ON c.workspace_id = d.workspace_id AND c.id = d.campaign_id"
    ),
    view!(
        "training_episodes_daily",
        "SELECT workspace_id, {day_of:started_at} AS date, agent, COUNT(*) AS episodes,
            AVG(reward) AS reward, AVG(win_rate) AS win_rate
         FROM training_episodes GROUP BY workspace_id, {day_of:started_at}, agent"
    ),
    view!(
        "ab_experiments_daily",
        "SELECT workspace_id, {day_of:created_at} AS date, status, COUNT(*) AS experiments
         FROM ab_experiments GROUP BY workspace_id, {day_of:created_at}, status"
    ),
    view!(
        "ab_exposures_daily",
        "SELECT workspace_id, {day_of:at} AS date, experiment, variant, COUNT(*) AS exposures,
            COUNT(DISTINCT unit_hash) AS units
         FROM ab_exposures GROUP BY workspace_id, {day_of:at}, experiment, variant"
    ),
    view!(
        "bidding_events_per_minute",
        "SELECT workspace_id, {minute_of:at} AS minute, currency, COUNT(*) AS bids,
            SUM(CASE WHEN won THEN 1 ELSE 0 END) AS wins,
            SUM(CASE WHEN won THEN price_micros ELSE 0 END) / 1000000.0 AS spend
         FROM bidding_events GROUP BY workspace_id, {minute_of:at}, currency"
    ),
    view!(
        "ops_flow_runs",
        "SELECT r.workspace_id, r.job_id, j.kind AS flow, r.attempt, r.state, r.worker,
            r.started_at, r.finished_at, r.error, j.interval_start, j.interval_end
         FROM job_runs r JOIN jobs j ON j.workspace_id = r.workspace_id AND j.id = r.job_id"
    ),
    view!(
        "ops_alerts",
        "SELECT workspace_id, id, created_at AS timestamp, rule, severity, state, entity, message,
            measured, expected, cause, action, since, resolved_at
         FROM alerts"
    ),
];

pub(super) const MIGRATION: Migration = Migration { name: "0004_contract", up: &UP, down: &DOWN };

const UP: [&str; OBJECTS.len()] = {
    let mut statements = [""; OBJECTS.len()];
    let mut at = 0;
    while at < OBJECTS.len() {
        statements[at] = OBJECTS[at].create;
        at += 1;
    }
    statements
};

const DOWN: [&str; OBJECTS.len()] = {
    let mut statements = [""; OBJECTS.len()];
    let mut at = 0;
    while at < OBJECTS.len() {
        statements[OBJECTS.len() - 1 - at] = OBJECTS[at].drop;
        at += 1;
    }
    statements
};
