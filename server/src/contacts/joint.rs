//! Joins a customer's id with an address or with a user id of a link, and separates them again.
//!
//! Only a token joins. An address joins the first customer whose token proves it, once: if the joint ends, it joins no
//! other customer. A customer sees the conversations of joined contacts; those contacts see only their own.

use deskseal::CanonicalEmail;
use sqlx::{AnyConnection, FromRow};

use super::{Identity, Kind, find_or_create_within};
use crate::clock::Moment;
use crate::ids::{ContactId, DeskId};
use crate::store::{IsSet, Store, StoreError};

/// Selects how a contact is shown and reached: with `holders`, of [`join_holders`]. A joined user id of a link counts
/// as its customer's.
macro_rules! shown_contact {
    () => {
        "CASE WHEN holders.id IS NULL THEN contacts.kind ELSE holders.kind END AS kind, contacts.value, \
         COALESCE(contacts.email, holders.email) AS email"
    };
}
pub(crate) use shown_contact;

/// Joins the customers to whom user ids of links are joined.
macro_rules! join_holders {
    () => {
        "LEFT JOIN contacts AS holders ON holders.id = contacts.joined_to AND contacts.kind = 'portal_user'"
    };
}
pub(crate) use join_holders;

/// Selects the ids of a customer and of the contacts that are joined to it now. `$customer` is a parameter.
macro_rules! and_joined {
    ($customer:literal) => {
        concat!(
            "SELECT id FROM contacts WHERE id = ",
            $customer,
            " OR (joined_to = ",
            $customer,
            " AND left_at IS NULL)"
        )
    };
}
pub(crate) use and_joined;

/// An address or a user id of a link that is joined to a customer.
#[derive(Clone, Debug, FromRow)]
pub struct Joint {
    /// The contact that is joined.
    pub id: ContactId,
    /// The kind of its identity.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// Its identity.
    pub value: String,
    /// When it was joined.
    pub joined_at: Moment,
    /// Whether the customer has proved another address since.
    #[sqlx(rename = "left_at", try_from = "IsSet")]
    pub is_left: bool,
}

/// Joins the address to the customer whose token proved it, unless it was ever joined.
pub(super) async fn join_address(
    connection: &mut AnyConnection,
    desk: &DeskId,
    customer: &ContactId,
    email: &CanonicalEmail,
    now: Moment,
) -> Result<(), StoreError> {
    // The contact of the address is created, so that another customer who proves it later is not the first one.
    let address = Identity::Email(email.clone());
    let address = find_or_create_within(connection, desk, &address, now).await?;
    join(connection, customer, &address.id, now).await
}

/// Joins the contact of the same user id of links to the customer, if the desk's owner has said that both are the same
/// application's.
pub(super) async fn join_portal_user(
    connection: &mut AnyConnection,
    desk: &DeskId,
    customer: &ContactId,
    now: Moment,
) -> Result<(), StoreError> {
    let portal_user: Option<ContactId> = sqlx::query_scalar(
        "SELECT portal.id FROM contacts JOIN desks ON desks.id = contacts.desk_id \
         JOIN contacts AS portal ON portal.desk_id = contacts.desk_id AND portal.kind = 'portal_user' \
         AND portal.value = contacts.value \
         WHERE contacts.id = $1 AND contacts.desk_id = $2 AND desks.shares_customer_ids = 1",
    )
    .bind(customer.as_str())
    .bind(desk.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    match portal_user {
        Some(portal_user) => join(connection, customer, &portal_user, now).await,
        None => Ok(()),
    }
}

async fn join(
    connection: &mut AnyConnection,
    customer: &ContactId,
    contact: &ContactId,
    now: Moment,
) -> Result<(), StoreError> {
    let joined = sqlx::query(
        "UPDATE contacts SET joined_to = $1, joined_at = $2, revision = revision + 1 \
         WHERE id = $3 AND joined_at IS NULL",
    )
    .bind(customer.as_str())
    .bind(now)
    .bind(contact.as_str())
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if joined == 1 {
        // A blocked customer stays blocked with another kind of proof.
        sqlx::query(
            "UPDATE contacts SET blocked_at = COALESCE(blocked_at, \
             (SELECT other.blocked_at FROM contacts AS other WHERE other.id = $1)) WHERE id = $2",
        )
        .bind(contact.as_str())
        .bind(customer.as_str())
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Ends the joints with other addresses than the one that the customer proves now. Their conversations become the
/// customer's own, so that the next person with such an address sees none of them.
///
/// Conversations are locked before contacts, as everywhere.
pub(super) async fn leave_other_addresses(
    connection: &mut AnyConnection,
    customer: &ContactId,
    email: &CanonicalEmail,
    now: Moment,
) -> Result<(), StoreError> {
    let others: Vec<ContactId> = sqlx::query_scalar(
        "SELECT id FROM contacts WHERE joined_to = $1 AND left_at IS NULL AND kind = 'sealed' \
         AND value <> $2",
    )
    .bind(customer.as_str())
    .bind(email.as_str())
    .fetch_all(&mut *connection)
    .await?;
    for other in others {
        sqlx::query(
            "UPDATE conversations SET contact_id = $1, contact_kind = $2, began_with = $3 \
             WHERE contact_id = $3",
        )
        .bind(customer.as_str())
        .bind(Kind::Customer.as_str())
        .bind(other.as_str())
        .execute(&mut *connection)
        .await?;
        sqlx::query("UPDATE contacts SET left_at = $1 WHERE id = $2")
            .bind(now)
            .bind(other.as_str())
            .execute(&mut *connection)
            .await?;
        count_again(connection, customer, &other).await?;
    }
    Ok(())
}

/// Returns what is joined to the contact, or to the customer to whom the contact is joined; the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn joints(store: &Store, contact: &ContactId) -> Result<Vec<Joint>, StoreError> {
    let joints = sqlx::query_as(
        "SELECT id, kind, value, joined_at, left_at FROM contacts WHERE joined_to = $1 \
         OR joined_to = (SELECT own.joined_to FROM contacts AS own WHERE own.id = $1) \
         ORDER BY joined_at, id",
    )
    .bind(contact.as_str())
    .fetch_all(store.readers())
    .await?;
    Ok(joints)
}

/// Undoes a joint, for good. The joined contact gets its conversations back. Returns whether there was such a joint.
///
/// # Errors
/// [`StoreError`].
pub async fn separate(
    store: &Store,
    desk: &DeskId,
    contact: &ContactId,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let customer: Option<ContactId> = sqlx::query_scalar(
        "SELECT joined_to FROM contacts WHERE id = $1 AND desk_id = $2 AND joined_to IS NOT NULL",
    )
    .bind(contact.as_str())
    .bind(desk.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(customer) = customer else { return Ok(false) };
    sqlx::query(
        "UPDATE conversations SET contact_id = $1, began_with = NULL, \
         contact_kind = (SELECT kind FROM contacts WHERE id = $1) \
         WHERE began_with = $1 AND contact_id = $2",
    )
    .bind(contact.as_str())
    .bind(customer.as_str())
    .execute(&mut *transaction)
    .await?;
    sqlx::query("UPDATE contacts SET joined_to = NULL WHERE id = $1")
        .bind(contact.as_str())
        .execute(&mut *transaction)
        .await?;
    count_again(&mut transaction, &customer, contact).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Counts unread messages of both contacts again, after conversations moved between them.
///
/// A customer's revision is the sum over all joined contacts. It must not return to an earlier value, so the customer
/// gets the revision of the contact that is no longer counted.
async fn count_again(
    connection: &mut AnyConnection,
    customer: &ContactId,
    contact: &ContactId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE contacts SET revision = revision + \
         (SELECT other.revision FROM contacts AS other WHERE other.id = $2) WHERE id = $1",
    )
    .bind(customer.as_str())
    .bind(contact.as_str())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE contacts SET revision = revision + 1, unread = (SELECT CAST(COALESCE(SUM(conversations.unread), 0) \
         AS BIGINT) FROM conversations WHERE conversations.contact_id = contacts.id) WHERE id IN ($1, $2)",
    )
    .bind(customer.as_str())
    .bind(contact.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns whether links and tokens of the desk name customers by the same ids.
///
/// # Errors
/// [`StoreError`].
pub async fn shares_customer_ids(store: &Store, desk: &DeskId) -> Result<bool, StoreError> {
    let shares: Option<i64> =
        sqlx::query_scalar("SELECT shares_customer_ids FROM desks WHERE id = $1")
            .bind(desk.as_str())
            .fetch_optional(store.readers())
            .await?;
    Ok(shares == Some(1))
}

/// Sets whether links and tokens of the desk name customers by the same ids. If not, no user id of a link stays joined.
///
/// # Errors
/// [`StoreError`].
pub async fn set_shares_customer_ids(
    store: &Store,
    desk: &DeskId,
    shares: bool,
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    sqlx::query("UPDATE desks SET shares_customer_ids = $1 WHERE id = $2")
        .bind(i64::from(shares))
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?;
    if !shares {
        sqlx::query(
            "UPDATE contacts SET revision = revision + 1 + (SELECT SUM(other.revision) FROM contacts AS other \
             WHERE other.joined_to = contacts.id AND other.kind = 'portal_user') \
             WHERE id IN (SELECT joined_to FROM contacts AS other WHERE other.desk_id = $1 \
             AND other.kind = 'portal_user')",
        )
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "UPDATE contacts SET joined_to = NULL, joined_at = NULL \
             WHERE desk_id = $1 AND kind = 'portal_user' AND joined_at IS NOT NULL",
        )
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}
