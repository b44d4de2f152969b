//! Reads a contact's conversations, and the messages that the contact may see.

use sqlx::{AnyConnection, FromRow};

use super::{Conversation, ConversationError, Cursor, Message, count_change, cut, cut_texts};
use crate::contacts::{Customer, joint::and_joined};
use crate::ids::{ContactId, ConversationId, MessageId};
use crate::store::{Store, StoreError};

macro_rules! conversation_columns {
    () => {
        "id, subject, status, unread, created_at, updated_at, last_author, last_preview, \
         last_message_at, read_position"
    };
}

macro_rules! message_columns {
    () => {
        "id, position, author, agent_name, body, created_at"
    };
}

/// A page of conversations, the latest activity first.
#[derive(Clone, Debug)]
pub struct ConversationPage {
    /// The conversations.
    pub conversations: Vec<Conversation>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// Which messages of a conversation to return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    /// The newest.
    Newest,
    /// Those just before this one.
    Before(MessageId),
    /// Those just after this one.
    After(MessageId),
}

/// A page of messages, the oldest first.
#[derive(Clone, Debug)]
pub struct MessagePage {
    /// The conversation, after its messages were marked as read.
    pub conversation: Conversation,
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether there are more messages in the requested direction; older ones for [`Range::Newest`].
    pub has_more: bool,
}

/// Returns a page of the customer's conversations.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    store: &Store,
    customer: &Customer,
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<ConversationPage, StoreError> {
    let mut conversations: Vec<Conversation> = sqlx::query_as(concat!(
        "SELECT ",
        conversation_columns!(),
        " FROM conversations WHERE contact_id IN (",
        and_joined!("$1"),
        ") AND (updated_at, id) < ($2, $3) \
         ORDER BY updated_at DESC, id DESC LIMIT $4"
    ))
    .bind(customer.contact().as_str())
    .bind(cursor.map_or(i64::MAX, |cursor| cursor.updated_at))
    .bind(cursor.map_or("", |cursor| cursor.id.as_str()))
    .bind(i64::from(limit) + 1)
    .fetch_all(store.readers())
    .await?;
    let has_more = cut(&mut conversations, limit);
    let next = conversations.last().filter(|_| has_more).map(Cursor::behind);
    Ok(ConversationPage { conversations, next })
}

/// Returns a page of a conversation's messages. Marks them as read if `marks_read`.
///
/// # Errors
/// [`ConversationError::Unknown`], [`ConversationError::MessageUnknown`],
/// [`ConversationError::Store`].
pub async fn messages(
    store: &Store,
    customer: &Customer,
    id: &ConversationId,
    range: &Range,
    limit: u32,
    marks_read: bool,
) -> Result<MessagePage, ConversationError> {
    let mut connection = store.readers().acquire().await?;
    let conversation = own(&mut connection, customer, id).await?;
    let Page { items: messages, has_more } = page(&mut connection, id, range, limit).await?;
    drop(connection);
    let newest = messages.last().map_or(0, |message| message.position);
    if !marks_read || newest <= conversation.read_position {
        return Ok(MessagePage { conversation, messages, has_more });
    }
    let conversation = mark_read(store, customer, id, newest).await?;
    Ok(MessagePage { conversation, messages, has_more })
}

pub(super) async fn own(
    connection: &mut AnyConnection,
    customer: &Customer,
    id: &ConversationId,
) -> Result<Conversation, ConversationError> {
    let conversation = sqlx::query_as(concat!(
        "SELECT ",
        conversation_columns!(),
        " FROM conversations WHERE id = $1 AND contact_id IN (",
        and_joined!("$2"),
        ")"
    ))
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .fetch_optional(connection)
    .await?;
    conversation.ok_or(ConversationError::Unknown)
}

pub(super) async fn message_of(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    id: &MessageId,
) -> Result<Message, ConversationError> {
    let message = sqlx::query_as(concat!(
        "SELECT ",
        message_columns!(),
        " FROM messages WHERE id = $1 AND conversation_id = $2 AND visibility = 'public'"
    ))
    .bind(id.as_str())
    .bind(conversation.as_str())
    .fetch_optional(connection)
    .await?;
    message.ok_or(ConversationError::MessageUnknown)
}

struct Page<T> {
    items: Vec<T>,
    has_more: bool,
}

async fn page(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    range: &Range,
    limit: u32,
) -> Result<Page<Message>, ConversationError> {
    let (statement, position) = match range {
        Range::Newest => (BEFORE, i64::MAX),
        Range::Before(id) => (BEFORE, message_of(connection, conversation, id).await?.position),
        Range::After(id) => (AFTER, message_of(connection, conversation, id).await?.position),
    };
    let mut messages: Vec<Message> = sqlx::query_as(statement)
        .bind(conversation.as_str())
        .bind(position)
        .bind(i64::from(limit) + 1)
        .fetch_all(connection)
        .await?;
    let has_more = cut(&mut messages, limit) | cut_texts(&mut messages, |message| &message.text);
    if !matches!(range, Range::After(_)) {
        messages.reverse();
    }
    Ok(Page { items: messages, has_more })
}

const BEFORE: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE conversation_id = $1 AND visibility = 'public' AND position < $2 \
     ORDER BY position DESC LIMIT $3"
);

const AFTER: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages WHERE conversation_id = $1 AND visibility = 'public' AND position > $2 \
     ORDER BY position LIMIT $3"
);

#[derive(FromRow)]
struct UnreadRow {
    unread: i64,
    contact_id: ContactId,
}

/// Marks all messages up to the position as read, and returns the updated conversation.
async fn mark_read(
    store: &Store,
    customer: &Customer,
    id: &ConversationId,
    position: i64,
) -> Result<Conversation, ConversationError> {
    let mut transaction = store.begin().await?;
    // The first statement locks the row; messages that arrived in the meantime are counted after that.
    let before: Option<UnreadRow> = sqlx::query_as(concat!(
        "UPDATE conversations SET read_position = $1 WHERE id = $2 AND contact_id IN (",
        and_joined!("$3"),
        ") AND read_position < $1 RETURNING unread, contact_id"
    ))
    .bind(position)
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(UnreadRow { unread: unread_before, contact_id }) = before {
        let unread: i64 = sqlx::query_scalar(
            "UPDATE conversations SET unread = (SELECT COUNT(*) FROM messages \
             WHERE conversation_id = $1 AND position > $2 AND author = 'agent' \
             AND visibility = 'public') WHERE id = $1 RETURNING unread",
        )
        .bind(id.as_str())
        .bind(position)
        .fetch_one(&mut *transaction)
        .await?;
        if unread != unread_before {
            count_change(&mut transaction, &contact_id, unread - unread_before).await?;
        }
    }
    let conversation = own(&mut transaction, customer, id).await?;
    transaction.commit().await?;
    Ok(conversation)
}
