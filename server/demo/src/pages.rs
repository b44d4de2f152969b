//! What the demo's own pages share: how they are shown, their look, and their one script.

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;

const STYLE: &str = include_str!("../templates/style.css");
const SCRIPT: &str = include_str!("../templates/mails.js");

/// The pages need their style, their script, and a frame for a mail; nothing else, from nowhere else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; \
                      frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Returns the page, or says that the server could not make it.
pub(super) fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the demo cannot be shown");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Says that there is no such page.
pub(super) async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "There is no such page in the demo.\n").into_response()
}

/// Gives the pages their style and script, and headers that keep everything else out.
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

/// Returns the look of the demo's pages; the sample product wears it too.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}
