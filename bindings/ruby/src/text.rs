//! Reads the texts and numbers that Ruby passes.

use deskseal::Parameter;
use magnus::encoding::{Coderange, EncodingCapable as _};
use magnus::prelude::*;
use magnus::r_hash::ForEach;
use magnus::value::{Qfalse, Qtrue};
use magnus::{Error, Integer, RHash, RString, Ruby, TryConvert, Value};

/// A `String`, in any encoding.
///
/// It stays on the stack, so the garbage collector does not free it.
#[derive(Clone, Copy)]
pub(crate) struct Text(RString);

impl Text {
    /// Returns the text, or nothing for an object that is no `String`.
    pub(crate) fn from_value(value: Value) -> Option<Self> {
        RString::from_value(value).map(Self)
    }

    /// Returns the parameter's text: UTF-8, or ASCII in any encoding. Other characters of another encoding are
    /// ill-formed: the other side cannot know what their bytes mean.
    #[expect(unsafe_code, reason = "the bytes are borrowed from Ruby")]
    pub(crate) fn of(&self, parameter: Parameter) -> Result<&str, deskseal::Error> {
        let Self(string) = self;
        let is_utf8 = string.enc_get() == Ruby::get_with(*string).utf8_encindex();
        if !is_utf8 && string.enc_coderange_scan() != Coderange::SevenBit {
            return Err(parameter.ill_formed());
        }
        // SAFETY: nothing changes or frees the string while the text is used. The string is on the stack, and
        // callers pass the text only to the core, which runs no Ruby code.
        parameter.decode(unsafe { string.as_slice() })
    }

    /// Returns the text of an HTTP message. Ill-formed bytes become U+FFFD.
    #[expect(unsafe_code, reason = "the bytes are borrowed from Ruby")]
    pub(crate) fn received(self) -> String {
        // SAFETY: the bytes are copied before Ruby code runs again.
        String::from_utf8_lossy(unsafe { self.0.as_slice() }).into_owned()
    }
}

impl TryConvert for Text {
    fn try_convert(value: Value) -> Result<Self, Error> {
        Self::from_value(value).ok_or_else(|| wrong_type("String", value))
    }
}

/// A `Hash` of `String` to `String`, with the headers of an HTTP message.
pub(crate) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Returns names and values.
    pub(crate) fn received(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

impl TryConvert for Headers {
    fn try_convert(value: Value) -> Result<Self, Error> {
        let hash = RHash::from_value(value).ok_or_else(|| wrong_type("a Hash of String", value))?;
        let mut headers = Vec::with_capacity(hash.len());
        hash.foreach(|name: Text, value: Text| {
            headers.push((name.received(), value.received()));
            Ok(ForEach::Continue)
        })?;
        Ok(Self(headers))
    }
}

/// An `Integer`. If it needs more than 64 bits, it becomes the nearest number, which the core rejects.
#[derive(Clone, Copy)]
pub(crate) struct WholeNumber(pub(crate) i64);

impl TryConvert for WholeNumber {
    fn try_convert(value: Value) -> Result<Self, Error> {
        let number = Integer::from_value(value).ok_or_else(|| wrong_type("Integer", value))?;
        if let Ok(number) = number.to_i64() {
            return Ok(Self(number));
        }
        let is_negative = number.funcall("negative?", ())?;
        Ok(Self(if is_negative { i64::MIN } else { i64::MAX }))
    }
}

/// `true` or `false`. Other values that Ruby treats as true or false are rejected.
#[derive(Clone, Copy)]
pub(crate) struct Flag(pub(crate) bool);

impl TryConvert for Flag {
    fn try_convert(value: Value) -> Result<Self, Error> {
        match (Qtrue::from_value(value), Qfalse::from_value(value)) {
            (Some(_), _) => Ok(Self(true)),
            (_, Some(_)) => Ok(Self(false)),
            (None, None) => Err(wrong_type("true or false", value)),
        }
    }
}

/// Returns the error for an object that is not of the expected type.
#[expect(unsafe_code, reason = "the class name is borrowed from Ruby")]
pub(crate) fn wrong_type(expected: &str, value: Value) -> Error {
    // SAFETY: the name is copied before Ruby code runs again.
    let class = unsafe { value.classname() }.into_owned();
    let ruby = Ruby::get_with(value);
    Error::new(ruby.exception_type_error(), format!("expected {expected}, not {class}"))
}
