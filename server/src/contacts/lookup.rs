//! Looks up the desk and the contact of each signed call, many calls with one statement.
//!
//! A call that arrives during a read waits for the next one. Every result comes from a statement that began
//! after the call arrived. That statement reads the data or, on SQLite, finds that nothing was committed
//! since the last read. So a revocation by any instance or by the command takes effect when it is committed.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use sqlx::{AnyPool, FromRow};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{Contact, Kind as ContactKind};
use crate::clock::Moment;
use crate::ids::{ContactId, DeskId};
use crate::store::{IsSet, Kind, Store, StoreError, Watch};

/// How many calls one statement looks up. There are few sizes, so that each statement stays prepared.
const BATCH_SIZES: [usize; 3] = [1, 8, 32];

const LARGEST_BATCH: usize = 32;

/// The most contacts in the cache, which bounds its memory.
const CACHE_CAPACITY: usize = 10_000;

/// The capacity of the queue. When it is full, a call waits until it can enter the queue.
const QUEUE_CAPACITY: usize = 1024;

static STATEMENTS: LazyLock<[String; 3]> = LazyLock::new(|| BATCH_SIZES.map(statement));

/// The data of a desk and one of its contacts.
#[derive(Clone, Debug)]
pub struct DeskContact {
    /// Changes with every change of the desk.
    pub desk_revision: String,
    /// The contact, unless it is new.
    pub contact: Option<Contact>,
}

/// Looks up desks and contacts in batches.
#[derive(Clone, Debug)]
pub struct ContactLookup {
    lookups: mpsc::Sender<Lookup>,
    cache: Option<Arc<Cache>>,
}

#[derive(Debug)]
struct Lookup {
    key: Key,
    result: oneshot::Sender<Result<Option<DeskContact>, StoreError>>,
}

/// What a call looks up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    desk: DeskId,
    email: String,
}

impl ContactLookup {
    /// Starts the readers. They stop when the last clone of the returned value is dropped.
    pub fn start(store: &Store) -> Self {
        let (lookups, receiver) = mpsc::channel(QUEUE_CAPACITY);
        let receiver = Arc::new(Mutex::new(receiver));
        let readers = match store.kind() {
            Kind::Sqlite => 1,
            // A second reader, so that one slow statement does not delay all calls.
            Kind::Postgres => 2,
        };
        for _ in 0..readers {
            tokio::spawn(run_reader(store.readers().clone(), Arc::clone(&receiver)));
        }
        let cache = store.watch().map(|watch| Arc::new(Cache::new(watch)));
        Self { lookups, cache }
    }

    /// Returns the desk and the contact with this e-mail; `None` if there is no such desk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(&self, desk: &DeskId, email: &str) -> Result<Option<DeskContact>, StoreError> {
        let key = Key { desk: desk.clone(), email: email.to_owned() };
        let Some(cache) = &self.cache else { return self.query_database(key).await };
        // The version is read before the data: a commit in between is noticed by the next call.
        let Some(data_version) = cache.watch.data_version() else {
            return self.query_database(key).await;
        };
        if let Some(entries) = cache.get(data_version, &key) {
            return Ok(Some(entries));
        }
        let result = self.query_database(key.clone()).await?;
        if let Some(result) = &result {
            cache.insert(data_version, key, result.clone());
        }
        Ok(result)
    }

    async fn query_database(&self, key: Key) -> Result<Option<DeskContact>, StoreError> {
        let (result, received) = oneshot::channel();
        let closed = || StoreError::Database(sqlx::Error::PoolClosed);
        self.lookups.send(Lookup { key, result }).await.map_err(|_| closed())?;
        received.await.map_err(|_| closed())?
    }
}

/// The results that were read since the last commit by any connection.
#[derive(Debug)]
struct Cache {
    watch: Arc<Watch>,
    entries: RwLock<Entries>,
}

/// The results that were read at one version of the data or later.
#[derive(Debug, Default)]
struct Entries {
    data_version: i64,
    results: HashMap<Key, DeskContact>,
}

impl Cache {
    fn new(watch: Arc<Watch>) -> Self {
        Self { watch, entries: RwLock::default() }
    }

    fn get(&self, data_version: i64, key: &Key) -> Option<DeskContact> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        if entries.data_version == data_version { entries.results.get(key).cloned() } else { None }
    }

    /// Versions only increase, so entries of an older version are never used again.
    fn insert(&self, data_version: i64, key: Key, result: DeskContact) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.data_version != data_version || entries.results.len() >= CACHE_CAPACITY {
            *entries = Entries { data_version, results: HashMap::new() };
        }
        entries.results.insert(key, result);
    }
}

async fn run_reader(pool: AnyPool, receiver: Arc<Mutex<mpsc::Receiver<Lookup>>>) {
    let mut lookups = Vec::with_capacity(LARGEST_BATCH);
    loop {
        let count = receiver.lock().await.recv_many(&mut lookups, LARGEST_BATCH).await;
        if count == 0 {
            return;
        }
        let mut result = results(&pool, &lookups).await.map_err(Arc::new);
        for (number, lookup) in lookups.drain(..).enumerate() {
            let result = match &mut result {
                Ok(results) => Ok(results[number].take()),
                Err(error) => Err(StoreError::Shared(Arc::clone(error))),
            };
            // The caller may have disconnected.
            let _ = lookup.result.send(result);
        }
    }
}

/// Returns the results in the order of the lookups.
async fn results(pool: &AnyPool, lookups: &[Lookup]) -> sqlx::Result<Vec<Option<DeskContact>>> {
    let index = BATCH_SIZES.iter().position(|size| *size >= lookups.len()).unwrap_or(2);
    let mut query = sqlx::query_as(STATEMENTS[index].as_str());
    for number in 0..BATCH_SIZES[index] {
        let key = lookups.get(number).map(|lookup| &lookup.key);
        let (desk, email) = key.map_or(("", ""), |key| (key.desk.as_str(), key.email.as_str()));
        query = query.bind(desk).bind(email);
    }
    let rows: Vec<LookupRow> = query.fetch_all(pool).await?;
    let mut results = vec![None; lookups.len()];
    for row in rows {
        let number = usize::try_from(row.number).unwrap_or(usize::MAX);
        if let Some(result) = results.get_mut(number) {
            *result = Some(row.desk_contact());
        }
    }
    Ok(results)
}

/// The row of a lookup. The columns of the contact are null if the contact is new.
#[derive(FromRow)]
struct LookupRow {
    number: i64,
    desk_revision: String,
    contact_id: Option<ContactId>,
    created_at: Option<Moment>,
    revision: Option<i64>,
    unread: Option<i64>,
    #[sqlx(rename = "blocked_at", try_from = "IsSet")]
    is_blocked: bool,
}

impl LookupRow {
    fn contact(&self) -> Option<Contact> {
        Some(Contact {
            id: self.contact_id.clone()?,
            created_at: self.created_at?,
            revision: self.revision?,
            unread: self.unread?,
            is_blocked: self.is_blocked,
        })
    }

    fn desk_contact(self) -> DeskContact {
        DeskContact { contact: self.contact(), desk_revision: self.desk_revision }
    }
}

fn statement(size: usize) -> String {
    let mut values = String::new();
    for number in 0..size {
        let separator = if number == 0 { "" } else { ", " };
        let (desk, email) = (2 * number + 1, 2 * number + 2);
        // Writing into a text cannot fail.
        let _ = write!(values, "{separator}(CAST({number} AS BIGINT), ${desk}, ${email})");
    }
    format!(
        "SELECT asked.column1 AS number, desks.revision AS desk_revision, contacts.id AS contact_id, \
         contacts.created_at, contacts.blocked_at, contacts.revision, contacts.unread \
         FROM (VALUES {values}) AS asked \
         JOIN desks ON desks.id = asked.column2 \
         LEFT JOIN contacts ON contacts.desk_id = asked.column2 AND contacts.kind = '{}' \
         AND contacts.value = asked.column3",
        ContactKind::Email.as_str()
    )
}
