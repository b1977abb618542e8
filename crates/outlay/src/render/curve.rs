//! A response curve as a table.

use outlay_engine::learn::CurvePoint;
use outlay_mmm::summary::{Estimate, Summary};
use outlay_report::format::Locale;

use super::table::{Column, set};

/// The sentence, and one line per spend.
pub(crate) fn curve(sentence: &str, summary: &Summary, points: &[CurvePoint]) -> String {
    let n = Locale::POINT;
    let cell = |f: &dyn Fn(&CurvePoint) -> String| points.iter().map(f).collect::<Vec<String>>();
    let interval =
        |e: &Estimate| format!("{} ({}–{})", n.compact(e.q50), n.compact(e.q05), n.compact(e.q95));
    let columns = vec![
        Column::text("spend", cell(&|p| n.compact(p.spend))),
        Column::text("brings (90 %)", cell(&|p| interval(&p.outcome))),
        Column::text(
            "return (90 %)",
            cell(&|p| p.roi.as_ref().map_or_else(|| "—".into(), interval)),
        ),
        Column::text("next unit (90 %)", cell(&|p| interval(&p.mroi))).leaves(1),
        Column::text(
            "",
            cell(&|p| if p.extrapolated { "beyond what was seen".into() } else { String::new() }),
        ),
    ];
    format!(
        "{sentence}\nSpend and outcome are totals over {} periods, in {}.\n\n{}",
        summary.data.periods,
        summary.data.outcome_unit,
        set(columns, super::width()),
    )
}
