//! A table without borders whose numbers align on the decimal point and which leaves out its
//! least important columns where the terminal is narrow.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A column under construction.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    head: String,
    cells: Vec<String>,
    number: bool,
    /// Columns with a higher rank leave first; 0 stays.
    rank: u8,
}

impl Column {
    /// A column of text.
    pub(crate) fn text(head: &str, cells: Vec<String>) -> Self {
        Self { head: head.to_owned(), cells, number: false, rank: 0 }
    }

    /// A column of numbers, aligned on the decimal point; an interval in brackets may follow.
    pub(crate) fn number(head: &str, cells: Vec<String>) -> Self {
        Self { head: head.to_owned(), cells: align(&cells), number: true, rank: 0 }
    }

    /// Sets how early the column leaves a narrow terminal.
    pub(crate) fn leaves(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

/// Sets columns beside each other in at most `width` places.
pub(crate) fn set(mut columns: Vec<Column>, width: usize) -> String {
    loop {
        let table = build(&columns);
        let needed = table.lines().map(|l| console::measure_text_width(&l)).max().unwrap_or(0);
        let last = columns.iter().map(|c| c.rank).max().unwrap_or(0);
        if needed <= width || last == 0 {
            return if needed <= width { trimmed(&table) } else { wrapped(&columns, width) };
        }
        columns.retain(|c| c.rank < last);
    }
}

/// The table with long text wrapped, for the narrowest terminals.
pub(crate) fn wrapped(columns: &[Column], width: usize) -> String {
    let mut table = build(columns);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    trimmed(&table)
}

fn build(columns: &[Column]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|c| c.head.as_str()));
    let rows = columns.iter().map(|c| c.cells.len()).max().unwrap_or(0);
    for row in 0..rows {
        table.add_row(columns.iter().map(|c| c.cells.get(row).map_or("", String::as_str)));
    }
    for (index, column) in columns.iter().enumerate() {
        if let Some(set) = table.column_mut(index) {
            set.set_padding((u16::from(index > 0), 1));
            if column.number {
                set.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table
}

fn trimmed(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Pads numbers so that their decimal points stand below each other, and the brackets too.
fn align(cells: &[String]) -> Vec<String> {
    let mut parts: Vec<(&str, &str, &str)> = cells.iter().map(|c| split(c)).collect();
    let scale = |p: &(&str, &str, &str)| p.1.chars().last().filter(|c| "KMBT".contains(*c));
    let mut scales = parts.iter().filter(|p| p.0.contains(|c: char| c.is_ascii_digit())).map(scale);
    let first = scales.next();
    if scales.any(|s| Some(s) != first) {
        // Thousands and millions have no common decimal point: their ends align instead.
        for (part, cell) in parts.iter_mut().zip(cells) {
            *part = (&cell[..part.0.len() + part.1.len()], "", part.2);
        }
    }
    let longest =
        |pick: fn(&(&str, &str, &str)) -> usize| parts.iter().map(pick).max().unwrap_or(0);
    let before = longest(|p| p.0.chars().count());
    let after = longest(|p| p.1.chars().count());
    let bracket = longest(|p| p.2.chars().count());
    parts
        .iter()
        .map(|(whole, fraction, interval)| {
            if fraction.is_empty()
                && interval.is_empty()
                && !whole.contains(|c: char| c.is_ascii_digit())
            {
                // A dash stands where the last whole digit would.
                return format!("{whole:>before$}{:after$}{:bracket$}", "", "");
            }
            format!("{whole:>before$}{fraction:<after$}{interval:<bracket$}")
        })
        .collect()
}

/// Whole part, fraction with unit, interval with the space before it.
fn split(cell: &str) -> (&str, &str, &str) {
    let (number, interval) = cell.split_at(cell.find(" (").unwrap_or(cell.len()));
    let first = number.find(|c: char| c.is_ascii_digit()).unwrap_or(number.len());
    let end =
        number[first..].find(|c: char| !c.is_ascii_digit()).map_or(number.len(), |i| first + i);
    let (whole, fraction) = number.split_at(end);
    (whole, fraction, interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let own = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect();
        vec![
            Column::text("channel", own(&["Search", "Télé 📺", "all"])),
            Column::number("spend", own(&["€2.14M", "€437K", "—"])),
            Column::number("return", own(&["1.92 (1.45–2.54)", "12.2 (9–15)", "−0.5 (−1 to 0)"]))
                .leaves(1),
        ]
    }

    #[test]
    fn numbers_align_on_the_decimal_point() {
        insta::assert_snapshot!(set(columns(), 80));
    }

    #[test]
    fn a_narrow_terminal_keeps_the_columns_that_matter() {
        let table = set(columns(), 24);
        assert!(table.contains("spend") && !table.contains("return"), "{table}");
        assert!(table.lines().all(|l| console::measure_text_width(l) <= 24));
    }
}
