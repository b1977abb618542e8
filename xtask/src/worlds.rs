//! `cargo xtask bench worlds`: how far each preset is from the truth of brands that are nobody's
//! model, on the standard set.
//!
//! Built in the profile that demo and tests share, not in `release`: what is measured are answers,
//! and the numerical crates are optimised in either.

use std::process::Command;

use crate::demo::build;
use crate::step::{Failed, cargo, run};

/// Brands of each class.
const BRANDS: &str = "8";
/// Brands of each class of a quick look.
const QUICK_BRANDS: &str = "2";
/// The rows of the standard set.
const ROWS: &str = "outlay,meridian,pymc-marketing,ridge,prior,oracle";

/// Builds `outlay` and runs its calibration on worlds; `--quick` is a look in a few minutes, other
/// arguments go to the program.
pub(crate) fn bench(args: &[String]) -> Result<(), Failed> {
    build()?;
    run(&mut calibrate(args))
}

fn calibrate(args: &[String]) -> Command {
    let quick = args.iter().any(|arg| arg == "--quick");
    let brands = if quick { QUICK_BRANDS } else { BRANDS };
    let mut own = vec!["calibrate", "--worlds", brands];
    let given = |name: &str| {
        let with_value = format!("{name}=");
        args.iter().any(|arg| arg == name || arg.starts_with(&with_value))
    };
    // What the caller names replaces the standard.
    let out = if quick { "target/worlds-quick" } else { "target/worlds" };
    let method = if quick { "laplace" } else { "nuts" };
    for (name, value) in [("--class", "all"), ("--method", method), ("--out", out)] {
        if !given(name) {
            own.extend([name, value]);
        }
    }
    if !given("--preset") && !given("--spec") {
        own.extend(["--preset", ROWS]);
    }
    let mut command = cargo(&["run", "--quiet", "--package", "outlay", "--locked", "--"]);
    command.args(own).args(args.iter().filter(|arg| *arg != "--quick"));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(args: &[&str]) -> String {
        let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
        let command = calibrate(&args);
        let words = command.get_args().map(|a| a.to_string_lossy().into_owned());
        words.skip_while(|w| w != "calibrate").collect::<Vec<String>>().join(" ")
    }

    #[test]
    fn the_standard_set_and_what_replaces_it() {
        assert_eq!(
            line(&[]),
            "calibrate --worlds 8 --class all --method nuts --out target/worlds --preset \
             outlay,meridian,pymc-marketing,ridge,prior,oracle"
        );
        assert_eq!(
            line(&["--quick", "--class", "mixed", "--preset=outlay"]),
            "calibrate --worlds 2 --method laplace --out target/worlds-quick --class mixed \
             --preset=outlay"
        );
    }
}
