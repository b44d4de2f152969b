//! What holds secrets: nothing until `initialize`, and unchangeable from then on.

use std::sync::OnceLock;

use magnus::{Error, Ruby};

/// A signer or verifier. Ruby makes the object first, without one.
pub(crate) struct Holder<T>(OnceLock<T>);

impl<T> Default for Holder<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Holder<T> {
    /// Returns what it holds, or a `TypeError` in a subclass whose `initialize` does not call `super`.
    pub(crate) fn get(&self, ruby: &Ruby) -> Result<&T, Error> {
        self.0.get().ok_or_else(|| type_error(ruby, "it has no secret: call super in initialize"))
    }

    /// Takes what to hold, once.
    pub(crate) fn set(&self, ruby: &Ruby, value: T) -> Result<(), Error> {
        self.0.set(value).map_err(|_| type_error(ruby, "it has its secret already"))
    }
}

fn type_error(ruby: &Ruby, message: &'static str) -> Error {
    Error::new(ruby.exception_type_error(), message)
}
