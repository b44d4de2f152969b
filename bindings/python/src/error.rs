//! Turns the core's errors, and panics, into Python exceptions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use deskseal::{Error, ErrorKind};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;

/// Returns the core's result, or the Python exception for its error.
pub(crate) fn answer<T>(call: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    guarded(|| call().map_err(|error| exception(&error)))
}

/// Returns the call's result. A panic becomes a `RuntimeError`, which `except Exception` catches:
/// `PyO3`'s own exception for a panic is a `BaseException`, which would end a server's worker.
pub(crate) fn guarded<T>(call: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(PyRuntimeError::new_err(
            "Internal error in deskseal; nothing was signed or verified. Please report this bug.",
        ))
    })
}

/// The return type of a method that always raises.
pub(crate) enum Never {}

impl<'py> IntoPyObject<'py> for Never {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr =
        pyo3::type_hint_identifier!("typing", "NoReturn");

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Self::Output> {
        match self {}
    }
}

/// Returns the exception for an error.
///
/// Its class is one of Python, since it has typed attributes and several bases there. The class is looked up each
/// time: a process with several interpreters, as under `mod_wsgi`, has one class for each, and `except` finds only that
/// of its own interpreter.
fn exception(error: &Error) -> PyErr {
    let class = match error.kind() {
        ErrorKind::Secret => "SecretError",
        ErrorKind::Input => "InputError",
        ErrorKind::Verification => "VerificationError",
        _ => "DesksealError",
    };
    let arguments = (error.message().to_owned(), error.code().as_str(), error.is_about_customer());
    Python::attach(|py| {
        let class =
            py.import(intern!(py, "deskseal._errors")).and_then(|module| module.getattr(class));
        class.map_or_else(PyErr::from, |class| match class.cast_into::<PyType>() {
            Ok(class) => PyErr::from_type(class, arguments),
            Err(error) => error.into(),
        })
    })
}
