//! The brackets in what is left of a line, counted once a line however often they are asked for.

use super::chars::is_newline;

/// What is left of a line.
#[derive(Default)]
pub(super) struct Line {
    /// Everything before it has been passed.
    at: usize,
    end: usize,
    /// Of each of [`BRACKETS`], how many are left.
    left: [usize; 4],
}

const BRACKETS: [u8; 4] = *b"()[]";

impl Line {
    /// Goes on to a place, of this line or of a later one.
    pub(super) fn pass(&mut self, text: &str, at: usize) {
        if at < self.end {
            let passed = count(&text[self.at..at]);
            for (left, passed) in self.left.iter_mut().zip(passed) {
                *left -= passed;
            }
        } else {
            self.end = at + text[at..].find(is_newline).unwrap_or(text.len() - at);
            self.left = count(&text[at..self.end]);
        }
        self.at = at;
    }

    /// Where it ends.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Whether as many round and square brackets close in it as open.
    pub(super) fn is_balanced(&self) -> (bool, bool) {
        let [round, round_end, square, square_end] = self.left;
        (round <= round_end, square <= square_end)
    }
}

fn count(text: &str) -> [usize; 4] {
    let mut counts = [0; 4];
    for byte in text.bytes() {
        if let Some(which) = BRACKETS.iter().position(|bracket| *bracket == byte) {
            counts[which] += 1;
        }
    }
    counts
}
