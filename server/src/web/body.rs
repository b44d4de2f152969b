//! Request bodies.

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode, header};

use super::Error;

/// The media type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// Reads the whole body.
///
/// # Errors
/// [`Error::ContentTypeUnsupported`], [`Error::BodyTooLarge`], [`Error::BodyMalformed`].
pub(crate) async fn read(
    request: Request,
    media_type: &str,
    max_bytes: usize,
) -> Result<Bytes, Error> {
    if !has_media_type(request.headers(), media_type) {
        return Err(Error::ContentTypeUnsupported);
    }
    // A declared length is checked before the body arrives.
    if request.body().size_hint().lower() > max_bytes as u64 {
        return Err(Error::BodyTooLarge);
    }
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
        _ => Error::BodyMalformed,
    })
}

fn has_media_type(headers: &HeaderMap, media_type: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case(media_type))
}
