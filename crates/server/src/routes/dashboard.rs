//! What Home shows: the last periods of the newest data set, and the published model's answers.

use axum::Json;
use axum::extract::State;
use outlay_core::Panel;
use outlay_store::{Dataset, DatasetState, Model, Page, Stored, WorkspaceId};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::datasets::panel;
use crate::app::{App, Shared};
use crate::auth::{Caller, Viewer};
use crate::problem::Problem;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(summary))
}

/// Everything that Home shows.
#[utoipa::path(get, path = "/api/dashboard/summary", tag = "dashboard",
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Object)))]
async fn summary(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
) -> Result<Json<Value>, Problem> {
    let model = published(&app, caller.workspace).await?;
    let dataset = current(&app, caller.workspace, model.as_ref()).await?;
    let mut served = json!({
        "sentence": null, "dataset": null, "model": null, "currency": null,
        "outcome_unit": "", "outcome_is_money": false, "granularity": "week",
        "freshness": null, "window": null, "kpi": null, "spend": null,
        "efficiency": [], "mover": null, "allows": [], "needs": [],
    });
    let Some(dataset) = dataset else { return Ok(Json(served)) };
    let (_, checked) = panel(&app, caller.workspace, dataset.id).await?;
    let shape = dataset.body.description.get("shape").cloned().unwrap_or_default();
    for name in ["currency", "outcome_unit", "outcome_is_money", "granularity"] {
        served[name] = shape.get(name).cloned().unwrap_or_default();
    }
    served["dataset"] = json!({ "id": dataset.id, "name": dataset.body.name });
    let quality = dataset.body.quality.as_ref();
    served["allows"] = quality.and_then(|q| q.get("allows")).cloned().unwrap_or_else(|| json!([]));
    let answers = model.as_ref().and_then(|model| model.body.summary.as_ref());
    if let Some(model) = &model {
        served["model"] = json!({
            "id": model.id, "name": model.body.name, "version": model.body.number,
        });
        served["sentence"] = answers.and_then(|a| a.get("sentence")).cloned().unwrap_or_default();
    }
    window(&mut served, &checked.panel, answers);
    Ok(Json(served))
}

/// The model that others plan with, published last.
async fn published(app: &App, workspace: WorkspaceId) -> Result<Option<Stored<Model>>, Problem> {
    let models = app.scope(workspace).models();
    let mut page = Page::default();
    let mut newest: Option<Stored<Model>> = None;
    loop {
        let found = models.list(page).await?;
        for model in found.rows {
            let later =
                newest.as_ref().is_none_or(|n| n.body.published_at < model.body.published_at);
            if model.body.published_at.is_some() && later {
                newest = Some(model);
            }
        }
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(newest),
        }
    }
}

/// The data set of the published model; the newest one without.
async fn current(
    app: &App,
    workspace: WorkspaceId,
    model: Option<&Stored<Model>>,
) -> Result<Option<Stored<Dataset>>, Problem> {
    let datasets = app.scope(workspace).datasets();
    if let Some(model) = model {
        return Ok(datasets.find(model.body.dataset_id).await?);
    }
    let page = datasets.list(Page::default()).await?;
    Ok(page.rows.into_iter().find(|dataset| dataset.body.state == DatasetState::Ready))
}

/// A quarter of the data beside the quarter before it.
fn window(served: &mut Value, panel: &Panel, answers: Option<&Value>) {
    let starts = panel.calendar.starts();
    let quarter = (panel.calendar.granularity().periods_per_whole_year() / 4).max(1);
    let periods = quarter.min(starts.len());
    let from = starts.len() - periods;
    let last = |values: &[f64]| values[values.len() - periods..].to_vec();
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    let before = |values: &[f64]| {
        let end = values.len() - periods;
        (from >= periods).then(|| sum(&values[end - periods..end]))
    };
    served["window"] =
        json!({ "periods": periods, "from": starts[from..].first(), "to": starts.last() });
    let kpi = panel.kpi.values.national();
    served["kpi"] = json!({
        "name": panel.kpi.name, "dates": &starts[from..], "values": last(&kpi),
        "total": sum(&last(&kpi)), "before": before(&kpi),
    });
    let spends: Vec<(&str, Vec<f64>)> =
        panel.channels.iter().map(|c| (c.name.as_str(), c.spend.national())).collect();
    let total: f64 = spends.iter().map(|(_, values)| sum(&last(values))).sum();
    let earlier: Option<f64> = spends.iter().map(|(_, values)| before(values)).sum();
    let channels: Vec<Value> = spends
        .iter()
        .map(|(name, values)| {
            json!({
                "name": name, "values": last(values), "total": sum(&last(values)),
                "before": before(values),
            })
        })
        .collect();
    served["spend"] = json!({
        "dates": &starts[from..], "channels": channels, "total": total, "before": earlier,
    });
    let efficiency = spends.iter().map(|(name, values)| {
        let spend = sum(&last(values));
        let answer = answers.and_then(|a| a.get("channels")?.get(*name));
        let of = |key: &str| answer.and_then(|a| a.get(key)).cloned().unwrap_or_default();
        json!({
            "channel": name, "spend": spend, "roi": of("roi"), "mroi": of("mroi"),
            "share": if total > 0.0 { spend / total } else { 0.0 }, "cost": null,
        })
    });
    served["efficiency"] = efficiency.collect();
}
