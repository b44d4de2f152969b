//! The status of the last message of a conversation.

use super::inbox::ContactShown;
use super::{Side, Status};
use crate::notifications::State;

/// Whether the contact waits for a reply, and whether the last reply reached them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyStatus {
    /// The contact wrote last.
    Waiting,
    /// An agent wrote last. The contact has read the reply, was mailed it, or will see it in the widget.
    Answered,
    /// An agent wrote last, and the contact cannot see the reply.
    NotReached,
    /// An agent wrote last. The reply was not mailed, and the contact has not read it in the widget.
    NotMailed,
    /// As [`NotMailed`](Self::NotMailed), but it is unknown whether the mail server accepted the mail.
    MailUncertain,
    /// The conversation is closed.
    Closed,
}

/// The end of a conversation, from which its status follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastOfThread {
    pub(super) status: Status,
    pub(super) side: Side,
    /// Whether the contact has read everything.
    pub(super) is_read: bool,
    /// The state of the mail about the last reply.
    pub(super) mail: Option<State>,
}

impl ReplyStatus {
    pub(super) fn of(contact: &ContactShown, last: LastOfThread) -> Self {
        if last.status == Status::Closed {
            return Self::Closed;
        }
        if last.side == Side::Contact {
            return Self::Waiting;
        }
        if last.is_read {
            return Self::Answered;
        }
        // Without a mail server the contact still sees the reply in the widget, so mail is assumed here.
        if contact.reach(true).is_unreachable() {
            return Self::NotReached;
        }
        match last.mail {
            // A mail that a block prevented stays unsent when the contact is unblocked.
            Some(State::Failed | State::Undeliverable | State::Forgotten | State::Skipped) => {
                Self::NotMailed
            }
            Some(State::Doubtful) => Self::MailUncertain,
            Some(State::Waiting | State::Sending | State::Sent) | None => Self::Answered,
        }
    }

    /// Returns the status as text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::NotReached => "reached no customer",
            Self::NotMailed => "not mailed",
            Self::MailUncertain => "mail uncertain",
            Self::Closed => "closed",
        }
    }

    /// Tells whether an agent must act on the last reply.
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::NotReached | Self::NotMailed | Self::MailUncertain)
    }
}
