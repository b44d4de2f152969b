//! Opaque ids: each kind has its own type, so that the compiler tells them apart.

use std::fmt;

use uuid::Uuid;

/// The longest id: this server makes no longer one, and helpdesk ids have the same limit (SPEC 6.1).
const MAX_BYTES: usize = 128;

macro_rules! ids {
    ($($(#[$attribute:meta])* $name:ident)+) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// Returns a new, unique id. Ids sort by the time at which they were made.
            pub fn generate() -> Self {
                Self(Uuid::now_v7().to_string())
            }

            /// Reads an id that came from outside: 1 to 128 of `A-Z a-z 0-9 _ -`.
            pub fn parse(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(text.to_owned()))
            }

            /// Returns the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A desk's id: the `data-helpdesk-id` of its embed.
    DeskId
    /// A secret's id.
    SecretId
    /// A contact's id.
    ContactId
    /// A conversation's id.
    ConversationId
    /// A message's id.
    MessageId
    /// An agent's id.
    AgentId
    /// A notification's id.
    NotificationId
    /// An invitation's id.
    InvitationId
    /// The id of an e-mail with a link for an account.
    AccountMailId
}

/// Tells whether the text is a well-formed id by the grammar of SPEC 6.1, so that it may go into a query.
pub(crate) fn is_id(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::DeskId;

    #[test]
    fn a_generated_id_can_be_read_again() {
        let id = DeskId::generate();
        assert_eq!(DeskId::parse(id.as_str()), Some(id));
    }

    #[test]
    fn a_malformed_id_is_rejected_before_any_query() {
        for text in ["", "a b", "a\0", "a/b", "ü", "a'--", &"a".repeat(129)] {
            assert_eq!(DeskId::parse(text), None, "{text:?}");
        }
    }
}
