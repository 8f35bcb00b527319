//! The generator on a large schema: time, size, and what `cargo check` of the output takes.

use crate::{
    Fault,
    report::{Measure, median},
};
use keyloom_generator::{
    CrateOptions, Mode, Options, Runtime, check_text, generate_crate, generate_module,
    model::Schema, write_files,
};
use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const BENCH: &str = "generate";

/// Times reading, checking and generating a schema of so many models.
pub(crate) fn run(models: usize, check: bool, short: bool) -> Result<Vec<Measure>, Fault> {
    let text = schema(models);
    let rounds = if short { 5 } else { 15 };
    let mut checks = Vec::new();
    let mut modules = Vec::new();
    let mut lines = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        let schema = read(&text)?;
        checks.push(millis(start.elapsed()));
        let module = generate_module(&schema, Options::default())?;
        modules.push(millis(start.elapsed()));
        lines = module.lines().count();
    }
    let mut measures = vec![
        measure(format!("check-{models}"), median(checks), "ms"),
        measure(format!("generate-{models}"), median(modules), "ms"),
        measure(format!("lines-{models}"), number(lines), "lines"),
        measure(
            "lines-per-model".to_owned(),
            number(lines) / number(models.max(1)),
            "lines",
        ),
    ];
    if check {
        let time = cargo_check(&read(&text)?)?;
        measures.push(measure(format!("cargo-check-{models}"), millis(time), "ms"));
    }
    Ok(measures)
}

/// How long `cargo check` of the crate alone takes, its dependencies being there.
fn cargo_check(schema: &Schema) -> Result<Duration, Fault> {
    let folder = tempfile::tempdir()?;
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    let options = CrateOptions {
        code: Options::default(),
        name: "large".to_owned(),
        runtime: Runtime::Path(runtime.canonicalize()?.display().to_string()),
        schema: "large.kdl".to_owned(),
        command: "cargo xtask bench generate --check".to_owned(),
    };
    write_files(
        folder.path(),
        &generate_crate(schema, &options)?,
        Mode::Write,
    )?;
    eprintln!("checking the generated crate: first with its dependencies, then alone …");
    check_in(folder.path())?;
    // A new time of change makes Cargo check the crate again, and nothing else.
    let library = folder.path().join("src/lib.rs");
    fs::write(&library, fs::read_to_string(&library)?)?;
    check_in(folder.path())
}

fn check_in(folder: &Path) -> Result<Duration, Fault> {
    let start = Instant::now();
    let status = Command::new("cargo")
        .args(["check", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()?;
    if status.success() {
        Ok(start.elapsed())
    } else {
        Err("the generated crate does not compile".into())
    }
}

fn read(text: &str) -> Result<Schema, Fault> {
    let checked = check_text("large.kdl", text);
    checked.schema.ok_or_else(|| {
        let faults: Vec<_> = checked
            .diagnostics
            .iter()
            .take(3)
            .map(|fault| format!("{fault:?}"))
            .collect();
        format!(
            "the schema of the benchmark is wrong: {}",
            faults.join("; ")
        )
        .into()
    })
}

/// A schema in which every model has ten fields, three indexes and, but for the first, an owner.
fn schema(models: usize) -> String {
    let mut text =
        String::from("/- kdl-version 2\nschema large\n\nenum State { draft; active; closed }\n");
    for n in 0..models {
        let owner = n / 2;
        // Writing to a string does not fail.
        let _ = write!(
            text,
            r"
/// A thing of kind {n}.
model Thing{n} table=things{n} {{
    fields {{
        id         uuid      default=uuid-v7
        owner_id   id<Thing{owner}>
        email      string    max=100
        title      string    max=120
        state      State     default=draft
        labels     list<string> max=8 item-max=20
        amount     i64       default=0
        note       string?   max=400
        active     bool      default=#true
        created_at timestamp default=now
    }}
    key id
    unique by_email (lower)email
    index by_owner owner_id (desc)created_at
    index by_state state {{ include title }}
}}
"
        );
    }
    text
}

fn measure(work: String, value: f64, unit: &'static str) -> Measure {
    Measure {
        bench: BENCH,
        work,
        system: "keyloom",
        value,
        unit,
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
