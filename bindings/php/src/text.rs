//! Converts text from PHP.

use deskseal::{Error, Parameter};
use ext_php_rs::binary_slice::BinarySlice;

/// A PHP string: any bytes.
pub(crate) type Text<'call> = BinarySlice<'call, u8>;

/// Returns the text of an optional parameter.
pub(crate) fn optional<'call>(
    text: Option<&Text<'call>>,
    parameter: Parameter,
) -> Result<Option<&'call str>, Error> {
    text.map(|bytes| parameter.decode(bytes)).transpose()
}

/// Returns the texts of secrets. Ill-formed text comes before every other error (SPEC 1.1).
pub(crate) fn texts<'call>(
    secrets: &[Option<Text<'call>>],
) -> Result<Vec<Option<&'call str>>, Error> {
    secrets.iter().map(|secret| optional(secret.as_ref(), Parameter::Secret)).collect()
}

/// Returns the names of variables, each with its value.
pub(crate) fn variables<'call>(
    names: &[Text<'call>],
    values: &[Option<Text<'call>>],
) -> Result<Vec<(&'call str, Option<&'call str>)>, Error> {
    let names = names.iter().map(|name| Parameter::Secret.decode(name));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().zip(texts(values)?).collect())
}
