//! What becomes an exception, and how JavaScript learns of it.

use std::io;

use napi::Env;
use napi::bindgen_prelude::Array;

/// Why a function gives no result.
pub(crate) enum Failure {
    /// The core refused; JavaScript makes the error of its kind.
    Refused(deskseal::Error),
    /// The operating system's random source cannot be read.
    Random(io::Error),
    /// A panic: a defect of Deskseal.
    Panic,
    /// Node-API refused, which it does not do for the values that the package passes.
    Internal,
}

impl Failure {
    /// Throws `[kind, code, message, isAboutCustomer]` for a refusal, and an `Error` for everything else.
    pub(crate) fn throw(&self, env: Env) -> napi::Result<()> {
        match self {
            Self::Refused(error) => {
                let mut parts = Array::from_ref_vec(
                    &env,
                    &[error.kind().as_str(), error.code().as_str(), error.message()],
                )?;
                parts.insert(error.is_about_customer())?;
                env.throw(parts)
            }
            Self::Random(error) => {
                let message =
                    format!("The operating system's random source cannot be read: {error}");
                env.throw_error(&message, None)
            }
            Self::Panic => env.throw_error(
                "Deskseal has a defect: it panicked. The call has had no effect, and the next one \
                 works; please report it.",
                None,
            ),
            Self::Internal => env.throw_error(
                "The addon of Deskseal was not called by its package of this version.",
                None,
            ),
        }
    }
}

impl From<deskseal::Error> for Failure {
    fn from(error: deskseal::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<napi::Error> for Failure {
    fn from(_: napi::Error) -> Self {
        Self::Internal
    }
}
