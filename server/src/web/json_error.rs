//! Errors as JSON: `{ "error": { "code", "message" } }`.

use std::borrow::Cow;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Error, respond, with_code};

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// The error.
    error: ErrorDetail,
}

/// What was rejected, and why.
#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// The stable code, for programs.
    #[schema(value_type = String, examples("signature_mismatch"))]
    code: &'static str,
    /// A sentence for the developer. It may change.
    #[schema(value_type = String)]
    message: Cow<'static, str>,
}

/// An error that is rendered as JSON.
#[derive(Debug)]
pub(crate) struct JsonError {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    retry_after: Option<u64>,
}

impl JsonError {
    /// Creates an error.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// The server has more connections, or more unread responses, than it can serve.
    pub(crate) fn overloaded() -> Self {
        let message = "The server has as many connections as it can serve. Retry the request.";
        Self { message: message.into(), ..Error::Unavailable.into() }
    }
}

impl IntoResponse for JsonError {
    fn into_response(self) -> Response {
        let Self { status, code, message, retry_after } = self;
        let body = ErrorBody { error: ErrorDetail { code, message } };
        with_code(respond(status, retry_after, Json(body)), code)
    }
}

impl<E: Into<Error>> From<E> for JsonError {
    fn from(error: E) -> Self {
        let error = error.into();
        let message = match error {
            Error::NotFound => "This path does not exist. Check the URL.",
            Error::MethodNotAllowed => {
                "This path does not accept this method. Every call of the Ticket Center's API is a POST."
            }
            Error::ContentTypeUnsupported => "The Content-Type must be application/json.",
            Error::BodyTooLarge => "The body has more than 65536 bytes. Shorten it.",
            Error::BodyMalformed => "The body arrived incomplete. Retry the request.",
            Error::CrossSite => {
                "This form was submitted from another site, so nothing was changed."
            }
            Error::RateLimited(_) => {
                "Too many calls. Retry after the number of seconds in Retry-After."
            }
            Error::TimedOut => "The request took too long. Retry the request.",
            Error::Unavailable => "The database is unavailable. Retry the request.",
            Error::Internal => {
                "Internal server error. Search the log for this response's X-Request-Id."
            }
        };
        Self {
            retry_after: error.retry_after(),
            ..Self::new(error.status(), error.code(), message)
        }
    }
}
