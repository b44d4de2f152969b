//! The counters and gauges of an instance, for Prometheus.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// Histogram bucket bounds, in seconds.
const DURATION_BUCKETS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0];

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

/// Why the server closed or rejected a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

/// The metrics of a listener's connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionMetrics {
    open: Gauge,
    ended: Family<Reason, Counter>,
}

impl ConnectionMetrics {
    pub(crate) fn opened(&self) {
        self.open.inc();
    }

    pub(crate) fn closed(&self) {
        self.open.dec();
    }

    /// Counts a connection or a stream that the server closed or rejected.
    pub(crate) fn ended(&self, reason: &'static str) {
        self.ended.get_or_create(&Reason { reason }).inc();
    }
}

/// The metrics of one instance.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    rejections: Family<Code, Counter>,
    notifications: Family<InState, Gauge>,
    database_connections: Family<InState, Gauge>,
    connections: ConnectionMetrics,
    memory: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("ticket_center_build", "The version that runs", build);
        let requests = Family::default();
        registry.register(
            "ticket_center_requests",
            "Requests that the server answered",
            requests.clone(),
        );
        let durations = Family::new_with_constructor(
            (|| Histogram::new(DURATION_BUCKETS)) as fn() -> Histogram,
        );
        registry.register_with_unit(
            "ticket_center_request_duration",
            "Time from a request's head to the response's head",
            Unit::Seconds,
            durations.clone(),
        );
        let rejections = Family::default();
        registry.register("ticket_center_refusals", "Rejected calls, by code", rejections.clone());
        let notifications = Family::default();
        registry.register(
            "ticket_center_notifications",
            "Notifications that wait, are being sent or need a decision, by state",
            notifications.clone(),
        );
        let database_connections = Family::default();
        registry.register(
            "ticket_center_database_connections",
            "Connections to the database",
            database_connections.clone(),
        );
        let connections = ConnectionMetrics::default();
        registry.register(
            "ticket_center_connections",
            "Connections of clients, without those to /metrics",
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
    /// Counts a response. `route` is one of the server's patterns, never the requested path.
    pub(crate) fn count_response(
        &self,
        route: &str,
        status: u16,
        code: Option<&'static str>,
        duration: Duration,
    ) {
        self.requests.get_or_create(&Answered { route: route.to_owned(), status }).inc();
        let seconds = duration.as_secs_f64();
        self.durations.get_or_create(&Route { route: route.to_owned() }).observe(seconds);
        if let Some(code) = code {
            self.rejections.get_or_create(&Code { code }).inc();
        }
    }

    /// Sets how many notifications are in a state.
    pub(crate) fn set_notifications(&self, state: &'static str, count: i64) {
        self.notifications.get_or_create(&InState { state }).set(count);
    }

    /// Sets how many connections to the database are in a state.
    pub(crate) fn set_database_connections(&self, state: &'static str, count: i64) {
        self.database_connections.get_or_create(&InState { state }).set(count);
    }

    /// Sets how many bytes of memory the process occupies.
    pub(crate) fn set_memory(&self, bytes: i64) {
        self.memory.set(bytes);
    }

    /// Returns all metrics in the text format of `OpenMetrics`.
    pub(crate) fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Returns the metrics of clients' connections.
    pub(crate) fn connections(&self) -> ConnectionMetrics {
        self.connections.clone()
    }
}
