//! The portal's pages.

use std::borrow::Cow;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::form::{Problems, Typed};
use super::link_rejection::LinkRejection;
use crate::limits::Exceeded;
use crate::metrics::RejectionCode;
use crate::secrets::SecretError;
use crate::store::StoreError;
use crate::vault::VaultError;

/// What a page calls a desk that it does not know.
const NO_DESK: &str = "Support";

/// What the form says above its fields.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) title: &'static str,
    pub(super) text: Cow<'static, str>,
}

impl Notice {
    pub(super) fn new(title: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { title, text: text.into() }
    }
}

/// The form, empty or with what was typed.
#[derive(Debug, Template)]
#[template(path = "portal/form.html")]
pub(super) struct FormPage<'page> {
    pub(super) desk: &'page str,
    pub(super) user: Option<&'page str>,
    pub(super) notice: Option<Notice>,
    pub(super) problems: Problems,
    pub(super) typed: &'page Typed,
    pub(super) token: &'page str,
}

#[derive(Template)]
#[template(path = "portal/sent.html")]
struct SentPage<'page> {
    desk: &'page str,
}

#[derive(Template)]
#[template(path = "portal/message.html")]
struct MessagePage<'page> {
    desk: &'page str,
    title: &'page str,
    text: &'page str,
    code: &'page str,
    action: Option<&'page str>,
}

/// Returns the page of the template.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Returns the page after a ticket.
pub(super) fn sent(desk: &str) -> Response {
    page(StatusCode::OK, &SentPage { desk })
}

/// Returns the page for a signed link that proves nobody.
pub(super) fn refused(desk: &str, rejection: LinkRejection) -> Response {
    let template = MessagePage {
        desk,
        title: rejection.title(),
        text: &rejection.advice(desk),
        code: rejection.code(),
        action: Some("Write without being recognised"),
    };
    with_code(page(StatusCode::FORBIDDEN, &template), rejection.code())
}

/// Marks an answer with the code by which refusals are counted.
pub(super) fn with_code(mut response: Response, code: &'static str) -> Response {
    response.extensions_mut().insert(RejectionCode(code));
    response
}

/// Why there is nothing but a sentence.
#[derive(Debug)]
pub(super) enum PortalError {
    /// The portal takes no tickets.
    Closed,
    /// The desk blocked who writes.
    Blocked,
    /// The form was sent from another site.
    SentFromElsewhere,
    NotFound,
    MethodNotAllowed,
    ContentTypeUnsupported,
    BodyTooLarge,
    BodyCut,
    HostUnknown,
    RateLimited(Exceeded),
    TimedOut,
    /// The database is away.
    Unavailable,
    /// Something is wrong inside, and was logged.
    Internal,
}

impl PortalError {
    /// Returns the page of the desk, as far as that is known.
    pub(super) fn page(&self, desk: Option<&str>) -> Response {
        let (status, code, title, text) = self.words();
        let has_form = !matches!(self, Self::Closed | Self::HostUnknown);
        let template = MessagePage {
            desk: desk.unwrap_or(NO_DESK),
            title,
            text,
            code,
            action: has_form.then_some("Open the form"),
        };
        let mut response = with_code(page(status, &template), code);
        if let Self::RateLimited(exceeded) = self {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(exceeded.seconds()));
        }
        response
    }

    const fn words(&self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::Closed => (
                StatusCode::FORBIDDEN,
                "portal_closed",
                "Messages are not taken here at the moment",
                "Please use another way to reach us.",
            ),
            Self::Blocked => (
                StatusCode::FORBIDDEN,
                "contact_blocked",
                "We cannot take your message",
                "Messages from you are not taken here. Please use another way to reach us.",
            ),
            Self::SentFromElsewhere => (
                StatusCode::FORBIDDEN,
                "sent_from_elsewhere",
                "This form was sent from another site",
                "Please write to us on this page itself.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "There is nothing here",
                "The address may be mistyped.",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This does not work here",
                "Please use the form.",
            ),
            Self::ContentTypeUnsupported => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content_type_unsupported",
                "This was not sent by our form",
                "Please use the form on this page.",
            ),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "Your message is too long",
                "Go back, shorten it to 10,000 characters, and send it again.",
            ),
            Self::BodyCut => (
                StatusCode::BAD_REQUEST,
                "body_malformed",
                "Your message did not arrive whole",
                "Go back and send it again.",
            ),
            Self::HostUnknown => (
                StatusCode::MISDIRECTED_REQUEST,
                "host_unknown",
                "No support is set up at this address",
                "The address may be mistyped, or not be ready yet.",
            ),
            Self::RateLimited(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "Too many requests",
                "Please wait a minute, go back, and try again.",
            ),
            Self::TimedOut => (
                StatusCode::REQUEST_TIMEOUT,
                "timed_out",
                "That took too long",
                "Go back and send it again.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "We are not available for a moment",
                "Please try again in a minute.",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side",
                "Please try again; if it happens again, use another way to reach us.",
            ),
        }
    }
}

impl From<StoreError> for PortalError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        if error.is_transient() { Self::Unavailable } else { Self::Internal }
    }
}

impl From<SecretError> for PortalError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "a desk's secrets cannot be used");
                Self::Internal
            }
        }
    }
}

impl From<VaultError> for PortalError {
    fn from(error: VaultError) -> Self {
        tracing::error!(%error, "a form cannot be sealed");
        Self::Internal
    }
}
