//! The database, SQLite or PostgreSQL, with one set of statements and one set of migrations.
//!
//! Statements use only what both databases support: TEXT and BIGINT, `$1`, `ON CONFLICT`, `RETURNING`.

mod column;
mod watch;

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyArguments, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};

pub(crate) use column::stored_as_text;
pub use column::{Flag, IsSet};
pub(crate) use watch::Watch;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Concurrent reads on SQLite; more would only wait for the same file.
const SQLITE_READERS: u32 = 4;

/// How long a connection may be idle before it is tested, since the database may have closed it.
const MAX_UNCHECKED_IDLE: Duration = Duration::from_secs(5);

/// How long to wait for running statements when the server stops. A connection to a database that no longer answers is
/// never returned to its pool.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for a connection before the database counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Which database it is; the code differs where this is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Why a database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no supported database.
    #[error("database_url must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.")]
    UrlUnknown,
    /// The file of SQLite cannot be created.
    #[error("The file of database_url cannot be created: {0}")]
    File(#[source] std::io::Error),
    /// SQLite's file cannot be watched for changes.
    #[error("The file of database_url cannot be watched: {0}")]
    Watch(#[from] rusqlite::Error),
    /// The migrations failed, or the database has another schema than this server needs.
    #[error("The database cannot be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database returned an error, or cannot be reached.
    #[error("The database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A statement that several requests shared failed.
    #[error("The database failed: {0}")]
    Shared(Arc<sqlx::Error>),
    /// A row contains a value that this server never writes.
    #[error("The database has a {0} that this version of the server does not know.")]
    Unreadable(&'static str),
}

impl StoreError {
    /// Tells whether the error is transient, so that a retry may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => is_transient(error),
            Self::Shared(error) => is_transient(error),
            _ => false,
        }
    }
}

fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // SQLITE_BUSY and SQLITE_LOCKED; PostgreSQL's classes of lost connections, exhausted resources,
        // interventions of the operator, and transactions to be repeated.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            matches!(code.as_ref(), "5" | "6" | "261" | "262" | "517")
                || ["08", "40", "53", "57"]
                    .iter()
                    .any(|class| code.len() == 5 && code.starts_with(class))
        }),
        _ => false,
    }
}

/// The number of connections to the database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolConnections {
    pub(crate) open: i64,
    pub(crate) idle: i64,
}

/// The open database.
#[derive(Clone, Debug)]
pub struct Store {
    kind: Kind,
    readers: AnyPool,
    writers: AnyPool,
    /// Only for SQLite.
    watch: Option<Arc<Watch>>,
}

impl Store {
    /// Opens the database. For SQLite, it creates a missing file that only its owner can read.
    ///
    /// `connections` is the most connections to PostgreSQL.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let kind = kind(url)?;
        if kind == Kind::Postgres {
            let pool = pool(kind, connections).connect(url).await?;
            return Ok(Self { kind, readers: pool.clone(), writers: pool, watch: None });
        }
        let path = sqlite_path(url);
        create_private_file(path)?;
        // SQLite writes one transaction at a time; waiting for the connection is fairer than for the lock.
        let writers = pool(kind, 1).connect(url).await?;
        let readers = pool(kind, SQLITE_READERS).connect(url).await?;
        // The journal that the watch reads exists only now.
        let watch = Some(Arc::new(Watch::open(path)?));
        Ok(Self { kind, readers, writers, watch })
    }

    /// Migrates the tables to this version, and fills columns that an older version did not write. If several
    /// instances start together, one of them migrates.
    ///
    /// # Errors
    /// [`StoreError::Migration`], for a database of a newer version too; [`StoreError::Database`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Ok(MIGRATIONS.run(&self.writers).await?)
    }

    /// Checks that the database is reachable.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    /// Tells whether there is such a table, which there is not before the first migration.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn has_table(&self, name: &str) -> Result<bool, StoreError> {
        let statement = match self.kind {
            Kind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1",
            Kind::Postgres => {
                "SELECT table_name FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name = $1"
            }
        };
        let found = sqlx::query(statement).bind(name).fetch_optional(&self.readers).await?;
        Ok(found.is_some())
    }

    /// Finishes running statements and closes every connection. After 5 seconds, it leaves those that are still in use.
    pub async fn close(&self) {
        let closed = async {
            self.readers.close().await;
            self.writers.close().await;
        };
        if tokio::time::timeout(CLOSE_TIMEOUT, closed).await.is_err() {
            tracing::warn!("the database did not answer in time, and was left without closing");
        }
    }

    /// Returns connections for statements that only read.
    pub const fn readers(&self) -> &AnyPool {
        &self.readers
    }

    /// Runs one statement in its own transaction, and returns how many rows it changed.
    pub(crate) async fn execute(
        &self,
        statement: Query<'_, Any, AnyArguments>,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let changed = statement.execute(&mut *transaction).await?.rows_affected();
        transaction.commit().await?;
        Ok(changed)
    }

    /// Returns which database it is.
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the watch that notices commits; only for SQLite.
    pub(crate) fn watch(&self) -> Option<Arc<Watch>> {
        self.watch.clone()
    }

    /// Returns how many connections are open, and how many of them are idle.
    pub(crate) fn connections(&self) -> PoolConnections {
        let of = |pool: &AnyPool| PoolConnections {
            open: pool.size().into(),
            idle: i64::try_from(pool.num_idle()).unwrap_or(i64::MAX),
        };
        let readers = of(&self.readers);
        match self.kind {
            // On PostgreSQL, readers and writers share one pool.
            Kind::Postgres => readers,
            Kind::Sqlite => {
                let writers = of(&self.writers);
                PoolConnections {
                    open: readers.open + writers.open,
                    idle: readers.idle + writers.idle,
                }
            }
        }
    }

    /// Begins a transaction that writes. Its changes are durable when `commit` returns; dropping it before
    /// that undoes them.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begin = match self.kind {
            // This takes the write lock at once; a transaction that starts as a reader could fail later.
            Kind::Sqlite => self.writers.begin_with("BEGIN IMMEDIATE").await?,
            Kind::Postgres => self.writers.begin().await?,
        };
        Ok(begin)
    }
}

/// Lets `?` turn a database error into the variant `Store` of another error.
macro_rules! from_database_error {
    ($type:ty) => {
        impl From<sqlx::Error> for $type {
            fn from(error: sqlx::Error) -> Self {
                Self::Store(error.into())
            }
        }
    };
}
pub(crate) use from_database_error;

fn kind(url: &str) -> Result<Kind, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", _)) => Ok(Kind::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Kind::Postgres),
        _ => Err(StoreError::UrlUnknown),
    }
}

/// Returns the path of SQLite's file; `None` for PostgreSQL.
///
/// # Errors
/// [`StoreError::UrlUnknown`].
pub fn sqlite_file(url: &str) -> Result<Option<&Path>, StoreError> {
    Ok((kind(url)? == Kind::Sqlite).then(|| sqlite_path(url)))
}

fn sqlite_path(url: &str) -> &Path {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    Path::new(path.split('?').next().unwrap_or(path))
}

/// Creates the file for its owner only. SQLite gives its side files the same mode.
fn create_private_file(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::File(error))
        }
        _ => Ok(()),
    }
}

fn pool(kind: Kind, connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, rest| {
            Box::pin(async move {
                if rest.idle_for > MAX_UNCHECKED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| Box::pin(prepare(kind, connection)))
}

async fn prepare(kind: Kind, connection: &mut AnyConnection) -> sqlx::Result<()> {
    match kind {
        // FULL: a committed transaction survives a power loss.
        Kind::Sqlite => {
            let pragmas = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                           PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";
            connection.execute(sqlx::raw_sql(pragmas)).await?;
        }
        // A transaction that an instance left open must not keep its locks.
        Kind::Postgres => {
            let settings = "SET synchronous_commit = on; SET lock_timeout = '10s'; \
                            SET idle_in_transaction_session_timeout = '60s'";
            connection.execute(sqlx::raw_sql(settings)).await?;
        }
    }
    Ok(())
}
