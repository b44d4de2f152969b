//! Tickets of the portal: conversations that begin outside the widget.
//!
//! A ticket belongs to a contact that a link proved, or to one whose address an anonymous visitor typed. What was
//! typed never decides whose it is: in the Ticket Center, a customer sees a ticket only if their token sent it, or if
//! an owner has said that links and tokens have the same customer ids.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use deskseal::PortalHost;
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;

use crate::clock::Moment;
use crate::contacts::{self, Contact, Identity, TokenIdentity, TypedAddress};
use crate::conversations::{self, Begun, ConversationError, IdempotencyKey, Opening};
use crate::ids::{ConversationId, DeskId};
use crate::spent_tokens::{self, TokenKey};
use crate::store::{Store, StoreError, from_database_error};
use crate::text::{MessageText, PersonName, Subject};

/// How long a used form is remembered, in milliseconds. It is much longer than a form's token is valid,
/// because the clocks of instances differ.
const FORM_RETENTION: i64 = 2 * 24 * 60 * 60 * 1000;

/// Who sends a ticket.
#[derive(Clone, Debug)]
pub enum Sender {
    /// A customer whose user id a signed link proved, and the address that they typed, if any.
    Verified(deskseal::UserId, Option<TypedAddress>),
    /// A customer whom the identity token of a link proved, and the address that they typed, if any.
    Token(TokenProof, Option<TypedAddress>),
    /// An anonymous visitor, and the address that they typed.
    Public(TypedAddress),
}

/// The identity token of a link, as an opened form keeps it until the ticket spends it.
#[derive(Clone, Debug)]
pub struct TokenProof {
    /// Whom the token proves.
    pub identity: TokenIdentity,
    /// Stands for the token.
    pub key: TokenKey,
    /// The Unix second at which the token expires.
    pub expires_at: i64,
}

impl TokenProof {
    /// Returns the customer's id or else the e-mail, for the page.
    pub fn shown(&self) -> &str {
        let TokenIdentity { user_id, email, .. } = &self.identity;
        let user_id = user_id.as_ref().map(deskseal::UserId::as_str);
        user_id.or_else(|| email.as_ref().map(deskseal::CanonicalEmail::as_str)).unwrap_or_default()
    }
}

impl Sender {
    const fn typed_address(&self) -> Option<&TypedAddress> {
        match self {
            Self::Verified(_, address) | Self::Token(_, address) => address.as_ref(),
            Self::Public(address) => Some(address),
        }
    }
}

/// What a visitor submits with the portal's form.
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
    /// The host of the portal where they wrote.
    pub host: PortalHost,
    /// Identifies the form, which sends this ticket and no other.
    pub key: IdempotencyKey,
}

/// The additional fields of a conversation that began in the portal. None of them is proved.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PortalTicket {
    /// The name that the sender typed.
    pub typed_name: Option<String>,
    /// The address that the sender typed.
    pub typed_address: Option<String>,
    /// The host at which the ticket was written.
    pub host: String,
}

/// Why a ticket is rejected.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// The desk blocked the contact.
    #[error("The desk has blocked this contact.")]
    Blocked,
    /// The identity token of the link has already sent a ticket, with another form.
    #[error("The identity token of the link is spent.")]
    Replayed,
    /// The form has already sent another ticket.
    #[error("The form was already used to send a message.")]
    FormUsed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(TicketError);

impl From<ConversationError> for TicketError {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::KeyReused => Self::FormUsed,
            ConversationError::Store(error) => Self::Store(error),
            ConversationError::Unknown | ConversationError::MessageUnknown => {
                Self::Store(StoreError::Unreadable("submission"))
            }
        }
    }
}

/// Stores a ticket and returns its conversation. It is durable when this returns. A form sends one ticket: sending
/// the same ticket again changes nothing, and another one is rejected. The ticket spends the identity token of its
/// link.
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
    let is_first = spend_form(&mut transaction, ticket, now).await?;
    let contact = contact(&mut transaction, desk, &ticket.sender, is_first, now).await?;
    if contact.is_blocked {
        return Err(TicketError::Blocked);
    }
    let opening = Opening { subject: &ticket.subject, text: &ticket.text, key: &ticket.key };
    let id = match conversations::begin(&mut transaction, desk, &contact.id, &opening, now).await? {
        Begun::Earlier(id) => return Ok(id),
        Begun::Now(id) => id,
    };
    insert(&mut transaction, &id, ticket).await?;
    conversations::index(&mut transaction, &id).await?;
    transaction.commit().await?;
    Ok(id)
}

/// Returns the sender's contact. The form's first ticket spends the token of its link.
async fn contact(
    connection: &mut AnyConnection,
    desk: &DeskId,
    sender: &Sender,
    is_first: bool,
    now: Moment,
) -> Result<Contact, TicketError> {
    let identity = match sender {
        Sender::Verified(user_id, _) => Identity::PortalUser(user_id.clone()),
        Sender::Public(address) => Identity::Typed(address.clone()),
        Sender::Token(TokenProof { identity, key, expires_at }, _) => {
            if is_first && !spent_tokens::spend(connection, key.as_str(), *expires_at).await? {
                return Err(TicketError::Replayed);
            }
            return Ok(contacts::proved_by_token(connection, desk, identity, now).await?);
        }
    };
    Ok(contacts::find_or_create_within(connection, desk, &identity, now).await?)
}

/// Deletes forms whose tokens have expired.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired_forms(store: &Store, now: Moment) -> Result<(), StoreError> {
    let statement = sqlx::query("DELETE FROM portal_forms WHERE forgotten_at <= $1").bind(now);
    store.execute(statement).await?;
    Ok(())
}

/// Records that the form sends this ticket, and returns whether it is the first time. It is an error if the form has
/// already sent another one.
async fn spend_form(
    connection: &mut AnyConnection,
    ticket: &Ticket,
    now: Moment,
) -> Result<bool, TicketError> {
    let (key, hash) = (ticket.key.as_str(), hash_of(ticket));
    // A concurrent request with the same form waits here until this transaction ends.
    let spent = sqlx::query(
        "INSERT INTO portal_forms (form_key, ticket_hash, forgotten_at) VALUES ($1, $2, $3) \
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(key)
    .bind(&hash)
    .bind(now.milliseconds() + FORM_RETENTION)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if spent == 1 {
        return Ok(true);
    }
    let earlier: String =
        sqlx::query_scalar("SELECT ticket_hash FROM portal_forms WHERE form_key = $1")
            .bind(key)
            .fetch_one(connection)
            .await?;
    if earlier == hash { Ok(false) } else { Err(TicketError::FormUsed) }
}

/// Returns a hash of all submitted fields.
fn hash_of(ticket: &Ticket) -> String {
    let sender = match &ticket.sender {
        Sender::Verified(user, _) => user.as_str(),
        Sender::Token(proof, _) => proof.shown(),
        Sender::Public(_) => "",
    };
    let parts = [
        sender,
        ticket.sender.typed_address().map_or("", TypedAddress::as_str),
        ticket.name.as_ref().map_or("", PersonName::as_str),
        ticket.subject.as_str(),
        ticket.text.as_str(),
        ticket.host.as_str(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    Base64UrlUnpadded::encode_string(&hash.finalize())
}

/// Returns the portal's fields of the conversation; `None` if it began elsewhere.
///
/// # Errors
/// [`StoreError`].
pub async fn of(
    store: &Store,
    conversation: &ConversationId,
) -> Result<Option<PortalTicket>, StoreError> {
    let ticket = sqlx::query_as(
        "SELECT typed_name, typed_address, host FROM portal_tickets WHERE conversation_id = $1",
    )
    .bind(conversation.as_str())
    .fetch_optional(store.readers())
    .await?;
    Ok(ticket)
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
