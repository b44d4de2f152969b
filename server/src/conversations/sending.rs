//! What contacts do: begin conversations, write messages and close conversations.

use sqlx::{AnyConnection, FromRow};

use super::reading::{message_of, own};
use super::searchable::index;
use super::{Conversation, ConversationError, Message, Visibility, Written, count_change, insert};
use crate::clock::Moment;
use crate::contacts::{Customer, joint::and_joined};
use crate::ids::{ContactId, ConversationId, DeskId, MessageId, is_id};
use crate::store::Store;
use crate::text::{MessageText, Subject};

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
    /// The conversation that the message is for.
    pub destination: Destination,
    /// The text.
    pub text: MessageText,
    /// Makes a retry of the same call harmless.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A key that the sender chose: 1 to 64 characters of `A-Z a-z 0-9 _ -`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Option<Self> {
        (is_id(text) && text.len() <= 64).then(|| Self(text.to_owned()))
    }

    /// Returns the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The result of a submission.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The conversation.
    pub conversation: Conversation,
    /// The message.
    pub message: Message,
    /// Whether an earlier call with the same key sent it.
    pub is_repeated: bool,
}

/// The first message of a new conversation, by a contact of any kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening<'text> {
    pub(crate) subject: &'text Subject,
    pub(crate) text: &'text MessageText,
    pub(crate) key: &'text IdempotencyKey,
}

/// A new conversation, or the one that an earlier call with the same key began.
#[derive(Clone, Debug)]
pub(crate) enum Begun {
    Now(ConversationId),
    Earlier(ConversationId),
}

/// Stores a customer's message. It is durable when this returns.
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
    let (id, taken) = match &submission.destination {
        Destination::New(subject) => {
            let (desk, contact, text) = (customer.desk(), customer.contact(), &submission.text);
            let id = start(&mut transaction, desk, contact, subject, text, now).await?;
            (id, Taken { last_position: 1, contact_id: contact.clone() })
        }
        Destination::Existing(id) => {
            (id.clone(), take_position(&mut transaction, customer, id, submission, now).await?)
        }
    };
    let position = taken.last_position;
    let written = Written { id: &message, position, text: &submission.text, now };
    insert(&mut transaction, &id, written, None, Visibility::Public).await?;
    count_change(&mut transaction, &taken.contact_id, 0).await?;
    let receipt = Receipt {
        conversation: own(&mut transaction, customer, &id).await?,
        message: message_of(&mut transaction, &id, &message).await?,
        is_repeated: false,
    };
    transaction.commit().await?;
    Ok(receipt)
}

/// Begins a conversation of the contact within the transaction, only once for each key.
pub(crate) async fn begin(
    connection: &mut AnyConnection,
    desk: &DeskId,
    contact: &ContactId,
    opening: &Opening<'_>,
    now: Moment,
) -> Result<Begun, ConversationError> {
    let message = MessageId::generate();
    if let Some(earlier) = claim_key(connection, contact, opening.key, &message, now).await? {
        let id = conversation_of(connection, &earlier, None, opening.text).await?;
        return Ok(Begun::Earlier(id));
    }
    let id = start(connection, desk, contact, opening.subject, opening.text, now).await?;
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
    let closed: Option<ContactId> = sqlx::query_scalar(concat!(
        "UPDATE conversations SET status = 'closed', updated_at = $1 WHERE id = $2 AND contact_id IN (",
        and_joined!("$3"),
        ") AND status = 'open' RETURNING contact_id"
    ))
    .bind(now)
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(contact) = closed {
        count_change(&mut transaction, &contact, 0).await?;
    }
    let conversation = own(&mut transaction, customer, id).await?;
    transaction.commit().await?;
    Ok(conversation)
}

/// Creates a conversation and reserves position 1 for its first message.
async fn start(
    connection: &mut AnyConnection,
    desk: &DeskId,
    contact: &ContactId,
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
    .execute(&mut *connection)
    .await?;
    index(connection, &id).await?;
    Ok(id)
}

/// The position of a new message, and the contact of its conversation.
#[derive(FromRow)]
struct Taken {
    last_position: i64,
    contact_id: ContactId,
}

/// Reopens the customer's conversation for a new message, and returns the message's position.
async fn take_position(
    connection: &mut AnyConnection,
    customer: &Customer,
    id: &ConversationId,
    submission: &Submission,
    now: Moment,
) -> Result<Taken, ConversationError> {
    sqlx::query_as(concat!(
        "UPDATE conversations SET last_position = last_position + 1, status = 'open', \
         updated_at = $1, last_author = 'contact', last_preview = $2, last_message_at = $1 \
         WHERE id = $3 AND contact_id IN (",
        and_joined!("$4"),
        ") RETURNING last_position, contact_id"
    ))
    .bind(now)
    .bind(submission.text.preview())
    .bind(id.as_str())
    .bind(customer.contact().as_str())
    .fetch_optional(connection)
    .await?
    .ok_or(ConversationError::Unknown)
}

/// Reserves the key for this message; returns the earlier message if the key is already used.
async fn claim_key(
    connection: &mut AnyConnection,
    contact: &ContactId,
    IdempotencyKey(key): &IdempotencyKey,
    message: &MessageId,
    now: Moment,
) -> Result<Option<MessageId>, sqlx::Error> {
    // A concurrent call with the same key waits here until the other one ends.
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
    let message = sqlx::query_scalar(
        "SELECT message_id FROM submissions WHERE contact_id = $1 AND idempotency_key = $2",
    )
    .bind(contact.as_str())
    .bind(key)
    .fetch_one(connection)
    .await?;
    Ok(Some(message))
}

/// Returns the receipt of an earlier call with the same key and the same content.
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
    let id = conversation_of(connection, earlier, existing, &submission.text).await?;
    Ok(Receipt {
        conversation: own(connection, customer, &id).await?,
        message: message_of(connection, &id, earlier).await?,
        is_repeated: true,
    })
}

#[derive(FromRow)]
struct SentRow {
    conversation_id: ConversationId,
    position: i64,
    body: String,
}

/// Returns the conversation of an earlier message that has the same text and the same destination.
async fn conversation_of(
    connection: &mut AnyConnection,
    earlier: &MessageId,
    existing: Option<&ConversationId>,
    text: &MessageText,
) -> Result<ConversationId, ConversationError> {
    let sent: SentRow =
        sqlx::query_as("SELECT conversation_id, position, body FROM messages WHERE id = $1")
            .bind(earlier.as_str())
            .fetch_one(connection)
            .await?;
    let is_same_place = match existing {
        None => sent.position == 1,
        Some(existing) => *existing == sent.conversation_id,
    };
    if !is_same_place || sent.body != text.as_str() {
        return Err(ConversationError::KeyReused);
    }
    Ok(sent.conversation_id)
}
