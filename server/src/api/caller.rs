//! The caller of the API: its address and the origin of its page.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::web::Client;

/// The caller of the API.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) client: Client,
    origin: Option<HeaderValue>,
}

impl Caller {
    /// Returns the origin of the page: `None` without one, and an empty text for an invalid one.
    pub(super) fn origin(&self) -> Option<&str> {
        self.origin.as_ref().map(|origin| origin.to_str().unwrap_or(""))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let client = Client::from_request_parts(parts, state).await?;
        Ok(Self { client, origin: origin(&parts.headers) })
    }
}

/// A repeated header is invalid.
fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let first = origins.next()?;
    let is_alone = origins.next().is_none();
    Some(if is_alone { first.clone() } else { HeaderValue::from_static("") })
}
