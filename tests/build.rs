//! Generates the modules of the test schemas. Versions of one schema go into folders of their own.

use keyloom_generator::Config;
use std::{path::PathBuf, process::ExitCode};

const VERSIONS: [&str; 6] = ["v1", "v2", "plus", "counted", "bad/b005", "v2/queue"];

/// Pairs of schemas that the generator's tests compare; `evolution` opens a store with one after the other.
const PAIRS: [&str; 10] = [
    "added", "enums", "events", "fine", "imports", "keys", "names", "schema", "types", "warnings",
];

fn main() -> ExitCode {
    let Some(out) = std::env::var_os("OUT_DIR").map(PathBuf::from) else {
        return ExitCode::FAILURE;
    };
    let mut outcomes = ["shop", "queue", "press", "parity", "wide"]
        .map(|schema| {
            Config::new(format!("schemas/{schema}.kdl"))
                .compile()
                .into_result()
        })
        .to_vec();
    for version in VERSIONS {
        let schema = if version.contains('/') {
            format!("schemas/{version}.kdl")
        } else {
            format!("schemas/{version}/ledger.kdl")
        };
        let out = out.join(version.replace('/', "_"));
        outcomes.push(Config::new(schema).out_dir(out).compile().into_result());
    }
    for (pair, side) in PAIRS.iter().flat_map(|pair| [(pair, "old"), (pair, "new")]) {
        let schema = format!("../generator/tests/fixtures/breaking/{pair}/{side}.kdl");
        let out = out.join("breaking").join(format!("{pair}_{side}"));
        outcomes.push(Config::new(schema).out_dir(out).compile().into_result());
    }
    for release in ["first", "second", "third"] {
        let schema = format!("schemas/nested/{release}.kdl");
        let out = out.join("nested").join(release);
        outcomes.push(Config::new(schema).out_dir(out).compile().into_result());
    }
    for text in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        eprintln!("{text}");
    }
    if outcomes.iter().all(Result::is_ok) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
