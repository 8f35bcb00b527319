//! What commands share: how they read a schema.

use std::path::Path;
use std::process::ExitCode;

use keyloom_generator::Checked;
use keyloom_generator::model::Schema;
use keyloom_generator::source;

use super::output::{Color, FAULTS, Format, misuse, print};

/// Checks a schema and what it imports. A file that cannot be read is misuse.
pub(crate) fn check(file: &Path) -> Result<Checked, ExitCode> {
    let name = file.display().to_string();
    let read = |wanted: &str| {
        // The first file may have a name that is not UTF-8, so it is read by its path.
        if wanted == name {
            source::read(file)
        } else {
            source::read(wanted)
        }
    };
    keyloom_generator::check(&name, read)
        .map_err(|error| misuse(&format!("`{name}` cannot be read: {error}")))
}

/// The schema of a file, with its diagnostics printed for people; the exit code if there is none.
pub(crate) fn schema(file: &Path, color: Color) -> Result<Schema, ExitCode> {
    let checked = check(file)?;
    if print(&checked, Format::Human, color).is_err() {
        return Err(ExitCode::from(FAULTS));
    }
    checked.schema.ok_or(ExitCode::from(FAULTS))
}
