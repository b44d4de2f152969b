//! Reads a conversation for agents: with its private notes and its contact.

use sqlx::FromRow;

use super::inbox::ContactShown;
use super::{ConversationError, Side, Status, cut, cut_texts};
use crate::clock::Moment;
use crate::contacts::joint::{join_holders, shown_contact};
use crate::ids::{AgentId, ContactId, ConversationId, DeskId, MessageId};
use crate::store::{Flag, Store, StoreError};

/// A conversation of the desk.
#[derive(Clone, Debug, FromRow)]
pub struct OpenConversation {
    /// The id.
    pub id: ConversationId,
    /// The subject.
    pub subject: String,
    /// Whether it is open or closed.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// When it began.
    pub created_at: Moment,
    /// The contact's id.
    pub contact_id: ContactId,
    /// Who the contact is.
    #[sqlx(flatten)]
    pub contact: ContactShown,
    /// The host of the portal where it began.
    #[sqlx(rename = "host")]
    pub portal_host: Option<String>,
    /// The agent to whom it is assigned.
    pub assigned_to: Option<AgentId>,
    read_position: i64,
}

/// A message, or a private note.
#[derive(Clone, Debug, FromRow)]
pub struct ThreadMessage {
    /// The id.
    pub id: MessageId,
    /// Its position in the conversation. Contacts never see it.
    pub position: i64,
    /// Who wrote it.
    #[sqlx(rename = "author", try_from = "String")]
    pub side: Side,
    /// Whether only agents see it.
    #[sqlx(try_from = "Flag")]
    pub is_note: bool,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// The text.
    #[sqlx(rename = "body")]
    pub text: String,
    /// When it was written.
    pub created_at: Moment,
    /// Whether the contact has read it.
    #[sqlx(try_from = "Flag")]
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
    let conversation = sqlx::query_as(concat!(
        "SELECT conversations.id, conversations.subject, conversations.status, \
         conversations.created_at, conversations.contact_id, \
         NULLIF(conversations.assigned_to, '') AS assigned_to, \
         conversations.read_position, ",
        shown_contact!(),
        ", contacts.blocked_at, \
         portal_tickets.typed_name, portal_tickets.typed_address, portal_tickets.host \
         FROM conversations JOIN contacts ON contacts.id = conversations.contact_id ",
        join_holders!(),
        " LEFT JOIN portal_tickets ON portal_tickets.conversation_id = conversations.id \
         WHERE conversations.id = $1 AND conversations.desk_id = $2"
    ))
    .bind(id.as_str())
    .bind(desk.as_str())
    .fetch_optional(store.readers())
    .await?;
    conversation.ok_or(ConversationError::Unknown)
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
    let mut messages: Vec<ThreadMessage> = sqlx::query_as(
        "SELECT id, position, author, agent_name, body, created_at, \
         CASE WHEN visibility = 'private' THEN 1 ELSE 0 END AS is_note, \
         CASE WHEN position <= $4 THEN 1 ELSE 0 END AS is_read FROM messages \
         WHERE conversation_id = $1 AND position < $2 ORDER BY position DESC LIMIT $3",
    )
    .bind(conversation.id.as_str())
    .bind(before.unwrap_or(i64::MAX))
    .bind(i64::from(limit) + 1)
    .bind(conversation.read_position)
    .fetch_all(store.readers())
    .await?;
    let has_older = cut(&mut messages, limit) | cut_texts(&mut messages, |message| &message.text);
    messages.reverse();
    Ok(Thread { messages, has_older })
}
