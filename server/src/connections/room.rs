//! Who is connected, who makes room for whom, and what is counted of it.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::answer::HeldBody;
use super::caps::Caps;
use super::guest::{Doing, End, Guest, OpenRequest};
use super::stream::{self, Closer};
use crate::limits::Neighbourhood;

/// How long one that was told to go may take to be gone.
const LEAVING: Duration = Duration::from_millis(200);

/// How often, at most, the log says that there are too many connections.
const WARNING_PAUSE: Duration = Duration::from_mins(1);

/// Which part of those who may go makes room at once.
const CROWD_PART: usize = 16;

/// Answers that may wait for memory at the same time.
const WAITING_ANSWERS: usize = 16;

/// Memory for answers is counted in pieces of this many bytes; smaller answers are not counted.
const PIECE: usize = 1024;

/// What an instance counts of its connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionCounts {
    pub(crate) open: Gauge,
    pub(crate) ended: Family<Reason, Counter>,
}

/// Why the server ended or refused a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Reason {
    reason: &'static str,
}

/// What a connection takes while it is there.
#[derive(Debug)]
pub(super) enum Seat {
    Usual(
        #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
    ),
    Reserved(
        #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
    ),
}

/// The connections of one listener.
#[derive(Debug)]
pub(super) struct Room {
    caps: Caps,
    counts: ConnectionCounts,
    seats: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    unread: Arc<Semaphore>,
    waiting: Semaphore,
    guests: Mutex<Guests>,
}

#[derive(Debug, Default)]
struct Guests {
    next: u64,
    by_number: HashMap<u64, Weak<Guest>>,
    by_neighbourhood: HashMap<Neighbourhood, usize>,
    warned_at: Option<Instant>,
}

impl Room {
    pub(super) fn new(caps: Caps, counts: ConnectionCounts) -> Arc<Self> {
        let places = |number: usize| Arc::new(Semaphore::new(number.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self {
            seats: places(caps.connections),
            reserve: places(caps.reserve),
            unread: places(caps.unread_bytes / PIECE),
            waiting: Semaphore::new(WAITING_ANSWERS),
            guests: Mutex::default(),
            caps,
            counts,
        })
    }

    pub(super) const fn caps(&self) -> &Caps {
        &self.caps
    }

    /// Takes a connection, for which another one may have to go. Returns `None` where there is no room even
    /// for a health check.
    pub(super) async fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Arc<Guest>> {
        let is_trusted = self.caps.is_trusted(address);
        let neighbourhood = (!is_trusted).then(|| Neighbourhood::of(address));
        let seat = match self.usual_seat(neighbourhood.as_ref()).await {
            Some(permit) => Seat::Usual(permit),
            None => Seat::Reserved(self.reserved_seat().await?),
        };
        let mut guests = self.guests();
        guests.next += 1;
        let guest = Arc::new(Guest::new(guests.next, neighbourhood, self, seat));
        guests.by_number.insert(guest.number, Arc::downgrade(&guest));
        if let Some(neighbourhood) = guest.counted_for() {
            *guests.by_neighbourhood.entry(neighbourhood.clone()).or_default() += 1;
        }
        self.counts.open.inc();
        Some(guest)
    }

    async fn usual_seat(
        &self,
        neighbourhood: Option<&Neighbourhood>,
    ) -> Option<OwnedSemaphorePermit> {
        if let Some(neighbourhood) = neighbourhood
            && self.number_of(neighbourhood) >= self.caps.per_address
        {
            self.warn("an address has as many connections as it may have");
            let is_theirs = |guest: &Guest| guest.counted_for() == Some(neighbourhood);
            if !self.evict_where(is_theirs) {
                return None;
            }
        }
        if let Ok(permit) = Arc::clone(&self.seats).try_acquire_owned() {
            return Some(permit);
        }
        self.warn("there are as many connections as there may be");
        let is_usual = |guest: &Guest| !guest.is_for_health_checks();
        if !self.evict_where(is_usual) {
            return None;
        }
        timeout(LEAVING, Arc::clone(&self.seats).acquire_owned()).await.ok()?.ok()
    }

    async fn reserved_seat(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.reserve).try_acquire_owned() {
            return Some(permit);
        }
        let seat = if self.evict_where(Guest::is_for_health_checks) {
            timeout(LEAVING, Arc::clone(&self.reserve).acquire_owned()).await.ok()?.ok()
        } else {
            None
        };
        if seat.is_none() {
            self.count("refused");
        }
        seat
    }

    /// Ends a connection, since the system gave no other one, such as without a file to open.
    pub(super) fn make_room_after(&self, error: &io::Error) {
        // Whoever left before they were taken is no reason for that.
        if !matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
        ) {
            self.warn(&format!("no connection can be taken: {error}"));
            self.evict_where(|_| true);
        }
    }

    /// Ends the connections that wait for longest, of the address that has most: those that wait for a request
    /// before those that wait for an answer to be read, and trusted proxies' last.
    fn evict_where(&self, is_candidate: impl Fn(&Guest) -> bool) -> bool {
        let guests = self.present();
        let candidates = guests.iter().filter(|guest| !guest.is_leaving() && is_candidate(guest));
        let mut crowds: HashMap<_, Vec<_>> = HashMap::new();
        for guest in candidates {
            if let Some((doing, since)) = guest.doing() {
                crowds.entry((&guest.neighbourhood, doing)).or_default().push((since, guest));
            }
        }
        let largest = crowds.into_iter().max_by_key(|((neighbourhood, doing), crowd)| {
            (neighbourhood.is_some(), *doing == Doing::Waiting, crowd.len())
        });
        let Some((_, mut crowd)) = largest else { return false };
        crowd.sort_by_key(|(since, guest)| (*since, guest.number));
        // Several at once, since each look at all of them costs time.
        let many = (crowd.len() / CROWD_PART).max(1);
        for (_, guest) in crowd.iter().take(many) {
            self.end(guest.closer(), End::Evicted);
        }
        true
    }

    /// Ends the answers that are unread for longest, of the address that has most of them.
    fn evict_unread(&self) -> bool {
        let guests = self.present();
        let mut crowds: HashMap<_, (usize, Vec<_>)> = HashMap::new();
        for guest in &guests {
            let (bytes, crowd) = crowds.entry(&guest.neighbourhood).or_default();
            *bytes += guest.unread_bytes();
            crowd.push(guest);
        }
        let largest = crowds.into_values().max_by_key(|(bytes, _)| *bytes);
        let Some((_, crowd)) = largest else { return false };
        let mut unread: Vec<_> = crowd
            .iter()
            .flat_map(|guest| guest.unread().into_iter().map(move |answer| (answer, guest)))
            .collect();
        unread.sort_by_key(|(answer, _)| answer.since);
        // Several at once, since each look at all of them costs time.
        let (mut freed, enough) = (0, self.caps.unread_bytes / CROWD_PART);
        for (answer, guest) in &unread {
            guest.end_request(&answer.closer, End::Evicted);
            freed += answer.bytes;
            if freed >= enough {
                break;
            }
        }
        freed > 0
    }

    /// Lets the answer keep its request open until it is read, where there is memory for it.
    pub(super) async fn hold(&self, open: OpenRequest, response: Response) -> Option<Response> {
        let (head, body) = response.into_parts();
        // What has no size yet is prepared piece by piece, as it is read.
        let size =
            body.size_hint().exact().and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let memory = if size < PIECE { None } else { Some(self.memory(size).await?) };
        open.answered(size);
        let is_in_parts = stream::current().is_some();
        let body = HeldBody::new(body, open, memory, is_in_parts);
        Some(Response::from_parts(head, Body::new(body)))
    }

    /// Waits for memory as long as others make room, and no longer. Few wait at a time, since each of them has
    /// its answer in memory already.
    async fn memory(&self, size: usize) -> Option<OwnedSemaphorePermit> {
        let pieces = size.div_ceil(PIECE).min(self.caps.unread_bytes / PIECE);
        let pieces = u32::try_from(pieces).ok()?;
        if let Ok(permit) = Arc::clone(&self.unread).try_acquire_many_owned(pieces) {
            return Some(permit);
        }
        let _place = self.waiting.try_acquire().ok()?;
        loop {
            self.warn("answers that are not read take as much memory as they may");
            if !self.evict_unread() {
                return None;
            }
            let freed = Arc::clone(&self.unread).acquire_many_owned(pieces);
            if let Ok(Ok(permit)) = timeout(LEAVING / 10, freed).await {
                return Some(permit);
            }
        }
    }

    /// Ends a connection or a stream, and counts why. Returns whether that is new.
    pub(super) fn end(&self, closer: &Closer, end: End) -> bool {
        let is_new = closer.close(end);
        if is_new {
            self.count(end.as_str());
        }
        is_new
    }

    /// Forgets a connection that is gone.
    pub(super) fn leave(&self, guest: &Guest) {
        let mut guests = self.guests();
        guests.by_number.remove(&guest.number);
        if let Some(neighbourhood) = guest.counted_for()
            && let Some(number) = guests.by_neighbourhood.get_mut(neighbourhood)
        {
            *number -= 1;
            if *number == 0 {
                guests.by_neighbourhood.remove(neighbourhood);
            }
        }
        self.counts.open.dec();
    }

    fn number_of(&self, neighbourhood: &Neighbourhood) -> usize {
        self.guests().by_neighbourhood.get(neighbourhood).copied().unwrap_or_default()
    }

    /// Returns those who are here. They are asked without the lock, which a guest who leaves needs.
    fn present(&self) -> Vec<Arc<Guest>> {
        self.guests().by_number.values().filter_map(Weak::upgrade).collect()
    }

    fn count(&self, reason: &'static str) {
        self.counts.ended.get_or_create(&Reason { reason }).inc();
    }

    fn warn(&self, sentence: &str) {
        let mut guests = self.guests();
        if guests.warned_at.is_none_or(|at| at.elapsed() > WARNING_PAUSE) {
            guests.warned_at = Some(Instant::now());
            drop(guests);
            tracing::warn!("{sentence}");
        }
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
