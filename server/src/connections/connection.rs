//! One connection: its open requests and its timeouts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep_until};

use super::limits::ConnectionLimits;
use super::stream::Closer;
use super::table::{ConnectionTable, Slot};
use crate::limits::ClientNetwork;

/// Why the server ended a connection, or a stream of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// The connection had no request for too long.
    Idle,
    /// A stream was reset; parts of it may stay in memory until its connection ends.
    StreamReset,
    /// The client did not read a response in time.
    UnreadResponse,
    /// Another connection needed the slot or the memory.
    Evicted,
}

impl End {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "silence",
            Self::StreamReset => "stream_reset",
            Self::UnreadResponse => "unread",
            Self::Evicted => "evicted",
        }
    }

    /// Tells whether the connection is dropped without a graceful shutdown.
    pub(super) const fn is_at_once(self) -> bool {
        matches!(self, Self::UnreadResponse | Self::Evicted)
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) number: u64,
    /// The client network; `None` for a trusted proxy.
    pub(super) network: Option<ClientNetwork>,
    table: Arc<ConnectionTable>,
    slot: Slot,
    closer: Arc<Closer>,
    requests: Mutex<Requests>,
}

#[derive(Debug)]
struct Requests {
    next: u64,
    open: BTreeMap<u64, Open>,
    /// Since when no request is open.
    idle_since: Instant,
}

/// A request whose response is not completely handed to the system.
#[derive(Debug)]
struct Open {
    since: Instant,
    /// The size of the response, once there is one.
    response_bytes: Option<usize>,
    closer: Arc<Closer>,
}

impl Open {
    fn deadline(&self, limits: &ConnectionLimits) -> Instant {
        self.since
            + if self.response_bytes.is_some() {
                limits.read_timeout
            } else {
                limits.handler_timeout
            }
    }
}

/// A response that the client has not read.
#[derive(Debug)]
pub(super) struct UnreadResponse {
    pub(super) since: Instant,
    pub(super) bytes: usize,
    pub(super) closer: Arc<Closer>,
}

/// What a connection is doing; evictions choose by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Activity {
    /// It waits for the client to read a response.
    Answering,
    /// It waits for a request.
    Waiting,
}

/// What a connection is doing, and since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ongoing {
    pub(super) activity: Activity,
    pub(super) since: Instant,
}

impl Connection {
    pub(super) fn new(
        number: u64,
        network: Option<ClientNetwork>,
        table: &Arc<ConnectionTable>,
        slot: Slot,
    ) -> Self {
        let (open, idle_since) = (BTreeMap::new(), Instant::now());
        Self {
            number,
            network,
            table: Arc::clone(table),
            slot,
            closer: Arc::default(),
            requests: Mutex::new(Requests { next: 0, open, idle_since }),
        }
    }

    /// Tells whether it may request nothing but health checks.
    pub(super) const fn is_for_health_checks(&self) -> bool {
        matches!(self.slot, Slot::Reserved(_))
    }

    /// Returns the client network that it counts against.
    pub(super) fn counted_network(&self) -> Option<&ClientNetwork> {
        self.network.as_ref().filter(|_| !self.is_for_health_checks())
    }

    /// Begins a request.
    pub(super) fn begin(connection: &Arc<Self>) -> OpenRequest {
        let mut requests = connection.requests();
        let number = requests.next;
        requests.next += 1;
        let closer = Arc::clone(&connection.closer);
        requests.open.insert(number, Open { since: Instant::now(), response_bytes: None, closer });
        OpenRequest { connection: Arc::clone(connection), number }
    }

    /// Returns the handle that closes the connection.
    pub(super) fn closer(&self) -> &Closer {
        &self.closer
    }

    /// Tells whether it is being dropped.
    pub(super) fn is_closing(&self) -> bool {
        self.closer.end().is_some_and(End::is_at_once)
    }

    /// Ends the streams of a closed connection.
    pub(super) fn end_streams(&self) {
        for open in self.requests().open.values() {
            open.closer.close(End::Evicted);
        }
    }

    /// Waits until the connection must be closed. Resets streams whose own timeout passes before that.
    pub(super) async fn end(&self) -> End {
        loop {
            let next = self.end_expired();
            tokio::select! {
                end = self.closer.closed() => return end,
                () = sleep_until(next) => {}
            }
        }
    }

    /// Ends the streams that have timed out, and returns when to check again.
    fn end_expired(&self) -> Instant {
        let (requests, limits, now) = (self.requests(), self.table.limits(), Instant::now());
        // A wait that begins later has at least this long.
        let soonest = now + limits.idle_timeout;
        if requests.open.is_empty() {
            let deadline = requests.idle_since + limits.idle_timeout;
            if deadline <= now {
                self.table.end(&self.closer, End::Idle);
            }
            return deadline;
        }
        let mut next = soonest;
        for open in requests.open.values().filter(|open| open.closer.end().is_none()) {
            let deadline = open.deadline(limits);
            if deadline <= now {
                self.end_request(&open.closer, End::UnreadResponse);
            } else {
                next = next.min(deadline);
            }
        }
        next
    }

    /// Closes the stream or connection of a request. Returns whether the reason is new.
    pub(super) fn end_request(&self, carrier: &Arc<Closer>, end: End) -> bool {
        let is_new = self.table.end(carrier, end);
        if !Arc::ptr_eq(carrier, &self.closer) {
            self.table.end(&self.closer, End::StreamReset);
        }
        is_new
    }

    /// Returns what the connection is doing, or `None` while a request is being handled.
    pub(super) fn ongoing(&self) -> Option<Ongoing> {
        let requests = self.requests();
        if requests.open.is_empty() {
            return Some(Ongoing { activity: Activity::Waiting, since: requests.idle_since });
        }
        let is_answering = requests.open.values().all(|open| open.response_bytes.is_some());
        let since = requests.open.values().map(|open| open.since).min()?;
        is_answering.then_some(Ongoing { activity: Activity::Answering, since })
    }

    /// Returns the bytes of unread responses.
    pub(super) fn unread_bytes(&self) -> usize {
        let requests = self.requests();
        let open = requests.open.values().filter(|open| open.closer.end().is_none());
        open.filter_map(|open| open.response_bytes).sum()
    }

    /// Returns the unread responses.
    pub(super) fn unread(&self) -> Vec<UnreadResponse> {
        let requests = self.requests();
        let open = requests.open.values().filter(|open| open.closer.end().is_none());
        let unread = |open: &Open| {
            let bytes = open.response_bytes.filter(|bytes| *bytes > 0)?;
            Some(UnreadResponse { since: open.since, bytes, closer: Arc::clone(&open.closer) })
        };
        open.filter_map(unread).collect()
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.table.remove(self);
    }
}

/// Keeps a request open until it is dropped together with the last byte of the response.
#[derive(Debug)]
pub(super) struct OpenRequest {
    connection: Arc<Connection>,
    number: u64,
}

impl OpenRequest {
    /// Sets the stream of the request; without one, the connection carries it.
    pub(super) fn set_stream(&self, stream: Option<Arc<Closer>>) {
        let mut requests = self.connection.requests();
        if let (Some(stream), Some(open)) = (stream, requests.open.get_mut(&self.number)) {
            open.closer = stream;
        }
    }

    /// Records the size of the response.
    pub(super) fn set_response(&self, bytes: usize) {
        let mut requests = self.connection.requests();
        if let Some(open) = requests.open.get_mut(&self.number) {
            open.since = Instant::now();
            open.response_bytes = Some(bytes);
        }
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut requests = self.connection.requests();
        requests.open.remove(&self.number);
        if requests.open.is_empty() {
            requests.idle_since = Instant::now();
        }
    }
}
