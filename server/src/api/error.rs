//! Refusals of the API: `{ "error": { "code", "message" } }`.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::conversations::ConversationError;
use crate::limits::Exceeded;
use crate::metrics::RejectionCode;
use crate::secrets::SecretError;
use crate::store::StoreError;
use crate::text::TextError;

/// How long to wait for a database that is away.
const RETRY_SECONDS: u64 = 2;

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// What was refused, and why.
    error: ErrorDetail,
}

/// What was refused, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorDetail {
    /// Stable; programs go by it.
    #[schema(value_type = String, examples("signature_mismatch"))]
    code: &'static str,
    /// A sentence for the developer. It may change.
    #[schema(value_type = String)]
    message: Cow<'static, str>,
}

/// A refusal with its status.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    retry_seconds: Option<u64>,
}

impl ApiError {
    /// Returns a refusal of this status.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, message: message.into(), retry_seconds: None }
    }

    /// There is nothing at this path.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this path.")
    }

    /// The path takes another method.
    pub fn method_not_allowed() -> Self {
        let message = "This path takes another method; every call of the Ticket Center is a POST.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
    }

    /// The request took too long.
    pub fn timed_out() -> Self {
        let message = "The request took too long; send it again.";
        Self::new(StatusCode::REQUEST_TIMEOUT, "timed_out", message)
    }

    /// There are more connections, or unread answers, than there may be.
    pub fn overloaded() -> Self {
        let message = "The server has as many connections as it can serve. Retry the request.";
        Self {
            retry_seconds: Some(RETRY_SECONDS),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
        }
    }

    /// Something is wrong inside, and was logged.
    pub fn internal() -> Self {
        let message = "Something failed inside; the log has the request's id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    /// There is no desk of this id.
    pub fn helpdesk_unknown() -> Self {
        let message = "There is no helpdesk of this id; copy it from the embed snippet.";
        Self::new(StatusCode::NOT_FOUND, "helpdesk_unknown", message)
    }

    /// There is no such conversation, or it is somebody else's: the same answer for both.
    pub fn conversation_unknown() -> Self {
        let message = "This contact has no such conversation.";
        Self::new(StatusCode::NOT_FOUND, "conversation_unknown", message)
    }

    /// A place in a list is none that was handed out.
    pub fn cursor_malformed() -> Self {
        let message = "The cursor is not one that an earlier answer gave.";
        Self::new(StatusCode::BAD_REQUEST, "cursor_malformed", message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, code, message, retry_seconds } = self;
        let body = ErrorBody { error: ErrorDetail { code, message } };
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(RejectionCode(code));
        if let Some(seconds) = retry_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A proof that does not hold.
impl From<deskseal::Error> for ApiError {
    fn from(error: deskseal::Error) -> Self {
        let message = error.message().to_owned();
        Self::new(StatusCode::UNAUTHORIZED, error.code().as_str(), message)
    }
}

impl From<Exceeded> for ApiError {
    fn from(exceeded: Exceeded) -> Self {
        let message = "Too many calls; wait for the seconds of Retry-After.";
        Self {
            retry_seconds: Some(exceeded.seconds()),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message)
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        if !error.is_transient() {
            return Self::internal();
        }
        let message = "The database is away; send the request again.";
        Self {
            retry_seconds: Some(RETRY_SECONDS),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
        }
    }
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::DeskUnknown => Self::helpdesk_unknown(),
            SecretError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "a desk's secrets cannot be used");
                Self::internal()
            }
        }
    }
}

impl From<ConversationError> for ApiError {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Unknown => Self::conversation_unknown(),
            ConversationError::MessageUnknown => Self::cursor_malformed(),
            ConversationError::KeyReused => Self::new(
                StatusCode::CONFLICT,
                "idempotency_key_reused",
                "This idempotencyKey came with another message before; use a new one.",
            ),
            ConversationError::Store(error) => error.into(),
        }
    }
}

impl From<TextError> for ApiError {
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
