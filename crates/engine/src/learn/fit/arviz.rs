//! Draws in the JSON form that ArviZ opens (`arviz.from_json`): groups of `[chain][draw][…]`
//! arrays with dimensions and coordinates.

use std::io::{self, Write};

use indexmap::IndexMap;
use outlay_mmm::fit::{Fitted, Trace};
use outlay_mmm::scalars::Scalars;
use serde_json::{Map, Value, json};

/// Scalars that share a name before the bracket are one variable.
fn variables(names: &[String]) -> IndexMap<&str, Vec<(usize, &str)>> {
    let mut variables: IndexMap<&str, Vec<(usize, &str)>> = IndexMap::new();
    for (i, name) in names.iter().enumerate() {
        let (head, label) = match name.split_once('[') {
            Some((head, rest)) => (head, rest.strip_suffix(']').unwrap_or(rest)),
            None => (name.as_str(), ""),
        };
        variables.entry(head).or_default().push((i, label));
    }
    variables
}

/// What the sampler noted, under ArviZ's names; nothing where it noted nothing, or not of every draw.
fn sample_stats(fitted: &Fitted) -> Option<Value> {
    let lengths = fitted.traces.iter().map(|trace| trace.divergent.len());
    let complete = !fitted.traces.is_empty() && lengths.eq(fitted.chains.iter().map(Vec::len));
    fn of<'a, T>(fitted: &'a Fitted, noted: impl Fn(&'a Trace) -> T) -> Vec<T> {
        fitted.traces.iter().map(noted).collect()
    }
    complete.then(|| {
        json!({
            "lp": of(fitted, |trace| &trace.log_density),
            "energy": of(fitted, |trace| &trace.energy),
            "diverging": of(fitted, |trace| &trace.divergent),
            "n_steps": of(fitted, |trace| &trace.leapfrogs),
            "tree_depth": of(fitted, |trace| &trace.depth),
            "reached_max_tree_depth": of(fitted, |trace| &trace.max_depth_reached),
        })
    })
}

/// Writes posterior, what the sampler noted, dimensions and coordinates.
pub(super) fn write(mut out: impl Write, fitted: &Fitted) -> io::Result<()> {
    let scalars = Scalars::new(&fitted.model);
    let variables = variables(&scalars.names);
    let mut dims = Map::new();
    let mut coords = Map::new();
    for (name, members) in &variables {
        if members.iter().any(|(_, label)| !label.is_empty()) {
            let dim = format!("{name}_of");
            let labels: Vec<&str> = members.iter().map(|(_, label)| *label).collect();
            dims.insert((*name).to_owned(), json!([dim]));
            coords.insert(dim, json!(labels));
        }
    }
    out.write_all(b"{\"posterior\":{")?;
    for (k, (name, members)) in variables.iter().enumerate() {
        if k > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut out, name)?;
        out.write_all(b":")?;
        let scalar = !dims.contains_key(*name);
        let chains: Vec<Vec<Value>> = fitted
            .chains
            .iter()
            .map(|chain| {
                let value = |draw| -> Value {
                    let values: Vec<f64> =
                        members.iter().map(|(i, _)| scalars.value(*i, draw)).collect();
                    if scalar { json!(values.first()) } else { json!(values) }
                };
                chain.iter().map(value).collect()
            })
            .collect();
        serde_json::to_writer(&mut out, &chains)?;
    }
    out.write_all(b"}")?;
    if let Some(stats) = sample_stats(fitted) {
        out.write_all(b",\"sample_stats\":")?;
        serde_json::to_writer(&mut out, &stats)?;
    }
    out.write_all(b",\"dims\":")?;
    serde_json::to_writer(&mut out, &Value::Object(dims))?;
    out.write_all(b",\"coords\":")?;
    serde_json::to_writer(&mut out, &Value::Object(coords))?;
    out.write_all(b"}")?;
    out.flush()
}
