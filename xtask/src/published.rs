//! The crates that are published, as `cargo metadata` knows them: each with its features in all combinations, and packaged.

use crate::shell::{Failure, Outcome, cargo, root, run};
use clap::Args;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Checks the published crates with each combination of their features
#[derive(Debug, Args)]
pub(crate) struct Features {}

impl Features {
    #[expect(clippy::unused_self, reason = "every chore is called the same way")]
    pub(crate) fn run(self) -> Outcome {
        check_features()
    }
}

/// Packs the published crates and builds them from the packages; what is not committed is refused
#[derive(Debug, Args)]
pub(crate) struct Package {}

impl Package {
    #[expect(clippy::unused_self, reason = "every chore is called the same way")]
    pub(crate) fn run(self) -> Outcome {
        let target = root().join("target");
        fs::create_dir_all(&target)
            .map_err(|error| Failure(format!("{} cannot be made: {error}", target.display())))?;
        let mut command = cargo(["package"]);
        let build = build_folder(&target)?;
        command.env("CARGO_BUILD_BUILD_DIR", build.path());
        for (name, _) in published()? {
            command.args(["--package", &name]);
        }
        run(&mut command)
    }
}

/// A folder that no earlier packaging built in, removed when it is dropped.
///
/// Cargo verifies a package against the packages it depends on by way of a registry inside the build folder, and keeps
/// what it unpacks from there in its home, by the registry's path and the package's version. In a folder used before it
/// would build against what that version held then.
fn build_folder(target: &Path) -> Result<TempDir, Failure> {
    tempfile::Builder::new()
        .prefix("packaged-")
        .tempdir_in(target)
        .map_err(|error| Failure(format!("no folder to build packages in: {error}")))
}

/// Lints every published crate with every combination of its features.
pub(crate) fn check_features() -> Outcome {
    for (name, features) in published()? {
        for chosen in combinations(&features) {
            let mut command = cargo(["clippy", "--package", &name, "--no-default-features"]);
            command.args(["--features", &chosen.join(",")]);
            run(command.args(["--", "-D", "warnings"]))?;
        }
    }
    Ok(())
}

/// Names and features of the crates that may be published.
fn published() -> Result<Vec<(String, Vec<String>)>, Failure> {
    let output = cargo(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| Failure(format!("`cargo metadata` could not be started: {error}")))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| Failure(format!("`cargo metadata` says no JSON: {error}")))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    // An empty list of registries is `publish = false`.
    let packages = packages.filter(|package| package["publish"].is_null());
    let named = packages.filter_map(|package| {
        let features = package["features"].as_object()?.keys();
        let features = features.filter(|name| *name != "default");
        Some((
            package["name"].as_str()?.to_owned(),
            features.cloned().collect(),
        ))
    });
    let named: Vec<_> = named.collect();
    if named.is_empty() {
        return Err(Failure("no crate may be published".to_owned()));
    }
    Ok(named)
}

/// Every choice of features, none and all among them.
fn combinations(features: &[String]) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for feature in features {
        for mut with in all.clone() {
            with.push(feature.clone());
            all.push(with);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{build_folder, combinations, published};

    #[test]
    fn two_features_make_four_combinations() {
        let features = ["a".to_owned(), "b".to_owned()];
        let texts: Vec<String> = combinations(&features)
            .iter()
            .map(|chosen| chosen.join("+"))
            .collect();
        assert_eq!(texts, ["", "a", "b", "a+b"]);
    }

    #[test]
    fn packages_are_verified_in_a_folder_that_was_never_used_before() {
        let target = tempfile::tempdir().unwrap();
        let first = build_folder(target.path()).unwrap().path().to_owned();
        let second = build_folder(target.path()).unwrap().path().to_owned();
        assert_ne!(first, second);
        assert!(first.starts_with(target.path()) && !first.exists());
    }

    #[test]
    fn the_runtime_the_generator_and_the_tool_are_published() {
        let mut names: Vec<_> = published().unwrap().into_iter().map(|it| it.0).collect();
        names.sort();
        assert_eq!(names, ["keyloom", "keyloom-cli", "keyloom-generator"]);
    }
}
