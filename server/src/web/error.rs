//! The errors that every HTTP part can have, whatever format it renders them in.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::limits::Exceeded;
use crate::store::StoreError;
use crate::vault::VaultError;

/// When to retry while the server is unavailable.
const RETRY_SECONDS: u64 = 2;

/// An error that does not depend on the format of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    NotFound,
    MethodNotAllowed,
    ContentTypeUnsupported,
    BodyTooLarge,
    BodyMalformed,
    /// Another site submitted the form.
    CrossSite,
    /// A rate limit is exceeded; the seconds to wait.
    RateLimited(u64),
    TimedOut,
    /// The database or another service is unavailable for now.
    Unavailable,
    /// Internal error; it was logged.
    Internal,
}

impl Error {
    /// Returns the status of the response.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyMalformed => StatusCode::BAD_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the stable code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::ContentTypeUnsupported => "content_type_unsupported",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyMalformed => "body_malformed",
            Self::CrossSite => "sent_from_elsewhere",
            Self::RateLimited(_) => "rate_limited",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// Returns the seconds after which a retry can succeed, where that is known.
    pub(crate) const fn retry_after(self) -> Option<u64> {
        match self {
            Self::RateLimited(seconds) => Some(seconds),
            Self::Unavailable => Some(RETRY_SECONDS),
            _ => None,
        }
    }
}

impl From<Exceeded> for Error {
    fn from(exceeded: Exceeded) -> Self {
        Self::RateLimited(exceeded.seconds())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        if error.is_transient() { Self::Unavailable } else { Self::Internal }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        tracing::error!(%error, "could not use an encryption key");
        Self::Internal
    }
}

/// The stable code of a rejected request, for the metrics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RejectionCode(pub(crate) &'static str);

/// Marks a response with the code that the metrics count.
pub(crate) fn with_code(mut response: Response, code: &'static str) -> Response {
    response.extensions_mut().insert(RejectionCode(code));
    response
}

/// Returns the response with this status and, where known, `Retry-After`.
pub(crate) fn respond(
    status: StatusCode,
    retry_after: Option<u64>,
    body: impl IntoResponse,
) -> Response {
    let mut response = (status, body).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
