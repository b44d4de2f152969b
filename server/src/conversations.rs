//! Conversations and their messages: `reading` and `sending` are the contact's side, `inbox`, `search`,
//! `thread` and `agents` the desk's.
//!
//! A contact's functions take a [`Customer`](crate::contacts::Customer) and use its contact id in every
//! statement: for other contacts' conversations, they act as if these did not exist. The statements leave out
//! private notes. A note takes a position like a message, so positions are never shown; a note changes no
//! time, count or revision that the contact can see.
//!
//! Transactions always lock a conversation before its contact, which prevents deadlocks.

mod agents;
mod inbox;
mod reading;
mod reply_status;
mod search;
mod searchable;
mod sending;
mod thread;

use sqlx::{AnyConnection, FromRow};

use crate::clock::Moment;
use crate::folding::folded;
use crate::ids::{ContactId, ConversationId, MessageId, is_id};
use crate::store::{StoreError, from_database_error, stored_as_text};
use crate::text::MessageText;

pub use crate::notifications::Sending;
pub use agents::{Agent, AgentMessage, Writing, assign, set_status, write_as_agent, write_once};
pub use inbox::{Assignment, ContactShown, Filter, InboxEntry, InboxPage, inbox};
pub use reading::{ConversationPage, MessagePage, Range, list, messages};
pub use reply_status::ReplyStatus;
pub use search::{SearchCursor, SearchPage, SearchText, search};
pub(crate) use searchable::{index, index_existing};
pub(crate) use sending::{Begun, Opening, begin};
pub use sending::{Destination, IdempotencyKey, Receipt, Submission, close, submit};
pub use thread::{OpenConversation, Thread, ThreadMessage, open, thread};

/// The most entries on one page of a list.
pub const MAX_PAGE: u32 = 100;

/// The most text on a page of messages, in bytes. It keeps responses short enough to read at once.
const MAX_PAGE_BYTES: usize = 256 * 1024;

/// Whether a conversation is open or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It may need a reply.
    Open,
    /// It is resolved; a new message reopens it.
    Closed,
}

impl Status {
    /// Returns the status's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "closed" => Some(Self::Closed),
            _ => None,
        }
    }
}

stored_as_text!(Status, "status");

/// Which side wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The contact.
    Contact,
    /// An agent.
    Agent,
}

impl Side {
    /// Returns the side's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Agent => "agent",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "contact" => Some(Self::Contact),
            "agent" => Some(Self::Agent),
            _ => None,
        }
    }
}

stored_as_text!(Side, "author");

/// Who may see a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visibility {
    Public,
    Private,
}

impl Visibility {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}

/// A conversation as its contact sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Conversation {
    /// The id.
    pub id: ConversationId,
    /// The subject.
    pub subject: String,
    /// Whether it is open or closed.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// Messages that the contact has not read.
    pub unread: i64,
    /// When it began.
    pub created_at: Moment,
    /// The last activity that the contact can see.
    pub updated_at: Moment,
    /// The last message that the contact can see.
    #[sqlx(flatten)]
    pub last_message: LastMessage,
    read_position: i64,
}

/// A summary of the last message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LastMessage {
    /// Who wrote it.
    #[sqlx(rename = "last_author", try_from = "String")]
    pub side: Side,
    /// Its beginning on one line.
    #[sqlx(rename = "last_preview")]
    pub preview: String,
    /// When it was written.
    #[sqlx(rename = "last_message_at")]
    pub created_at: Moment,
}

/// A message as the contact sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Message {
    /// The id.
    pub id: MessageId,
    /// Who wrote it.
    #[sqlx(rename = "author", try_from = "String")]
    pub side: Side,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// The text.
    #[sqlx(rename = "body")]
    pub text: String,
    /// When it was written.
    pub created_at: Moment,
    position: i64,
}

/// The position in the list of conversations at which a page ended.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Cursor {
    updated_at: i64,
    id: String,
}

impl Cursor {
    /// Reads a cursor that the server returned before.
    pub fn parse(text: &str) -> Option<Self> {
        let (updated_at, id) = text.split_once('.')?;
        let updated_at = updated_at.parse().ok()?;
        is_id(id).then(|| Self { updated_at, id: id.to_owned() })
    }

    fn behind(conversation: &Conversation) -> Self {
        let updated_at = conversation.updated_at.milliseconds();
        Self { updated_at, id: conversation.id.as_str().to_owned() }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.updated_at, self.id)
    }
}

/// Why a conversation cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// It does not exist, or belongs to another contact.
    #[error("There is no conversation with this id.")]
    Unknown,
    /// The message at which the page should begin does not exist.
    #[error("There is no message with this id in the conversation.")]
    MessageUnknown,
    /// The idempotency key was used for another text.
    #[error("The idempotency key was already used for another message.")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(ConversationError);

struct Written<'text> {
    id: &'text MessageId,
    position: i64,
    text: &'text MessageText,
    now: Moment,
}

async fn insert(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    written: Written<'_>,
    agent: Option<&Agent>,
    visibility: Visibility,
) -> Result<(), sqlx::Error> {
    let side = if agent.is_some() { Side::Agent } else { Side::Contact };
    sqlx::query(
        "INSERT INTO messages (id, conversation_id, position, author, visibility, agent_id, \
         agent_name, body, created_at, folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(written.id.as_str())
    .bind(conversation.as_str())
    .bind(written.position)
    .bind(side.as_str())
    .bind(visibility.as_str())
    .bind(agent.map(|agent| agent.id.as_str()))
    .bind(agent.map(|agent| agent.name.as_str()))
    .bind(written.text.as_str())
    .bind(written.now)
    .bind(folded(written.text.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts a change that the contact can see, and new messages that the contact has not read.
async fn count_change(
    connection: &mut AnyConnection,
    contact: &ContactId,
    unread: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE contacts SET revision = revision + 1, unread = unread + $1 WHERE id = $2")
        .bind(unread)
        .bind(contact.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Drops the messages beyond the most text of a page. The first one always stays.
fn cut_texts<T>(messages: &mut Vec<T>, text: impl Fn(&T) -> &str) -> bool {
    let mut bytes = 0;
    let fitting = messages.iter().take_while(|message| {
        bytes += text(message).len();
        bytes <= MAX_PAGE_BYTES
    });
    let fitting = fitting.count().max(1);
    let has_more = messages.len() > fitting;
    messages.truncate(fitting);
    has_more
}

/// Drops the extra item that was read to see whether there are more. Returns whether there are.
fn cut<T>(items: &mut Vec<T>, limit: u32) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    has_more
}
