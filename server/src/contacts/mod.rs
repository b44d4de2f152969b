//! The contacts of a desk: three kinds of identity, which are never merged.

mod lookup;

use std::fmt;

use deskseal::{CanonicalEmail, UserId};
use sqlx::AnyConnection;

pub use lookup::{ContactLookup, DeskContact};

use crate::clock::Moment;
use crate::ids::{ContactId, DeskId};
use crate::store::{IsSet, Store, StoreError, stored_as_text};

/// How a contact was identified. Each kind has its own contacts: a user id that looks like an address is not
/// an address, and an address that an anonymous visitor typed proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// An e-mail that a signature proved.
    Sealed(CanonicalEmail),
    /// A user id that a signed link proved.
    PortalUser(UserId),
    /// An address that an anonymous visitor typed into a public form.
    Typed(TypedAddress),
}

/// The kind of an [`Identity`], as the database names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An e-mail that a signature proved.
    Sealed,
    /// A user id that a signed link proved.
    PortalUser,
    /// An address that an anonymous visitor typed.
    Typed,
}

impl Kind {
    /// Returns the kind's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::PortalUser => "portal_user",
            Self::Typed => "typed",
        }
    }

    /// Reads a kind's name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "sealed" => Some(Self::Sealed),
            "portal_user" => Some(Self::PortalUser),
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
            Self::Sealed(_) => Kind::Sealed,
            Self::PortalUser(_) => Kind::PortalUser,
            Self::Typed(_) => Kind::Typed,
        }
    }

    fn value(&self) -> &str {
        match self {
            Self::Sealed(email) => email.as_str(),
            Self::PortalUser(user_id) => user_id.as_str(),
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

/// A contact whose e-mail the current call has proved. The widget's calls act on its behalf.
///
/// Only verification creates one, so functions that take a `Customer` never get another kind of contact.
#[derive(Clone, Debug)]
pub struct Customer {
    desk: DeskId,
    contact: ContactId,
}

impl Customer {
    /// Creates a customer. Only the verification of a signature and the demo, for its own customers, call
    /// this.
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

/// Blocks or unblocks the contact. Returns whether the desk has such a contact.
///
/// # Errors
/// [`StoreError`].
pub async fn set_blocked(
    store: &Store,
    desk: &DeskId,
    contact: &ContactId,
    blocked_at: Option<Moment>,
) -> Result<bool, StoreError> {
    let statement =
        sqlx::query("UPDATE contacts SET blocked_at = $1 WHERE id = $2 AND desk_id = $3")
            .bind(blocked_at)
            .bind(contact.as_str())
            .bind(desk.as_str());
    let changed = store.execute(statement).await?;
    Ok(changed == 1)
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
