//! Whether a form was sent from the portal's own page.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use deskseal::PortalHost;
use url::Url;

/// Tells whether a page of this very host sends the form, as far as the browser says.
///
/// `Sec-Fetch-Site` decides where it is there. Without it, `Origin` names the host or is `null`, which
/// browsers send from a page that asked for no referrer, as ours does. What sends neither is no browser, and
/// has no cookies of anybody.
pub(super) fn is_own(headers: &HeaderMap, host: &PortalHost) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
        None | Some(Ok("null")) => true,
        Some(Ok(origin)) => host_of(origin).is_some_and(|origin| origin == *host),
        Some(Err(_)) => false,
    }
}

fn host_of(origin: &str) -> Option<PortalHost> {
    let url = Url::parse(origin).ok()?;
    let authority: Authority = url.authority().parse().ok()?;
    deskseal::canonical_host(authority.host()).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::is_own;

    fn is_own_with(headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_own(&headers, &deskseal::canonical_host("help.example.com").expect("it is a host"))
    }

    #[test]
    fn another_site_sends_no_form() {
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
    fn the_portals_own_page_does() {
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
