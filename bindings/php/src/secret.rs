//! Secrets that come from PHP, alone, in lists, and from the environment.

use deskseal::{Error, Parameter, Secret};
use ext_php_rs::types::Zval;

use crate::engine::Argument;
use crate::error::Failure;
use crate::text::Text;
use crate::time::seconds;

const PAIRS: &str = "a list of pairs [secret, expiresAt]";

/// The text of a secret, or `None`, which core calls missing: `null`, and `false`, which is what
/// `getenv` returns for a variable that is not set.
#[derive(Clone, Copy)]
pub(crate) struct SecretText<'call>(Option<Text<'call>>);

impl<'call> SecretText<'call> {
    /// Takes a string, `null` or `false`.
    pub(crate) fn from_argument(argument: Argument<'call>) -> Result<Self, Failure> {
        let secret = argument.value().and_then(Self::from_value);
        secret.ok_or_else(|| argument.wrong_type("of type string|false|null"))
    }

    /// Returns the text of a value that was taken before, or none without a value.
    pub(crate) fn of_value(value: Option<&'call Zval>) -> Self {
        value.and_then(Self::from_value).unwrap_or(Self(None))
    }

    fn from_value(value: &'call Zval) -> Option<Self> {
        if value.is_null() || value.is_false() {
            return Some(Self(None));
        }
        value.zend_str().map(|text| Self(Some(Text::new(text.as_bytes()))))
    }

    /// Returns the text, unless it is ill-formed.
    pub(crate) fn text(self) -> Result<Option<&'call str>, Error> {
        self.0.map(|text| text.of(Parameter::Secret)).transpose()
    }
}

/// The texts of secrets of other purposes.
pub(crate) struct OtherSecrets<'call>(Vec<SecretText<'call>>);

impl<'call> OtherSecrets<'call> {
    /// Takes an array of secrets, or nothing.
    pub(crate) fn from_argument(argument: Argument<'call>) -> Result<Self, Failure> {
        let Some(value) = argument.value() else { return Ok(Self(Vec::new())) };
        let Some(secrets) = value.array() else { return Err(argument.wrong_type("of type array")) };
        let secrets = secrets.values().map(|secret| SecretText::from_value(secret.dereference()));
        secrets
            .collect::<Option<_>>()
            .map(Self)
            .ok_or_else(|| argument.wrong_value("an array of secrets: string, false or null"))
    }

    /// Returns the secrets. Ill-formed text comes before every other refusal (SPEC 1.1).
    pub(crate) fn secrets(&self) -> Result<Vec<Secret>, Error> {
        let texts = self.0.iter().map(|secret| secret.text()).collect::<Result<Vec<_>, _>>()?;
        texts.into_iter().map(Secret::new).collect()
    }
}

/// What a verifier accepts beside the current secret: values that hold a secret, and expiries.
pub(crate) struct PreviousSecrets(Vec<(Zval, i64)>);

impl PreviousSecrets {
    /// Takes an array of pairs, or nothing.
    ///
    /// A moment's class can be the caller's own, whose code could change an array while it is read:
    /// so everything is copied before the first moment is asked.
    pub(crate) fn from_argument(argument: Argument<'_>) -> Result<Self, Failure> {
        let Some(value) = argument.value() else { return Ok(Self(Vec::new())) };
        let Some(pairs) = value.array() else { return Err(argument.wrong_type("of type array")) };
        let pairs = pairs.values().map(|pair| copied_pair(pair.dereference()));
        let pairs: Vec<_> =
            pairs.collect::<Option<_>>().ok_or_else(|| argument.wrong_value(PAIRS))?;
        let pairs = pairs.into_iter().map(|(secret, expires_at)| {
            let expires_at = seconds(&expires_at)?.ok_or_else(|| argument.wrong_value(PAIRS))?;
            Ok((secret, expires_at))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the texts and expiries. Ill-formed text comes before every other refusal (SPEC 1.1).
    pub(crate) fn texts(&self) -> Result<Vec<(Option<&str>, i64)>, Error> {
        self.0
            .iter()
            .map(|(secret, expires_at)| {
                Ok((SecretText::of_value(Some(secret)).text()?, *expires_at))
            })
            .collect()
    }
}

/// Returns the secret and the expiry of a list of two, unless the former cannot be a secret.
fn copied_pair(pair: &Zval) -> Option<(Zval, Zval)> {
    let pair = pair.array().filter(|pair| pair.len() == 2)?;
    let (secret, expires_at) = (pair.get_index(0)?.dereference(), pair.get_index(1)?.dereference());
    SecretText::from_value(secret)?;
    Some((secret.shallow_clone(), expires_at.shallow_clone()))
}
