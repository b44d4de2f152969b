//! What the demo's own pages share: rendering, style sheet, script and security headers.

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;

const STYLE: &str = include_str!("../templates/style.css");
const SCRIPT: &str = include_str!("../templates/mails.js");

/// Allows the style sheet, the script and the frame with a mail, all from this origin, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; \
                      frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Renders the page, or returns status 500.
pub(super) fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the demo cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Returns status 404.
pub(super) async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "The demo has no such page.\n").into_response()
}

/// Adds the style sheet, the script and the security headers to the pages.
pub(super) fn finished(pages: Router) -> Router {
    pages
        .route("/style.css", get(style))
        .route("/mails.js", get(script))
        .fallback(not_found)
        .layer(if_missing(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(if_missing(header::CACHE_CONTROL, "no-store"))
        .layer(if_missing(header::REFERRER_POLICY, "no-referrer"))
        .layer(if_missing(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

fn if_missing(
    name: header::HeaderName,
    value: &'static str,
) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Returns the style sheet, which the sample product uses as well.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}
