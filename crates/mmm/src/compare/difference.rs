//! What went into two answers: data, specification, priors.

use serde::Serialize;
use serde_json::Value;

use crate::summary::{DataSummary, Estimate, Summary};

/// A top-level part of the specification that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SpecDifference {
    /// Key of the part.
    pub part: String,
    /// Its value in the first specification; `null` when absent.
    pub a: Value,
    /// Its value in the second specification; `null` when absent.
    pub b: Value,
}

/// A channel whose prior differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PriorDifference {
    /// Channel.
    pub channel: String,
    /// First prior with the quantity it is on; `null` when the answer has none.
    pub a: Option<(String, Estimate)>,
    /// Second prior.
    pub b: Option<(String, Estimate)>,
}

/// How two data sets differ, in words.
pub(super) fn data(a: &DataSummary, b: &DataSummary) -> Vec<String> {
    let mut out = Vec::new();
    let mut differ = |what: &str, x: String, y: String| {
        if x != y {
            out.push(format!("{what}: {x} against {y}"));
        }
    };
    differ("KPI", a.kpi.clone(), b.kpi.clone());
    differ("outcome in", a.outcome_unit.clone(), b.outcome_unit.clone());
    differ("first period", a.start.to_string(), b.start.to_string());
    differ("last period", a.end.to_string(), b.end.to_string());
    differ("periods", a.periods.to_string(), b.periods.to_string());
    differ("geos", a.geos.len().to_string(), b.geos.len().to_string());
    let close = |x: f64, y: f64| (x - y).abs() <= 1e-9 * x.abs().max(y.abs());
    if !close(a.total_outcome, b.total_outcome) {
        differ(
            "total outcome",
            format!("{:.0}", a.total_outcome),
            format!("{:.0}", b.total_outcome),
        );
    }
    if !close(a.total_spend, b.total_spend) {
        differ("total spend", format!("{:.0}", a.total_spend), format!("{:.0}", b.total_spend));
    }
    if out.is_empty() && a.fingerprint != b.fingerprint {
        out.push("values differ inside of the same periods and totals".to_owned());
    }
    out
}

/// Top-level parts that differ, in the order of the first, then of the second.
pub(super) fn specs(a: &Value, b: &Value) -> Vec<SpecDifference> {
    let keys = |v: &Value| -> Vec<String> {
        v.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default()
    };
    let mut parts = keys(a);
    parts.extend(keys(b).into_iter().filter(|k| a.get(k).is_none()));
    let part = |v: &Value, key: &str| v.get(key).cloned().unwrap_or(Value::Null);
    parts
        .into_iter()
        .map(|key| SpecDifference { a: part(a, &key), b: part(b, &key), part: key })
        .filter(|d| d.a != d.b)
        .collect()
}

/// Channels whose priors differ. An answer without priors has nothing to differ from.
pub(super) fn priors(a: &Summary, b: &Summary) -> Vec<PriorDifference> {
    let has = |s: &Summary| s.channels.values().any(|c| c.prior.is_some());
    if !has(a) || !has(b) {
        return Vec::new();
    }
    let prior = |s: &Summary, name: &str| {
        let shift = s.channels.get(name)?.prior.as_ref()?;
        Some((shift.quantity.clone(), shift.prior))
    };
    a.channels
        .keys()
        .filter(|name| b.channels.contains_key(*name))
        .map(|name| PriorDifference { channel: name.clone(), a: prior(a, name), b: prior(b, name) })
        .filter(|d| d.a != d.b)
        .collect()
}
