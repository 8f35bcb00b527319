//! Words that are neither statements nor types: annotations, and the parts of a condition.

use super::Word;
use super::properties::{OF_CONDITION, Property};

/// Annotations of the parts of an index: `(lower,desc)email`.
pub const ANNOTATIONS: &[Word] = &[
    Word {
        name: "each",
        docs: "An entry for each element of the list.",
    },
    Word {
        name: "lower",
        docs: "Compares text without its case.",
    },
    Word {
        name: "desc",
        docs: "From the greatest value to the least.",
    },
];

/// Properties of a condition.
pub const CONDITIONS: &[Property] = OF_CONDITION;

/// Words of a condition that stand after its path.
pub const TESTS: &[Word] = &[
    Word {
        name: "present",
        docs: "There is a value.",
    },
    Word {
        name: "absent",
        docs: "There is no value.",
    },
    Word {
        name: "in",
        docs: "The value is one of those that follow.",
    },
];

/// Words that join conditions.
pub const COMBINATIONS: &[Word] = &[
    Word {
        name: "any",
        docs: "One of the conditions in the block is enough.",
    },
    Word {
        name: "all",
        docs: "All conditions in the block have to hold.",
    },
];
