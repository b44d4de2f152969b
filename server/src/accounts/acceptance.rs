//! Accepting an invitation.

use sqlx::{AnyConnection, Row};

use super::credentials;
use super::link::{self, LinkTarget, LinkToken};
use super::membership_choices::MembershipChoices;
use crate::agents::{self, AgentError, AgentName, Membership, Role};
use crate::clock::Moment;
use crate::ids::{AgentId, DeskId, InvitationId};
use crate::passwords::HashedPassword;
use crate::sessions::{self, SessionError, Token};
use crate::store::{Store, StoreError};
use crate::vault::VaultError;

/// An invitation, as the holder of its link sees it.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// The desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// The address that is invited.
    pub email: String,
    /// A name that was suggested, or nothing.
    pub name: String,
    /// What the agent may do.
    pub role: Role,
    /// The name of the owner who invited.
    pub by: Option<String>,
    /// What accepting needs.
    pub needed: Needed,
}

/// What accepting an invitation needs.
#[derive(Clone, Debug)]
pub enum Needed {
    /// A name and a password: the address has no account.
    NewAccount,
    /// A name, a new password, and a choice for each of these desks: the account is unproved.
    TakeOver(Vec<Membership>),
    /// The password of the account, which is proved.
    Password,
    /// A name and a password, or the password of the account. The link was copied, and does not tell its
    /// holder whether there is an account.
    Either,
}

impl Needed {
    /// Tells whether a new password can be chosen.
    pub const fn takes_new_password(&self) -> bool {
        !matches!(self, Self::Password)
    }

    /// Tells whether the password of an account can be given.
    pub const fn takes_account_password(&self) -> bool {
        matches!(self, Self::Password | Self::Either)
    }
}

/// What the holder of the link chose or proved.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'chosen> {
    /// A new account.
    NewAccount {
        /// The name that customers see.
        name: &'chosen AgentName,
        /// The password.
        password: &'chosen HashedPassword,
    },
    /// The unproved account of the address, by a mailed link.
    TakeOver {
        /// The name that customers see.
        name: &'chosen AgentName,
        /// The new password.
        password: &'chosen HashedPassword,
        /// Which of the account's desks to keep.
        choices: &'chosen MembershipChoices,
    },
    /// The account of the address, whose password was given.
    Account {
        /// The account.
        id: &'chosen AgentId,
        /// The hash that the given password matched.
        password: &'chosen HashedPassword,
    },
}

/// An accepted invitation.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The new member.
    pub agent: AgentId,
    /// The desk.
    pub desk: DeskId,
    /// A session of the new member.
    pub session: Token,
}

/// Why a link is not followed.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// It was used, withdrawn, replaced, or has expired.
    #[error("This link is not valid any more.")]
    Gone,
    /// The account is not as it was when the page was opened.
    #[error("The account changed meanwhile.")]
    Changed,
    /// The link was copied, and the address has an account.
    #[error("No account can be made for this address with this link.")]
    HasAccount,
    /// The desk would have no owner.
    #[error(
        "You are the only owner of “{0}”. Choose to stay, and make another agent an owner first."
    )]
    LastOwner(String),
    /// There is no randomness.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AcceptError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<SessionError> for AcceptError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ended => Self::Changed,
            SessionError::Vault(error) => error.into(),
            SessionError::Store(error) => error.into(),
        }
    }
}

impl From<AgentError> for AcceptError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Store(error) => error.into(),
            AgentError::Vault(error) => error.into(),
            // The desk was deleted, and the invitation with it.
            _ => Self::Gone,
        }
    }
}

/// Returns the invitation that the token's link leads to, and changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn open(
    store: &Store,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<OpenInvitation>, StoreError> {
    let mut connection = store.readers().acquire().await?;
    let Some((id, is_mailed)) = target(&mut connection, token, now).await? else { return Ok(None) };
    let row = sqlx::query(
        "SELECT invitations.desk_id, desks.name AS desk_name, invitations.email, invitations.name, \
         invitations.role, agents.name AS by_name FROM invitations \
         JOIN desks ON desks.id = invitations.desk_id \
         LEFT JOIN agents ON agents.id = invitations.invited_by WHERE invitations.id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let email: String = row.try_get("email")?;
    let needed = if is_mailed { needed(&mut connection, &email).await? } else { Needed::Either };
    Ok(Some(OpenInvitation {
        desk: row.try_get("desk_id")?,
        desk_name: row.try_get("desk_name")?,
        email,
        name: row.try_get("name")?,
        role: Role::stored(row.try_get("role")?)?,
        by: row.try_get("by_name")?,
        needed,
    }))
}

/// Returns what the holder of the mailbox has to choose or prove.
async fn needed(connection: &mut AnyConnection, email: &str) -> Result<Needed, StoreError> {
    let row = sqlx::query("SELECT id, address_proved FROM agents WHERE email = $1")
        .bind(email)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(Needed::NewAccount) };
    if row.try_get::<i64, _>("address_proved")? != 0 {
        return Ok(Needed::Password);
    }
    let agent = row.try_get("id")?;
    Ok(Needed::TakeOver(agents::memberships_in(connection, &agent).await?))
}

async fn target(
    connection: &mut AnyConnection,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<(InvitationId, bool)>, StoreError> {
    let found = link::find(connection, token, now).await?;
    Ok(found.and_then(|found| match found.target {
        LinkTarget::Invitation(id) => Some((id, found.is_mailed)),
        LinkTarget::Recovery(_) => None,
    }))
}

/// Accepts the invitation, once: of several who accept at the same time, one does.
///
/// # Errors
/// [`AcceptError`].
pub async fn accept(
    store: &Store,
    token: &LinkToken,
    chosen: Chosen<'_>,
    now: Moment,
) -> Result<Accepted, AcceptError> {
    let mut transaction = store.begin().await?;
    let (desk, invitation) = locked(&mut transaction, token, now).await?;
    let account = account_of(&mut transaction, &invitation.email).await?;
    let agent = match (chosen, account) {
        (Chosen::NewAccount { name, password }, None) => {
            let new = (invitation.email.as_str(), name, password);
            agents::insert(&mut transaction, new, invitation.is_mailed, now)
                .await?
                .ok_or(AcceptError::Changed)?
        }
        (Chosen::NewAccount { .. }, Some(_)) if !invitation.is_mailed => {
            return Err(AcceptError::HasAccount);
        }
        (Chosen::TakeOver { name, password, choices }, Some(account))
            if invitation.is_mailed && !account.is_proved =>
        {
            take_over(&mut transaction, &account.id, (name, password, choices)).await?;
            account.id
        }
        // By mail, the password of an unproved account is worth nothing: somebody else may have set it.
        (Chosen::Account { id, password }, Some(account))
            if (account.is_proved || !invitation.is_mailed)
                && account.id == *id
                && account.password == *password =>
        {
            credentials::end_sessions(&mut transaction, &account.id).await?;
            account.id
        }
        _ => return Err(AcceptError::Changed),
    };
    agents::join(&mut transaction, (&agent, &desk), invitation.role, now).await?;
    let used = sqlx::query("DELETE FROM invitations WHERE id = $1")
        .bind(invitation.id.as_str())
        .execute(&mut *transaction)
        .await?;
    if used.rows_affected() == 0 {
        return Err(AcceptError::Gone);
    }
    let session = sessions::insert(&mut transaction, &agent, now).await?;
    transaction.commit().await?;
    Ok(Accepted { agent, desk, session })
}

struct Locked {
    id: InvitationId,
    email: String,
    role: Role,
    is_mailed: bool,
}

/// Returns the invitation as it is while nobody else changes the desk's members and invitations.
async fn locked(
    connection: &mut AnyConnection,
    token: &LinkToken,
    now: Moment,
) -> Result<(DeskId, Locked), AcceptError> {
    let (id, _) = target(connection, token, now).await?.ok_or(AcceptError::Gone)?;
    let row = sqlx::query("SELECT desk_id FROM invitations WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    let desk: DeskId = row.ok_or(AcceptError::Gone)?.try_get("desk_id")?;
    agents::lock_desk(connection, &desk).await?;
    // Whoever held the lock may have used or withdrawn it.
    let (id, is_mailed) = target(connection, token, now).await?.ok_or(AcceptError::Gone)?;
    let row = sqlx::query("SELECT email, role FROM invitations WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(AcceptError::Gone)?;
    let role = Role::stored(row.try_get("role")?)?;
    Ok((desk, Locked { id, email: row.try_get("email")?, role, is_mailed }))
}

struct Account {
    id: AgentId,
    password: HashedPassword,
    is_proved: bool,
}

/// Returns the account of the address, and keeps others from changing it.
async fn account_of(
    connection: &mut AnyConnection,
    email: &str,
) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query(
        "UPDATE agents SET created_at = created_at WHERE email = $1 \
         RETURNING id, password_hash, address_proved",
    )
    .bind(email)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Account {
        id: row.try_get("id")?,
        password: HashedPassword::stored(row.try_get("password_hash")?),
        is_proved: row.try_get::<i64, _>("address_proved")? != 0,
    }))
}

async fn take_over(
    connection: &mut AnyConnection,
    agent: &AgentId,
    (name, password, choices): (&AgentName, &HashedPassword, &MembershipChoices),
) -> Result<(), AcceptError> {
    credentials::replace(connection, agent, password, false).await?;
    choices.settle(connection, agent).await?;
    sqlx::query("UPDATE agents SET name = $1, address_proved = 1 WHERE id = $2")
        .bind(name.as_str())
        .bind(agent.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
