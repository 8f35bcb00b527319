//! Generates the modules of the test schemas. Versions of one schema go into folders of their own.

use keyloom_generator::{Config, Options, Outcome, generate_module};
use random::Random;
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

#[path = "../generator/tests/suite/random/mod.rs"]
mod random;

#[path = "random/bindings.rs"]
mod bindings;

/// Seeds of random schemas that are compiled, unless `KEYLOOM_RANDOM_SEEDS=100..120` names others.
const SEEDS: std::ops::Range<u64> = 0..2;

const SCHEMAS: [&str; 7] = ["shop", "queue", "press", "parity", "desk", "wide", "till"];

const VERSIONS: [&str; 6] = ["v1", "v2", "plus", "counted", "bad/b005", "v2/queue"];

/// Pairs of schemas that the generator's tests compare; `evolution` opens a store with one after the other.
const PAIRS: [&str; 10] = [
    "added", "enums", "events", "fine", "imports", "keys", "names", "schema", "types", "warnings",
];

fn main() -> Outcome {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("Cargo sets it"));
    let plain = SCHEMAS.map(|schema| Config::new(format!("schemas/{schema}.kdl")));
    let versions = VERSIONS.map(|version| {
        let schema = if version.contains('/') {
            format!("schemas/{version}.kdl")
        } else {
            format!("schemas/{version}/ledger.kdl")
        };
        Config::new(schema).out_dir(out.join(version.replace('/', "_")))
    });
    let pairs = PAIRS.map(|pair| {
        ["old", "new"].map(|side| {
            let schema = format!("../generator/tests/fixtures/breaking/{pair}/{side}.kdl");
            Config::new(schema).out_dir(out.join("breaking").join(format!("{pair}_{side}")))
        })
    });
    let releases = ["first", "second", "third"].map(|release| {
        let schema = format!("schemas/nested/{release}.kdl");
        Config::new(schema).out_dir(out.join("nested").join(release))
    });
    let pairs = pairs.into_iter().flatten();
    let all = plain
        .into_iter()
        .chain(versions)
        .chain(pairs)
        .chain(releases);
    all.map(|config| config.compile())
        .chain([random_modules(&out).into()])
        .collect()
}

/// A file that names the module of each seed, and what the suite calls of it.
fn random_modules(out: &Path) -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=KEYLOOM_RANDOM_SEEDS");
    println!("cargo::rerun-if-changed=../generator/tests/suite/random");
    println!("cargo::rerun-if-changed=random/bindings.rs");
    let seeds = match std::env::var("KEYLOOM_RANDOM_SEEDS") {
        Ok(text) => text
            .split_once("..")
            .and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?))
            .ok_or_else(|| format!("KEYLOOM_RANDOM_SEEDS={text} is no range: write `100..120`"))?,
        Err(_) => SEEDS,
    };
    let mut modules = String::new();
    for seed in seeds {
        let schema = Random::new(seed).schema();
        let options = Options {
            serde: seed % 2 == 0,
        };
        let text =
            generate_module(&schema, options).map_err(|fault| format!("seed {seed}: {fault}"))?;
        let path = out.join(format!("random_{seed}.rs"));
        fs::write(&path, text).map_err(|error| error.to_string())?;
        let calls = out.join(format!("random_{seed}_bindings.rs"));
        fs::write(&calls, bindings::bindings(&schema)).map_err(|error| error.to_string())?;
        writeln!(modules, "    seed_{seed} {seed} {path:?} {calls:?};")
            .expect("a string takes everything");
    }
    let modules = format!("seeds! {{\n{modules}}}\n");
    fs::write(out.join("random.rs"), modules).map_err(|error| error.to_string())
}
