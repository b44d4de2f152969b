//! Converts text and numbers from Python.

use std::borrow::Cow;

use deskseal::{Error, Parameter};
use pyo3::exceptions::PyTypeError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyInt, PyMapping, PyMemoryView, PyString};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

/// A `str`, which may contain lone surrogates.
pub(crate) struct Text<'py>(Bound<'py, PyString>);

impl Text<'_> {
    /// Returns the parameter's text.
    pub(crate) fn of(&self, parameter: Parameter) -> Result<&str, Error> {
        self.0.to_str().map_err(|_| parameter.ill_formed())
    }

    /// Returns the text with U+FFFD in place of lone surrogates: a request may have any bytes.
    pub(crate) fn received(&self) -> Cow<'_, str> {
        self.0.to_string_lossy()
    }
}

impl<'py> FromPyObject<'_, 'py> for Text<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => Ok(Self(text.to_owned())),
            Err(_) => Err(not_text(object)),
        }
    }
}

/// A mapping of `str` to `str`.
pub(crate) struct Headers<'py>(Vec<(Text<'py>, Text<'py>)>);

impl Headers<'_> {
    /// Returns names and values with U+FFFD in place of lone surrogates.
    pub(crate) fn received(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        self.0.iter().map(|(name, value)| (name.received(), value.received())).collect()
    }
}

impl<'py> FromPyObject<'_, 'py> for Headers<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Mapping"),
        Text::INPUT_TYPE,
        Text::INPUT_TYPE
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(headers) = object.cast::<PyMapping>() else {
            return Err(wrong_type("a mapping of str to str", object));
        };
        headers.items()?.iter().map(|header| header.extract()).collect::<PyResult<_>>().map(Self)
    }
}

/// An `int` that is not a `bool`. Beyond 64 bits it becomes `i64::MIN` or `i64::MAX`, which the
/// core rejects.
pub(crate) struct Integer(pub(crate) i64);

impl<'py> FromPyObject<'_, 'py> for Integer {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "int");

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if !is_integer(object) {
            return Err(wrong_type("int", object));
        }
        match object.extract::<i64>() {
            Ok(number) => Ok(Self(number)),
            Err(_) => Ok(Self(if object.lt(0)? { i64::MIN } else { i64::MAX })),
        }
    }
}

/// Tells whether the object is an `int` and not a `bool`: `True` is an `int` in Python, but a
/// mistake here.
pub(crate) fn is_integer(object: Borrowed<'_, '_, PyAny>) -> bool {
    object.is_instance_of::<PyInt>() && !object.is_instance_of::<PyBool>()
}

/// Returns the error for an object that is not of the expected type.
pub(crate) fn wrong_type(expected: &str, object: Borrowed<'_, '_, PyAny>) -> PyErr {
    match object.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("expected {expected}, not {name}")),
        Err(error) => error,
    }
}

fn not_text(object: Borrowed<'_, '_, PyAny>) -> PyErr {
    let is_bytes = object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyByteArray>()
        || object.is_instance_of::<PyMemoryView>();
    if is_bytes {
        return PyTypeError::new_err("expected str, not bytes; decode them first, with .decode()");
    }
    wrong_type("str", object)
}
