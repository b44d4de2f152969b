//! Health checks.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Request;

use super::JsonError;
use crate::app_state::AppState;

/// Tells whether the request is a health check.
pub(crate) fn is_health_check<B>(request: &Request<B>) -> bool {
    matches!(request.uri().path(), "/healthz" | "/readyz")
}

/// `GET /readyz`: whether the database is reachable.
pub(crate) async fn readiness(State(app): State<Arc<AppState>>) -> Result<&'static str, JsonError> {
    let pinged = app.store.ping().await;
    app.readiness.note(pinged.is_ok());
    pinged?;
    Ok("ok\n")
}
