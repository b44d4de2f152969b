//! The dashboard's errors, rendered as pages that say what to do next.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::{page, path};
use crate::agents::AgentError;
use crate::conversations::ConversationError;
use crate::passwords::PasswordError;
use crate::secrets::SecretError;
use crate::sessions::SessionError;
use crate::store::StoreError;
use crate::throttle::ThrottleError;
use crate::vault::VaultError;

/// When to retry while the database is unavailable.
const RETRY_SECONDS: i64 = 2;

/// A result with the dashboard's error.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the dashboard does not show a page or does not accept a form.
#[derive(Debug)]
pub(crate) enum Error {
    /// The agent has to sign in. The browser continues at this path.
    SignInFirst(String),
    /// The agent has to confirm the password. The browser continues at this path.
    ConfirmFirst(String),
    /// The agent has to replace a password that someone else set.
    ChangePasswordFirst,
    /// The page does not exist, or this agent may not see it.
    NotFound,
    /// Only owners may see the page.
    OwnersOnly,
    /// Another site submitted the form.
    Foreign,
    /// The form belongs to an ended session. The page shows the typed text again.
    FormStale(Option<String>),
    /// The form's fields are invalid.
    FormMalformed,
    /// The form is too large.
    FormTooLarge,
    /// Too many requests or attempts; seconds to wait.
    TooMany(i64),
    /// The request took too long.
    TimedOut,
    /// The action is impossible; the sentence says why.
    Impossible(String),
    /// A service is unavailable for now.
    Unavailable,
    /// Internal error; it was logged.
    Internal,
}

#[derive(Template)]
#[template(path = "dashboard/refusal.html")]
struct ErrorPage<'page> {
    title: &'static str,
    sentence: &'page str,
    typed: Option<&'page str>,
}

impl Error {
    const fn status(&self) -> StatusCode {
        match self {
            Self::SignInFirst(_) | Self::ConfirmFirst(_) | Self::ChangePasswordFirst => {
                StatusCode::SEE_OTHER
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::OwnersOnly | Self::Foreign | Self::FormStale(_) => StatusCode::FORBIDDEN,
            Self::FormMalformed => StatusCode::BAD_REQUEST,
            Self::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Impossible(_) => StatusCode::CONFLICT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing here",
            Self::OwnersOnly => "This page is for owners",
            Self::Foreign | Self::FormStale(_) => "Nothing was changed",
            Self::FormMalformed | Self::FormTooLarge => "This form cannot be read",
            Self::TooMany(_) => "A moment, please",
            Self::Impossible(_) => "That is not possible",
            _ => "Something went wrong",
        }
    }

    fn sentence(&self) -> String {
        let sentence = match self {
            Self::TooMany(seconds) => {
                return format!("There were too many tries. Wait {seconds} seconds, then go on.");
            }
            Self::Impossible(sentence) => return sentence.clone(),
            Self::OwnersOnly => {
                "Ask an owner of this desk to change it for you, or to make you an owner."
            }
            Self::Foreign => {
                "The form came from another site, so it was not followed. Open the page here and \
                 send it again."
            }
            Self::FormStale(_) => {
                "The page was opened before you signed in, or in another session. Go back, reload it \
                 and send it again."
            }
            Self::FormMalformed => {
                "It is not what this page sends. Go back, reload it and try again."
            }
            Self::FormTooLarge => "It is larger than any message may be. Go back and shorten it.",
            Self::TimedOut => "It took too long. Go back and send it again.",
            Self::Unavailable => "The desk is busy at the moment. Try again in a few seconds.",
            Self::Internal => {
                "It was written down for whoever runs this server. Try again a little later."
            }
            _ => "It may have been moved, or it belongs to a desk that you are not a member of.",
        };
        sentence.to_owned()
    }

    const fn wait(&self) -> Option<i64> {
        match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::Unavailable => Some(RETRY_SECONDS),
            _ => None,
        }
    }

    fn page(&self) -> Response {
        let typed = match self {
            Self::FormStale(typed) => typed.as_deref(),
            _ => None,
        };
        let page = ErrorPage { title: self.title(), sentence: &self.sentence(), typed };
        let body = page::html(&page).unwrap_or_else(|_| self.title().into_response());
        let mut response = (self.status(), body).into_response();
        if let Some(seconds) = self.wait() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
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

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        if error.is_transient() { Self::Unavailable } else { Self::Internal }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        tracing::error!(%error, "a key cannot be used");
        Self::Internal
    }
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::DeskUnknown | SecretError::SecretUnknown => Self::NotFound,
            SecretError::Store(error) => error.into(),
            SecretError::Vault(error) => error.into(),
            SecretError::NoRandomness(error) => {
                tracing::error!(%error, "a secret cannot be made");
                Self::Internal
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
            PasswordError::Busy => Self::Unavailable,
            PasswordError::Failed(error) => {
                tracing::error!(%error, "a password cannot be hashed or checked");
                Self::Internal
            }
            error => Self::Impossible(error.to_string()),
        }
    }
}

impl From<ThrottleError> for Error {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Wait(seconds) => Self::TooMany(seconds),
            ThrottleError::Store(error) => error.into(),
        }
    }
}

impl From<AgentError> for Error {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::DeskUnknown | AgentError::MemberUnknown => Self::NotFound,
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
            _ => Self::NotFound,
        }
    }
}
