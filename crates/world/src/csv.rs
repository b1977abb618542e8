//! A panel as a wide file, columns named so that `outlay describe` needs no mapping.

use outlay_core::{Exposure, Grid, Panel};

/// Columns in order: name and series.
fn columns(panel: &Panel) -> Vec<(String, Grid)> {
    let mut columns = vec![(panel.kpi.name.clone(), panel.kpi.values.clone())];
    if let Some(worth) = &panel.kpi.revenue_per_unit {
        columns.push((worth_column(&panel.kpi.name), worth.clone()));
    }
    for channel in &panel.channels {
        columns.push((format!("{}_spend", channel.name), channel.spend.clone()));
        match &channel.exposure {
            // The spend itself: one column says it all.
            Exposure::Volume { unit, .. } if unit == "spend" => {}
            exposure => columns.extend(exposed(&channel.name, exposure)),
        }
    }
    for organic in &panel.organic {
        columns.extend(exposed(&organic.name, &organic.exposure));
    }
    for covariate in panel.controls.iter().chain(&panel.treatments) {
        columns.push((covariate.name.clone(), covariate.values.clone()));
    }
    columns
}

/// The column that tells what one KPI unit is worth: `revenue_per_order` for `orders`.
pub(crate) fn worth_column(kpi: &str) -> String {
    format!("revenue_per_{}", kpi.strip_suffix('s').unwrap_or(kpi))
}

fn exposed(name: &str, exposure: &Exposure) -> Vec<(String, Grid)> {
    match exposure {
        Exposure::Volume { unit, values } => vec![(format!("{name}_{unit}"), values.clone())],
        Exposure::ReachFrequency { reach, frequency } => vec![
            (format!("{name}_reach"), reach.clone()),
            (format!("{name}_frequency"), frequency.clone()),
        ],
    }
}

/// The file: rows by geo, then by date; numbers in their shortest exact form.
pub(crate) fn render(panel: &Panel) -> String {
    let columns = columns(panel);
    let national = panel.is_national();
    let mut text = String::from("date");
    if !national {
        text.push_str(",geo,population");
    }
    for (name, _) in &columns {
        text.push(',');
        text.push_str(&quoted(name));
    }
    text.push('\n');
    for (g, geo) in panel.geos.iter().enumerate() {
        for (t, date) in panel.calendar.starts().iter().enumerate() {
            text.push_str(&date.to_string());
            if !national {
                text.push_str(&format!(",{},{}", quoted(geo), panel.population[g]));
            }
            for (_, values) in &columns {
                text.push_str(&format!(",{}", values.at(g, t)));
            }
            text.push('\n');
        }
    }
    text
}

/// A field with quotes around it where it needs them (RFC 4180).
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_or_quotes_are_quoted() {
        assert_eq!(quoted("north"), "north");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
