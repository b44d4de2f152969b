//! The cookie that ties a signed form to the browser that opened it.
//!
//! It contains no identity and grants nothing: it is a random number. The token of a signed form is valid
//! only together with the cookie of its browser.

use axum::http::HeaderMap;
use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::vault::VaultError;
use crate::web::cookies;

const RANDOM_BYTES: usize = 16;

/// Longer than a form's token is valid, so that the cookie outlasts every open form.
const LIFETIME: cookie::time::Duration = cookie::time::Duration::days(1);

/// A browser, identified by a random number.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Browser(String);

impl Browser {
    /// Returns the browser of the request's cookie, if there is one.
    pub(super) fn of(headers: &HeaderMap, is_secure: bool) -> Option<Self> {
        Self::parse(&cookies::value(headers, name(is_secure))?)
    }

    /// Returns a new browser.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub(super) fn generate() -> Result<Self, VaultError> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| VaultError::NoRandomness)?;
        Ok(Self(Base64UrlUnpadded::encode_string(&bytes)))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; RANDOM_BYTES];
        let decoded = Base64UrlUnpadded::decode(text, &mut bytes).ok()?;
        (decoded.len() == RANDOM_BYTES).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Sets the cookie in a response.
    pub(super) fn remember(&self, headers: &mut HeaderMap, is_secure: bool) {
        let cookie = cookies::build(name(is_secure), self.as_str(), is_secure);
        cookies::append(headers, &cookie.max_age(LIFETIME).build());
    }
}

/// Browsers accept this prefix over https only, and no other host can set such a cookie.
const fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-portal-browser" } else { "portal-browser" }
}
