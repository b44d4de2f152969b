//! Timestamps in Unix seconds, and the tolerance between two clocks (SPEC 1.5, 4.4, 5.2).

use std::fmt;

use crate::error::{Error, ErrorCode};

/// A Unix time in seconds, from 0 to 99 999 999 999 (SPEC 1.5).
///
/// ```
/// use deskseal::{ErrorCode, Timestamp};
///
/// assert_eq!(Timestamp::parse("1767225600")?, Timestamp::new(1_767_225_600)?);
/// assert_eq!(Timestamp::parse("007").unwrap_err().code(), ErrorCode::TimestampMalformed);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    pub(crate) const MAX: i64 = 99_999_999_999;

    /// Takes a Unix time in seconds.
    ///
    /// # Errors
    /// `timestamp_malformed` if it is not from 0 to 99 999 999 999.
    pub fn new(seconds: i64) -> Result<Self, Error> {
        match seconds {
            0..=Self::MAX => Ok(Self(seconds)),
            ..0 => {
                Err(malformed("The time is before 1970. Pass Unix seconds, and check the clock."))
            }
            _ => Err(looks_like_milliseconds()),
        }
    }

    /// Parses a text that matches `0|[1-9][0-9]{0,10}` (SPEC 4.4).
    ///
    /// # Errors
    /// `timestamp_malformed` for any other text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            return Err(malformed(
                "The timestamp is not a whole number. Pass Unix seconds, in digits only.",
            ));
        }
        if text.len() > 11 {
            return Err(looks_like_milliseconds());
        }
        if text.len() > 1 && text.starts_with('0') {
            return Err(malformed(
                "The timestamp starts with a zero. Pass the number without leading zeros.",
            ));
        }
        Self::new(text.bytes().fold(0, |seconds, digit| seconds * 10 + i64::from(digit - b'0')))
    }

    /// Returns the number of seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// By how many seconds a link's timestamp may differ from the verifier's clock, 0 to 3600 (SPEC 5.2).
///
/// ```
/// use deskseal::Tolerance;
///
/// assert_eq!(Tolerance::default(), Tolerance::new(300)?);
/// assert!(Tolerance::new(3601).is_err());
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tolerance(i64);

impl Tolerance {
    /// The tolerance that is used unless another one is given: 300 seconds.
    pub const DEFAULT: Self = Self(300);

    /// Takes a number of seconds.
    ///
    /// # Errors
    /// `tolerance_malformed` if it is not from 0 to 3600.
    pub fn new(seconds: i64) -> Result<Self, Error> {
        if (0..=3600).contains(&seconds) {
            return Ok(Self(seconds));
        }
        Err(Error::new(
            ErrorCode::ToleranceMalformed,
            "The tolerance is not a whole number of seconds from 0 to 3600. Pass a number in this \
             range, such as 300.",
        ))
    }

    /// Returns the number of seconds.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Checks that a link signed at `timestamp` is valid at `now`.
    pub(crate) fn check(self, timestamp: Timestamp, now: Timestamp) -> Result<(), Error> {
        let Self(tolerance) = self;
        let age = now.0 - timestamp.0;
        if age > tolerance {
            return Err(Error::new(
                ErrorCode::TimestampExpired,
                format!(
                    "The link was signed {age} s ago and is valid for {tolerance} s. Sign the link when \
                     the customer clicks, and check the clocks of both servers."
                ),
            ));
        }
        if -age > tolerance {
            return Err(Error::new(
                ErrorCode::TimestampInFuture,
                format!(
                    "The link's timestamp is {} s ahead of this clock, which is more than the \
                     tolerance of {tolerance} s. Check the clocks of both servers.",
                    -age
                ),
            ));
        }
        Ok(())
    }
}

impl Default for Tolerance {
    /// [`Tolerance::DEFAULT`].
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Returns the system clock's Unix time in seconds, negative before 1970.
///
/// ```
/// assert!(deskseal::unix_now() > 1_767_225_600);
/// ```
#[cfg(feature = "clock")]
pub fn unix_now() -> i64 {
    use std::time::SystemTime;

    let seconds =
        |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => seconds(since),
        Err(before) => -seconds(before.duration()),
    }
}

fn looks_like_milliseconds() -> Error {
    malformed(
        "The timestamp has 12 digits or more, so it looks like milliseconds. Pass Unix seconds.",
    )
}

fn malformed(message: &'static str) -> Error {
    Error::new(ErrorCode::TimestampMalformed, message)
}
