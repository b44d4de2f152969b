//! The portal's style sheet and script, compiled into the binary.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

const STYLE: &str = include_str!("../../assets/portal.css");
const SCRIPT: &str = include_str!("../../assets/portal.js");

/// Browsers check for a new version after five minutes.
const FRESHNESS: &str = "public, max-age=300";

pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/portal.css", get(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/portal.js", get(async || asset("text/javascript; charset=utf-8", SCRIPT)))
}

fn asset(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, FRESHNESS)], text)
}
