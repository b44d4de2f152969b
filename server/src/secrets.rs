//! Issues, rotates, revokes and encrypts the secrets of desks.

use std::time::Duration;

use deskseal::{ErrorKind, Secret, Verifier, VerifierOptions};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{AnyConnection, FromRow};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::clock::Moment;
use crate::desks;
use crate::ids::{DeskId, SecretId};
use crate::store::{Store, StoreError, from_database_error};
use crate::vault::{Encrypted, EncryptedFor, Keyring, VaultError};

pub use crate::vault::Purpose;

/// How long a replaced secret stays active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace(i64);

impl Grace {
    /// No grace: the replaced secret is revoked at once.
    pub const NONE: Self = Self(0);

    /// The longest grace: 30 days.
    const MAX: Duration = Duration::from_hours(30 * 24);

    /// Creates a grace of at most 30 days, in whole seconds. Zero revokes the old secret at once.
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

/// Where the text of a new secret comes from.
#[derive(Clone, Copy)]
pub enum NewSecret<'text> {
    /// The server generates it.
    Generated,
    /// The operator provides it, because it is already in use.
    Given(&'text str),
}

/// Which secret the new one replaces.
#[derive(Clone, Copy, Debug)]
pub enum Replaces<'id> {
    /// The current one, whatever its id is.
    Current,
    /// The secret with this id, if it is still the current one; `None` if there must be no secret yet.
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

/// A new secret of a desk, and what happens to the current one.
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
    /// How long the replaced secret stays active.
    pub grace: Grace,
}

/// A secret that was just issued. It can be shown only now.
#[derive(Debug)]
pub struct IssuedSecret {
    /// Its id.
    pub id: SecretId,
    /// The secret itself.
    text: SecretString,
    /// The Unix second at which the replaced secret expires.
    pub previous_expires_at: Option<i64>,
}

impl IssuedSecret {
    /// Returns the secret, to be shown once.
    pub fn shown(&self) -> &str {
        self.text.expose_secret()
    }
}

/// What can be shown of a secret after it was issued.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SecretRecord {
    /// Its id.
    pub id: SecretId,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    /// When it was issued.
    pub created_at: Moment,
    /// The Unix second at which it expires; `None` for the current secret.
    pub expires_at: Option<i64>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Moment>,
    /// When it last verified a signature, to about ten seconds.
    pub last_used_at: Option<Moment>,
}

impl SecretRecord {
    /// Returns the state of the secret at the Unix second.
    pub fn state(&self, now: i64) -> SecretState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => SecretState::Revoked,
            (None, None) => SecretState::Current,
            (None, Some(expires_at)) if now < expires_at => SecretState::Previous,
            (None, Some(_)) => SecretState::Expired,
        }
    }
}

/// The state of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretState {
    /// It is the secret to sign with.
    Current,
    /// It was replaced and has not expired yet.
    Previous,
    /// It was replaced, and its grace is over.
    Expired,
    /// It was revoked before it expired.
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

    /// Tells whether the secret is active: whether signatures made with it are still accepted.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Current | Self::Previous)
    }
}

/// Why a secret cannot be issued or revoked.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no such desk.
    #[error("There is no desk with this id.")]
    DeskUnknown,
    /// The desk has no such secret, or it is already revoked.
    #[error(
        "The desk has no secret with this id, or the secret is already revoked. `ticket-center secret list` \
         prints the ids."
    )]
    SecretUnknown,
    /// Another secret is current than the one to be replaced.
    #[error(
        "The current secret was replaced in the meantime, so it was not replaced again. Reload the page or \
         list the secrets again, then decide."
    )]
    Changed,
    /// The current secret cannot be revoked, only replaced.
    #[error(
        "This is the current secret. To end it now, replace it with a grace of 0 (secret rotate --grace 0s)."
    )]
    StillCurrent,
    /// The given secret is already in use: for this purpose, another purpose, or another desk.
    #[error("This secret is already in use. Each purpose of each desk needs its own secret.")]
    InUse,
    /// The grace is longer than 30 days.
    #[error("The grace is longer than 30 days. Choose 720h or less.")]
    GraceTooLong,
    /// The given secret is invalid.
    #[error(transparent)]
    Invalid(#[from] deskseal::Error),
    /// The operating system's random source cannot be read.
    #[error("The operating system's random source cannot be read.")]
    NoRandomness(#[source] std::io::Error),
    /// The keys cannot encrypt or decrypt a secret.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(SecretError);

/// Issues a secret and keeps the replaced one active for the grace. The first secret replaces none. Without a
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
    let text = secret_text(purpose, new)?;
    let id = SecretId::generate();
    let encrypted = keyring.encrypt(EncryptedFor { desk, purpose, secret: &id }, &text)?;
    let mut transaction = store.begin().await?;
    // This locks the desk's row: concurrent rotations run one after the other.
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
    .bind(encrypted.key_id.as_str())
    .bind(encrypted.text.as_str())
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(IssuedSecret { id, text: text.as_str().into(), previous_expires_at })
}

/// Revokes a replaced secret and deletes its text. With a purpose, the secret must be one for that purpose.
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
    // This locks the desk's row: a concurrent rotation waits.
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

/// Returns what can be shown of the desk's secrets, the newest first.
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

/// Encrypts again, with the current key, every secret that an older key encrypted. Returns their number.
///
/// # Errors
/// [`SecretError::Vault`], [`SecretError::Store`].
pub async fn rekey(store: &Store, keyring: &Keyring) -> Result<u64, SecretError> {
    let mut transaction = store.begin().await?;
    let mut count = 0;
    for secret in unrevoked(&mut transaction).await? {
        if keyring.is_current(&secret.encrypted) {
            continue;
        }
        let encrypted = keyring
            .encrypt(secret.owner(), &keyring.decrypt(secret.owner(), &secret.encrypted)?)?;
        // A secret that was revoked in the meantime stays deleted.
        let rekeyed = sqlx::query(
            "UPDATE secrets SET key_id = $1, sealed = $2 WHERE id = $3 AND revoked_at IS NULL",
        )
        .bind(encrypted.key_id.as_str())
        .bind(encrypted.text.as_str())
        .bind(secret.id.as_str())
        .execute(&mut *transaction)
        .await?;
        count += rekeyed.rows_affected();
    }
    transaction.commit().await?;
    Ok(count)
}

/// Checks that the keyring decrypts every secret. A database without tables has none.
///
/// # Errors
/// [`SecretError::Vault`], [`SecretError::Store`].
pub async fn check(store: &Store, keyring: &Keyring) -> Result<(), SecretError> {
    if !store.has_table("secrets").await? {
        return Ok(());
    }
    let mut reader = store.readers().acquire().await.map_err(StoreError::from)?;
    for secret in unrevoked(&mut reader).await? {
        keyring.decrypt(secret.owner(), &secret.encrypted)?;
    }
    Ok(())
}

/// An active secret.
pub(crate) struct ActiveSecret {
    pub(crate) id: SecretId,
    pub(crate) purpose: Purpose,
    pub(crate) expires_at: Option<i64>,
    pub(crate) secret: Secret,
}

/// Returns the desk's active secrets, the current one of each purpose first.
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
            let text = keyring.decrypt(stored.owner(), &stored.encrypted)?;
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
    encrypted: Encrypted,
    expires_at: Option<i64>,
}

impl StoredSecret {
    const fn owner(&self) -> EncryptedFor<'_> {
        EncryptedFor { desk: &self.desk, purpose: self.purpose, secret: &self.id }
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

fn secret_text(purpose: Purpose, new: NewSecret<'_>) -> Result<Zeroizing<String>, SecretError> {
    match new {
        NewSecret::Generated => deskseal::generate_secret().map_err(SecretError::NoRandomness),
        NewSecret::Given(text) => {
            let secret = Secret::new(text)?;
            if purpose == Purpose::Identity {
                check_for_tokens(secret)?;
            }
            Ok(Zeroizing::new(text.to_owned()))
        }
    }
}

/// Checks that the secret is long enough for identity tokens. A verifier checks its secrets before it reads a
/// token, so any text will do.
fn check_for_tokens(secret: Secret) -> Result<(), deskseal::Error> {
    let verifier = Verifier::new(secret, VerifierOptions::default());
    match verifier.verify_identity_token("desk", "", 0) {
        Err(error) if error.kind() == ErrorKind::Secret => Err(error),
        _ => Ok(()),
    }
}

/// Tells whether any desk has the secret, for any purpose. A signature does not name its desk, so customers
/// of one desk could sign in at another that shares the secret.
async fn is_in_use(
    connection: &mut AnyConnection,
    keyring: &Keyring,
    text: &str,
) -> Result<bool, SecretError> {
    for other in unrevoked(connection).await? {
        let other = keyring.decrypt(other.owner(), &other.encrypted)?;
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

/// Sets when the current secret expires, and returns that second.
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

/// Revokes every secret of the purpose and deletes their texts.
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

/// Deletes the text of a revoked secret, so that setting the clock back cannot activate it again.
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
