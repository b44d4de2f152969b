//! Mails that tell contacts of agents' replies.
//!
//! Each public reply to a contact whose address a seal proved has one notification, written in the same
//! transaction as the reply.

use sqlx::AnyConnection;

use crate::clock::Moment;
use crate::contacts::Kind;
use crate::conversations::Sending;
use crate::ids::{MessageId, NotificationId};

/// Adds the notification of a reply that this transaction has written, where its contact may be mailed.
///
/// Only a sealed address has proved that it is the contact's; what somebody typed, and a user id, are
/// never written to.
pub(crate) async fn enqueue(
    connection: &mut AnyConnection,
    message: &MessageId,
    sending: Sending,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO notifications (id, desk_id, conversation_id, message_id, position, state, reason, \
         due_at, is_delayed, attempts, changed_at) \
         SELECT $1, conversations.desk_id, conversations.id, messages.id, messages.position, 'waiting', \
         '', $2, $3, 0, $2 FROM messages \
         JOIN conversations ON conversations.id = messages.conversation_id \
         JOIN contacts ON contacts.id = conversations.contact_id \
         WHERE messages.id = $4 AND contacts.kind = $5",
    )
    .bind(NotificationId::generate().as_str())
    .bind(now)
    .bind(i64::from(sending == Sending::Delayed))
    .bind(message.as_str())
    .bind(Kind::Sealed.as_str())
    .execute(connection)
    .await?;
    Ok(())
}
