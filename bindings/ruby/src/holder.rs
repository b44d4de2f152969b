//! A cell for a signer or verifier: empty until `initialize`, and constant from then on.

use std::sync::OnceLock;

use magnus::{Error, Ruby};

/// The cell of an object. Ruby makes the object first, with an empty cell.
pub(crate) struct Holder<T>(OnceLock<T>);

impl<T> Default for Holder<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Holder<T> {
    /// Returns the signer or verifier, or a `TypeError` if a subclass's `initialize` did not call `super`.
    pub(crate) fn get(&self, ruby: &Ruby) -> Result<&T, Error> {
        self.0
            .get()
            .ok_or_else(|| type_error(ruby, "the object has no secret: call super in initialize"))
    }

    /// Sets the signer or verifier, once.
    pub(crate) fn set(&self, ruby: &Ruby, value: T) -> Result<(), Error> {
        self.0
            .set(value)
            .map_err(|_| type_error(ruby, "the object already has a secret: make a new object"))
    }
}

fn type_error(ruby: &Ruby, message: &'static str) -> Error {
    Error::new(ruby.exception_type_error(), message)
}
