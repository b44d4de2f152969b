//! Failures of a call, and the exceptions that they become in JavaScript.

use std::io;

use napi::Env;
use napi::bindgen_prelude::Array;

/// Why a call has no result.
pub(crate) enum Failure {
    /// The core returned an error. JavaScript makes the error of that kind.
    Rejected(deskseal::Error),
    /// The operating system's random source cannot be read.
    Random(io::Error),
    /// A panic, which is a bug in Deskseal.
    Panic,
    /// A call of Node-API failed. With the arguments that the package passes, this does not happen.
    Internal,
}

impl Failure {
    /// Throws `[kind, code, message, isAboutCustomer]` for an error of the core, and otherwise an `Error`.
    pub(crate) fn throw(&self, env: Env) -> napi::Result<()> {
        match self {
            Self::Rejected(error) => {
                let mut parts = Array::from_ref_vec(
                    &env,
                    &[error.kind().as_str(), error.code().as_str(), error.message()],
                )?;
                parts.insert(error.is_about_customer())?;
                env.throw(parts)
            }
            Self::Random(error) => {
                let message =
                    format!("Cannot read the operating system's random source: {error}");
                env.throw_error(&message, None)
            }
            Self::Panic => env.throw_error(
                "Internal error in deskseal; nothing was signed or verified. Please report this bug.",
                None,
            ),
            Self::Internal => env.throw_error(
                "The addon of deskseal got arguments that its package does not pass. Install deskseal again, so \
                 that package and addon have the same version.",
                None,
            ),
        }
    }
}

impl From<deskseal::Error> for Failure {
    fn from(error: deskseal::Error) -> Self {
        Self::Rejected(error)
    }
}

impl From<napi::Error> for Failure {
    fn from(_: napi::Error) -> Self {
        Self::Internal
    }
}
