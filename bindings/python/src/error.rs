//! Turns the core's errors, and panics, into Python exceptions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use deskseal::{Error, ErrorKind};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

// Classes of Python, since they have typed attributes and several bases there.
pyo3::import_exception!(deskseal._errors, DesksealError);
pyo3::import_exception!(deskseal._errors, SecretError);
pyo3::import_exception!(deskseal._errors, InputError);
pyo3::import_exception!(deskseal._errors, VerificationError);

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

fn exception(error: &Error) -> PyErr {
    let arguments = (error.message().to_owned(), error.code().as_str(), error.is_about_customer());
    match error.kind() {
        ErrorKind::Secret => SecretError::new_err(arguments),
        ErrorKind::Input => InputError::new_err(arguments),
        ErrorKind::Verification => VerificationError::new_err(arguments),
        _ => DesksealError::new_err(arguments),
    }
}
