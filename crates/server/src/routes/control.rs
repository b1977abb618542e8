//! Control: reach planning, and the bandits' orchestrator.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outlay_core::Currency;
use outlay_engine::reach::{Curve, ReachRequest, Reached, reach as reached};
use outlay_planner::reach::{Method, ReachRow, Unit};
use outlay_store::ReachEstimate;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Analyst, Caller, Operator, Viewer};
use crate::extract::{Body, Listed, Paging, Params};
use crate::problem::Problem;
use crate::wire::contract::{ReachView, reach};
use crate::wire::sentence_case;
use crate::work::mart::NO_CURRENCY;

/// Most points of one request.
const POINTS: usize = 10_000;

/// Points of reach curves, and what is asked of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReachQuestion {
    /// Points: of each channel, and segment where there are several, at least one.
    #[schema(min_items = 1, max_items = 10000)]
    rows: Vec<ReachRow>,
    /// Numbers of exposures at which people are counted; 1 and 3 when empty.
    #[serde(default)]
    frequencies: Vec<u32>,
    /// Money to divide for the highest combined reach.
    #[serde(default)]
    budget: Option<f64>,
    /// Share of the population to reach for as little money as possible, 0 to 1.
    #[serde(default)]
    target: Option<f64>,
    /// What a curve keeps of its points.
    #[serde(default)]
    method: Method,
    /// ISO code of spend.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
}

/// What the orchestrator may do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to refuse what makes no sense; the step itself is not built")]
struct Orchestration {
    /// Days that are looked back on.
    #[schema(minimum = 1, maximum = 365)]
    lookback_days: u32,
    /// Most money per acquisition, in the workspace's currency.
    #[serde(default)]
    cac_cap: Option<f64>,
    /// Largest change of a budget, as a share.
    #[serde(default)]
    change_max: Option<f64>,
    /// Share of money for exploring.
    #[serde(default)]
    exploration_share: Option<f64>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(estimates, plan)).routes(routes!(orchestrate))
}

/// Estimates of reach that were made, newest first.
#[utoipa::path(get, path = "/api/control/reach-planner", tag = "control", params(Paging),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<ReachView>), (status = 422, body = Problem)))]
async fn estimates(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(paging): Params<Paging>,
) -> Result<Json<Listed<ReachView>>, Problem> {
    let found = app.scope(caller.workspace).mart().reach(paging.page()?).await?;
    Ok(Json(Listed::of(found, reach)))
}

/// Fits reach curves to points, and divides a budget for the most people. What each channel reaches
/// is kept.
#[utoipa::path(post, path = "/api/control/reach-planner", tag = "control",
    request_body = ReachQuestion,
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 200, body = Reached), (status = 422, body = Problem)))]
async fn plan(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Body(question): Body<ReachQuestion>,
) -> Result<Json<Reached>, Problem> {
    if question.rows.len() > POINTS {
        let title = "there are too many points";
        return Err(Problem::refused("reach.points", title, format!("send at most {POINTS}")));
    }
    let request = ReachRequest {
        frequencies: question.frequencies,
        budget: question.budget,
        target: question.target,
        method: question.method,
    };
    let table = table(&question.rows);
    let made =
        tokio::task::spawn_blocking(move || reached("the points", table.as_bytes(), &request));
    let mut answer = made.await??;
    answer.sentence = sentence_case(&answer.sentence);
    let currency =
        question.currency.map_or_else(|| NO_CURRENCY.to_owned(), |c| c.code().to_owned());
    let (workspace, now) = (caller.workspace, app.now());
    let rows: Vec<ReachEstimate> =
        answer.curves.iter().filter_map(|curve| estimate(curve, &currency, now)).collect();
    let kept = app.store.transact(move |t| {
        let rows = rows.clone();
        Box::pin(async move {
            for row in &rows {
                t.workspace(workspace).mart().add_reach(row, now).await?;
            }
            Ok(())
        })
    });
    kept.await?;
    Ok(Json(answer))
}

/// The points as the table that the step reads.
fn table(rows: &[ReachRow]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut table = String::from(
        "channel,segment,population,unit,cost_per_thousand,bought,frequency,reached\n",
    );
    for row in rows {
        let unit = match row.unit {
            Unit::Spend => "spend",
            Unit::Impressions => "impressions",
        };
        let price = row.cost_per_thousand.map(|price| price.to_string()).unwrap_or_default();
        table += &format!(
            "{},{},{},{unit},{price},{},{},{}\n",
            quoted(&row.channel),
            quoted(&row.segment),
            row.population,
            row.bought,
            row.frequency,
            row.reached,
        );
    }
    table
}

/// What a curve says at its largest amount, where money is known.
fn estimate(
    curve: &Curve,
    currency: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<ReachEstimate> {
    let last = &curve.last;
    let cost = match curve.unit {
        Unit::Spend => Some(last.bought),
        Unit::Impressions => last.cost,
    };
    let labels = curve.segment.iter().map(|(label, value)| format!("{label}={value}"));
    Some(ReachEstimate {
        at: now,
        segment: labels.collect::<Vec<_>>().join(";"),
        budget_micros: (cost? * 1e6).round() as i64,
        currency: currency.to_owned(),
        frequency: last.average_frequency,
        reach: last.reach.first()?.people.round() as i64,
        impressions: Some(last.impressions.round() as i64),
        source: "own points".to_owned(),
        detail: json!({ "channel": curve.channel, "limit": curve.limit }),
    })
}

/// Runs the bandits' orchestrator with an explicit look-back and caps. That step is not built yet:
/// the answer is 409 `step.not-built`, and nothing happens.
#[utoipa::path(post, path = "/api/control/bandit-apply", tag = "control",
    request_body = Orchestration,
    security(("session" = ["operator"]), ("token" = ["operator"])),
    responses((status = 409, body = Problem), (status = 422, body = Problem)))]
async fn orchestrate(
    _: Caller<Operator>,
    Body(_): Body<Orchestration>,
) -> Result<StatusCode, Problem> {
    let title = "this program has no bandits yet, so that there is nothing to apply";
    let next = "plan budgets with POST /api/plans; GET /api/recommendations shows what waits";
    Err(Problem::conflict("step.not-built", title, next))
}
