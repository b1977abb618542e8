//! The mapping written as a TOML file, with the reason for each column as a comment.

use outlay_core::KpiKind;

use super::{Mapping, Missing, RevenuePerUnit};
use crate::read::DecimalMark;

/// A TOML file under construction.
struct Lines<F> {
    text: String,
    reason: F,
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl<F: Fn(&str) -> Option<String>> Lines<F> {
    fn put(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn why(&self, column: &str) -> String {
        let reason = (self.reason)(column);
        reason.map(|r| format!("  # {}", r.replace(['\n', '\r'], " "))).unwrap_or_default()
    }

    /// A key whose value is the name of a column.
    fn column(&mut self, key: &str, column: &str) {
        let why = self.why(column);
        self.put(format!("{key} = {}{why}", quoted(column)));
    }

    fn optional(&mut self, key: &str, column: Option<&String>) {
        if let Some(column) = column {
            self.column(key, column);
        }
    }

    fn list(&mut self, key: &str, meaning: &str, columns: &[String]) {
        if columns.is_empty() {
            return;
        }
        self.put(format!("# {meaning}\n{key} = ["));
        for column in columns {
            let why = self.why(column);
            self.put(format!("  {},{why}", quoted(column)));
        }
        self.put("]");
    }
}

impl Mapping {
    /// The mapping as TOML that people can edit; `reason` says why a column is what it is.
    pub fn to_toml(&self, reason: impl Fn(&str) -> Option<String>) -> String {
        let mut out = Lines { text: String::new(), reason };
        out.put("# What the columns of the file mean. Edit it and pass it with `--mapping`.");
        self.write_settings(&mut out);
        self.write_file(&mut out);
        self.write_rows(&mut out);
        self.write_kpi(&mut out);
        self.write_media(&mut out);
        out.text
    }

    fn write_settings<F: Fn(&str) -> Option<String>>(&self, out: &mut Lines<F>) {
        out.put(format!("version = {}", self.version));
        if let Some(currency) = self.currency {
            out.put(format!("currency = {}", quoted(currency.code())));
        }
        let missing = match self.missing {
            Missing::Refuse => "refuse",
            Missing::Zero => "zero",
        };
        out.put(format!(
            "missing = \"{missing}\"  # blank media cells: \"refuse\", or \"zero\" for nothing ran"
        ));
        if let Some(granularity) = self.granularity {
            out.put(format!("granularity = \"{granularity}\""));
        }
        if let Some(aggregate) = self.aggregate {
            out.put(format!("aggregate = \"{aggregate}\"  # rows are summed up to this period"));
        }
        out.list("controls", "explain the outcome, are no lever", &self.controls);
        out.list("treatments", "own levers that are no media: price, promotion", &self.treatments);
        out.list("events", "0/1 flags, or event names", &self.events);
        out.list("ignored", "left out", &self.ignored);
    }

    fn write_file<F: Fn(&str) -> Option<String>>(&self, out: &mut Lines<F>) {
        let file = &self.file;
        if file.is_default() {
            return;
        }
        out.put("\n[file]");
        if let Some(c) = file.delimiter {
            out.put(format!("delimiter = {}", quoted(&c.to_string())));
        }
        if let Some(encoding) = &file.encoding {
            out.put(format!("encoding = {}", quoted(encoding)));
        }
        if let Some(mark) = file.decimal {
            let name = if mark == DecimalMark::Point { "point" } else { "comma" };
            out.put(format!("decimal = \"{name}\""));
        }
        if let Some(sheet) = &file.sheet {
            out.put(format!("sheet = {}", quoted(sheet)));
        }
        if let Some(row) = file.header_row {
            out.put(format!("header_row = {row}"));
        }
    }

    /// What says which row is which: dates, window, geos, long layout.
    fn write_rows<F: Fn(&str) -> Option<String>>(&self, out: &mut Lines<F>) {
        out.put("\n[date]");
        out.column("column", &self.date.column);
        if let Some(format) = self.date.format {
            let name = toml::Value::try_from(format).map(|v| v.to_string()).unwrap_or_default();
            out.put(format!("format = {name}  # {}", format.example()));
        }
        if !self.window.is_open() {
            out.put("\n[window]");
            for (key, date) in [("start", self.window.start), ("end", self.window.end)] {
                if let Some(date) = date {
                    out.put(format!("{key} = \"{date}\""));
                }
            }
        }
        if let Some(geo) = &self.geo {
            out.put("\n[geo]");
            out.column("column", &geo.column);
            out.optional("population", geo.population.as_ref());
        }
        if let Some(long) = &self.long {
            out.put("\n[long]  # rows that become columns");
            out.optional("channel", long.channel.as_ref());
            out.optional("variable", long.variable.as_ref());
            out.optional("value", long.value.as_ref());
            if !long.metrics.is_empty() {
                let list: Vec<String> = long.metrics.iter().map(|m| quoted(m)).collect();
                out.put(format!("metrics = [{}]", list.join(", ")));
            }
        }
    }

    fn write_kpi<F: Fn(&str) -> Option<String>>(&self, out: &mut Lines<F>) {
        out.put("\n[kpi]");
        out.column("column", &self.kpi.column);
        let kind = match self.kpi.kind {
            KpiKind::Revenue => "revenue",
            KpiKind::Count => "count",
        };
        out.put(format!("kind = \"{kind}\"  # revenue or count"));
        match &self.kpi.revenue_per_unit {
            Some(RevenuePerUnit::Value(value)) => out.put(format!("revenue_per_unit = {value:?}")),
            Some(RevenuePerUnit::Column(column)) => out.column("revenue_per_unit", column),
            None => {}
        }
    }

    fn write_media<F: Fn(&str) -> Option<String>>(&self, out: &mut Lines<F>) {
        for c in &self.channels {
            out.put(format!("\n[[channels]]\nname = {}", quoted(&c.name)));
            out.column("spend", &c.spend);
            let parts = (c.exposure.as_ref(), c.reach.as_ref(), c.frequency.as_ref());
            exposure(out, parts, c.unit.as_ref());
        }
        for o in &self.organic {
            out.put(format!("\n[[organic]]\nname = {}", quoted(&o.name)));
            let parts = (o.exposure.as_ref(), o.reach.as_ref(), o.frequency.as_ref());
            exposure(out, parts, o.unit.as_ref());
        }
    }
}

type Parts<'a> = (Option<&'a String>, Option<&'a String>, Option<&'a String>);

fn exposure<F: Fn(&str) -> Option<String>>(
    out: &mut Lines<F>,
    parts: Parts<'_>,
    unit: Option<&String>,
) {
    out.optional("exposure", parts.0);
    out.optional("reach", parts.1);
    out.optional("frequency", parts.2);
    if let Some(unit) = unit {
        out.put(format!("unit = {}", quoted(unit)));
    }
}
