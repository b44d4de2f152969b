//! What every signed call has to know first, read for many calls at once.
//!
//! Calls that arrive while a read is under way wait and share the next one. Every answer comes from a
//! statement that began after its call arrived, which reads it or, on SQLite, finds that nothing was
//! committed since it was read. So a revocation on any instance, or by the command, holds from the moment
//! it is committed.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::watch::Watch;
use super::{Kind, Store, StoreError};
use crate::contacts::{Contact, Kind as ContactKind};
use crate::ids::DeskId;

/// How many calls one statement answers. Few sizes, so that each stays prepared.
const BATCH_SIZES: [usize; 3] = [1, 8, 32];

const LARGEST_BATCH: usize = 32;

/// Contacts that are remembered, so that memory stays bounded.
const MOST_KNOWN: usize = 10_000;

/// Calls that may wait; beyond, they wait for their turn to wait.
const QUEUE: usize = 1024;

static STATEMENTS: LazyLock<[String; 3]> = LazyLock::new(|| BATCH_SIZES.map(statement));

/// What the database says about a desk and one of its contacts.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Changes with every change of the desk.
    pub desk_revision: String,
    /// The contact, unless it is new.
    pub contact: Option<Contact>,
}

/// Asks the database on behalf of many calls.
#[derive(Clone, Debug)]
pub struct Admissions {
    questions: mpsc::Sender<Question>,
    memory: Option<Arc<Memory>>,
}

#[derive(Debug)]
struct Question {
    key: Key,
    answer: oneshot::Sender<Result<Option<Admission>, StoreError>>,
}

/// A desk and an e-mail.
type Key = (DeskId, String);

impl Admissions {
    /// Starts the readers. They end with the last clone of what is returned.
    pub fn start(store: &Store) -> Self {
        let (questions, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        let readers = match store.kind {
            Kind::Sqlite => 1,
            // A second one, so that a slow answer does not hold up everybody.
            Kind::Postgres => 2,
        };
        for _ in 0..readers {
            tokio::spawn(answer_questions(store.readers.clone(), Arc::clone(&receiver)));
        }
        let memory = store.watch.clone().map(|watch| Arc::new(Memory::new(watch)));
        Self { questions, memory }
    }

    /// Returns what there is about the desk and the contact of this e-mail; `None` without such a desk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(&self, desk: &DeskId, email: &str) -> Result<Option<Admission>, StoreError> {
        let key = (desk.clone(), email.to_owned());
        let Some(memory) = &self.memory else { return self.ask(key).await };
        // Asked before reading: a commit in between is noticed the next time.
        let Some(data_version) = memory.watch.data_version() else { return self.ask(key).await };
        if let Some(known) = memory.recall(data_version, &key) {
            return Ok(Some(known));
        }
        let answer = self.ask(key.clone()).await?;
        if let Some(answer) = &answer {
            memory.keep(data_version, key, answer.clone());
        }
        Ok(answer)
    }

    async fn ask(&self, key: Key) -> Result<Option<Admission>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let closed = || StoreError::Database(sqlx::Error::PoolClosed);
        self.questions.send(Question { key, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

/// What was read since the last commit of anybody.
#[derive(Debug)]
struct Memory {
    watch: Arc<Watch>,
    known: RwLock<Known>,
}

/// What was read at one version of the data or later.
#[derive(Debug, Default)]
struct Known {
    data_version: i64,
    answers: HashMap<Key, Admission>,
}

impl Memory {
    fn new(watch: Arc<Watch>) -> Self {
        Self { watch, known: RwLock::default() }
    }

    fn recall(&self, data_version: i64, key: &Key) -> Option<Admission> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.data_version == data_version { known.answers.get(key).cloned() } else { None }
    }

    /// Versions only ever move on, so what is kept under one that has passed is never recalled.
    fn keep(&self, data_version: i64, key: Key, answer: Admission) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.data_version != data_version || known.answers.len() >= MOST_KNOWN {
            *known = Known { data_version, answers: HashMap::new() };
        }
        known.answers.insert(key, answer);
    }
}

async fn answer_questions(pool: AnyPool, receiver: Arc<Mutex<mpsc::Receiver<Question>>>) {
    let mut questions = Vec::with_capacity(LARGEST_BATCH);
    loop {
        let count = receiver.lock().await.recv_many(&mut questions, LARGEST_BATCH).await;
        if count == 0 {
            return;
        }
        let mut result = answers(&pool, &questions).await.map_err(Arc::new);
        for (number, question) in questions.drain(..).enumerate() {
            let answer = match &mut result {
                Ok(answers) => Ok(answers[number].take()),
                Err(error) => Err(StoreError::Shared(Arc::clone(error))),
            };
            // Who asked may have gone away.
            let _ = question.answer.send(answer);
        }
    }
}

/// Returns the answers in the order of the questions.
async fn answers(pool: &AnyPool, questions: &[Question]) -> sqlx::Result<Vec<Option<Admission>>> {
    let index = BATCH_SIZES.iter().position(|size| *size >= questions.len()).unwrap_or(2);
    let mut query = sqlx::query(STATEMENTS[index].as_str());
    for number in 0..BATCH_SIZES[index] {
        let key = questions.get(number).map(|question| &question.key);
        let (desk, email) = key.map_or(("", ""), |(desk, email)| (desk.as_str(), email.as_str()));
        query = query.bind(desk).bind(email);
    }
    let rows = query.fetch_all(pool).await?;
    let mut answers = vec![None; questions.len()];
    for row in &rows {
        let number = usize::try_from(row.try_get::<i64, _>("number")?).unwrap_or(usize::MAX);
        if let Some(answer) = answers.get_mut(number) {
            *answer = Some(admission(row)?);
        }
    }
    Ok(answers)
}

fn admission(row: &AnyRow) -> sqlx::Result<Admission> {
    let desk_revision = row.try_get("desk_revision")?;
    let Some(id) = row.try_get("contact_id")? else {
        return Ok(Admission { desk_revision, contact: None });
    };
    let contact = Contact {
        id,
        created_at: row.try_get("created_at")?,
        is_blocked: row.try_get::<Option<i64>, _>("blocked_at")?.is_some(),
        revision: row.try_get("revision")?,
        unread: row.try_get("unread")?,
    };
    Ok(Admission { desk_revision, contact: Some(contact) })
}

fn statement(size: usize) -> String {
    let mut asked = String::new();
    for number in 0..size {
        let separator = if number == 0 { "" } else { ", " };
        let (desk, email) = (2 * number + 1, 2 * number + 2);
        // Writing into a text cannot fail.
        let _ = write!(asked, "{separator}(CAST({number} AS BIGINT), ${desk}, ${email})");
    }
    format!(
        "SELECT asked.column1 AS number, desks.revision AS desk_revision, contacts.id AS contact_id, \
         contacts.created_at, contacts.blocked_at, contacts.revision, contacts.unread \
         FROM (VALUES {asked}) AS asked \
         JOIN desks ON desks.id = asked.column2 \
         LEFT JOIN contacts ON contacts.desk_id = asked.column2 AND contacts.kind = '{}' \
         AND contacts.value = asked.column3",
        ContactKind::Sealed.as_str()
    )
}
