//! The open connections: their limits, evictions and metrics.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::body::TrackedBody;
use super::connection::{Activity, Connection, End, Ongoing, OpenRequest};
use super::limits::ConnectionLimits;
use super::stream::{self, Closer};
use crate::limits::ClientNetwork;
use crate::metrics::ConnectionMetrics;

/// How long an evicted connection may take to free its slot. It does so as soon as its task runs, which takes long
/// only where the processor is busy.
const EVICTION_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a response waits for memory before more unread responses are evicted.
const MEMORY_TIMEOUT: Duration = Duration::from_millis(20);

/// How often, at most, the log says that there are too many connections.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// One eviction closes this share of the candidates: a sixteenth.
const EVICTION_SHARE: usize = 16;

/// Responses that may wait for memory at the same time.
const MAX_WAITING_RESPONSES: usize = 16;

/// Memory for responses is counted in units of this many bytes; smaller responses are not counted.
const MEMORY_UNIT: usize = 1024;

/// The permit that a connection keeps while it is open.
#[derive(Debug)]
pub(super) enum Slot {
    Regular(
        #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
    ),
    Reserved(
        #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
    ),
}

/// The connections of one listener.
#[derive(Debug)]
pub(super) struct ConnectionTable {
    limits: ConnectionLimits,
    metrics: ConnectionMetrics,
    slots: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    unread: Arc<Semaphore>,
    waiting: Semaphore,
    connections: Mutex<Connections>,
}

#[derive(Debug, Default)]
struct Connections {
    next: u64,
    by_number: HashMap<u64, Weak<Connection>>,
    by_network: HashMap<ClientNetwork, usize>,
    warned_at: Option<Instant>,
}

/// The connections of a client network, and the bytes of their unread responses.
#[derive(Default)]
struct UnreadGroup<'table> {
    bytes: usize,
    connections: Vec<&'table Arc<Connection>>,
}

impl ConnectionTable {
    pub(super) fn new(limits: ConnectionLimits, metrics: ConnectionMetrics) -> Arc<Self> {
        let permits = |number: usize| Arc::new(Semaphore::new(number.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self {
            slots: permits(limits.connections),
            reserve: permits(limits.reserve),
            unread: permits(limits.unread_bytes / MEMORY_UNIT),
            waiting: Semaphore::new(MAX_WAITING_RESPONSES),
            connections: Mutex::default(),
            limits,
            metrics,
        })
    }

    pub(super) const fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    /// Accepts a connection and evicts another one if needed. Returns `None` when even the reserve for health
    /// checks is full.
    pub(super) async fn accept(self: &Arc<Self>, address: IpAddr) -> Option<Arc<Connection>> {
        let is_trusted = self.limits.is_trusted(address);
        let network = (!is_trusted).then(|| ClientNetwork::of(address));
        let slot = match self.regular_slot(network.as_ref()).await {
            Some(permit) => Slot::Regular(permit),
            None => Slot::Reserved(self.reserved_slot().await?),
        };
        let mut connections = self.connections();
        connections.next += 1;
        let connection = Arc::new(Connection::new(connections.next, network, self, slot));
        connections.by_number.insert(connection.number, Arc::downgrade(&connection));
        if let Some(network) = connection.counted_network() {
            *connections.by_network.entry(network.clone()).or_default() += 1;
        }
        self.metrics.opened();
        Some(connection)
    }

    async fn regular_slot(&self, network: Option<&ClientNetwork>) -> Option<OwnedSemaphorePermit> {
        if let Some(network) = network
            && self.number_of(network) >= self.limits.per_address
        {
            self.warn("an address has reached connections_per_address");
            let is_of_network =
                |connection: &Connection| connection.counted_network() == Some(network);
            if !self.evict_where(is_of_network) {
                return None;
            }
        }
        if let Ok(permit) = Arc::clone(&self.slots).try_acquire_owned() {
            return Some(permit);
        }
        self.warn("the server has reached its limit of connections");
        let is_regular = |connection: &Connection| !connection.is_for_health_checks();
        if !self.evict_where(is_regular) {
            return None;
        }
        timeout(EVICTION_TIMEOUT, Arc::clone(&self.slots).acquire_owned()).await.ok()?.ok()
    }

    async fn reserved_slot(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.reserve).try_acquire_owned() {
            return Some(permit);
        }
        let slot = if self.evict_where(Connection::is_for_health_checks) {
            timeout(EVICTION_TIMEOUT, Arc::clone(&self.reserve).acquire_owned()).await.ok()?.ok()
        } else {
            None
        };
        if slot.is_none() {
            self.count("refused");
        }
        slot
    }

    /// Evicts a connection after the system could not accept one, for example when no file can be opened.
    pub(super) fn evict_after(&self, error: &io::Error) {
        // A client that disconnected before the accept needs no eviction.
        if !matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
        ) {
            self.warn(&format!("could not accept a connection: {error}"));
            self.evict_where(|_| true);
        }
    }

    /// Evicts the connections that have waited longest, of the client network that has most. Idle connections go
    /// before those with an unread response, and trusted proxies go last.
    fn evict_where(&self, is_candidate: impl Fn(&Connection) -> bool) -> bool {
        let connections = self.snapshot();
        let candidates = connections
            .iter()
            .filter(|connection| !connection.is_closing() && is_candidate(connection));
        let mut groups: HashMap<_, Vec<_>> = HashMap::new();
        for connection in candidates {
            if let Some(Ongoing { activity, since }) = connection.ongoing() {
                groups
                    .entry((&connection.network, activity))
                    .or_default()
                    .push((since, connection));
            }
        }
        let largest = groups.into_iter().max_by_key(|((network, activity), group)| {
            (network.is_some(), *activity == Activity::Waiting, group.len())
        });
        let Some((_, mut group)) = largest else { return false };
        group.sort_by_key(|(since, connection)| (*since, connection.number));
        // Several at once, because each scan of the table costs time.
        let many = (group.len() / EVICTION_SHARE).max(1);
        for (_, connection) in group.iter().take(many) {
            self.end(connection.closer(), End::Evicted);
        }
        true
    }

    /// Ends the oldest unread responses of the client network that has the most unread bytes.
    fn evict_unread(&self) -> bool {
        let connections = self.snapshot();
        let mut groups: HashMap<_, UnreadGroup<'_>> = HashMap::new();
        for connection in &connections {
            let group = groups.entry(&connection.network).or_default();
            group.bytes += connection.unread_bytes();
            group.connections.push(connection);
        }
        let largest = groups.into_values().max_by_key(|group| group.bytes);
        let Some(group) = largest else { return false };
        let mut unread: Vec<_> = group
            .connections
            .iter()
            .flat_map(|connection| {
                connection.unread().into_iter().map(move |response| (response, connection))
            })
            .collect();
        unread.sort_by_key(|(response, _)| response.since);
        // Several at once, because each scan of the table costs time.
        let (mut freed, enough) = (0, self.limits.unread_bytes / EVICTION_SHARE);
        for (response, connection) in &unread {
            connection.end_request(&response.closer, End::Evicted);
            freed += response.bytes;
            if freed >= enough {
                break;
            }
        }
        freed > 0
    }

    /// Keeps the request open until its response is read. Returns `None` when there is no memory for it.
    pub(super) async fn track(&self, open: OpenRequest, response: Response) -> Option<Response> {
        let (head, body) = response.into_parts();
        // A body without a known size is produced piece by piece, as the client reads it.
        let size =
            body.size_hint().exact().and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let memory = if size < MEMORY_UNIT { None } else { Some(self.memory(size).await?) };
        open.set_response(size);
        let is_chunked = stream::current().is_some();
        let body = TrackedBody::new(body, open, memory, is_chunked);
        Some(Response::from_parts(head, Body::new(body)))
    }

    /// Waits for memory while evictions free some. Few requests may wait at a time, because each of them already
    /// has its response in memory.
    async fn memory(&self, size: usize) -> Option<OwnedSemaphorePermit> {
        let units = size.div_ceil(MEMORY_UNIT).min(self.limits.unread_bytes / MEMORY_UNIT);
        let units = u32::try_from(units).ok()?;
        if let Ok(permit) = Arc::clone(&self.unread).try_acquire_many_owned(units) {
            return Some(permit);
        }
        let _permit = self.waiting.try_acquire().ok()?;
        loop {
            self.warn("unread responses have reached unread_megabytes");
            if !self.evict_unread() {
                return None;
            }
            let freed = Arc::clone(&self.unread).acquire_many_owned(units);
            if let Ok(Ok(permit)) = timeout(MEMORY_TIMEOUT, freed).await {
                return Some(permit);
            }
        }
    }

    /// Closes a connection or a stream and counts the reason. Returns whether the reason is new.
    pub(super) fn end(&self, closer: &Closer, end: End) -> bool {
        let is_new = closer.close(end);
        if is_new {
            self.count(end.as_str());
        }
        is_new
    }

    /// Removes a closed connection.
    pub(super) fn remove(&self, connection: &Connection) {
        let mut connections = self.connections();
        connections.by_number.remove(&connection.number);
        if let Some(network) = connection.counted_network()
            && let Some(number) = connections.by_network.get_mut(network)
        {
            *number -= 1;
            if *number == 0 {
                connections.by_network.remove(network);
            }
        }
        self.metrics.closed();
    }

    fn number_of(&self, network: &ClientNetwork) -> usize {
        self.connections().by_network.get(network).copied().unwrap_or_default()
    }

    /// Returns the open connections. Callers use them without the lock, which dropping a connection takes.
    fn snapshot(&self) -> Vec<Arc<Connection>> {
        self.connections().by_number.values().filter_map(Weak::upgrade).collect()
    }

    fn count(&self, reason: &'static str) {
        self.metrics.ended(reason);
    }

    fn warn(&self, sentence: &str) {
        let mut connections = self.connections();
        if connections.warned_at.is_none_or(|at| at.elapsed() > WARNING_INTERVAL) {
            connections.warned_at = Some(Instant::now());
            drop(connections);
            tracing::warn!("{sentence}");
        }
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
