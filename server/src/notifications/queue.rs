//! The queue of notifications in the database: claims, order and retries.
//!
//! Several instances share one queue. One conditional statement claims a notification, so only one instance
//! succeeds. The claim is a lease that names this attempt. Only that attempt, or an owner's decision, sets
//! the result.
//!
//! A conversation's notifications are claimed in the order of its messages: one can be claimed only while no
//! earlier one of the conversation waits or is claimed. The order is that of `position`, which is counted
//! under the conversation's lock, so clocks do not affect it. An earlier one in a final state, or one that
//! needs a decision, does not delay later ones.
//!
//! A clock may be set forwards or backwards at any moment. A notification that is postponed further than any
//! delay allows was postponed by another clock, and counts as due.

use std::time::Duration;

use sqlx::{AnyConnection, FromRow};
use uuid::Uuid;

use super::delivery::State;
use super::email_message::EmailMessage;
use super::reach::Reach;
use crate::clock::Moment;
use crate::contacts::Kind;
use crate::contacts::joint::{join_holders, shown_contact};
use crate::ids::{ConversationId, MessageId, NotificationId};
use crate::mail::SendOutcome;
use crate::store::{Flag, IsSet, Store, StoreError};

/// The wait after the first failure; each one after it is twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(30);

/// The longest wait between two attempts.
const LONGEST_RETRY: Duration = Duration::from_hours(1);

/// The most attempts before a notification counts as rejected: about a day of them.
const MAX_ATTEMPTS: i64 = 30;

/// The most earlier mails of the conversation that a mail refers to.
const MAX_REFERENCES: i64 = 20;

/// Tells whether a notification is due. Parameters: `$1` now, `$2` the delay, `$3` the latest moment to which
/// any notification can be postponed.
macro_rules! is_due {
    () => {
        concat!(
            "notifications.state = 'waiting' AND (notifications.due_at + notifications.is_delayed * $2 \
             <= $1 OR notifications.due_at > $3) AND NOT ",
            is_behind!()
        )
    };
}

/// Tells whether an earlier notification of the same conversation is still to be sent. A conversation has one
/// contact.
///
/// The index `notifications_unsent` contains exactly these states and begins with the lowest position. The
/// query uses a minimum instead of `EXISTS`, because PostgreSQL would join the table with itself for that.
macro_rules! is_behind {
    () => {
        "(notifications.position > (SELECT MIN(earlier.position) FROM notifications AS earlier \
         WHERE earlier.conversation_id = notifications.conversation_id \
         AND earlier.state IN ('waiting', 'sending')))"
    };
}
pub(super) use is_behind;

/// When a reply is mailed to its contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// After the configured delay, unless the contact has read it by then.
    Delayed,
    /// At once.
    Instantly,
}

/// The times that the queue calculates with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) now: Moment,
    /// How long a delayed notification waits.
    pub(crate) delay: Duration,
}

/// A claimed notification.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) id: NotificationId,
    lease: String,
    number: i64,
    pub(crate) email_message: EmailMessage,
}

/// The result of a claim.
#[derive(Debug)]
pub(crate) enum Claim {
    /// Another instance has claimed it.
    HeldElsewhere,
    /// It must not be sent; its state.
    Settled(State),
    /// It must be sent now.
    Claimed(Box<Attempt>),
}

/// Adds the notification of a reply that this transaction has written, if its contact can be mailed.
///
/// The transaction has locked the conversation, so positions become visible in order. A reply that is sent
/// instantly makes the delayed ones before it due too; they are sent first.
pub(crate) async fn enqueue(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    message: &MessageId,
    sending: Sending,
    now: Moment,
) -> Result<(), StoreError> {
    if !reach_of(connection, conversation).await?.is_queued() {
        return Ok(());
    }
    if sending == Sending::Instantly {
        sqlx::query(
            "UPDATE notifications SET is_delayed = 0 \
             WHERE conversation_id = $1 AND state = 'waiting' AND is_delayed = 1",
        )
        .bind(conversation.as_str())
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query(
        "INSERT INTO notifications (id, desk_id, conversation_id, message_id, position, state, reason, \
         due_at, is_delayed, is_instant, attempts, changed_at) \
         SELECT $1, conversations.desk_id, conversations.id, messages.id, messages.position, 'waiting', \
         '', $2, $3, 1 - $3, 0, $2 FROM messages \
         JOIN conversations ON conversations.id = messages.conversation_id WHERE messages.id = $4",
    )
    .bind(NotificationId::generate().as_str())
    .bind(now)
    .bind(i64::from(sending == Sending::Delayed))
    .bind(message.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct ContactRow {
    #[sqlx(try_from = "String")]
    kind: Kind,
    value: String,
    email: Option<String>,
    #[sqlx(rename = "blocked_at", try_from = "IsSet")]
    is_blocked: bool,
}

/// Returns whom replies in the conversation reach. Whether there is a mail server is checked when a mail is
/// sent.
async fn reach_of(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
) -> Result<Reach, StoreError> {
    let contact: ContactRow = sqlx::query_as(concat!(
        "SELECT ",
        shown_contact!(),
        ", contacts.blocked_at FROM conversations \
         JOIN contacts ON contacts.id = conversations.contact_id ",
        join_holders!(),
        " WHERE conversations.id = $1"
    ))
    .bind(conversation.as_str())
    .fetch_one(connection)
    .await?;
    let email = contact.email.as_deref();
    Ok(Reach::of(contact.kind, &contact.value, email, contact.is_blocked, true))
}

/// Returns notifications that are due, the oldest first.
pub(crate) async fn due(
    store: &Store,
    timing: Timing,
    most: i64,
) -> Result<Vec<NotificationId>, StoreError> {
    let ids = sqlx::query_scalar(concat!(
        "SELECT id FROM notifications WHERE ",
        is_due!(),
        " ORDER BY due_at, id LIMIT $4"
    ))
    .bind(timing.now)
    .bind(milliseconds(timing.delay))
    .bind(timing.now.after(LONGEST_RETRY))
    .bind(most)
    .fetch_all(store.readers())
    .await?;
    Ok(ids)
}

/// Returns when the next notification is due; `None` if none waits.
///
/// A notification after another one is left out: it is due as soon as the other one has been sent.
pub(crate) async fn next_due(store: &Store, delay: Duration) -> Result<Option<Moment>, StoreError> {
    let next = sqlx::query_scalar(concat!(
        "SELECT MIN(due_at + is_delayed * $1) AS due_at FROM notifications WHERE state = 'waiting' \
         AND NOT ",
        is_behind!()
    ))
    .bind(milliseconds(delay))
    .fetch_one(store.readers())
    .await?;
    Ok(next)
}

/// Claims a due notification, and stores the claim before anything is sent.
///
/// `domain` is used to create the mail's id.
pub(crate) async fn claim(
    store: &Store,
    id: &NotificationId,
    timing: Timing,
    domain: &str,
) -> Result<Claim, StoreError> {
    let lease = Uuid::now_v7().to_string();
    let mut transaction = store.begin().await?;
    let number = sqlx::query_scalar(concat!(
        "UPDATE notifications SET state = 'sending', attempts = attempts + 1, lease = $4, \
         mail_id = COALESCE(mail_id, $5), changed_at = $1 WHERE id = $6 AND ",
        is_due!(),
        " RETURNING attempts"
    ))
    .bind(timing.now)
    .bind(milliseconds(timing.delay))
    .bind(timing.now.after(LONGEST_RETRY))
    .bind(&lease)
    .bind(format!("<{id}@{domain}>"))
    .bind(id.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(number) = number else { return Ok(Claim::HeldElsewhere) };
    let claim = if let Some(reason) = skip_reason(&mut transaction, id).await? {
        let next = Next { state: State::Skipped, reason, due_at: timing.now };
        change(&mut transaction, id, &lease, &next, timing.now).await?;
        Claim::Settled(State::Skipped)
    } else {
        let email_message = email_message(&mut transaction, id).await?;
        Claim::Claimed(Box::new(Attempt { id: id.clone(), lease, number, email_message }))
    };
    transaction.commit().await?;
    Ok(claim)
}

#[derive(FromRow)]
struct SkipRow {
    position: i64,
    #[sqlx(try_from = "Flag")]
    is_instant: bool,
    read_position: i64,
    #[sqlx(rename = "blocked_at", try_from = "IsSet")]
    is_blocked: bool,
}

/// Returns why the notification is no longer needed, if it is not.
async fn skip_reason(
    connection: &mut AnyConnection,
    id: &NotificationId,
) -> Result<Option<&'static str>, StoreError> {
    let row: SkipRow = sqlx::query_as(
        "SELECT notifications.position, notifications.is_instant, conversations.read_position, \
         contacts.blocked_at \
         FROM notifications JOIN conversations ON conversations.id = notifications.conversation_id \
         JOIN contacts ON contacts.id = conversations.contact_id WHERE notifications.id = $1",
    )
    .bind(id.as_str())
    .fetch_one(connection)
    .await?;
    if row.is_blocked {
        return Ok(Some("the customer is blocked."));
    }
    let is_read = row.read_position >= row.position;
    Ok((is_read && !row.is_instant).then_some("the customer had already read the reply."))
}

#[derive(FromRow)]
struct MailRow {
    address: String,
    subject: String,
    body: String,
    agent_name: Option<String>,
    name: String,
    support_page_url: Option<String>,
    mail_id: String,
    conversation_id: ConversationId,
    position: i64,
}

async fn email_message(
    connection: &mut AnyConnection,
    id: &NotificationId,
) -> Result<EmailMessage, StoreError> {
    let row: MailRow = sqlx::query_as(concat!(
        "SELECT COALESCE(contacts.email, holders.email, contacts.value) AS address, \
         conversations.subject, messages.body, messages.agent_name, \
         desks.name, desks.support_page_url, notifications.mail_id, notifications.conversation_id, \
         notifications.position FROM notifications \
         JOIN messages ON messages.id = notifications.message_id \
         JOIN conversations ON conversations.id = notifications.conversation_id \
         JOIN contacts ON contacts.id = conversations.contact_id ",
        join_holders!(),
        " JOIN desks ON desks.id = notifications.desk_id WHERE notifications.id = $1"
    ))
    .bind(id.as_str())
    .fetch_one(&mut *connection)
    .await?;
    let mut earlier: Vec<String> = sqlx::query_scalar(
        "SELECT mail_id FROM notifications WHERE conversation_id = $1 AND position < $2 \
         AND state IN ('sent', 'doubtful') ORDER BY position DESC LIMIT $3",
    )
    .bind(row.conversation_id.as_str())
    .bind(row.position)
    .bind(MAX_REFERENCES)
    .fetch_all(&mut *connection)
    .await?;
    earlier.reverse();
    let thread = thread(connection, &row.conversation_id).await?;
    Ok(EmailMessage {
        to: row.address,
        subject: row.subject,
        text: row.body,
        agent: row.agent_name.unwrap_or_default(),
        desk: row.name,
        support_page: row.support_page_url,
        mail_id: row.mail_id,
        thread,
        earlier,
    })
}

/// Returns the id of the conversation's thread. Every mail of the conversation refers to it; no mail has it.
///
/// It uses the domain of the conversation's first mail, so that it stays the same when mails later come from
/// another domain.
async fn thread(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
) -> Result<String, StoreError> {
    let first: String = sqlx::query_scalar(
        "SELECT mail_id FROM notifications WHERE conversation_id = $1 AND mail_id IS NOT NULL \
         ORDER BY position LIMIT 1",
    )
    .bind(conversation.as_str())
    .fetch_one(connection)
    .await?;
    let (_, domain) = first.rsplit_once('@').ok_or(StoreError::Unreadable("id of a mail"))?;
    Ok(format!("<{conversation}.thread@{domain}"))
}

/// Stores the result of an attempt, and returns the new state. It stores nothing if an owner decided in the
/// meantime.
pub(crate) async fn settle(
    store: &Store,
    attempt: &Attempt,
    outcome: &SendOutcome,
    now: Moment,
) -> Result<State, StoreError> {
    let next = after(outcome, attempt.number, now);
    let mut transaction = store.begin().await?;
    change(&mut transaction, &attempt.id, &attempt.lease, &next, now).await?;
    transaction.commit().await?;
    Ok(next.state)
}

struct Next<'reason> {
    state: State,
    reason: &'reason str,
    due_at: Moment,
}

fn after(outcome: &SendOutcome, attempts: i64, now: Moment) -> Next<'_> {
    let next = |state, reason| Next { state, reason, due_at: now };
    match outcome {
        SendOutcome::Accepted => next(State::Sent, ""),
        SendOutcome::Rejected(reason) => next(State::Failed, reason),
        SendOutcome::Unknown(reason) => next(State::Doubtful, reason),
        SendOutcome::Unaddressable(reason) => next(State::Undeliverable, reason),
        SendOutcome::Deferred(reason) if attempts >= MAX_ATTEMPTS => next(State::Failed, reason),
        SendOutcome::Deferred(reason) => {
            Next { due_at: now.after(wait(attempts)), ..next(State::Waiting, reason) }
        }
    }
}

/// Returns the wait after this number of attempts.
fn wait(attempts: i64) -> Duration {
    let doublings = (attempts - 1).clamp(0, 16);
    FIRST_RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY)
}

async fn change(
    connection: &mut AnyConnection,
    id: &NotificationId,
    lease: &str,
    next: &Next<'_>,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE notifications SET state = $1, reason = $2, due_at = $3, is_delayed = 0, lease = NULL, \
         changed_at = $4 WHERE id = $5 AND lease = $6",
    )
    .bind(next.state.as_str())
    .bind(next.reason)
    .bind(next.due_at)
    .bind(now)
    .bind(id.as_str())
    .bind(lease)
    .execute(connection)
    .await?;
    Ok(())
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_RETRY, MAX_ATTEMPTS, wait};

    #[test]
    fn waits_grow_to_an_hour_and_last_about_a_day() {
        let seconds: Vec<_> = (1..=4).map(|attempts| wait(attempts).as_secs()).collect();
        assert_eq!(seconds, [30, 60, 120, 240]);
        assert_eq!(wait(i64::MAX), LONGEST_RETRY);
        let hours = (1..MAX_ATTEMPTS).map(|attempts| wait(attempts).as_secs()).sum::<u64>() / 3600;
        assert!((20..=30).contains(&hours), "{hours}");
    }
}
