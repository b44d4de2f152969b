//! One connection: which requests are open on it, and when it has to end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep_until};

use super::caps::Caps;
use super::room::{Room, Seat};
use super::stream::Closer;
use crate::limits::Neighbourhood;

/// Why the server ended a connection, or a stream of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// There was no request for too long.
    Silence,
    /// A stream was reset, of which a part may be left until its connection ends.
    StreamReset,
    /// An answer was not read in time.
    Unread,
    /// Others needed the room.
    Evicted,
}

impl End {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::StreamReset => "stream_reset",
            Self::Unread => "unread",
            Self::Evicted => "evicted",
        }
    }

    /// Tells whether nothing is waited for.
    pub(super) const fn is_at_once(self) -> bool {
        matches!(self, Self::Unread | Self::Evicted)
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) number: u64,
    /// Who is connected; none for a trusted proxy.
    pub(super) neighbourhood: Option<Neighbourhood>,
    room: Arc<Room>,
    seat: Seat,
    closer: Arc<Closer>,
    requests: Mutex<Requests>,
}

#[derive(Debug)]
struct Requests {
    next: u64,
    open: BTreeMap<u64, Open>,
    /// Since when there is none.
    quiet_since: Instant,
}

/// A request whose answer is not yet in the system's hands.
#[derive(Debug)]
struct Open {
    since: Instant,
    /// The bytes of the answer, once there is one.
    answer: Option<usize>,
    closer: Arc<Closer>,
}

impl Open {
    fn deadline(&self, caps: &Caps) -> Instant {
        self.since + if self.answer.is_some() { caps.reading } else { caps.handling }
    }
}

/// An answer that is not read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) since: Instant,
    pub(super) bytes: usize,
    pub(super) closer: Arc<Closer>,
}

/// What a connection is doing, for the choice of one that makes room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Doing {
    /// It waits for the client to read.
    Answering,
    /// It waits for a request.
    Waiting,
}

impl Guest {
    pub(super) fn new(
        number: u64,
        neighbourhood: Option<Neighbourhood>,
        room: &Arc<Room>,
        seat: Seat,
    ) -> Self {
        let (open, quiet_since) = (BTreeMap::new(), Instant::now());
        Self {
            number,
            neighbourhood,
            room: Arc::clone(room),
            seat,
            closer: Arc::default(),
            requests: Mutex::new(Requests { next: 0, open, quiet_since }),
        }
    }

    /// Tells whether it may ask for nothing but the server's health.
    pub(super) const fn is_for_health_checks(&self) -> bool {
        matches!(self.seat, Seat::Reserved(_))
    }

    /// Returns whose share of the connections it takes.
    pub(super) fn counted_for(&self) -> Option<&Neighbourhood> {
        self.neighbourhood.as_ref().filter(|_| !self.is_for_health_checks())
    }

    /// Begins a request.
    pub(super) fn begin(guest: &Arc<Self>) -> OpenRequest {
        let mut requests = guest.requests();
        let number = requests.next;
        requests.next += 1;
        let closer = Arc::clone(&guest.closer);
        requests.open.insert(number, Open { since: Instant::now(), answer: None, closer });
        OpenRequest { guest: Arc::clone(guest), number }
    }

    /// Returns what ends the connection.
    pub(super) fn closer(&self) -> &Closer {
        &self.closer
    }

    /// Tells whether it is told to go at once.
    pub(super) fn is_leaving(&self) -> bool {
        self.closer.end().is_some_and(End::is_at_once)
    }

    /// Ends the streams of a connection that is gone.
    pub(super) fn end_streams(&self) {
        for open in self.requests().open.values() {
            open.closer.close(End::Evicted);
        }
    }

    /// Waits until the connection has to end. Streams that have to end before are reset.
    pub(super) async fn end(&self) -> End {
        loop {
            let next = self.end_what_is_due();
            tokio::select! {
                end = self.closer.closed() => return end,
                () = sleep_until(next) => {}
            }
        }
    }

    /// Ends what is due, and returns when to look again.
    fn end_what_is_due(&self) -> Instant {
        let (requests, caps, now) = (self.requests(), self.room.caps(), Instant::now());
        // Whatever begins to wait from now on has at least this long.
        let soonest = now + caps.silence;
        if requests.open.is_empty() {
            let deadline = requests.quiet_since + caps.silence;
            if deadline <= now {
                self.room.end(&self.closer, End::Silence);
            }
            return deadline;
        }
        let mut next = soonest;
        for open in requests.open.values().filter(|open| open.closer.end().is_none()) {
            let deadline = open.deadline(caps);
            if deadline <= now {
                self.end_request(&open.closer, End::Unread);
            } else {
                next = next.min(deadline);
            }
        }
        next
    }

    /// Ends what carries a request. Returns whether that is new.
    pub(super) fn end_request(&self, carrier: &Arc<Closer>, end: End) -> bool {
        let is_new = self.room.end(carrier, end);
        if !Arc::ptr_eq(carrier, &self.closer) {
            self.room.end(&self.closer, End::StreamReset);
        }
        is_new
    }

    /// Returns what the connection is doing and since when, unless a request is being handled.
    pub(super) fn doing(&self) -> Option<(Doing, Instant)> {
        let requests = self.requests();
        if requests.open.is_empty() {
            return Some((Doing::Waiting, requests.quiet_since));
        }
        let is_answering = requests.open.values().all(|open| open.answer.is_some());
        let since = requests.open.values().map(|open| open.since).min()?;
        is_answering.then_some((Doing::Answering, since))
    }

    /// Returns how many bytes of answers are not read.
    pub(super) fn unread_bytes(&self) -> usize {
        let requests = self.requests();
        let open = requests.open.values().filter(|open| open.closer.end().is_none());
        open.filter_map(|open| open.answer).sum()
    }

    /// Returns the answers that are not read.
    pub(super) fn unread(&self) -> Vec<Unread> {
        let requests = self.requests();
        let open = requests.open.values().filter(|open| open.closer.end().is_none());
        let unread = |open: &Open| {
            let bytes = open.answer.filter(|bytes| *bytes > 0)?;
            Some(Unread { since: open.since, bytes, closer: Arc::clone(&open.closer) })
        };
        open.filter_map(unread).collect()
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.room.leave(self);
    }
}

/// A request that is open until this is dropped, which the last byte of its answer does.
#[derive(Debug)]
pub(super) struct OpenRequest {
    guest: Arc<Guest>,
    number: u64,
}

impl OpenRequest {
    /// Says what carries it; without a stream it is the connection.
    pub(super) fn carried_by(&self, stream: Option<Arc<Closer>>) {
        let mut requests = self.guest.requests();
        if let (Some(stream), Some(open)) = (stream, requests.open.get_mut(&self.number)) {
            open.closer = stream;
        }
    }

    /// Says that there is an answer.
    pub(super) fn answered(&self, bytes: usize) {
        let mut requests = self.guest.requests();
        if let Some(open) = requests.open.get_mut(&self.number) {
            open.since = Instant::now();
            open.answer = Some(bytes);
        }
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut requests = self.guest.requests();
        requests.open.remove(&self.number);
        if requests.open.is_empty() {
            requests.quiet_since = Instant::now();
        }
    }
}
