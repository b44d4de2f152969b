//! Reads forms, only from pages of the dashboard in the same browser and session.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::cookies::{self, CookieName};
use super::error::{Error, Result};
use super::path;
use super::signed_in::{self, AtDesk, Owner};
use crate::app_state::AppState;
use crate::config::Config;
use crate::web::{self, body, is_same_origin, requested_origin};

/// The largest form, in bytes. A message of 10 000 characters needs 120 000 bytes if every byte is encoded.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// The fields of a form that a page of this session sent: its field `csrf` is valid.
#[derive(Debug)]
pub(crate) struct Form<T>(pub(crate) T);

/// The fields of a form for visitors who are not signed in. A page of this browser sent it.
#[derive(Debug)]
pub(super) struct VisitorForm<T>(pub(super) T);

/// A form of an owner who entered their password within the last ten minutes. Other owners are asked for it,
/// and return to the page of the form with the typed text in its query.
#[derive(Debug)]
pub(crate) struct RecentForm<T>(pub(crate) AtDesk, pub(crate) T);

/// A form that has only a button.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Arc<AppState>> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<AppState>) -> Result<Self> {
        parse(&proved(request, app, CookieName::Session).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<AppState>> for VisitorForm<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<AppState>) -> Result<Self> {
        parse(&proved(request, app, CookieName::Visitor).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<AppState>> for RecentForm<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Arc<AppState>) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let Owner(at_desk) = Owner::from_request_parts(&mut parts, app).await?;
        let page = signed_in::return_path(&parts);
        let bytes = proved(Request::from_parts(parts, body), app, CookieName::Session).await?;
        if !at_desk.signed_in.session.is_recently_confirmed(app.clock.now()) {
            return Err(Error::ConfirmFirst(with_typed(&page, &bytes)));
        }
        Ok(Self(at_desk, parse(&bytes)?))
    }
}

/// Returns the form's bytes, if a page of this browser and session sent it.
async fn proved(request: Request, app: &Arc<AppState>, cookie: CookieName) -> Result<Bytes> {
    let token = cookies::read_token(&app.config, request.headers(), cookie);
    let bytes = body::read(request, body::FORM, MAX_BYTES).await.map_err(|error| match error {
        web::Error::ContentTypeUnsupported => Error::FORM_MALFORMED,
        error => error.into(),
    })?;
    let given = field(&bytes, "csrf").unwrap_or_default();
    if !token.is_some_and(|token| token.made_form(&given)) {
        return Err(Error::FormStale(field(&bytes, "text")));
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &Bytes) -> Result<T> {
    serde_html_form::from_bytes(bytes).map_err(|_| Error::FORM_MALFORMED)
}

/// Returns the page with the form's fields as its query, so that the page can show them again. A query that
/// is too long is left out.
fn with_typed(page: &str, bytes: &Bytes) -> String {
    let typed = form_urlencoded::parse(bytes).filter(|(name, _)| name != "csrf");
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish();
    let whole = format!("{page}?{query}");
    if query.is_empty() || path::local(&whole).is_none() { page.to_owned() } else { whole }
}

fn field(bytes: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(bytes)
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.into_owned())
        .filter(|value| !value.is_empty())
}

/// Tells whether a page of the dashboard sent the request.
pub(super) fn is_of_this_origin(config: &Config, request: &Request) -> bool {
    is_same_origin(request.headers(), false, |origin| {
        requested_origin(request, config.public_url.scheme()) == Some(origin.origin())
    })
}
