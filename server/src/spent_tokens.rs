//! Identity tokens that are spent: they prove nothing any more, although they have not expired.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use deskseal::VerifiedIdentity;
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;

use crate::clock::Moment;
use crate::ids::DeskId;
use crate::store::{Store, StoreError};

/// How long a spent token is remembered after it expired, in milliseconds, because the clocks of instances differ.
const RETENTION: i64 = 2 * 24 * 60 * 60 * 1000;

/// Stands for a token: a hash of its `jti` or, without one, of the whole token, for its desk and audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey(String);

impl TokenKey {
    /// Returns the key of a token that was verified for the audience.
    pub fn of(desk: &DeskId, audience: &str, token: &str, identity: &VerifiedIdentity) -> Self {
        let (kind, text) = match &identity.token_id {
            Some(id) => ("jti", id.as_str()),
            None => ("token", token),
        };
        let mut hash = Sha256::new();
        for part in [desk.as_str(), audience, kind, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(Base64UrlUnpadded::encode_string(&hash.finalize()))
    }

    /// Returns the key that was stored as this text.
    pub(crate) const fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the key as the database stores it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Spends the token, which expires at the Unix second. Returns whether it was not spent before. Of several
/// instances at once, one gets `true`.
pub(crate) async fn spend(
    connection: &mut AnyConnection,
    key: &str,
    expires_at: i64,
) -> Result<bool, sqlx::Error> {
    let spent = sqlx::query(
        "INSERT INTO spent_tokens (token_key, forgotten_at) VALUES ($1, $2) \
         ON CONFLICT (token_key) DO NOTHING",
    )
    .bind(key)
    .bind(expires_at.saturating_mul(1000).saturating_add(RETENTION))
    .execute(connection)
    .await?;
    Ok(spent.rows_affected() == 1)
}

/// Tells whether the token is spent.
pub(crate) async fn is_spent(
    connection: &mut AnyConnection,
    key: &TokenKey,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT token_key FROM spent_tokens WHERE token_key = $1")
        .bind(key.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Tells whether the token is spent, outside a transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn is_spent_in(store: &Store, key: &TokenKey) -> Result<bool, StoreError> {
    let mut reader = store.readers().acquire().await?;
    Ok(is_spent(&mut reader, key).await?)
}

/// Forgets the tokens that expired long ago.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(store: &Store, now: Moment) -> Result<(), StoreError> {
    let statement = sqlx::query("DELETE FROM spent_tokens WHERE forgotten_at <= $1").bind(now);
    store.execute(statement).await?;
    Ok(())
}
