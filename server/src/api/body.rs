//! The JSON bodies of requests.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use deskseal::ErrorCode;
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

/// The customer's credentials.
#[derive(Clone, Copy)]
pub(super) struct Credentials<'body> {
    /// The desk's id.
    pub(super) helpdesk_id: &'body str,
    /// The proof of the customer's identity.
    pub(super) proof: Proof<'body>,
}

/// What proves the customer's identity.
#[derive(Clone, Copy)]
pub(super) enum Proof<'body> {
    /// An e-mail that the product's server signed.
    Signature { email: &'body str, signature: &'body str },
    /// A session that an identity token opened.
    Session(&'body str),
}

impl<'body> Proof<'body> {
    fn of(
        email: Option<&'body str>,
        signature: Option<&'body str>,
        session: Option<&'body str>,
    ) -> Result<Self, JsonError> {
        match (email, signature, session) {
            (Some(email), Some(signature), None) => Ok(Self::Signature { email, signature }),
            (None, None, Some(session)) => Ok(Self::Session(session)),
            (_, _, Some(_)) => Err(JsonError::new(
                StatusCode::BAD_REQUEST,
                ErrorCode::IdentityRepeated.as_str(),
                "The body has a session beside an email or a signature. Send the session alone, or email and \
                 signature.",
            )),
            _ => Err(JsonError::new(
                StatusCode::BAD_REQUEST,
                web::Error::BodyMalformed.code(),
                "The body names no customer. Send email and signature, or session.",
            )),
        }
    }
}

/// Declares a body with the credentials and further fields.
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
            /// The signed e-mail. Required together with `signature`, unless there is a `session`.
            #[schema(examples("ada@example.com"))]
            email: Option<String>,
            /// The signature of the e-mail: 64 hexadecimal digits.
            signature: Option<String>,
            /// A session that an identity token opened, in place of `email` and `signature`. Not in the vendor's API.
            session: Option<String>,
            $($(#[$field_attribute])* pub(super) $field: $type,)*
        }

        impl $name {
            /// Returns the credentials. It is an error if there is none, or more than one form of them.
            pub(super) fn credentials(&self) -> Result<Credentials<'_>, JsonError> {
                let (email, signature) = (self.email.as_deref(), self.signature.as_deref());
                let proof = Proof::of(email, signature, self.session.as_deref())?;
                Ok(Credentials { helpdesk_id: &self.helpdesk_id, proof })
            }
        }
    )+};
}

bodies! {
    /// The customer's credentials and nothing else: to verify, or to close a conversation.
    SignedRequest {}

    /// Which page of conversations to return.
    ConversationsRequest {
        /// The most conversations to return, 1 to 100. The default is 20.
        #[schema(minimum = 1, maximum = 100)]
        limit: Option<u32>,
        /// The `nextCursor` of the previous page.
        cursor: Option<String>,
    }

    /// A message to send.
    MessageRequest {
        /// The text, 1 to 10 000 characters.
        message: String,
        /// The conversation to reply to. Without it, a new conversation begins.
        conversation_id: Option<String>,
        /// The subject of a new conversation. The default is the first line of the message.
        #[schema(max_length = 200)]
        subject: Option<String>,
        /// A repeated request with the same key adds no second message. 1 to 64 characters: `A-Z a-z 0-9 _ -`.
        #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$")]
        idempotency_key: Option<String>,
    }

    /// Which page of a conversation's messages to return.
    MessagesRequest {
        /// The most messages to return, 1 to 100. The default is 50. A page has fewer if their texts exceed 256 KiB.
        #[schema(minimum = 1, maximum = 100)]
        limit: Option<u32>,
        /// A message's id: the page ends before it.
        before: Option<String>,
        /// A message's id: the page begins after it.
        after: Option<String>,
        /// Whether to mark the returned messages as read. The default is true.
        mark_read: Option<bool>,
    }
}

/// Exchanges an identity token for a session.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionRequest {
    /// The desk's id: the embed's `data-helpdesk-id`.
    pub(super) helpdesk_id: String,
    /// The identity token, which the product's server signed.
    pub(super) identity: String,
    /// A session of the same customer to renew; without it, a new one begins. Its former token is spent.
    pub(super) session: Option<String>,
}

/// Ends a session.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionEndRequest {
    /// The desk's id: the embed's `data-helpdesk-id`.
    pub(super) helpdesk_id: String,
    /// The session.
    pub(super) session: String,
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
