//! The table: per class and row, and over all classes.

use outlay_mmm::calibration::{BrandRow, BrandScore, ScoreTable, aggregate};
use outlay_world::BrandClass;
use serde::Serialize;

use super::figure::FIGURES;
use super::line::Line;
use super::losses::{self, Losses};
use super::row::Row;
use crate::failure::{Exit, Failure};
use crate::render::{Column, set, width};

/// Name and version of the schema of `scores.json`.
const SCHEMA: &str = "outlay/scores/2";
/// Name of the rows over all classes.
const ALL: &str = "all";

/// `scores.json`.
#[derive(Serialize)]
pub(super) struct Scores<'a> {
    schema: &'static str,
    version: &'static str,
    sentence: String,
    /// Rows as asked for: what they are, and with which settings they ran.
    rows: Vec<RowAnswer<'a>>,
    /// By class, then row; the class `all` last.
    table: Vec<Entry<'a>>,
    /// What plans lose over all classes, by row and style of planning.
    plans: Vec<Losses>,
    /// Every brand and row that has a score.
    brands: Vec<BrandAnswer<'a>>,
    /// Every brand and row that has none.
    failed: Vec<Lost<'a>>,
    /// Brands whose file was read otherwise than it was meant.
    misread: Vec<Misread<'a>>,
    /// Answers that another build of this version gave.
    from_other_builds: usize,
    /// Whether the user stopped the run.
    interrupted: bool,
}

#[derive(Serialize)]
struct RowAnswer<'a> {
    row: &'a str,
    method: &'a str,
    settings: &'a str,
    spec: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    class: &'a str,
    row: &'a str,
    brands: usize,
    failed: usize,
    score: Option<ScoreTable>,
}

#[derive(Serialize)]
struct BrandAnswer<'a> {
    class: &'a str,
    seed: u64,
    row: &'a str,
    cpu_seconds: f64,
    #[serde(flatten)]
    score: BrandScore,
}

#[derive(Serialize)]
struct Lost<'a> {
    class: &'a str,
    seed: u64,
    row: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Misread<'a> {
    class: &'a str,
    seed: u64,
    what: &'a [String],
}

impl<'a> Scores<'a> {
    /// The table of `lines`, with `seed` for the bootstrap.
    pub(super) fn new(
        lines: &'a [Line],
        classes: &[BrandClass],
        rows: &'a [Row],
        seed: u64,
        from_other_builds: usize,
        interrupted: bool,
    ) -> Result<Self, Failure> {
        let several = classes.len() > 1;
        let names = classes.iter().map(|c| c.name()).chain(several.then_some(ALL));
        let table: Vec<Entry<'a>> = names
            .flat_map(|class| rows.iter().map(move |row| entry(lines, class, row, seed)))
            .collect();
        let overall = if several { ALL } else { classes.first().map_or(ALL, |c| c.name()) };
        let names: Vec<&str> = rows.iter().map(|r| r.name.as_str()).collect();
        let plans = losses::losses(lines, &names, seed);
        let scored = lines.iter().filter_map(|l| l.result.as_ref().map(|r| (&l.key, r)));
        let lost = lines.iter().filter_map(|l| l.failed.as_ref().map(|reason| (&l.key, reason)));
        let brands = scored.clone().map(|(key, r)| BrandAnswer {
            class: &key.class,
            seed: key.seed,
            row: &key.row,
            cpu_seconds: r.cpu_seconds,
            score: r.score,
        });
        let failed =
            lost.map(|(k, reason)| Lost { class: &k.class, seed: k.seed, row: &k.row, reason });
        let mut misread: Vec<Misread<'a>> = scored
            .filter(|(_, r)| !r.misread.is_empty())
            .map(|(k, r)| Misread { class: &k.class, seed: k.seed, what: &r.misread })
            .collect();
        misread.dedup_by_key(|m| (m.class, m.seed));
        Ok(Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            sentence: sentence(&table, overall).ok_or_else(|| {
                Failure::new(Exit::Internal, "calibrate.table", "no row has a score", "")
            })?,
            rows: rows
                .iter()
                .map(|r| RowAnswer {
                    row: &r.name,
                    method: r.method,
                    settings: &r.settings,
                    spec: &r.spec,
                })
                .collect(),
            table,
            plans,
            brands: brands.collect(),
            failed: failed.collect(),
            misread,
            from_other_builds,
            interrupted,
        })
    }

    /// As a terminal shows it.
    pub(super) fn text(&self) -> String {
        let cell = |f: &dyn Fn(&Entry<'_>) -> String| self.table.iter().map(f).collect::<Vec<_>>();
        let mut before = "";
        let classes = self.table.iter().map(|e| {
            let shown = if e.class == before { "" } else { e.class };
            before = e.class;
            shown.to_owned()
        });
        let mut columns = vec![
            Column::text("class", classes.collect()),
            Column::text("row", cell(&|e| e.row.to_owned())),
            Column::number("brands", cell(&|e| e.brands.to_string())).leaves(2),
        ];
        for figure in FIGURES {
            let cells = cell(&|e| figure.cell(e.score.as_ref()));
            columns.push(Column::number(figure.head, cells).leaves(figure.rank));
        }
        let mut text = format!("{}\n\n{}", self.sentence, set(columns, width()));
        text.push_str(
            "\nmedians over brands ± standard error; intervals over all channels; error and score \
             in units of return; regret as a share of what the best plan gains\n",
        );
        text.push_str(&format!("\n{}", losses::text(&self.plans)));
        for line in self.remarks() {
            text.push_str(&format!("{line}\n"));
        }
        text
    }

    /// As a page of the book shows it.
    pub(super) fn markdown(&self) -> String {
        let heads: Vec<&str> = FIGURES.iter().map(|f| f.head).collect();
        let mut text =
            format!("{}\n\n| class | row | brands | {} |\n", self.sentence, heads.join(" | "));
        text.push_str(&format!("|---|---|---{}|\n", "|---".repeat(heads.len())));
        for entry in &self.table {
            let cells: Vec<String> = FIGURES.iter().map(|f| f.cell(entry.score.as_ref())).collect();
            let Entry { class, row, brands, .. } = entry;
            text.push_str(&format!("| {class} | {row} | {brands} | {} |\n", cells.join(" | ")));
        }
        text.push_str(&format!("\n{}", losses::markdown(&self.plans)));
        for line in self.remarks() {
            text.push_str(&format!("\n- {line}"));
        }
        text.push('\n');
        text
    }

    /// What must be known besides the table.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let small =
            self.table.iter().filter(|e| e.class == ALL || self.table.len() == self.rows.len());
        for entry in small {
            let Some(score) = &entry.score else { continue };
            let planned = score.regret.map_or(0, |r| r.brands);
            if planned > 0 && planned < entry.brands {
                remarks.push(format!(
                    "{}: {} of {} brands have next to nothing to gain and are left out of regret",
                    entry.row,
                    entry.brands - planned,
                    entry.brands,
                ));
            }
        }
        for lost in &self.failed {
            let Lost { class, seed, row, reason } = lost;
            remarks.push(format!("no answer of {row} on {class} {seed}: {reason}"));
        }
        for Misread { class, seed, what } in &self.misread {
            remarks.push(format!("the file of {class} {seed} was misread: {}", what.join(", ")));
        }
        if self.from_other_builds > 0 {
            remarks.push(format!(
                "{} answers are those of another build of this version: `--again ROW` asks anew",
                self.from_other_builds
            ));
        }
        remarks
    }
}

fn entry<'a>(lines: &'a [Line], class: &'a str, row: &'a Row, seed: u64) -> Entry<'a> {
    let own = || {
        lines
            .iter()
            .filter(move |l| l.key.row == row.name && (class == ALL || l.key.class == class))
    };
    let results = own().filter_map(|l| l.result.as_ref());
    let brands: Vec<BrandRow<'_>> = results
        .map(|r| BrandRow { channels: &r.channels, score: r.score, cpu_seconds: r.cpu_seconds })
        .collect();
    Entry {
        class,
        row: &row.name,
        brands: brands.len(),
        failed: own().filter(|l| l.failed.is_some()).count(),
        score: aggregate(&brands, seed),
    }
}

/// One sentence: the first row beside the best of the others.
fn sentence(table: &[Entry<'_>], overall: &str) -> Option<String> {
    let mut rows =
        table.iter().filter(|e| e.class == overall).filter_map(|e| Some((e, e.score.as_ref()?)));
    let (first, score) = rows.next()?;
    let held = score.pooled.coverage_90;
    let mut text = format!(
        "On {} brands the returns of `{}` are off by {:.2} (median), and its 90 % intervals hold \
         {:.0} % (± {:.0}) of {} true returns",
        first.brands,
        first.row,
        score.error_mean.median,
        100.0 * held.mean,
        100.0 * held.se,
        score.pooled.estimates,
    );
    let best = rows
        .filter(|(e, _)| e.row != "oracle")
        .min_by(|a, b| a.1.error_mean.median.total_cmp(&b.1.error_mean.median));
    if let Some((other, score)) = best {
        text.push_str(&format!(
            "; the best other, `{}`, is off by {:.2} and holds {:.0} %",
            other.row,
            score.error_mean.median,
            100.0 * score.pooled.coverage_90.mean,
        ));
    }
    Some(text + ".")
}
