//! `GET /ticket-center.js`: the script that pages embed, compiled into the binary.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};
use tower_http::compression::CompressionLayer;

/// Built by `npm run build` in `server/embed`.
const SCRIPT: &str = include_str!("../embed/dist/ticket-center.js");

/// Browsers check for a new version after five minutes.
const FRESHNESS: &str = "public, max-age=300";

static TAG: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(SCRIPT));
    HeaderValue::try_from(format!("W/\"{digest}\"")).expect("base64url is ASCII")
});

/// Returns the script's route. The script is the same for all clients, so it may be compressed and cached.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/ticket-center.js", get(script)).layer(CompressionLayer::new())
}

async fn script(headers: HeaderMap) -> Response {
    let common = [
        (header::ETAG, TAG.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static(FRESHNESS)),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        // Pages with `Cross-Origin-Embedder-Policy` load only scripts that send this header.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        ),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&*TAG) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, SCRIPT).into_response()
}
