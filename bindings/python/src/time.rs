//! Converts times from Python.

use pyo3::exceptions::PyTypeError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateTime, PyDelta, PyDeltaAccess, PyTzInfo};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_union};

use crate::text::{Integer, is_integer, wrong_type};

const SECONDS_A_DAY: i64 = 86_400;

/// Unix seconds, from an `int` or an aware `datetime`. The fraction of a second is dropped.
pub(crate) struct Time(pub(crate) i64);

impl<'py> FromPyObject<'_, 'py> for Time {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "int"),
        type_hint_identifier!("datetime", "datetime")
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if is_integer(object) {
            let Integer(seconds) = object.extract()?;
            return Ok(Self(seconds));
        }
        match object.cast::<PyDateTime>() {
            Ok(moment) => Ok(Self(unix_seconds(&moment)?)),
            Err(_) => Err(wrong_type("int (Unix seconds) or an aware datetime", object)),
        }
    }
}

/// Returns the given time, or the system clock's.
pub(crate) fn or_now(time: Option<Time>) -> i64 {
    time.map_or_else(deskseal::unix_now, |Time(seconds)| seconds)
}

/// Returns the moment's Unix second from an exact difference: `timestamp()` is a float, which
/// rounds.
fn unix_seconds(moment: &Bound<'_, PyDateTime>) -> PyResult<i64> {
    let py = moment.py();
    if moment.call_method0(intern!(py, "utcoffset"))?.is_none() {
        return Err(PyTypeError::new_err(
            "the datetime is naive, so its time zone is unknown; pass an aware one, for example \
             datetime.now(timezone.utc)",
        ));
    }
    let since = moment.sub(epoch(py)?)?;
    let since = since.cast::<PyDelta>()?;
    Ok(i64::from(since.get_days()) * SECONDS_A_DAY + i64::from(since.get_seconds()))
}

fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyDateTime>> {
    static EPOCH: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let utc = PyTzInfo::utc(py)?.to_owned();
        PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc)).map(Bound::unbind)
    })?;
    Ok(epoch.bind(py))
}
