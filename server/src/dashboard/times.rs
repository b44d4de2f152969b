//! Formats times for people: a short form, and the exact time beside it. The script shows them in the
//! browser's time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::Moment;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A time as a template shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeShown {
    /// The time for programs.
    pub(crate) iso: String,
    /// The time to the minute.
    pub(crate) exact: String,
    /// How long ago it was, or the day.
    pub(crate) short: String,
}

impl TimeShown {
    /// Returns the time in the forms that pages show now.
    pub(crate) fn new(at: Moment, now: Moment) -> Self {
        Self {
            iso: at.to_rfc3339(),
            exact: written(at, "%-d %b %Y, %H:%M UTC"),
            short: ago(at, now),
        }
    }
}

fn ago(at: Moment, now: Moment) -> String {
    let seconds = now.unix_seconds() - at.unix_seconds();
    match seconds {
        ..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", seconds / MINUTE),
        HOUR..DAY => format!("{} h ago", seconds / HOUR),
        _ if written(at, "%Y") == written(now, "%Y") => written(at, "%-d %b"),
        _ => written(at, "%-d %b %Y"),
    }
}

fn written(at: Moment, format: &str) -> String {
    let timestamp = Timestamp::from_millisecond(at.milliseconds()).unwrap_or(Timestamp::MAX);
    timestamp.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::TimeShown;
    use crate::clock::Moment;

    #[test]
    fn recent_times_are_shown_more_exactly() {
        let now = 1_767_225_600_000;
        let short = |seconds: i64| {
            let at = Moment::from_milliseconds(now - seconds * 1000);
            TimeShown::new(at, Moment::from_milliseconds(now)).short
        };
        let expected = [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (86_399, "23 h ago"),
            (86_400, "31 Dec 2025"),
        ];
        for (seconds, text) in expected {
            assert_eq!(short(seconds), text);
        }
    }

    #[test]
    fn the_exact_time_says_its_zone() {
        let at = Moment::from_milliseconds(1_767_225_600_000);
        let shown = TimeShown::new(at, Moment::from_milliseconds(1_770_000_000_000));
        assert_eq!(shown.exact, "1 Jan 2026, 00:00 UTC");
        assert_eq!(shown.short, "1 Jan");
        assert_eq!(shown.iso, "2026-01-01T00:00:00.000Z");
    }
}
