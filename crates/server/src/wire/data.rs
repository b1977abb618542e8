//! Uploads, descriptions, data sets as they are served.

use chrono::{DateTime, NaiveDate, Utc};
use outlay_connect::{Description, Finding, PanelShape, Severity, Totals};
use outlay_core::registry::{Registry, keys};
use outlay_core::{Exposure, Granularity, Grid, Panel};
use outlay_engine::check::card;
use outlay_engine::collect::{Cell, Collected};
use outlay_mmm::summary::{ChannelKind, Verdict};
use outlay_store::{Dataset, DatasetState, Id, Stored, Upload, UploadState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::quality::{QualityView, quality};
use super::range::RangeView;
use crate::problem::Problem;
use crate::range::{Ask, Window, row};

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
    state: UploadState,
    at: DateTime<Utc>,
}

/// An upload as it is served.
pub(crate) fn upload(stored: Stored<Upload>) -> UploadView {
    UploadView {
        id: stored.id,
        name: stored.body.name,
        bytes: stored.body.bytes_received,
        sha256: stored.body.sha256,
        state: stored.body.state,
        at: stored.created_at,
    }
}

/// The first rows of a file, as text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Preview {
    columns: Vec<String>,
    /// One list per row; `null` where a cell is empty.
    rows: Vec<Vec<Option<String>>>,
}

/// What a file holds, with its first rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DescriptionView {
    #[serde(flatten)]
    description: Description,
    /// Sheets of a workbook to choose among; empty for other files.
    sheets: Vec<String>,
    preview: Preview,
}

/// What a file holds: the engine's description with its first rows.
pub(crate) fn description(
    collected: &Collected,
    registry: &Registry,
) -> Result<DescriptionView, Problem> {
    let rows = registry.get(&keys::SERVER_PREVIEW) as usize;
    let preview = collected.preview(rows);
    let columns: Vec<String> = preview.columns.iter().map(|c| c.name.clone()).collect();
    let cell = |cell: &Cell| match cell {
        Cell::Number(x) => Some(x.to_string()),
        Cell::Text(text) => Some(text.clone()),
        Cell::Missing => None,
    };
    let rows: Vec<Vec<Option<String>>> = (0..preview.rows)
        .map(|row| preview.columns.iter().map(|c| c.cells.get(row).and_then(cell)).collect())
        .collect();
    let description = collected.describe(registry);
    Ok(DescriptionView { description, sheets: Vec::new(), preview: Preview { columns, rows } })
}

/// What a file makes under a mapping.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    /// Whether it can be learnt from.
    valid: bool,
    /// The file in one sentence.
    sentence: String,
    /// What keeps it from being used.
    problems: Vec<Finding>,
    /// What it adds up to, where its dates can be read.
    totals: Option<Totals>,
    /// Size of the panel, where the data makes one.
    panel: Option<PanelShape>,
    quality: QualityView,
}

/// What a file makes under a mapping.
pub(crate) fn check(collected: &Collected, registry: &Registry) -> Result<CheckView, Problem> {
    let described = collected.describe(registry);
    let card = card(collected, registry);
    let errors = described.findings.iter().filter(|f| f.severity == Severity::Error);
    Ok(CheckView {
        problems: errors.cloned().collect(),
        quality: quality(&card, &described, registry),
        valid: described.ready,
        sentence: described.sentence,
        totals: described.totals,
        panel: described.panel,
    })
}

/// What is known of a panel without its numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Shape {
    #[schema(value_type = Granularity)]
    pub(crate) granularity: String,
    /// Periods with a KPI.
    pub(crate) periods: usize,
    /// First day of the first of them.
    #[schema(required)]
    pub(crate) from: Option<NaiveDate>,
    /// First day of the last of them.
    #[schema(required)]
    pub(crate) to: Option<NaiveDate>,
    /// Paid channels in the order of the file, then organic ones.
    pub(crate) channels: Vec<String>,
    pub(crate) geos: Vec<String>,
    /// Column of the outcome.
    pub(crate) kpi: String,
    /// What outcomes are counted in: a currency, `revenue`, or the KPI's name.
    pub(crate) outcome_unit: String,
    pub(crate) outcome_is_money: bool,
    /// ISO code of spend and revenue, where known.
    #[schema(required)]
    pub(crate) currency: Option<String>,
}

/// What is known of a panel without its numbers.
pub(crate) fn shape(panel: &Panel) -> Shape {
    let starts = panel.calendar.starts();
    let money = panel.outcome_is_money();
    let paid = panel.channels.iter().map(|c| c.name.clone());
    Shape {
        granularity: panel.calendar.granularity().to_string(),
        periods: starts.len(),
        from: starts.first().copied(),
        to: starts.last().copied(),
        channels: paid.chain(panel.organic.iter().map(|o| o.name.clone())).collect(),
        geos: panel.geos.clone(),
        kpi: panel.kpi.name.clone(),
        outcome_unit: match (&panel.currency, money) {
            (Some(currency), true) => currency.code().to_owned(),
            (None, true) => "revenue".to_owned(),
            (_, false) => panel.kpi.name.clone(),
        },
        outcome_is_money: money,
        currency: panel.currency.map(|currency| currency.code().to_owned()),
    }
}

/// The outcome per period.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KpiSeries {
    name: String,
    values: Vec<f64>,
}

/// A channel per period.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelSeries {
    name: String,
    /// `paid` or `organic`.
    kind: ChannelKind,
    /// `null` for organic channels.
    #[schema(required)]
    spend: Option<Vec<f64>>,
    exposure: Vec<f64>,
    /// What `exposure` counts.
    exposure_unit: String,
}

/// The data per period.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesView {
    /// The range that is shown; `null` for data without periods.
    #[schema(required)]
    range: Option<RangeView>,
    /// First days of its periods.
    dates: Vec<NaiveDate>,
    kpi: KpiSeries,
    channels: Vec<ChannelSeries>,
}

/// Series of a panel over a range, of one region or of all together; media before the first outcome
/// are left out.
pub(crate) fn series(panel: &Panel, ask: Ask, geo: Option<usize>) -> SeriesView {
    let window = Window::of(ask, &panel.calendar);
    let inside = |values: &[f64]| values.get(window.inside.clone()).unwrap_or_default().to_vec();
    let of = |grid: &Grid| inside(&row(grid, geo));
    let exposed = |exposure: &Exposure| {
        let values = row(&exposure.impressions(), geo);
        inside(values.get(panel.lead_in..).unwrap_or_default())
    };
    let unit = |exposure: &Exposure| match exposure {
        Exposure::Volume { unit, .. } => unit.clone(),
        Exposure::ReachFrequency { .. } => "impressions".to_owned(),
    };
    let paid = panel.channels.iter().map(|c| ChannelSeries {
        name: c.name.clone(),
        kind: ChannelKind::Paid,
        spend: Some(of(&c.spend)),
        exposure: exposed(&c.exposure),
        exposure_unit: unit(&c.exposure),
    });
    let organic = panel.organic.iter().map(|o| ChannelSeries {
        name: o.name.clone(),
        kind: ChannelKind::Organic,
        spend: None,
        exposure: exposed(&o.exposure),
        exposure_unit: unit(&o.exposure),
    });
    let dates = panel.calendar.starts().get(window.inside.clone()).unwrap_or_default();
    SeriesView {
        range: window.view(&panel.calendar),
        dates: dates.to_vec(),
        kpi: KpiSeries { name: panel.kpi.name.clone(), values: of(&panel.kpi.values) },
        channels: paid.chain(organic).collect(),
    }
}

/// What the checks said of a data set, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityShort {
    /// `null` where nothing was checked.
    #[schema(required)]
    verdict: Option<Verdict>,
    /// How many findings there are.
    findings: usize,
}

/// A data set: its shape, and what the checks said in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatasetView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Dataset>,
    name: String,
    version: i64,
    state: DatasetState,
    /// Fingerprint of the data.
    #[schema(required)]
    fingerprint: Option<String>,
    quality: QualityShort,
    /// The file it came from.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    upload: Option<Id<Upload>>,
    created_at: DateTime<Utc>,
    /// Last day of the last period.
    #[schema(required)]
    until: Option<NaiveDate>,
    #[serde(flatten)]
    shape: Shape,
}

/// The shape that is stored with a data set.
pub(crate) fn shape_of(stored: &Stored<Dataset>) -> Shape {
    let shape = stored.body.description.get("shape").cloned().unwrap_or_default();
    serde_json::from_value(shape).unwrap_or_default()
}

/// The last day of the period that begins at `start`.
fn end_of(start: NaiveDate, granularity: &str) -> Option<NaiveDate> {
    let granularity: Granularity = serde_json::from_value(granularity.into()).ok()?;
    granularity.advance(start, 1)?.pred_opt()
}

/// A data set as it is served.
pub(crate) fn dataset(stored: &Stored<Dataset>) -> DatasetView {
    let quality = stored.body.quality.as_ref();
    let verdict = quality.and_then(|q| serde_json::from_value(q.get("verdict")?.clone()).ok());
    let shape = shape_of(stored);
    let findings = quality.and_then(|q| Some(q.get("findings")?.as_array()?.len()));
    DatasetView {
        id: stored.id,
        name: stored.body.name.clone(),
        version: stored.version,
        state: stored.body.state,
        fingerprint: stored.body.fingerprint.clone(),
        quality: QualityShort { verdict, findings: findings.unwrap_or_default() },
        upload: stored.body.upload_id,
        created_at: stored.created_at,
        until: shape.to.and_then(|start| end_of(start, &shape.granularity)),
        shape,
    }
}
