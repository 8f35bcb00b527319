//! The codes, and the page of each.

use std::fmt;

macro_rules! codes {
    ($($name:ident $doc:literal,)*) => {
        /// A stable name of a rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $doc] $name,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As it is printed: `S001`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// The fault in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $doc,)* }
            }

            /// Its page: what the rule is, a wrong and a right schema.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../../errors/", stringify!($name), ".md")),)*
                }
            }
        }
    };
}

codes! {
    S001 "Unknown statement, property, annotation or event.",
    S002 "Given twice.",
    S003 "Unknown type.",
    S004 "Does not apply to this type.",
    S005 "KDL 1 spelling.",
    S006 "Syntax.",
    S007 "A default or limit that the field cannot have.",
    S008 "Punctuation of another language.",
    S009 "Text that belongs to nothing.",
    S010 "A file that cannot be imported.",
    M001 "A name twice.",
    M002 "No key, or a field that cannot be one.",
    M003 "A name that Rust cannot take.",
    M004 "Two things would generate one name.",
    M005 "A struct within itself.",
    M006 "A model without a table.",
    M007 "A version that cannot be.",
    M008 "A record with too many fields.",
    I001 "Unknown field.",
    I002 "A part repeated, or an index that another one contains.",
    I003 "Two parts with several values.",
    I004 "A condition that cannot be.",
    I005 "A key that may be too long.",
    I006 "Included twice.",
    R001 "A relation to an unknown model or field.",
    R002 "A reference of another type than the key.",
    R003 "No relation that leads back.",
    R004 "No index that leads back.",
    R005 "A cycle of required references.",
    R006 "A join, or a has-one, without what it needs.",
    R007 "A reference that cannot be cleared.",
    R008 "No on-delete.",
    E001 "A field that events cannot go by.",
    E002 "A retain-max that is shorter than retain.",
    B001 "A type that cannot hold the old values.",
    B002 "A required field added without a default.",
    B003 "Another key.",
    B004 "A variant removed.",
    B005 "Other partitions of a topic.",
    B006 "A name used again, or an earlier name still in use.",
    B007 "A unique index on records that are there.",
    B008 "Perhaps a rename.",
    B009 "A variant added to a closed enum.",
    B010 "A variant of an ordered enum that is not last.",
    B011 "Another schema.",
    B012 "An index that is built or dropped.",
    B013 "A change that callers see.",
}

impl Code {
    /// What a change touches, for the codes of `keyloom breaking`.
    #[must_use]
    pub fn category(self) -> Option<&'static str> {
        match self {
            Self::B007 | Self::B012 => Some("indexes"),
            Self::B013 => Some("API"),
            code if code >= Self::B001 => Some("stored data"),
            _ => None,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The page of a code, written in any case: `explain("s003")`.
#[must_use]
pub fn explain(code: &str) -> Option<&'static str> {
    let code = code.trim();
    Code::ALL
        .iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(code))
        .map(|known| known.page())
}
