//! The security headers of pages.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// One year: a browser that knows a host by https does not use plain http for it.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Sets headers, except those that the handler set itself.
pub(crate) fn set_defaults(
    headers: &mut HeaderMap,
    defaults: impl IntoIterator<Item = (HeaderName, &'static str)>,
) {
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Sets the security headers of a page. `is_secure` tells whether browsers reach the page by https.
pub(crate) fn secure_page(
    headers: &mut HeaderMap,
    content_security_policy: &'static str,
    referrer_policy: &'static str,
    is_secure: bool,
) {
    set_defaults(
        headers,
        [
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, content_security_policy),
            (header::REFERRER_POLICY, referrer_policy),
            (header::X_FRAME_OPTIONS, "DENY"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ],
    );
    if is_secure {
        set_defaults(headers, [(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY)]);
    }
}
