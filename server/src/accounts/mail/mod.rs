//! Mails that carry links for accounts: invitations, and the recovery of a forgotten password.
//!
//! They have a queue of their own, since they belong to no conversation. A mail is written down before it
//! is sent and tried again while the mail server certainly has not taken it; where that is unknown, it is
//! not sent again by itself. The token of the link is made for each attempt, after the mail was taken from
//! the queue: the database never has more than its hash, and no page and no log ever has the token.

mod email_message;
pub(crate) mod queue;

pub use email_message::link_url;
pub use queue::MailState;
pub(super) use queue::enqueue;
