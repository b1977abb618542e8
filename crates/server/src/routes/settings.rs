//! The configuration registry of a workspace.

use axum::Json;
use axum::extract::State;
use outlay_core::registry::{Impact, Registry, RegistryError, SETTINGS, Setting};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Admin, Caller, Viewer};
use crate::extract::{Body, Listed};
use crate::problem::Problem;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, change))
}

/// A key of the configuration registry.
#[derive(Serialize, ToSchema)]
struct SettingView {
    key: &'static str,
    /// In force in this workspace.
    value: f64,
    default: f64,
    unit: &'static str,
    min: f64,
    max: f64,
    /// Where the default comes from.
    source: &'static str,
    /// How much a wrong value can hurt.
    impact: Impact,
    meaning: &'static str,
    /// Whether a change holds without a new start.
    live: bool,
}

/// Every key with its value, default, unit, range, source and impact.
#[utoipa::path(get, path = "/api/settings", tag = "settings",
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<SettingView>)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
) -> Result<Json<Listed<SettingView>>, Problem> {
    Ok(Json(view(&app.settings(caller.workspace).await?)))
}

fn view(registry: &Registry) -> Listed<SettingView> {
    let row = |setting: &'static Setting| SettingView {
        key: setting.key,
        value: registry.get(setting),
        default: setting.default,
        unit: setting.unit,
        min: setting.min,
        max: setting.max,
        source: setting.source,
        impact: setting.impact,
        meaning: setting.meaning,
        live: setting.is_live(),
    };
    Listed::whole(SETTINGS.iter().map(row).collect())
}

/// Changes values of this workspace: an object of keys; `null` goes back to the default.
#[utoipa::path(patch, path = "/api/settings", tag = "settings",
    security(("session" = ["admin"]), ("token" = ["admin"])),
    request_body = Object,
    responses((status = 200, body = Listed<SettingView>), (status = 422, body = Problem)))]
async fn change(
    State(app): State<Shared>,
    caller: Caller<Admin>,
    Body(form): Body<Map<String, Value>>,
) -> Result<Json<Listed<SettingView>>, Problem> {
    // All are checked before any is written.
    for (key, value) in &form {
        let checked = match value.as_f64() {
            Some(value) => Registry::default().and(key, value).map(|_| ()),
            None if value.is_null() => match SETTINGS.iter().any(|setting| setting.key == key) {
                true => Ok(()),
                false => Err(RegistryError::Unknown(key.clone())),
            },
            None => {
                let title = format!("`{key}` takes a number");
                return Err(Problem::refused("settings.value", title, "send a number or null")
                    .field(key, "a number, or null for the default"));
            }
        };
        checked.map_err(|error| {
            let next = "correct it; GET /api/settings lists keys and ranges";
            Problem::refused("settings.value", error.to_string(), next)
                .field(key, error.to_string())
        })?;
        if key.starts_with("server.") || key.starts_with("store.") || key.starts_with("jobs.") {
            let title = format!("`{key}` is set where the server is started");
            let next = "set it with a flag or a variable and start the server again";
            return Err(Problem::refused("settings.at-start", title, next));
        }
    }
    let settings = app.scope(caller.workspace).settings();
    for (key, value) in form {
        let value = Some(value).filter(|value| !value.is_null());
        settings.set(&key, value, Some(caller.user), None, app.now()).await?;
    }
    Ok(Json(view(&app.settings(caller.workspace).await?)))
}
