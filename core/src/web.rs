//! HTTP responses of pages with a Ticket Center, to a page's own code, and of the route to the portal (SPEC 6.3 to 6.5).

use crate::embed::push_escaped;

/// The header `Cache-Control` of every response that contains an identity (SPEC 6.3).
pub const CACHE_CONTROL: &str = "private, no-store";

/// The headers of every response to a page's own code (SPEC 6.4).
pub const IDENTITY_HEADERS: [(&str, &str); 3] = [
    ("Cache-Control", CACHE_CONTROL),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
];

/// The request header in which a browser says which site asks for the identity, in lower case (SPEC 6.4).
pub const SITE_HEADER: &str = "sec-fetch-site";

/// The value of [`SITE_HEADER`] for a page of another site. Such a request gets an identity only if the application
/// lists the request's `Origin` (SPEC 6.4).
pub const CROSS_SITE: &str = "cross-site";

/// An origin that an application can list, as a browser writes it in `Origin`. It is a regular expression for the whole
/// text (SPEC 6.4).
pub const ORIGIN_PATTERN: &str =
    r"https?://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?";

/// Markup to put before a Ticket Center in a page, so that htmx does not store a copy of the page, and with it
/// the signature, in the browser (SPEC 6.3).
pub const NO_HISTORY: &str = r#"<template data-hx-history="false"></template>"#;

/// The request headers that [`response_unless_click`] reads, in lower case (SPEC 6.5).
pub const CLICK_HEADERS: [&str; 18] = [
    "x-inertia",
    "sec-fetch-mode",
    "x-requested-with",
    // Libraries send these when they fetch a part of the page. Any value counts.
    "hx-request",
    "hx-boosted",
    "turbo-frame",
    "x-turbo-request-id",
    "turbolinks-referrer",
    "x-livewire-navigate",
    "x-pjax",
    "x-up-version",
    "rsc",
    "next-router-prefetch",
    // Browsers send these when they prefetch. The value decides.
    "sec-purpose",
    "x-sec-purpose",
    "purpose",
    "x-purpose",
    "x-moz",
];

/// Where the headers of libraries start in [`CLICK_HEADERS`], and those of prefetching.
const FIRST_OF_LIBRARIES: usize = 3;
const FIRST_OF_PREFETCH: usize = 13;

/// The query with which the page of [`full_page_load`] requests the route again.
const AGAIN: &str = "again";

/// An HTTP response: status, headers and body.
///
/// ```
/// let response = deskseal::response_unless_click("/help", &[("purpose", "prefetch")]);
/// assert_eq!(response.map(|response| response.status), Some(403));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    /// Names and values, in order.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// Returns the response of the route to the portal, unless the customer clicked: `None` for a click, for which
/// the route signs a link and redirects to it (SPEC 6.5).
///
/// Other requests get no signed link: libraries that replace parts of a page cannot follow a redirect to another
/// site, and a page that is prefetched may never be visited. `target` is the request's path and query. `headers`
/// are the request's headers as names (in any case) and values; only [`CLICK_HEADERS`] are read.
///
/// ```
/// use deskseal::response_unless_click;
///
/// assert_eq!(response_unless_click("/help", &[("sec-fetch-mode", "navigate")]), None);
/// let response = response_unless_click("/help", &[("HX-Request", "true")]).expect("htmx fetches");
/// assert_eq!(response.status, 200);
/// assert!(response.headers.contains(&("HX-Redirect", "/help".to_owned())));
/// ```
pub fn response_unless_click(target: &str, headers: &[(&str, &str)]) -> Option<HttpResponse> {
    let value = |name: &str| {
        let mut found = headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        found.find_map(|(_, value)| (!value.is_empty()).then_some(*value))
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = on_this_site(path);
    if value("x-inertia").is_some() {
        let headers = vec![("X-Inertia-Location", path)];
        return Some(HttpResponse { status: 409, headers, body: String::new() });
    }
    let is_fetched = value("sec-fetch-mode").is_some_and(|mode| mode != "navigate")
        || value("x-requested-with").is_some_and(is_script)
        || CLICK_HEADERS[FIRST_OF_LIBRARIES..FIRST_OF_PREFETCH]
            .iter()
            .any(|name| value(name).is_some());
    if is_fetched {
        return Some(full_page_load(path, query == AGAIN));
    }
    let mut purposes = CLICK_HEADERS[FIRST_OF_PREFETCH..].iter().filter_map(|name| value(name));
    purposes.any(is_prefetch).then(prefetch_response)
}

/// Returns the path with one slash at its start, so that a browser does not read its first segment as a host.
fn on_this_site(path: &str) -> String {
    let rest = path.trim_start_matches(['/', '\\']);
    if rest.len() == path.len() { path.to_owned() } else { format!("/{rest}") }
}

/// Tells whether a script sent the request. Mobile applications that show websites send their own name in
/// `X-Requested-With`, with every request.
fn is_script(requested_with: &str) -> bool {
    ["xmlhttprequest", "fetch", "swup"]
        .iter()
        .any(|script| requested_with.eq_ignore_ascii_case(script))
}

fn is_prefetch(purpose: &str) -> bool {
    let purpose = purpose.to_ascii_lowercase();
    ["prefetch", "prerender", "preview"].iter().any(|word| purpose.contains(word))
}

/// Returns a response that is neither a success nor HTML: browsers discard it, and send the request again when
/// the customer clicks.
fn prefetch_response() -> HttpResponse {
    HttpResponse {
        status: 403,
        headers: vec![("Content-Type", "text/plain; charset=utf-8".to_owned())],
        body: "This link is signed when it is clicked. It cannot be prefetched.\n".to_owned(),
    }
}

/// Returns a page that makes a library load the route as a whole page, by the library's own means or by
/// `refresh`. A service worker that fetches every page gets this page again; the second time, the page has only
/// the link, so that it does not reload forever.
fn full_page_load(path: String, is_second_time: bool) -> HttpResponse {
    let mut url = String::new();
    push_escaped(&mut url, &path);
    let refresh = if is_second_time {
        String::new()
    } else {
        format!("<meta http-equiv=\"refresh\" content=\"0; url={url}?{AGAIN}\">\n")
    };
    HttpResponse {
        status: 200,
        headers: vec![
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            ("HX-Redirect", path),
        ],
        body: format!(
            "<!doctype html>\n\
             <meta name=\"turbo-visit-control\" content=\"reload\">\n\
             <meta name=\"turbolinks-visit-control\" content=\"reload\">\n\
             <title>Support</title>\n\
             <body>\n\
             {refresh}\
             <a href=\"{url}\">Contact support</a>\n"
        ),
    }
}
