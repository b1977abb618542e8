//! What a hidden demand would do, in a sentence.

use crate::summary::DemandReference;

/// One sentence about a channel.
pub(super) fn sentence(
    channel: &str,
    halves: f64,
    reference: Option<&DemandReference>,
    kpi: &str,
) -> String {
    let needed = share(halves);
    if needed == share(1.0) {
        // All of both: the channel's exposure itself.
        return format!(
            "{channel} does not rest on when it spent and when {kpi} moved: no demand that nobody \
             measured would halve its return."
        );
    }
    let mut text = format!(
        "{channel} would return half as much if a demand that nobody measured explained {needed} of \
         what is left open of both its exposure and {kpi}"
    );
    if let Some(reference) = reference {
        text += &format!(
            "; one as strong as {} would leave {} of its return",
            reference.known_as(),
            left(reference.left)
        );
    }
    text + "."
}

fn left(value: f64) -> String {
    if value == 0.0 { "nothing".to_owned() } else { share(value) }
}

/// Per cent, a figure below one in tenths.
fn share(value: f64) -> String {
    let percent = 100.0 * value;
    if percent > 0.0 && percent < 1.0 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_much_and_as_strong_as_what() {
        let season = DemandReference {
            name: "seasonality".into(),
            exposure: 0.1,
            outcome: 0.2,
            left: 0.624,
        };
        assert_eq!(
            sentence("search", 0.004, Some(&season), "revenue"),
            "search would return half as much if a demand that nobody measured explained 0.4 % of \
             what is left open of both its exposure and revenue; one as strong as the seasons would \
             leave 62 % of its return."
        );
        let all = DemandReference { left: 0.0, ..season.clone() };
        assert!(sentence("tv", 0.1, Some(&all), "sales").ends_with("leave nothing of its return."));
        assert!(sentence("search", 0.12, None, "revenue").ends_with("exposure and revenue."));
        assert!(sentence("tv", 1.0, Some(&season), "revenue").starts_with("tv does not rest on"));
    }
}
