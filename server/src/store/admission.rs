//! What every signed call has to know first, read for many calls at once.
//!
//! Calls that arrive while a read is under way wait and share the next one. No answer is kept: each is
//! read by a statement that began after its call arrived, so that a revocation on any instance, or by
//! the command, holds from the moment it is committed.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{Kind, Store, StoreError};
use crate::contacts::{Contact, Kind as ContactKind};
use crate::ids::DeskId;

/// How many calls one statement answers. Few sizes, so that each stays prepared.
const BATCH_SIZES: [usize; 3] = [1, 8, 32];

const LARGEST_BATCH: usize = 32;

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
pub struct Admissions(mpsc::Sender<Question>);

#[derive(Debug)]
struct Question {
    desk: DeskId,
    email: String,
    answer: oneshot::Sender<Result<Option<Admission>, StoreError>>,
}

impl Admissions {
    /// Starts the readers. They end with the last clone of what is returned.
    pub fn start(store: &Store) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        let readers = match store.kind {
            Kind::Sqlite => 1,
            // A second one, so that a slow answer does not hold up everybody.
            Kind::Postgres => 2,
        };
        for _ in 0..readers {
            tokio::spawn(answer_questions(store.readers.clone(), Arc::clone(&receiver)));
        }
        Self(sender)
    }

    /// Returns what there is about the desk and the contact of this e-mail; `None` without such a desk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(&self, desk: &DeskId, email: &str) -> Result<Option<Admission>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Question { desk: desk.clone(), email: email.to_owned(), answer };
        let closed = || StoreError::Database(sqlx::Error::PoolClosed);
        self.0.send(question).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

async fn answer_questions(pool: AnyPool, receiver: Arc<Mutex<mpsc::Receiver<Question>>>) {
    let mut questions = Vec::with_capacity(LARGEST_BATCH);
    loop {
        let count = receiver.lock().await.recv_many(&mut questions, LARGEST_BATCH).await;
        if count == 0 {
            return;
        }
        let mut result = answers(&pool, &questions).await;
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
async fn answers(
    pool: &AnyPool,
    questions: &[Question],
) -> Result<Vec<Option<Admission>>, Arc<sqlx::Error>> {
    let index = BATCH_SIZES.iter().position(|size| *size >= questions.len()).unwrap_or(2);
    let mut query = sqlx::query(STATEMENTS[index].as_str());
    for number in 0..BATCH_SIZES[index] {
        let question = questions.get(number);
        query = query
            .bind(question.map_or("", |question| question.desk.as_str()))
            .bind(question.map_or("", |question| question.email.as_str()));
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
