//! Moments that come from PHP.

use ext_php_rs::types::Zval;

use crate::engine::{Argument, unix_seconds};
use crate::error::Failure;

/// Takes Unix seconds or a `DateTimeInterface`, whose fraction of a second is dropped; the clock's
/// time for `null` or nothing.
pub(crate) fn or_now(argument: Argument<'_>) -> Result<i64, Failure> {
    match argument.value() {
        Some(value) if !value.is_null() => {
            seconds(value)?.ok_or_else(|| argument.wrong_type("of type DateTimeInterface|int|null"))
        }
        _ => Ok(deskseal::unix_now()),
    }
}

/// Returns the Unix seconds, or `None` for a value that is no moment.
pub(crate) fn seconds(value: &Zval) -> Result<Option<i64>, Failure> {
    match value.long() {
        Some(seconds) => Ok(Some(seconds)),
        None => unix_seconds(value),
    }
}
