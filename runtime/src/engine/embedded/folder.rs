//! The files of a store, and the lock that makes one process their owner.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use redb::Database;

use super::{fault, options::EmbeddedOptions};
use crate::engine::EngineError;

/// The records, as a redb file.
pub const DATA_FILE: &str = "keyloom.redb";
/// The data file while it is made; renamed when it is whole, and thrown away if it is found on open.
pub const NEW_DATA_FILE: &str = "keyloom.redb.new";
/// One line that names the format of the folder. Written last when a store is made: where it is, the data file must be.
pub const FORMAT_FILE: &str = "FORMAT";
/// Locked by the process that has the store open; holds its process id.
pub const LOCK_FILE: &str = "LOCK";

const FORMAT: &str = "keyloom embedded store, format 1\n";

/// A folder that this process owns until the value is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
    /// The last owner ended without closing the store.
    was_killed: bool,
    /// Its files are closed in order.
    closed: bool,
}

/// A file up to this size is checked whole after an owner that was killed: it takes a fraction of a second.
const CHECKED_AFTER_A_KILL: u64 = 64 * 1024 * 1024;

impl Folder {
    /// Takes ownership of a folder that holds a store, or is empty, or is not there yet.
    pub(super) fn own(path: &Path) -> Result<Self, EngineError> {
        let shown = path.display();
        match fs::metadata(path) {
            Ok(found) if !found.is_dir() => {
                return Err(unavailable(format!(
                    "{shown} is a file; a store needs a folder of its own: name one, or remove the file"
                )));
            }
            Ok(_) => refuse_foreign(path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(path)
                .map_err(|error| failed("create the folder", path, &error))?,
            Err(error) => return Err(failed("look at", path, &error)),
        }
        let (lock, was_killed) = lock(&path.join(LOCK_FILE), path)?;
        Ok(Self {
            path: path.to_owned(),
            lock,
            was_killed,
            closed: false,
        })
    }

    /// Lets go of the folder after its files were closed in order.
    pub(super) fn close(mut self) {
        self.closed = true;
    }

    /// Opens the data file, and makes it first if the store is new.
    pub(super) fn database(&self, options: &EmbeddedOptions) -> Result<Database, EngineError> {
        let data = self.path.join(DATA_FILE);
        let format = self.path.join(FORMAT_FILE);
        let has_data = exists(&data)?;
        let has_format = exists(&format)?;
        if has_format {
            self.check_format(&format)?;
            if !has_data {
                return Err(EngineError::Corrupt {
                    key: Vec::new(),
                    reason: format!(
                        "{} is missing from the store; restore it from a backup, or remove the folder to begin anew",
                        data.display()
                    ),
                });
            }
        }
        if !has_data {
            self.make(&data)?;
        }
        let small = || fs::metadata(&data).is_ok_and(|found| found.len() <= CHECKED_AFTER_A_KILL);
        let mut builder = options.builder();
        if self.was_killed && small() {
            builder.set_check_integrity_on_open(true);
        }
        let database = fault::guarded(|| Ok(builder.open(&data)?))
            .map_err(|error| self.explain(fault::opening(error)))?;
        if !has_format {
            self.write_format(&format)?;
        }
        Ok(database)
    }

    /// Makes the data file aside, so that a file under its real name is always a whole one: an empty file found there
    /// is damage, not a beginning.
    fn make(&self, data: &Path) -> Result<(), EngineError> {
        let new = self.path.join(NEW_DATA_FILE);
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove the unfinished", &new, &error));
            }
            _ => {}
        }
        fault::guarded(|| {
            Database::builder().create(&new)?.close()?;
            Ok(())
        })
        .map_err(|error| self.explain(fault::opening(error)))?;
        fs::rename(&new, data).map_err(|error| failed("rename", &new, &error))?;
        self.sync()
    }

    fn write_format(&self, format: &Path) -> Result<(), EngineError> {
        File::create(format)
            .and_then(|mut file| {
                file.write_all(FORMAT.as_bytes())?;
                file.sync_all()
            })
            .map_err(|error| failed("write", format, &error))?;
        self.sync()
    }

    fn check_format(&self, format: &Path) -> Result<(), EngineError> {
        let found = fs::read(format).map_err(|error| failed("read", format, &error))?;
        // Empty: the process that made the store ended between creating the file and writing it.
        if found == FORMAT.as_bytes() || found.is_empty() {
            return Ok(());
        }
        Err(unavailable(format!(
            "{} was made by another version of Keyloom: its format is {:?}, this build knows {:?}; open it with the \
             version that made it, dump it, and load the dump here",
            self.path.display(),
            String::from_utf8_lossy(&found).trim_end(),
            FORMAT.trim_end()
        )))
    }

    /// Makes names in the folder durable.
    fn sync(&self) -> Result<(), EngineError> {
        // Elsewhere a folder cannot be opened as a file, and names are durable by themselves.
        if cfg!(unix) {
            File::open(&self.path)
                .and_then(|folder| folder.sync_all())
                .map_err(|error| failed("sync", &self.path, &error))?;
        }
        Ok(())
    }

    fn explain(&self, error: EngineError) -> EngineError {
        let data = self.path.join(DATA_FILE);
        match error {
            EngineError::Corrupt { key, reason } => EngineError::Corrupt {
                key,
                reason: format!("{}: {reason}; restore it from a backup", data.display()),
            },
            EngineError::Unavailable { message } => {
                unavailable(format!("cannot open {}: {message}", data.display()))
            }
            other => other,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The id is a courtesy to others, and tells the next owner how this one ended; the lock itself ends with the file.
        if self.closed {
            let _ = self.lock.set_len(0);
        }
        let _ = self.lock.unlock();
    }
}

fn refuse_foreign(path: &Path) -> Result<(), EngineError> {
    const OURS: [&str; 4] = [DATA_FILE, FORMAT_FILE, NEW_DATA_FILE, LOCK_FILE];
    if exists(&path.join(DATA_FILE))? || exists(&path.join(FORMAT_FILE))? {
        return Ok(());
    }
    let mut foreign = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| failed("read the folder", path, &error))? {
        let name = entry
            .map_err(|error| failed("read the folder", path, &error))?
            .file_name();
        if !OURS.iter().any(|ours| name == *ours) {
            foreign.push(name.to_string_lossy().into_owned());
        }
    }
    if foreign.is_empty() {
        return Ok(());
    }
    foreign.sort();
    let shown = foreign
        .iter()
        .take(3)
        .map(|name| format!("{name:?}"))
        .collect::<Vec<_>>()
        .join(", ");
    let more = match foreign.len() - foreign.len().min(3) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(unavailable(format!(
        "{} is not a Keyloom store: it holds {shown}{more}; name an empty or a new folder",
        path.display()
    )))
}

/// The lock, and whether the last one who had it left its id.
fn lock(file: &Path, folder: &Path) -> Result<(File, bool), EngineError> {
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)
        .map_err(|error| failed("open", file, &error))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(&mut lock, folder)),
        Err(TryLockError::Error(error)) => return Err(failed("lock", file, &error)),
    }
    let was_killed = lock.metadata().is_ok_and(|found| found.len() > 0);
    lock.set_len(0)
        .and_then(|()| lock.write_all(std::process::id().to_string().as_bytes()))
        .map_err(|error| failed("write", file, &error))?;
    Ok((lock, was_killed))
}

fn in_use(lock: &mut File, folder: &Path) -> EngineError {
    let mut text = String::new();
    let owner = lock
        .rewind()
        .and_then(|()| lock.read_to_string(&mut text))
        .ok()
        .and_then(|_| text.trim().parse::<u32>().ok());
    let shown = folder.display();
    unavailable(match owner {
        Some(id) if id == std::process::id() => format!(
            "{shown} is already open in this process; clone the open store instead of opening it twice"
        ),
        Some(id) => format!(
            "{shown} is in use by process {id}; one process owns a store: stop that one, or call `serve_admin()` in it and ask \
             it with `keyloom events`"
        ),
        None => format!(
            "{shown} is in use by another process; one process owns a store: stop that one, or call `serve_admin()` in it and ask \
             it with `keyloom events`"
        ),
    })
}

fn exists(path: &Path) -> Result<bool, EngineError> {
    path.try_exists()
        .map_err(|error| failed("look at", path, &error))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> EngineError {
    unavailable(format!("cannot {what} {}: {error}", path.display()))
}

fn unavailable(message: String) -> EngineError {
    EngineError::Unavailable { message }
}
