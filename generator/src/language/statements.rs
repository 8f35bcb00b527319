//! Statements and lines: their forms, their properties, and what their blocks hold.

use super::properties::{self as of, Property};
use super::{Kind, Place, Word};

/// A statement, or a line that starts with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Which one.
    pub kind: Kind,
    /// The word it starts with; of a line, what it is.
    pub name: &'static str,
    /// All that may stand in it.
    pub form: &'static str,
    /// What it says.
    pub docs: &'static str,
    /// One as it is written.
    pub example: &'static str,
    /// `name=value`, in any order.
    pub properties: &'static [Property],
    /// Words that may stand after its name.
    pub flags: &'static [Word],
    /// What its block holds, if it has one.
    pub block: Option<Place>,
}

const fn statement(
    kind: Kind,
    name: &'static str,
    form: &'static str,
    docs: &'static str,
    example: &'static str,
) -> Statement {
    Statement {
        kind,
        name,
        form,
        docs,
        example,
        properties: &[],
        flags: &[],
        block: None,
    }
}

impl Statement {
    const fn with(self, properties: &'static [Property]) -> Self {
        Self { properties, ..self }
    }

    const fn holding(self, place: Place) -> Self {
        Self {
            block: Some(place),
            ..self
        }
    }

    /// The property of a name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|it| it.name == name)
    }
}

const SCHEMA: Statement = statement(
    Kind::Schema,
    "schema",
    "schema NAME",
    "Names the store, and the generated module. The first statement of the first file.",
    "schema blog",
);

const IMPORT: Statement = statement(
    Kind::Import,
    "import",
    "import \"FILE\"",
    "Reads another file, named relative to this one; the imported file has no `schema`.",
    "import \"users.kdl\"",
);

pub(crate) const ENUM: Statement = Statement {
    flags: &[
        Word {
            name: "ordered",
            docs: "The order of the variants is the order of the values: ranges are allowed, new variants go last.",
        },
        Word {
            name: "open",
            docs: "A variant that this build does not know is kept as `Other`, instead of being an error.",
        },
    ],
    ..statement(
        Kind::Enum,
        "enum",
        "enum NAME [ordered] [open] { VARIANT; … }",
        "A type that is one of some words.",
        "enum Role { reader; author; admin }",
    )
    .holding(Place::Enum)
};

pub(crate) const VARIANT: Statement = statement(
    Kind::Variant,
    "variant",
    "NAME [was=OLD]",
    "One of the words of an enum.",
    "author",
)
.with(of::OF_VARIANT)
.holding(Place::Renamed);

const STRUCT: Statement = statement(
    Kind::Struct,
    "struct",
    "struct NAME { fields { … } }",
    "A type of several fields, stored within a record.",
    "struct Address { fields { city string } }",
)
.holding(Place::Struct);

pub(crate) const MODEL: Statement = statement(
    Kind::Model,
    "model",
    "model NAME table=TABLE [was=OLD] { … }",
    "A kind of record, with its fields, key, indexes, relations and events.",
    "model Tag table=tags { fields { id uuid }; key id }",
)
.with(of::OF_MODEL)
.holding(Place::Model);

const FIELDS: Statement = statement(
    Kind::Fields,
    "fields",
    "fields { NAME TYPE; … }",
    "What a record holds.",
    "fields { id uuid default=uuid-v7 }",
)
.holding(Place::Fields);

pub(crate) const FIELD: Statement = statement(
    Kind::Field,
    "field",
    "NAME TYPE[?] [default=] [min=] [max=] [item-max=] [scale=] [on-update=now] [was=OLD] [secret=#true]",
    "A value of a record. `?` after the type makes it optional.",
    "email string max=254",
)
.with(of::OF_FIELD)
.holding(Place::Renamed);

const KEY: Statement = statement(
    Kind::Key,
    "key",
    "key FIELD…",
    "The fields that tell one record from all others, in the order in which records are stored.",
    "key id",
);

pub(crate) const COMPUTED: Statement = statement(
    Kind::Computed,
    "computed",
    "computed NAME TYPE \"crate::path::to_function\" [revision=N]",
    "A part of an index that a function of yours makes: `fn(&Model) -> impl IntoIterator<Item = T>`, an entry for each value.",
    "computed domain string \"crate::domains::of_user\"",
)
.with(of::OF_COMPUTED);

pub(crate) const UNIQUE: Statement = statement(
    Kind::Unique,
    "unique",
    "unique NAME PART… [nulls=equal] [was=OLD] { where …; include FIELD… }",
    "An index in which each entry exists once. A function of its name finds the one record.",
    "unique by_id id",
)
.with(of::OF_UNIQUE)
.holding(Place::Index);

pub(crate) const INDEX: Statement = statement(
    Kind::Index,
    "index",
    "index NAME PART… [was=OLD] { where …; include FIELD… }",
    "Finds records by its parts, from left to right. A function of its name reads it in order.",
    "index by_id (desc)id",
)
.with(of::OF_INDEX)
.holding(Place::Index);

const COUNT: Statement = statement(
    Kind::Count,
    "count",
    "count NAME [FIELD…] { where … }",
    "An exact number of records, kept up to date and read in constant time: of the table, or for each value of its parts.",
    "count total",
)
.holding(Place::Count);

const WHERE: Statement = statement(
    Kind::Where,
    "where",
    "where PATH CONDITION, or where { PATH CONDITION; … }",
    "Only the records for which this is true are in the index, or count. Lines mean and.",
    "where id present",
)
.holding(Place::Where);

pub(super) const CONDITION: Statement = statement(
    Kind::Condition,
    "condition",
    "PATH is=VALUE, PATH in VALUE…, PATH present, PATH absent, any { … }, all { … }",
    "A condition on a value of the record. Comparing an absent value is false, except with `not=`.",
    "status is=published",
)
.with(of::OF_CONDITION)
.holding(Place::Where);

const INCLUDE: Statement = statement(
    Kind::Include,
    "include",
    "include [FIELD…]",
    "What the entries carry, so that `.covered()` reads no records: these fields, or the whole record if none is named.",
    "include",
);

const BELONGS_TO: Statement = statement(
    Kind::BelongsTo,
    "belongs-to",
    "belongs-to NAME MODEL by=FIELD on-delete=ACTION",
    "A reference to one record of another model.",
    "belongs-to author User by=author_id on-delete=cascade",
)
.with(of::OF_BELONGS_TO)
.holding(Place::Relation);

const HAS_ONE: Statement = statement(
    Kind::HasOne,
    "has-one",
    "has-one NAME MODEL via=RELATION",
    "The one record of another model that belongs to this one.",
    "has-one profile Profile via=user",
)
.with(of::OF_HAS_ONE);

const HAS_MANY: Statement = statement(
    Kind::HasMany,
    "has-many",
    "has-many NAME MODEL via=RELATION, or has-many NAME MODEL through=JOIN [via=RELATION to=RELATION]",
    "The records of another model that belong to this one, directly or through a model between.",
    "has-many posts Post via=author",
)
.with(of::OF_HAS_MANY);

const REFERENCES_MANY: Statement = statement(
    Kind::ReferencesMany,
    "references-many",
    "references-many NAME MODEL by=LIST-FIELD",
    "References to several records, whose keys are in a list of this one.",
    "references-many tags Tag by=tag_ids",
)
.with(of::OF_REFERENCES_MANY)
.holding(Place::Relation);

const BY: Statement = statement(
    Kind::By,
    "by",
    "by FIELD…",
    "The fields that hold the target's key, in the key's order.",
    "by author_id",
);

pub(crate) const EVENTS: Statement = Statement {
    flags: EVENT_WORDS,
    ..statement(
        Kind::Events,
        "events",
        "events [partitions=N] [retain=\"7d\"] { partition-by FIELD; created; updated FIELD…; deleted; NAME { … } }",
        "What is written to the event log together with a record. On one line: `events created updated deleted`.",
        "events created updated deleted",
    )
    .with(of::OF_EVENTS)
    .holding(Place::Events)
};

const EVENT_WORDS: &[Word] = &[
    Word {
        name: CREATED.name,
        docs: CREATED.docs,
    },
    Word {
        name: UPDATED.name,
        docs: UPDATED.docs,
    },
    Word {
        name: DELETED.name,
        docs: DELETED.docs,
    },
];

const PARTITION_BY: Statement = statement(
    Kind::PartitionBy,
    "partition-by",
    "partition-by FIELD",
    "Events with the same value of this field are handled in order. The key unless written.",
    "partition-by id",
);

const CREATED: Statement = statement(
    Kind::Created,
    "created",
    "created",
    "An event for each new record.",
    "created",
);

const UPDATED: Statement = statement(
    Kind::Updated,
    "updated",
    "updated [FIELD…]",
    "An event for each change of these fields; of any field but `version` and `on-update` ones if none is named.",
    "updated",
);

const DELETED: Statement = statement(
    Kind::Deleted,
    "deleted",
    "deleted",
    "An event for each record that is deleted.",
    "deleted",
);

pub(crate) const OWN_EVENT: Statement = statement(
    Kind::OwnEvent,
    "event",
    "NAME [was=OLD] { FIELD TYPE; … }",
    "An event of your own with its fields; it always has a block, even an empty one.",
    "published { url string }",
)
.with(of::OF_OWN_EVENT)
.holding(Place::Fields);

const WAS: Statement = statement(
    Kind::Was,
    "was",
    "was OLD…",
    "Earlier names, the newest first.",
    "was old_name",
);

pub(super) const OF_A_FILE: &[Statement] = &[SCHEMA, IMPORT, ENUM, STRUCT, MODEL];

pub(super) const OF_A_STRUCT: &[Statement] = &[FIELDS];

pub(super) const OF_A_MODEL: &[Statement] = &[
    FIELDS,
    KEY,
    COMPUTED,
    UNIQUE,
    INDEX,
    COUNT,
    BELONGS_TO,
    HAS_ONE,
    HAS_MANY,
    REFERENCES_MANY,
    EVENTS,
    WAS,
];

pub(super) const OF_THE_RENAMED: &[Statement] = &[WAS];

pub(super) const OF_AN_INDEX: &[Statement] = &[WHERE, INCLUDE, WAS];

pub(super) const OF_A_COUNT: &[Statement] = &[WHERE];

pub(super) const OF_A_RELATION: &[Statement] = &[BY];

pub(super) const OF_EVENTS: &[Statement] = &[CREATED, UPDATED, DELETED, PARTITION_BY];
