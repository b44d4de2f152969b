//! Passwords and sessions of an account.

use deskseal::CanonicalEmail;
use sqlx::AnyConnection;

use crate::agents::AgentError;
use crate::clock::Moment;
use crate::ids::AgentId;
use crate::passwords::HashedPassword;
use crate::sessions::{self, SessionError, Token};
use crate::store::Store;

/// Makes this password the only thing that opens the account: the password before, every session and
/// every recovery link end. Whatever else will open accounts (a second factor, a passkey, an API token)
/// is deleted here too.
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

/// Sets an agent's own new password in place of the one that was given, ends every session, and begins
/// one.
///
/// # Errors
/// [`SessionError::Ended`] where the given password is not the account's any more; others of
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

/// Sets the password of an account whose password the operator resets, to be changed at the next sign-in,
/// and ends what opened the account before.
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
