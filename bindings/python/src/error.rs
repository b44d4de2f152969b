//! The one way out for errors, and for panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use deskseal::{Error, ErrorKind};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

// Classes of Python, since they have typed attributes and several bases there.
pyo3::import_exception!(deskseal._errors, DesksealError);
pyo3::import_exception!(deskseal._errors, SecretError);
pyo3::import_exception!(deskseal._errors, InputError);
pyo3::import_exception!(deskseal._errors, VerificationError);

/// Returns the core's answer, its error as the exception of its kind.
pub(crate) fn answer<T>(call: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    guarded(|| call().map_err(|error| exception(&error)))
}

/// Returns the call's answer, or an exception that `except Exception` catches if it panics; `PyO3`'s
/// own is a `BaseException`, which would end a server's worker.
pub(crate) fn guarded<T>(call: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(PyRuntimeError::new_err(
            "deskseal failed inside, and neither signed nor verified anything; please report this.",
        ))
    })
}

/// Nothing: what a call that only raises returns.
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
