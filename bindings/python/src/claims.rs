//! Converts what an identity token says about the customer.

use deskseal::{AttributeValue, Error, IdentityClaims, LinkClaims, Parameter};
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyMapping, PyString};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::text::{Integer, Text, is_integer, wrong_type};

/// The parameters of a token that are about the customer.
pub(crate) struct Claims<'py> {
    pub(crate) email: Option<Text<'py>>,
    pub(crate) email_verified: bool,
    pub(crate) user_id: Option<Text<'py>>,
    pub(crate) name: Option<Text<'py>>,
    pub(crate) attributes: Option<Attributes<'py>>,
    pub(crate) token_id: Option<Text<'py>>,
    pub(crate) expires_in: Integer,
}

impl Claims<'_> {
    /// Returns the claims of a token, unless one is ill-formed.
    pub(crate) fn of_token(&self) -> Result<IdentityClaims<'_>, Error> {
        Ok(IdentityClaims {
            email: optional(self.email.as_ref(), Parameter::Email)?,
            email_verified: self.email_verified,
            user_id: optional(self.user_id.as_ref(), Parameter::UserId)?,
            name: optional(self.name.as_ref(), Parameter::Claim)?,
            attributes: match &self.attributes {
                Some(Attributes(attributes)) => {
                    attributes.iter().map(Attribute::checked).collect::<Result<_, _>>()?
                }
                None => IdentityClaims::default().attributes,
            },
            token_id: optional(self.token_id.as_ref(), Parameter::Claim)?,
            expires_in: Some(self.expires_in.0),
        })
    }

    /// Returns the claims of a token in a link, unless one is ill-formed. It has no name and no
    /// attributes.
    pub(crate) fn of_link(&self) -> Result<LinkClaims<'_>, Error> {
        Ok(LinkClaims {
            email: optional(self.email.as_ref(), Parameter::Email)?,
            email_verified: self.email_verified,
            user_id: optional(self.user_id.as_ref(), Parameter::UserId)?,
            token_id: optional(self.token_id.as_ref(), Parameter::Claim)?,
            expires_in: Some(self.expires_in.0),
        })
    }
}

/// Returns the text of a parameter that may be `None`.
pub(crate) fn optional<'text>(
    text: Option<&'text Text<'_>>,
    parameter: Parameter,
) -> Result<Option<&'text str>, Error> {
    text.map(|text| text.of(parameter)).transpose()
}

/// A mapping of `str` to `str`, `int` or `bool`.
pub(crate) struct Attributes<'py>(Vec<Attribute<'py>>);

impl<'py> FromPyObject<'_, 'py> for Attributes<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Mapping"),
        Text::INPUT_TYPE,
        Value::INPUT_TYPE
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(attributes) = object.cast::<PyMapping>() else {
            return Err(wrong_type("a mapping of str to str, int or bool", object));
        };
        let attribute = |item: Bound<'py, PyAny>| {
            let (name, value) = item.extract()?;
            Ok(Attribute { name, value })
        };
        attributes.items()?.iter().map(attribute).collect::<PyResult<_>>().map(Self)
    }
}

struct Attribute<'py> {
    name: Text<'py>,
    value: Value<'py>,
}

impl Attribute<'_> {
    /// Returns name and value, unless one is ill-formed.
    fn checked(&self) -> Result<(String, AttributeValue), Error> {
        let name = self.name.of(Parameter::Claim)?.to_owned();
        let value = match &self.value {
            Value::Text(text) => text.of(Parameter::Claim)?.into(),
            Value::Integer(Integer(integer)) => (*integer).into(),
            Value::Flag(flag) => (*flag).into(),
        };
        Ok((name, value))
    }
}

/// The value of an attribute. `True` is an `int` in Python, but a flag here.
enum Value<'py> {
    Text(Text<'py>),
    Integer(Integer),
    Flag(bool),
}

impl<'py> FromPyObject<'_, 'py> for Value<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "str"),
        type_hint_identifier!("builtins", "int"),
        type_hint_identifier!("builtins", "bool")
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return object.extract().map(Self::Text);
        }
        if let Ok(flag) = object.cast::<PyBool>() {
            return Ok(Self::Flag(flag.is_true()));
        }
        if is_integer(object) {
            return object.extract().map(Self::Integer);
        }
        Err(wrong_type("str, int or bool", object))
    }
}
