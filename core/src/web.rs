//! What the page around the Ticket Center and the route to the portal answer (SPEC 6.4, 6.5).

use crate::embed::push_escaped;

/// `Cache-Control` of everything that carries an identity (SPEC 6.3).
pub const CACHE_CONTROL: &str = "private, no-store";

/// Stands before a Ticket Center in a page: htmx then keeps no copy of the page, with the signature in it,
/// in the browser's storage (SPEC 6.3).
pub const NO_HISTORY: &str = r#"<template data-hx-history="false"></template>"#;

/// The headers of a request that [`response_unless_click`] reads, in lower case.
pub const CLICK_HEADERS: [&str; 18] = [
    "x-inertia",
    "sec-fetch-mode",
    "x-requested-with",
    // Of libraries that put what they fetch into the page, whatever the value.
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
    // Of a visit that the browser makes ahead, if the value says so.
    "sec-purpose",
    "x-sec-purpose",
    "purpose",
    "x-purpose",
    "x-moz",
];

/// Of [`CLICK_HEADERS`], how many come before those of libraries, and before those of visits made ahead.
const LIBRARIES: usize = 3;
const AHEAD: usize = 13;

/// The query of the route where its own page has asked for it.
const ASKED_AGAIN: &str = "again";

/// What a route answers: HTTP's status, headers and body.
///
/// ```
/// let answer = deskseal::response_unless_click("/help", &[("purpose", "prefetch")]);
/// assert_eq!(answer.map(|answer| answer.status), Some(403));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    /// Names and values, in order.
    pub headers: Vec<(&'static str, String)>,
    /// The content.
    pub body: String,
}

/// Returns what the route that redirects to the portal answers to a request that is no customer's click;
/// `None` for a click, which alone is signed (SPEC 6.5).
///
/// Libraries that swap pages cannot follow a redirect to another site, and what is fetched ahead may never be
/// visited. `target` is the request's path and query; of `headers`, names and values, those of
/// [`CLICK_HEADERS`] are read, in any case.
///
/// ```
/// use deskseal::response_unless_click;
///
/// assert_eq!(response_unless_click("/help", &[("sec-fetch-mode", "navigate")]), None);
/// let answer = response_unless_click("/help", &[("HX-Request", "true")]).expect("htmx asks");
/// assert_eq!(answer.status, 200);
/// assert!(answer.headers.contains(&("HX-Redirect", "/help".to_owned())));
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
        || CLICK_HEADERS[LIBRARIES..AHEAD].iter().any(|name| value(name).is_some());
    if is_fetched {
        return Some(leaving(path, query == ASKED_AGAIN));
    }
    let mut ahead = CLICK_HEADERS[AHEAD..].iter().filter_map(|name| value(name));
    ahead.any(is_made_ahead).then(prefetched)
}

/// Returns the path so that no browser takes its first segment for a host.
fn on_this_site(path: &str) -> String {
    let rest = path.trim_start_matches(['/', '\\']);
    if rest.len() == path.len() { path.to_owned() } else { format!("/{rest}") }
}

/// Tells whether a script sent the request. Applications that show websites send their own name, with every
/// visit.
fn is_script(requested_with: &str) -> bool {
    ["xmlhttprequest", "fetch", "swup"]
        .iter()
        .any(|script| requested_with.eq_ignore_ascii_case(script))
}

fn is_made_ahead(purpose: &str) -> bool {
    let purpose = purpose.to_ascii_lowercase();
    ["prefetch", "prerender", "preview"].iter().any(|word| purpose.contains(word))
}

/// Neither a success nor HTML: browsers drop it, and ask again when the link is clicked.
fn prefetched() -> HttpResponse {
    HttpResponse {
        status: 403,
        headers: vec![("Content-Type", "text/plain; charset=utf-8".to_owned())],
        body: "This link is signed when it is clicked, so there is nothing to fetch before.\n"
            .to_owned(),
    }
}

/// Returns a page that makes a library leave for the route itself, in its own way or by `refresh`. A service
/// worker that fetches what is visited gets the page again: the second time it only has a link.
fn leaving(path: String, is_asked_again: bool) -> HttpResponse {
    let mut url = String::new();
    push_escaped(&mut url, &path);
    let refresh = if is_asked_again {
        String::new()
    } else {
        format!("<meta http-equiv=\"refresh\" content=\"0; url={url}?{ASKED_AGAIN}\">\n")
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
