//! Invitations: a person becomes a member of a desk by accepting one.

use std::time::Duration;

use deskseal::CanonicalEmail;
use sqlx::{AnyConnection, FromRow};

use super::link::{self, Link, LinkTarget, LinkToken};
use super::mail::{self, MailState};
use crate::agents::{self, AgentError, AgentName, Role};
use crate::clock::Moment;
use crate::ids::{AgentId, DeskId, InvitationId};
use crate::store::{Store, StoreError};

/// How long an invitation can be accepted.
pub const INVITATION_LIFE: Duration = Duration::from_hours(72);

/// How the link of an invitation reaches the invited person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By mail: only the holder of the mailbox sees the link.
    Mail,
    /// The owner gets the link and passes it on.
    Copy,
}

impl Way {
    /// Returns the way's name, for logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Copy => "copy",
        }
    }
}

/// A person to invite.
#[derive(Clone, Copy, Debug)]
pub struct NewInvitation<'new> {
    /// The address of the account.
    pub email: &'new CanonicalEmail,
    /// A suggested name.
    pub name: Option<&'new AgentName>,
    /// What the agent may do.
    pub role: Role,
    /// The owner who invites; `None` for the operator.
    pub by: Option<&'new AgentId>,
}

/// A new or renewed invitation.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The invitation.
    pub id: InvitationId,
    /// The link's token, for [`Way::Copy`]. It is shown only once.
    pub token: Option<LinkToken>,
    /// When it expires.
    pub expires_at: Moment,
}

/// A pending invitation.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The id.
    pub id: InvitationId,
    /// The address.
    pub email: String,
    /// What the agent may do.
    pub role: Role,
    /// The name of the owner who invited.
    pub by: Option<String>,
    /// When it expires.
    pub expires_at: Moment,
    /// The state of its mail, if it has one.
    pub mail: Option<MailState>,
}

/// Invites a person to the desk. An earlier invitation of the same address ends, and its links with it.
///
/// It does the same whether the address has an account or not.
///
/// # Errors
/// [`AgentError::DeskUnknown`], [`AgentError::MemberAlready`], [`AgentError::NoOwner`],
/// [`AgentError::Vault`], [`AgentError::Store`].
pub async fn invite(
    store: &Store,
    desk: &DeskId,
    new: NewInvitation<'_>,
    way: Way,
    now: Moment,
) -> Result<Issued, AgentError> {
    let mut transaction = store.begin().await?;
    agents::lock_desk(&mut transaction, desk).await?;
    expect_owner(&mut transaction, desk, new.by).await?;
    expect_no_member(&mut transaction, desk, new.email.as_str()).await?;
    sqlx::query("DELETE FROM invitations WHERE desk_id = $1 AND email = $2")
        .bind(desk.as_str())
        .bind(new.email.as_str())
        .execute(&mut *transaction)
        .await?;
    let (id, expires_at) = (InvitationId::generate(), now.after(INVITATION_LIFE));
    sqlx::query(
        "INSERT INTO invitations (id, desk_id, email, name, role, invited_by, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.as_str())
    .bind(desk.as_str())
    .bind(new.email.as_str())
    .bind(new.name.map_or("", AgentName::as_str))
    .bind(new.role.as_str())
    .bind(new.by.map(AgentId::as_str))
    .bind(now)
    .bind(expires_at)
    .execute(&mut *transaction)
    .await?;
    let token = issue(&mut transaction, &id, new.email.as_str(), way, now, expires_at).await?;
    transaction.commit().await?;
    Ok(Issued { id, token, expires_at })
}

/// Gives a pending invitation a new link and a new expiry. Its earlier links end.
///
/// # Errors
/// As [`invite`], and [`AgentError::InvitationUnknown`].
pub async fn renew(
    store: &Store,
    desk: &DeskId,
    id: &InvitationId,
    by: &AgentId,
    way: Way,
    now: Moment,
) -> Result<Issued, AgentError> {
    let mut transaction = store.begin().await?;
    agents::lock_desk(&mut transaction, desk).await?;
    expect_owner(&mut transaction, desk, Some(by)).await?;
    let expires_at = now.after(INVITATION_LIFE);
    let email: Option<String> = sqlx::query_scalar(
        "UPDATE invitations SET expires_at = $1, invited_by = $2 WHERE id = $3 AND desk_id = $4 \
         RETURNING email",
    )
    .bind(expires_at)
    .bind(by.as_str())
    .bind(id.as_str())
    .bind(desk.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    let email = email.ok_or(AgentError::InvitationUnknown)?;
    expect_no_member(&mut transaction, desk, &email).await?;
    for statement in [
        "DELETE FROM account_links WHERE invitation_id = $1",
        "DELETE FROM account_mails WHERE invitation_id = $1",
    ] {
        sqlx::query(statement).bind(id.as_str()).execute(&mut *transaction).await?;
    }
    let token = issue(&mut transaction, id, &email, way, now, expires_at).await?;
    transaction.commit().await?;
    Ok(Issued { id: id.clone(), token, expires_at })
}

/// Creates the link, or queues the mail that will contain one.
async fn issue(
    connection: &mut AnyConnection,
    id: &InvitationId,
    email: &str,
    way: Way,
    now: Moment,
    expires_at: Moment,
) -> Result<Option<LinkToken>, AgentError> {
    match way {
        Way::Mail => {
            mail::enqueue(connection, Some(id), email, now, expires_at).await?;
            Ok(None)
        }
        Way::Copy => {
            let token = LinkToken::generate()?;
            let link = Link { target: LinkTarget::Invitation(id.clone()), is_mailed: false };
            link::insert(connection, &token, &link, expires_at).await?;
            Ok(Some(token))
        }
    }
}

/// Withdraws an invitation and ends its links.
///
/// # Errors
/// [`AgentError::InvitationUnknown`], [`AgentError::DeskUnknown`], [`AgentError::Store`].
pub async fn withdraw(store: &Store, desk: &DeskId, id: &InvitationId) -> Result<(), AgentError> {
    let mut transaction = store.begin().await?;
    agents::lock_desk(&mut transaction, desk).await?;
    let withdrawn = sqlx::query("DELETE FROM invitations WHERE id = $1 AND desk_id = $2")
        .bind(id.as_str())
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    if withdrawn == 0 {
        return Err(AgentError::InvitationUnknown);
    }
    transaction.commit().await?;
    Ok(())
}

#[derive(FromRow)]
struct PendingRow {
    id: InvitationId,
    email: String,
    #[sqlx(try_from = "String")]
    role: Role,
    name: Option<String>,
    expires_at: Moment,
    state: Option<String>,
    reason: Option<String>,
}

impl PendingRow {
    fn pending(self) -> Result<Pending, StoreError> {
        let reason = self.reason.unwrap_or_default();
        Ok(Pending {
            id: self.id,
            email: self.email,
            role: self.role,
            by: self.name,
            expires_at: self.expires_at,
            mail: self.state.map(|state| MailState::stored(&state, reason)).transpose()?,
        })
    }
}

/// Returns the desk's invitations that can still be accepted, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn pending(
    store: &Store,
    desk: &DeskId,
    now: Moment,
) -> Result<Vec<Pending>, StoreError> {
    let rows: Vec<PendingRow> = sqlx::query_as(
        "SELECT invitations.id, invitations.email, invitations.role, invitations.expires_at, \
         agents.name, account_mails.state, account_mails.reason FROM invitations \
         LEFT JOIN agents ON agents.id = invitations.invited_by \
         LEFT JOIN account_mails ON account_mails.invitation_id = invitations.id \
         WHERE invitations.desk_id = $1 AND invitations.expires_at > $2 \
         ORDER BY invitations.created_at, invitations.id",
    )
    .bind(desk.as_str())
    .bind(now)
    .fetch_all(store.readers())
    .await?;
    rows.into_iter().map(PendingRow::pending).collect()
}

/// Checks that the agent is still an owner of the desk: a removed or demoted owner cannot invite.
async fn expect_owner(
    connection: &mut AnyConnection,
    desk: &DeskId,
    by: Option<&AgentId>,
) -> Result<(), AgentError> {
    let Some(by) = by else { return Ok(()) };
    let owner = sqlx::query(
        "SELECT role FROM memberships WHERE desk_id = $1 AND agent_id = $2 AND role = 'owner'",
    )
    .bind(desk.as_str())
    .bind(by.as_str())
    .fetch_optional(connection)
    .await?;
    owner.map(|_| ()).ok_or(AgentError::NoOwner)
}

async fn expect_no_member(
    connection: &mut AnyConnection,
    desk: &DeskId,
    email: &str,
) -> Result<(), AgentError> {
    let member = sqlx::query(
        "SELECT agents.id FROM memberships JOIN agents ON agents.id = memberships.agent_id \
         WHERE memberships.desk_id = $1 AND agents.email = $2",
    )
    .bind(desk.as_str())
    .bind(email)
    .fetch_optional(connection)
    .await?;
    if member.is_some() { Err(AgentError::MemberAlready) } else { Ok(()) }
}
