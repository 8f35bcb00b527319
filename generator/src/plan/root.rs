//! What stands beside the tables: enums, structs, the store.

use std::collections::HashMap;

use heck::ToUpperCamelCase;

use super::{
    context::{Context, Scope},
    descriptor::was_call,
    docs::{Doc, code, list},
    literals,
    names::{self, Taken, ident},
    record::Record,
    table::Table,
};
use crate::model::{Enum, EnumId, StructId};

/// A store names its tables in its docs up to this many.
const TABLES_IN_DOCS: usize = 8;

/// The root module or crate, without its tables.
#[derive(Debug)]
pub(crate) struct Root {
    /// The name of the schema as a module.
    pub(crate) module: String,
    pub(crate) docs: Doc,
    pub(crate) exports: Vec<Export>,
    pub(crate) enums: Vec<EnumType>,
    pub(crate) structs: Vec<StructType>,
    pub(crate) store: StoreType,
    pub(crate) workers: Option<Workers>,
}

/// The typed builder of workers.
#[derive(Debug)]
pub(crate) struct Workers {
    pub(crate) name: String,
    pub(crate) handlers: Vec<HandleFunction>,
}

/// The function that takes the handler of a table's events.
#[derive(Debug)]
pub(crate) struct HandleFunction {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    pub(crate) handler: String,
    pub(crate) module: String,
}

/// Names of a table's module that the root shows again.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) module: String,
    pub(crate) names: Vec<String>,
}

/// An enum with its static.
#[derive(Debug)]
pub(crate) struct EnumType {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    /// The schema's name as a string literal.
    pub(crate) label: String,
    pub(crate) place: usize,
    pub(crate) statik: String,
    pub(crate) ordered: bool,
    pub(crate) open: bool,
    pub(crate) variants: Vec<VariantName>,
}

/// A variant of an enum.
#[derive(Debug)]
pub(crate) struct VariantName {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    /// The stored name as a string literal.
    pub(crate) label: String,
    /// `.was(&[…])`, or nothing.
    pub(crate) was: String,
}

/// A declared struct with its static.
#[derive(Debug)]
pub(crate) struct StructType {
    pub(crate) record: Record,
    /// The schema's name as a string literal.
    pub(crate) label: String,
    pub(crate) statik: String,
    /// The static's fields.
    pub(crate) fields: Vec<String>,
}

/// The store's type, with what its schema lists.
#[derive(Debug)]
pub(crate) struct StoreType {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    /// The schema's name as a string literal.
    pub(crate) label: String,
    /// Paths of the tables' statics.
    pub(crate) tables: Vec<String>,
    /// The enums' statics.
    pub(crate) enums: Vec<String>,
}

impl Context<'_> {
    pub(super) fn root(&self, tables: &[Table]) -> Root {
        let schema = self.schema;
        let sentence = format!("The store `{}`.", schema.name);
        Root {
            module: ident(&schema.name),
            docs: Doc::of(&schema.docs, || sentence),
            exports: self.exports(tables),
            enums: schema
                .enums
                .iter()
                .enumerate()
                .map(|(place, it)| self.enum_type(EnumId(place), it))
                .collect(),
            structs: (0..schema.structs.len())
                .map(|place| self.struct_type(StructId(place)))
                .collect(),
            store: self.store(tables),
            workers: self.workers(tables),
        }
    }

    fn enum_type(&self, id: EnumId, declared: &Enum) -> EnumType {
        EnumType {
            docs: Doc::of(&declared.docs, || {
                format!("The values of `{}`.", declared.name)
            }),
            name: ident(&declared.name),
            label: literals::string(&declared.name),
            place: id.0,
            statik: self.enum_static(id).to_owned(),
            ordered: declared.ordered,
            open: declared.open,
            variants: declared
                .variants
                .iter()
                .map(|variant| VariantName {
                    docs: Doc::of(&variant.docs, || format!("{}.", code(&variant.name))),
                    name: names::variant(&variant.name),
                    label: literals::string(&variant.name),
                    was: was_call(&variant.was),
                })
                .collect(),
        }
    }

    fn struct_type(&self, id: StructId) -> StructType {
        let declared = self.schema.structure(id);
        let docs = Doc::of(&declared.docs, || {
            format!("The struct `{}` of the schema.", declared.name)
        });
        let fields = declared
            .fields
            .iter()
            .map(|field| self.record_field(Scope::Root, None, field))
            .collect();
        StructType {
            record: Record::new(docs, ident(&declared.name), self.serde, fields),
            label: literals::string(&declared.name),
            statik: self.struct_static(id).to_owned(),
            fields: declared
                .fields
                .iter()
                .map(|field| self.field_static(Scope::Root, field))
                .collect(),
        }
    }

    fn store(&self, tables: &[Table]) -> StoreType {
        let schema = self.schema;
        let subject = format!("The store `{}`", schema.name);
        StoreType {
            docs: Doc::sentence(store_sentence(&subject, tables)),
            name: ident(&schema.name.to_upper_camel_case()),
            label: literals::string(&schema.name),
            tables: tables
                .iter()
                .map(|table| format!("{}::__TABLE", table.module))
                .collect(),
            enums: (0..schema.enums.len())
                .map(|place| self.enum_static(EnumId(place)).to_owned())
                .collect(),
        }
    }

    /// The builder of workers, if any model has events.
    fn workers(&self, tables: &[Table]) -> Option<Workers> {
        let handlers: Vec<HandleFunction> = tables
            .iter()
            .filter_map(|table| {
                let events = table.events.as_ref()?;
                Some(HandleFunction {
                    docs: Doc::sentence(format!(
                        "Handles the events of [`{}`].",
                        table.record.name
                    )),
                    name: format!("handle_{}", table.name),
                    handler: events.handler.clone(),
                    module: table.module.clone(),
                })
            })
            .collect();
        (!handlers.is_empty()).then(|| Workers {
            name: self.root_names(tables).fresh("Workers"),
            handlers,
        })
    }

    /// The names that the root has whatever its indexes cover.
    fn root_names(&self, tables: &[Table]) -> Taken {
        let mut taken: Taken = tables.iter().flat_map(Table::exports).collect();
        taken.take(self.schema.name.to_upper_camel_case());
        let enums = self.schema.enums.iter().map(|it| &it.name);
        for name in enums.chain(self.schema.structs.iter().map(|it| &it.name)) {
            taken.take(ident(name));
        }
        taken
    }

    /// What the root shows of each table: its types, and the covered structs whose name is nobody else's.
    fn exports(&self, tables: &[Table]) -> Vec<Export> {
        let mut root_names = self.root_names(tables);
        root_names.take("Workers");
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for covered in tables.iter().flat_map(|table| &table.covered) {
            *uses.entry(&covered.record.name).or_default() += 1;
        }
        tables
            .iter()
            .map(|table| {
                let covered = table
                    .covered
                    .iter()
                    .map(|covered| covered.record.name.as_str())
                    .filter(|name| uses.get(name) == Some(&1) && !root_names.has(name));
                let mut names: Vec<String> = table
                    .exports()
                    .into_iter()
                    .chain(covered)
                    .map(str::to_owned)
                    .collect();
                names.sort();
                Export {
                    module: table.module.clone(),
                    names,
                }
            })
            .collect()
    }
}

fn store_sentence(subject: &str, tables: &[Table]) -> String {
    let links: Vec<String> = tables
        .iter()
        // A raw identifier is no link of rustdoc.
        .map(|table| {
            if table.module == table.name {
                format!("[`{}`]", table.name)
            } else {
                code(&table.name)
            }
        })
        .collect();
    match links.len() {
        0 => format!("{subject}, which has no table."),
        1 => format!("{subject}: its table is {}.", links[0]),
        2..=TABLES_IN_DOCS => format!("{subject}: its tables are {}.", list(&links, "and")),
        count => format!("{subject}: its {count} tables are the modules beside it."),
    }
}
