//! Tickets of the portal: conversations of people who are not in the widget.
//!
//! A ticket belongs to a contact that a signed link proved, or to one whose address somebody typed. Neither
//! is a sealed contact, so no ticket is ever shown in a widget, whatever was typed.

use deskseal::PortalHost;
use sqlx::{AnyConnection, Row};

use crate::clock::Moment;
use crate::contacts::{self, Identity, TypedAddress};
use crate::conversations::{self, Begun, ConversationError, IdempotencyKey, Opening};
use crate::ids::{ConversationId, DeskId};
use crate::store::{Store, StoreError};
use crate::text::{MessageText, PersonName, Subject};

/// Who sends a ticket. A sealed contact sends none: they have the widget.
#[derive(Clone, Debug)]
pub enum Sender {
    /// A customer whose user id a signed link proved, and the address that they typed, if any.
    Verified(deskseal::UserId, Option<TypedAddress>),
    /// Anybody, and the address that they typed.
    Public(TypedAddress),
}

impl Sender {
    fn identity(&self) -> Identity {
        match self {
            Self::Verified(user_id, _) => Identity::PortalUser(user_id.clone()),
            Self::Public(address) => Identity::Typed(address.clone()),
        }
    }

    const fn typed_address(&self) -> Option<&TypedAddress> {
        match self {
            Self::Verified(_, address) => address.as_ref(),
            Self::Public(address) => Some(address),
        }
    }
}

/// What somebody sends by the portal's form.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Who sends it.
    pub sender: Sender,
    /// The name that they typed.
    pub name: Option<PersonName>,
    /// The subject.
    pub subject: Subject,
    /// The message.
    pub text: MessageText,
    /// The host at which they wrote.
    pub host: PortalHost,
    /// Makes sending it twice harmless.
    pub key: IdempotencyKey,
}

/// What a conversation that began in the portal has beside its messages. None of it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalTicket {
    /// The name that the sender typed.
    pub typed_name: Option<String>,
    /// The address that the sender typed.
    pub typed_address: Option<String>,
    /// The host at which the ticket was written.
    pub host: String,
}

/// Why a ticket is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// The desk blocked the contact.
    #[error("The desk takes no messages from this contact.")]
    Blocked,
    /// The key came with another message before.
    #[error("The form has sent another message already.")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TicketError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<ConversationError> for TicketError {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::KeyReused => Self::KeyReused,
            ConversationError::Store(error) => Self::Store(error),
            ConversationError::Unknown | ConversationError::MessageUnknown => {
                Self::Store(StoreError::Unreadable("submission"))
            }
        }
    }
}

/// Takes a ticket, and returns its conversation. It is durable when this returns. The same ticket with the
/// same key is taken once.
///
/// # Errors
/// [`TicketError`].
pub async fn submit(
    store: &Store,
    desk: &DeskId,
    ticket: &Ticket,
    now: Moment,
) -> Result<ConversationId, TicketError> {
    let mut transaction = store.begin().await?;
    let identity = ticket.sender.identity();
    let contact = contacts::find_or_create_within(&mut transaction, desk, &identity, now).await?;
    if contact.is_blocked {
        return Err(TicketError::Blocked);
    }
    let opening = Opening { subject: &ticket.subject, text: &ticket.text, key: &ticket.key };
    let id =
        match conversations::begin(&mut transaction, (desk, &contact.id), &opening, now).await? {
            Begun::Earlier(id) => return Ok(id),
            Begun::Now(id) => id,
        };
    insert(&mut transaction, &id, ticket).await?;
    transaction.commit().await?;
    Ok(id)
}

/// Returns what the conversation has from the portal, unless it began elsewhere.
///
/// # Errors
/// [`StoreError`].
pub async fn of(
    store: &Store,
    conversation: &ConversationId,
) -> Result<Option<PortalTicket>, StoreError> {
    let row = sqlx::query(
        "SELECT typed_name, typed_address, host FROM portal_tickets WHERE conversation_id = $1",
    )
    .bind(conversation.as_str())
    .fetch_optional(store.readers())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(PortalTicket {
        typed_name: row.try_get("typed_name")?,
        typed_address: row.try_get("typed_address")?,
        host: row.try_get("host")?,
    }))
}

async fn insert(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    ticket: &Ticket,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO portal_tickets (conversation_id, typed_name, typed_address, host) \
         VALUES ($1, $2, $3, $4)",
    )
    .bind(conversation.as_str())
    .bind(ticket.name.as_ref().map(PersonName::as_str))
    .bind(ticket.sender.typed_address().map(TypedAddress::as_str))
    .bind(ticket.host.as_str())
    .execute(connection)
    .await?;
    Ok(())
}
