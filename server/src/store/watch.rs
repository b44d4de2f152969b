//! Whether anything was committed: on SQLite a question of a microsecond.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::StoreError;

/// A connection that asks SQLite for its data version and nothing else.
///
/// It is not one of the pools', which answer from another thread: waking that costs more than the
/// question. It never writes, so every commit is another connection's, and changes the version: one of
/// this process, of the command, or of another instance on the same file.
#[derive(Debug)]
pub(crate) struct Watch(Mutex<Connection>);

impl Watch {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self(Mutex::new(Connection::open_with_flags(path, flags)?)))
    }

    /// Returns the version of what is committed now, or `None` where SQLite cannot tell at once.
    pub(crate) fn data_version(&self) -> Option<i64> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached("PRAGMA data_version").ok()?;
        statement.query_row([], |row| row.get(0)).ok()
    }
}
