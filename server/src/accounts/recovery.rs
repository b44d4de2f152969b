//! Recovering an account whose password was forgotten.

use std::time::Duration;

use deskseal::CanonicalEmail;
use sqlx::{AnyConnection, Row};

use super::AcceptError;
use super::credentials;
use super::link::{self, LinkTarget, LinkToken};
use super::mail;
use super::membership_choices::MembershipChoices;
use crate::agents::{self, AgentError, Membership};
use crate::clock::Moment;
use crate::ids::AgentId;
use crate::passwords::HashedPassword;
use crate::sessions::{self, Token};
use crate::store::{Store, StoreError};

/// For how long a recovery link can be used.
pub const RECOVERY_LIFE: Duration = Duration::from_hours(1);

/// A recovery, as the holder of its link sees it.
#[derive(Clone, Debug)]
pub struct OpenRecovery {
    /// The account's address.
    pub email: String,
    /// The account's name.
    pub name: String,
    /// The desks for each of which the holder has to choose whether to stay: the link proves the address
    /// of an account that was unproved.
    pub desks: Vec<Membership>,
}

/// A recovered account.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// The account.
    pub agent: AgentId,
    /// Whether this was the first proof of its address.
    pub is_newly_proved: bool,
    /// A session of it.
    pub session: Token,
}

/// Queues a mail with a recovery link. Whether the address has an account is looked up when the mail is
/// sent, so that asking is the same work for every address.
///
/// # Errors
/// [`StoreError`].
pub async fn request_recovery(
    store: &Store,
    email: &CanonicalEmail,
    now: Moment,
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    let times = (now, now.after(RECOVERY_LIFE));
    mail::enqueue(&mut transaction, None, email.as_str(), times).await?;
    transaction.commit().await?;
    Ok(())
}

/// Returns the token of a recovery link that the operator hands over. It proves no address.
///
/// # Errors
/// [`AgentError::AccountUnknown`], [`AgentError::Vault`], [`AgentError::Store`].
pub async fn issue_recovery(
    store: &Store,
    email: &CanonicalEmail,
    now: Moment,
) -> Result<LinkToken, AgentError> {
    let mut transaction = store.begin().await?;
    let row = sqlx::query("SELECT id FROM agents WHERE email = $1")
        .bind(email.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
    let agent = row.ok_or(AgentError::AccountUnknown)?.try_get("id")?;
    let token = LinkToken::generate()?;
    let target = LinkTarget::Recovery(agent);
    link::insert(&mut transaction, &token, (&target, false), now.after(RECOVERY_LIFE)).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Returns the recovery that the token's link leads to, and changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn open_recovery(
    store: &Store,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<OpenRecovery>, StoreError> {
    let mut connection = store.readers().acquire().await?;
    let Some((agent, is_mailed)) = target(&mut connection, token, now).await? else {
        return Ok(None);
    };
    let row = sqlx::query("SELECT email, name, address_proved FROM agents WHERE id = $1")
        .bind(agent.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let proves = is_mailed && row.try_get::<i64, _>("address_proved")? == 0;
    let desks =
        if proves { agents::memberships_in(&mut connection, &agent).await? } else { Vec::new() };
    Ok(Some(OpenRecovery { email: row.try_get("email")?, name: row.try_get("name")?, desks }))
}

/// Sets the new password, once, and ends what opened the account before. A mailed link proves the address.
///
/// # Errors
/// [`AcceptError`].
pub async fn recover(
    store: &Store,
    token: &LinkToken,
    (password, choices): (&HashedPassword, &MembershipChoices),
    now: Moment,
) -> Result<Recovered, AcceptError> {
    let mut transaction = store.begin().await?;
    let (agent, _) = target(&mut transaction, token, now).await?.ok_or(AcceptError::Gone)?;
    // Others who use a link of this account wait here, and find none afterwards.
    let row = sqlx::query(
        "UPDATE agents SET created_at = created_at WHERE id = $1 RETURNING address_proved",
    )
    .bind(agent.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    let is_proved = row.ok_or(AcceptError::Gone)?.try_get::<i64, _>("address_proved")? != 0;
    let (agent, is_mailed) =
        target(&mut transaction, token, now).await?.ok_or(AcceptError::Gone)?;
    credentials::replace(&mut transaction, &agent, password, false).await?;
    let is_newly_proved = is_mailed && !is_proved;
    if is_newly_proved {
        choices.settle(&mut transaction, &agent).await?;
        sqlx::query("UPDATE agents SET address_proved = 1 WHERE id = $1")
            .bind(agent.as_str())
            .execute(&mut *transaction)
            .await?;
    }
    let session = sessions::insert(&mut transaction, &agent, now).await?;
    transaction.commit().await?;
    Ok(Recovered { agent, is_newly_proved, session })
}

async fn target(
    connection: &mut AnyConnection,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<(AgentId, bool)>, StoreError> {
    let found = link::find(connection, token, now).await?;
    Ok(found.and_then(|found| match found.target {
        LinkTarget::Recovery(agent) => Some((agent, found.is_mailed)),
        LinkTarget::Invitation(_) => None,
    }))
}
