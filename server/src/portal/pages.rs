//! The portal's pages.

use std::borrow::Cow;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::form::{Problems, Typed};
use super::link_rejection::LinkRejection;
use crate::secrets::SecretError;
use crate::web::{self, Error, with_code};

/// The desk's name on a page whose desk is unknown.
const NO_DESK: &str = "Support";

/// The notice above the form's fields.
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

/// The form, empty or with the typed text.
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

/// Renders the template as a page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "could not render a page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Returns the page after a ticket was sent.
pub(super) fn sent(desk: &str) -> Response {
    page(StatusCode::OK, &SentPage { desk })
}

/// Returns the page for a rejected link.
pub(super) fn rejected(desk: &str, rejection: LinkRejection) -> Response {
    let template = MessagePage {
        desk,
        title: rejection.title(),
        text: &rejection.advice(desk),
        code: rejection.code(),
        action: Some("Write to us without the link"),
    };
    with_code(page(StatusCode::FORBIDDEN, &template), rejection.code())
}

/// An error, rendered as a page without a form.
#[derive(Debug)]
pub(super) enum PortalError {
    /// An error that every part of the server can have.
    Web(Error),
    /// The portal is closed.
    Closed,
    /// The desk blocked this contact.
    Blocked,
    /// No desk has a portal at this host.
    HostUnknown,
}

/// What the page of an error says.
struct Words {
    title: &'static str,
    text: &'static str,
}

impl PortalError {
    /// Returns the page, with the desk's name where it is known.
    pub(super) fn page(&self, desk: Option<&str>) -> Response {
        let (status, code) = self.status_and_code();
        let Words { title, text } = self.words();
        let has_form = !matches!(self, Self::Closed | Self::HostUnknown);
        let template = MessagePage {
            desk: desk.unwrap_or(NO_DESK),
            title,
            text,
            code,
            action: has_form.then_some("Open the form"),
        };
        let retry_after = match self {
            Self::Web(error) => error.retry_after(),
            _ => None,
        };
        with_code(web::respond(status, retry_after, page(status, &template)), code)
    }

    const fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Web(error) => (error.status(), error.code()),
            Self::Closed => (StatusCode::FORBIDDEN, "portal_closed"),
            Self::Blocked => (StatusCode::FORBIDDEN, "contact_blocked"),
            Self::HostUnknown => (StatusCode::MISDIRECTED_REQUEST, "host_unknown"),
        }
    }

    const fn words(&self) -> Words {
        match self {
            Self::Closed => Words {
                title: "We do not accept messages here at the moment",
                text: "Please use another way to reach us.",
            },
            Self::Blocked => Words {
                title: "We did not accept your message",
                text: "We do not accept messages from you here. Please use another way to reach us.",
            },
            Self::Web(Error::CrossSite) => Words {
                title: "This form was submitted from another site",
                text: "Your message was not sent. Please use the form on this site.",
            },
            Self::Web(Error::NotFound) => Words {
                title: "Page not found",
                text: "Please check the address, or open the form.",
            },
            Self::Web(Error::MethodNotAllowed) => Words {
                title: "This page does not accept this request",
                text: "Please use the form.",
            },
            Self::Web(Error::ContentTypeUnsupported) => Words {
                title: "This message was not sent by our form",
                text: "Please use the form to write to us.",
            },
            Self::Web(Error::BodyTooLarge) => Words {
                title: "Your message is too long",
                text: "Go back, shorten it to 10,000 characters, and send it again.",
            },
            Self::Web(Error::BodyMalformed) => Words {
                title: "Your message arrived incomplete",
                text: "Go back and send it again.",
            },
            Self::HostUnknown => Words {
                title: "No support is set up at this address",
                text: "Please check the address. If it is right, try again later: it may not be set up yet.",
            },
            Self::Web(Error::RateLimited(_)) => Words {
                title: "Too many requests",
                text: "Please wait a minute, go back, and try again.",
            },
            Self::Web(Error::TimedOut) => Words {
                title: "Sending took too long",
                text: "Go back and send your message again.",
            },
            Self::Web(Error::Unavailable) => Words {
                title: "Support is unavailable at the moment",
                text: "Please try again in a minute.",
            },
            Self::Web(Error::Internal) => Words {
                title: "Something went wrong on our side",
                text: "Please try again. If it happens again, use another way to reach us.",
            },
        }
    }
}

impl<E: Into<Error>> From<E> for PortalError {
    fn from(error: E) -> Self {
        Self::Web(error.into())
    }
}

impl From<SecretError> for PortalError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "could not use a desk's secrets");
                Self::Web(Error::Internal)
            }
        }
    }
}
