//! Reads and sets cookies, for all HTTP parts.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, CookieBuilder, SameSite};

/// Returns the value of the cookie, unless the request has none or several of the name.
pub(crate) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
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

/// Creates a cookie that scripts cannot read and that other sites cannot send with their forms.
///
/// It is `Lax` and not `Strict`, so that links from other sites arrive with it.
pub(crate) fn build<'text>(
    name: &'text str,
    value: &'text str,
    is_secure: bool,
) -> CookieBuilder<'text> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
}

/// Sets the cookie in a response.
pub(crate) fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // Values are base64url, ids and codes: always valid header text.
    if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}
