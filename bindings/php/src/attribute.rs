//! Converts the attributes of a customer.

use std::collections::BTreeMap;

use deskseal::{AttributeValue, Error, Parameter};
use ext_php_rs::convert::FromZval;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;

use crate::text::Text;

/// The value of an attribute.
pub(crate) enum Attribute<'call> {
    Text(Text<'call>),
    Integer(i64),
    Flag(bool),
}

impl<'call> FromZval<'call> for Attribute<'call> {
    const TYPE: DataType = DataType::Mixed;

    fn from_zval(value: &'call Zval) -> Option<Self> {
        let integer = || value.long().map(Self::Integer);
        let flag = || value.bool().map(Self::Flag);
        Text::from_zval(value).map(Self::Text).or_else(integer).or_else(flag)
    }
}

/// Returns the attributes by name.
pub(crate) fn attributes(
    names: &[Text<'_>],
    values: &[Attribute<'_>],
) -> Result<BTreeMap<String, AttributeValue>, Error> {
    let attribute = |(name, value): (&Text<'_>, &Attribute<'_>)| {
        let name = Parameter::Claim.decode(name)?.to_owned();
        let value = match value {
            Attribute::Text(text) => Parameter::Claim.decode(text)?.into(),
            Attribute::Integer(integer) => (*integer).into(),
            Attribute::Flag(flag) => (*flag).into(),
        };
        Ok((name, value))
    };
    names.iter().zip(values).map(attribute).collect()
}
