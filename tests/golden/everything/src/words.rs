//! What the schema's computed parts call; written by hand.

use crate::Sample;

/// The words of a sample's name.
pub(crate) fn of_sample(sample: &Sample) -> Vec<String> {
    sample
        .name
        .split_whitespace()
        .map(str::to_lowercase)
        .collect()
}
