//! Who answers: agents, and the desks that they are members of.
//!
//! An agent has one account for all desks, and a role at each. Statements that change a desk's members
//! name the desk, so that nobody's hand reaches beyond it.

use deskseal::CanonicalEmail;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::clock::Moment;
use crate::ids::{AgentId, DeskId};
use crate::passwords::{HashedPassword, PasswordError};
use crate::store::{Store, StoreError};

/// The longest name of an agent, in characters.
const MAX_NAME: usize = 80;

/// What an agent may do at a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything: settings, secrets and members too.
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

    fn stored(text: &str) -> Result<Self, StoreError> {
        Self::parse(text).ok_or(StoreError::Unreadable("role"))
    }
}

/// An agent's name, as customers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentName(String);

impl AgentName {
    /// Reads a name of 1 to 80 characters, without blanks around it and without control characters.
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
#[derive(Clone, Debug)]
pub struct Account {
    /// The id.
    pub id: AgentId,
    /// The canonical e-mail.
    pub email: String,
    /// The name that customers see.
    pub name: String,
    /// Whether the password is one that somebody else has seen.
    pub must_change_password: bool,
}

/// A desk that an agent is a member of.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The desk.
    pub desk: DeskId,
    /// Its name.
    pub desk_name: String,
    /// What the agent may do there.
    pub role: Role,
}

/// A member of a desk.
#[derive(Clone, Debug)]
pub struct Member {
    /// The agent.
    pub account: Account,
    /// What the agent may do there.
    pub role: Role,
    /// Since when.
    pub since: Moment,
}

/// Somebody who becomes a member of a desk.
#[derive(Debug)]
pub struct NewMember<'new> {
    /// The e-mail to sign in with.
    pub email: &'new CanonicalEmail,
    /// The name that customers see.
    pub name: &'new AgentName,
    /// What the agent may do.
    pub role: Role,
    /// The password of a new account.
    pub password: &'new HashedPassword,
    /// Whether somebody else has seen the password.
    pub must_change_password: bool,
}

/// What adding a member came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// The account is new.
    Created(AgentId),
    /// The e-mail has an account already, which is a member now; its name and password stay.
    Joined(AgentId),
}

/// Why an agent cannot be added or changed.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// There is no such desk.
    #[error("There is no desk of this id.")]
    DeskUnknown,
    /// The agent is a member of the desk already.
    #[error("Somebody with this e-mail is a member of the desk already.")]
    MemberAlready,
    /// The agent is no member of the desk.
    #[error("There is no such member of this desk.")]
    MemberUnknown,
    /// Without this owner, the desk would have none.
    #[error("A desk needs an owner; make somebody else an owner first.")]
    LastOwner,
    /// The account belongs to desks of others, too.
    #[error(
        "This agent is a member of desks that you do not own, so the password is not yours to set."
    )]
    OthersToo,
    /// The password is refused.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AgentError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Adds a member to the desk, with an account of their own or the one that they have.
///
/// # Errors
/// [`AgentError::DeskUnknown`], [`AgentError::MemberAlready`], [`AgentError::Store`].
pub async fn add_member(
    store: &Store,
    desk: &DeskId,
    new: NewMember<'_>,
    now: Moment,
) -> Result<Added, AgentError> {
    let mut transaction = store.begin().await?;
    lock_desk(&mut transaction, desk).await?;
    let id = AgentId::generate();
    let created = sqlx::query(
        "INSERT INTO agents (id, email, name, password_hash, must_change_password, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING",
    )
    .bind(id.as_str())
    .bind(new.email.as_str())
    .bind(new.name.as_str())
    .bind(new.password.as_str())
    .bind(i64::from(new.must_change_password))
    .bind(now)
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    let added = if created == 1 {
        Added::Created(id)
    } else {
        let row = sqlx::query("SELECT id FROM agents WHERE email = $1")
            .bind(new.email.as_str())
            .fetch_one(&mut *transaction)
            .await?;
        Added::Joined(row.try_get("id")?)
    };
    let (Added::Created(agent) | Added::Joined(agent)) = &added;
    let joined = sqlx::query(
        "INSERT INTO memberships (agent_id, desk_id, role, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (agent_id, desk_id) DO NOTHING",
    )
    .bind(agent.as_str())
    .bind(desk.as_str())
    .bind(new.role.as_str())
    .bind(now)
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if joined == 0 {
        return Err(AgentError::MemberAlready);
    }
    transaction.commit().await?;
    Ok(added)
}

/// Returns the desk's members, the first ones first.
///
/// # Errors
/// [`StoreError`].
pub async fn members(store: &Store, desk: &DeskId) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query(
        "SELECT agents.id, agents.email, agents.name, agents.must_change_password, \
         memberships.role, memberships.created_at FROM memberships \
         JOIN agents ON agents.id = memberships.agent_id \
         WHERE memberships.desk_id = $1 ORDER BY memberships.created_at, agents.id",
    )
    .bind(desk.as_str())
    .fetch_all(store.readers())
    .await?;
    let member = |row: &AnyRow| {
        Ok(Member {
            account: read_account(row)?,
            role: Role::stored(row.try_get("role")?)?,
            since: row.try_get("created_at")?,
        })
    };
    rows.iter().map(member).collect()
}

/// Returns the desks that the agent is a member of, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn memberships(store: &Store, agent: &AgentId) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query(
        "SELECT memberships.desk_id, desks.name, memberships.role FROM memberships \
         JOIN desks ON desks.id = memberships.desk_id \
         WHERE memberships.agent_id = $1 ORDER BY desks.name, desks.id",
    )
    .bind(agent.as_str())
    .fetch_all(store.readers())
    .await?;
    let membership = |row: &AnyRow| {
        Ok(Membership {
            desk: row.try_get("desk_id")?,
            desk_name: row.try_get("name")?,
            role: Role::stored(row.try_get("role")?)?,
        })
    };
    rows.iter().map(membership).collect()
}

/// Gives a member another role.
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
    transaction.commit().await?;
    Ok(())
}

/// Ends a membership. Conversations that were assigned to the agent are nobody's then.
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
    lock_desk(&mut transaction, desk).await?;
    let removed = sqlx::query("DELETE FROM memberships WHERE agent_id = $1 AND desk_id = $2")
        .bind(agent.as_str())
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    if removed == 0 {
        return Err(AgentError::MemberUnknown);
    }
    expect_an_owner(&mut transaction, desk).await?;
    sqlx::query(
        "UPDATE conversations SET assigned_to = '' WHERE desk_id = $1 AND assigned_to = $2",
    )
    .bind(desk.as_str())
    .bind(agent.as_str())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// Returns the account of the e-mail, and its password's hash.
///
/// # Errors
/// [`StoreError`].
pub async fn by_email(
    store: &Store,
    email: &CanonicalEmail,
) -> Result<Option<(Account, HashedPassword)>, StoreError> {
    let row = sqlx::query(
        "SELECT id, email, name, must_change_password, password_hash FROM agents WHERE email = $1",
    )
    .bind(email.as_str())
    .fetch_optional(store.readers())
    .await?;
    row.map(|row| {
        let hash = HashedPassword::stored(row.try_get("password_hash")?);
        Ok((read_account(&row)?, hash))
    })
    .transpose()
}

/// Returns the hash of the account's password.
///
/// # Errors
/// [`StoreError`].
pub async fn password_of(
    store: &Store,
    agent: &AgentId,
) -> Result<Option<HashedPassword>, StoreError> {
    let row = sqlx::query("SELECT password_hash FROM agents WHERE id = $1")
        .bind(agent.as_str())
        .fetch_optional(store.readers())
        .await?;
    Ok(row.map(|row| row.try_get("password_hash")).transpose()?.map(HashedPassword::stored))
}

/// Gives an account another name.
///
/// # Errors
/// [`StoreError`].
pub async fn rename(store: &Store, agent: &AgentId, name: &AgentName) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    sqlx::query("UPDATE agents SET name = $1 WHERE id = $2")
        .bind(name.as_str())
        .bind(agent.as_str())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Sets an agent's own new password, and ends every session.
///
/// # Errors
/// [`StoreError`].
pub async fn set_password(
    store: &Store,
    agent: &AgentId,
    password: &HashedPassword,
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    replace_password(&mut transaction, agent, password, false).await?;
    transaction.commit().await?;
    Ok(())
}

/// Sets a password for a member who forgot theirs, to be changed at the next sign-in, and ends their
/// sessions. Whoever does so must own every desk of that agent, or they could enter others' desks.
///
/// # Errors
/// [`AgentError::MemberUnknown`], [`AgentError::OthersToo`], [`AgentError::DeskUnknown`],
/// [`AgentError::Store`].
pub async fn reset_password(
    store: &Store,
    (desk, owner): (&DeskId, &AgentId),
    agent: &AgentId,
    password: &HashedPassword,
) -> Result<(), AgentError> {
    let mut transaction = store.begin().await?;
    lock_desk(&mut transaction, desk).await?;
    let row = sqlx::query(
        "SELECT COUNT(*) AS desks, \
         COUNT(CASE WHEN desk_id = $2 THEN 1 END) AS this_one, \
         COUNT(CASE WHEN desk_id IN (SELECT desk_id FROM memberships \
         WHERE agent_id = $3 AND role = 'owner') THEN 1 END) AS own \
         FROM memberships WHERE agent_id = $1",
    )
    .bind(agent.as_str())
    .bind(desk.as_str())
    .bind(owner.as_str())
    .fetch_one(&mut *transaction)
    .await?;
    let count = |name| row.try_get::<i64, _>(name);
    if count("this_one")? == 0 {
        return Err(AgentError::MemberUnknown);
    }
    if count("desks")? != count("own")? {
        return Err(AgentError::OthersToo);
    }
    replace_password(&mut transaction, agent, password, true).await?;
    transaction.commit().await?;
    Ok(())
}

async fn replace_password(
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
    sqlx::query("DELETE FROM sessions WHERE agent_id = $1")
        .bind(agent.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Changes of members take turns, so that two owners cannot remove each other.
async fn lock_desk(connection: &mut AnyConnection, desk: &DeskId) -> Result<(), AgentError> {
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

pub(crate) fn read_account(row: &AnyRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        must_change_password: row.try_get::<i64, _>("must_change_password")? != 0,
    })
}
