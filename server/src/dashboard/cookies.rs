//! The dashboard's cookies.
//!
//! Under https each name has the prefix `__Host-`: the browser accepts the cookie from this host only, never
//! from a sibling domain, and sends it over encrypted connections only. Under plain http, which is for
//! loopback, some browsers reject the prefix and `Secure`, so the cookies have neither.

use axum::http::HeaderMap;
use cookie::time::Duration;

use crate::config::Config;
use crate::sessions::Token;
use crate::web::cookies;

/// The purpose of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieName {
    /// The token of a session.
    Session,
    /// The token of a visitor who is not signed in, for the sign-in form.
    Visitor,
    /// The token of an opened link, so that it is removed from the address bar.
    Link,
    /// A record that an agent has signed in with this browser before.
    Device,
    /// The code of the notice that the next page shows.
    Notice,
}

/// The names of a cookie under https and under plain http.
struct Names {
    secure: &'static str,
    plain: &'static str,
}

impl CookieName {
    const fn names(self) -> Names {
        match self {
            Self::Session => {
                Names { secure: "__Host-ticket-center-session", plain: "ticket-center-session" }
            }
            Self::Visitor => {
                Names { secure: "__Host-ticket-center-visitor", plain: "ticket-center-visitor" }
            }
            Self::Link => {
                Names { secure: "__Host-ticket-center-link", plain: "ticket-center-link" }
            }
            Self::Device => {
                Names { secure: "__Host-ticket-center-device", plain: "ticket-center-device" }
            }
            Self::Notice => {
                Names { secure: "__Host-ticket-center-notice", plain: "ticket-center-notice" }
            }
        }
    }

    fn name(self, config: &Config) -> &'static str {
        let Names { secure, plain } = self.names();
        if is_secure(config) { secure } else { plain }
    }

    /// How long the browser keeps it. The server itself decides how long it is valid.
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
    cookies::value(headers, cookie.name(config))
}

/// Returns the token in the cookie.
pub(super) fn read_token(
    config: &Config,
    headers: &HeaderMap,
    cookie: CookieName,
) -> Option<Token> {
    Token::parse(&read(config, headers, cookie)?)
}

/// Sets the cookie in a response.
pub(super) fn set(config: &Config, headers: &mut HeaderMap, cookie: CookieName, value: &str) {
    let built = cookies::build(cookie.name(config), value, is_secure(config));
    cookies::append(headers, &built.max_age(cookie.life()).build());
}

/// Deletes the cookie in a response.
pub(super) fn delete(config: &Config, headers: &mut HeaderMap, cookie: CookieName) {
    let built = cookies::build(cookie.name(config), "", is_secure(config));
    cookies::append(headers, &built.max_age(Duration::ZERO).build());
}
