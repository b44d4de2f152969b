//! The contacts of a desk: four kinds of identity.

pub(crate) mod joint;
mod lookup;
mod searchable;

use std::fmt;

use deskseal::{CanonicalEmail, UserId, VerifiedIdentity};
use sqlx::AnyConnection;

pub use joint::{Joint, joints, separate, set_shares_customer_ids, shares_customer_ids};
pub use lookup::{ContactLookup, DeskContact};
pub(crate) use searchable::index_existing;

use crate::clock::Moment;
use crate::ids::{ContactId, DeskId};
use crate::store::{IsSet, Store, StoreError, stored_as_text};

/// How a contact was identified. Each kind has its own contacts: a user id that looks like an address is not
/// an address, and an address that an anonymous visitor typed proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// An e-mail that a signature proved.
    Email(CanonicalEmail),
    /// A user id that a signed link proved.
    PortalUser(UserId),
    /// A customer id that an identity token proved. It may belong to another application than a link's user id.
    Customer(UserId),
    /// An address that an anonymous visitor typed into a public form.
    Typed(TypedAddress),
}

/// The kind of an [`Identity`], as the database names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An e-mail that a signature proved.
    Email,
    /// A user id that a signed link proved.
    PortalUser,
    /// A customer id that an identity token proved.
    Customer,
    /// An address that an anonymous visitor typed.
    Typed,
}

impl Kind {
    /// Returns the kind's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "sealed",
            Self::PortalUser => "portal_user",
            Self::Customer => "customer",
            Self::Typed => "typed",
        }
    }

    /// Reads a kind's name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "sealed" => Some(Self::Email),
            "portal_user" => Some(Self::PortalUser),
            "customer" => Some(Self::Customer),
            "typed" => Some(Self::Typed),
            _ => None,
        }
    }
}

stored_as_text!(Kind, "kind");

impl Identity {
    /// Returns the kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Email(_) => Kind::Email,
            Self::PortalUser(_) => Kind::PortalUser,
            Self::Customer(_) => Kind::Customer,
            Self::Typed(_) => Kind::Typed,
        }
    }

    fn value(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::PortalUser(user_id) | Self::Customer(user_id) => user_id.as_str(),
            Self::Typed(address) => address.as_str(),
        }
    }
}

/// An address that an anonymous visitor typed. Its own type keeps code from taking it for a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedAddress(CanonicalEmail);

impl TypedAddress {
    /// Reads an address by the rules of SPEC 3.1.
    ///
    /// # Errors
    /// `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`.
    pub fn parse(text: &str) -> Result<Self, deskseal::Error> {
        CanonicalEmail::parse(text).map(Self)
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for TypedAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A contact that the current call has proved, by a signature or a session. The widget's calls act on its behalf.
///
/// Only verification creates one, so functions that take a `Customer` never get another kind of contact.
#[derive(Clone, Debug)]
pub struct Customer {
    desk: DeskId,
    contact: ContactId,
}

impl Customer {
    /// Creates a customer. Only the verification of a call and the demo, for its own customers, call this.
    pub const fn proved(desk: DeskId, contact: ContactId) -> Self {
        Self { desk, contact }
    }

    /// Returns the desk.
    pub const fn desk(&self) -> &DeskId {
        &self.desk
    }

    /// Returns the contact.
    pub const fn contact(&self) -> &ContactId {
        &self.contact
    }
}

/// A contact, as the database stores it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contact {
    /// The id.
    pub id: ContactId,
    /// When it was created.
    pub created_at: Moment,
    /// Increases with every change that the contact can see.
    pub revision: i64,
    /// Messages that the contact has not read.
    pub unread: i64,
    /// Whether an owner blocked it.
    #[sqlx(rename = "blocked_at", try_from = "IsSet")]
    pub is_blocked: bool,
}

/// Returns the contact with this identity, and creates it if there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn find_or_create(
    store: &Store,
    desk: &DeskId,
    identity: &Identity,
    now: Moment,
) -> Result<Contact, StoreError> {
    let mut transaction = store.begin().await?;
    let contact = find_or_create_within(&mut transaction, desk, identity, now).await?;
    transaction.commit().await?;
    Ok(contact)
}

/// Does the same as [`find_or_create`], within a transaction.
pub(crate) async fn find_or_create_within(
    connection: &mut AnyConnection,
    desk: &DeskId,
    identity: &Identity,
    now: Moment,
) -> Result<Contact, StoreError> {
    sqlx::query(
        "INSERT INTO contacts (id, desk_id, kind, value, revision, unread, created_at) \
         VALUES ($1, $2, $3, $4, 0, 0, $5) ON CONFLICT (desk_id, kind, value) DO NOTHING",
    )
    .bind(ContactId::generate().as_str())
    .bind(desk.as_str())
    .bind(identity.kind().as_str())
    .bind(identity.value())
    .bind(now)
    .execute(&mut *connection)
    .await?;
    found(connection, desk, identity).await
}

/// What an identity token proves and says of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenIdentity {
    /// The customer id.
    pub user_id: Option<UserId>,
    /// The proved e-mail.
    pub email: Option<CanonicalEmail>,
    /// The name.
    pub name: Option<String>,
    /// The attributes, as a JSON object; `None` without any.
    pub attributes: Option<String>,
    /// When the token was signed.
    pub issued_at: Moment,
}

impl From<&VerifiedIdentity> for TokenIdentity {
    fn from(identity: &VerifiedIdentity) -> Self {
        let attributes = Some(&identity.attributes).filter(|attributes| !attributes.is_empty());
        Self {
            user_id: identity.user_id.clone(),
            email: identity.email.clone(),
            name: identity.name.clone(),
            attributes: attributes.and_then(|attributes| serde_json::to_string(attributes).ok()),
            issued_at: Moment::from_milliseconds(identity.issued_at.saturating_mul(1000)),
        }
    }
}

/// Returns the contact that the token proved, and creates it if there is none. The contact is locked until the
/// transaction ends.
///
/// A customer id comes before an e-mail: the e-mail of a customer may change. The id and the e-mail are joined. What an
/// older token says does not replace what a newer one said.
pub(crate) async fn proved_by_token(
    connection: &mut AnyConnection,
    desk: &DeskId,
    identity: &TokenIdentity,
    now: Moment,
) -> Result<Contact, StoreError> {
    let TokenIdentity { user_id, email, issued_at, .. } = identity;
    let proved = match (user_id, email) {
        (Some(user_id), _) => Identity::Customer(user_id.clone()),
        (None, Some(email)) => Identity::Email(email.clone()),
        // A verified token has one of them (SPEC 12.6).
        (None, None) => return Err(StoreError::Unreadable("identity")),
    };
    let id = find_or_create_within(connection, desk, &proved, now).await?.id;
    let newest: Option<Moment> = sqlx::query_scalar("SELECT proved_at FROM contacts WHERE id = $1")
        .bind(id.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let is_newest = newest.is_none_or(|newest| newest <= *issued_at);
    let of_customer = is_newest && proved.kind() == Kind::Customer;
    if let (true, Some(email)) = (of_customer, email) {
        joint::leave_other_addresses(connection, &id, email, now).await?;
    }
    describe(connection, &id, identity, email.as_ref().filter(|_| of_customer)).await?;
    if let (true, Some(email)) = (of_customer, email) {
        joint::join_address(connection, desk, &id, email, now).await?;
    }
    if of_customer {
        joint::join_portal_user(connection, desk, &id, now).await?;
    }
    found(connection, desk, &proved).await
}

/// Stores what the token says, and locks the contact.
async fn describe(
    connection: &mut AnyConnection,
    contact: &ContactId,
    identity: &TokenIdentity,
    email: Option<&CanonicalEmail>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE contacts SET email = CASE WHEN proved_at > $1 THEN email ELSE COALESCE($2, email) END, \
         proved_at = CASE WHEN proved_at > $1 THEN proved_at ELSE $1 END WHERE id = $3",
    )
    .bind(identity.issued_at)
    .bind(email.map(CanonicalEmail::as_str))
    .bind(contact.as_str())
    .execute(&mut *connection)
    .await?;
    if identity.name.is_some() || identity.attributes.is_some() {
        sqlx::query(
            "UPDATE contacts SET name = $1, attributes = $2, described_at = $3 \
             WHERE id = $4 AND (described_at IS NULL OR described_at <= $3)",
        )
        .bind(&identity.name)
        .bind(&identity.attributes)
        .bind(identity.issued_at)
        .bind(contact.as_str())
        .execute(&mut *connection)
        .await?;
    }
    searchable::index(connection, contact).await
}

/// What the product says of a contact, with identity tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name.
    pub name: Option<String>,
    /// The attributes, by name.
    pub attributes: Vec<(String, String)>,
    /// When the product signed it.
    pub at: Moment,
}

#[derive(sqlx::FromRow)]
struct DescriptionRow {
    name: Option<String>,
    attributes: Option<String>,
    described_at: Moment,
}

/// Returns what the product says of the contact or, if it is joined to a customer, of that one.
///
/// # Errors
/// [`StoreError`].
pub async fn description(
    store: &Store,
    contact: &ContactId,
) -> Result<Option<Description>, StoreError> {
    let row: Option<DescriptionRow> = sqlx::query_as(
        "SELECT name, attributes, described_at FROM contacts WHERE described_at IS NOT NULL AND \
         (id = $1 OR id = (SELECT own.joined_to FROM contacts AS own WHERE own.id = $1 \
         AND own.left_at IS NULL)) ORDER BY described_at DESC LIMIT 1",
    )
    .bind(contact.as_str())
    .fetch_optional(store.readers())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let attributes = attributes_shown(row.attributes.as_deref())?;
    Ok(Some(Description { name: row.name, attributes, at: row.described_at }))
}

/// Returns the stored attributes as agents see them, by name.
fn attributes_shown(stored: Option<&str>) -> Result<Vec<(String, String)>, StoreError> {
    let attributes: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(stored.unwrap_or("{}"))
            .map_err(|_| StoreError::Unreadable("customer's attributes"))?;
    let shown = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(attributes.into_iter().map(|(name, value)| (name, shown(value))).collect())
}

/// Blocks or unblocks the contact and all that are joined with it. Blocking ends their sessions. Returns whether the
/// desk has such a contact.
///
/// # Errors
/// [`StoreError`].
pub async fn set_blocked(
    store: &Store,
    desk: &DeskId,
    contact: &ContactId,
    blocked_at: Option<Moment>,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let changed: Vec<ContactId> = sqlx::query_scalar(
        "UPDATE contacts SET blocked_at = $1 WHERE desk_id = $3 AND (id = $2 OR left_at IS NULL AND (joined_to = $2 \
         OR COALESCE((SELECT own.joined_to FROM contacts AS own WHERE own.id = $2 AND own.left_at IS NULL), '') \
         IN (id, joined_to))) RETURNING id",
    )
    .bind(blocked_at)
    .bind(contact.as_str())
    .bind(desk.as_str())
    .fetch_all(&mut *transaction)
    .await?;
    for contact in changed.iter().filter(|_| blocked_at.is_some()) {
        sqlx::query("DELETE FROM customer_sessions WHERE contact_id = $1")
            .bind(contact.as_str())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(!changed.is_empty())
}

async fn found(
    connection: &mut AnyConnection,
    desk: &DeskId,
    identity: &Identity,
) -> Result<Contact, StoreError> {
    let contact = sqlx::query_as(
        "SELECT id, created_at, revision, unread, blocked_at FROM contacts \
         WHERE desk_id = $1 AND kind = $2 AND value = $3",
    )
    .bind(desk.as_str())
    .bind(identity.kind().as_str())
    .bind(identity.value())
    .fetch_one(connection)
    .await?;
    Ok(contact)
}
