//! Indexes: parts, conditions, what they hold.

use keyloom_generator::model::{
    Comparison, Condition, Field, Include, Index, Item, Model, Part, PartSource, Path, Scalar,
    TypeKind,
};

use super::Random;

impl Random {
    pub(super) fn index(&mut self, place: usize, model: &Model) -> Option<Index> {
        let ways = self.ways(model);
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..self.rng.usize(1..10) {
            let way = ways.get(self.rng.usize(..ways.len()))?;
            if !parts
                .iter()
                .any(|part| matches!(&part.source, PartSource::Path(path) if *path == way.path))
            {
                parts.push(self.part(way));
            }
        }
        if self.rng.u8(..) < 60 {
            parts.push(Part {
                source: PartSource::Computed(0),
                each: false,
                lower: false,
                desc: self.rng.bool(),
                ty: Scalar::String,
                optional: false,
            });
        } else if let Some(list) = model
            .fields
            .iter()
            .position(|it| matches!(it.ty.kind, TypeKind::List(Item::Scalar(_))))
        {
            let TypeKind::List(Item::Scalar(ty)) = model.fields[list].ty.kind else {
                return None;
            };
            let source = PartSource::Path(Path {
                field: list,
                steps: Vec::new(),
            });
            parts.push(Part {
                source,
                each: true,
                lower: ty == Scalar::String,
                desc: false,
                ty,
                optional: false,
            });
        }
        let include = match self.rng.u8(0..4) {
            0 => Include::Record,
            1 => Include::Fields(
                (0..model.fields.len())
                    .filter(|_| self.rng.bool())
                    .collect(),
            ),
            _ => Include::None,
        };
        let names = ["by_x", "table", "model", "by_type", "where", "query"];
        Some(Index {
            name: names[place].to_owned(),
            docs: self.docs(),
            unique: self.rng.bool(),
            nulls_equal: self.rng.bool(),
            parts,
            condition: self.rng.bool().then(|| self.condition(&ways, 2)).flatten(),
            include,
            was: self.was(),
        })
    }

    fn part(&mut self, way: &Way) -> Part {
        Part {
            source: PartSource::Path(way.path.clone()),
            each: false,
            lower: way.ty == Scalar::String && self.rng.bool(),
            desc: self.rng.bool(),
            ty: way.ty,
            optional: way.optional,
        }
    }

    pub(super) fn condition(&mut self, ways: &[Way], depth: usize) -> Option<Condition> {
        let way = ways.get(self.rng.usize(..ways.len()))?;
        let comparisons = [
            Comparison::Is,
            Comparison::Not,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ];
        let many = |this: &mut Self| {
            (0..this.rng.usize(1..4))
                .filter_map(|_| this.condition(ways, depth - 1))
                .collect()
        };
        Some(match self.rng.u8(0..8) {
            0 if depth > 0 => Condition::All(many(self)),
            1 if depth > 0 => Condition::Any(many(self)),
            2 => Condition::Present(way.path.clone()),
            3 => Condition::Absent(way.path.clone()),
            4 => {
                let values = (0..self.rng.usize(1..4))
                    .filter_map(|_| self.literal(way.ty))
                    .collect::<Vec<_>>();
                if values.is_empty() {
                    Condition::Present(way.path.clone())
                } else {
                    Condition::In(way.path.clone(), values)
                }
            }
            _ => {
                let most = if way.ty == Scalar::Bool {
                    2
                } else {
                    comparisons.len()
                };
                let comparison = comparisons[self.rng.usize(..most)];
                Condition::Compare(way.path.clone(), comparison, self.literal(way.ty)?)
            }
        })
    }

    /// Paths of a model to one value each.
    pub(super) fn ways(&self, model: &Model) -> Vec<Way> {
        let mut ways = Vec::new();
        for (place, field) in model.fields.iter().enumerate() {
            let path = Path {
                field: place,
                steps: Vec::new(),
            };
            self.add_ways(&path, field, false, &mut ways);
        }
        ways
    }

    fn add_ways(&self, path: &Path, field: &Field, optional: bool, ways: &mut Vec<Way>) {
        let optional = optional || field.ty.optional;
        match field.ty.kind {
            TypeKind::Scalar(ty) => ways.push(Way {
                path: path.clone(),
                ty,
                optional,
            }),
            TypeKind::Struct(id) => {
                for (place, field) in self.structs[id.0].fields.iter().enumerate() {
                    let mut path = path.clone();
                    path.steps.push((id, place));
                    self.add_ways(&path, field, optional, ways);
                }
            }
            _ => {}
        }
    }
}

/// A path with what it leads to.
pub(super) struct Way {
    path: Path,
    ty: Scalar,
    optional: bool,
}
