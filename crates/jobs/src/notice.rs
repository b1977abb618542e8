//! Live events about jobs, for those who watch.

use chrono::{DateTime, Utc};
use outlay_store::{Lease, Store};
use serde_json::{Value as Json, json};

/// The topic of all events about jobs.
const TOPIC: &str = "jobs";

/// Tells listeners of the job's workspace. Nobody may be listening, and the job does not depend on
/// it: a failure is logged and forgotten.
pub(crate) async fn tell(store: &Store, lease: &Lease, kind: &str, what: Json, now: DateTime<Utc>) {
    let mut payload = json!({ "job": lease.job_id, "fence": lease.fence });
    if let (Some(all), Json::Object(more)) = (payload.as_object_mut(), what) {
        all.extend(more);
    }
    let events = store.workspace(lease.workspace_id).events();
    if let Err(error) = events.publish(TOPIC, kind, payload, now).await {
        tracing::warn!(job = %lease.job_id, %error, "listeners were not told");
    }
}
