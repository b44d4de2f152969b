//! Changes passwords, and ends the sessions of an account.

use deskseal::CanonicalEmail;
use sqlx::AnyConnection;

use crate::agents::AgentError;
use crate::clock::Moment;
use crate::ids::AgentId;
use crate::passwords::HashedPassword;
use crate::sessions::{self, SessionError, Token};
use crate::store::Store;

/// Makes this password the only way into the account: it deletes the previous password, every session and
/// every recovery link. Any other credential (a second factor, a passkey, an API token) must be deleted here
/// too.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    agent: &AgentId,
    password: &HashedPassword,
    must_change_password: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE agents SET password_hash = $1, must_change_password = $2 WHERE id = $3")
        .bind(password.as_str())
        .bind(i64::from(must_change_password))
        .bind(agent.as_str())
        .execute(&mut *connection)
        .await?;
    end_sessions(connection, agent).await?;
    sqlx::query("DELETE FROM account_links WHERE agent_id = $1")
        .bind(agent.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends every session of the account.
pub(super) async fn end_sessions(
    connection: &mut AnyConnection,
    agent: &AgentId,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE agent_id = $1")
        .bind(agent.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Replaces an agent's password with a new one of their choice, ends every session, and begins a new one.
///
/// # Errors
/// [`SessionError::Ended`] if the given password is no longer the account's; other variants of
/// [`SessionError`].
pub async fn change_password(
    store: &Store,
    agent: &AgentId,
    given: &HashedPassword,
    new: &HashedPassword,
    now: Moment,
) -> Result<Token, SessionError> {
    let mut transaction = store.begin().await?;
    sessions::expect_password(&mut transaction, agent, given).await?;
    replace(&mut transaction, agent, new, false).await?;
    let token = sessions::insert(&mut transaction, agent, now).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Sets an account's password for the operator, and ends all sessions and recovery links. The agent must
/// change it at the next sign-in.
///
/// # Errors
/// [`AgentError::AccountUnknown`], [`AgentError::Store`].
pub async fn reset_password(
    store: &Store,
    email: &CanonicalEmail,
    password: &HashedPassword,
) -> Result<AgentId, AgentError> {
    let mut transaction = store.begin().await?;
    let agent = sqlx::query_scalar("SELECT id FROM agents WHERE email = $1")
        .bind(email.as_str())
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or(AgentError::AccountUnknown)?;
    replace(&mut transaction, &agent, password, true).await?;
    transaction.commit().await?;
    Ok(agent)
}
