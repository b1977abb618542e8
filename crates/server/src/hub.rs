//! Live events of this and other processes: one look at the store serves all who listen to a
//! workspace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use outlay_core::registry::{Registry, keys};
use outlay_store::{Event, Store, StoreError, WorkspaceId};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::broadcast;

use crate::metrics::Counted;

/// Events that a slow listener may be behind before it has to read them from the store.
const BEHIND: usize = 256;

type Senders = HashMap<WorkspaceId, broadcast::Sender<Arc<Event>>>;

/// Hands events on.
pub(crate) struct Hub {
    store: Store,
    poll: Duration,
    senders: Arc<Mutex<Senders>>,
    listeners: Gauge,
}

/// One listener. Every event comes once, in order.
pub(crate) struct Listener {
    store: Store,
    workspace: WorkspaceId,
    last: i64,
    waiting: std::collections::VecDeque<Arc<Event>>,
    live: broadcast::Receiver<Arc<Event>>,
    _counted: Counted,
}

impl Hub {
    pub(crate) fn new(store: Store, registry: &Registry, listeners: Gauge) -> Self {
        let poll = Duration::from_secs_f64(registry.get(&keys::SERVER_EVENTS_POLL));
        Self { store, poll, senders: Arc::default(), listeners }
    }

    /// Listens to what happens after event `last`; after now where nothing is said.
    pub(crate) async fn listen(
        &self,
        workspace: WorkspaceId,
        last: Option<i64>,
    ) -> Result<Listener, StoreError> {
        let newest = self.store.workspace(workspace).events().last().await?;
        // What happens between this look and the subscription is found by its number.
        let live = self.subscribe(workspace, newest);
        let last = last.map_or(newest, |last| last.clamp(0, newest));
        let store = self.store.clone();
        let counted = Counted::new(&self.listeners);
        let waiting = Default::default();
        let mut listener = Listener { store, workspace, last, waiting, live, _counted: counted };
        listener.catch_up().await?;
        Ok(listener)
    }

    fn subscribe(&self, workspace: WorkspaceId, newest: i64) -> broadcast::Receiver<Arc<Event>> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = senders.get(&workspace) {
            return sender.subscribe();
        }
        let (sender, receiver) = broadcast::channel(BEHIND);
        senders.insert(workspace, sender.clone());
        let (store, poll) = (self.store.clone(), self.poll);
        let senders = Arc::clone(&self.senders);
        tokio::spawn(async move { look(store, poll, workspace, newest, sender, senders).await });
        receiver
    }
}

/// Looks for events as long as somebody listens.
async fn look(
    store: Store,
    poll: Duration,
    workspace: WorkspaceId,
    mut last: i64,
    sender: broadcast::Sender<Arc<Event>>,
    senders: Arc<Mutex<Senders>>,
) {
    loop {
        tokio::time::sleep(poll).await;
        {
            let mut senders = senders.lock().unwrap_or_else(PoisonError::into_inner);
            if sender.receiver_count() == 0 {
                senders.remove(&workspace);
                return;
            }
        }
        match store.workspace(workspace).events().after(last).await {
            Ok(found) => {
                for event in found.events {
                    last = event.number;
                    // Nobody listening is found out above.
                    let _ = sender.send(Arc::new(event));
                }
            }
            Err(error) => tracing::warn!(%error, "events cannot be read"),
        }
    }
}

impl Listener {
    /// The next event.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn next(&mut self) -> Result<Arc<Event>, StoreError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.last = event.number;
                return Ok(event);
            }
            match self.live.recv().await {
                Ok(event) if event.number == self.last + 1 => {
                    self.last = event.number;
                    return Ok(event);
                }
                Ok(event) if event.number <= self.last => {}
                // Something is missing in between: it stands in the store.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => self.catch_up().await?,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// Reads what is in the store behind the last event.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let mut after = self.waiting.back().map_or(self.last, |event| event.number);
        loop {
            let found = self.store.workspace(self.workspace).events().after(after).await?;
            let Some(newest) = found.events.last() else { return Ok(()) };
            after = newest.number;
            self.waiting.extend(found.events.into_iter().map(Arc::new));
        }
    }
}
