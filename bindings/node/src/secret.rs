//! Reads the secrets that JavaScript passes.

use deskseal::{Error, Secret};
use napi::bindgen_prelude::{Array, Unknown};
use zeroize::Zeroizing;

use crate::callback::Call;
use crate::error::Failure;

/// The text of a secret, or `None`, before it is checked: all texts of a call are read first (SPEC 7.3).
pub(crate) struct SecretText(Option<Zeroizing<String>>);

impl SecretText {
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
    names: Vec<SecretText>,
    values: Vec<SecretText>,
}

impl CurrentSecretText {
    /// Takes the first two arguments: the names of the secret's variables (none if the secret was passed as
    /// text), and the values, which are strings or `undefined`.
    pub(crate) fn read(call: &Call<'_>) -> Result<Self, Failure> {
        let names = SecretText::read_all(call, 0)?;
        Ok(Self { names, values: SecretText::read_all(call, 1)? })
    }

    pub(crate) fn check(&self) -> Result<Secret, Error> {
        let mut values = self.values.iter().map(SecretText::as_str);
        if self.names.is_empty() {
            return Secret::new(values.next().flatten());
        }
        let names = self.names.iter().map(|name| name.as_str().unwrap_or_default());
        Secret::from_first_named(&names.zip(values).collect::<Vec<_>>())
    }
}
