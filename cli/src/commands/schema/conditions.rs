//! Conditions of `where`.

use keyloom_generator::model::{Condition as Checked, Model, Path, Scalar, Schema, TypeKind};
use serde::Serialize;
use serde_json::Value;

use super::types::value;

/// A condition: a test of a path, or several conditions.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Condition {
    All {
        all: Vec<Condition>,
    },
    Any {
        any: Vec<Condition>,
    },
    /// `is`, `not`, `lt`, `le`, `gt`, `ge`
    Compare {
        path: String,
        test: &'static str,
        value: Value,
    },
    /// `in`
    In {
        path: String,
        test: &'static str,
        values: Vec<Value>,
    },
    /// `present`, `absent`
    Presence {
        path: String,
        test: &'static str,
    },
}

impl Condition {
    pub(super) fn new(schema: &Schema, model: &Model, condition: &Checked) -> Self {
        let several =
            |list: &[Checked]| list.iter().map(|it| Self::new(schema, model, it)).collect();
        let text = |path: &Path| schema.path_text(model, path);
        let scalar = |path: &Path| match schema.path_kind(model, path) {
            TypeKind::Scalar(scalar) => scalar,
            _ => Scalar::String,
        };
        match condition {
            Checked::All(list) => Self::All { all: several(list) },
            Checked::Any(list) => Self::Any { any: several(list) },
            Checked::Compare(path, comparison, literal) => Self::Compare {
                path: text(path),
                test: comparison.word(),
                value: value(schema, scalar(path), literal),
            },
            Checked::In(path, literals) => Self::In {
                path: text(path),
                test: "in",
                values: literals
                    .iter()
                    .map(|it| value(schema, scalar(path), it))
                    .collect(),
            },
            Checked::Present(path) => Self::Presence {
                path: text(path),
                test: "present",
            },
            Checked::Absent(path) => Self::Presence {
                path: text(path),
                test: "absent",
            },
        }
    }
}
