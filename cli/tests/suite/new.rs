//! `keyloom new`

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Folder, Ran};

fn checkout() -> PathBuf {
    let cli = Path::new(env!("CARGO_MANIFEST_DIR"));
    cli.parent().expect("the root of the repository").to_owned()
}

/// A project in a folder of its own, on this checkout.
fn project(name: &str) -> Folder {
    let folder = Folder::new([]);
    let root = checkout();
    let path = root.to_str().expect("a path of text");
    let ran = folder.run(&["new", name, "--keyloom-path", path]);
    let wanted = format!("made the project `{name}`; next: cd {name} && cargo run\n");
    assert_eq!(ran, Ran::new(0, wanted, ""));
    folder
}

#[test]
fn a_new_project_builds_without_warnings_and_runs_and_keeps_what_it_stores() {
    let folder = project("address-book");
    let project = folder.path().join("address-book");
    // The versions that this repository is tested with; nothing is fetched.
    let lock = std::fs::read(checkout().join("Cargo.lock")).expect("a lock file");
    std::fs::write(project.join("Cargo.lock"), lock).expect("it can be written");
    let run = || {
        let output = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--offline"])
            .env(
                "CARGO_TARGET_DIR",
                concat!(env!("CARGO_TARGET_TMPDIR"), "/new-project"),
            )
            .env("RUSTFLAGS", "-D warnings")
            .current_dir(&project)
            .output()
            .expect("cargo runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let title = "The newest notes, of which each run adds one:\n";
    let once = format!("{title}- Try Keyloom\n");
    assert_eq!(run(), (Some(0), once, String::new()));
    let twice = format!("{title}- Try Keyloom\n- Try Keyloom\n");
    assert_eq!(run(), (Some(0), twice, String::new()));
    assert!(project.join("address-book-data").is_dir());
}

#[test]
fn its_files_are_those_of_a_project_and_its_schema_is_fine_and_formatted() {
    let folder = project("address-book");
    let mut files: Vec<String> = ["address-book", "address-book/src"]
        .iter()
        .flat_map(|name| std::fs::read_dir(folder.path().join(name)).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| {
            path.strip_prefix(folder.path())
                .expect("below")
                .display()
                .to_string()
        })
        .collect();
    files.sort();
    let wanted = [
        "",
        "Cargo.toml",
        "README.md",
        "build.rs",
        "schema.kdl",
        "src/main.rs",
    ];
    let mut wanted: Vec<String> = wanted[1..]
        .iter()
        .map(|name| format!("address-book/{name}"))
        .collect();
    wanted.insert(0, "address-book/.gitignore".to_owned());
    assert_eq!(files, wanted);
    let fine =
        "address-book/schema.kdl: schema `address_book` is fine: 1 model, 4 fields, 2 indexes\n";
    assert_eq!(
        folder.run(&["check", "address-book/schema.kdl"]),
        Ran::new(0, fine, "")
    );
    assert_eq!(
        folder.run(&["fmt", "--check", "address-book/schema.kdl"]),
        Ran::new(0, "", "")
    );
    assert_eq!(
        folder.read("address-book/.gitignore"),
        "/target\n/address-book-data\n"
    );
}

#[test]
fn without_a_checkout_it_depends_on_the_published_crates() {
    let folder = Folder::new([]);
    assert_eq!(folder.run(&["new", "notes", "--dir", "a/b"]).code, 0);
    let version = env!("CARGO_PKG_VERSION");
    let wanted = format!(
        "[package]\nname = \"notes\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"{}\"\n\n\
         [dependencies]\nkeyloom = \"{version}\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n\
         [build-dependencies]\nkeyloom-generator = \"{version}\"\n",
        env!("CARGO_PKG_RUST_VERSION")
    );
    assert_eq!(folder.read("a/b/Cargo.toml"), wanted);
    // A table called like the schema would be a second module of that name.
    assert!(
        folder
            .read("a/b/schema.kdl")
            .contains("model Task table=tasks {")
    );
}

#[test]
fn a_path_of_any_characters_is_a_string_of_toml() {
    let folder = Folder::new([("cafe\u{301} \"x\"/runtime/Cargo.toml", "")]);
    let arguments = ["new", "shop", "--keyloom-path", "cafe\u{301} \"x\""];
    assert_eq!(folder.run(&arguments).code, 0);
    let manifest = folder.read("shop/Cargo.toml");
    let wanted = "keyloom = { path = \"../cafe\u{301} \\\"x\\\"/runtime\" }\n";
    assert!(manifest.contains(wanted), "{manifest}");
}

#[test]
fn within_another_workspace_it_is_one_of_its_own() {
    let folder = Folder::new([("Cargo.toml", "[workspace]\n")]);
    assert_eq!(folder.run(&["new", "shop"]).code, 0);
    assert!(folder.read("shop/Cargo.toml").ends_with("\n[workspace]\n"));
}

#[test]
fn a_name_or_a_folder_that_cannot_be_is_refused_with_what_to_write() {
    let folder = Folder::new([("full/file", "")]);
    let cases = [
        (
            vec!["new", "Address Book"],
            "`Address Book` is not a name of a package: write `address-book`",
        ),
        (
            vec!["new", "9lives"],
            "`9lives` is not a name of a package: write small letters, digits and `-`, as in `address-book`",
        ),
        (
            vec!["new", "type"],
            "Rust keeps the name `type`: write another one, as in `my-type`",
        ),
        (
            vec!["new", "full"],
            "`full` is not empty: name another folder with `--dir`",
        ),
        (
            vec!["new", "shop", "--keyloom-path", "full"],
            "`full` is no checkout of Keyloom: there is no `runtime/Cargo.toml` in it",
        ),
    ];
    for (arguments, wanted) in cases {
        let wanted = format!("error: {wanted}\n");
        assert_eq!(folder.run(&arguments), Ran::new(2, "", wanted));
    }
}

#[test]
fn the_next_command_is_one_that_a_shell_takes() {
    let folder = Folder::new([]);
    let ran = folder.run(&["new", "hello", "--dir", "my work/hello"]);
    let wanted = "made the project `hello`; next: cd 'my work/hello' && cargo run\n";
    assert_eq!(ran, Ran::new(0, wanted, ""));
}
