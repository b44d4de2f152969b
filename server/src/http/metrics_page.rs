//! `GET /metrics`, on a listener of its own (`metrics_listen`) that only operators should reach.
//!
//! The numbers are those of this instance, except for the queue of mails, which all instances share.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::app_state::AppState;
use crate::connections::{self, ConnectionLimits};
use crate::metrics::ConnectionMetrics;
use crate::notifications::{self, State as MailState};
use crate::store::PoolConnections;
use crate::web::{Error, JsonError};

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves `/metrics` until it is aborted.
///
/// # Errors
/// Those of the listener.
pub async fn serve_metrics(app: Arc<AppState>, listener: TcpListener) -> std::io::Result<()> {
    let limits = ConnectionLimits::of_metrics(&app.config);
    let router = Router::new().route("/metrics", get(metrics)).with_state(app);
    let stop = std::future::pending();
    connections::serve(listener, router, limits, ConnectionMetrics::default(), stop, Duration::ZERO)
        .await
}

async fn metrics(State(app): State<Arc<AppState>>) -> Result<impl IntoResponse, JsonError> {
    let counts = notifications::state_counts(&app.store).await?;
    for state in MailState::ALL.into_iter().filter(|state| !state.is_end()) {
        let count = counts.iter().find(|counted| counted.state == state);
        app.metrics.set_notifications(state.as_str(), count.map_or(0, |counted| counted.count));
    }
    let PoolConnections { open, idle } = app.store.connections();
    app.metrics.set_database_connections("busy", open.saturating_sub(idle));
    app.metrics.set_database_connections("idle", idle);
    app.metrics.set_memory(resident_bytes().unwrap_or_default());
    let page = app.metrics.encode().map_err(|_| Error::Internal)?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], page))
}

/// Returns the memory that the process occupies, where the system reports it.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024)
}
