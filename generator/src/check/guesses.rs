//! Names that were probably meant, looked for when all faults are known.
//!
//! **Invariant:** the work grows with the schema and with its faults, not with their product: of sets of many names, only the
//! faults that stand first are answered.

use crate::diagnostics::did_you_mean;
use crate::language;
use crate::syntax::tree::RelationWord;

use super::world::World;

/// A set of this many names is searched for every fault.
const FEW: usize = 256;

/// How many faults are answered from larger sets; more than are shown.
const ANSWERED: usize = 100;

/// Names of which one was probably meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Among {
    /// Words for types, enums and structs.
    Types,
    Models,
    /// Fields of a model.
    Fields(usize),
    /// Fields of a model, and its computed parts.
    Parts(usize),
    StructFields(usize),
    Variants(usize),
    /// Relations of a model that lead to another.
    Back {
        of: usize,
        to: usize,
    },
    /// Those that are `belongs-to`.
    Side {
        of: usize,
        to: usize,
    },
}

type Help = Box<dyn Fn(&str) -> String>;

/// A word that names nothing, and where to look for what it was to be.
pub(super) struct Guess {
    word: String,
    sets: Vec<(Among, Help)>,
}

impl Guess {
    pub(super) fn new(word: &str) -> Self {
        Self {
            word: word.to_owned(),
            sets: Vec::new(),
        }
    }

    /// A name to write instead.
    pub(super) fn name(word: &str, among: Among) -> Self {
        Self::new(word).or(among, |meant| format!("did you mean `{meant}`?"))
    }

    /// Looks there too, if nothing was near in what was named before; `help` says what to write.
    pub(super) fn or(mut self, among: Among, help: impl Fn(&str) -> String + 'static) -> Self {
        self.sets.push((among, Box::new(help)));
        self
    }
}

/// Looks for names, and stops looking among many.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Faults that were answered from many names.
    answered: usize,
    /// Names that were compared.
    compared: usize,
}

impl Search {
    /// What to write instead; `None` if no name is near, or too many faults ask for one.
    pub(super) fn help(&mut self, world: &World<'_>, guess: &Guess) -> Option<String> {
        let mut names = Vec::with_capacity(guess.sets.len());
        for (among, _) in &guess.sets {
            names.push(among.names(world, FEW));
        }
        if names.iter().any(Option::is_none) {
            if self.answered == ANSWERED {
                return None;
            }
            self.answered += 1;
        }
        for ((among, help), few) in guess.sets.iter().zip(names) {
            let names = few.or_else(|| among.names(world, usize::MAX))?;
            self.compared += names.len();
            if let Some(meant) = did_you_mean(&guess.word, names) {
                return Some(help(meant));
            }
        }
        None
    }
}

impl Among {
    /// The names, unless they are more than `most`.
    fn names<'w>(self, world: &'w World<'_>, most: usize) -> Option<Vec<&'w str>> {
        match self {
            Self::Types => {
                let words = language::words().map(|word| -> &str { word });
                let declared = world.enums.keys().chain(world.structs.keys()).copied();
                up_to(most, words.chain(["list", "map"]).chain(declared))
            }
            Self::Models => up_to(most, world.models.keys().copied()),
            Self::Fields(model) => up_to(most, world.model_fields[model].names.keys().copied()),
            Self::Parts(model) => {
                let computed = world.model_tree(model).computed.iter();
                let fields = world.model_fields[model].names.keys().copied();
                up_to(most, fields.chain(computed.map(|it| it.name.text.as_str())))
            }
            Self::StructFields(id) => up_to(most, world.struct_fields[id].names.keys().copied()),
            Self::Variants(id) => up_to(most, world.variant_names[id].keys().copied()),
            Self::Back { of, to } => {
                let references = world.references(of, &world.model_tree(to).name.text);
                up_to(most, references.map(|(_, it)| it.name.text.as_str()))
            }
            Self::Side { of, to } => {
                let references = world
                    .references(of, &world.model_tree(to).name.text)
                    .filter(|(_, it)| it.word == RelationWord::BelongsTo);
                up_to(most, references.map(|(_, it)| it.name.text.as_str()))
            }
        }
    }
}

fn up_to<'w>(most: usize, names: impl Iterator<Item = &'w str>) -> Option<Vec<&'w str>> {
    let names: Vec<&str> = names.take(most.saturating_add(1)).collect();
    (names.len() <= most).then_some(names)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{ANSWERED, Search};
    use crate::diagnostics::Diagnostic;

    fn search(text: &str) -> (Vec<Diagnostic>, Search) {
        let none = &mut |_: &str| Err(io::ErrorKind::NotFound.into());
        let loaded = crate::syntax::load("schema.kdl", text.to_owned(), none);
        let mut search = Search::default();
        let (_, faults) = super::super::check_with(&loaded.tree, loaded.faults, &mut search);
        (faults, search)
    }

    /// Models with two unknown names each.
    fn models(count: usize) -> String {
        let model = |at: usize| {
            format!(
                "model Thing{at} table=thing{at}s {{\n    fields {{\n        id uuid\n        other id<Thong{at}>\n        \
                 next Thing{at}x?\n    }}\n    key id\n}}\n"
            )
        };
        let models: String = (0..count).map(model).collect();
        format!("schema many\n{models}")
    }

    #[test]
    fn of_many_names_the_first_faults_are_answered() {
        let (faults, search) = search(&models(1_000));
        let helps = |fault: &&Diagnostic| fault.help.starts_with("did you mean");
        assert_eq!(faults.len(), 2_000);
        assert_eq!(faults.iter().take_while(helps).count(), ANSWERED);
        assert_eq!(faults.iter().filter(helps).count(), ANSWERED);
        assert_eq!(faults[0].help, "did you mean `id<Thing0>`?");
        assert_eq!(search.answered, ANSWERED);
    }

    #[test]
    fn the_names_compared_grow_with_the_schema_and_not_with_its_square() {
        let compared = |count| search(&models(count)).1.compared;
        let (one, four) = (compared(1_000), compared(4_000));
        assert!(four <= 4 * one, "{one} for 1,000 models, {four} for 4,000");
    }

    #[test]
    fn of_few_names_every_fault_is_answered() {
        let (faults, search) = search(&models(200));
        assert!(faults.iter().all(|it| it.help.starts_with("did you mean")));
        assert_eq!((faults.len(), search.answered), (400, 0));
    }
}
