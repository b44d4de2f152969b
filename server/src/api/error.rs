//! The API's own errors.

use axum::http::StatusCode;

use crate::conversations::ConversationError;
use crate::customer_sessions::ExchangeError;
use crate::secrets::SecretError;
use crate::text::TextError;
use crate::web::{Error, JsonError};

/// No desk has this id.
pub(super) fn helpdesk_unknown() -> JsonError {
    let message = "No help desk has this helpdeskId. Copy it from the embed code on the \
        dashboard's Ticket Center page.";
    JsonError::new(StatusCode::NOT_FOUND, "helpdesk_unknown", message)
}

/// An owner blocked the contact.
pub(super) fn contact_blocked() -> JsonError {
    let message =
        "The help desk has blocked this contact. An owner can unblock it in the dashboard.";
    JsonError::new(StatusCode::FORBIDDEN, "contact_blocked", message)
}

/// The session has ended, or there is none with this text: the response is the same for both.
pub(super) fn session_ended() -> JsonError {
    let message = "The session has ended. Exchange a new identity token for another one.";
    JsonError::new(StatusCode::UNAUTHORIZED, "session_ended", message)
}

/// The conversation does not exist, or belongs to another contact: the response is the same for both.
pub(super) fn conversation_unknown() -> JsonError {
    let message = "This contact has no conversation with this id. Check the conversation id.";
    JsonError::new(StatusCode::NOT_FOUND, "conversation_unknown", message)
}

/// No earlier response returned this cursor.
pub(super) fn cursor_malformed() -> JsonError {
    let message = "The cursor, before or after is not a value from an earlier response. Send one \
        as it was received.";
    JsonError::new(StatusCode::BAD_REQUEST, "cursor_malformed", message)
}

/// The signature is invalid.
impl From<deskseal::Error> for JsonError {
    fn from(error: deskseal::Error) -> Self {
        let message = error.message().to_owned();
        Self::new(StatusCode::UNAUTHORIZED, error.code().as_str(), message)
    }
}

impl From<SecretError> for JsonError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::DeskUnknown => helpdesk_unknown(),
            SecretError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "could not use a desk's secrets");
                Error::Internal.into()
            }
        }
    }
}

impl From<ExchangeError> for JsonError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Blocked => contact_blocked(),
            ExchangeError::Replayed => Self::new(
                StatusCode::UNAUTHORIZED,
                "identity_token_replayed",
                "This identity token is spent. Exchange a new one, which the product's server signs.",
            ),
            ExchangeError::Ended => session_ended(),
            ExchangeError::Store(error) => error.into(),
            ExchangeError::Vault(error) => {
                tracing::error!(%error, "could not open a session");
                Error::Internal.into()
            }
        }
    }
}

impl From<ConversationError> for JsonError {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Unknown => conversation_unknown(),
            ConversationError::MessageUnknown => cursor_malformed(),
            ConversationError::KeyReused => Self::new(
                StatusCode::CONFLICT,
                "idempotency_key_reused",
                "This idempotencyKey was already used for another message. Use a new key.",
            ),
            ConversationError::Store(error) => error.into(),
        }
    }
}

impl From<TextError> for JsonError {
    fn from(error: TextError) -> Self {
        let code = match error {
            TextError::MessageEmpty => "message_empty",
            TextError::MessageTooLong => "message_too_long",
            TextError::SubjectTooLong => "subject_too_long",
            TextError::NameTooLong => "name_too_long",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    }
}
