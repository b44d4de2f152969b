//! Secrets, as JavaScript passes them.

use deskseal::{Error, Secret};
use napi::bindgen_prelude::{Array, Unknown};
use zeroize::Zeroizing;

use crate::callback::Call;
use crate::error::Failure;

/// The text of a secret, `None` where there is none, before it is checked: all texts of a call are
/// read first (SPEC 7.3).
pub(crate) struct SecretText(Option<Zeroizing<String>>);

impl SecretText {
    /// Takes a string or `undefined`.
    pub(crate) fn read(call: &Call<'_>, index: usize) -> Result<Self, Failure> {
        call.optional::<Unknown<'_>>(index)?.map_or(Ok(None), |value| call.secret(value)).map(Self)
    }

    /// Takes an array of strings and `undefined`s.
    pub(crate) fn read_all(call: &Call<'_>, index: usize) -> Result<Vec<Self>, Failure> {
        let values: Array<'_> = call.value(index)?;
        (0..values.len())
            .map(|index| {
                let value = values.get::<Unknown<'_>>(index)?;
                value.map_or(Ok(None), |value| call.secret(value)).map(Self)
            })
            .collect()
    }

    pub(crate) fn check(&self) -> Result<Secret, Error> {
        Secret::new(self.as_str())
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(|text| text.as_str())
    }
}

/// A signer's or verifier's own secret, before it is checked.
pub(crate) struct CurrentSecretText {
    name: SecretText,
    value: SecretText,
}

impl CurrentSecretText {
    /// Takes the first two arguments: the secret or `undefined`, and its variable's name or
    /// `undefined`.
    pub(crate) fn read(call: &Call<'_>) -> Result<Self, Failure> {
        let name = SecretText::read(call, 1)?;
        Ok(Self { name, value: SecretText::read(call, 0)? })
    }

    pub(crate) fn check(&self) -> Result<Secret, Error> {
        match self.name.as_str() {
            Some(name) => Secret::from_named(name, self.value.as_str()),
            None => self.value.check(),
        }
    }
}
