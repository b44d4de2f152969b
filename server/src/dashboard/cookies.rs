//! The dashboard's cookies.
//!
//! Under https each has the prefix `__Host-`: the browser takes it from this host alone, never from a
//! neighbour under the same domain, and sends it encrypted only. Under plain http, which is for loopback,
//! not every browser takes the prefix and `Secure`, so the cookies go without.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::time::Duration;
use cookie::{Cookie, CookieBuilder, SameSite};

use crate::config::Config;
use crate::sessions::Token;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieName {
    /// The token of a session.
    Session,
    /// The token of somebody who is not signed in yet, for the form that signs in.
    Visitor,
    /// The token of a link that was opened, so that it leaves the address bar.
    Link,
    /// That an agent has signed in here before.
    Device,
    /// The code of what the next page tells.
    Notice,
}

impl CookieName {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Session => ("__Host-ticket-center-session", "ticket-center-session"),
            Self::Visitor => ("__Host-ticket-center-visitor", "ticket-center-visitor"),
            Self::Link => ("__Host-ticket-center-link", "ticket-center-link"),
            Self::Device => ("__Host-ticket-center-device", "ticket-center-device"),
            Self::Notice => ("__Host-ticket-center-notice", "ticket-center-notice"),
        }
    }

    fn name(self, config: &Config) -> &'static str {
        let (secure, plain) = self.names();
        if is_secure(config) { secure } else { plain }
    }

    /// How long a browser keeps it. The server decides how long it counts.
    const fn life(self) -> Duration {
        match self {
            Self::Session => Duration::days(7),
            Self::Visitor => Duration::days(1),
            Self::Link => Duration::hours(1),
            Self::Device => Duration::days(400),
            Self::Notice => Duration::minutes(1),
        }
    }
}

/// Tells whether browsers reach the dashboard by https.
pub(super) fn is_secure(config: &Config) -> bool {
    config.public_url.scheme() == "https"
}

/// Returns the cookie's value, unless the request has none or several of the name.
pub(super) fn read(config: &Config, headers: &HeaderMap, cookie: CookieName) -> Option<String> {
    let name = cookie.name(config);
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == name);
    match (values.next(), values.next()) {
        (Some(cookie), None) => Some(cookie.value().to_owned()),
        _ => None,
    }
}

/// Returns the token that the cookie holds.
pub(super) fn read_token(
    config: &Config,
    headers: &HeaderMap,
    cookie: CookieName,
) -> Option<Token> {
    Token::parse(&read(config, headers, cookie)?)
}

/// Lets the answer set the cookie.
pub(super) fn set(config: &Config, headers: &mut HeaderMap, cookie: CookieName, value: &str) {
    append(headers, &built(config, cookie, value).max_age(cookie.life()).build());
}

/// Lets the answer delete the cookie.
pub(super) fn delete(config: &Config, headers: &mut HeaderMap, cookie: CookieName) {
    append(headers, &built(config, cookie, "").max_age(Duration::ZERO).build());
}

fn built<'value>(config: &Config, cookie: CookieName, value: &'value str) -> CookieBuilder<'value> {
    Cookie::build((cookie.name(config), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure(config))
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // Values are base64url, ids and codes: always a header's text.
    if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}
