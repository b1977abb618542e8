//! The question to the planner as the API takes it: the engine's own form, or limits with a
//! horizon in one object, as the dashboard's builder writes them.

use outlay_core::registry::{Registry, keys};
use outlay_engine::plan::{Question, Written};
use outlay_planner::problem::{Amount, ChannelLimits, ProblemFile};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A question to the planner, in one of two forms.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes what `question` reads from JSON")]
pub(crate) enum QuestionForm {
    /// Limits with a horizon, as the dashboard's builder writes them.
    Built(BuiltQuestion),
    /// The engine's own form, with amounts and lengths as people write them.
    Engine(Question),
}

/// The keys of a plan's file, with a horizon.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `question` reads from JSON")]
pub(crate) struct BuiltQuestion {
    /// How far the plan goes: `13w`, `3m`, `90d`, or a number of periods. A quarter when absent.
    horizon: Option<Written>,
    #[serde(flatten)]
    limits: ProblemFile,
}

/// Keys that only the engine's own form has.
const OWN: [&str; 4] = ["limits", "by", "gap", "objective"];

fn refused(error: &serde_json::Error) -> Problem {
    let next = "use the keys of a plan's file: budget, horizon, objective, every-channel, channel";
    Problem::refused("plan.question", "the question makes no sense", next)
        .because(error.to_string())
}

/// Reads a question.
pub(crate) fn question(json: Json, registry: &Registry) -> Result<Question, Problem> {
    let Json::Object(mut object) = json else {
        return if json.is_null() { Ok(Question::default()) } else { Err(form()) };
    };
    if is_own(&object) {
        return serde_json::from_value(Json::Object(object)).map_err(|error| refused(&error));
    }
    let horizon = object.remove("horizon").filter(|value| !value.is_null());
    let horizon = horizon.map(serde_json::from_value::<Written>).transpose();
    let horizon = horizon.map_err(|error| refused(&error))?;
    let free = !["every-channel", "channel", "group", "ratio", "ramp", "blackout", "cap", "limit"]
        .iter()
        .any(|key| object.contains_key(*key));
    let mut limits: ProblemFile =
        serde_json::from_value(Json::Object(object)).map_err(|error| refused(&error))?;
    if free {
        // Without any limit of one's own the usual ones hold.
        limits.every_channel = ChannelLimits {
            min: Some(Amount::OfCurrent { of_current: registry.get(&keys::PLAN_CHANGE_MIN) }),
            max: Some(Amount::OfCurrent { of_current: registry.get(&keys::PLAN_CHANGE_MAX) }),
            ..ChannelLimits::default()
        };
    }
    Ok(Question { horizon, limits: Some(limits), ..Question::default() })
}

fn form() -> Problem {
    Problem::refused("plan.question", "the question is no object", "send `{}` for the usual one")
}

/// The engine's form: it has a key of its own, its budget is an amount, or it says nothing more
/// than how far.
fn is_own(object: &Map<String, Json>) -> bool {
    let text = |key: &str| object.get(key).is_some_and(|v| v.is_string() || v.is_number());
    let named = OWN.iter().any(|key| match *key {
        // Both forms have it; plain words with a colon are the engine's.
        "objective" => object
            .get(*key)
            .and_then(Json::as_str)
            .is_some_and(|text| !["outcome", "profit"].contains(&text)),
        key => object.contains_key(key),
    });
    named || text("budget") || object.keys().all(|key| key == "horizon" || key == "margin")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_are_read() {
        let read = |json| question(json, &Registry::default());
        assert_eq!(read(json!({})).unwrap(), Question::default());
        let own = read(json!({ "budget": "1.2M", "horizon": "13w" })).unwrap();
        assert_eq!(own.budget, Some(Written::Text("1.2M".to_owned())));
        let built = read(json!({
            "version": 1, "horizon": 8, "budget": { "least": 5.0, "most": 5.0 },
            "objective": "outcome", "channel": { "tv": { "lock": true } }
        }));
        let built = built.unwrap();
        assert_eq!(built.horizon, Some(Written::Number(8.0)));
        let limits = built.limits.unwrap();
        assert!(limits.channel["tv"].lock);
        assert_eq!(limits.every_channel, ChannelLimits::default());
        let usual = read(json!({ "version": 1, "budget": { "least": 5.0 } })).unwrap();
        assert_ne!(usual.limits.unwrap().every_channel, ChannelLimits::default());
        assert_eq!(read(json!({ "nonsense": 1 })).unwrap_err().code, "plan.question");
        assert_eq!(read(json!(3)).unwrap_err().code, "plan.question");
    }
}
