//! Reads the secrets that Ruby passes, single and in arrays.

use deskseal::{Parameter, Secret};
use magnus::{Error, RArray, TryConvert, Value};
use zeroize::Zeroizing;

use crate::text::{Text, wrong_type};
use crate::time::Time;

/// The text of a secret; `None` for `nil`, which the core reports as missing; or the error for ill-formed text.
/// That error is reported later, since wrong types are reported first.
///
/// The text is a copy, since Ruby code may run after the items of an array are read.
pub(crate) struct SecretText(Result<Option<Zeroizing<String>>, deskseal::Error>);

impl SecretText {
    /// Returns the text, or the error for ill-formed text.
    pub(crate) fn text(&self) -> Result<Option<&str>, deskseal::Error> {
        match &self.0 {
            Ok(text) => Ok(text.as_ref().map(|text| text.as_str())),
            Err(error) => Err(error.clone()),
        }
    }
}

impl TryConvert for SecretText {
    fn try_convert(value: Value) -> Result<Self, Error> {
        let text = Option::<Text>::try_convert(value)?;
        let copy = |text: Text| Ok(Zeroizing::new(text.of(Parameter::Secret)?.to_owned()));
        Ok(Self(text.map(copy).transpose()))
    }
}

/// The texts of the argument `other_secrets`.
pub(crate) struct OtherSecrets(Vec<SecretText>);

impl OtherSecrets {
    /// Returns the secrets. Ill-formed text is reported before all other errors (SPEC 1.1).
    pub(crate) fn secrets(&self) -> Result<Vec<Secret>, deskseal::Error> {
        let texts = self.0.iter().map(SecretText::text).collect::<Result<Vec<_>, _>>()?;
        texts.into_iter().map(Secret::new).collect()
    }
}

impl TryConvert for OtherSecrets {
    fn try_convert(value: Value) -> Result<Self, Error> {
        items(value, "an Array of String").map(Self)
    }
}

/// A replaced secret, and when it expires.
struct Previous {
    secret: SecretText,
    expires_at: Time,
}

impl TryConvert for Previous {
    fn try_convert(value: Value) -> Result<Self, Error> {
        match RArray::from_value(value) {
            Some(pair) if pair.len() == 2 => {
                Ok(Self { secret: pair.entry(0)?, expires_at: pair.entry(1)? })
            }
            _ => Err(wrong_type("an Array [secret, expires_at]", value)),
        }
    }
}

/// The replaced secrets that a verifier still accepts.
pub(crate) struct PreviousSecrets(Vec<Previous>);

impl PreviousSecrets {
    /// Returns the texts and expiries. Ill-formed text is reported before all other errors (SPEC 1.1).
    pub(crate) fn texts(&self) -> Result<Vec<(Option<&str>, i64)>, deskseal::Error> {
        self.0
            .iter()
            .map(|Previous { secret, expires_at }| Ok((secret.text()?, expires_at.0)))
            .collect()
    }
}

impl TryConvert for PreviousSecrets {
    fn try_convert(value: Value) -> Result<Self, Error> {
        items(value, "an Array of [secret, expires_at]").map(Self)
    }
}

/// Returns the items of an array. Its length is read again for each item, since converting a time can run Ruby
/// code that removes some.
fn items<T: TryConvert>(value: Value, expected: &str) -> Result<Vec<T>, Error> {
    let array = RArray::from_value(value).ok_or_else(|| wrong_type(expected, value))?;
    let mut items = Vec::with_capacity(array.len());
    while items.len() < array.len() {
        let index = isize::try_from(items.len()).unwrap_or(isize::MAX);
        items.push(array.entry(index)?);
    }
    Ok(items)
}

/// Environment variables for the same secret, as arrays of name and value.
pub(crate) struct Variables(Vec<(SecretText, SecretText)>);

impl Variables {
    /// Returns names and values, or the error for ill-formed text.
    fn texts(&self) -> Result<Vec<(&str, Option<&str>)>, deskseal::Error> {
        self.0
            .iter()
            .map(|(name, value)| Ok((name.text()?.unwrap_or_default(), value.text()?)))
            .collect()
    }
}

impl TryConvert for Variables {
    fn try_convert(value: Value) -> Result<Self, Error> {
        items(value, "an Array of [name, value]").map(Self)
    }
}

/// Where a secret comes from: environment variables, or the caller.
pub(crate) struct Source<'text> {
    variables: Option<Vec<(&'text str, Option<&'text str>)>>,
    text: Option<&'text str>,
}

impl<'text> Source<'text> {
    /// Takes the texts, or returns the error for ill-formed text.
    pub(crate) fn new(
        variables: Option<&'text Variables>,
        text: &'text SecretText,
    ) -> Result<Self, deskseal::Error> {
        Ok(Self { variables: variables.map(Variables::texts).transpose()?, text: text.text()? })
    }

    /// Returns the secret.
    pub(crate) fn secret(self) -> Result<Secret, deskseal::Error> {
        match self.variables {
            Some(variables) => Secret::from_first_named(&variables),
            None => Secret::new(self.text),
        }
    }
}
