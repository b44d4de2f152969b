//! The secrets that a host passes.

use deskseal::{Error, Secret};
use zeroize::Zeroizing;

use crate::{Arguments, Failure};

/// The texts of secrets, before they are checked: all texts of a call are read first (SPEC 7.3).
pub(crate) type SecretTexts = Vec<Option<Zeroizing<String>>>;

/// A signer's or verifier's own secret, before it is checked.
pub(crate) struct CurrentSecret {
    names: SecretTexts,
    values: SecretTexts,
}

impl CurrentSecret {
    /// Takes the first two arguments: the names of the secret's variables (none if the secret itself was passed),
    /// and the values.
    pub(crate) fn read(arguments: &impl Arguments) -> Result<Self, Failure> {
        Ok(Self { names: arguments.secrets(0)?, values: arguments.secrets(1)? })
    }

    pub(crate) fn check(&self) -> Result<Secret, Error> {
        let mut values = texts(&self.values);
        if self.names.is_empty() {
            return Secret::new(values.next().flatten());
        }
        let names = texts(&self.names).map(Option::unwrap_or_default);
        Secret::from_first_named(&names.zip(values).collect::<Vec<_>>())
    }
}

/// Returns each secret's text, or `None`.
pub(crate) fn texts(secrets: &SecretTexts) -> impl Iterator<Item = Option<&str>> {
    secrets.iter().map(|secret| secret.as_deref().map(String::as_str))
}

/// Takes a list of secrets, and checks each.
pub(crate) fn checked(arguments: &impl Arguments, index: usize) -> Result<Vec<Secret>, Failure> {
    let secrets = arguments.secrets(index)?;
    Ok(texts(&secrets).map(Secret::new).collect::<Result<_, Error>>()?)
}
