//! A file that is replaced as a whole, so that a full disk or a kill leaves the old one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces what a file says. Links to it and its permissions stay.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<()> {
    let file = fs::canonicalize(file)?;
    // A rename would pass over a file that may not be written.
    File::options().write(true).open(&file)?;
    let beside = unfinished(&file);
    let Err(error) = write(&beside, &file, text).and_then(|()| fs::rename(&beside, &file)) else {
        return Ok(());
    };
    // It may not be there.
    let _ = fs::remove_file(&beside);
    match error.kind() {
        // A folder that takes no new file, or a file that is a mount point.
        io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy => fs::write(&file, text),
        _ => Err(error),
    }
}

/// The name of a file until it is whole.
pub(crate) fn unfinished(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".unfinished");
    PathBuf::from(name)
}

/// Writes a new file with the permissions of another.
fn write(new: &Path, like: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(new)?;
    file.set_permissions(fs::metadata(like)?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
