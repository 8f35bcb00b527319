//! Properties, and the words that are their values.

use super::Word;

/// `name=value` in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Before the `=`.
    pub name: &'static str,
    /// What stands after it: `FIELD`, `N`, `VALUE` …
    pub value: &'static str,
    /// What it says.
    pub docs: &'static str,
    /// Words that the value may be.
    pub words: &'static [Word],
}

const fn property(name: &'static str, value: &'static str, docs: &'static str) -> Property {
    Property {
        name,
        value,
        docs,
        words: &[],
    }
}

/// Values that are made when a record is made.
pub const GENERATORS: &[Word] = &[
    Word {
        name: "now",
        docs: "The time at which the record is made; for `timestamp` and `date`.",
    },
    Word {
        name: "uuid-v4",
        docs: "A random UUID.",
    },
    Word {
        name: "uuid-v7",
        docs: "A UUID that starts with the time, so that later ones sort later.",
    },
    Word {
        name: "next",
        docs: "The next number; for a key that is one whole number. Unique and rising, with gaps.",
    },
];

/// What happens to a record when the one it belongs to is deleted.
pub const ON_DELETE: &[Word] = &[
    Word {
        name: "restrict",
        docs: "The delete is refused as long as a record refers to the target.",
    },
    Word {
        name: "cascade",
        docs: "The records that refer to the target are deleted in the same transaction.",
    },
    Word {
        name: "clear",
        docs: "The optional fields of the reference are emptied.",
    },
    Word {
        name: "unchecked",
        docs: "Nothing is checked: a reference may lead nowhere.",
    },
];

pub(super) const NOW: &[Word] = &[Word {
    name: "now",
    docs: "The time of the write.",
}];

pub(super) const EQUAL: &[Word] = &[
    Word {
        name: "equal",
        docs: "Absent equals absent: at most one record without the value.",
    },
    Word {
        name: "distinct",
        docs: "Any number of records may be without the value. The default.",
    },
];

const WAS: Property = property(
    "was",
    "OLD",
    "An earlier name. Stored data is found under it and renamed.",
);

const BY: Property = property(
    "by",
    "FIELD",
    "The field that holds the target's key. Several are written in the block: `{ by A B }`.",
);

const BY_LIST: Property = property("by", "LIST-FIELD", "The list that holds the targets' keys.");

const VIA: Property = property(
    "via",
    "RELATION",
    "The relation of the target (or of the model between) that leads back to this model.",
);

pub(super) const OF_VARIANT: &[Property] = &[WAS];
pub(super) const OF_OWN_EVENT: &[Property] = &[WAS];
pub(super) const OF_INDEX: &[Property] = &[WAS];
pub(super) const OF_HAS_ONE: &[Property] = &[VIA];
pub(super) const OF_REFERENCES_MANY: &[Property] = &[BY_LIST];

pub(super) const OF_MODEL: &[Property] = &[
    property(
        "table",
        "TABLE",
        "The name on disk, and of the generated module. Renaming the model keeps it.",
    ),
    WAS,
];

pub(super) const OF_FIELD: &[Property] = &[
    Property {
        name: "default",
        value: "VALUE",
        docs: "The value of a record that is made without one, and of stored records from before the field was added.",
        words: GENERATORS,
    },
    property(
        "min",
        "N",
        "The least value of a number, or the least length of text, bytes, a list or a map; checked at every write.",
    ),
    property(
        "max",
        "N",
        "The greatest value of a number, or the greatest length of text (characters), bytes, a list or a map; checked at every write.",
    ),
    property(
        "item-max",
        "N",
        "The greatest length of each element of a list or map of `string` or `bytes`.",
    ),
    property(
        "scale",
        "N",
        "Digits after the point of a `decimal`. Finer values are refused, never rounded.",
    ),
    Property {
        name: "on-update",
        value: "now",
        docs: "A `timestamp` that is set to the time of each write that changes another field.",
        words: NOW,
    },
    WAS,
    property(
        "secret",
        "#true",
        "Leaves the field out of `Debug` and of `Serialize`.",
    ),
];

pub(super) const OF_COMPUTED: &[Property] = &[property(
    "revision",
    "N",
    "Counts changes of the function: a new number rebuilds the indexes that use it. 1 unless written.",
)];

pub(super) const OF_UNIQUE: &[Property] = &[
    Property {
        name: "nulls",
        value: "equal",
        docs: "Whether an absent part equals another absent part. Unless written, an entry with an absent part is not unique.",
        words: EQUAL,
    },
    WAS,
];

pub(super) const OF_BELONGS_TO: &[Property] = &[
    BY,
    Property {
        name: "on-delete",
        value: "ACTION",
        docs: "What happens to this record when the target is deleted. Required.",
        words: ON_DELETE,
    },
];

pub(super) const OF_HAS_MANY: &[Property] = &[
    VIA,
    property(
        "through",
        "MODEL",
        "The model between, which belongs to both sides.",
    ),
    property(
        "to",
        "RELATION",
        "The relation of the model between that leads to the target; needed if there are several.",
    ),
];

pub(super) const OF_EVENTS: &[Property] = &[
    property(
        "partitions",
        "N",
        "How many partitions the log has; events of one partition are handled in order. 1024 unless written, and fixed.",
    ),
    property(
        "retain",
        "DURATION",
        "How long events are kept, also after every group has passed them: `\"7d\"` unless written.",
    ),
    property(
        "retain-max",
        "DURATION",
        "How long events are kept for a group that has not handled them: for ever unless written.",
    ),
];

pub(super) const OF_CONDITION: &[Property] = &[
    property("is", "VALUE", "The value is this one."),
    property(
        "not",
        "VALUE",
        "The value is not this one; true for an absent value.",
    ),
    property("lt", "VALUE", "The value is less."),
    property("le", "VALUE", "The value is less or equal."),
    property("gt", "VALUE", "The value is greater."),
    property("ge", "VALUE", "The value is greater or equal."),
];
