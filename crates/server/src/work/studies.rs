//! Studies of plans, which take many searches: each is made once, however often it is asked for.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use outlay_core::registry::{Registry, keys};
use outlay_store::WorkspaceId;
use tokio::sync::OnceCell;

use crate::problem::Problem;
use crate::wire::plan::StudiedView;

/// A plan of a workspace, with all that its study is made of: versions of rows, settings.
pub(crate) type Studied = (WorkspaceId, String);
type Kept = Arc<OnceCell<Arc<StudiedView>>>;

/// The last few studies, and those that are being made.
pub(crate) struct Studies {
    most: usize,
    kept: Mutex<Vec<(Studied, Kept)>>,
}

impl Studies {
    pub(crate) fn new(registry: &Registry) -> Self {
        Self { most: registry.get(&keys::SERVER_FITS) as usize, kept: Mutex::default() }
    }

    /// The study of a plan, made by `make` unless it is there. It is made by a task of its own: who
    /// asked may go away, or be told that it takes too long, and finds it at the next try.
    pub(crate) async fn of(
        &self,
        plan: Studied,
        make: impl Future<Output = Result<StudiedView, Problem>> + Send + 'static,
    ) -> Result<Arc<StudiedView>, Problem> {
        let kept = self.find(plan);
        let task = tokio::spawn(async move {
            let make = async { make.await.map(Arc::new) };
            kept.get_or_try_init(|| make).await.map(Arc::clone)
        });
        task.await?
    }

    fn find(&self, plan: Studied) -> Kept {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match kept.iter().position(|(own, _)| *own == plan) {
            Some(place) => kept.remove(place),
            None => (plan, Kept::default()),
        };
        let study = Arc::clone(&found.1);
        kept.insert(0, found);
        kept.truncate(self.most.max(1));
        study
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use outlay_planner::study::Sensitivity;

    use super::*;

    fn study() -> StudiedView {
        let sensitivity: Sensitivity = serde_json::from_value(serde_json::json!({
            "swings": [], "knowledge": [], "all": 0.0, "sentence": "nothing decides"
        }))
        .unwrap();
        StudiedView { outcome_unit: "EUR".to_owned(), sensitivity }
    }

    #[tokio::test]
    async fn what_was_begun_is_not_begun_again() {
        let studies = Studies::new(&Registry::default());
        let now = chrono::Utc::now();
        let plan = |version: &str| (WorkspaceId::new(now), version.to_owned());
        let (plan, other) = (plan("1"), plan("2"));
        let made = Arc::new(AtomicUsize::new(0));
        let make = || {
            let made = Arc::clone(&made);
            async move {
                made.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(study())
            }
        };
        // Sent away before it was there.
        let away =
            tokio::time::timeout(Duration::from_millis(5), studies.of(plan.clone(), make())).await;
        assert!(away.is_err());
        assert_eq!(studies.of(plan.clone(), make()).await.unwrap().outcome_unit, "EUR");
        assert_eq!(made.load(Ordering::SeqCst), 1);
        let failed = studies.of(other.clone(), async { Err(Problem::not_found("plan")) });
        assert!(failed.await.is_err());
        assert!(studies.of(other, make()).await.is_ok(), "a failure is not kept");
    }
}
