//! Files that pages link to, compiled into the binary. Their paths contain a hash, so browsers cache them
//! permanently.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};
use tower_http::compression::CompressionLayer;

/// A file and its path.
#[derive(Debug)]
pub(crate) struct Asset {
    path: String,
    media_type: &'static str,
    text: &'static str,
}

impl Asset {
    /// Returns a style sheet. Its path starts with `name`, such as `dashboard`.
    pub(crate) fn styles(name: &str, text: &'static str) -> Self {
        Self::new(name, "css", "text/css; charset=utf-8", text)
    }

    /// Returns a script.
    pub(crate) fn script(name: &str, text: &'static str) -> Self {
        Self::new(name, "js", "text/javascript; charset=utf-8", text)
    }

    fn new(name: &str, extension: &str, media_type: &'static str, text: &'static str) -> Self {
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(text)[..9]);
        Self { path: format!("/assets/{name}.{digest}.{extension}"), media_type, text }
    }

    /// Returns the path to link to. It changes with the text.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

/// Returns the routes of the files. They are the same for all clients, so they may be compressed.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(assets: &[&'static Asset]) -> Router<S> {
    let mut router = Router::new();
    for asset in assets {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=31536000, immutable"),
            ),
            (
                header::HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("same-origin"),
            ),
        ];
        let text = asset.text;
        router = router.route(&asset.path, get(async move || (headers, text)));
    }
    router.layer(CompressionLayer::new())
}
