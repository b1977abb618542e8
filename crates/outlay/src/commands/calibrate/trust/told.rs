//! Answers that other programs gave on the same brands, and the files that they answer on.
//!
//! A run with `--keep-data` leaves each brand as `brands/CLASS-SEED/data.csv` with a `brand.json` that
//! says what the columns are and what is asked. Whoever answers puts `NAME.json` beside them; a later
//! run with `--answers NAME` scores it like every other row.

use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use outlay_core::{Exposure, Fingerprint, Granularity, KpiKind, Panel};
use outlay_mmm::summary::Estimate;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Stop};
use super::brand::Brand;
use super::plan;
use crate::failure::{Exit, Failure};

/// Name and version of the schema of `brand.json`.
const BRAND: &str = "outlay/brand/1";
/// Name and version of the schema of an answer.
const ANSWER: &str = "outlay/answer/1";

/// `brand.json`.
#[derive(Serialize)]
struct Described<'a> {
    schema: &'static str,
    class: &'a str,
    seed: u64,
    /// Fingerprint of the brand, to be repeated by the answer.
    brand: &'a str,
    granularity: Granularity,
    /// Column of the KPI, and whether it is revenue.
    kpi: &'a str,
    kpi_is_revenue: bool,
    /// Revenue of a KPI unit, where it is known and the KPI is no revenue.
    revenue_per_unit: Option<f64>,
    periods: usize,
    /// With more than one: columns `geo` and `population`.
    geos: usize,
    channels: Vec<Media<'a>>,
    organic: Vec<Media<'a>>,
    controls: Vec<&'a str>,
    treatments: Vec<&'a str>,
    /// Periods of the next quarter.
    horizon: usize,
    /// Multiples of the last quarter's media at which curves are asked for.
    multiples: Vec<f64>,
}

/// Columns of a channel.
#[derive(Serialize)]
struct Media<'a> {
    name: &'a str,
    spend: Option<String>,
    /// Exposure; absent where spend is all that is known.
    exposure: Option<String>,
    reach: Option<String>,
    frequency: Option<String>,
}

/// An answer of another program; what else it says is for people.
#[derive(Deserialize)]
struct Told {
    schema: String,
    /// Fingerprint of the brand that was answered on.
    brand: String,
    /// Return on spend per channel.
    returns: IndexMap<String, Estimate>,
    /// Mean outcome of all paid channels within the data.
    total: f64,
    /// Mean outcome of the next quarter's media per channel at each of the multiples.
    #[serde(default)]
    curves: IndexMap<String, Vec<f64>>,
    cpu_seconds: f64,
}

/// Folder of a brand.
fn folder(out: &Path, class: &str, seed: u64) -> PathBuf {
    out.join("brands").join(format!("{class}-{seed}"))
}

/// Writes a brand's data, and what the columns are.
pub(super) fn keep(out: &Path, brand: &Brand) -> Result<(), Failure> {
    let folder = folder(out, brand.class.name(), brand.seed);
    let described = described(brand);
    let text = serde_json::to_string_pretty(&described)
        .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, "please report this"))?;
    let written = fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join("data.csv"), brand.world.to_csv()))
        .and_then(|()| fs::write(folder.join("brand.json"), text + "\n"));
    written.map_err(|e| {
        Failure::new(
            Exit::Files,
            "calibrate.write",
            format!("cannot write to {}: {e}", folder.display()),
            "choose a folder that you may write to",
        )
    })
}

fn described(brand: &Brand) -> Described<'_> {
    let panel: &Panel = &brand.world.panel;
    let first = |g| panel.kpi.revenue_per_unit.as_ref().map(|worth| worth.at(g, 0));
    Described {
        schema: BRAND,
        class: brand.class.name(),
        seed: brand.seed,
        brand: &brand.fingerprint,
        granularity: panel.calendar.granularity(),
        kpi: &panel.kpi.name,
        kpi_is_revenue: panel.kpi.kind == KpiKind::Revenue,
        revenue_per_unit: first(0),
        periods: panel.n_periods(),
        geos: panel.n_geos(),
        channels: panel.channels.iter().map(|c| media(&c.name, &c.exposure, true)).collect(),
        organic: panel.organic.iter().map(|o| media(&o.name, &o.exposure, false)).collect(),
        controls: panel.controls.iter().map(|c| c.name.as_str()).collect(),
        treatments: panel.treatments.iter().map(|t| t.name.as_str()).collect(),
        horizon: brand.ahead.periods(),
        multiples: plan::multiples(),
    }
}

fn media<'a>(name: &'a str, exposure: &Exposure, paid: bool) -> Media<'a> {
    let column = |what: &str| Some(format!("{name}_{what}"));
    let (exposed, reach, frequency) = match exposure {
        Exposure::Volume { unit, .. } if unit == "spend" => (None, None, None),
        Exposure::Volume { unit, .. } => (column(unit), None, None),
        Exposure::ReachFrequency { .. } => (None, column("reach"), column("frequency")),
    };
    let spend = if paid { column("spend") } else { None };
    Media { name, spend, exposure: exposed, reach, frequency }
}

/// Text of an answer, and its fingerprint.
pub(super) fn read(
    out: Option<&Path>,
    brand: &Brand,
    name: &str,
) -> Result<(String, String), Stop> {
    let out = out.ok_or_else(|| Stop::Failed("answers lie in --out, which is missing".into()))?;
    let path = folder(out, brand.class.name(), brand.seed).join(format!("{name}.json"));
    let text = fs::read_to_string(&path)
        .map_err(|e| Stop::Failed(format!("cannot read {}: {e}", path.display())))?;
    let fingerprint = Fingerprint::of([text.as_bytes()]).short().to_owned();
    Ok((text, fingerprint))
}

/// The answer that a text holds.
pub(super) fn answer(brand: &Brand, text: &str) -> Result<Answer, Stop> {
    let told: Told = serde_json::from_str(text).map_err(|e| Stop::failed(&e))?;
    if told.schema != ANSWER {
        return Err(Stop::Failed(format!("the answer's schema is {}, not {ANSWER}", told.schema)));
    }
    if told.brand != brand.fingerprint {
        let Told { brand: other, .. } = told;
        return Err(Stop::Failed(format!(
            "the answer is on brand {other}, which is no longer this one: answer again"
        )));
    }
    let points = plan::multiples().len();
    let curves: Option<Vec<Vec<f64>>> = (!told.curves.is_empty()).then(|| {
        let names = brand.world.panel.channels.iter().map(|c| c.name.as_str());
        names.map(|name| told.curves.get(name).cloned().unwrap_or_default()).collect()
    });
    if curves.iter().flatten().any(|curve| curve.len() != points) {
        return Err(Stop::Failed(format!("each channel needs a curve of {points} points")));
    }
    Ok(Answer {
        returns: told.returns.into_iter().collect(),
        total: told.total,
        curves,
        outlook: None,
        cpu_seconds: told.cpu_seconds,
        divergences: None,
        khat: None,
        structures: Vec::new(),
    })
}
