//! Project tasks, called as `cargo xtask TASK`: everything that other projects keep in shell
//! scripts.
//!
//! Invariant: only the standard library, so that the first task starts within a second of a fresh
//! clone. One target directory and one profile serve the demo, the tests and the checks;
//! benchmarks use `release`.

mod bench;
mod build_ui;
mod check;
mod codegen;
mod demo;
mod step;
mod tally;
mod test;
mod worlds;

use std::process::ExitCode;

use step::Failed;

const USAGE: &str = "\
usage: cargo xtask TASK [ARGS]

  demo [ARGS]    build the outlay binary and run `outlay demo ARGS`
  demo --serve [ARGS]
                 build the dashboard and the binary, and run `outlay serve --demo ARGS`
  test [ARGS]    run all tests and documentation tests; ARGS go to the test runner
  build-ui       build the dashboard in web/ when its sources have changed (needs Node.js)
  codegen        write the files anew that are generated from the code (docs/openapi.json,
                 configuration, the dashboard's types)
  check          formatting, clippy without warnings, licences where cargo-deny is installed
  bench [NAME]   run the benchmark programs (or those whose name contains NAME) in release
  bench worlds [--quick] [ARGS]
                 how far each preset is from the truth on the standard set of simulated brands; ARGS
                 go to `outlay calibrate`
  ci             check, then test, then demo: what continuous integration runs
  help           this text
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let task = args.next();
    let rest: Vec<String> = args.collect();
    let outcome = match task.as_deref() {
        Some("demo") => demo::hand_over(&rest),
        Some("test") => test::all(&rest),
        Some("build-ui") => build_ui::when_changed(),
        Some("codegen") => codegen::all(),
        Some("check") => check::all(),
        Some("bench") if rest.first().is_some_and(|name| name == "worlds") => {
            worlds::bench(&rest[1..])
        }
        Some("bench") => bench::matching(&rest),
        Some("ci") => check::all().and_then(|()| test::all(&[])).and_then(|()| demo::check()),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(Failed::new(format!("there is no task {other:?}\n\n{USAGE}"))),
        None => Err(Failed::new(USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("xtask: {failed}");
            failed.exit()
        }
    }
}
