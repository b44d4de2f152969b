//! A conversation as agents see it: with its private notes, and with who the contact is.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::inbox::{ContactShown, read_contact};
use super::{ConversationError, Side, Status, cut, cut_texts};
use crate::clock::Moment;
use crate::ids::{AgentId, ContactId, ConversationId, DeskId, MessageId};
use crate::store::{Store, StoreError};

/// A conversation of the desk.
#[derive(Clone, Debug)]
pub struct OpenConversation {
    /// The id.
    pub id: ConversationId,
    /// The subject.
    pub subject: String,
    /// Whether it is done.
    pub status: Status,
    /// When it began.
    pub created_at: Moment,
    /// The contact's id.
    pub contact_id: ContactId,
    /// Who the contact is.
    pub contact: ContactShown,
    /// The host of the portal at which it began.
    pub portal_host: Option<String>,
    /// The agent who is to answer.
    pub assigned_to: Option<AgentId>,
    read_position: i64,
}

/// A message, or a private note.
#[derive(Clone, Debug)]
pub struct ThreadMessage {
    /// The id.
    pub id: MessageId,
    /// Where it stands. Contacts never see it.
    pub position: i64,
    /// Who wrote it.
    pub side: Side,
    /// Whether only agents see it.
    pub is_note: bool,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// The text.
    pub text: String,
    /// When it was written.
    pub created_at: Moment,
    /// Whether the contact has read it.
    pub is_read: bool,
}

/// A part of a conversation, the oldest message first.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The messages.
    pub messages: Vec<ThreadMessage>,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// Returns a conversation of the desk.
///
/// # Errors
/// [`ConversationError::Unknown`], [`ConversationError::Store`].
pub async fn open(
    store: &Store,
    desk: &DeskId,
    id: &ConversationId,
) -> Result<OpenConversation, ConversationError> {
    let row = sqlx::query(
        "SELECT conversations.id, conversations.subject, conversations.status, \
         conversations.created_at, conversations.contact_id, conversations.assigned_to, \
         conversations.read_position, contacts.kind, contacts.value, contacts.blocked_at, \
         portal_tickets.typed_name, portal_tickets.typed_address, portal_tickets.host \
         FROM conversations JOIN contacts ON contacts.id = conversations.contact_id \
         LEFT JOIN portal_tickets ON portal_tickets.conversation_id = conversations.id \
         WHERE conversations.id = $1 AND conversations.desk_id = $2",
    )
    .bind(id.as_str())
    .bind(desk.as_str())
    .fetch_optional(store.readers())
    .await?
    .ok_or(ConversationError::Unknown)?;
    Ok(OpenConversation {
        id: row.try_get("id")?,
        subject: row.try_get("subject")?,
        status: Status::stored(row.try_get("status")?)?,
        created_at: row.try_get("created_at")?,
        contact_id: row.try_get("contact_id")?,
        contact: read_contact(&row)?,
        portal_host: row.try_get("host")?,
        assigned_to: AgentId::parse(row.try_get("assigned_to")?),
        read_position: row.try_get("read_position")?,
    })
}

/// Returns the newest messages of a conversation, or those before a position.
///
/// # Errors
/// [`StoreError`].
pub async fn thread(
    store: &Store,
    conversation: &OpenConversation,
    before: Option<i64>,
    limit: u32,
) -> Result<Thread, StoreError> {
    let rows = sqlx::query(
        "SELECT id, position, author, visibility, agent_name, body, created_at FROM messages \
         WHERE conversation_id = $1 AND position < $2 ORDER BY position DESC LIMIT $3",
    )
    .bind(conversation.id.as_str())
    .bind(before.unwrap_or(i64::MAX))
    .bind(i64::from(limit) + 1)
    .fetch_all(store.readers())
    .await?;
    let message = |row: &AnyRow| read_message(row, conversation.read_position);
    let mut messages = rows.iter().map(message).collect::<Result<Vec<_>, StoreError>>()?;
    let has_older = cut(&mut messages, limit) | cut_texts(&mut messages, |message| &message.text);
    messages.reverse();
    Ok(Thread { messages, has_older })
}

fn read_message(row: &AnyRow, read_position: i64) -> Result<ThreadMessage, StoreError> {
    let position = row.try_get("position")?;
    Ok(ThreadMessage {
        id: row.try_get("id")?,
        position,
        side: Side::stored(row.try_get("author")?)?,
        is_note: row.try_get::<&str, _>("visibility")? == "private",
        agent_name: row.try_get("agent_name")?,
        text: row.try_get("body")?,
        created_at: row.try_get("created_at")?,
        is_read: position <= read_position,
    })
}
