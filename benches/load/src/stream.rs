//! A page that follows live updates: broken off now and then, and resumed where it was.

use std::collections::BTreeSet;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Method;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep_until};

use crate::browser::{Browser, Failure};

const PATH: &str = "/api/events?topics=jobs,datasets,models,plans,alerts";

/// What a listener heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Numbers of the events, in the order in which they came.
    pub(crate) numbers: Vec<i64>,
    /// How often the stream was opened again.
    pub(crate) resumed: u64,
}

/// Listens until `until`; tells `changed` when a job changes its state, as a page wants to know.
/// The server ended the stream, or it broke: that is an error.
pub(crate) async fn listen(
    browser: &mut Browser,
    heard: &mut Heard,
    until: Instant,
    changed: &UnboundedSender<()>,
) -> Result<(), Failure> {
    let last = heard.numbers.last().map(ToString::to_string);
    let more: Vec<(&str, &str)> =
        last.iter().map(|last| ("last-event-id", last.as_str())).collect();
    let answer = browser.send(Method::GET, PATH, Bytes::new(), "", &more).await?;
    if !answer.status().is_success() {
        return Err(format!("the stream was refused with {}", answer.status()).into());
    }
    let mut body = answer.into_body();
    let mut rest = String::new();
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame.ok_or("the stream ended")??,
            () = sleep_until(until) => return Ok(()),
        };
        let Some(bytes) = frame.data_ref() else { continue };
        rest.push_str(&String::from_utf8_lossy(bytes));
        while let Some(end) = rest.find("\n\n") {
            let event: String = rest.drain(..end + 2).collect();
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            let Some(number) = field("id:").and_then(|id| id.trim().parse().ok()) else { continue };
            heard.numbers.push(number);
            let over = ["\"succeeded\"", "\"failed\"", "\"cancelled\"", "\"queued\""];
            let data = field("data:").unwrap_or_default();
            let moved = field("event:").is_some_and(|topic| topic.trim() != "jobs")
                || over.iter().any(|state| data.contains(state));
            if moved {
                // The page may be gone.
                let _ = changed.send(());
            }
        }
    }
}

/// Events that somebody missed or heard twice, though others show that they were sent while it
/// listened.
pub(crate) fn missed(listeners: &[Heard]) -> u64 {
    let all: BTreeSet<i64> = listeners.iter().flat_map(|heard| heard.numbers.clone()).collect();
    let wrong = |heard: &Heard| {
        let (Some(first), Some(last)) = (heard.numbers.first(), heard.numbers.last()) else {
            return 0;
        };
        let expected: Vec<i64> = match first <= last {
            true => all.range(first..=last).copied().collect(),
            false => Vec::new(),
        };
        match heard.numbers == expected {
            true => 0,
            false => (expected.len().abs_diff(heard.numbers.len()) as u64).max(1),
        }
    };
    listeners.iter().map(wrong).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(numbers: &[i64]) -> Heard {
        Heard { numbers: numbers.to_vec(), resumed: 0 }
    }

    #[test]
    fn a_gap_and_a_repetition_are_noticed_and_a_late_start_is_none() {
        assert_eq!(missed(&[heard(&[1, 2, 4]), heard(&[2, 4]), heard(&[])]), 0);
        assert_eq!(missed(&[heard(&[1, 2, 3]), heard(&[1, 3])]), 1);
        assert_eq!(missed(&[heard(&[1, 2, 2, 3]), heard(&[1, 2, 3])]), 1);
        assert_eq!(missed(&[heard(&[2, 1])]), 2);
    }
}
