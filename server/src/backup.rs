//! Copies the database while the server runs.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::printed::printed;
use crate::store::{self, StoreError};

/// Why the copy failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is PostgreSQL, which has its own backup tool.
    #[error(
        "`ticket-center backup` copies SQLite only. Back up PostgreSQL with: \
         pg_dump --format=custom --file={} \"$DATABASE_URL\"",
        printed(&.0.to_string_lossy())
    )]
    Postgres(PathBuf),
    /// The URL names no supported database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database file does not exist.
    #[error("There is no database at {}. Check database_url.", printed(&.0.to_string_lossy()))]
    Absent(PathBuf),
    /// The target exists; a backup never overwrites a file.
    #[error("{} already exists. Choose another path.", printed(&.0.to_string_lossy()))]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("The copy could not be written: {0}")]
    File(#[from] io::Error),
    /// SQLite failed to copy.
    #[error("The database could not be copied: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The copy failed the integrity check and was removed.
    #[error(
        "The copy failed SQLite's integrity check and was removed. Check the disk. SQLite says: {0}"
    )]
    Unsound(String),
}

/// Copies SQLite's database into a new file that only its owner can read. The copy contains everything that
/// was committed before it began, and no partial transaction. Writers are not blocked meanwhile.
///
/// The file is synced to the disk when this returns. The function blocks.
///
/// # Errors
/// [`BackupError`]; then no file is left behind.
pub fn copy(database_url: &str, path: &Path) -> Result<(), BackupError> {
    let Some(source) = store::sqlite_file(database_url)? else {
        return Err(BackupError::Postgres(path.to_owned()));
    };
    if !source.exists() {
        return Err(BackupError::Absent(source.to_owned()));
    }
    create_private(path)?;
    let copied = copy_into(source, path);
    if copied.is_err() {
        // An unsound copy must not be mistaken for a backup. The caller already gets the reason.
        let _ = fs::remove_file(path);
    }
    copied
}

fn create_private(path: &Path) -> Result<(), BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(BackupError::Exists(path.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

fn copy_into(source: &Path, path: &Path) -> Result<(), BackupError> {
    let from = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // SQLite takes the name as text; it writes into the empty file that exists already.
    let name = path.to_str().ok_or(io::ErrorKind::InvalidFilename).map_err(io::Error::from)?;
    from.execute("VACUUM INTO ?1", [name])?;
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let verdict: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(BackupError::Unsound(verdict));
    }
    File::open(path)?.sync_all()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}
