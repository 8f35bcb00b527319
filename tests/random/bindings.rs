//! What the suite calls of the module of a random schema: macro calls that the build script writes beside it.

use keyloom_generator::model::{Field, Include, Index, Model, Schema};

/// A raw identifier, whatever the name.
fn raw(name: &str) -> String {
    format!("r#{name}")
}

/// The calls for each type of a schema, and for its tables.
pub(crate) fn bindings(schema: &Schema) -> String {
    let enums = schema
        .enums
        .iter()
        .map(|it| format!("plain_enum!(odd_store::{});\n", it.name));
    let structs = schema
        .structs
        .iter()
        .map(|it| plain_struct(&it.name, &it.fields));
    let ids = schema
        .models
        .iter()
        .filter(|it| it.key.len() == 1)
        .map(|it| format!("plain_id!(odd_store::{}Id);\n", it.name));
    let models = schema
        .models
        .iter()
        .map(|it| plain_struct(&it.name, &it.fields));
    let tables: String = schema.models.iter().enumerate().map(table).collect();
    enums
        .chain(structs)
        .chain(ids)
        .chain(models)
        .chain([format!("tables! {{\n{tables}}}\n")])
        .collect()
}

fn plain_struct(name: &str, fields: &[Field]) -> String {
    let fields: Vec<String> = fields.iter().map(|it| raw(&it.name)).collect();
    format!(
        "plain_struct!(odd_store::{name} {{ {} }});\n",
        fields.join(" ")
    )
}

fn table((place, model): (usize, &Model)) -> String {
    let every = |index: &Index| {
        let parts = vec![".."; index.parts.len()].join(", ");
        format!("{:?} {}({parts}); ", index.name, raw(&index.name))
    };
    let covering = |index: &&Index| index.include == Include::Record;
    let indexes: String = model.indexes.iter().map(every).collect();
    let covered: String = model.indexes.iter().filter(covering).map(every).collect();
    let counts: String = model
        .counts
        .iter()
        .map(|count| {
            let fields = count.parts.iter().filter_map(|part| match &part.source {
                keyloom_generator::model::PartSource::Path(path) => {
                    Some(raw(&model.fields[path.field].name))
                }
                keyloom_generator::model::PartSource::Computed(_) => None,
            });
            let fields: Vec<String> = fields.collect();
            format!(
                "{:?} {}({}); ",
                count.name,
                raw(&count.name),
                fields.join(" ")
            )
        })
        .collect();
    format!(
        "{place} {} in {} {{ indexes {{ {indexes}}} covered {{ {covered}}} counts {{ {counts}}} }}\n",
        model.name,
        raw(&model.table),
    )
}
