//! Writes the report of a made-up fit, for looking at the page:
//! `cargo run -p outlay-report --example page -- out.html [plain|crowd|dark|ridge|weighed]`.

#[allow(dead_code, missing_docs)]
#[path = "../tests/it/fixture.rs"]
mod fixture;

use outlay_mmm::summary::{Method, Verdict};
use outlay_report::{ReportOptions, Theme, html};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("name the file to write")?;
    let mut options = ReportOptions::default();
    let summary = match arguments.next().as_deref() {
        Some("crowd") => fixture::crowd(200, 1100),
        Some("dark") => {
            options.theme = Theme::Dark;
            fixture::summary()
        }
        Some("ridge") => {
            let mut summary = fixture::crowd(14, 300);
            summary.method = Method::Ridge;
            summary.health.verdict = Verdict::Fail;
            summary.data.outcome_is_money = false;
            summary.data.outcome_unit = "conversions".into();
            summary.data.currency = None;
            summary
        }
        Some("weighed") => fixture::weighed(),
        _ => fixture::summary(),
    };
    std::fs::write(out, html(&summary, &options)?)?;
    Ok(())
}
