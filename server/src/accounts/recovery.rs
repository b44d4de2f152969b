//! Recovers accounts whose password was forgotten.

use std::time::Duration;

use deskseal::CanonicalEmail;
use sqlx::AnyConnection;

use super::AcceptError;
use super::credentials;
use super::link::{self, Link, LinkTarget, LinkToken};
use super::mail;
use super::membership_choices::MembershipChoices;
use crate::agents::{self, Account, AgentError, Membership};
use crate::clock::Moment;
use crate::ids::AgentId;
use crate::passwords::HashedPassword;
use crate::sessions::{self, Token};
use crate::store::{Flag, Store, StoreError};

/// How long a recovery link can be used.
pub const RECOVERY_LIFE: Duration = Duration::from_hours(1);

/// A recovery, as the holder of its link sees it.
#[derive(Clone, Debug)]
pub struct OpenRecovery {
    /// The account's address.
    pub email: String,
    /// The account's name.
    pub name: String,
    /// The desks for which the holder must choose whether to stay: the link proves the address of an account
    /// that was unproved.
    pub desks: Vec<Membership>,
}

/// A recovered account.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// The account.
    pub agent: AgentId,
    /// Whether this was the first proof of its address.
    pub is_newly_proved: bool,
    /// A new session of the account.
    pub session: Token,
}

/// Queues a mail with a recovery link. Whether the address has an account is checked when the mail is sent,
/// so that a request does the same work for every address.
///
/// # Errors
/// [`StoreError`].
pub async fn request_recovery(
    store: &Store,
    email: &CanonicalEmail,
    now: Moment,
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    let expires_at = now.after(RECOVERY_LIFE);
    mail::enqueue(&mut transaction, None, email.as_str(), now, expires_at).await?;
    transaction.commit().await?;
    Ok(())
}

/// Returns the token of a recovery link that the operator passes on. It proves no address.
///
/// # Errors
/// [`AgentError::AccountUnknown`], [`AgentError::Vault`], [`AgentError::Store`].
pub async fn issue_recovery(
    store: &Store,
    email: &CanonicalEmail,
    now: Moment,
) -> Result<LinkToken, AgentError> {
    let mut transaction = store.begin().await?;
    let agent = sqlx::query_scalar("SELECT id FROM agents WHERE email = $1")
        .bind(email.as_str())
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or(AgentError::AccountUnknown)?;
    let token = LinkToken::generate()?;
    let link = Link { target: LinkTarget::Recovery(agent), is_mailed: false };
    link::insert(&mut transaction, &token, &link, now.after(RECOVERY_LIFE)).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Returns the recovery of the token's link. It changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn open_recovery(
    store: &Store,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<OpenRecovery>, StoreError> {
    let mut connection = store.readers().acquire().await?;
    let Some(link) = open_link(&mut connection, token, now).await? else {
        return Ok(None);
    };
    let row = sqlx::query_as(
        "SELECT id, email, name, must_change_password, address_proved FROM agents WHERE id = $1",
    )
    .bind(link.target.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(Account { email, name, address_proved, .. }) = row else { return Ok(None) };
    let desks = if link.is_mailed && !address_proved {
        agents::memberships_in(&mut connection, &link.target).await?
    } else {
        Vec::new()
    };
    Ok(Some(OpenRecovery { email, name, desks }))
}

/// Sets the new password, once, and ends all sessions and links of the account. A mailed link proves the
/// address.
///
/// # Errors
/// [`AcceptError`].
pub async fn recover(
    store: &Store,
    token: &LinkToken,
    password: &HashedPassword,
    choices: &MembershipChoices,
    now: Moment,
) -> Result<Recovered, AcceptError> {
    let mut transaction = store.begin().await?;
    let agent = open_link(&mut transaction, token, now).await?.ok_or(AcceptError::Gone)?.target;
    // Other requests that use a link of this account wait here, and then find no link.
    let is_proved: Option<Flag> = sqlx::query_scalar(
        "UPDATE agents SET created_at = created_at WHERE id = $1 RETURNING address_proved",
    )
    .bind(agent.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    let is_proved = bool::from(is_proved.ok_or(AcceptError::Gone)?);
    let link = open_link(&mut transaction, token, now).await?.ok_or(AcceptError::Gone)?;
    let Link { target: agent, is_mailed } = link;
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

async fn open_link(
    connection: &mut AnyConnection,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<Link<AgentId>>, StoreError> {
    let found = link::find(connection, token, now).await?;
    Ok(found.and_then(|Link { target, is_mailed }| match target {
        LinkTarget::Recovery(target) => Some(Link { target, is_mailed }),
        LinkTarget::Invitation(_) => None,
    }))
}
