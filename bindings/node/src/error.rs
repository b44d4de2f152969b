//! Failures of a call, and the exceptions that they become in JavaScript.

use deskseal_bridge::Failure;
use napi::Env;
use napi::bindgen_prelude::Array;

/// Throws `[kind, code, message, isAboutCustomer]` for an error of the core, and otherwise an `Error`.
pub(crate) fn throw(failure: &Failure, env: Env) -> napi::Result<()> {
    let Failure::Rejected(error) = failure else {
        return env.throw_error(&failure.to_string(), None);
    };
    let mut parts = Array::from_ref_vec(
        &env,
        &[error.kind().as_str(), error.code().as_str(), error.message()],
    )?;
    parts.insert(error.is_about_customer())?;
    env.throw(parts)
}

/// Returns the failure for a call of Node-API that failed. With the arguments that the package passes, this does not
/// happen.
pub(crate) fn misuse(_: napi::Error) -> Failure {
    Failure::Misuse
}
