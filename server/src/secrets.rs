//! A desk's secrets: issued, rotated, revoked, and stored encrypted.

use std::time::Duration;

use deskseal::Secret;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{AnyConnection, FromRow};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::clock::Moment;
use crate::desks;
use crate::ids::{DeskId, SecretId};
use crate::store::{Store, StoreError, from_database_error};
use crate::vault::{Keyring, Sealed, SealedFor, VaultError};

pub use crate::vault::Purpose;

/// How long a replaced secret still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace(i64);

impl Grace {
    /// No time at all.
    pub const NONE: Self = Self(0);

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

/// Which secret a new one replaces.
#[derive(Clone, Copy, Debug)]
pub enum Replaces<'id> {
    /// The current one, whichever that is.
    Current,
    /// This one, if it is still the current one; `None` where there is to be none yet.
    Exactly(Option<&'id str>),
}

impl Replaces<'_> {
    fn is_met_by(self, current: Option<&SecretId>) -> bool {
        match self {
            Self::Current => true,
            Self::Exactly(expected) => expected == current.map(SecretId::as_str),
        }
    }
}

/// A new secret of a desk, and what becomes of the one before.
#[derive(Clone, Copy)]
pub struct Rotation<'new> {
    /// The desk.
    pub desk: &'new DeskId,
    /// What the secret is for.
    pub purpose: Purpose,
    /// The new secret.
    pub new: NewSecret<'new>,
    /// Which secret it replaces.
    pub replaces: Replaces<'new>,
    /// How long the replaced secret still works.
    pub grace: Grace,
}

/// A secret that was just issued: the only moment at which it can be shown.
#[derive(Debug)]
pub struct IssuedSecret {
    /// Its id.
    pub id: SecretId,
    /// The secret itself.
    text: SecretString,
    /// The Unix second from which the secret that it replaced has expired.
    pub previous_expires_at: Option<i64>,
}

impl IssuedSecret {
    /// Returns the secret, which is shown once.
    pub fn shown(&self) -> &str {
        self.text.expose_secret()
    }
}

/// What may be shown of a secret after it was issued.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SecretRecord {
    /// Its id.
    pub id: SecretId,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    /// When it was issued.
    pub created_at: Moment,
    /// The Unix second from which it is dead; `None` for the current one.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
    /// When it last verified a signature, to about ten seconds.
    pub last_used_at: Option<Moment>,
}

impl SecretRecord {
    /// Returns whether it still holds at the Unix second.
    pub fn state(&self, now: i64) -> SecretState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => SecretState::Revoked,
            (None, None) => SecretState::Current,
            (None, Some(expires_at)) if now < expires_at => SecretState::Previous,
            (None, Some(_)) => SecretState::Expired,
        }
    }
}

/// Whether a secret still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretState {
    /// It is the one to sign with.
    Current,
    /// It was replaced, and still holds for a while.
    Previous,
    /// Its time after it was replaced is over.
    Expired,
    /// It was ended before its time.
    Revoked,
}

impl SecretState {
    /// Returns the state's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Tells whether the secret still proves customers.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Current | Self::Previous)
    }
}

/// Why a secret cannot be issued or revoked.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no such desk.
    #[error("There is no desk with this id.")]
    DeskUnknown,
    /// The desk has no such secret, or it is revoked already.
    #[error(
        "The desk has no secret with this id, or the secret is already revoked. `ticket-center secret list` \
         prints the ids."
    )]
    SecretUnknown,
    /// The current secret is another one than the one to be replaced.
    #[error(
        "The current secret was replaced in the meantime, so it was not replaced again. Reload the page or \
         list the secrets again, then decide."
    )]
    Changed,
    /// The current secret cannot be revoked without another in its place.
    #[error(
        "This is the current secret. To end it now, replace it with a grace of 0 (secret rotate --grace 0s)."
    )]
    StillCurrent,
    /// The given secret is in use, for this purpose, another, or another desk.
    #[error("This secret is already in use. Each purpose of each desk needs its own secret.")]
    InUse,
    /// The grace is over 30 days.
    #[error("The grace is longer than 30 days. Choose 720h or less.")]
    GraceTooLong,
    /// The given secret is rejected.
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

from_database_error!(SecretError);

/// Issues a secret, and lets the one that it replaces hold for the grace. The first one replaces none. Without
/// grace, every older secret of the purpose is revoked.
///
/// # Errors
/// [`SecretError`].
pub async fn rotate(
    store: &Store,
    keyring: &Keyring,
    Rotation { desk, purpose, new, replaces, grace }: Rotation<'_>,
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
    let current = current(&mut transaction, desk, purpose).await?;
    if !replaces.is_met_by(current.as_ref()) {
        return Err(SecretError::Changed);
    }
    if matches!(new, NewSecret::Given(_)) && is_in_use(&mut transaction, keyring, &text).await? {
        return Err(SecretError::InUse);
    }
    let previous_expires_at = match &current {
        Some(current) => Some(replace(&mut transaction, current, grace, now).await?),
        None => None,
    };
    if grace == Grace::NONE {
        forget_all(&mut transaction, desk, purpose, now).await?;
    }
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
    Ok(IssuedSecret { id, text: text.as_str().into(), previous_expires_at })
}

/// Ends a replaced secret before its time, and forgets what it was. With a purpose, it has to be one for that.
///
/// # Errors
/// [`SecretError::StillCurrent`], [`SecretError::SecretUnknown`], [`SecretError::DeskUnknown`],
/// [`SecretError::Store`].
pub async fn revoke(
    store: &Store,
    desk: &DeskId,
    purpose: Option<Purpose>,
    secret: &SecretId,
    now: Moment,
) -> Result<(), SecretError> {
    let mut transaction = store.begin().await?;
    // The desk's row is locked from here on: a rotation at the same time waits.
    if !desks::mark_changed(&mut transaction, desk).await? {
        return Err(SecretError::DeskUnknown);
    }
    let record: SecretRecord = sqlx::query_as(
        "SELECT id, purpose, created_at, expires_at, revoked_at, last_used_at FROM secrets \
         WHERE id = $1 AND desk_id = $2 AND revoked_at IS NULL",
    )
    .bind(secret.as_str())
    .bind(desk.as_str())
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(SecretError::SecretUnknown)?;
    if purpose.is_some_and(|purpose| purpose != record.purpose) {
        return Err(SecretError::SecretUnknown);
    }
    if record.expires_at.is_none() {
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
    let records = sqlx::query_as(
        "SELECT id, purpose, created_at, expires_at, revoked_at, last_used_at FROM secrets \
         WHERE desk_id = $1 ORDER BY created_at DESC, id DESC",
    )
    .bind(desk.as_str())
    .fetch_all(store.readers())
    .await?;
    Ok(records)
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

/// An active secret.
pub(crate) struct ActiveSecret {
    pub(crate) id: SecretId,
    pub(crate) purpose: Purpose,
    pub(crate) expires_at: Option<i64>,
    pub(crate) secret: Secret,
}

/// Returns the desk's secrets that are alive, the current one of each purpose first.
pub(crate) async fn active(
    store: &Store,
    keyring: &Keyring,
    desk: &DeskId,
    now: Moment,
) -> Result<Vec<ActiveSecret>, SecretError> {
    let rows: Vec<StoredSecret> = sqlx::query_as(
        "SELECT id, desk_id, purpose, key_id, sealed, expires_at FROM secrets \
         WHERE desk_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) \
         ORDER BY CASE WHEN expires_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id DESC",
    )
    .bind(desk.as_str())
    .bind(now.unix_seconds())
    .fetch_all(store.readers())
    .await?;
    rows.into_iter()
        .map(|stored| {
            let text = keyring.open(stored.owner(), &stored.sealed)?;
            Ok(ActiveSecret {
                secret: Secret::new(text.as_str())?,
                expires_at: stored.expires_at,
                id: stored.id,
                purpose: stored.purpose,
            })
        })
        .collect()
}

#[derive(FromRow)]
struct StoredSecret {
    id: SecretId,
    #[sqlx(rename = "desk_id")]
    desk: DeskId,
    #[sqlx(try_from = "String")]
    purpose: Purpose,
    #[sqlx(flatten)]
    sealed: Sealed,
    expires_at: Option<i64>,
}

impl StoredSecret {
    const fn owner(&self) -> SealedFor<'_> {
        SealedFor { desk: &self.desk, purpose: self.purpose, secret: &self.id }
    }
}

async fn unrevoked(connection: &mut AnyConnection) -> Result<Vec<StoredSecret>, StoreError> {
    let secrets = sqlx::query_as(
        "SELECT id, desk_id, purpose, key_id, sealed, expires_at FROM secrets WHERE revoked_at IS NULL",
    )
    .fetch_all(connection)
    .await?;
    Ok(secrets)
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

/// Returns the current secret of the purpose, if there is one.
async fn current(
    connection: &mut AnyConnection,
    desk: &DeskId,
    purpose: Purpose,
) -> Result<Option<SecretId>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM secrets \
         WHERE desk_id = $1 AND purpose = $2 AND expires_at IS NULL AND revoked_at IS NULL",
    )
    .bind(desk.as_str())
    .bind(purpose.as_str())
    .fetch_optional(connection)
    .await
}

/// Gives a current secret its end, and returns when that is.
async fn replace(
    connection: &mut AnyConnection,
    secret: &SecretId,
    Grace(grace): Grace,
    now: Moment,
) -> Result<i64, sqlx::Error> {
    let expires_at = now.unix_seconds() + grace;
    sqlx::query("UPDATE secrets SET expires_at = $1 WHERE id = $2")
        .bind(expires_at)
        .bind(secret.as_str())
        .execute(connection)
        .await?;
    Ok(expires_at)
}

/// Ends every secret of the purpose, and forgets what they were.
async fn forget_all(
    connection: &mut AnyConnection,
    desk: &DeskId,
    purpose: Purpose,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE secrets SET revoked_at = $1, key_id = '', sealed = '' \
         WHERE desk_id = $2 AND purpose = $3 AND revoked_at IS NULL",
    )
    .bind(now)
    .bind(desk.as_str())
    .bind(purpose.as_str())
    .execute(connection)
    .await?;
    Ok(())
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
