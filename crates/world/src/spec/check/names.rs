//! Names: no two columns of the written file, and no two series of the panel, share one.

use std::collections::HashSet;

use super::Check;
use crate::csv::worth_column;
use crate::spec::WorldSpec;

/// Names that the written file or the panel needs itself.
const RESERVED: [&str; 4] = ["date", "geo", "population", "national"];

impl Check {
    pub(super) fn names(&mut self, spec: &WorldSpec) {
        let mut seen: HashSet<String> = RESERVED.iter().map(ToString::to_string).collect();
        for (key, name) in taken(spec) {
            if !name.is_empty() && !seen.insert(name.clone()) {
                self.refuse(
                    key,
                    format!("`{name}` is taken: every column and geo needs its own name"),
                );
            }
        }
    }
}

/// Every name that is taken, with the key that takes it.
fn taken(spec: &WorldSpec) -> Vec<(String, String)> {
    let mut names = vec![("kpi.name".to_owned(), spec.kpi.name.clone())];
    if spec.kpi.revenue_per_unit.is_some() {
        names.push(("kpi.name".to_owned(), worth_column(&spec.kpi.name)));
    }
    for (i, channel) in spec.channels.iter().enumerate() {
        let suffixes: &[&str] = match (&channel.reach_frequency, channel.cost_per_thousand) {
            (Some(_), _) => &["_spend", "_reach", "_frequency"],
            (None, Some(_)) => &["_spend", "_impressions"],
            (None, None) => &["_spend"],
        };
        names.push((format!("channels[{i}].name"), channel.name.clone()));
        names.extend(
            suffixes
                .iter()
                .map(|s| (format!("channels[{i}].name"), format!("{}{s}", channel.name))),
        );
    }
    for (i, organic) in spec.organic.iter().enumerate() {
        names.push((format!("organic[{i}].name"), organic.name.clone()));
        names.push((format!("organic[{i}].name"), format!("{}_{}", organic.name, organic.unit)));
    }
    let mut add = |list: &str, given: Vec<&String>| {
        let keyed = given.into_iter().enumerate();
        names.extend(keyed.map(|(i, name)| (format!("{list}[{i}].name"), name.clone())));
    };
    add("controls", spec.controls.iter().map(|c| &c.name).collect());
    add("treatments", spec.treatments.iter().map(|t| &t.name).collect());
    add("baseline.events", spec.baseline.events.iter().map(|e| &e.name).collect());
    names.extend(
        spec.geos.names.iter().enumerate().map(|(i, n)| (format!("geos.names[{i}]"), n.clone())),
    );
    names
}
