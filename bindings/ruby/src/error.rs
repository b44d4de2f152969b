//! The one way out for errors, and for panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use deskseal::ErrorKind;
use magnus::prelude::*;
use magnus::{Error, ExceptionClass, RModule, Ruby, kwargs};

use crate::result::string;

/// Why a call has no result.
pub(crate) enum Failure {
    /// The core refused.
    Refused(deskseal::Error),
    /// Ruby has an exception for it already.
    Raised(Error),
}

impl From<deskseal::Error> for Failure {
    fn from(error: deskseal::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Raised(error)
    }
}

/// Returns the call's answer, or its failure as an exception. A panic is one that `rescue => error`
/// catches; magnus' own is `fatal`, which nothing catches and which would end a server.
pub(crate) fn answer<T>(
    ruby: &Ruby,
    call: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Failure::Refused(error))) => Err(exception(ruby, &error)),
        Ok(Err(Failure::Raised(error))) => Err(error),
        Err(_) => Err(Error::new(
            ruby.exception_runtime_error(),
            "deskseal failed inside, and neither signed nor verified anything; please report this.",
        )),
    }
}

fn exception(ruby: &Ruby, error: &deskseal::Error) -> Error {
    let class = match error.kind() {
        ErrorKind::Secret => "SecretError",
        ErrorKind::Input => "InputError",
        ErrorKind::Verification => "VerificationError",
        _ => "Error",
    };
    new_exception(ruby, class, error).unwrap_or_else(|raised| raised)
}

/// Makes it as Ruby code would, so that its class may have a constructor of its own.
fn new_exception(ruby: &Ruby, class: &str, error: &deskseal::Error) -> Result<Error, Error> {
    let deskseal: RModule = ruby.class_object().const_get("Deskseal")?;
    let class: ExceptionClass = deskseal.const_get(class)?;
    let fields = kwargs!(
        ruby,
        "code" => string(ruby, error.code().as_str()),
        "is_about_customer" => error.is_about_customer()
    );
    Ok(class.new_instance((error.message(), fields))?.into())
}
