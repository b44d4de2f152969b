//! A desk's secrets: issued, rotated, revoked, and stored encrypted.

use std::fmt;
use std::time::Duration;

use deskseal::Secret;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::clock::Moment;
use crate::desks;
use crate::ids::{DeskId, SecretId};
use crate::store::{Store, StoreError};
use crate::vault::{Keyring, Sealed, SealedFor, VaultError};

/// What a desk uses a secret for. Each purpose has secrets of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Verifying e-mail seals.
    TicketCenter,
    /// Verifying link seals.
    Portal,
}

impl Purpose {
    /// Returns the purpose's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TicketCenter => "ticket_center",
            Self::Portal => "portal",
        }
    }

    fn stored(text: &str) -> Result<Self, StoreError> {
        match text {
            "ticket_center" => Ok(Self::TicketCenter),
            "portal" => Ok(Self::Portal),
            _ => Err(StoreError::Unreadable("purpose")),
        }
    }
}

/// How long a replaced secret still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace(i64);

impl Grace {
    /// The longest grace: 30 days.
    const MAX: Duration = Duration::from_hours(30 * 24);

    /// Takes a duration of at most 30 days, in whole seconds; zero ends the old secret at once.
    ///
    /// # Errors
    /// [`SecretError::GraceTooLong`].
    pub fn new(duration: Duration) -> Result<Self, SecretError> {
        match i64::try_from(duration.as_secs()) {
            Ok(seconds) if duration <= Self::MAX => Ok(Self(seconds)),
            _ => Err(SecretError::GraceTooLong),
        }
    }
}

impl Default for Grace {
    /// 24 hours.
    fn default() -> Self {
        Self(24 * 60 * 60)
    }
}

/// Where a new secret comes from.
#[derive(Clone, Copy)]
pub enum NewSecret<'text> {
    /// The operating system's random source.
    Generated,
    /// The operator, who has one in use already.
    Given(&'text str),
}

/// A secret that was just issued: the only moment at which it can be shown.
pub struct IssuedSecret {
    /// Its id.
    pub id: SecretId,
    /// The secret itself.
    pub text: Zeroizing<String>,
    /// The Unix second from which the secret that it replaced is dead.
    pub previous_expires_at: Option<i64>,
}

impl fmt::Debug for IssuedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IssuedSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What may be shown of a secret after it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRecord {
    /// Its id.
    pub id: SecretId,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was issued.
    pub created_at: Moment,
    /// The Unix second from which it is dead; `None` for the current one.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
    /// When it last proved somebody, to about ten seconds.
    pub last_used_at: Option<Moment>,
}

/// Why a secret cannot be issued or revoked.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no such desk.
    #[error("There is no desk of this id.")]
    DeskUnknown,
    /// The desk has no such secret, or it is revoked already.
    #[error("The desk has no such secret, or it is revoked already.")]
    SecretUnknown,
    /// The current secret cannot be revoked without another in its place.
    #[error("This is the current secret; rotate it with a grace of 0 to end it now.")]
    StillCurrent,
    /// The given secret is in use, for this purpose, another, or another desk.
    #[error("This secret is in use already; each purpose of each desk needs a secret of its own.")]
    InUse,
    /// The grace is over 30 days.
    #[error("The grace is longer than 30 days.")]
    GraceTooLong,
    /// The given secret is refused.
    #[error(transparent)]
    Refused(#[from] deskseal::Error),
    /// The operating system's random source cannot be read.
    #[error("The operating system's random source cannot be read.")]
    NoRandomness(#[source] std::io::Error),
    /// The keys do not fit.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SecretError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Issues a secret, and lets the one that it replaces hold for the grace. The first one replaces none.
///
/// # Errors
/// [`SecretError`].
pub async fn rotate(
    store: &Store,
    keyring: &Keyring,
    (desk, purpose): (&DeskId, Purpose),
    new: NewSecret<'_>,
    grace: Grace,
    now: Moment,
) -> Result<IssuedSecret, SecretError> {
    let text = secret_text(new)?;
    let id = SecretId::generate();
    let sealed = keyring.seal(SealedFor { desk, purpose, secret: &id }, &text)?;
    let mut transaction = store.begin().await?;
    // The desk's row is locked from here on: rotations take turns.
    if !desks::mark_changed(&mut transaction, desk).await? {
        return Err(SecretError::DeskUnknown);
    }
    if matches!(new, NewSecret::Given(_)) && is_in_use(&mut transaction, keyring, &text).await? {
        return Err(SecretError::InUse);
    }
    let previous_expires_at =
        replace_current(&mut transaction, (desk, purpose), grace, now).await?;
    sqlx::query(
        "INSERT INTO secrets (id, desk_id, purpose, key_id, sealed, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.as_str())
    .bind(desk.as_str())
    .bind(purpose.as_str())
    .bind(sealed.key_id.as_str())
    .bind(sealed.text.as_str())
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(IssuedSecret { id, text, previous_expires_at })
}

/// Ends a replaced secret before its time, and forgets what it was.
///
/// # Errors
/// [`SecretError::StillCurrent`], [`SecretError::SecretUnknown`], [`SecretError::DeskUnknown`],
/// [`SecretError::Store`].
pub async fn revoke(
    store: &Store,
    desk: &DeskId,
    secret: &SecretId,
    now: Moment,
) -> Result<(), SecretError> {
    let mut transaction = store.begin().await?;
    if !desks::mark_changed(&mut transaction, desk).await? {
        return Err(SecretError::DeskUnknown);
    }
    let expires_at = sqlx::query(
        "SELECT expires_at FROM secrets WHERE id = $1 AND desk_id = $2 AND revoked_at IS NULL",
    )
    .bind(secret.as_str())
    .bind(desk.as_str())
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(SecretError::SecretUnknown)?
    .try_get::<Option<i64>, _>("expires_at")?;
    if expires_at.is_none() {
        return Err(SecretError::StillCurrent);
    }
    forget(&mut transaction, secret, now).await?;
    transaction.commit().await?;
    Ok(())
}

/// Returns what may be shown of the desk's secrets, the newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store, desk: &DeskId) -> Result<Vec<SecretRecord>, StoreError> {
    sqlx::query(
        "SELECT id, purpose, created_at, expires_at, revoked_at, last_used_at FROM secrets \
         WHERE desk_id = $1 ORDER BY created_at DESC, id DESC",
    )
    .bind(desk.as_str())
    .fetch_all(store.readers())
    .await?
    .iter()
    .map(record)
    .collect()
}

/// Encrypts with the current key what older ones encrypted, and returns how many secrets that were.
///
/// # Errors
/// [`SecretError::Vault`], [`SecretError::Store`].
pub async fn rekey(store: &Store, keyring: &Keyring) -> Result<u64, SecretError> {
    let mut transaction = store.begin().await?;
    let mut count = 0;
    for secret in unrevoked(&mut transaction).await? {
        if keyring.is_current(&secret.sealed) {
            continue;
        }
        let sealed =
            keyring.seal(secret.owner(), &keyring.open(secret.owner(), &secret.sealed)?)?;
        // One that was revoked in the meantime stays forgotten.
        let rekeyed = sqlx::query(
            "UPDATE secrets SET key_id = $1, sealed = $2 WHERE id = $3 AND revoked_at IS NULL",
        )
        .bind(sealed.key_id.as_str())
        .bind(sealed.text.as_str())
        .bind(secret.id.as_str())
        .execute(&mut *transaction)
        .await?;
        count += rekeyed.rows_affected();
    }
    transaction.commit().await?;
    Ok(count)
}

/// A secret that may still prove somebody.
pub(crate) struct LiveSecret {
    pub(crate) id: SecretId,
    pub(crate) purpose: Purpose,
    pub(crate) expires_at: Option<i64>,
    pub(crate) secret: Secret,
}

/// Returns the desk's secrets that are alive, the current one of each purpose first.
pub(crate) async fn live(
    store: &Store,
    keyring: &Keyring,
    desk: &DeskId,
    now: Moment,
) -> Result<Vec<LiveSecret>, SecretError> {
    let rows = sqlx::query(
        "SELECT id, desk_id, purpose, key_id, sealed, expires_at FROM secrets \
         WHERE desk_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) \
         ORDER BY CASE WHEN expires_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id DESC",
    )
    .bind(desk.as_str())
    .bind(now.unix_seconds())
    .fetch_all(store.readers())
    .await?;
    rows.iter()
        .map(|row| {
            let stored = StoredSecret::read(row)?;
            let text = keyring.open(stored.owner(), &stored.sealed)?;
            Ok(LiveSecret {
                secret: Secret::new(text.as_str())?,
                expires_at: row.try_get("expires_at")?,
                id: stored.id,
                purpose: stored.purpose,
            })
        })
        .collect()
}

struct StoredSecret {
    id: SecretId,
    desk: DeskId,
    purpose: Purpose,
    sealed: Sealed,
}

impl StoredSecret {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.try_get("id")?,
            desk: row.try_get("desk_id")?,
            purpose: Purpose::stored(row.try_get("purpose")?)?,
            sealed: Sealed { key_id: row.try_get("key_id")?, text: row.try_get("sealed")? },
        })
    }

    const fn owner(&self) -> SealedFor<'_> {
        SealedFor { desk: &self.desk, purpose: self.purpose, secret: &self.id }
    }
}

async fn unrevoked(connection: &mut AnyConnection) -> Result<Vec<StoredSecret>, StoreError> {
    sqlx::query("SELECT id, desk_id, purpose, key_id, sealed FROM secrets WHERE revoked_at IS NULL")
        .fetch_all(connection)
        .await?
        .iter()
        .map(StoredSecret::read)
        .collect()
}

fn secret_text(new: NewSecret<'_>) -> Result<Zeroizing<String>, SecretError> {
    match new {
        NewSecret::Generated => deskseal::generate_secret().map_err(SecretError::NoRandomness),
        NewSecret::Given(text) => {
            Secret::new(text)?;
            Ok(Zeroizing::new(text.to_owned()))
        }
    }
}

/// Tells whether any desk has the secret, for any purpose: a seal names no desk, so a secret that two
/// share would let the customers of one into the other.
async fn is_in_use(
    connection: &mut AnyConnection,
    keyring: &Keyring,
    text: &str,
) -> Result<bool, SecretError> {
    for other in unrevoked(connection).await? {
        let other = keyring.open(other.owner(), &other.sealed)?;
        if bool::from(other.as_bytes().ct_eq(text.as_bytes())) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives the current secret its end, and returns when that is.
async fn replace_current(
    connection: &mut AnyConnection,
    (desk, purpose): (&DeskId, Purpose),
    Grace(grace): Grace,
    now: Moment,
) -> Result<Option<i64>, SecretError> {
    let expires_at = now.unix_seconds() + grace;
    let replaced = sqlx::query(
        "UPDATE secrets SET expires_at = $1 \
         WHERE desk_id = $2 AND purpose = $3 AND expires_at IS NULL AND revoked_at IS NULL \
         RETURNING id",
    )
    .bind(expires_at)
    .bind(desk.as_str())
    .bind(purpose.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(replaced) = replaced else { return Ok(None) };
    if grace == 0 {
        forget(connection, &replaced.try_get("id")?, now).await?;
    }
    Ok(Some(expires_at))
}

/// A clock that is set back must not bring a revoked secret to life: nothing is left of it.
async fn forget(
    connection: &mut AnyConnection,
    secret: &SecretId,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE secrets SET revoked_at = $1, key_id = '', sealed = '' WHERE id = $2")
        .bind(now)
        .bind(secret.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

fn record(row: &AnyRow) -> Result<SecretRecord, StoreError> {
    Ok(SecretRecord {
        id: row.try_get("id")?,
        purpose: Purpose::stored(row.try_get("purpose")?)?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
        last_used_at: row.try_get("last_used_at")?,
    })
}
