//! Answers that many ask for at once, as all pages do when they hear of a change: one that was begun
//! after they came is made for all of them together. Nobody is given what was begun before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use outlay_store::WorkspaceId;
use tokio::sync::OnceCell;

use crate::problem::Problem;

/// A workspace and a question, with all that decides its answer.
type Asked = (WorkspaceId, String);

/// Answers that are being made, and those that are waited for.
#[derive(Default)]
pub(crate) struct Together(Mutex<HashMap<Asked, Arc<Place>>>);

/// One question.
#[derive(Default)]
struct Place {
    /// Held while an answer is made.
    turn: tokio::sync::Mutex<()>,
    /// The answer that is made next.
    next: Mutex<Arc<OnceCell<Bytes>>>,
}

/// Leaves a place, and takes it away when nobody else is there; also when whoever asked has gone.
struct Guest<'a> {
    all: &'a Together,
    asked: Asked,
    place: Arc<Place>,
}

impl Together {
    /// The answer to a question, made by `make`, or by somebody else's after this was called.
    ///
    /// # Errors
    /// What making it reports.
    pub(crate) async fn of<F: Future<Output = Result<Bytes, Problem>>>(
        &self,
        workspace: WorkspaceId,
        question: String,
        make: impl FnOnce() -> F,
    ) -> Result<Bytes, Problem> {
        let guest = self.enter((workspace, question));
        let place = &guest.place;
        let mine = Arc::clone(&held(&place.next));
        let made = mine.get_or_try_init(|| async {
            let _turn = place.turn.lock().await;
            place.begin(&mine);
            make().await
        });
        made.await.cloned()
    }

    fn enter(&self, asked: Asked) -> Guest<'_> {
        let place = Arc::clone(held(&self.0).entry(asked.clone()).or_default());
        Guest { all: self, asked, place }
    }
}

impl Place {
    /// From here on they may know of what this answer does not: theirs is another one.
    fn begin(&self, answer: &Arc<OnceCell<Bytes>>) {
        let mut next = held(&self.next);
        if Arc::ptr_eq(&next, answer) {
            *next = Arc::default();
        }
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let mut places = held(&self.all.0);
        // The table's and this one.
        if Arc::strong_count(&self.place) <= 2 {
            places.remove(&self.asked);
        }
    }
}

fn held<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;

    /// Asks `how_many` times at once; an answer is the number of its making.
    async fn ask(all: &Together, made: &AtomicUsize, how_many: usize) -> Vec<String> {
        let one = || async {
            let make = || async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let number = made.fetch_add(1, Ordering::SeqCst);
                Ok(Bytes::from(number.to_string()))
            };
            let workspace = WorkspaceId::from_uuid(uuid::Uuid::nil());
            let answer = all.of(workspace, "home".to_owned(), make).await.unwrap();
            String::from_utf8(answer.to_vec()).unwrap()
        };
        join_all((0..how_many).map(|_| one())).await
    }

    #[tokio::test]
    async fn those_who_come_together_are_answered_together() {
        let (all, made) = (Together::default(), AtomicUsize::new(0));
        let answers = ask(&all, &made, 50).await;
        // The first one begins at once: the others came after that.
        assert_eq!(answers[0], "0");
        assert!(answers[1..].iter().all(|answer| answer == "1"), "{answers:?}");
        assert_eq!(made.load(Ordering::SeqCst), 2);
        assert!(held(&all.0).is_empty(), "nothing is kept");
    }

    #[tokio::test]
    async fn nobody_is_given_what_was_begun_before_they_came() {
        let (all, made) = (Together::default(), AtomicUsize::new(0));
        let late = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            ask(&all, &made, 20).await
        };
        let (first, late) = tokio::join!(ask(&all, &made, 1), late);
        assert_eq!(first, ["0"]);
        assert!(late.iter().all(|answer| answer == "1"), "{late:?}");
    }

    #[tokio::test]
    async fn who_goes_away_takes_nothing_along() {
        let (all, made) = (Together::default(), AtomicUsize::new(0));
        let gone = tokio::time::timeout(Duration::from_millis(5), ask(&all, &made, 1));
        let (gone, stays) = tokio::join!(gone, ask(&all, &made, 2));
        assert!(gone.is_err());
        assert!(stays.iter().all(|answer| answer == "0"), "{stays:?}");
        assert_eq!(made.load(Ordering::SeqCst), 1);
        assert!(held(&all.0).is_empty());
    }

    #[tokio::test]
    async fn a_failure_is_told_and_the_next_ones_try_again() {
        let all = Together::default();
        let workspace = WorkspaceId::from_uuid(uuid::Uuid::nil());
        let ask = |fail: bool| {
            all.of(workspace, "home".to_owned(), move || async move {
                if fail { Err(Problem::not_found("model")) } else { Ok(Bytes::from("1")) }
            })
        };
        let (first, second) = tokio::join!(ask(true), ask(false));
        assert!(first.is_err());
        assert_eq!(second.unwrap(), "1");
    }
}
