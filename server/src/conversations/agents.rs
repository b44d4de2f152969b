//! What agents do in conversations: write, close, reopen and assign.

use sqlx::{AnyConnection, FromRow};

use super::{ConversationError, Status, Visibility, Written, count_change, insert};
use crate::clock::Moment;
use crate::ids::{AgentId, ContactId, ConversationId, DeskId, MessageId};
use crate::notifications::{self, Sending};
use crate::store::Store;
use crate::text::MessageText;

/// What kind of message an agent writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// A private note, which only agents see.
    Note,
    /// A reply to the contact.
    Reply(Sending),
}

impl Writing {
    const fn visibility(self) -> Visibility {
        match self {
            Self::Note => Visibility::Private,
            Self::Reply(_) => Visibility::Public,
        }
    }
}

/// The agent who writes.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The agent's id.
    pub id: AgentId,
    /// The name that customers see.
    pub name: String,
}

/// A message that an agent writes.
#[derive(Clone, Copy, Debug)]
pub struct AgentMessage<'new> {
    /// The id that the form already contains.
    pub id: &'new MessageId,
    /// Who writes it.
    pub agent: &'new Agent,
    /// A reply or a private note.
    pub writing: Writing,
    /// The text.
    pub text: &'new MessageText,
}

/// Adds an agent's reply or private note to a conversation of the desk. A reply reopens a closed conversation
/// and is mailed to a contact whose address a signature proved.
///
/// # Errors
/// [`ConversationError::Unknown`], [`ConversationError::Store`].
pub async fn write_as_agent(
    store: &Store,
    desk: &DeskId,
    id: &ConversationId,
    agent: &Agent,
    writing: Writing,
    text: &MessageText,
    now: Moment,
) -> Result<MessageId, ConversationError> {
    let message = MessageId::generate();
    let new = AgentMessage { id: &message, agent, writing, text };
    write_once(store, desk, id, new, now).await?;
    Ok(message)
}

#[derive(FromRow)]
struct LockedRow {
    last_position: i64,
    contact_id: ContactId,
}

/// Does the same for a message whose id the form already contains, so that sending a form twice adds one
/// message.
///
/// # Errors
/// [`ConversationError::Unknown`], [`ConversationError::Store`].
pub async fn write_once(
    store: &Store,
    desk: &DeskId,
    id: &ConversationId,
    AgentMessage { id: message, agent, writing, text }: AgentMessage<'_>,
    now: Moment,
) -> Result<(), ConversationError> {
    let mut transaction = store.begin().await?;
    let row: LockedRow = match writing {
        Writing::Reply(_) => sqlx::query_as(
            "UPDATE conversations SET last_position = last_position + 1, status = 'open', \
             unread = unread + 1, updated_at = $1, last_author = 'agent', last_preview = $2, \
             last_message_at = $1 WHERE id = $3 AND desk_id = $4 RETURNING last_position, contact_id",
        )
        .bind(now)
        .bind(text.preview()),
        Writing::Note => sqlx::query_as(
            "UPDATE conversations SET last_position = last_position + 1 \
             WHERE id = $1 AND desk_id = $2 RETURNING last_position, contact_id",
        ),
    }
    .bind(id.as_str())
    .bind(desk.as_str())
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(ConversationError::Unknown)?;
    // The conversation is locked: an earlier request with the same form has inserted its message by now.
    if is_there(&mut transaction, message).await? {
        return Ok(());
    }
    let written = Written { id: message, position: row.last_position, text, now };
    insert(&mut transaction, id, written, Some(agent), writing.visibility()).await?;
    if let Writing::Reply(sending) = writing {
        count_change(&mut transaction, &row.contact_id, 1).await?;
        notifications::enqueue(&mut transaction, id, message, sending, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn is_there(
    connection: &mut AnyConnection,
    message: &MessageId,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT id FROM messages WHERE id = $1")
        .bind(message.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Closes or reopens a conversation of the desk. Setting the current status changes nothing.
///
/// # Errors
/// [`ConversationError::Unknown`], [`ConversationError::Store`].
pub async fn set_status(
    store: &Store,
    desk: &DeskId,
    id: &ConversationId,
    status: Status,
    now: Moment,
) -> Result<(), ConversationError> {
    let mut transaction = store.begin().await?;
    let contact = sqlx::query_scalar(
        "UPDATE conversations SET status = $1, \
         updated_at = CASE WHEN status = $1 THEN updated_at ELSE $2 END \
         WHERE id = $3 AND desk_id = $4 RETURNING contact_id",
    )
    .bind(status.as_str())
    .bind(now)
    .bind(id.as_str())
    .bind(desk.as_str())
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(ConversationError::Unknown)?;
    count_change(&mut transaction, &contact, 0).await?;
    transaction.commit().await?;
    Ok(())
}

/// Assigns a conversation of the desk to one of its members, or unassigns it. The contact cannot see this.
///
/// # Errors
/// [`ConversationError::Unknown`], also when the agent is not a member; [`ConversationError::Store`].
pub async fn assign(
    store: &Store,
    desk: &DeskId,
    id: &ConversationId,
    agent: Option<&AgentId>,
) -> Result<(), ConversationError> {
    let mut transaction = store.begin().await?;
    let assigned = sqlx::query(
        "UPDATE conversations SET assigned_to = $1 WHERE id = $2 AND desk_id = $3 AND ($1 = '' OR \
         EXISTS (SELECT 1 FROM memberships WHERE agent_id = $1 AND desk_id = $3))",
    )
    .bind(agent.map_or("", AgentId::as_str))
    .bind(id.as_str())
    .bind(desk.as_str())
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if assigned == 0 {
        return Err(ConversationError::Unknown);
    }
    transaction.commit().await?;
    Ok(())
}
