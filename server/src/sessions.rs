//! Sessions of the dashboard: who is signed in, and for how long.
//!
//! The browser has a random token; the database has only its hash. Every sign-in and every confirmation
//! makes a new token, so a token that another person planted or saw before is useless afterwards.

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

/// A session ends when it was not used for 12 hours: a working day is no reason to sign in twice.
const IDLE_MILLISECONDS: i64 = 12 * 60 * 60 * 1000;

/// A session ends after 7 days, used or not.
const LIFE_MILLISECONDS: i64 = 7 * 24 * 60 * 60 * 1000;

/// For how long a given password counts as just given.
const RECENT_MILLISECONDS: i64 = 10 * 60 * 1000;

/// Uses are written down this often, so that reading a page rarely writes.
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

    /// Reads a token of a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
        let length = Base64UrlUnpadded::decode(text, bytes.as_mut()).ok()?.len();
        (length == TOKEN_BYTES).then(|| Self(text.into()))
    }

    /// Returns the token, for the cookie.
    pub fn shown(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns what forms of this browser carry, so that no other site can send them. It does not lead
    /// back to the token.
    pub fn form_token(&self) -> String {
        self.digest("form")
    }

    /// Tells whether a form carries what this browser's forms do.
    pub fn made_form(&self, form_token: &str) -> bool {
        self.form_token().as_bytes().ct_eq(form_token.as_bytes()).into()
    }

    fn at_rest(&self) -> String {
        self.digest("session")
    }

    /// Returns a hash of the token, another one for each label.
    pub(crate) fn digest(&self, label: &str) -> String {
        let digest =
            Sha256::new().chain_update(label).chain_update("\0").chain_update(self.shown());
        Base64UrlUnpadded::encode_string(&digest.finalize())
    }
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account.
    pub account: Account,
    /// The browser's token.
    pub token: Token,
    confirmed_at: Moment,
}

impl Session {
    /// Tells whether the password was given within the last ten minutes.
    pub fn is_recently_confirmed(&self, now: Moment) -> bool {
        age(self.confirmed_at, now) < RECENT_MILLISECONDS
    }
}

/// Begins a session of an agent who gave the right password.
///
/// `password` is the hash that the given password matched. Where the account has another one by now, its
/// holder has changed, and no session begins.
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

/// Expects that this is still the account's password, and keeps it from being changed meanwhile.
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

/// Begins a session in a transaction that has checked who begins it.
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

/// Returns the session of the token, unless it has ended. `is_use` tells whether the agent asks, and not
/// a page by itself: only people keep a session from ending.
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

/// Gives the session another token after the password was given once more.
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

/// Deletes the sessions that time has ended.
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

/// Why a session does not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It ended meanwhile.
    #[error("The session has ended.")]
    Ended,
    /// There is no randomness.
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

/// A clock that was set back does not make anything older.
fn age(since: Moment, now: Moment) -> i64 {
    now.milliseconds().saturating_sub(since.milliseconds())
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn a_form_belongs_to_its_browser_alone() {
        let (one, other) = (token(), token());
        assert!(one.made_form(&one.form_token()));
        assert!(!one.made_form(&other.form_token()) && !one.made_form(""));
        assert_ne!(one.form_token(), one.at_rest());
        assert!(!format!("{one:?}").contains(one.shown()));
    }

    #[test]
    fn what_is_no_token_is_not_asked_about() {
        assert!(Token::parse(token().shown()).is_some());
        for text in ["", "a", &"a".repeat(44), &"\"".repeat(43), &"a".repeat(1000)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }

    fn token() -> Token {
        Token::generate().expect("there is randomness")
    }
}
