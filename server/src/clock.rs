//! The server's clock, which tests can stop and move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// The source of the current time.
///
/// Tests use a [`ManualClock`]:
///
/// ```
/// use std::sync::Arc;
/// use ticket_center::clock::{Clock, ManualClock};
///
/// let hands = ManualClock::at(1_767_225_600);
/// let clock = Clock::from(Arc::clone(&hands));
/// hands.advance(60);
/// assert_eq!(clock.unix_seconds(), 1_767_225_660);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<ManualClock>),
}

impl Clock {
    /// Returns the time in milliseconds since 1970.
    pub fn now(&self) -> Moment {
        match &self.0 {
            Source::System => Moment(Timestamp::now().as_millisecond()),
            Source::Manual(clock) => Moment(clock.0.load(Ordering::SeqCst)),
        }
    }

    /// Returns the Unix time in whole seconds, as signatures use it (SPEC 1.5).
    pub fn unix_seconds(&self) -> i64 {
        self.now().unix_seconds()
    }
}

impl From<Arc<ManualClock>> for Clock {
    fn from(clock: Arc<ManualClock>) -> Self {
        Self(Source::Manual(clock))
    }
}

/// A clock for tests: it stands still until it is set, in milliseconds since 1970.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Returns a clock that shows the Unix second.
    pub fn at(seconds: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(seconds * 1000)))
    }

    /// Moves the clock by seconds, backwards too.
    pub fn advance(&self, seconds: i64) {
        self.advance_milliseconds(seconds * 1000);
    }

    /// Moves the clock by milliseconds, backwards too.
    pub fn advance_milliseconds(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

/// A point in time, stored as milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct Moment(i64);

impl Moment {
    /// Creates a moment from milliseconds since 1970.
    pub const fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Returns milliseconds since 1970.
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    /// Returns whole seconds since 1970.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Returns the moment this much later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(milliseconds))
    }

    /// Returns the moment this much earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(milliseconds))
    }

    /// Returns the moment as a [`SystemTime`].
    pub fn system_time(self) -> SystemTime {
        let since_1970 = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 { UNIX_EPOCH - since_1970 } else { UNIX_EPOCH + since_1970 }
    }

    /// Returns the time of the day in UTC, for people.
    pub fn clock_time(self) -> String {
        let timestamp = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX);
        format!("{} UTC", timestamp.strftime("%H:%M:%S"))
    }

    /// Returns the day and the time in UTC to the minute, for people.
    pub fn to_minute(self) -> String {
        let timestamp = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX);
        format!("{} UTC", timestamp.strftime("%Y-%m-%d %H:%M"))
    }

    /// Returns the moment as RFC 3339 writes it, in UTC with milliseconds.
    ///
    /// ```
    /// use ticket_center::clock::Moment;
    ///
    /// let moment = Moment::from_milliseconds(1_767_225_600_000);
    /// assert_eq!(moment.to_rfc3339(), "2026-01-01T00:00:00.000Z");
    /// ```
    pub fn to_rfc3339(self) -> String {
        // jiff has no moments beyond the year 9999; the server never stores one.
        let timestamp = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX);
        format!("{timestamp:.3}")
    }
}
