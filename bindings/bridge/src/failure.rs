//! Why a call has no answer.

use std::fmt;

/// Why a call has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The core returned an error, for which the language makes an error of its kind.
    Rejected(deskseal::Error),
    /// The operating system's random source cannot be read.
    #[cfg(feature = "random")]
    Random(getrandom::Error),
    /// The host passed arguments or a handle that its package does not pass.
    Misuse,
    /// The call panicked, which is a bug in Deskseal. A host that catches panics reports them with this sentence.
    Panic,
}

impl From<deskseal::Error> for Failure {
    fn from(error: deskseal::Error) -> Self {
        Self::Rejected(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => formatter.write_str(error.message()),
            #[cfg(feature = "random")]
            Self::Random(error) => {
                write!(formatter, "Cannot read the operating system's random source: {error}")
            }
            Self::Misuse => formatter.write_str(
                "Deskseal's native part got arguments that its package does not pass. Install deskseal again, so \
                 that both have the same version.",
            ),
            Self::Panic => formatter.write_str(
                "Internal error in deskseal; nothing was signed or verified. Please report this bug.",
            ),
        }
    }
}
