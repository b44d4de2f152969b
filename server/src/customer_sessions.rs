//! Sessions of customers whom an identity token proved.
//!
//! The page has a random text; the database has only its hash. A session belongs to one contact, and so to one desk.
//! It ends after 30 minutes without use, unless a fresh token renews it, and after 12 hours in any case. It also ends
//! with the secret that signed its token, when the contact is blocked, and when the customer signs out.
//!
//! Transactions that open, renew or end a session lock its contact first.

use std::time::Duration;

use deskseal::VerifiedIdentity;
use sqlx::{AnyConnection, FromRow};

use crate::clock::Moment;
use crate::contacts::{self, Contact, Kind, TokenIdentity};
use crate::ids::{ContactId, DeskId, SecretId};
use crate::sessions::Token;
use crate::spent_tokens::{self, TokenKey};
use crate::store::{Store, StoreError, from_database_error};
use crate::vault::VaultError;

/// How long a session lasts after its last use.
const IDLE: Duration = Duration::from_mins(30);

/// How long a session lasts at most.
const LIFE: Duration = Duration::from_hours(12);

/// The interval at which uses are stored, so that reading rarely writes.
const USE_MILLISECONDS: i64 = 60 * 1000;

/// The most sessions of a contact: a new one ends the oldest beyond.
const MOST: i64 = 50;

/// The condition that a session has not ended, and that its secret is active. Parameters: `$1` now minus [`IDLE`],
/// `$2` now minus [`LIFE`], `$3` the Unix second.
macro_rules! is_live {
    () => {
        "customer_sessions.used_at > $1 AND customer_sessions.created_at > $2 AND EXISTS \
         (SELECT 1 FROM secrets WHERE secrets.id = customer_sessions.secret_id \
         AND secrets.revoked_at IS NULL AND (secrets.expires_at IS NULL OR secrets.expires_at > $3))"
    };
}

/// An identity that a token proved to a desk.
#[derive(Clone, Copy, Debug)]
pub struct ProvedByToken<'call> {
    /// The desk.
    pub desk: &'call DeskId,
    /// What the token says.
    pub identity: &'call VerifiedIdentity,
    /// The secret that signed the token.
    pub secret: &'call SecretId,
    /// Stands for the token.
    pub key: &'call TokenKey,
}

/// A session that a token opened or renewed.
#[derive(Debug)]
pub struct Exchanged {
    /// The text that the page sends from now on.
    pub session: Token,
    /// The contact.
    pub contact: ContactId,
    /// When the session ends, unless it is used or renewed.
    pub expires_at: Moment,
}

/// A session that has not ended.
#[derive(Debug)]
pub struct CustomerSession {
    /// The contact.
    pub contact: Contact,
    /// The contact's proved address, if there is one.
    pub email: Option<String>,
    /// When the session ends, unless it is used or renewed.
    pub expires_at: Moment,
}

/// Why a token opens or renews no session.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The desk blocked the contact.
    #[error("The desk has blocked this contact.")]
    Blocked,
    /// The token is spent.
    #[error("The token was spent.")]
    Replayed,
    /// The session that the token should renew has ended, or is another customer's.
    #[error("The session has ended.")]
    Ended,
    /// The random source of the operating system cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(ExchangeError);

/// Opens a session of the contact that the token proved, or renews the given one.
///
/// A token that renews a session replaces the token before it, which is spent.
///
/// # Errors
/// [`ExchangeError`].
pub async fn exchange(
    store: &Store,
    proved: ProvedByToken<'_>,
    renewed: Option<&Token>,
    now: Moment,
) -> Result<Exchanged, ExchangeError> {
    let identity = TokenIdentity::from(proved.identity);
    let mut transaction = store.begin().await?;
    let contact = contacts::proved_by_token(&mut transaction, proved.desk, &identity, now).await?;
    if contact.is_blocked {
        return Err(ExchangeError::Blocked);
    }
    if spent_tokens::is_spent(&mut transaction, proved.key).await? {
        return Err(ExchangeError::Replayed);
    }
    let contact = contact.id;
    let (session, begun_at) = if let Some(session) = renewed {
        let begun_at = renew(&mut transaction, session, &contact, proved, now).await?;
        (session.clone(), begun_at)
    } else {
        (open(&mut transaction, &contact, proved, now).await?, now)
    };
    let expires_at = now.after(IDLE).min(begun_at.after(LIFE));
    transaction.commit().await?;
    Ok(Exchanged { session, contact, expires_at })
}

async fn open(
    connection: &mut AnyConnection,
    contact: &ContactId,
    proved: ProvedByToken<'_>,
    now: Moment,
) -> Result<Token, ExchangeError> {
    let session = Token::generate()?;
    sqlx::query(
        "DELETE FROM customer_sessions WHERE session_hash IN (SELECT session_hash FROM customer_sessions \
         WHERE contact_id = $1 ORDER BY created_at DESC, session_hash LIMIT $2 OFFSET $3)",
    )
    .bind(contact.as_str())
    .bind(i64::MAX)
    .bind(MOST - 1)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO customer_sessions (session_hash, contact_id, secret_id, token_key, token_expires_at, \
         created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(at_rest(&session))
    .bind(contact.as_str())
    .bind(proved.secret.as_str())
    .bind(proved.key.as_str())
    .bind(proved.identity.expires_at)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(session)
}

#[derive(FromRow)]
struct TokenRow {
    token_key: String,
    token_expires_at: i64,
    created_at: Moment,
}

/// Renews the contact's session, and returns when it began.
async fn renew(
    connection: &mut AnyConnection,
    session: &Token,
    contact: &ContactId,
    proved: ProvedByToken<'_>,
    now: Moment,
) -> Result<Moment, ExchangeError> {
    let former: TokenRow = sqlx::query_as(concat!(
        "SELECT token_key, token_expires_at, created_at FROM customer_sessions \
         WHERE session_hash = $4 AND contact_id = $5 AND ",
        is_live!()
    ))
    .bind(now.before(IDLE))
    .bind(now.before(LIFE))
    .bind(now.unix_seconds())
    .bind(at_rest(session))
    .bind(contact.as_str())
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(ExchangeError::Ended)?;
    if former.token_key == proved.key.as_str() {
        return Err(ExchangeError::Replayed);
    }
    spent_tokens::spend(connection, &former.token_key, former.token_expires_at).await?;
    sqlx::query(
        "UPDATE customer_sessions SET secret_id = $1, token_key = $2, token_expires_at = $3, used_at = $4 \
         WHERE session_hash = $5",
    )
    .bind(proved.secret.as_str())
    .bind(proved.key.as_str())
    .bind(proved.identity.expires_at)
    .bind(now)
    .bind(at_rest(session))
    .execute(connection)
    .await?;
    Ok(former.created_at)
}

#[derive(FromRow)]
struct SessionRow {
    #[sqlx(flatten)]
    contact: Contact,
    #[sqlx(try_from = "String")]
    kind: Kind,
    value: String,
    email: Option<String>,
    begun_at: Moment,
    used_at: Moment,
}

/// Returns the session of the desk, unless it has ended. `is_use` tells whether the customer made the call; calls that
/// the page repeats by itself do not prolong the session.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    store: &Store,
    desk: &DeskId,
    session: &Token,
    is_use: bool,
    now: Moment,
) -> Result<Option<CustomerSession>, StoreError> {
    let row: Option<SessionRow> = sqlx::query_as(concat!(
        "SELECT contacts.id, contacts.created_at, contacts.blocked_at, \
         (SELECT CAST(SUM(own.revision) AS BIGINT) FROM contacts AS own WHERE own.id = contacts.id \
         OR (own.joined_to = contacts.id AND own.left_at IS NULL)) AS revision, \
         (SELECT CAST(SUM(own.unread) AS BIGINT) FROM contacts AS own WHERE own.id = contacts.id \
         OR (own.joined_to = contacts.id AND own.left_at IS NULL)) AS unread, \
         contacts.kind, contacts.value, contacts.email, customer_sessions.created_at AS begun_at, \
         customer_sessions.used_at FROM customer_sessions \
         JOIN contacts ON contacts.id = customer_sessions.contact_id \
         WHERE customer_sessions.session_hash = $4 AND contacts.desk_id = $5 AND ",
        is_live!()
    ))
    .bind(now.before(IDLE))
    .bind(now.before(LIFE))
    .bind(now.unix_seconds())
    .bind(at_rest(session))
    .bind(desk.as_str())
    .fetch_optional(store.readers())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut used_at = row.used_at;
    if is_use && now.milliseconds() - used_at.milliseconds() >= USE_MILLISECONDS {
        mark_used(store, session, now).await?;
        used_at = now;
    }
    Ok(Some(CustomerSession {
        contact: row.contact,
        email: if row.kind == Kind::Email { Some(row.value) } else { row.email },
        expires_at: used_at.after(IDLE).min(row.begun_at.after(LIFE)),
    }))
}

async fn mark_used(store: &Store, session: &Token, now: Moment) -> Result<(), StoreError> {
    let statement = sqlx::query(
        "UPDATE customer_sessions SET used_at = $1 WHERE session_hash = $2 AND used_at < $1",
    )
    .bind(now)
    .bind(at_rest(session));
    store.execute(statement).await?;
    Ok(())
}

/// Ends a session of the desk, and every other session that its token opened. Spends the token, so that it opens no
/// other one. A session that has ended already changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn end(store: &Store, desk: &DeskId, session: &Token) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    // This locks the contact: a token that is being exchanged has its session by then, or finds itself spent.
    sqlx::query(
        "UPDATE contacts SET revision = revision WHERE desk_id = $1 AND id = \
         (SELECT contact_id FROM customer_sessions WHERE session_hash = $2)",
    )
    .bind(desk.as_str())
    .bind(at_rest(session))
    .execute(&mut *transaction)
    .await?;
    let ended: Option<TokenRow> = sqlx::query_as(
        "DELETE FROM customer_sessions WHERE session_hash = $1 AND contact_id IN \
         (SELECT id FROM contacts WHERE desk_id = $2) RETURNING token_key, token_expires_at, created_at",
    )
    .bind(at_rest(session))
    .bind(desk.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(ended) = ended else { return Ok(()) };
    spent_tokens::spend(&mut transaction, &ended.token_key, ended.token_expires_at).await?;
    sqlx::query("DELETE FROM customer_sessions WHERE token_key = $1")
        .bind(&ended.token_key)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Deletes the sessions that have ended.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_ended(store: &Store, now: Moment) -> Result<(), StoreError> {
    let statement =
        sqlx::query(concat!("DELETE FROM customer_sessions WHERE NOT (", is_live!(), ")"))
            .bind(now.before(IDLE))
            .bind(now.before(LIFE))
            .bind(now.unix_seconds());
    store.execute(statement).await?;
    Ok(())
}

fn at_rest(session: &Token) -> String {
    session.digest("customer-session")
}
