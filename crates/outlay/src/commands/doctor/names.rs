//! `outlay doctor --contract`: is every name that other tools rely on there?

use outlay_server::Config;
use outlay_server::upkeep::{self, Kind, Standing};
use serde::Serialize;

use crate::commands::serve::{failure, runtime};
use crate::context::Context;
use crate::failure::{Exit, Failure};

#[derive(Serialize)]
struct Answer {
    made: Vec<&'static str>,
    names: Vec<Standing>,
}

/// Looks at the names, after making what is missing with `ensure`; fails where one does not hold.
pub(super) fn run(config: &Config, ensure: bool, context: &Context) -> Result<(), Failure> {
    let looked = runtime()?.block_on(upkeep::named(config, ensure));
    let (made, names) = looked.map_err(|error| failure(&error))?;
    let wrong: Vec<&str> = names.iter().filter(|s| !s.holds()).map(|s| s.name).collect();
    let message = match wrong.as_slice() {
        [] => None,
        [one] => Some(format!("the name `{one}` does not hold")),
        several => Some(format!("{} names do not hold: {}", several.len(), several.join(", "))),
    };
    if context.json() {
        let text = serde_json::to_string_pretty(&Answer { made, names })
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, "please report this"))?;
        anstream::println!("{text}");
    } else {
        for name in &made {
            anstream::println!("made  {name}");
        }
        for standing in &names {
            anstream::println!("{}", line(standing));
        }
    }
    match message {
        None => Ok(()),
        Some(message) => {
            let next = match ensure {
                false => "run `outlay doctor --contract --ensure`, which makes what is missing",
                true => "something else stands under these names: rename or remove it, then again",
            };
            Err(Failure::new(Exit::Files, "doctor.contract", message, next))
        }
    }
}

fn line(standing: &Standing) -> String {
    let word = if standing.holds() { "ok   " } else { "wrong" };
    let kind = |kind| match kind {
        Kind::Table => "table",
        Kind::View => "view",
    };
    let what = match (&standing.found, &standing.problem, standing.rows) {
        (None, ..) => format!("{} is missing", kind(standing.kind)),
        (Some(found), ..) if *found != standing.kind => {
            format!("a {} stands where a {} belongs", kind(*found), kind(standing.kind))
        }
        (_, Some(problem), _) => format!("cannot be read: {problem}"),
        (_, None, Some(1)) => "1 row".to_owned(),
        (_, None, rows) => format!("{} rows", rows.unwrap_or_default()),
    };
    format!("{word} {:<28} {what}", standing.name)
}
