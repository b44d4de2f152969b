//! Sessions of the dashboard: which agent is signed in, and until when.
//!
//! The browser has a random token; the database has only its hash. Every sign-in and every password
//! confirmation creates a new token, so a token that an attacker planted or saw before is useless.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, FromRow};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::agents::Account;
use crate::clock::Moment;
use crate::ids::AgentId;
use crate::passwords::HashedPassword;
use crate::store::{Store, StoreError, from_database_error};
use crate::vault::VaultError;

/// A session ends after 12 hours without use, so that agents sign in once in a working day.
const IDLE_MILLISECONDS: i64 = 12 * 60 * 60 * 1000;

/// A session ends after 7 days, used or not.
const LIFE_MILLISECONDS: i64 = 7 * 24 * 60 * 60 * 1000;

/// How long after entering the password an agent counts as recently confirmed.
const RECENT_MILLISECONDS: i64 = 10 * 60 * 1000;

/// The interval at which uses are stored, so that reading a page rarely writes.
const USE_MILLISECONDS: i64 = 60 * 1000;

const TOKEN_BYTES: usize = 32;

/// A random text that a browser keeps in a cookie. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    /// Returns a new token of 256 bits.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn generate() -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(|_| VaultError::NoRandomness)?;
        Ok(Self(Base64UrlUnpadded::encode_string(bytes.as_ref()).into()))
    }

    /// Reads a token from a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
        let length = Base64UrlUnpadded::decode(text, bytes.as_mut()).ok()?.len();
        (length == TOKEN_BYTES).then(|| Self(text.into()))
    }

    /// Returns the token, for the cookie.
    pub fn shown(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns the CSRF token for the forms of this browser, so that another site cannot submit them. The
    /// session token cannot be derived from it.
    pub fn form_token(&self) -> String {
        self.digest("form")
    }

    /// Tells whether the CSRF token of a form belongs to this browser.
    pub fn made_form(&self, form_token: &str) -> bool {
        self.form_token().as_bytes().ct_eq(form_token.as_bytes()).into()
    }

    fn at_rest(&self) -> String {
        self.digest("session")
    }

    /// Returns a hash of the token; each label gives another hash.
    pub(crate) fn digest(&self, label: &str) -> String {
        let digest =
            Sha256::new().chain_update(label).chain_update("\0").chain_update(self.shown());
        Base64UrlUnpadded::encode_string(&digest.finalize())
    }
}

/// The session of an agent who is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account.
    pub account: Account,
    /// The browser's token.
    pub token: Token,
    confirmed_at: Moment,
}

impl Session {
    /// Tells whether the agent entered the password within the last ten minutes.
    pub fn is_recently_confirmed(&self, now: Moment) -> bool {
        age(self.confirmed_at, now) < RECENT_MILLISECONDS
    }
}

/// Begins a session of an agent who gave the right password.
///
/// `password` is the hash that the given password matched. If the account has another password by now, no
/// session begins.
///
/// # Errors
/// [`SessionError`].
pub async fn begin(
    store: &Store,
    agent: &AgentId,
    password: &HashedPassword,
    now: Moment,
) -> Result<Token, SessionError> {
    let mut transaction = store.begin().await?;
    expect_password(&mut transaction, agent, password).await?;
    let token = insert(&mut transaction, agent, now).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Checks that this is still the account's password, and prevents changes of it until the transaction ends.
pub(crate) async fn expect_password(
    connection: &mut AnyConnection,
    agent: &AgentId,
    password: &HashedPassword,
) -> Result<(), SessionError> {
    let is_same = sqlx::query(
        "UPDATE agents SET password_hash = password_hash WHERE id = $1 AND password_hash = $2",
    )
    .bind(agent.as_str())
    .bind(password.as_str())
    .execute(connection)
    .await?
    .rows_affected();
    if is_same == 1 { Ok(()) } else { Err(SessionError::Ended) }
}

/// Begins a session within a transaction that has already checked the agent.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    agent: &AgentId,
    now: Moment,
) -> Result<Token, SessionError> {
    let token = Token::generate()?;
    sqlx::query(
        "INSERT INTO sessions (token_hash, agent_id, created_at, used_at, confirmed_at) \
         VALUES ($1, $2, $3, $3, $3)",
    )
    .bind(token.at_rest())
    .bind(agent.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(token)
}

#[derive(FromRow)]
struct SessionRow {
    #[sqlx(flatten)]
    account: Account,
    created_at: Moment,
    used_at: Moment,
    confirmed_at: Moment,
}

/// Returns the session of the token, unless it has ended. `is_use` tells whether the agent made the request;
/// requests that a page makes by itself do not prolong the session.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    store: &Store,
    token: &Token,
    is_use: bool,
    now: Moment,
) -> Result<Option<Session>, StoreError> {
    let row: Option<SessionRow> = sqlx::query_as(
        "SELECT agents.id, agents.email, agents.name, agents.must_change_password, \
         agents.address_proved, sessions.created_at, sessions.used_at, sessions.confirmed_at FROM sessions \
         JOIN agents ON agents.id = sessions.agent_id WHERE sessions.token_hash = $1",
    )
    .bind(token.at_rest())
    .fetch_optional(store.readers())
    .await?;
    let Some(SessionRow { account, created_at, used_at, confirmed_at }) = row else {
        return Ok(None);
    };
    if age(created_at, now) >= LIFE_MILLISECONDS || age(used_at, now) >= IDLE_MILLISECONDS {
        return Ok(None);
    }
    if is_use && age(used_at, now) >= USE_MILLISECONDS {
        mark_used(store, token, now).await?;
    }
    Ok(Some(Session { account, token: token.clone(), confirmed_at }))
}

/// Replaces the session's token after the agent entered the password again.
///
/// # Errors
/// [`SessionError::Ended`], [`SessionError::Vault`], [`SessionError::Store`].
pub async fn confirm(store: &Store, token: &Token, now: Moment) -> Result<Token, SessionError> {
    let new = Token::generate()?;
    let mut transaction = store.begin().await?;
    let renewed = sqlx::query(
        "UPDATE sessions SET token_hash = $1, used_at = $2, confirmed_at = $2 WHERE token_hash = $3",
    )
    .bind(new.at_rest())
    .bind(now)
    .bind(token.at_rest())
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if renewed == 0 {
        return Err(SessionError::Ended);
    }
    transaction.commit().await?;
    Ok(new)
}

/// Ends a session.
///
/// # Errors
/// [`StoreError`].
pub async fn end(store: &Store, token: &Token) -> Result<(), StoreError> {
    let statement = sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token.at_rest());
    store.execute(statement).await?;
    Ok(())
}

/// Deletes the sessions that have expired.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_ended(store: &Store, now: Moment) -> Result<(), StoreError> {
    let statement = sqlx::query("DELETE FROM sessions WHERE used_at <= $1 OR created_at <= $2")
        .bind(now.milliseconds() - IDLE_MILLISECONDS)
        .bind(now.milliseconds() - LIFE_MILLISECONDS);
    store.execute(statement).await?;
    Ok(())
}

/// Why a session cannot begin or continue.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It has ended in the meantime.
    #[error("The session has ended.")]
    Ended,
    /// The random source of the operating system cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(SessionError);

async fn mark_used(store: &Store, token: &Token, now: Moment) -> Result<(), StoreError> {
    let statement =
        sqlx::query("UPDATE sessions SET used_at = $1 WHERE token_hash = $2 AND used_at < $1")
            .bind(now)
            .bind(token.at_rest());
    store.execute(statement).await?;
    Ok(())
}

/// Returns the age of a moment, at least zero: a clock that was set back makes nothing older.
fn age(since: Moment, now: Moment) -> i64 {
    now.milliseconds().saturating_sub(since.milliseconds())
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn a_form_token_is_valid_for_its_own_browser_only() {
        let (one, other) = (token(), token());
        assert!(one.made_form(&one.form_token()));
        assert!(!one.made_form(&other.form_token()) && !one.made_form(""));
        assert_ne!(one.form_token(), one.at_rest());
        assert!(!format!("{one:?}").contains(one.shown()));
    }

    #[test]
    fn a_malformed_token_is_not_looked_up() {
        assert!(Token::parse(token().shown()).is_some());
        for text in ["", "a", &"a".repeat(44), &"\"".repeat(43), &"a".repeat(1000)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }

    fn token() -> Token {
        Token::generate().expect("there is randomness")
    }
}
