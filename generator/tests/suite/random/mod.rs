//! Random schemas, valid by construction. The tests of the workspace compile what becomes of some.

mod fields;
mod indexes;
mod models;
mod relations;

use fastrand::Rng;
use keyloom_generator::model::{Docs, Enum, Field, FieldType, Limits, Struct};

const MODELS: usize = 6;

/// So many of the models, the first ones, have a key of one field, which others may name.
const SINGLE: usize = 3;

const ENUMS: usize = 3;

const STRUCTS: usize = 3;

/// Makes schemas from a seed.
pub(crate) struct Random {
    rng: Rng,
    enums: Vec<Enum>,
    structs: Vec<Struct>,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            enums: Vec::new(),
            structs: Vec::new(),
        }
    }

    fn docs(&mut self) -> Docs {
        let lines = [
            "A line.",
            "",
            "With `code`, \"quotes\" and \u{202e}.",
            "/ a slash",
            "*/ and \\ and {}",
        ];
        Docs(if self.rng.bool() {
            lines[..self.rng.usize(0..=lines.len())]
                .iter()
                .map(|&it| it.into())
                .collect()
        } else {
            Vec::new()
        })
    }

    fn was(&mut self) -> Vec<String> {
        if self.rng.u8(..) < 40 {
            vec!["earlier".to_owned(), "first".to_owned()]
        } else {
            Vec::new()
        }
    }
}

fn plain_field(name: &str, ty: FieldType) -> Field {
    Field {
        name: name.to_owned(),
        docs: Docs::default(),
        ty,
        default: None,
        limits: Limits::default(),
        on_update_now: false,
        secret: false,
        was: Vec::new(),
    }
}
