//! Draws in the JSON form that ArviZ opens (`arviz.from_json`): groups of `[chain][draw][…]`
//! arrays with dimensions and coordinates.

use std::io::{self, Write};

use indexmap::IndexMap;
use outlay_mmm::fit::Fitted;
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

/// Writes posterior, dimensions and coordinates.
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
    out.write_all(b"},\"dims\":")?;
    serde_json::to_writer(&mut out, &Value::Object(dims))?;
    out.write_all(b",\"coords\":")?;
    serde_json::to_writer(&mut out, &Value::Object(coords))?;
    out.write_all(b"}")?;
    out.flush()
}
