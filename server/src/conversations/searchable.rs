//! Stores the folded texts that the search compares.
//!
//! Each message has its folded text, and each contact one of what the product says of it (`contacts`). Each
//! conversation has one folded text of everything else that can be searched: subject, identity, typed name and
//! address, and id.

use sqlx::{AnyConnection, FromRow};

use crate::contacts;
use crate::folding::folded;
use crate::ids::{ConversationId, MessageId};
use crate::store::{Store, StoreError};

/// How many rows one transaction writes.
const BATCH: i64 = 500;

/// How often progress is logged, in batches.
const BATCHES_PER_LOG_LINE: usize = 20;

#[derive(FromRow)]
struct SearchableRow {
    subject: String,
    value: String,
    typed_name: Option<String>,
    typed_address: Option<String>,
}

#[derive(FromRow)]
struct MessageRow {
    id: MessageId,
    body: String,
}

/// Stores the folded text of a conversation. Call it after any searchable field has changed.
pub(crate) async fn index(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
) -> Result<(), sqlx::Error> {
    let SearchableRow { subject, value, typed_name, typed_address } = sqlx::query_as(
        "SELECT conversations.subject, contacts.value, portal_tickets.typed_name, \
         portal_tickets.typed_address FROM conversations \
         JOIN contacts ON contacts.id = conversations.contact_id \
         LEFT JOIN portal_tickets ON portal_tickets.conversation_id = conversations.id \
         WHERE conversations.id = $1",
    )
    .bind(conversation.as_str())
    .fetch_one(&mut *connection)
    .await?;
    let mut texts = vec![conversation.as_str().to_owned(), subject, value];
    texts.extend(typed_name.into_iter().chain(typed_address));
    sqlx::query("UPDATE conversations SET folded = $1 WHERE id = $2")
        .bind(folded(&texts.join("\n")))
        .bind(conversation.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores the folded texts of everything that an older version wrote, in batches. Several instances may run
/// it at once.
///
/// # Errors
/// [`StoreError`]; the missing rows are written by the next run.
pub(crate) async fn index_existing(store: &Store) -> Result<(), StoreError> {
    let (mut messages, mut conversations, mut contacts) = (0, 0, 0);
    for batch in 1.. {
        let (more_messages, more_conversations, more_contacts) = (
            index_messages(store).await?,
            index_conversations(store).await?,
            contacts::index_existing(store, BATCH).await?,
        );
        messages += more_messages;
        conversations += more_conversations;
        contacts += more_contacts;
        let is_done = more_messages + more_conversations + more_contacts == 0;
        if batch % BATCHES_PER_LOG_LINE == 0 || (is_done && messages + conversations + contacts > 0)
        {
            tracing::info!(
                messages,
                conversations,
                contacts,
                is_done,
                "older messages and customers were prepared for the search"
            );
        }
        if is_done {
            break;
        }
    }
    Ok(())
}

async fn index_messages(store: &Store) -> Result<usize, StoreError> {
    let rows: Vec<MessageRow> =
        sqlx::query_as("SELECT id, body FROM messages WHERE folded IS NULL ORDER BY id LIMIT $1")
            .bind(BATCH)
            .fetch_all(store.readers())
            .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut transaction = store.begin().await?;
    for row in &rows {
        sqlx::query("UPDATE messages SET folded = $1 WHERE id = $2")
            .bind(folded(&row.body))
            .bind(row.id.as_str())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(rows.len())
}

async fn index_conversations(store: &Store) -> Result<usize, StoreError> {
    let ids: Vec<ConversationId> = sqlx::query_scalar(
        "SELECT id FROM conversations WHERE folded IS NULL ORDER BY id LIMIT $1",
    )
    .bind(BATCH)
    .fetch_all(store.readers())
    .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut transaction = store.begin().await?;
    for id in &ids {
        index(&mut transaction, id).await?;
    }
    transaction.commit().await?;
    Ok(ids.len())
}
