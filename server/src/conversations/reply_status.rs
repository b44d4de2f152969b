//! What has become of the last message of a conversation.

use super::inbox::ContactShown;
use super::{Side, Status};
use crate::notifications::State;

/// Who has to do something next, and whether the last reply came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyStatus {
    /// The contact wrote last.
    Waiting,
    /// An agent wrote last, and the contact has read it, has it by mail, or will find it.
    Answered,
    /// An agent wrote last, and the contact can see nothing of it.
    NotReached,
    /// An agent wrote last; no mail of it went out, and the contact has not read it in the widget.
    NotMailed,
    /// The same, and it is unknown whether the mail server accepted the mail.
    MailUncertain,
    /// It is closed.
    Closed,
}

/// What the end of a conversation is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastOfThread {
    pub(super) status: Status,
    pub(super) side: Side,
    /// Whether the contact has read everything.
    pub(super) is_read: bool,
    /// What became of the mail about the last reply.
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
        // Without a mail server the widget still shows the reply, so that makes no difference here.
        if contact.reach(true).is_unreachable() {
            return Self::NotReached;
        }
        match last.mail {
            // What a block kept from being sent stays unsent when the block is lifted.
            Some(State::Dead | State::Undeliverable | State::Forgotten | State::Skipped) => {
                Self::NotMailed
            }
            Some(State::Doubtful) => Self::MailUncertain,
            Some(State::Waiting | State::Sending | State::Sent) | None => Self::Answered,
        }
    }

    /// Returns the standing in words.
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

    /// Tells whether an agent has to do something about the last reply.
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::NotReached | Self::NotMailed | Self::MailUncertain)
    }
}
