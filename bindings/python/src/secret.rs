//! Converts secrets from Python: single ones, lists, and environment variables.

use deskseal::{Error, Parameter, Secret};
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString, PyTuple};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::error::answer;
use crate::text::{Text, wrong_type};
use crate::time::Time;

/// The text of a secret, or `None`, which the core rejects with `secret_missing`.
pub(crate) struct SecretText<'py>(Option<Text<'py>>);

impl SecretText<'_> {
    /// Returns the text, unless it is ill-formed.
    pub(crate) fn text(&self) -> Result<Option<&str>, Error> {
        self.0.as_ref().map(|text| text.of(Parameter::Secret)).transpose()
    }
}

impl<'py> FromPyObject<'_, 'py> for SecretText<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = Option::<Text<'py>>::INPUT_TYPE;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        object.extract().map(Self)
    }
}

/// The name of a secret's variable, or several names for the same secret.
pub(crate) struct Names<'py>(Vec<Text<'py>>);

impl<'py> Names<'py> {
    /// Reads the variables from `os.environ`, where bytes that are not UTF-8 are lone surrogates.
    pub(crate) fn variables(self, py: Python<'py>) -> PyResult<Variables<'py>> {
        let environment = py.import(intern!(py, "os"))?.getattr(intern!(py, "environ"))?;
        let read = |name: Text<'py>| {
            let text = answer(|| name.of(Parameter::Secret))?;
            let value = environment.call_method1(intern!(py, "get"), (text,))?.extract()?;
            Ok((name, value))
        };
        self.0.into_iter().map(read).collect::<PyResult<_>>().map(Variables)
    }
}

impl<'py> FromPyObject<'_, 'py> for Names<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        Text::INPUT_TYPE,
        type_hint_subscript!(
            type_hint_identifier!("collections.abc", "Iterable"),
            Text::INPUT_TYPE
        )
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(_) => Ok(Self(vec![object.extract()?])),
            Err(_) => items(object, "str or an iterable of str").map(Self),
        }
    }
}

/// Environment variables: their names, and their values if they are set.
pub(crate) struct Variables<'py>(Vec<(Text<'py>, SecretText<'py>)>);

impl Variables<'_> {
    /// Returns names and values, unless one is ill-formed.
    pub(crate) fn texts(&self) -> Result<Vec<(&str, Option<&str>)>, Error> {
        self.0
            .iter()
            .map(|(name, value)| Ok((name.of(Parameter::Secret)?, value.text()?)))
            .collect()
    }
}

/// The texts of secrets with other purposes.
pub(crate) struct OtherSecrets<'py>(Vec<SecretText<'py>>);

impl OtherSecrets<'_> {
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Returns the secrets. Ill-formed text comes before every other error (SPEC 1.1).
    pub(crate) fn secrets(&self) -> Result<Vec<Secret>, Error> {
        let texts = self.0.iter().map(SecretText::text).collect::<Result<Vec<_>, _>>()?;
        texts.into_iter().map(Secret::new).collect()
    }
}

impl<'py> FromPyObject<'_, 'py> for OtherSecrets<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Iterable"),
        SecretText::INPUT_TYPE
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        items(object, "an iterable of str").map(Self)
    }
}

/// A secret that was replaced, and when it expires.
struct Previous<'py> {
    secret: SecretText<'py>,
    expires_at: Time,
}

impl<'py> FromPyObject<'_, 'py> for Previous<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyTuple>() {
            Ok(pair) if pair.len() == 2 => {
                let (secret, expires_at) = pair.extract()?;
                Ok(Self { secret, expires_at })
            }
            _ => Err(wrong_type("a tuple (secret, expires_at)", object)),
        }
    }
}

/// The secrets that a verifier accepts besides the current one.
pub(crate) struct PreviousSecrets<'py>(Vec<Previous<'py>>);

impl PreviousSecrets<'_> {
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Returns the texts and expiries. Ill-formed text comes before every other error (SPEC 1.1).
    pub(crate) fn texts(&self) -> Result<Vec<(Option<&str>, i64)>, Error> {
        self.0
            .iter()
            .map(|Previous { secret, expires_at }| Ok((secret.text()?, expires_at.0)))
            .collect()
    }
}

impl<'py> FromPyObject<'_, 'py> for PreviousSecrets<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Iterable"),
        type_hint_subscript!(
            type_hint_identifier!("builtins", "tuple"),
            SecretText::INPUT_TYPE,
            Time::INPUT_TYPE
        )
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        items(object, "an iterable of tuples (secret, expires_at)").map(Self)
    }
}

/// Returns the items of an iterable. Text is rejected: its items would be characters.
fn items<'py, T: FromPyObjectOwned<'py, Error = PyErr>>(
    object: Borrowed<'_, 'py, PyAny>,
    expected: &str,
) -> PyResult<Vec<T>> {
    let is_text = object.is_instance_of::<PyString>()
        || object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyByteArray>();
    if is_text {
        return Err(wrong_type(expected, object));
    }
    object.try_iter()?.map(|item| item?.extract()).collect()
}
