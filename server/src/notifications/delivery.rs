//! What became of a notification.

use std::time::Duration;

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::clock::Moment;
use crate::store::StoreError;

/// Where a notification is between a reply and its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Its time has not come, or it is tried again, or mail is not set up.
    Waiting,
    /// An instance has it in hand.
    Sending,
    /// The mail server has accepted it.
    Sent,
    /// The contact read the reply in time, or is blocked.
    Skipped,
    /// Nobody can know whether the mail server accepted it. It is not sent again by itself.
    Doubtful,
    /// It was refused for good, or too often.
    Dead,
    /// No mail server takes the contact's address.
    Undeliverable,
    /// A person decided that it is not sent.
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
        Self::Dead,
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
            Self::Dead => "dead",
            Self::Undeliverable => "undeliverable",
            Self::Forgotten => "forgotten",
        }
    }

    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(StoreError::Unreadable("state of a notification"))
    }

    /// Tells whether nothing more happens to it.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Sent | Self::Skipped | Self::Forgotten)
    }

    /// Tells whether a person has to decide what happens next.
    pub const fn needs_a_person(self) -> bool {
        matches!(self, Self::Doubtful | Self::Dead | Self::Undeliverable)
    }
}

/// What became of a notification, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Where it is.
    pub state: State,
    /// What the state does not say by itself, such as the mail server's answer. It may be empty.
    pub reason: String,
    /// When it came to this state.
    pub changed_at: Moment,
    due_at: Moment,
    is_delayed: bool,
    /// Whether an earlier one of the conversation goes first.
    is_behind: bool,
}

impl Delivery {
    pub(super) fn stored(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            state: State::stored(row.try_get("state")?)?,
            reason: row.try_get("reason")?,
            changed_at: row.try_get("changed_at")?,
            due_at: row.try_get("due_at")?,
            is_delayed: row.try_get::<i64, _>("is_delayed")? != 0,
            is_behind: row.try_get::<i64, _>("is_behind")? != 0,
        })
    }

    /// Returns when it is sent, given the delay of replies that are not sent at once.
    pub fn due_at(&self, delay: Duration) -> Moment {
        if self.is_delayed { self.due_at.after(delay) } else { self.due_at }
    }

    /// Returns a sentence for agents. `is_mail_set_up` is whether there is a mail server.
    pub fn sentence(&self, delay: Duration, is_mail_set_up: bool) -> String {
        let reason = self.reason.as_str();
        match self.state {
            State::Waiting if !is_mail_set_up => "Waits: mail is not set up.".to_owned(),
            State::Waiting if self.is_behind => {
                "Waits until the mail of the reply before it has been sent.".to_owned()
            }
            State::Waiting if reason.is_empty() => {
                format!(
                    "Mail goes out at {}, unless it is read before.",
                    self.due_at(delay).clock_time()
                )
            }
            State::Waiting => {
                format!("Mail is tried again at {}: {reason}", self.due_at(delay).clock_time())
            }
            State::Sending => "Mail is going out.".to_owned(),
            State::Sent => "Mailed.".to_owned(),
            State::Skipped | State::Dead | State::Undeliverable => format!("Not mailed: {reason}"),
            State::Doubtful => format!("Perhaps mailed: {reason}"),
            State::Forgotten => "Not mailed: a person decided so.".to_owned(),
        }
    }
}
