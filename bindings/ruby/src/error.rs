//! Turns errors and panics into exceptions of Ruby.

use std::panic::{AssertUnwindSafe, catch_unwind};

use deskseal::ErrorKind;
use magnus::prelude::*;
use magnus::{Error, ExceptionClass, RModule, Ruby, kwargs};

use crate::result::string;

/// Why a call has no result.
pub(crate) enum Failure {
    /// The core returned an error.
    Rejected(deskseal::Error),
    /// The call has an exception of Ruby already.
    Raised(Error),
}

impl From<deskseal::Error> for Failure {
    fn from(error: deskseal::Error) -> Self {
        Self::Rejected(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Raised(error)
    }
}

/// Returns the call's answer, or its failure as an exception. `rescue => error` catches the exception of a panic.
/// The one that magnus would raise is `fatal`, which cannot be rescued and would end a server.
pub(crate) fn answer<T>(
    ruby: &Ruby,
    call: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Failure::Rejected(error))) => Err(exception(ruby, &error)),
        Ok(Err(Failure::Raised(error))) => Err(error),
        Err(_) => Err(Error::new(
            ruby.exception_runtime_error(),
            "Internal error in deskseal; nothing was signed or verified. Please report this bug.",
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

/// Makes the exception with `new`, as Ruby code would, so that the class's own constructor runs.
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
