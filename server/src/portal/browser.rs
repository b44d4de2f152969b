//! The cookie that ties a signed form to the browser that opened it.
//!
//! It carries no identity and opens nothing: alone it is a random number. A form's token holds only
//! together with the cookie of its browser.

use axum::http::{HeaderMap, HeaderValue, header};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use cookie::{Cookie, SameSite};

use crate::vault::VaultError;

const RANDOM_BYTES: usize = 16;

/// Longer than a form's token lives, so that no open form loses its browser.
const LIFETIME: cookie::time::Duration = cookie::time::Duration::days(1);

/// A browser, by a random number.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Browser(String);

impl Browser {
    /// Returns the browser that the request names, if it names one.
    pub(super) fn of(headers: &HeaderMap, is_secure: bool) -> Option<Self> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(Cookie::split_parse)
            .flatten()
            .find(|cookie| cookie.name() == name(is_secure))
            .and_then(|cookie| Self::parse(cookie.value()))
    }

    /// Returns a browser that is new here.
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

    /// Returns the header that makes the browser name itself from now on.
    ///
    /// Lax and not strict: who follows a link from the product must keep the number that the other tabs'
    /// forms are tied to.
    pub(super) fn cookie(&self, is_secure: bool) -> Option<HeaderValue> {
        let cookie = Cookie::build((name(is_secure), self.as_str()))
            .path("/")
            .http_only(true)
            .secure(is_secure)
            .same_site(SameSite::Lax)
            .max_age(LIFETIME);
        HeaderValue::try_from(cookie.to_string()).ok()
    }
}

/// No other host can set a cookie of the prefix; browsers take it over https only.
const fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-portal-browser" } else { "portal-browser" }
}
