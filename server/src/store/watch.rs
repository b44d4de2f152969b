//! Detects commits on SQLite, within about a microsecond.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::StoreError;

/// A connection that only reads SQLite's data version.
///
/// It does not belong to a pool: pools run statements on another thread, and waking that thread takes longer
/// than the query. It never writes, so every commit by another connection changes the version: one of this
/// process, of the command, or of another instance on the same file.
#[derive(Debug)]
pub(crate) struct Watch(Mutex<Connection>);

impl Watch {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self(Mutex::new(Connection::open_with_flags(path, flags)?)))
    }

    /// Returns the version of the committed data; `None` if SQLite cannot tell at once.
    pub(crate) fn data_version(&self) -> Option<i64> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached("PRAGMA data_version").ok()?;
        statement.query_row([], |row| row.get(0)).ok()
    }
}
