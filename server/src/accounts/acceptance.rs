//! Accepts invitations.

use sqlx::{AnyConnection, FromRow};

use super::credentials;
use super::link::{self, Link, LinkTarget, LinkToken};
use super::membership_choices::MembershipChoices;
use crate::agents::{self, AgentError, AgentName, Membership, NewAccount, Role};
use crate::clock::Moment;
use crate::ids::{AgentId, DeskId, InvitationId};
use crate::passwords::HashedPassword;
use crate::sessions::{self, SessionError, Token};
use crate::store::{Flag, Store, StoreError, from_database_error};
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
    /// What the holder must provide to accept.
    pub needed: Needed,
}

/// What the holder of the link must provide to accept an invitation.
#[derive(Clone, Debug)]
pub enum Needed {
    /// A name and a password: the address has no account.
    NewAccount,
    /// A name, a new password, and a choice for each of these desks: the account's address is unproved.
    TakeOver(Vec<Membership>),
    /// The password of the account, whose address is proved.
    Password,
    /// A name and a new password, or the password of an existing account. The link was copied, so the page
    /// must not tell whether there is an account.
    Either,
}

impl Needed {
    /// Tells whether a new password can be chosen.
    pub const fn takes_new_password(&self) -> bool {
        !matches!(self, Self::Password)
    }

    /// Tells whether the password of an existing account can be given.
    pub const fn takes_account_password(&self) -> bool {
        matches!(self, Self::Password | Self::Either)
    }
}

/// What the holder of the link provided.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'chosen> {
    /// A new account.
    NewAccount {
        /// The name that customers see.
        name: &'chosen AgentName,
        /// The password.
        password: &'chosen HashedPassword,
    },
    /// Taking over the unproved account of the address, by a mailed link.
    TakeOver {
        /// The name that customers see.
        name: &'chosen AgentName,
        /// The new password.
        password: &'chosen HashedPassword,
        /// Which of the account's desks to keep.
        choices: &'chosen MembershipChoices,
    },
    /// The account of the address, with its password.
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
    /// A new session of the member.
    pub session: Token,
}

/// Why a link cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// It was used, withdrawn, replaced, or has expired.
    #[error("This link is no longer valid.")]
    Gone,
    /// The account has changed since the page was opened.
    #[error("The account changed in the meantime.")]
    Changed,
    /// The link was copied, and the address has an account.
    #[error("This link cannot create an account for this address.")]
    HasAccount,
    /// The desk would have no owner.
    #[error(
        "You are the only owner of “{0}”. Choose to stay, and make another agent an owner first."
    )]
    LastOwner(String),
    /// The random source of the operating system cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(AcceptError);

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
            // The desk was deleted together with the invitation.
            _ => Self::Gone,
        }
    }
}

#[derive(FromRow)]
struct InvitationRow {
    desk_id: DeskId,
    desk_name: String,
    email: String,
    name: String,
    #[sqlx(try_from = "String")]
    role: Role,
    by_name: Option<String>,
}

/// Returns the invitation of the token's link. It changes nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn open(
    store: &Store,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<OpenInvitation>, StoreError> {
    let mut connection = store.readers().acquire().await?;
    let Some(link) = open_link(&mut connection, token, now).await? else { return Ok(None) };
    let row: Option<InvitationRow> = sqlx::query_as(
        "SELECT invitations.desk_id, desks.name AS desk_name, invitations.email, invitations.name, \
         invitations.role, agents.name AS by_name FROM invitations \
         JOIN desks ON desks.id = invitations.desk_id \
         LEFT JOIN agents ON agents.id = invitations.invited_by WHERE invitations.id = $1",
    )
    .bind(link.target.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let needed =
        if link.is_mailed { needed(&mut connection, &row.email).await? } else { Needed::Either };
    Ok(Some(OpenInvitation {
        desk: row.desk_id,
        desk_name: row.desk_name,
        email: row.email,
        name: row.name,
        role: row.role,
        by: row.by_name,
        needed,
    }))
}

/// Returns what the holder of the mailbox must provide.
async fn needed(connection: &mut AnyConnection, email: &str) -> Result<Needed, StoreError> {
    let account =
        sqlx::query_as("SELECT id, password_hash, address_proved FROM agents WHERE email = $1")
            .bind(email)
            .fetch_optional(&mut *connection)
            .await?;
    match account {
        None => Ok(Needed::NewAccount),
        Some(Account { is_proved: true, .. }) => Ok(Needed::Password),
        Some(Account { id, .. }) => {
            Ok(Needed::TakeOver(agents::memberships_in(connection, &id).await?))
        }
    }
}

async fn open_link(
    connection: &mut AnyConnection,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<Link<InvitationId>>, StoreError> {
    let found = link::find(connection, token, now).await?;
    Ok(found.and_then(|Link { target, is_mailed }| match target {
        LinkTarget::Invitation(target) => Some(Link { target, is_mailed }),
        LinkTarget::Recovery(_) => None,
    }))
}

/// Accepts the invitation once: if several requests accept at the same time, only one succeeds.
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
    let invitation = locked(&mut transaction, token, now).await?;
    let account = account_of(&mut transaction, &invitation.email).await?;
    let agent = match (chosen, account) {
        (Chosen::NewAccount { name, password }, None) => {
            let (email, address_proved) = (&invitation.email, invitation.is_mailed);
            let new = NewAccount { email, name, password, address_proved };
            agents::insert(&mut transaction, new, now).await?.ok_or(AcceptError::Changed)?
        }
        (Chosen::NewAccount { .. }, Some(_)) if !invitation.is_mailed => {
            return Err(AcceptError::HasAccount);
        }
        (Chosen::TakeOver { name, password, choices }, Some(account))
            if invitation.is_mailed && !account.is_proved =>
        {
            take_over(&mut transaction, &account.id, name, password, choices).await?;
            account.id
        }
        // With a mailed link, the password of an unproved account is not enough: another person may have set
        // it.
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
    agents::join(&mut transaction, &agent, &invitation.desk, invitation.role, now).await?;
    let used = sqlx::query("DELETE FROM invitations WHERE id = $1")
        .bind(invitation.id.as_str())
        .execute(&mut *transaction)
        .await?;
    if used.rows_affected() == 0 {
        return Err(AcceptError::Gone);
    }
    let session = sessions::insert(&mut transaction, &agent, now).await?;
    transaction.commit().await?;
    Ok(Accepted { agent, desk: invitation.desk, session })
}

#[derive(FromRow)]
struct Locked {
    id: InvitationId,
    #[sqlx(rename = "desk_id")]
    desk: DeskId,
    email: String,
    #[sqlx(try_from = "String")]
    role: Role,
    #[sqlx(skip)]
    is_mailed: bool,
}

/// Locks the desk's members and invitations, and returns the invitation.
async fn locked(
    connection: &mut AnyConnection,
    token: &LinkToken,
    now: Moment,
) -> Result<Locked, AcceptError> {
    let id = open_link(connection, token, now).await?.ok_or(AcceptError::Gone)?.target;
    let desk: Option<DeskId> = sqlx::query_scalar("SELECT desk_id FROM invitations WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    let desk = desk.ok_or(AcceptError::Gone)?;
    agents::lock_desk(connection, &desk).await?;
    // A request that had the lock before may have used or withdrawn the invitation.
    let link = open_link(connection, token, now).await?.ok_or(AcceptError::Gone)?;
    let locked = sqlx::query_as("SELECT id, desk_id, email, role FROM invitations WHERE id = $1")
        .bind(link.target.as_str())
        .fetch_optional(connection)
        .await?
        .ok_or(AcceptError::Gone)?;
    Ok(Locked { is_mailed: link.is_mailed, ..locked })
}

#[derive(FromRow)]
struct Account {
    id: AgentId,
    #[sqlx(rename = "password_hash", try_from = "String")]
    password: HashedPassword,
    #[sqlx(rename = "address_proved", try_from = "Flag")]
    is_proved: bool,
}

/// Returns the account of the address, and locks it.
async fn account_of(
    connection: &mut AnyConnection,
    email: &str,
) -> Result<Option<Account>, StoreError> {
    let account = sqlx::query_as(
        "UPDATE agents SET created_at = created_at WHERE email = $1 \
         RETURNING id, password_hash, address_proved",
    )
    .bind(email)
    .fetch_optional(connection)
    .await?;
    Ok(account)
}

async fn take_over(
    connection: &mut AnyConnection,
    agent: &AgentId,
    name: &AgentName,
    password: &HashedPassword,
    choices: &MembershipChoices,
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
