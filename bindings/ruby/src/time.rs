//! Reads the times that Ruby passes.

use magnus::prelude::*;
use magnus::{Error, Integer, Ruby, TryConvert, Value};

use crate::text::{WholeNumber, wrong_type};

/// Unix seconds, from an `Integer` or a `Time`, whose fraction of a second is dropped.
#[derive(Clone, Copy)]
pub(crate) struct Time(pub(crate) i64);

impl TryConvert for Time {
    fn try_convert(value: Value) -> Result<Self, Error> {
        let seconds = if is_time(value)? { value.funcall("to_i", ())? } else { value };
        if Integer::from_value(seconds).is_none() {
            return Err(wrong_type("Integer (Unix seconds) or Time", value));
        }
        let WholeNumber(seconds) = WholeNumber::try_convert(seconds)?;
        Ok(Self(seconds))
    }
}

/// Tells whether `Time === value`, which is also true for `ActiveSupport::TimeWithZone`.
fn is_time(value: Value) -> Result<bool, Error> {
    let is_integer = Integer::from_value(value).is_some();
    Ok(!is_integer && Ruby::get_with(value).class_time().funcall("===", (value,))?)
}

/// Returns the given time, by default the current time.
pub(crate) fn or_now(time: Option<Time>) -> i64 {
    time.map_or_else(deskseal::unix_now, |Time(seconds)| seconds)
}
