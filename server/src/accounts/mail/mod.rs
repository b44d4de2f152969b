//! Mails that carry links for accounts: invitations, and the recovery of a forgotten password.
//!
//! They have their own queue, since they belong to no conversation. A mail is stored before it is sent, and
//! retried while the mail server has certainly not accepted it; if that is unknown, it is not sent again
//! automatically. The token of the link is created for each attempt, after the mail was claimed: the database
//! only ever has its hash, and no page and no log contains the token.

mod email_message;
pub(crate) mod queue;

pub use email_message::link_url;
pub use queue::MailState;
pub(super) use queue::enqueue;
