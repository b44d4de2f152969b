//! The JSON bodies of requests.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::web::{self, JsonError, body};

/// The largest body. A message of 10 000 characters needs 60 000 bytes where each is escaped.
pub const MAX_BYTES: usize = 64 * 1024;

/// A body that was read as JSON.
///
/// Only `application/json` is accepted: before a browser sends that to another origin, it asks the server.
#[derive(Debug)]
pub(super) struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = JsonError;

    async fn from_request(request: Request, _: &S) -> Result<Self, JsonError> {
        let bytes = body::read(request, body::JSON, MAX_BYTES).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // Only the position is returned: serde's message quotes what the client sent.
            let (line, column) = (error.line(), error.column());
            let message = format!(
                "The body is not the JSON object that this call expects. See line {line}, column {column}."
            );
            JsonError::new(StatusCode::BAD_REQUEST, web::Error::BodyMalformed.code(), message)
        })
    }
}

/// The customer's credentials, signed by the product's server.
#[derive(Clone, Copy)]
pub(super) struct Credentials<'body> {
    /// The desk's id.
    pub(super) helpdesk_id: &'body str,
    /// The e-mail.
    pub(super) email: &'body str,
    /// The signature.
    pub(super) signature: &'body str,
}

/// Declares a body with the three credentials and further fields.
///
/// They are fields of each and not flattened into it: flattening would take repeated fields.
macro_rules! bodies {
    ($(
        $(#[$attribute:meta])* $name:ident {
            $($(#[$field_attribute:meta])* $field:ident: $type:ty,)*
        }
    )+) => {$(
        $(#[$attribute])*
        #[derive(Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            /// The desk's id: the embed's `data-helpdesk-id`.
            helpdesk_id: String,
            /// The signed e-mail.
            #[schema(examples("ada@example.com"))]
            email: String,
            /// The signature of the e-mail: 64 hexadecimal digits.
            signature: String,
            $($(#[$field_attribute])* pub(super) $field: $type,)*
        }

        impl $name {
            /// Returns the credentials.
            pub(super) fn credentials(&self) -> Credentials<'_> {
                Credentials {
                    helpdesk_id: &self.helpdesk_id,
                    email: &self.email,
                    signature: &self.signature,
                }
            }
        }
    )+};
}

bodies! {
    /// Verifies, or closes: who asks is all that is needed.
    SignedRequest {}

    /// Asks for a page of conversations.
    ConversationsRequest {
        /// How many, 1 to 100; 20 without it.
        #[schema(minimum = 1, maximum = 100)]
        limit: Option<u32>,
        /// The `nextCursor` of the page before.
        cursor: Option<String>,
    }

    /// Sends a message.
    MessageRequest {
        /// The text, 1 to 10 000 characters.
        message: String,
        /// The conversation to reply to; without it, a new one begins.
        conversation_id: Option<String>,
        /// The subject of a new conversation; without it, the message's first line.
        #[schema(max_length = 200)]
        subject: Option<String>,
        /// Makes a repeated call harmless: 1 to 64 of `A-Z a-z 0-9 _ -`.
        #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$")]
        idempotency_key: Option<String>,
    }

    /// Asks for a page of a conversation's messages.
    MessagesRequest {
        /// How many at most, 1 to 100; 50 without it. There are fewer where their texts are longer than 256 KiB.
        #[schema(minimum = 1, maximum = 100)]
        limit: Option<u32>,
        /// The message before which the page ends.
        before: Option<String>,
        /// The message after which the page begins.
        after: Option<String>,
        /// Whether the contact has now read what is returned; true without it.
        mark_read: Option<bool>,
    }
}

/// Returns the asked size of a page.
pub(super) fn page_size(limit: Option<u32>, default: u32) -> Result<u32, JsonError> {
    let limit = limit.unwrap_or(default);
    if (1..=crate::conversations::MAX_PAGE).contains(&limit) {
        return Ok(limit);
    }
    let message = "The limit must be from 1 to 100.";
    Err(JsonError::new(StatusCode::BAD_REQUEST, "limit_malformed", message))
}
