//! What a schema declares.

use crate::source::{Sources, Span};
use crate::syntax::tree::{Fields, ModelTree, Name, Tree};

use super::symbols::{Id, Kind, Symbol, Symbols, type_of};

pub(super) fn declare(symbols: &mut Symbols, tree: &Tree, sources: &Sources) {
    let mut names = Declaring { symbols, sources };
    for it in &tree.enums {
        let flags = [(it.ordered, " ordered"), (it.open, " open")];
        let flags: String = flags
            .iter()
            .filter_map(|&(is, flag)| is.then_some(flag))
            .collect();
        let line = format!("enum {}{flags}", it.name.text);
        let owner = names.add(Kind::Enum, &it.name, None, line, &it.docs, "");
        for variant in &it.variants {
            let line = format!("{}.{}", it.name.text, variant.name.text);
            names.add(
                Kind::Variant,
                &variant.name,
                Some(owner),
                line,
                &variant.docs,
                "",
            );
        }
    }
    for it in &tree.structs {
        let line = format!("struct {}", it.name.text);
        let owner = names.add(Kind::Struct, &it.name, None, line, &it.docs, "");
        names.fields(owner, &it.fields);
    }
    for it in &tree.models {
        names.model(it);
    }
}

struct Declaring<'d> {
    symbols: &'d mut Symbols,
    sources: &'d Sources,
}

impl Declaring<'_> {
    fn add(
        &mut self,
        kind: Kind,
        name: &Name,
        owner: Option<Id>,
        line: String,
        docs: &[String],
        ty: &str,
    ) -> Id {
        self.symbols.declare(Symbol {
            kind,
            name: name.text.clone(),
            span: name.span,
            owner,
            line,
            docs: docs.to_vec(),
            ty: ty.to_owned(),
        })
    }

    fn fields(&mut self, owner: Id, fields: &Fields) {
        for field in &fields.list {
            let ty = type_of(field);
            let mut line = format!("{} {ty}", field.name.text);
            for property in &field.properties {
                line.push(' ');
                line.push_str(self.sources.text(property.span));
            }
            self.add(
                Kind::Field,
                &field.name,
                Some(owner),
                line,
                &field.docs,
                &ty,
            );
        }
    }

    fn model(&mut self, model: &ModelTree) {
        let table = model
            .table
            .as_ref()
            .map_or_else(String::new, |table| format!(" table={}", table.text));
        let line = format!("model {}{table}", model.name.text);
        let owner = self.add(Kind::Model, &model.name, None, line, &model.docs, "");
        self.fields(owner, &model.fields);
        for it in &model.computed {
            let line = format!(
                "computed {} {} {:?}",
                it.name.text, it.ty.text, it.function.text
            );
            self.add(
                Kind::Computed,
                &it.name,
                Some(owner),
                line,
                &it.docs,
                &it.ty.text,
            );
        }
        for it in &model.indexes {
            let line = self.line(it.span);
            self.add(Kind::Index, &it.name, Some(owner), line, &it.docs, "");
        }
        for it in &model.counts {
            let parts = it.parts.iter().map(|part| self.sources.text(part.span));
            let words: Vec<&str> = ["count", &it.name.text].into_iter().chain(parts).collect();
            let line = words.join(" ");
            self.add(Kind::Count, &it.name, Some(owner), line, &it.docs, "");
        }
        for it in &model.relations {
            let line = self.line(it.span);
            self.add(
                Kind::Relation,
                &it.name,
                Some(owner),
                line,
                &it.docs,
                &it.target.text,
            );
        }
        for it in model.events.iter().flat_map(|events| &events.own) {
            let line = format!("{} {{ … }}", it.name.text);
            let event = self.add(Kind::Event, &it.name, Some(owner), line, &it.docs, "");
            self.fields(event, &it.fields);
        }
    }

    /// A statement as it is written, on one line.
    fn line(&self, span: Span) -> String {
        let words: Vec<&str> = self.sources.text(span).split_whitespace().collect();
        words.join(" ")
    }
}
