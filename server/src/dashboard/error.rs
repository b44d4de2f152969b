//! The dashboard's errors, rendered as pages that say what to do next.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{page, path};
use crate::agents::AgentError;
use crate::conversations::ConversationError;
use crate::passwords::PasswordError;
use crate::secrets::SecretError;
use crate::sessions::SessionError;
use crate::throttle::ThrottleError;
use crate::web;

/// A result with the dashboard's error.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the dashboard does not show a page or does not accept a form.
#[derive(Debug)]
pub(crate) enum Error {
    /// An error that every part of the server can have.
    Web(web::Error),
    /// The agent has to sign in. The browser continues at this path.
    SignInFirst(String),
    /// The agent has to confirm the password. The browser continues at this path.
    ConfirmFirst(String),
    /// The agent has to replace a password that someone else set.
    ChangePasswordFirst,
    /// Only owners may see the page.
    OwnersOnly,
    /// The form belongs to an ended session. The page shows the typed text again.
    FormStale(Option<String>),
    /// The action is impossible; the sentence says why.
    Impossible(String),
}

#[derive(Template)]
#[template(path = "dashboard/error.html")]
struct ErrorPage<'page> {
    title: &'static str,
    sentence: &'page str,
    typed: Option<&'page str>,
}

impl Error {
    /// The page does not exist, or this agent may not see it.
    pub(super) const NOT_FOUND: Self = Self::Web(web::Error::NotFound);
    /// The form's fields are invalid.
    pub(super) const FORM_MALFORMED: Self = Self::Web(web::Error::BodyMalformed);
    /// Internal error; it was logged.
    pub(super) const INTERNAL: Self = Self::Web(web::Error::Internal);

    const fn status(&self) -> StatusCode {
        match self {
            Self::Web(error) => error.status(),
            Self::SignInFirst(_) | Self::ConfirmFirst(_) | Self::ChangePasswordFirst => {
                StatusCode::SEE_OTHER
            }
            Self::OwnersOnly | Self::FormStale(_) => StatusCode::FORBIDDEN,
            Self::Impossible(_) => StatusCode::CONFLICT,
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::Web(web::Error::NotFound) => "Page not found",
            Self::OwnersOnly => "This page is for owners",
            Self::Web(web::Error::CrossSite) | Self::FormStale(_) => "Nothing was changed",
            Self::Web(web::Error::BodyMalformed | web::Error::BodyTooLarge) => {
                "The form could not be read"
            }
            Self::Web(web::Error::RateLimited(_)) => "Too many attempts",
            Self::Impossible(_) => "This action is not possible",
            _ => "Something went wrong",
        }
    }

    fn sentence(&self) -> String {
        let sentence = match self {
            Self::Web(web::Error::RateLimited(seconds)) => {
                return format!(
                    "There were too many attempts. Wait {seconds} seconds, then try again."
                );
            }
            Self::Impossible(sentence) => return sentence.clone(),
            Self::OwnersOnly => {
                "Ask an owner of this desk to make the change for you, or to make you an owner."
            }
            Self::Web(web::Error::CrossSite) => {
                "This form was submitted from another site, so nothing was changed. Open the page on \
                 this site and submit the form again."
            }
            Self::FormStale(_) => {
                "The page was opened before you signed in, or in another session. Go back, reload \
                 the page and submit the form again."
            }
            Self::Web(web::Error::BodyMalformed) => {
                "A field is missing or invalid. Go back, reload the page and submit the form again."
            }
            Self::Web(web::Error::BodyTooLarge) => {
                "Its text is too long. Go back and shorten the text."
            }
            Self::Web(web::Error::TimedOut) => {
                "The request took too long. Go back and submit the form again."
            }
            Self::Web(web::Error::Unavailable) => {
                "The server is busy, or its database is unavailable. Try again in a few seconds."
            }
            Self::Web(web::Error::Internal) => {
                "Internal server error. Try again later. If it happens again, tell the operator of \
                 this server: the error is in the server's log."
            }
            _ => {
                "Check the address of the page. It may belong to a desk that you are not a member of."
            }
        };
        sentence.to_owned()
    }

    fn page(&self) -> Response {
        let typed = match self {
            Self::FormStale(typed) => typed.as_deref(),
            _ => None,
        };
        let page = ErrorPage { title: self.title(), sentence: &self.sentence(), typed };
        let body = page::html(&page).unwrap_or_else(|_| self.title().into_response());
        let retry_after = match self {
            Self::Web(error) => error.retry_after(),
            _ => None,
        };
        web::respond(self.status(), retry_after, body)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            Self::SignInFirst(next) => {
                Redirect::to(&path::with_next("/sign-in", next)).into_response()
            }
            Self::ConfirmFirst(next) => {
                Redirect::to(&path::with_next("/confirm", next)).into_response()
            }
            Self::ChangePasswordFirst => Redirect::to("/account").into_response(),
            _ => self.page(),
        }
    }
}

impl<E: Into<web::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Web(error.into())
    }
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::DeskUnknown | SecretError::SecretUnknown => Self::NOT_FOUND,
            SecretError::Store(error) => error.into(),
            SecretError::Vault(error) => error.into(),
            SecretError::NoRandomness(error) => {
                tracing::error!(%error, "could not generate a secret");
                Self::INTERNAL
            }
            error => Self::Impossible(error.to_string()),
        }
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ended => Self::SignInFirst("/".to_owned()),
            SessionError::Vault(error) => error.into(),
            SessionError::Store(error) => error.into(),
        }
    }
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => web::Error::Unavailable.into(),
            PasswordError::Failed(error) => {
                tracing::error!(%error, "could not hash or check a password");
                Self::INTERNAL
            }
            error => Self::Impossible(error.to_string()),
        }
    }
}

impl From<ThrottleError> for Error {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Wait(seconds) => web::Error::RateLimited(seconds).into(),
            ThrottleError::Store(error) => error.into(),
        }
    }
}

impl From<AgentError> for Error {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::DeskUnknown | AgentError::MemberUnknown => Self::NOT_FOUND,
            AgentError::NoOwner => Self::OwnersOnly,
            AgentError::Vault(error) => error.into(),
            AgentError::Store(error) => error.into(),
            error => Self::Impossible(error.to_string()),
        }
    }
}

impl From<ConversationError> for Error {
    fn from(error: ConversationError) -> Self {
        match error {
            ConversationError::Store(error) => error.into(),
            _ => Self::NOT_FOUND,
        }
    }
}
