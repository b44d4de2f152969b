//! Errors, in the form that the library reads.

use std::io;

use deskseal::{Error, ErrorKind};

/// Why a call has no result.
pub(crate) enum Failure {
    /// The core rejected something.
    Rejected(Error),
    /// The operating system's random source cannot be read.
    Random(io::Error),
    /// A panic, or a value that PHP cannot create: a bug in Deskseal.
    Internal,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Rejected(error)
    }
}

impl From<ext_php_rs::error::Error> for Failure {
    fn from(_: ext_php_rs::error::Error) -> Self {
        Self::Internal
    }
}

impl Failure {
    /// Returns the kind, from which the library chooses the exception's class.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Rejected(error) => match error.kind() {
                ErrorKind::Secret => "secret",
                ErrorKind::Input => "input",
                ErrorKind::Verification => "verification",
                _ => "other",
            },
            Self::Random(_) => "random",
            Self::Internal => "internal",
        }
    }

    /// Returns the stable code; empty if the failure has none.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Rejected(error) => error.code().as_str(),
            _ => "",
        }
    }

    /// Returns a sentence for the developer.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Rejected(error) => error.message().to_owned(),
            Self::Random(error) => {
                format!("The operating system's random source cannot be read: {error}")
            }
            Self::Internal => {
                "Internal error in deskseal; nothing was signed or verified. Please report this bug."
                    .to_owned()
            }
        }
    }
}
