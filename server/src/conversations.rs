//! Conversations and their messages, as contacts see them; the agents' side is in modules of its own.
//!
//! A contact's functions take a [`Customer`] and ask for its contact id in every statement: what is not
//! theirs is as if it were not there. Private notes are left out by the statements themselves. A note
//! takes a position like any message, so positions stay inside; nothing else of it shows: no time, no
//! count, no revision.
//!
//! Transactions lock a conversation before its contact, always, so that two never wait for each other.

mod agents;
mod inbox;
mod thread;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::clock::Moment;
use crate::contacts::Customer;
use crate::ids::{ContactId, ConversationId, DeskId, MessageId, is_id};
use crate::store::{Store, StoreError};
use crate::text::{MessageText, Subject};

pub use agents::{Agent, Sending, Writing, assign, set_status, write_as_agent, write_once};
pub use inbox::{Assignment, ContactShown, Filter, InboxEntry, InboxPage, SearchText, inbox};
pub use thread::{OpenConversation, Thread, ThreadMessage, open, thread};

/// The most that one page of a list holds.
pub const MAX_PAGE: u32 = 100;

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

/// Whether a conversation is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Somebody may still have to do something.
    Open,
    /// It is resolved; a message opens it again.
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

    fn stored(text: &str) -> Result<Self, StoreError> {
        match text {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            _ => Err(StoreError::Unreadable("status")),
        }
    }
}

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

    fn stored(text: &str) -> Result<Self, StoreError> {
        match text {
            "contact" => Ok(Self::Contact),
            "agent" => Ok(Self::Agent),
            _ => Err(StoreError::Unreadable("author")),
        }
    }
}

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The id.
    pub id: ConversationId,
    /// The subject.
    pub subject: String,
    /// Whether it is done.
    pub status: Status,
    /// Messages that the contact has not read.
    pub unread: i64,
    /// When it began.
    pub created_at: Moment,
    /// The last activity that the contact can see.
    pub updated_at: Moment,
    /// The last message that the contact can see.
    pub last_message: LastMessage,
    read_position: i64,
}

/// The last message of a conversation, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastMessage {
    /// Who wrote it.
    pub side: Side,
    /// Its beginning on one line.
    pub preview: String,
    /// When it was written.
    pub created_at: Moment,
}

/// A message as the contact sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The id.
    pub id: MessageId,
    /// Who wrote it.
    pub side: Side,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// The text.
    pub text: String,
    /// When it was written.
    pub created_at: Moment,
    position: i64,
}

/// Where in the list of conversations a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    updated_at: i64,
    id: String,
}

impl Cursor {
    /// Reads a cursor that was handed out.
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
    /// The conversation, as it is after reading.
    pub conversation: Conversation,
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether there are more in the direction that was asked for; older ones for the newest.
    pub has_more: bool,
}

/// Which conversation a message is for.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A new one.
    New(Subject),
    /// One of the contact's own.
    Existing(ConversationId),
}

/// What a contact sends.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Where it goes.
    pub destination: Destination,
    /// The text.
    pub text: MessageText,
    /// Makes a repeated call harmless.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A key that the sender chose: 1 to 64 of `A-Z a-z 0-9 _ -`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Option<Self> {
        (is_id(text) && text.len() <= 64).then(|| Self(text.to_owned()))
    }
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The conversation.
    pub conversation: Conversation,
    /// The message.
    pub message: Message,
    /// Whether an earlier call had sent it.
    pub is_repeated: bool,
}

/// What begins a conversation of a contact of any kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening<'text> {
    pub(crate) subject: &'text Subject,
    pub(crate) text: &'text MessageText,
    pub(crate) key: &'text IdempotencyKey,
}

/// A conversation that begins, or that the same key began before.
#[derive(Clone, Debug)]
pub(crate) enum Begun {
    Now(ConversationId),
    Earlier(ConversationId),
}

/// Why a conversation cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// There is none of this id, or it is somebody else's.
    #[error("There is no such conversation.")]
    Unknown,
    /// The message that a page should begin at is not there.
    #[error("There is no such message in this conversation.")]
    MessageUnknown,
    /// The key was used for another text.
    #[error("The idempotency key was used for another message.")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ConversationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
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
    let rows = sqlx::query(concat!(
        "SELECT ",
        conversation_columns!(),
        " FROM conversations WHERE contact_id = $1 AND (updated_at, id) < ($2, $3) \
         ORDER BY updated_at DESC, id DESC LIMIT $4"
    ))
    .bind(customer.contact().as_str())
    .bind(cursor.map_or(i64::MAX, |cursor| cursor.updated_at))
    .bind(cursor.map_or("", |cursor| cursor.id.as_str()))
    .bind(i64::from(limit) + 1)
    .fetch_all(store.readers())
    .await?;
    let mut conversations =
        rows.iter().map(read_conversation).collect::<Result<Vec<_>, StoreError>>()?;
    let has_more = cut(&mut conversations, limit);
    let next = conversations.last().filter(|_| has_more).map(Cursor::behind);
    Ok(ConversationPage { conversations, next })
}

/// Returns a page of a conversation's messages, and marks them as read where `marks_read`.
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
    let (messages, has_more) = page(&mut connection, id, range, limit).await?;
    drop(connection);
    let newest = messages.last().map_or(0, |message| message.position);
    if !marks_read || newest <= conversation.read_position {
        return Ok(MessagePage { conversation, messages, has_more });
    }
    let conversation = mark_read(store, customer, id, newest).await?;
    Ok(MessagePage { conversation, messages, has_more })
}

/// Takes what a customer sends. It is durable when this returns.
///
/// # Errors
/// [`ConversationError::Unknown`], [`ConversationError::KeyReused`], [`ConversationError::Store`].
pub async fn submit(
    store: &Store,
    customer: &Customer,
    submission: &Submission,
    now: Moment,
) -> Result<Receipt, ConversationError> {
    let message = MessageId::generate();
    let mut transaction = store.begin().await?;
    if let Some(key) = &submission.idempotency_key
        && let Some(earlier) =
            claim_key(&mut transaction, customer.contact(), key, &message, now).await?
    {
        return repeated(&mut transaction, customer, submission, &earlier).await;
    }
    let (id, position) = match &submission.destination {
        Destination::New(subject) => {
            let owner = (customer.desk(), customer.contact());
            let id = start(&mut transaction, owner, subject, &submission.text, now).await?;
            (id, 1)
        }
        Destination::Existing(id) => {
            (id.clone(), take_position(&mut transaction, customer, id, submission, now).await?)
        }
    };
    let written = Written { id: &message, position, text: &submission.text, now };
    insert(&mut transaction, &id, written, None, Visibility::Public).await?;
    count_change(&mut transaction, customer.contact(), 0).await?;
    let receipt = Receipt {
        conversation: own(&mut transaction, customer, &id).await?,
        message: message_of(&mut transaction, &id, &message).await?,
        is_repeated: false,
    };
    transaction.commit().await?;
    Ok(receipt)
}

/// Begins a conversation of the contact within the transaction, once for the same key.
pub(crate) async fn begin(
    connection: &mut AnyConnection,
    (desk, contact): (&DeskId, &ContactId),
    opening: &Opening<'_>,
    now: Moment,
) -> Result<Begun, ConversationError> {
    let message = MessageId::generate();
    if let Some(earlier) = claim_key(connection, contact, opening.key, &message, now).await? {
        let id = place_of(connection, &earlier, None, opening.text).await?;
        return Ok(Begun::Earlier(id));
    }
    let id = start(connection, (desk, contact), opening.subject, opening.text, now).await?;
    let written = Written { id: &message, position: 1, text: opening.text, now };
    insert(connection, &id, written, None, Visibility::Public).await?;
    count_change(connection, contact, 0).await?;
    Ok(Begun::Now(id))
}

/// Closes the customer's conversation. Closing a closed one changes nothing.
///
/// # Errors
/// [`ConversationError::Unknown`], [`ConversationError::Store`].
pub async fn close(
    store: &Store,
    customer: &Customer,
    id: &ConversationId,
    now: Moment,
) -> Result<Conversation, ConversationError> {
    let mut transaction = store.begin().await?;
    let closed = sqlx::query(
        "UPDATE conversations SET status = 'closed', updated_at = $1 \
         WHERE id = $2 AND contact_id = $3 AND status = 'open'",
    )
    .bind(now)
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if closed == 1 {
        count_change(&mut transaction, customer.contact(), 0).await?;
    }
    let conversation = own(&mut transaction, customer, id).await?;
    transaction.commit().await?;
    Ok(conversation)
}

/// Starts a conversation, with room for its first message at position 1.
async fn start(
    connection: &mut AnyConnection,
    (desk, contact): (&DeskId, &ContactId),
    subject: &Subject,
    text: &MessageText,
    now: Moment,
) -> Result<ConversationId, sqlx::Error> {
    let id = ConversationId::generate();
    sqlx::query(
        "INSERT INTO conversations (id, desk_id, contact_id, subject, status, created_at, updated_at, \
         last_author, last_preview, last_message_at, last_position, read_position, unread, contact_kind) \
         SELECT $1, $2, $3, $4, 'open', $5, $5, 'contact', $6, $5, 1, 0, 0, kind \
         FROM contacts WHERE id = $3",
    )
    .bind(id.as_str())
    .bind(desk.as_str())
    .bind(contact.as_str())
    .bind(subject.as_str())
    .bind(now)
    .bind(text.preview())
    .execute(connection)
    .await?;
    Ok(id)
}

/// Opens the customer's conversation for one more message of theirs, and returns its position.
async fn take_position(
    connection: &mut AnyConnection,
    customer: &Customer,
    id: &ConversationId,
    submission: &Submission,
    now: Moment,
) -> Result<i64, ConversationError> {
    let row = sqlx::query(
        "UPDATE conversations SET last_position = last_position + 1, status = 'open', \
         updated_at = $1, last_author = 'contact', last_preview = $2, last_message_at = $1 \
         WHERE id = $3 AND contact_id = $4 RETURNING last_position",
    )
    .bind(now)
    .bind(submission.text.preview())
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .fetch_optional(connection)
    .await?
    .ok_or(ConversationError::Unknown)?;
    Ok(row.try_get("last_position")?)
}

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
         agent_name, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
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
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts a change that the contact can see, and messages that it has not read yet.
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

/// Takes the key for this message, or returns the message that took it before.
async fn claim_key(
    connection: &mut AnyConnection,
    contact: &ContactId,
    IdempotencyKey(key): &IdempotencyKey,
    message: &MessageId,
    now: Moment,
) -> Result<Option<MessageId>, sqlx::Error> {
    // A call with the same key at the same time waits here until the other is done.
    let claimed = sqlx::query(
        "INSERT INTO submissions (contact_id, idempotency_key, message_id, created_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (contact_id, idempotency_key) DO NOTHING",
    )
    .bind(contact.as_str())
    .bind(key)
    .bind(message.as_str())
    .bind(now)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if claimed == 1 {
        return Ok(None);
    }
    let row = sqlx::query(
        "SELECT message_id FROM submissions WHERE contact_id = $1 AND idempotency_key = $2",
    )
    .bind(contact.as_str())
    .bind(key)
    .fetch_one(connection)
    .await?;
    Ok(Some(row.try_get("message_id")?))
}

/// Returns the receipt of an earlier call, if this one asks for the same.
async fn repeated(
    connection: &mut AnyConnection,
    customer: &Customer,
    submission: &Submission,
    earlier: &MessageId,
) -> Result<Receipt, ConversationError> {
    let existing = match &submission.destination {
        Destination::New(_) => None,
        Destination::Existing(existing) => Some(existing),
    };
    let id = place_of(connection, earlier, existing, &submission.text).await?;
    Ok(Receipt {
        conversation: own(connection, customer, &id).await?,
        message: message_of(connection, &id, earlier).await?,
        is_repeated: true,
    })
}

/// Returns the conversation of an earlier message, if this text is the same and meant for the same place.
async fn place_of(
    connection: &mut AnyConnection,
    earlier: &MessageId,
    existing: Option<&ConversationId>,
    text: &MessageText,
) -> Result<ConversationId, ConversationError> {
    let row = sqlx::query("SELECT conversation_id, position, body FROM messages WHERE id = $1")
        .bind(earlier.as_str())
        .fetch_one(connection)
        .await?;
    let id: ConversationId = row.try_get("conversation_id")?;
    let is_same_place = match existing {
        None => row.try_get::<i64, _>("position")? == 1,
        Some(existing) => *existing == id,
    };
    if !is_same_place || row.try_get::<String, _>("body")? != text.as_str() {
        return Err(ConversationError::KeyReused);
    }
    Ok(id)
}

async fn own(
    connection: &mut AnyConnection,
    customer: &Customer,
    id: &ConversationId,
) -> Result<Conversation, ConversationError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        conversation_columns!(),
        " FROM conversations WHERE id = $1 AND contact_id = $2"
    ))
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .fetch_optional(connection)
    .await?
    .ok_or(ConversationError::Unknown)?;
    Ok(read_conversation(&row)?)
}

async fn message_of(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    id: &MessageId,
) -> Result<Message, ConversationError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        message_columns!(),
        " FROM messages WHERE id = $1 AND conversation_id = $2 AND visibility = 'public'"
    ))
    .bind(id.as_str())
    .bind(conversation.as_str())
    .fetch_optional(connection)
    .await?
    .ok_or(ConversationError::MessageUnknown)?;
    Ok(read_message(&row)?)
}

async fn page(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    range: &Range,
    limit: u32,
) -> Result<(Vec<Message>, bool), ConversationError> {
    let (statement, position) = match range {
        Range::Newest => (BEFORE, i64::MAX),
        Range::Before(id) => (BEFORE, message_of(connection, conversation, id).await?.position),
        Range::After(id) => (AFTER, message_of(connection, conversation, id).await?.position),
    };
    let rows = sqlx::query(statement)
        .bind(conversation.as_str())
        .bind(position)
        .bind(i64::from(limit) + 1)
        .fetch_all(connection)
        .await?;
    let mut messages = rows.iter().map(read_message).collect::<Result<Vec<_>, StoreError>>()?;
    let has_more = cut(&mut messages, limit);
    if !matches!(range, Range::After(_)) {
        messages.reverse();
    }
    Ok((messages, has_more))
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

/// Marks everything up to the position as read, and returns the conversation afterwards.
async fn mark_read(
    store: &Store,
    customer: &Customer,
    id: &ConversationId,
    position: i64,
) -> Result<Conversation, ConversationError> {
    let mut transaction = store.begin().await?;
    // The row is locked by the first statement; only then is counted what came in the meantime.
    let row = sqlx::query(
        "UPDATE conversations SET read_position = $1 \
         WHERE id = $2 AND contact_id = $3 AND read_position < $1 RETURNING unread",
    )
    .bind(position)
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(row) = row {
        let unread_before: i64 = row.try_get("unread")?;
        let unread: i64 = sqlx::query(
            "UPDATE conversations SET unread = (SELECT COUNT(*) FROM messages \
             WHERE conversation_id = $1 AND position > $2 AND author = 'agent' \
             AND visibility = 'public') WHERE id = $1 RETURNING unread",
        )
        .bind(id.as_str())
        .bind(position)
        .fetch_one(&mut *transaction)
        .await?
        .try_get("unread")?;
        if unread != unread_before {
            count_change(&mut transaction, customer.contact(), unread - unread_before).await?;
        }
    }
    let conversation = own(&mut transaction, customer, id).await?;
    transaction.commit().await?;
    Ok(conversation)
}

/// Cuts what was read beyond the page, to see whether there is more.
fn cut<T>(items: &mut Vec<T>, limit: u32) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    has_more
}

fn read_conversation(row: &AnyRow) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        id: row.try_get("id")?,
        subject: row.try_get("subject")?,
        status: Status::stored(row.try_get("status")?)?,
        unread: row.try_get("unread")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        last_message: LastMessage {
            side: Side::stored(row.try_get("last_author")?)?,
            preview: row.try_get("last_preview")?,
            created_at: row.try_get("last_message_at")?,
        },
        read_position: row.try_get("read_position")?,
    })
}

fn read_message(row: &AnyRow) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.try_get("id")?,
        position: row.try_get("position")?,
        side: Side::stored(row.try_get("author")?)?,
        agent_name: row.try_get("agent_name")?,
        text: row.try_get("body")?,
        created_at: row.try_get("created_at")?,
    })
}
