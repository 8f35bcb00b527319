//! `keyloom schema`, `keyloom language`, `keyloom completions` and the help

use crate::support::{Folder, Ran, expected};

const LIBRARY: &str = include_str!("../expected/library.kdl");

#[test]
fn the_checked_schema_is_one_json_object_with_all_facts() {
    let folder = Folder::new([("library.kdl", LIBRARY)]);
    let ran = folder.run(&["schema", "library.kdl", "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    expected("library.json", &ran.out);
    assert_eq!(folder.run(&["schema", "library.kdl"]), ran);
}

#[test]
fn a_wrong_schema_has_no_json_but_its_faults() {
    let folder = Folder::new([(
        "a.kdl",
        "schema a\nmodel M table=ms { fields { id uid }; key id }\n",
    )]);
    let wanted = "error[S003]: unknown type `uid`
 --> a.kdl:2:32
  |
2 | model M table=ms { fields { id uid }; key id }
  |                                ^^^
  = help: did you mean `uuid`?

1 error; `keyloom explain S003` says more about the first
";
    assert_eq!(folder.run(&["schema", "a.kdl"]), Ran::new(1, "", wanted));
}

#[test]
fn the_language_is_described_for_people_and_for_programs() {
    let folder = Folder::new([]);
    let text = folder.run(&["language"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    expected("language.txt", &text.out);
    let json = folder.run(&["language", "--format", "json"]);
    assert_eq!((json.code, json.err.as_str()), (0, ""));
    expected("language.json", &json.out);
}

/// The commands that a help lists.
fn commands(help: &str) -> Vec<&str> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect()
}

#[test]
fn every_shell_gets_a_script_that_knows_every_command() {
    let folder = Folder::new([]);
    let help = folder.run(&["help"]).out;
    let commands = commands(&help);
    assert!(commands.len() >= 8, "{help}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.run(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for command in &commands {
            assert!(ran.out.contains(command), "{shell} does not know {command}");
        }
    }
    assert_eq!(folder.run(&["completions", "dos"]).code, 2);
}

#[test]
fn every_command_and_every_action_on_events_has_a_help_with_examples() {
    let folder = Folder::new([]);
    let (help, events) = (
        folder.run(&["help"]).out,
        folder.run(&["events", "--help"]).out,
    );
    let commands = commands(&help).into_iter().map(|it| vec![it]);
    let actions = self::commands(&events)
        .into_iter()
        .map(|it| vec!["events", it]);
    let all: Vec<Vec<&str>> = commands.chain(actions).collect();
    assert!(all.len() >= 20, "{all:?}");
    for words in all {
        let ran = folder.run(&[&words[..], &["--help"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{words:?}");
        let example = format!("Examples:\n  keyloom {}", words.join(" "));
        assert!(ran.out.contains(&example), "{words:?}:\n{}", ran.out);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() {
    let folder = Folder::new([("library.kdl", LIBRARY)]);
    for arguments in [
        &["schema", "library.kdl"][..],
        &["graph", "library.kdl"],
        &["explain", "S003"],
        &["diff", "library.kdl", "--out", "none"],
        &["completions", "bash"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let ran = folder
            .command(arguments)
            .stdout(full)
            .output()
            .expect("it runs");
        let told = String::from_utf8_lossy(&ran.stderr);
        let wanted =
            "error: standard output cannot be written: No space left on device (os error 28)\n";
        assert_eq!(
            (ran.status.code(), &*told),
            (Some(2), wanted),
            "{arguments:?}"
        );
    }
}
