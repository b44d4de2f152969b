//! Agents, and the desks that they are members of.
//!
//! An agent has one account for all desks, and a role at each of them. Statements that change a desk's
//! members name the desk, so that they cannot change another one.

use deskseal::CanonicalEmail;
use sqlx::{AnyConnection, FromRow};

use crate::clock::Moment;
use crate::ids::{AgentId, DeskId};
use crate::passwords::{HashedPassword, PasswordError};
use crate::store::{Flag, Store, StoreError, from_database_error, stored_as_text};
use crate::vault::VaultError;

/// The longest name of an agent, in characters.
const MAX_NAME: usize = 80;

/// What an agent may do at a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything, including settings, secrets and members.
    Owner,
    /// Answer conversations.
    Agent,
}

impl Role {
    /// Returns the role's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Agent => "agent",
        }
    }

    /// Reads a role's name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "owner" => Some(Self::Owner),
            "agent" => Some(Self::Agent),
            _ => None,
        }
    }
}

stored_as_text!(Role, "role");

/// An agent's name, as customers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentName(String);

impl AgentName {
    /// Reads a name of 1 to 80 characters, without surrounding whitespace and control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let is_name =
            (1..=MAX_NAME).contains(&name.chars().count()) && !name.contains(char::is_control);
        is_name.then(|| Self(name.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An agent's account.
#[derive(Clone, Debug, FromRow)]
pub struct Account {
    /// The id.
    pub id: AgentId,
    /// The canonical e-mail.
    pub email: String,
    /// The name that customers see.
    pub name: String,
    /// Whether another person has seen the password, so that the agent must change it.
    #[sqlx(try_from = "Flag")]
    pub must_change_password: bool,
    /// Whether the holder of the mailbox has opened a mailed link.
    #[sqlx(try_from = "Flag")]
    pub address_proved: bool,
}

/// A desk that an agent is a member of.
#[derive(Clone, Debug, FromRow)]
pub struct Membership {
    /// The desk.
    #[sqlx(rename = "desk_id")]
    pub desk: DeskId,
    /// Its name.
    #[sqlx(rename = "name")]
    pub desk_name: String,
    /// What the agent may do there.
    #[sqlx(try_from = "String")]
    pub role: Role,
}

/// A member of a desk.
#[derive(Clone, Debug, FromRow)]
pub struct Member {
    /// The agent.
    #[sqlx(flatten)]
    pub account: Account,
    /// What the agent may do there.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Since when.
    #[sqlx(rename = "created_at")]
    pub since: Moment,
}

/// An account and the hash of its password.
#[derive(Clone, Debug, FromRow)]
pub struct Credentials {
    /// The account.
    #[sqlx(flatten)]
    pub account: Account,
    /// The password's hash.
    #[sqlx(rename = "password_hash", try_from = "String")]
    pub password: HashedPassword,
}

/// A new account with its first membership. Its address is not proved.
#[derive(Debug)]
pub struct NewMember<'new> {
    /// The e-mail to sign in with.
    pub email: &'new CanonicalEmail,
    /// The name that customers see.
    pub name: &'new AgentName,
    /// What the agent may do.
    pub role: Role,
    /// The password.
    pub password: &'new HashedPassword,
}

/// Why an agent cannot be added or changed.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// There is no such desk.
    #[error("There is no desk with this id.")]
    DeskUnknown,
    /// The agent is already a member of the desk.
    #[error("An agent with this e-mail is already a member of the desk.")]
    MemberAlready,
    /// The agent is not a member of the desk.
    #[error("The desk has no such member.")]
    MemberUnknown,
    /// The agent is the desk's only owner.
    #[error("A desk needs an owner. Make another agent an owner first.")]
    LastOwner,
    /// The address already has an account; only an invitation can make it a member.
    #[error("This address already has an account. Invite it instead.")]
    AccountAlready,
    /// There is no account of this address.
    #[error("There is no account with this e-mail. Check the address.")]
    AccountUnknown,
    /// The invitation was accepted, withdrawn, or has expired.
    #[error("This invitation is no longer pending. Reload the page.")]
    InvitationUnknown,
    /// The agent who invites is not an owner of the desk.
    #[error("You are no longer an owner of this desk.")]
    NoOwner,
    /// The password is rejected.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The random source of the operating system cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(AgentError);

/// Creates an account that is a member of the desk. The operator sets its password. An address that already
/// has an account is invited instead ([`accounts::invite`](crate::accounts::invite)).
///
/// # Errors
/// [`AgentError::DeskUnknown`], [`AgentError::AccountAlready`], [`AgentError::Store`].
pub async fn create_member(
    store: &Store,
    desk: &DeskId,
    new: NewMember<'_>,
    now: Moment,
) -> Result<AgentId, AgentError> {
    let mut transaction = store.begin().await?;
    lock_desk(&mut transaction, desk).await?;
    let NewMember { email, name, role, password } = new;
    let account = NewAccount { email: email.as_str(), name, password, address_proved: false };
    let agent = insert(&mut transaction, account, now).await?;
    let agent = agent.ok_or(AgentError::AccountAlready)?;
    join(&mut transaction, &agent, desk, role, now).await?;
    transaction.commit().await?;
    Ok(agent)
}

/// An account to be created.
#[derive(Debug)]
pub(crate) struct NewAccount<'new> {
    pub(crate) email: &'new str,
    pub(crate) name: &'new AgentName,
    pub(crate) password: &'new HashedPassword,
    pub(crate) address_proved: bool,
}

/// Creates an account, unless the address has one.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    NewAccount { email, name, password, address_proved }: NewAccount<'_>,
    now: Moment,
) -> Result<Option<AgentId>, sqlx::Error> {
    let id = AgentId::generate();
    let created = sqlx::query(
        "INSERT INTO agents \
         (id, email, name, password_hash, must_change_password, address_proved, created_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (email) DO NOTHING",
    )
    .bind(id.as_str())
    .bind(email)
    .bind(name.as_str())
    .bind(password.as_str())
    .bind(i64::from(address_proved))
    .bind(now)
    .execute(connection)
    .await?
    .rows_affected();
    Ok((created == 1).then_some(id))
}

/// Makes the agent a member of the desk. An existing member keeps the role.
pub(crate) async fn join(
    connection: &mut AnyConnection,
    agent: &AgentId,
    desk: &DeskId,
    role: Role,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO memberships (agent_id, desk_id, role, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (agent_id, desk_id) DO NOTHING",
    )
    .bind(agent.as_str())
    .bind(desk.as_str())
    .bind(role.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the desk's members, the oldest membership first.
///
/// # Errors
/// [`StoreError`].
pub async fn members(store: &Store, desk: &DeskId) -> Result<Vec<Member>, StoreError> {
    let members = sqlx::query_as(
        "SELECT agents.id, agents.email, agents.name, agents.must_change_password, \
         agents.address_proved, memberships.role, memberships.created_at FROM memberships \
         JOIN agents ON agents.id = memberships.agent_id \
         WHERE memberships.desk_id = $1 ORDER BY memberships.created_at, agents.id",
    )
    .bind(desk.as_str())
    .fetch_all(store.readers())
    .await?;
    Ok(members)
}

/// Returns the desks that the agent is a member of, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn memberships(store: &Store, agent: &AgentId) -> Result<Vec<Membership>, StoreError> {
    memberships_in(&mut *store.readers().acquire().await?, agent).await
}

/// [`memberships`], on a connection.
pub(crate) async fn memberships_in(
    connection: &mut AnyConnection,
    agent: &AgentId,
) -> Result<Vec<Membership>, StoreError> {
    let memberships = sqlx::query_as(
        "SELECT memberships.desk_id, desks.name, memberships.role FROM memberships \
         JOIN desks ON desks.id = memberships.desk_id \
         WHERE memberships.agent_id = $1 ORDER BY desks.name, desks.id",
    )
    .bind(agent.as_str())
    .fetch_all(connection)
    .await?;
    Ok(memberships)
}

/// Changes a member's role.
///
/// # Errors
/// [`AgentError::MemberUnknown`], [`AgentError::LastOwner`], [`AgentError::DeskUnknown`],
/// [`AgentError::Store`].
pub async fn set_role(
    store: &Store,
    desk: &DeskId,
    agent: &AgentId,
    role: Role,
) -> Result<(), AgentError> {
    let mut transaction = store.begin().await?;
    lock_desk(&mut transaction, desk).await?;
    let changed =
        sqlx::query("UPDATE memberships SET role = $1 WHERE agent_id = $2 AND desk_id = $3")
            .bind(role.as_str())
            .bind(agent.as_str())
            .bind(desk.as_str())
            .execute(&mut *transaction)
            .await?
            .rows_affected();
    if changed == 0 {
        return Err(AgentError::MemberUnknown);
    }
    expect_an_owner(&mut transaction, desk).await?;
    if role == Role::Agent {
        withdraw_those_of(&mut transaction, desk, agent).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Ends a membership. The agent's conversations become unassigned, and their invitations are withdrawn.
///
/// # Errors
/// [`AgentError::MemberUnknown`], [`AgentError::LastOwner`], [`AgentError::DeskUnknown`],
/// [`AgentError::Store`].
pub async fn remove_member(
    store: &Store,
    desk: &DeskId,
    agent: &AgentId,
) -> Result<(), AgentError> {
    let mut transaction = store.begin().await?;
    remove_in(&mut transaction, desk, agent).await?;
    transaction.commit().await?;
    Ok(())
}

/// [`remove_member`], in a transaction.
pub(crate) async fn remove_in(
    connection: &mut AnyConnection,
    desk: &DeskId,
    agent: &AgentId,
) -> Result<(), AgentError> {
    lock_desk(connection, desk).await?;
    let removed = sqlx::query("DELETE FROM memberships WHERE agent_id = $1 AND desk_id = $2")
        .bind(agent.as_str())
        .bind(desk.as_str())
        .execute(&mut *connection)
        .await?
        .rows_affected();
    if removed == 0 {
        return Err(AgentError::MemberUnknown);
    }
    expect_an_owner(connection, desk).await?;
    sqlx::query(
        "UPDATE conversations SET assigned_to = '' WHERE desk_id = $1 AND assigned_to = $2",
    )
    .bind(desk.as_str())
    .bind(agent.as_str())
    .execute(&mut *connection)
    .await?;
    withdraw_those_of(connection, desk, agent).await?;
    withdraw_those_to(connection, desk, agent).await?;
    Ok(())
}

/// Withdraws the agent's invitations to the desk: only owners can invite.
async fn withdraw_those_of(
    connection: &mut AnyConnection,
    desk: &DeskId,
    agent: &AgentId,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM invitations WHERE desk_id = $1 AND invited_by = $2")
        .bind(desk.as_str())
        .bind(agent.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Withdraws the desk's invitation of the agent's own address, so that a removed agent cannot return with it.
async fn withdraw_those_to(
    connection: &mut AnyConnection,
    desk: &DeskId,
    agent: &AgentId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM invitations WHERE desk_id = $1 \
         AND email = (SELECT email FROM agents WHERE id = $2)",
    )
    .bind(desk.as_str())
    .bind(agent.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the account of the e-mail with its password hash.
///
/// # Errors
/// [`StoreError`].
pub async fn by_email(
    store: &Store,
    email: &CanonicalEmail,
) -> Result<Option<Credentials>, StoreError> {
    let credentials = sqlx::query_as(
        "SELECT id, email, name, must_change_password, address_proved, password_hash FROM agents \
         WHERE email = $1",
    )
    .bind(email.as_str())
    .fetch_optional(store.readers())
    .await?;
    Ok(credentials)
}

/// Returns the hash of the account's password.
///
/// # Errors
/// [`StoreError`].
pub async fn password_of(
    store: &Store,
    agent: &AgentId,
) -> Result<Option<HashedPassword>, StoreError> {
    let hash = sqlx::query_scalar("SELECT password_hash FROM agents WHERE id = $1")
        .bind(agent.as_str())
        .fetch_optional(store.readers())
        .await?;
    Ok(hash.map(|hash: String| hash.into()))
}

/// Changes an account's name.
///
/// # Errors
/// [`StoreError`].
pub async fn rename(store: &Store, agent: &AgentId, name: &AgentName) -> Result<(), StoreError> {
    let statement = sqlx::query("UPDATE agents SET name = $1 WHERE id = $2")
        .bind(name.as_str())
        .bind(agent.as_str());
    store.execute(statement).await?;
    Ok(())
}

/// Locks the desk, so that changes of members and invitations run one after the other and two owners cannot
/// remove each other.
pub(crate) async fn lock_desk(
    connection: &mut AnyConnection,
    desk: &DeskId,
) -> Result<(), AgentError> {
    let locked = sqlx::query("UPDATE desks SET created_at = created_at WHERE id = $1")
        .bind(desk.as_str())
        .execute(connection)
        .await?;
    if locked.rows_affected() == 1 { Ok(()) } else { Err(AgentError::DeskUnknown) }
}

async fn expect_an_owner(connection: &mut AnyConnection, desk: &DeskId) -> Result<(), AgentError> {
    let owner =
        sqlx::query("SELECT agent_id FROM memberships WHERE desk_id = $1 AND role = 'owner'")
            .bind(desk.as_str())
            .fetch_optional(connection)
            .await?;
    owner.map(|_| ()).ok_or(AgentError::LastOwner)
}
