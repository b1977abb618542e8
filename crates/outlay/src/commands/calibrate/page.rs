//! The page with the rank histograms: self-contained, printable, a figure per quantity.

use std::fmt::Write as _;

use outlay_mmm::calibration::{CalibrationReport, LEVEL, Quantity};

use super::telling::{p, shape};

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 110.0;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d1f24; --soft: #667; --bar: #5b7aa9; --band: #e4e8ef; --bad: #b3261e; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e9ec; --soft: #9aa0ad; --bar: #7f9ecd; --band: #2c313b; --bad: #f2938c; --page: #16181d; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } p { max-width: 44rem; } .soft, figcaption { color: var(--soft); font-size: .85rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.5rem 1rem; }
figure { margin: 0; break-inside: avoid; } figure b { color: var(--ink); overflow-wrap: anywhere; } svg { width: 100%; height: auto; display: block; }
.band { fill: var(--band); } .bar { fill: var(--bar); } .line { stroke: var(--soft); stroke-dasharray: 3 3; } .bad .bar { fill: var(--bad); } .bad figcaption b { color: var(--bad); }
";

/// The page.
pub(super) fn html(sentence: &str, source: &str, report: &CalibrationReport) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Calibration</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Is the specification calibrated?</h1>\n<p>{}</p>\n\
         <p class=\"soft\">Parameters were drawn from their priors and data from the model, on the \
         media of {}; each data set was fitted, and every true value ranked among {} draws of its \
         posterior. If the answers can be trusted, every rank is equally likely: bars stay inside \
         the grey band in 99 of 100 histograms. A hump means intervals that are too wide, a bowl \
         intervals that are too narrow, a slope estimates that are shifted. Quantities in red are \
         rejected at {} % after allowing for their number.</p>\n<div class=\"grid\">\n",
        escaped(sentence),
        escaped(source),
        report.settings.draws,
        100.0 * LEVEL,
    );
    for quantity in &report.quantities {
        figure(&mut page, quantity, report.rejected.contains(&quantity.name));
    }
    let _ = write!(
        page,
        "</div>\n<p class=\"soft\">{} simulations with a result, {} repeated with longer runs, {} \
         that did not settle, {} without a result. Seed {}. Test of the verdict: Säilynoja, Bürkner \
         and Vehtari (2022). Method: Talts and others (2018).</p>\n</body>\n</html>\n",
        report.completed,
        report.repeated,
        report.unsettled.len(),
        report.failed.len(),
        report.settings.seed,
    );
    page
}

/// One histogram. Writing to a string cannot fail.
fn figure(page: &mut String, q: &Quantity, rejected: bool) {
    let counts = &q.histogram.counts;
    let (low, high) = q.band;
    let top = counts.iter().copied().max().unwrap_or(0).max(high).max(1) as f64 * 1.08;
    let y = |count: f64| HEIGHT * (1.0 - count / top);
    let step = WIDTH / counts.len().max(1) as f64;
    let expected = q.ranks.len() as f64 / counts.len().max(1) as f64;
    let name = escaped(&q.name);
    let class = if rejected { " class=\"bad\"" } else { "" };
    let _ = write!(
        page,
        "<figure{class}>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Ranks of {name}\">\
         <rect class=\"band\" x=\"0\" y=\"{:.1}\" width=\"{WIDTH}\" height=\"{:.1}\"/>",
        y(high as f64),
        y(low as f64) - y(high as f64),
    );
    for (bin, count) in counts.iter().enumerate() {
        let height = HEIGHT - y(*count as f64);
        let _ = write!(
            page,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
            bin as f64 * step + 0.1 * step,
            y(*count as f64),
            0.8 * step,
        );
    }
    let line = y(expected);
    let r = &q.recovery;
    let _ = write!(
        page,
        "<line class=\"line\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{line:.1}\" y2=\"{line:.1}\"/></svg>\n\
         <figcaption><b>{name}</b> {}<br>p {} (χ² {}, KS {})<br>in 50 %: {:.0} %, in 90 %: {:.0} %, \
         bias {:+.2} sd</figcaption>\n</figure>\n",
        shape(q),
        p(q.ecdf.p_value).replace('<', "&lt;"),
        p(q.chi_square.p_value).replace('<', "&lt;"),
        p(q.kolmogorov_smirnov.p_value).replace('<', "&lt;"),
        100.0 * r.coverage_50,
        100.0 * r.coverage_90,
        r.bias,
    );
}

/// Text that cannot become markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
