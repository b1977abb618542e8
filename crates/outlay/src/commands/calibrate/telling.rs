//! What a calibration found, in words and tables.

use outlay_mmm::calibration::{CalibrationReport, Coverage, LEVEL, Measured, Quantity, Shape};

use crate::render::{Column, set, width};

/// One sentence: may the specification be believed?
pub(super) fn sentence(report: &CalibrationReport) -> String {
    let (number, completed) = (report.quantities.len(), report.completed);
    let smallest = &report.smallest;
    let judged = match report.rejected.as_slice() {
        [] => format!(
            "Over {completed} simulated data sets the ranks of all {number} quantities are uniform: \
             the smallest p-value is {} ({}), {} after allowing for {number} quantities.",
            p(smallest.p_value),
            smallest.name,
            p(smallest.adjusted),
        ),
        [only] => format!(
            "Over {completed} simulated data sets the ranks of `{only}` are not uniform \
             (p = {} after allowing for {number} quantities).",
            p(smallest.adjusted),
        ),
        many => format!(
            "Over {completed} simulated data sets the ranks of {} of {number} quantities are not \
             uniform; worst is `{}` (p = {} after allowing for their number).",
            many.len(),
            smallest.name,
            p(smallest.adjusted),
        ),
    };
    match report.failed.len() {
        0 => judged,
        failed => format!(
            "{failed} of {} simulations have no result, so the specification does not pass. {judged}",
            report.settings.simulations,
        ),
    }
}

/// A p-value; nobody needs more digits.
pub(super) fn p(value: f64) -> String {
    if value < 0.001 { "< 0.001".to_owned() } else { format!("{value:.3}") }
}

/// What the ranks look like, in words; nothing where nothing stands out.
pub(super) fn shape(quantity: &Quantity) -> &'static str {
    match quantity.shape {
        Shape::Flat => "",
        Shape::TooHigh => "posterior too high",
        Shape::TooLow => "posterior too low",
        Shape::TooNarrow => "posterior too narrow",
        Shape::TooWide => "posterior too wide",
    }
}

/// Sentence, table, and what else is to be known.
pub(super) fn calibration(sentence: &str, report: &CalibrationReport) -> String {
    let quantities = &report.quantities;
    let cell = |f: &dyn Fn(&Quantity) -> String| quantities.iter().map(f).collect::<Vec<String>>();
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let columns = vec![
        Column::text("parameter", cell(&|q| q.name.clone())),
        Column::number("χ² p", cell(&|q| p(q.chi_square.p_value))).leaves(3),
        Column::number("KS p", cell(&|q| p(q.kolmogorov_smirnov.p_value))).leaves(4),
        Column::number("ECDF p", cell(&|q| p(q.ecdf.p_value))),
        Column::number("in 50 %", cell(&|q| percent(q.recovery.coverage_50))).leaves(2),
        Column::number("in 90 %", cell(&|q| percent(q.recovery.coverage_90))),
        Column::number("bias", cell(&|q| format!("{:+.2}", q.recovery.bias))).leaves(1),
        Column::number("learnt", cell(&|q| percent(q.recovery.contraction.max(0.0)))).leaves(5),
        Column::text("", cell(&|q| shape(q).to_owned())),
    ];
    let alone = quantities.iter().filter(|q| q.ecdf.p_value < LEVEL).count();
    let mut text = format!("{sentence}\n\n{}", set(columns, width()));
    text.push_str(&format!(
        "\nbias in standard deviations of the true values; learnt is the share of the prior \
         variance that data remove\np-values below {LEVEL} before allowing for their number: \
         {alone}, and {:.1} are expected by chance\n",
        LEVEL * quantities.len() as f64,
    ));
    if report.repeated > 0 {
        let unsettled = report.unsettled.len();
        text.push_str(&format!(
            "{} fits were repeated with longer runs; {unsettled} did not settle and count all the same\n",
            report.repeated
        ));
    }
    text
}

/// One sentence about worlds.
pub(super) fn coverage_sentence(coverage: &Coverage) -> String {
    let Measured { mean, se } = coverage.coverage_90;
    let judged = if mean - 2.0 * se > 0.9 {
        "wider than they would have to be"
    } else if mean + 2.0 * se < 0.9 {
        "too narrow"
    } else {
        "about as wide as they should be"
    };
    format!(
        "Over {} worlds the 90 % intervals hold {:.1} % (± {:.1}) of {} true returns: they are {judged}.",
        coverage.worlds,
        100.0 * mean,
        100.0 * se,
        coverage.estimates,
    )
}

/// How estimates did against truths, as a table.
pub(super) fn coverage(coverage: &Coverage) -> String {
    let rows: [(&str, Measured, bool); 8] = [
        ("in the 50 % interval", coverage.coverage_50, true),
        ("in the 90 % interval", coverage.coverage_90, true),
        ("true return below the 90 % interval", coverage.above, true),
        ("true return above the 90 % interval", coverage.below, true),
        ("median minus truth", coverage.bias, false),
        ("absolute error of the median", coverage.absolute_error, false),
        ("width of the 90 % interval", coverage.width_90, false),
        ("interval score", coverage.interval_score, false),
    ];
    let number = |value: f64, share: bool| {
        if share { format!("{:.1} %", 100.0 * value) } else { format!("{value:.3}") }
    };
    let columns = vec![
        Column::text("return on spend", rows.iter().map(|r| r.0.to_owned()).collect()),
        Column::number("mean", rows.iter().map(|r| number(r.1.mean, r.2)).collect()),
        Column::number("± se", rows.iter().map(|r| number(r.1.se, r.2)).collect()),
    ];
    set(columns, width())
}
