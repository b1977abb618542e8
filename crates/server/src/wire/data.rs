//! Uploads, descriptions, data sets as they are served.

use chrono::{DateTime, Utc};
use outlay_connect::{Description, Severity};
use outlay_core::registry::{Registry, keys};
use outlay_core::{Exposure, Panel};
use outlay_engine::check::{Card, State, card};
use outlay_engine::collect::{Cell, Collected};
use outlay_store::{Dataset, Id, Stored, Upload};
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A file that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Upload>,
    name: String,
    /// Bytes that are there.
    bytes: i64,
    /// SHA-256 of the whole, in hexadecimal; `null` while parts are missing.
    sha256: Option<String>,
    /// `receiving`, `complete` or `failed`.
    state: String,
    at: DateTime<Utc>,
}

/// An upload as it is served.
pub(crate) fn upload(stored: Stored<Upload>) -> UploadView {
    UploadView {
        id: stored.id,
        name: stored.body.name,
        bytes: stored.body.bytes_received,
        sha256: stored.body.sha256,
        state: stored.body.state.to_string(),
        at: stored.created_at,
    }
}

/// What a file holds: the engine's description with its sheets and its first rows.
pub(crate) fn description(collected: &Collected, registry: &Registry) -> Result<Json, Problem> {
    let mut served = serde_json::to_value(collected.describe(registry))?;
    let rows = registry.get(&keys::SERVER_PREVIEW) as usize;
    let preview = collected.preview(rows);
    let columns: Vec<&str> = preview.columns.iter().map(|c| c.name.as_str()).collect();
    let cell = |cell: &Cell| match cell {
        Cell::Number(x) => Some(x.to_string()),
        Cell::Text(text) => Some(text.clone()),
        Cell::Missing => None,
    };
    let rows: Vec<Vec<Option<String>>> = (0..preview.rows)
        .map(|row| preview.columns.iter().map(|c| c.cells.get(row).and_then(cell)).collect())
        .collect();
    if let Some(object) = served.as_object_mut() {
        object.insert("preview".to_owned(), json!({ "columns": columns, "rows": rows }));
        object.entry("sheets").or_insert_with(|| json!([]));
    }
    Ok(served)
}

/// What a file makes under a mapping.
pub(crate) fn check(collected: &Collected, registry: &Registry) -> Result<Json, Problem> {
    let described = collected.describe(registry);
    let card = card(collected, registry);
    let errors = described.findings.iter().filter(|f| f.severity == Severity::Error);
    Ok(json!({
        "valid": described.ready,
        "sentence": described.sentence,
        "problems": errors.collect::<Vec<_>>(),
        "totals": described.totals,
        "panel": described.panel,
        "quality": quality(&card, &described, registry)?,
    }))
}

/// The quality card: the engine's, with its verdict, all findings, and what so much is enough for.
pub(crate) fn quality(
    card: &Card,
    described: &Description,
    registry: &Registry,
) -> Result<Json, Problem> {
    let verdict = match card.state {
        State::Good | State::Note => "ok",
        State::Look => "review",
        State::Bad => "fail",
    };
    let years = registry.get(&keys::DATA_HISTORY_YEARS);
    let allows = card.allows.iter().flat_map(|allowed| {
        let year = card.panel.as_ref().map_or(0.0, |panel| panel.granularity.per_year());
        let enough = allowed.channels_at_most >= allowed.channels;
        [
            rung("fit", "Fit a model", &allowed.sentence, 0.0, card.ready),
            rung(
                "channels",
                "Tell these channels apart",
                &format!(
                    "So much history is enough for about {} channels; there are {}.",
                    allowed.channels_at_most, allowed.channels
                ),
                0.0,
                enough,
            ),
            rung(
                "seasons",
                "Tell seasons from media",
                &format!(
                    "Seasons that come back need about {years} years; there are {:.1}.",
                    allowed.years
                ),
                (years * year).ceil(),
                allowed.seasons,
            ),
            rung(
                "backtest",
                "Try the model on what it has not seen",
                &format!(
                    "The model is tried on {} stretches that it has not seen.",
                    allowed.backtest_origins
                ),
                0.0,
                allowed.backtest_origins > 0,
            ),
        ]
    });
    let mut served = serde_json::to_value(card)?;
    if let Some(object) = served.as_object_mut() {
        let allowance = object.remove("allows").unwrap_or_default();
        object.insert("allowance".to_owned(), allowance);
        object.insert("verdict".to_owned(), verdict.into());
        object.insert("score".to_owned(), Json::Null);
        object.insert("findings".to_owned(), serde_json::to_value(&described.findings)?);
        object.insert("allows".to_owned(), allows.collect());
    }
    Ok(served)
}

fn rung(key: &str, title: &str, sentence: &str, needs: f64, allowed: bool) -> Json {
    json!({ "key": key, "title": title, "sentence": sentence, "needs": needs, "allowed": allowed })
}

/// What is known of a panel without its numbers.
pub(crate) fn shape(panel: &Panel) -> Json {
    let starts = panel.calendar.starts();
    let money = panel.outcome_is_money();
    let paid = panel.channels.iter().map(|c| c.name.as_str());
    let channels: Vec<&str> = paid.chain(panel.organic.iter().map(|o| o.name.as_str())).collect();
    json!({
        "granularity": panel.calendar.granularity(),
        "periods": starts.len(),
        "from": starts.first(),
        "to": starts.last(),
        "channels": channels,
        "geos": panel.geos,
        "kpi": panel.kpi.name,
        "outcome_unit": match (&panel.currency, money) {
            (Some(currency), true) => currency.code().to_owned(),
            (None, true) => "revenue".to_owned(),
            (_, false) => panel.kpi.name.clone(),
        },
        "outcome_is_money": money,
        "currency": panel.currency,
    })
}

/// National series of a panel; media before the first outcome are left out.
pub(crate) fn series(panel: &Panel) -> Json {
    let skip = panel.lead_in;
    let tail = |values: Vec<f64>| values.get(skip..).map(<[f64]>::to_vec);
    let unit = |exposure: &Exposure| match exposure {
        Exposure::Volume { unit, .. } => unit.clone(),
        Exposure::ReachFrequency { .. } => "impressions".to_owned(),
    };
    let paid = panel.channels.iter().map(|c| {
        json!({
            "name": c.name, "kind": "paid", "spend": tail(c.spend.national()),
            "exposure": tail(c.exposure.impressions().national()),
            "exposure_unit": unit(&c.exposure),
        })
    });
    let organic = panel.organic.iter().map(|o| {
        json!({
            "name": o.name, "kind": "organic", "spend": null,
            "exposure": tail(o.exposure.impressions().national()),
            "exposure_unit": unit(&o.exposure),
        })
    });
    json!({
        "dates": panel.calendar.starts(),
        "kpi": { "name": panel.kpi.name, "values": panel.kpi.values.national() },
        "channels": paid.chain(organic).collect::<Vec<_>>(),
    })
}

/// A data set as it is served: its shape, and what the checks said in short.
pub(crate) fn dataset(stored: &Stored<Dataset>) -> Json {
    let mut served = stored.body.description.get("shape").cloned().unwrap_or_else(|| json!({}));
    let quality = stored.body.quality.as_ref();
    let of = |name: &str| quality.and_then(|q| q.get(name)).cloned().unwrap_or_default();
    let findings =
        quality.and_then(|q| q.get("findings")).and_then(Json::as_array).map_or(0, Vec::len);
    if let Some(object) = served.as_object_mut() {
        object.extend(
            [
                ("id", json!(stored.id)),
                ("name", json!(stored.body.name)),
                ("version", json!(stored.version)),
                ("state", json!(stored.body.state)),
                ("fingerprint", json!(stored.body.fingerprint)),
                (
                    "quality",
                    json!({ "verdict": of("verdict"), "score": of("score"), "findings": findings }),
                ),
                ("upload", json!(stored.body.upload_id)),
                ("created_at", json!(stored.created_at)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    served
}
