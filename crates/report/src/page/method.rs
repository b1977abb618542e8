//! How this was computed: data, versions, seed, sampler, time, specification.

use outlay_mmm::summary::{Method, ParameterSummary};
use serde::Serialize;
use serde_json::Value as Json;

use super::Material;
use crate::options::ReportError;
use crate::table::{Cell, Csv, Table};
use crate::terms::label;

/// Parameters in the table on the page.
const WORST: usize = 15;
/// Parameters in the CSV; the summary file has all of them.
const WORST_IN_CSV: usize = 400;

/// What an analyst wants to check.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    facts: Vec<(String, String)>,
    parameters: Option<Table>,
    parameters_note: String,
    spec: String,
}

pub(crate) fn build(material: &Material<'_>) -> Result<Section, ReportError> {
    let count = material.summary.parameters.len();
    Ok(Section {
        facts: facts(material),
        parameters: (count > 0).then(|| parameters(material)),
        parameters_note: if count > WORST {
            format!(
                "The {WORST} of {count} parameters that converged least well; summary.json has all of them."
            )
        } else {
            String::new()
        },
        spec: specification(&material.summary.spec)?,
    })
}

fn facts(material: &Material<'_>) -> Vec<(String, String)> {
    let (summary, locale) = (material.summary, material.terms.locale);
    let (data, sampler, timing) = (&summary.data, &summary.diagnostics, &summary.timing);
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: String| facts.push((name.to_owned(), value));
    add("Data", format!("{}, KPI {}", label(&data.source), label(&data.kpi)));
    add("Data fingerprint", data.fingerprint.clone());
    add(
        "Periods",
        format!("{} {}s, {} to {}", data.periods, data.granularity, data.start, data.end),
    );
    if data.geos.len() > 1 {
        let names: Vec<String> = data.geos.iter().take(12).map(|g| label(g)).collect();
        let more = data.geos.len().saturating_sub(names.len());
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        add("Regions", format!("{}: {}{tail}", data.geos.len(), names.join(", ")));
    }
    add("Method", method(summary.method).to_owned());
    add("Version", format!("Outlay {}, schema {}", summary.version, summary.schema));
    add("Seed", summary.seed.to_string());
    if sampler.chains > 0 {
        add(
            "Draws",
            format!(
                "{} chains of {} after {} of warm-up{}",
                sampler.chains,
                sampler.draws,
                sampler.warmup,
                drew_on(sampler.thin)
            ),
        );
    }
    if summary.method == Method::Nuts {
        add("Largest R-hat", named(locale.fixed(sampler.rhat_max, 3), &sampler.rhat_max_parameter));
        add(
            "Fewest effective draws",
            format!(
                "{}, tail {}",
                named(locale.fixed(sampler.ess_bulk_min, 0), &sampler.ess_bulk_min_parameter),
                named(locale.fixed(sampler.ess_tail_min, 0), &sampler.ess_tail_min_parameter)
            ),
        );
        add("Divergent draws", sampler.divergences.to_string());
        add("Draws at the largest depth", sampler.max_depth_reached.to_string());
        add("Leapfrog steps per draw", locale.compact(sampler.leapfrogs_mean));
        let steps: Vec<String> = sampler.step_size.iter().map(|s| locale.compact(*s)).collect();
        add("Step size per chain", steps.join(" · "));
        add("Chains started again", sampler.restarts.to_string());
    }
    add(
        "Time",
        format!(
            "{} in all, {} of sampling ({} of processor time), first draw after {}",
            locale.seconds(timing.total_seconds),
            locale.seconds(timing.wall_seconds),
            locale.seconds(timing.cpu_seconds),
            locale.seconds(timing.first_draw_seconds)
        ),
    );
    add("Gradient evaluations", locale.exact(timing.gradient_evaluations as f64));
    facts
}

fn named(value: String, parameter: &str) -> String {
    if parameter.is_empty() { value } else { format!("{value} ({})", label(parameter)) }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Nuts => "NUTS: exact up to Monte Carlo error",
        Method::Laplace => "Laplace approximation at the mode, resampled: approximate",
        Method::Pathfinder => "Pathfinder: approximate",
        Method::Ridge => "Robyn-style ridge with hyper-parameter search: no posterior",
    }
}

/// Said where a structure had to draw on.
fn drew_on(thin: usize) -> String {
    match thin {
        0 | 1 => String::new(),
        _ => format!(", up to {thin} draws made for each one kept"),
    }
}

/// Parameters by how badly they converged: largest R-hat first, then fewest effective draws.
fn parameters(material: &Material<'_>) -> Table {
    let locale = material.terms.locale;
    let mut order: Vec<(&String, &ParameterSummary)> = material.summary.parameters.iter().collect();
    let rhat = |p: &ParameterSummary| p.rhat.filter(|r| r.is_finite()).unwrap_or(0.0);
    let ess = |p: &ParameterSummary| p.ess_bulk.filter(|e| e.is_finite()).unwrap_or(f64::INFINITY);
    order.sort_by(|(_, a), (_, b)| rhat(b).total_cmp(&rhat(a)).then(ess(a).total_cmp(&ess(b))));
    let mut table = Table::new(&[
        "Parameter",
        "#Mean",
        "#sd",
        "#90 % interval",
        "#R-hat",
        "#ESS bulk",
        "#ESS tail",
    ]);
    let mut csv = Csv::new([
        "parameter",
        "mean",
        "sd",
        "5 %",
        "25 %",
        "median",
        "75 %",
        "95 %",
        "rhat",
        "ess bulk",
        "ess tail",
    ]);
    let missing = |v: Option<f64>| v.unwrap_or(f64::NAN);
    for (index, (name, p)) in order.into_iter().take(WORST_IN_CSV).enumerate() {
        let (name, e) = (label(name), &p.estimate);
        csv.text(&name);
        for value in [e.mean, e.sd, e.q05, e.q25, e.q50, e.q75, e.q95] {
            csv.number(value);
        }
        csv.number(missing(p.rhat)).number(missing(p.ess_bulk)).number(missing(p.ess_tail)).end();
        if index < WORST {
            let compact = |x| Cell::number(locale.compact(x), x);
            let range = locale.range(e.q05, e.q95, |x| locale.compact(x));
            table.push(vec![
                Cell::text(name),
                compact(e.mean),
                compact(e.sd),
                Cell::number(range.trim_matches(['(', ')']).to_owned(), e.q05),
                Cell::number(locale.fixed(missing(p.rhat), 3), missing(p.rhat)),
                Cell::number(locale.fixed(missing(p.ess_bulk), 0), missing(p.ess_bulk)),
                Cell::number(locale.fixed(missing(p.ess_tail), 0), missing(p.ess_tail)),
            ]);
        }
    }
    table.with_csv(&csv)
}

/// The specification as TOML, or as JSON where it has a shape that TOML does not know.
fn specification(spec: &Json) -> Result<String, ReportError> {
    let without_nulls = drop_nulls(spec);
    match toml::Value::try_from(&without_nulls).and_then(|t| toml::to_string_pretty(&t)) {
        Ok(text) => Ok(text),
        Err(_) => Ok(serde_json::to_string_pretty(spec)?),
    }
}

/// TOML has no null: a key without a value is left out.
fn drop_nulls(value: &Json) -> Json {
    match value {
        Json::Object(map) => Json::Object(
            map.iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| (k.clone(), drop_nulls(v)))
                .collect(),
        ),
        Json::Array(items) => {
            Json::Array(items.iter().filter(|v| !v.is_null()).map(drop_nulls).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_is_shown_as_toml_and_anything_else_as_json() {
        let spec = serde_json::json!({"version": 1, "holdout": null, "media": {"search": {"roi": [0.2, 0.9]}}});
        let text = specification(&spec).unwrap();
        assert!(text.contains("[media.search]") && !text.contains("holdout"), "{text}");
        assert_eq!(specification(&serde_json::json!([1, 2])).unwrap(), "[\n  1,\n  2\n]");
    }
}
