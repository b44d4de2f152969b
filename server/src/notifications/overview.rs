//! Lists the notifications for owners, and carries out their decisions.

use std::collections::HashMap;

use sqlx::FromRow;

use super::delivery::{Delivery, State};
use super::queue::is_behind;
use crate::clock::Moment;
use crate::contacts::joint::join_holders;
use crate::ids::{ConversationId, DeskId, MessageId, NotificationId};
use crate::store::{Store, StoreError};

/// The most notifications on a page.
const MAX_LISTED: i64 = 200;

#[derive(FromRow)]
struct DeliveryRow {
    message_id: MessageId,
    #[sqlx(flatten)]
    delivery: Delivery,
}

/// Returns the state of each notification of a conversation, by the id of its message.
///
/// # Errors
/// [`StoreError`].
pub async fn states(
    store: &Store,
    conversation: &ConversationId,
) -> Result<HashMap<MessageId, Delivery>, StoreError> {
    let rows: Vec<DeliveryRow> = sqlx::query_as(concat!(
        "SELECT message_id, state, reason, changed_at, due_at, is_delayed, CASE WHEN ",
        is_behind!(),
        " THEN 1 ELSE 0 END AS is_behind FROM notifications WHERE conversation_id = $1"
    ))
    .bind(conversation.as_str())
    .fetch_all(store.readers())
    .await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.delivery)).collect())
}

/// A notification in the list for owners.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// The id.
    pub id: NotificationId,
    /// The conversation.
    #[sqlx(rename = "conversation_id")]
    pub conversation: ConversationId,
    /// Its subject.
    pub subject: String,
    /// The contact's address.
    #[sqlx(rename = "value")]
    pub email: String,
    /// Its state.
    #[sqlx(flatten)]
    pub delivery: Delivery,
}

/// Returns the desk's notifications that wait or need a decision, the latest change first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store, desk: &DeskId) -> Result<Vec<Listed>, StoreError> {
    let listed = sqlx::query_as(concat!(
        "SELECT notifications.id, notifications.conversation_id, conversations.subject, \
         COALESCE(contacts.email, holders.email, contacts.value) AS value, \
         notifications.state, notifications.reason, notifications.changed_at, notifications.due_at, \
         notifications.is_delayed, CASE WHEN ",
        is_behind!(),
        " THEN 1 ELSE 0 END AS is_behind FROM notifications \
         JOIN conversations ON conversations.id = notifications.conversation_id \
         JOIN contacts ON contacts.id = conversations.contact_id ",
        join_holders!(),
        " WHERE notifications.desk_id = $1 \
         AND notifications.state IN ('waiting', 'sending', 'doubtful', 'dead', 'undeliverable') \
         ORDER BY notifications.changed_at DESC, notifications.id DESC LIMIT $2"
    ))
    .bind(desk.as_str())
    .bind(MAX_LISTED)
    .fetch_all(store.readers())
    .await?;
    Ok(listed)
}

/// The number of notifications in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct StateCount {
    /// The state.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// How many there are.
    pub count: i64,
}

/// Returns the number of notifications in each state that is not final.
///
/// # Errors
/// [`StoreError`].
pub async fn state_counts(store: &Store) -> Result<Vec<StateCount>, StoreError> {
    let counts = sqlx::query_as(
        "SELECT state, COUNT(*) AS count FROM notifications \
         WHERE state IN ('waiting', 'sending', 'doubtful', 'dead', 'undeliverable') GROUP BY state",
    )
    .fetch_all(store.readers())
    .await?;
    Ok(counts)
}

/// Sends a doubtful, rejected or undeliverable notification of the desk again, with the same `Message-ID`.
/// Returns whether there was one.
///
/// # Errors
/// [`StoreError`].
pub async fn send_again(
    store: &Store,
    desk: &DeskId,
    id: &NotificationId,
    now: Moment,
) -> Result<bool, StoreError> {
    decide(store, desk, id, State::Waiting, now).await
}

/// Marks a doubtful, rejected or undeliverable notification of the desk as not to be sent. Returns whether
/// there was one.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(
    store: &Store,
    desk: &DeskId,
    id: &NotificationId,
    now: Moment,
) -> Result<bool, StoreError> {
    decide(store, desk, id, State::Forgotten, now).await
}

async fn decide(
    store: &Store,
    desk: &DeskId,
    id: &NotificationId,
    state: State,
    now: Moment,
) -> Result<bool, StoreError> {
    let statement = sqlx::query(
        "UPDATE notifications SET state = $1, reason = '', due_at = $2, is_delayed = 0, attempts = 0, \
         lease = NULL, changed_at = $2 \
         WHERE id = $3 AND desk_id = $4 AND state IN ('doubtful', 'dead', 'undeliverable')",
    )
    .bind(state.as_str())
    .bind(now)
    .bind(id.as_str())
    .bind(desk.as_str());
    let decided = store.execute(statement).await?;
    Ok(decided == 1)
}
