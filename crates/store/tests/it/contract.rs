//! Every name that other tools rely on.

use outlay_store::contract::{self, Kind};
use sea_orm::ConnectionTrait;

use crate::schema::objects;
use crate::support::{now, on_both, on_both_empty};

const TABLES: [&str; 21] = [
    "training_episodes",
    "safety_events",
    "ab_experiments",
    "ab_exposures",
    "fidelity_evaluations",
    "canary_changes",
    "canary_budgets_snapshot",
    "bandit_decisions",
    "bandit_change_proposals",
    "bandit_change_approvals",
    "platform_skeletons",
    "journey_paths_daily",
    "segment_scores_daily",
    "segment_audience_map",
    "value_uploads_log",
    "channel_attribution_weekly",
    "youtube_reach_estimates",
    "mmm_curves",
    "mmm_allocations",
    "robyn_comparison_weekly",
    "attribution_touchpoints",
];

const VIEWS: [&str; 9] = [
    "ops_flow_runs",
    "ops_alerts",
    "training_episodes_daily",
    "ads_campaign_daily",
    "ab_experiments_daily",
    "ab_exposures_daily",
    "bidding_events_per_minute",
    "performance_metrics",
    "api_call_log",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_name_is_there_and_ensuring_twice_changes_nothing() {
    on_both(async |fresh| {
        let standings = contract::check(&fresh.store).await.unwrap();
        let holds = |name: &str, kind: Kind| {
            let standing = standings.iter().find(|standing| standing.name == name);
            let standing = standing.unwrap_or_else(|| panic!("{name} is not in the contract"));
            assert!(standing.holds() && standing.kind == kind, "{standing:?}");
            assert_eq!(standing.rows, Some(0), "{name}");
        };
        TABLES.iter().for_each(|name| holds(name, Kind::Table));
        VIEWS.iter().for_each(|name| holds(name, Kind::View));
        for name in ["campaigns", "arms", "agent_state", "metric_facts", "bidding_events"] {
            holds(name, Kind::Table);
        }
        assert!(contract::ensure(&fresh.store).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_built_store_is_told_and_repaired() {
    on_both(async |fresh| {
        let whole = objects(fresh).await;
        let raw = fresh.raw().await;
        for sql in [
            "DROP VIEW ops_alerts",
            "DROP VIEW bidding_events_per_minute",
            "DROP TABLE bidding_events",
        ] {
            raw.execute_unprepared(sql).await.unwrap();
        }
        let standings = contract::check(&fresh.store).await.unwrap();
        let missing: Vec<_> =
            standings.iter().filter(|standing| !standing.holds()).map(|s| s.name).collect();
        assert_eq!(missing, ["bidding_events", "bidding_events_per_minute", "ops_alerts"]);
        assert_eq!(contract::ensure(&fresh.store).await.unwrap(), missing);
        assert!(contract::ensure(&fresh.store).await.unwrap().is_empty());
        assert_eq!(objects(fresh).await, whole);
        raw.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_store_is_told() {
    on_both_empty(async |fresh| {
        let standings = contract::check(&fresh.store).await.unwrap();
        assert!(standings.iter().all(|standing| standing.found.is_none()));
        let refused = contract::ensure(&fresh.store).await;
        assert!(refused.unwrap_err().to_string().contains("migrations behind"));
        fresh.store.migrate(now()).await.unwrap();
        contract::check(&fresh.store).await.unwrap().iter().for_each(|s| assert!(s.holds()));
    })
    .await;
}
