//! Counting tests from what the runners print.

/// How many tests ended how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Adds the counts of a runner's closing line; other lines change nothing.
    pub(crate) fn read(&mut self, line: &str) {
        let plain = without_colour(line);
        let text = plain.trim_start();
        let counts = if let Some((_, counts)) = text.split_once("test result:") {
            counts
        } else if text.starts_with("Summary [") {
            text
        } else {
            return;
        };
        let words: Vec<&str> =
            counts.split([' ', ',', ';', ':']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let [count, word] = pair else { continue };
            let Ok(count) = count.parse::<u64>() else { continue };
            match *word {
                "passed" => self.passed += count,
                "failed" | "timed" => self.failed += count,
                "skipped" | "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }
}

/// The text without terminal colours (`ESC [ … m`).
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, tail)| tail);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        let mut tally = Tally::default();
        tally.read("test result: ok. 19 passed; 0 failed; 2 ignored; 0 measured; 5 filtered out");
        tally.read("test money::tests::units_round_trip ... ok");
        tally
            .read("     Summary [   0.005s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped");
        assert_eq!(tally, Tally { passed: 30, failed: 1, skipped: 5 });
    }

    #[test]
    fn colours_do_not_hide_the_counts() {
        let mut tally = Tally::default();
        tally.read(
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m4\u{1b}[0m tests run: \
             \u{1b}[1m4\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
        );
        assert_eq!(tally, Tally { passed: 4, failed: 0, skipped: 0 });
    }

    #[test]
    fn a_test_that_ran_out_of_time_has_failed() {
        let mut tally = Tally::default();
        tally.read("Summary [  9.0s] 5 tests run: 3 passed, 1 failed, 1 timed out, 0 skipped");
        assert_eq!(tally, Tally { passed: 3, failed: 2, skipped: 0 });
    }
}
