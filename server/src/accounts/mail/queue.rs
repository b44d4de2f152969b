//! The queue of mails with links in the database: claims and retries.

use std::time::Duration;

use sqlx::{AnyConnection, FromRow};
use uuid::Uuid;

use super::super::RECOVERY_LIFE;
use super::super::link::{self, Link, LinkTarget, LinkToken};
use super::email_message::{EmailContent, EmailMessage};
use crate::agents::Role;
use crate::clock::Moment;
use crate::ids::{AccountMailId, AgentId, InvitationId};
use crate::mail::SendOutcome;
use crate::store::{Store, StoreError};

/// The wait after the first failure; each one after it is twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(10);

/// The longest wait between two attempts.
const LONGEST_RETRY: Duration = Duration::from_mins(10);

/// Tells whether a mail is due. Parameters: `$1` now, `$2` the latest moment to which any mail can be
/// postponed; a later one was written by another clock.
macro_rules! is_due {
    () => {
        "(due_at <= $1 OR due_at > $2)"
    };
}

/// The state of an invitation's mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailState {
    /// It is due soon or is being retried. The text is the last failure, if there was one.
    Waiting(String),
    /// The mail server accepted it.
    Sent,
    /// The mail server rejected it.
    Failed(String),
    /// It is unknown whether the mail server accepted it.
    Doubtful(String),
}

impl MailState {
    pub(crate) fn stored(state: &str, reason: String) -> Result<Self, StoreError> {
        match state {
            "waiting" | "sending" => Ok(Self::Waiting(reason)),
            "sent" => Ok(Self::Sent),
            "failed" => Ok(Self::Failed(reason)),
            "doubtful" => Ok(Self::Doubtful(reason)),
            _ => Err(StoreError::Unreadable("state of a mail")),
        }
    }

    /// Returns the stable name of the state.
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Sent => "sent",
            Self::Failed(_) => "failed",
            Self::Doubtful(_) => "doubtful",
        }
    }

    /// Returns the last failure; empty if there was none.
    const fn reason(&self) -> &str {
        match self {
            Self::Sent => "",
            Self::Waiting(reason) | Self::Failed(reason) | Self::Doubtful(reason) => {
                reason.as_str()
            }
        }
    }

    /// Returns the state as a sentence for owners.
    pub fn sentence(&self) -> String {
        match self {
            Self::Waiting(reason) if reason.is_empty() => "The mail is sent soon.".to_owned(),
            Self::Waiting(reason) => format!("The mail is retried: {reason}"),
            Self::Sent => "Mailed.".to_owned(),
            Self::Failed(reason) => format!("Not mailed: {reason}"),
            Self::Doubtful(reason) => format!("Mail uncertain: {reason}"),
        }
    }
}

/// Adds a mail within the transaction that causes it: for the invitation, or without one for the recovery of
/// the address's account.
pub(crate) async fn enqueue(
    connection: &mut AnyConnection,
    invitation: Option<&InvitationId>,
    email: &str,
    now: Moment,
    expires_at: Moment,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO account_mails \
         (id, invitation_id, email, state, reason, due_at, expires_at, attempts) \
         VALUES ($1, $2, $3, 'waiting', '', $4, $5, 0)",
    )
    .bind(AccountMailId::generate().as_str())
    .bind(invitation.map(InvitationId::as_str))
    .bind(email)
    .bind(now)
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The times that the queue calculates with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) now: Moment,
    /// How long an attempt may take.
    pub(crate) lease: Duration,
}

impl Timing {
    fn furthest(self) -> Moment {
        self.now.after(self.lease.max(LONGEST_RETRY) * 2)
    }
}

/// A claimed mail.
#[derive(Debug)]
pub(crate) struct Attempt {
    id: AccountMailId,
    lease: String,
    number: i64,
    is_invitation: bool,
    pub(crate) email_message: EmailMessage,
}

/// Returns mails that are due, and those whose lease has expired.
pub(crate) async fn due(store: &Store, timing: Timing) -> Result<Vec<AccountMailId>, StoreError> {
    let ids = sqlx::query_scalar(concat!(
        "SELECT id FROM account_mails WHERE state IN ('waiting', 'sending') AND ",
        is_due!(),
        " ORDER BY due_at, id LIMIT 100"
    ))
    .bind(timing.now)
    .bind(timing.furthest())
    .fetch_all(store.readers())
    .await?;
    Ok(ids)
}

/// Claims the mail, and stores its link under the token. Returns `None` if another instance has claimed it,
/// if it has no recipient, or if it has expired.
pub(crate) async fn claim(
    store: &Store,
    id: &AccountMailId,
    token: LinkToken,
    timing: Timing,
) -> Result<Option<Attempt>, StoreError> {
    let mut transaction = store.begin().await?;
    // Accepting or withdrawing also locks the invitation first.
    sqlx::query(
        "UPDATE invitations SET created_at = created_at \
         WHERE id = (SELECT invitation_id FROM account_mails WHERE id = $1)",
    )
    .bind(id.as_str())
    .execute(&mut *transaction)
    .await?;
    let attempt = if let Some(mail) = claim_row(&mut transaction, id, timing).await? {
        begin(&mut transaction, mail, token, timing.now).await?
    } else {
        expire_lease(&mut transaction, id, timing).await?;
        None
    };
    transaction.commit().await?;
    Ok(attempt)
}

/// Ends a mail that has expired or has no recipient, and composes the others.
async fn begin(
    connection: &mut AnyConnection,
    mail: ClaimedMail,
    token: LinkToken,
    now: Moment,
) -> Result<Option<Attempt>, StoreError> {
    if mail.expires_at <= now {
        let state = MailState::Failed("it could not be sent before it expired.".to_owned());
        end(connection, &mail.id, mail.invitation.is_some(), &state).await?;
        return Ok(None);
    }
    let email_message = email_message(connection, &mail, token, now).await?;
    if email_message.is_none() {
        delete(connection, &mail.id).await?;
    }
    Ok(email_message.map(|email_message| mail.with(email_message)))
}

struct ClaimedMail {
    id: AccountMailId,
    lease: String,
    number: i64,
    invitation: Option<InvitationId>,
    email: String,
    expires_at: Moment,
}

impl ClaimedMail {
    fn with(self, email_message: EmailMessage) -> Attempt {
        let Self { id, lease, number, invitation, .. } = self;
        Attempt { id, lease, number, is_invitation: invitation.is_some(), email_message }
    }
}

#[derive(FromRow)]
struct ClaimedRow {
    invitation_id: Option<InvitationId>,
    email: String,
    attempts: i64,
    expires_at: Moment,
}

async fn claim_row(
    connection: &mut AnyConnection,
    id: &AccountMailId,
    timing: Timing,
) -> Result<Option<ClaimedMail>, StoreError> {
    let lease = Uuid::now_v7().to_string();
    let row = sqlx::query_as(concat!(
        "UPDATE account_mails SET state = 'sending', lease = $3, attempts = attempts + 1, \
         due_at = $4 WHERE id = $5 AND state = 'waiting' AND ",
        is_due!(),
        " RETURNING invitation_id, email, attempts, expires_at"
    ))
    .bind(timing.now)
    .bind(timing.furthest())
    .bind(lease.as_str())
    .bind(timing.now.after(timing.lease))
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    let claimed = |row: ClaimedRow| ClaimedMail {
        id: id.clone(),
        lease,
        number: row.attempts,
        invitation: row.invitation_id,
        email: row.email,
        expires_at: row.expires_at,
    };
    Ok(row.map(claimed))
}

/// Ends a mail whose lease has expired: its instance has stopped, and the mail may have been sent.
async fn expire_lease(
    connection: &mut AnyConnection,
    id: &AccountMailId,
    timing: Timing,
) -> Result<(), StoreError> {
    let expired: Option<Option<InvitationId>> = sqlx::query_scalar(concat!(
        "UPDATE account_mails SET lease = NULL WHERE id = $3 AND state = 'sending' AND ",
        is_due!(),
        " RETURNING invitation_id"
    ))
    .bind(timing.now)
    .bind(timing.furthest())
    .bind(id.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(invitation) = expired {
        let reason = "the server stopped while it was sending the mail.".to_owned();
        end(connection, id, invitation.is_some(), &MailState::Doubtful(reason)).await?;
    }
    Ok(())
}

async fn email_message(
    connection: &mut AnyConnection,
    mail: &ClaimedMail,
    token: LinkToken,
    now: Moment,
) -> Result<Option<EmailMessage>, StoreError> {
    let (target, content, expires_at) = if let Some(id) = &mail.invitation {
        let Some(content) = invitation(connection, id).await? else { return Ok(None) };
        (LinkTarget::Invitation(id.clone()), content, mail.expires_at)
    } else {
        let Some(agent) = account(connection, &mail.email).await? else { return Ok(None) };
        (LinkTarget::Recovery(agent), EmailContent::Recovery, now.after(RECOVERY_LIFE))
    };
    link::insert(connection, &token, &Link { target, is_mailed: true }, expires_at).await?;
    Ok(Some(EmailMessage { to: mail.email.clone(), content, token, expires_at }))
}

#[derive(FromRow)]
struct InvitationRow {
    name: String,
    by_name: Option<String>,
    #[sqlx(try_from = "String")]
    role: Role,
}

/// Returns the content of the invitation's mail, and ends the link of the previous attempt.
async fn invitation(
    connection: &mut AnyConnection,
    id: &InvitationId,
) -> Result<Option<EmailContent>, StoreError> {
    sqlx::query("DELETE FROM account_links WHERE invitation_id = $1")
        .bind(id.as_str())
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query_as(
        "SELECT desks.name, invitations.role, agents.name AS by_name FROM invitations \
         JOIN desks ON desks.id = invitations.desk_id \
         LEFT JOIN agents ON agents.id = invitations.invited_by WHERE invitations.id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    let content = |row: InvitationRow| EmailContent::Invitation {
        desk: row.name,
        by: row.by_name,
        role: row.role,
    };
    Ok(row.map(content))
}

/// Returns the account of the address. Without an account the mail has no recipient.
async fn account(
    connection: &mut AnyConnection,
    email: &str,
) -> Result<Option<AgentId>, StoreError> {
    let agent = sqlx::query_scalar("SELECT id FROM agents WHERE email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await?;
    Ok(agent)
}

/// Stores the result of the attempt. It stores nothing if the mail was deleted or claimed by another attempt.
pub(crate) async fn settle(
    store: &Store,
    attempt: &Attempt,
    outcome: &SendOutcome,
    now: Moment,
) -> Result<MailState, StoreError> {
    let state = match outcome.clone() {
        SendOutcome::Accepted => MailState::Sent,
        SendOutcome::Rejected(reason) | SendOutcome::Unaddressable(reason) => {
            MailState::Failed(reason)
        }
        SendOutcome::Unknown(reason) => MailState::Doubtful(reason),
        SendOutcome::Deferred(reason) => MailState::Waiting(reason),
    };
    let mut transaction = store.begin().await?;
    let is_ours = sqlx::query(
        "UPDATE account_mails SET lease = NULL, due_at = $1 \
         WHERE id = $2 AND lease = $3",
    )
    .bind(now.after(wait(attempt.number)))
    .bind(attempt.id.as_str())
    .bind(attempt.lease.as_str())
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if is_ours == 1 {
        end(&mut transaction, &attempt.id, attempt.is_invitation, &state).await?;
    }
    transaction.commit().await?;
    Ok(state)
}

/// Ends a mail. Owners see the state of an invitation's mail; a recovery's mail is deleted.
async fn end(
    connection: &mut AnyConnection,
    id: &AccountMailId,
    is_invitation: bool,
    state: &MailState,
) -> Result<(), sqlx::Error> {
    if is_invitation || matches!(state, MailState::Waiting(_)) {
        sqlx::query("UPDATE account_mails SET state = $1, reason = $2 WHERE id = $3")
            .bind(state.as_str())
            .bind(state.reason())
            .bind(id.as_str())
            .execute(connection)
            .await?;
        return Ok(());
    }
    delete(connection, id).await
}

async fn delete(connection: &mut AnyConnection, id: &AccountMailId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM account_mails WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the wait after this number of attempts.
fn wait(attempts: i64) -> Duration {
    let doublings = (attempts - 1).clamp(0, 16);
    FIRST_RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY)
}
