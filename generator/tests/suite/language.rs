//! The tables of the language against what the reader and the checker take.

use keyloom_generator::check_text;
use keyloom_generator::diagnostics::Code;
use keyloom_generator::language::{
    self, ANNOTATIONS, COMBINATIONS, CONDITIONS, GENERATORS, Kind, ON_DELETE, Place, Property,
    Statement, TESTS, TYPES, Type, Word,
};

/// The messages of a schema's faults with a code.
fn faults(text: &str, code: Code) -> Vec<String> {
    check_text("language.kdl", text)
        .diagnostics
        .into_iter()
        .filter(|it| it.code == code && it.is_error())
        .map(|it| it.message)
        .collect()
}

fn is_fine(text: &str) -> bool {
    check_text("language.kdl", text).schema.is_some()
}

/// A schema in which a line stands in a place.
fn around(place: Place, line: &str) -> String {
    let model = |rest: &str| {
        format!(
            "schema s\nmodel M table=ms {{\nfields {{ id uuid; author_id id<M>; tag_ids list<id<M>>; old string }}\nkey id\n{rest}\n}}\n"
        )
    };
    match place {
        Place::File if line.starts_with("schema") => line.to_owned(),
        Place::File => format!("schema s\n{line}\n"),
        Place::Enum => format!("schema s\nenum E {{\n{line}\n}}\n"),
        Place::Struct => format!("schema s\nstruct S {{\n{line}\n}}\n"),
        Place::Model => format!("schema s\nmodel M table=ms {{\n{line}\n}}\n"),
        Place::Fields => {
            format!("schema s\nmodel M table=ms {{\nfields {{ id uuid\n{line}\n}}\nkey id\n}}\n")
        }
        Place::Renamed => format!(
            "schema s\nmodel M table=ms {{\nfields {{ id uuid {{\n{line}\n}}\n}}\nkey id\n}}\n"
        ),
        Place::Index => model(&format!("index by_old old {{\n{line}\n}}")),
        Place::Count => model(&format!("count total {{\n{line}\n}}")),
        Place::Where => model(&format!("count total {{ where {{\n{line}\n}}\n}}")),
        Place::Relation => model(&format!(
            "belongs-to m M on-delete=unchecked {{\n{line}\n}}"
        )),
        Place::Events => model(&format!("events {{\n{line}\n}}")),
        other => panic!("the tests know no place `{}`", other.name()),
    }
}

/// Each place with what stands in it.
fn statements() -> impl Iterator<Item = (Place, &'static Statement)> {
    Place::ALL.iter().flat_map(|place| {
        place
            .statements()
            .iter()
            .chain(place.line())
            .map(|it| (*place, it))
    })
}

#[test]
fn every_statement_of_the_table_is_read_in_its_place() {
    for (place, statement) in statements() {
        let text = around(place, statement.example);
        let unknown = faults(&text, Code::S001);
        assert_eq!(unknown, Vec::<String>::new(), "{}: {text}", statement.name);
        assert!(
            statement.form.contains(statement.name) || place.line().is_some(),
            "{}",
            statement.form
        );
    }
}

#[test]
fn a_statement_stands_nowhere_else() {
    for place in Place::ALL {
        // Fields, variants and conditions start with any name.
        if matches!(place, Place::Fields | Place::Enum | Place::Where) {
            continue;
        }
        for (_, statement) in statements() {
            if place.find(statement.name).is_some() || place.line() == Some(statement) {
                continue;
            }
            let text = around(*place, statement.name);
            assert!(
                !faults(&text, Code::S001).is_empty(),
                "`{}` in `{}`: {text}",
                statement.name,
                place.name()
            );
        }
    }
}

/// A statement with one more property.
fn with(statement: &Statement, property: &Property) -> String {
    let value = match property.value {
        "N" => "3",
        "#true" => "#true",
        "DURATION" => "\"3d\"",
        _ => property.words.first().map_or("other", |word| word.name),
    };
    let name = property.name;
    if statement.example.contains(&format!("{name}=")) {
        return statement.example.to_owned();
    }
    match statement.example.split_once(" {") {
        Some((head, block)) => format!("{head} {name}={value} {{{block}"),
        None => format!("{} {name}={value}", statement.example),
    }
}

#[test]
fn every_property_of_the_table_is_read_and_no_other() {
    for (place, statement) in statements() {
        for property in statement.properties {
            let text = around(place, &with(statement, property));
            let unknown: Vec<String> = faults(&text, Code::S001);
            assert_eq!(unknown, Vec::<String>::new(), "{}=: {text}", property.name);
        }
        let made_up = Property {
            name: "made-up",
            value: "",
            docs: "",
            words: &[],
        };
        let text = around(place, &with(statement, &made_up));
        assert!(
            faults(&text, Code::S001)
                .iter()
                .any(|it| it.contains("`made-up`")),
            "{text}"
        );
    }
}

#[test]
fn every_flag_and_word_of_a_property_is_read_and_no_other() {
    let fine = |line: &str| faults(&around(Place::Model, line), Code::S001).is_empty();
    for word in ON_DELETE {
        assert!(fine(&format!(
            "belongs-to m M by=id on-delete={}",
            word.name
        )));
    }
    assert!(!fine("belongs-to m M by=id on-delete=made-up"));
    for (place, statement) in statements() {
        for Word { name, .. } in statement.flags {
            let example = match statement.kind {
                Kind::Events => format!("events {name}"),
                _ => statement.example.replacen(" {", &format!(" {name} {{"), 1),
            };
            let text = around(place, &example);
            assert_eq!(faults(&text, Code::S001), Vec::<String>::new(), "{text}");
        }
    }
}

fn model(fields: &str, rest: &str) -> String {
    format!(
        "schema s\nenum O ordered {{ a; b }}\nmodel M table=ms {{\nfields {{ {fields} }}\n{rest}\n}}\n"
    )
}

#[test]
fn annotations_tests_and_conditions_are_those_of_the_table() {
    let fields = "id uuid; tags list<string> max=2 item-max=9; n i32?";
    for word in ANNOTATIONS {
        let text = model(
            fields,
            &format!("key id\nindex by_tag ({},each)tags", word.name),
        );
        // `(each,each)` is given twice.
        assert_eq!(is_fine(&text), word.name != "each", "{text}");
    }
    let text = model(fields, "key id\nindex by_n (made-up)n");
    assert_eq!(faults(&text, Code::S001), ["unknown annotation `made-up`"]);
    let condition = |text: &str| {
        is_fine(&model(
            fields,
            &format!("key id\nindex by_n n {{ where {{ {text} }} }}"),
        ))
    };
    for word in TESTS {
        assert!(condition(&format!(
            "n {}{}",
            word.name,
            if word.name == "in" { " 1 2" } else { "" }
        )));
    }
    for property in CONDITIONS {
        assert!(
            condition(&format!("n {}=1", property.name)),
            "{}",
            property.name
        );
    }
    for word in COMBINATIONS {
        assert!(condition(&format!("{} {{ n present }}", word.name)));
    }
    assert!(
        !condition("n made-up") && !condition("n made-up=1") && !condition("either { n present }")
    );
}

#[test]
fn a_type_stands_where_the_table_says() {
    for Type {
        name,
        optional,
        key,
        index,
        unique,
        equality,
        ranges,
        ..
    } in TYPES
    {
        let plain = |rest: &str| {
            is_fine(&model(
                &format!("id uuid; it {name}"),
                &format!("key id\n{rest}"),
            ))
        };
        assert!(plain(""), "{name}");
        assert_eq!(
            is_fine(&model(&format!("it {name}"), "key it")),
            *key,
            "key of {name}"
        );
        assert_eq!(plain("index by_it it"), *index, "index of {name}");
        assert_eq!(plain("unique by_it it"), *unique, "unique {name}");
        let value = match *name {
            "bool" => "#true",
            "string" => "a",
            "bytes" => "\"00\"",
            "uuid" => "\"018f4e5a-7c3b-7def-8a2b-0123456789ab\"",
            "timestamp" => "\"2026-01-31T12:00:00Z\"",
            "date" => "\"2026-01-31\"",
            "duration" => "\"3d\"",
            _ => "1",
        };
        for (word, takes) in [
            ("is", equality),
            ("not", equality),
            ("lt", ranges),
            ("ge", ranges),
        ] {
            let count = format!("count total {{ where {{ it {word}={value} }} }}");
            assert_eq!(plain(&count), *takes, "{name} {word}=");
        }
        assert_eq!(
            plain(&format!("count total {{ where {{ it in {value} }} }}")),
            *equality,
            "{name} in"
        );
        assert_eq!(
            is_fine(&model(&format!("id uuid; it {name}?"), "key id")),
            *optional,
            "{name}?"
        );
    }
}

#[test]
fn values_that_are_made_fit_some_type_and_other_words_none() {
    for word in GENERATORS {
        let fits = TYPES.iter().any(|ty| {
            is_fine(&model(
                &format!("it {} default={}", ty.name, word.name),
                "key it",
            ))
        });
        assert!(fits, "{}", word.name);
    }
    assert!(!is_fine(&model("it uuid default=uuid-v1", "key it")));
}

#[test]
fn reserved_names_are_refused_and_their_neighbours_are_not() {
    for name in language::FUNCTIONS {
        let text = model("id uuid", &format!("key id\nindex {name} (desc)id"));
        assert_eq!(faults(&text, Code::M004).len(), 1, "{text}");
    }
    for name in language::TABLES {
        let text = format!("schema s\nmodel M table={name} {{ fields {{ id uuid }}; key id }}\n");
        assert_eq!(faults(&text, Code::M004).len(), 1, "{text}");
    }
    for name in language::KEPT_BY_RUST {
        let text = model(&format!("id uuid; {name} uuid"), "key id");
        assert_eq!(faults(&text, Code::M003).len(), 1, "{text}");
    }
    assert!(is_fine(&model(
        "id uuid; type uuid",
        "key id\nindex got (desc)id"
    )));
}

#[test]
fn every_word_has_a_text_that_ends_as_a_sentence() {
    let mut texts: Vec<(&str, &str)> = TYPES.iter().map(|it| (it.name, it.docs)).collect();
    texts.extend(language::CONTAINERS.iter().map(|it| (it.name, it.docs)));
    for (_, statement) in statements() {
        texts.push((statement.name, statement.docs));
        for property in statement.properties {
            texts.push((property.name, property.docs));
            texts.extend(property.words.iter().map(|it| (it.name, it.docs)));
        }
        texts.extend(statement.flags.iter().map(|it| (it.name, it.docs)));
    }
    for words in [ANNOTATIONS, TESTS, COMBINATIONS, GENERATORS, ON_DELETE] {
        texts.extend(words.iter().map(|it| (it.name, it.docs)));
    }
    for (name, docs) in texts {
        assert!(docs.ends_with(['.', '`']), "{name}: {docs}");
    }
}
