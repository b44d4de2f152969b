//! What becomes an exception, and how JavaScript learns of it.

use std::io;

use crate::callback::{Scope, Value};

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
    /// Reports an input error as the visitor's, since the value came from there (SPEC 7.1).
    pub(crate) fn attributed_to_visitor(self) -> Self {
        match self {
            Self::Refused(error) => Self::Refused(error.attributed_to_visitor()),
            other => other,
        }
    }

    /// Returns `[kind, code, message]` for a refusal, and an `Error` for everything else.
    pub(crate) fn to_exception<'call>(&self, scope: Scope<'call>) -> Result<Value<'call>, Self> {
        match self {
            Self::Refused(error) => scope.array(&[
                scope.string(error.kind().as_str())?,
                scope.string(error.code().as_str())?,
                scope.string(error.message())?,
            ]),
            Self::Random(error) => scope
                .error(&format!("The operating system's random source cannot be read: {error}")),
            Self::Panic => scope.error(
                "Deskseal has a defect: it panicked. The call has had no effect, and the next one \
                 works; please report it.",
            ),
            Self::Internal => {
                scope.error("The addon of Deskseal was not called by its package of this version.")
            }
        }
    }
}

impl From<deskseal::Error> for Failure {
    fn from(error: deskseal::Error) -> Self {
        Self::Refused(error)
    }
}
