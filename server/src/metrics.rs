//! What an instance counts, for Prometheus.
//!
//! Figures are of this instance, but for the queue, which is the database's. They are answered by a
//! listener of their own (`metrics_listen`), which is for those who run the server and not for the world.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::api::ApiError;
use crate::app_state::AppState;
use crate::connections::{self, ConnectionCounts, ConnectionLimits};
use crate::notifications::{self, State as MailState};

/// Up to when answers are told apart, in seconds; beyond, they are slow.
const DURATION_BUCKETS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0];

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

/// The figures of one instance.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    rejections: Family<Code, Counter>,
    notifications: Family<InState, Gauge>,
    database_connections: Family<InState, Gauge>,
    connections: ConnectionCounts,
    memory: Gauge,
}

/// The stable code of a refusal, on its way out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RejectionCode(pub(crate) &'static str);

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("ticket_center_build", "The version that runs", build);
        let requests = Family::default();
        registry.register("ticket_center_requests", "Answered requests", requests.clone());
        let durations = Family::new_with_constructor(
            (|| Histogram::new(DURATION_BUCKETS)) as fn() -> Histogram,
        );
        registry.register_with_unit(
            "ticket_center_request_duration",
            "The time from a request's head to its answer's",
            Unit::Seconds,
            durations.clone(),
        );
        let rejections = Family::default();
        registry.register("ticket_center_refusals", "Refused calls, by code", rejections.clone());
        let notifications = Family::default();
        registry.register(
            "ticket_center_notifications",
            "Notifications in the database that have not come to an end",
            notifications.clone(),
        );
        let database_connections = Family::default();
        registry.register(
            "ticket_center_database_connections",
            "Connections to the database",
            database_connections.clone(),
        );
        let connections = ConnectionCounts::default();
        registry.register(
            "ticket_center_connections",
            "Connections of clients, those to /metrics left out",
            connections.open.clone(),
        );
        registry.register(
            "ticket_center_connections_ended",
            "Connections and streams that the server ended, by reason",
            connections.ended.clone(),
        );
        let memory = Gauge::default();
        registry.register_with_unit(
            "process_resident_memory",
            "Memory that the process occupies",
            Unit::Bytes,
            memory.clone(),
        );
        Self {
            registry,
            requests,
            durations,
            rejections,
            notifications,
            database_connections,
            connections,
            memory,
        }
    }
}

impl Metrics {
    /// Counts an answer. `route` is a pattern of ours, never what somebody asked for.
    pub(crate) fn count_answer(
        &self,
        route: &str,
        status: u16,
        rejection: Option<RejectionCode>,
        duration: Duration,
    ) {
        self.requests.get_or_create(&Answered { route: route.to_owned(), status }).inc();
        let seconds = duration.as_secs_f64();
        self.durations.get_or_create(&Route { route: route.to_owned() }).observe(seconds);
        if let Some(RejectionCode(code)) = rejection {
            self.rejections.get_or_create(&Code { code }).inc();
        }
    }

    /// Returns what is counted of clients' connections.
    pub(crate) fn connections(&self) -> ConnectionCounts {
        self.connections.clone()
    }

    async fn page(&self, app: &AppState) -> Result<String, ApiError> {
        let counts = notifications::state_counts(&app.store).await?;
        for state in MailState::ALL.into_iter().filter(|state| !state.is_end()) {
            let count = counts.iter().find(|(counted, _)| *counted == state);
            let state = InState { state: state.as_str() };
            self.notifications.get_or_create(&state).set(count.map_or(0, |(_, count)| *count));
        }
        let (open, idle) = app.store.connections();
        let connections =
            |state| self.database_connections.get_or_create(&InState { state }).clone();
        connections("busy").set(open.saturating_sub(idle));
        connections("idle").set(idle);
        self.memory.set(resident_bytes().unwrap_or_default());
        let mut page = String::new();
        encode(&mut page, &self.registry).map_err(|_| ApiError::internal())?;
        Ok(page)
    }
}

/// Returns the memory that the process occupies, where the system says so.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024)
}

/// Answers `/metrics` until it is aborted.
///
/// # Errors
/// Those of the listener.
pub async fn serve(app: Arc<AppState>, listener: TcpListener) -> std::io::Result<()> {
    let bounds = (ConnectionLimits::of_metrics(&app.config), ConnectionCounts::default());
    let router = Router::new().route("/metrics", get(metrics)).with_state(app);
    connections::serve(listener, router, bounds, std::future::pending(), Duration::ZERO).await
}

async fn metrics(State(app): State<Arc<AppState>>) -> Result<impl IntoResponse, ApiError> {
    let page = app.metrics.page(&app).await?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], page))
}
