//! Creates and recovers accounts, by links that can be used once.
//!
//! Knowing an address does not make a person a member. An owner or the operator invites; the holder of the
//! invitation accepts. What a link proves depends on who has seen it:
//!
//! | link | account of its address | accepting needs | afterwards |
//! |---|---|---|---|
//! | mailed | none | a name and a password | proved |
//! | mailed | unproved | a name and a new password; a choice for each desk | proved; what opened it before is gone |
//! | mailed | proved | the account's password | proved; other sessions are gone |
//! | copied | none | a name and a password | unproved |
//! | copied | any | the account's password | as before; other sessions are gone |
//!
//! A mailed link proves its address, since only the holder of the mailbox has seen it: its token is created
//! when the mail is sent, and the database has only a hash. A copied link was seen by the owner who created
//! it, and proves nothing.
//!
//! An attacker may have created an unproved account, with a password of their own. A mailed link never keeps
//! that password, and the holder stays in the account's desks only by choice.

mod acceptance;
mod credentials;
mod invitation;
mod link;
pub(crate) mod mail;
mod membership_choices;
mod recovery;

pub use acceptance::{AcceptError, Accepted, Chosen, Needed, OpenInvitation, accept, open};
pub use credentials::{change_password, reset_password};
pub use invitation::{
    INVITATION_LIFE, Issued, NewInvitation, Pending, Way, invite, pending, renew, withdraw,
};
pub use link::LinkToken;
pub use mail::{MailState, link_url};
pub use membership_choices::MembershipChoices;
pub use recovery::{
    OpenRecovery, RECOVERY_LIFE, Recovered, issue_recovery, open_recovery, recover,
    request_recovery,
};

use crate::clock::Moment;
use crate::store::{Store, StoreError};

/// Deletes links, invitations and mails that have expired.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_expired(store: &Store, now: Moment) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for statement in [
        "DELETE FROM account_links WHERE expires_at <= $1",
        "DELETE FROM account_mails WHERE expires_at <= $1",
        "DELETE FROM invitations WHERE expires_at <= $1",
    ] {
        sqlx::query(statement).bind(now).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
