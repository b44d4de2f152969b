//! What opens an account.

use sqlx::AnyConnection;

use crate::ids::AgentId;
use crate::passwords::HashedPassword;

/// Makes this password the only thing that opens the account: the password before, every session and
/// every recovery link end. Whatever else will open accounts (a second factor, a passkey, an API token)
/// is deleted here too.
pub(crate) async fn replace(
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
