//! Text and numbers that come from PHP.

use deskseal::{Error, Parameter};

use crate::engine::Argument;
use crate::error::Failure;

/// A PHP string: bytes, which may be anything.
#[derive(Clone, Copy)]
pub(crate) struct Text<'call>(&'call [u8]);

impl<'call> Text<'call> {
    /// Takes a string. PHP's other scalars are not turned into one, whatever `strict_types` says.
    pub(crate) fn from_argument(argument: Argument<'call>) -> Result<Self, Failure> {
        let bytes = argument.value().and_then(|value| value.zend_str());
        bytes.map(|text| Self(text.as_bytes())).ok_or_else(|| argument.wrong_type("of type string"))
    }

    /// Takes a string, or `null`, or nothing.
    pub(crate) fn from_optional(argument: Argument<'call>) -> Result<Option<Self>, Failure> {
        if argument.is_null() {
            return Ok(None);
        }
        let bytes = argument.value().and_then(|value| value.zend_str());
        bytes
            .map(|text| Some(Self(text.as_bytes())))
            .ok_or_else(|| argument.wrong_type("of type ?string"))
    }

    pub(crate) const fn new(bytes: &'call [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the parameter's text.
    pub(crate) fn of(self, parameter: Parameter) -> Result<&'call str, Error> {
        parameter.decode(self.0)
    }

    /// Returns the text of a parameter that came from the visitor.
    pub(crate) fn of_visitor(self, parameter: Parameter) -> Result<&'call str, Error> {
        self.of(parameter).map_err(Error::attributed_to_visitor)
    }
}

/// Takes an integer, or nothing.
pub(crate) fn integer(argument: Argument<'_>) -> Result<Option<i64>, Failure> {
    let Some(value) = argument.value() else { return Ok(None) };
    value.long().map(Some).ok_or_else(|| argument.wrong_type("of type int"))
}

/// Takes `true` or `false`; nothing is `false`. PHP's other scalars are not turned into one.
pub(crate) fn flag(argument: Argument<'_>) -> Result<bool, Failure> {
    let Some(value) = argument.value() else { return Ok(false) };
    value.bool().ok_or_else(|| argument.wrong_type("of type bool"))
}
