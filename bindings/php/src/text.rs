//! Text that comes from PHP.

use deskseal::{Error, Parameter};
use ext_php_rs::binary_slice::BinarySlice;

/// A PHP string: bytes, which may be anything.
pub(crate) type Text<'call> = BinarySlice<'call, u8>;

/// Returns the text, or none, of a parameter that may be left out.
pub(crate) fn optional<'call>(
    text: Option<&Text<'call>>,
    parameter: Parameter,
) -> Result<Option<&'call str>, Error> {
    text.map(|bytes| parameter.decode(bytes)).transpose()
}
