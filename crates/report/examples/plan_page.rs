//! Writes the page of a made-up plan, or of a `plan.json`, for looking at it:
//! `cargo run -p outlay-report --example plan_page -- out.html [plan|lone|crowd|dark|FILE.json]`.

#[allow(dead_code, missing_docs)]
#[path = "../tests/it/plan_fixture.rs"]
mod plan_fixture;

use outlay_report::{ReportOptions, Theme, plan_html};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("name the file to write")?;
    let mut options = ReportOptions { title: "Northwind".into(), ..ReportOptions::default() };
    let plan = match arguments.next().as_deref() {
        Some("lone") => plan_fixture::lone(),
        Some("crowd") => plan_fixture::crowd(60),
        Some("dark") => {
            options.theme = Theme::Dark;
            plan_fixture::plan()
        }
        Some(file) if file.ends_with(".json") => serde_json::from_slice(&std::fs::read(file)?)?,
        _ => plan_fixture::plan(),
    };
    std::fs::write(out, plan_html(&plan, &options)?)?;
    Ok(())
}
