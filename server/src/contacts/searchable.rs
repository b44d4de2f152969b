//! Stores the folded text of what the product says of a contact, for the search: the e-mail that a token proved, the name
//! and the attributes' values.

use sqlx::{AnyConnection, FromRow};

use super::attributes_shown;
use crate::folding::folded;
use crate::ids::ContactId;
use crate::store::{Store, StoreError};

#[derive(FromRow)]
struct SearchableRow {
    email: Option<String>,
    name: Option<String>,
    attributes: Option<String>,
}

/// Returns the folded text of the contact.
async fn read(connection: &mut AnyConnection, contact: &ContactId) -> Result<String, StoreError> {
    let SearchableRow { email, name, attributes } =
        sqlx::query_as("SELECT email, name, attributes FROM contacts WHERE id = $1")
            .bind(contact.as_str())
            .fetch_one(connection)
            .await?;
    let values = attributes_shown(attributes.as_deref())?.into_iter().map(|(_, value)| value);
    let texts: Vec<_> = email.into_iter().chain(name).chain(values).collect();
    Ok(folded(&texts.join("\n")))
}

/// Stores the folded text of a contact. Call it after the product has said something of the contact, in the same
/// transaction.
pub(super) async fn index(
    connection: &mut AnyConnection,
    contact: &ContactId,
) -> Result<(), StoreError> {
    let folded = read(connection, contact).await?;
    sqlx::query("UPDATE contacts SET folded = $1 WHERE id = $2")
        .bind(folded)
        .bind(contact.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores the folded texts of contacts that an older version wrote, and returns of how many: at most `limit`. Several
/// instances may run it at once.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn index_existing(store: &Store, limit: i64) -> Result<usize, StoreError> {
    let ids: Vec<ContactId> = sqlx::query_scalar(
        "SELECT id FROM contacts WHERE folded IS NULL AND (email IS NOT NULL OR described_at IS NOT NULL) \
         ORDER BY id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(store.readers())
    .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut transaction = store.begin().await?;
    for id in &ids {
        let folded = read(&mut transaction, id).await?;
        // A token that was exchanged in the meantime has already written what is newer.
        sqlx::query("UPDATE contacts SET folded = $1 WHERE id = $2 AND folded IS NULL")
            .bind(folded)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(ids.len())
}
