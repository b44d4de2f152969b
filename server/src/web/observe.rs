//! The request's id, its line in the log, and its metrics.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;
use uuid::Uuid;

use super::error::RejectionCode;
use super::headers::set_defaults;
use super::is_health_check;
use crate::app_state::AppState;

/// The header with the request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, logs and counts its response, and sets the headers of every response. The log has
/// no query and no body.
pub(crate) async fn observe(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let id = Uuid::now_v7().to_string();
    let span = tracing::info_span!("request", id);
    async move {
        let began = Instant::now();
        let method = request.method().clone();
        let path = request.extensions().get::<MatchedPath>().cloned();
        let is_check = is_health_check(&request);
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let duration = began.elapsed();
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let path = path.as_ref().map_or("", MatchedPath::as_str);
        let code = response.extensions().get().map(|RejectionCode(code)| *code);
        app.metrics.count_response(path, status, code, duration);
        // Health checks arrive every few seconds.
        if is_check && response.status().is_success() {
            tracing::debug!(%method, path, status, milliseconds, "answered");
        } else {
            tracing::info!(%method, path, status, milliseconds, "answered");
        }
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, id);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        set_defaults(headers, [(header::REFERRER_POLICY, "no-referrer")]);
        response
    }
    .instrument(span)
    .await
}
