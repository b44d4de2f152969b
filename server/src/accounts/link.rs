//! Links that can be used once.

use sqlx::{AnyConnection, FromRow};

use crate::clock::Moment;
use crate::ids::{AgentId, InvitationId};
use crate::sessions::Token;
use crate::store::{Flag, StoreError};
use crate::vault::VaultError;

/// The random part of a link: 256 bits. `Debug` does not show it; the database has only a hash.
#[derive(Clone, Debug)]
pub struct LinkToken(Token);

impl LinkToken {
    /// Returns a new token.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn generate() -> Result<Self, VaultError> {
        Token::generate().map(Self)
    }

    /// Reads the token of a link.
    pub fn parse(text: &str) -> Option<Self> {
        Token::parse(text).map(Self)
    }

    /// Returns the token, for the link.
    pub fn shown(&self) -> &str {
        self.0.shown()
    }

    fn at_rest(&self) -> String {
        self.0.digest("link")
    }
}

/// What a link is for.
#[derive(Clone, Debug)]
pub(super) enum LinkTarget {
    Invitation(InvitationId),
    Recovery(AgentId),
}

/// A link that can still be used.
#[derive(Clone, Debug)]
pub(super) struct Link<Target> {
    pub(super) target: Target,
    /// Whether only the holder of the mailbox has seen it.
    pub(super) is_mailed: bool,
}

/// Stores the token's link until it expires.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    token: &LinkToken,
    link: &Link<LinkTarget>,
    expires_at: Moment,
) -> Result<(), sqlx::Error> {
    let (invitation, agent) = match &link.target {
        LinkTarget::Invitation(invitation) => (Some(invitation.as_str()), None),
        LinkTarget::Recovery(agent) => (None, Some(agent.as_str())),
    };
    sqlx::query(
        "INSERT INTO account_links (token_hash, invitation_id, agent_id, is_mailed, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token.at_rest())
    .bind(invitation)
    .bind(agent)
    .bind(i64::from(link.is_mailed))
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct LinkRow {
    invitation_id: Option<InvitationId>,
    agent_id: Option<AgentId>,
    #[sqlx(try_from = "Flag")]
    is_mailed: bool,
}

/// Returns the token's link, unless it was used or withdrawn, or has expired.
pub(super) async fn find(
    connection: &mut AnyConnection,
    token: &LinkToken,
    now: Moment,
) -> Result<Option<Link<LinkTarget>>, StoreError> {
    let row = sqlx::query_as(
        "SELECT invitation_id, agent_id, is_mailed FROM account_links \
         WHERE token_hash = $1 AND expires_at > $2",
    )
    .bind(token.at_rest())
    .bind(now)
    .fetch_optional(connection)
    .await?;
    let Some(LinkRow { invitation_id, agent_id, is_mailed }) = row else { return Ok(None) };
    let target = match (invitation_id, agent_id) {
        (Some(invitation), None) => LinkTarget::Invitation(invitation),
        (None, Some(agent)) => LinkTarget::Recovery(agent),
        _ => return Err(StoreError::Unreadable("link of an account")),
    };
    Ok(Some(Link { target, is_mailed }))
}
