//! The state of a notification.

use std::time::Duration;

use sqlx::FromRow;

use crate::clock::Moment;
use crate::store::{Flag, stored_as_text};

/// The state of a notification on the way from a reply to its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It is not due yet, is being retried, or mail is not set up.
    Waiting,
    /// An instance has claimed it and is sending it.
    Sending,
    /// The mail server accepted it.
    Sent,
    /// It was not needed: the contact read the reply in time, or is blocked.
    Skipped,
    /// It is unknown whether the mail server accepted it. It is not sent again automatically.
    Doubtful,
    /// It was rejected permanently, or failed too often.
    Failed,
    /// No mail server accepts the contact's address.
    Undeliverable,
    /// An agent decided not to send it.
    Forgotten,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Sending,
        Self::Sent,
        Self::Skipped,
        Self::Doubtful,
        Self::Failed,
        Self::Undeliverable,
        Self::Forgotten,
    ];

    /// Returns the state's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Skipped => "skipped",
            Self::Doubtful => "doubtful",
            Self::Failed => "dead",
            Self::Undeliverable => "undeliverable",
            Self::Forgotten => "forgotten",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Tells whether the state is final.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Sent | Self::Skipped | Self::Forgotten)
    }

    /// Tells whether an owner must decide what happens next.
    pub const fn needs_a_person(self) -> bool {
        matches!(self, Self::Doubtful | Self::Failed | Self::Undeliverable)
    }
}

stored_as_text!(State, "state of a notification");

/// The state of a notification, and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Delivery {
    /// The state.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// Details that the state does not show, such as the mail server's response. It may be empty.
    pub reason: String,
    /// When it entered this state.
    pub changed_at: Moment,
    due_at: Moment,
    #[sqlx(try_from = "Flag")]
    is_delayed: bool,
    /// Whether an earlier notification of the conversation is sent first.
    #[sqlx(try_from = "Flag")]
    is_behind: bool,
}

impl Delivery {
    /// Returns when it is due, given the delay of replies that are not sent at once.
    pub fn due_at(&self, delay: Duration) -> Moment {
        if self.is_delayed { self.due_at.after(delay) } else { self.due_at }
    }

    /// Returns the state as a sentence for agents. `is_mail_set_up` tells whether there is a mail server.
    pub fn sentence(&self, delay: Duration, is_mail_set_up: bool) -> String {
        let reason = self.reason.as_str();
        match self.state {
            State::Waiting if !is_mail_set_up => "Waiting: mail is not set up.".to_owned(),
            State::Waiting if self.is_behind => {
                "Waiting until the mail about the previous reply is sent.".to_owned()
            }
            State::Waiting if reason.is_empty() => {
                format!(
                    "The mail is sent at {}, unless the customer reads the reply before.",
                    self.due_at(delay).clock_time()
                )
            }
            State::Waiting => {
                format!("The mail is retried at {}: {reason}", self.due_at(delay).clock_time())
            }
            State::Sending => "The mail is being sent.".to_owned(),
            State::Sent => "Mailed.".to_owned(),
            State::Skipped | State::Failed | State::Undeliverable => {
                format!("Not mailed: {reason}")
            }
            State::Doubtful => format!("Mail uncertain: {reason}"),
            State::Forgotten => "Not mailed: an owner decided not to send it.".to_owned(),
        }
    }
}
