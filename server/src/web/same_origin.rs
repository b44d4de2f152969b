//! Whether a form was submitted from the server's own page.

use axum::http::{HeaderMap, header};
use url::Url;

/// Tells whether the browser says that a page of the server itself sends the request.
///
/// Browsers say so with every form, by `Sec-Fetch-Site`, `Origin` or both. A client that sends neither is no
/// browser, and has no cookies of one. `is_own` tells whether an origin is the server's own, and `trusts_null`
/// whether `Origin: null` may be: browsers send it from a page whose referrer policy is `no-referrer`.
pub(crate) fn is_same_origin(
    headers: &HeaderMap,
    trusts_null: bool,
    is_own: impl FnOnce(&Url) -> bool,
) -> bool {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or("").to_owned();
    let site = headers.get("sec-fetch-site").map(text);
    if site.as_deref().is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match headers.get(header::ORIGIN).map(text).as_deref() {
        None => true,
        Some("null") => trusts_null || site.as_deref() == Some("same-origin"),
        Some(origin) => Url::parse(origin).is_ok_and(|origin| is_own(&origin)),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::is_same_origin;

    fn is_own_with(headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_same_origin(&headers, true, |origin| origin.host_str() == Some("help.example.com"))
    }

    #[test]
    fn a_form_of_another_site_is_rejected() {
        for headers in [
            &[("sec-fetch-site", "cross-site"), ("origin", "null")][..],
            &[("sec-fetch-site", "same-site"), ("origin", "https://desk.example.com")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://help.example.com.evil.example")],
            &[("origin", "https://evil.example@help.example.net")],
            &[("origin", "nonsense")],
        ] {
            assert!(!is_own_with(headers), "{headers:?}");
        }
    }

    #[test]
    fn a_form_of_the_portals_own_page_is_accepted() {
        for headers in [
            &[("sec-fetch-site", "same-origin"), ("origin", "null")][..],
            &[("origin", "https://help.example.com")],
            &[("origin", "http://help.example.com:8080")],
            &[("origin", "null")],
            &[],
        ] {
            assert!(is_own_with(headers), "{headers:?}");
        }
    }
}
