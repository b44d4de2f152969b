//! Reads what an identity token is to say about the customer.

use std::collections::BTreeMap;
use std::mem;

use deskseal::{AttributeValue, IdentityClaims, LinkClaims, Parameter};
use magnus::prelude::*;
use magnus::r_hash::ForEach;
use magnus::{Error, Integer, RHash, Ruby, Symbol, TryConvert, Value};

use crate::text::{Flag, Text, WholeNumber, wrong_type};

/// The keywords about the customer, as an array in their order. A link's token has neither name nor attributes.
pub(crate) struct Claims {
    email: Option<Text>,
    email_verified: bool,
    user_id: Option<Text>,
    name: Option<Text>,
    attributes: Attributes,
    token_id: Option<Text>,
    expires_in: i64,
}

impl Claims {
    /// Returns what a token says. Ill-formed text is reported in the order of the keywords.
    pub(crate) fn of_token(&mut self) -> Result<IdentityClaims<'_>, deskseal::Error> {
        // Moved, since a copy would take longer than the rest.
        let attributes = mem::replace(&mut self.attributes.0, Ok(BTreeMap::new()));
        Ok(IdentityClaims {
            email: of(self.email.as_ref(), Parameter::Email)?,
            email_verified: self.email_verified,
            user_id: of(self.user_id.as_ref(), Parameter::UserId)?,
            name: of(self.name.as_ref(), Parameter::Claim)?,
            attributes: attributes?,
            token_id: of(self.token_id.as_ref(), Parameter::Claim)?,
            expires_in: Some(self.expires_in),
        })
    }

    /// Returns what the token in a link says.
    pub(crate) fn of_link(&self) -> Result<LinkClaims<'_>, deskseal::Error> {
        Ok(LinkClaims {
            email: of(self.email.as_ref(), Parameter::Email)?,
            email_verified: self.email_verified,
            user_id: of(self.user_id.as_ref(), Parameter::UserId)?,
            token_id: of(self.token_id.as_ref(), Parameter::Claim)?,
            expires_in: Some(self.expires_in),
        })
    }
}

impl TryConvert for Claims {
    fn try_convert(value: Value) -> Result<Self, Error> {
        let (email, Flag(email_verified), user_id, name, attributes, token_id, expires_in) =
            TryConvert::try_convert(value)?;
        let WholeNumber(expires_in) = expires_in;
        Ok(Self { email, email_verified, user_id, name, attributes, token_id, expires_in })
    }
}

fn of(text: Option<&Text>, parameter: Parameter) -> Result<Option<&str>, deskseal::Error> {
    text.map(|text| text.of(parameter)).transpose()
}

/// A `Hash` of attributes by name, a `String` or `Symbol`; or the error for ill-formed text, which is reported
/// later, since wrong types are reported first. `nil` is no attribute.
struct Attributes(Result<BTreeMap<String, AttributeValue>, deskseal::Error>);

impl TryConvert for Attributes {
    fn try_convert(value: Value) -> Result<Self, Error> {
        let mut attributes = Ok(BTreeMap::new());
        if value.is_nil() {
            return Ok(Self(attributes));
        }
        let hash =
            RHash::from_value(value).ok_or_else(|| wrong_type("a Hash of attributes", value))?;
        hash.foreach(|Name(name), value: Value| {
            let value = attribute(value)?;
            match (&mut attributes, name.of(Parameter::Claim), value) {
                (Ok(attributes), Ok(name), Ok(value)) => {
                    if attributes.insert(name.to_owned(), value).is_some() {
                        return Err(repeated(hash));
                    }
                }
                (Ok(_), Err(error), _) | (Ok(_), _, Err(error)) => attributes = Err(error),
                (Err(_), ..) => {}
            }
            Ok(ForEach::Continue)
        })?;
        Ok(Self(attributes))
    }
}

/// The name of an attribute.
struct Name(Text);

impl TryConvert for Name {
    fn try_convert(value: Value) -> Result<Self, Error> {
        if let Some(symbol) = Symbol::from_value(value) {
            return symbol.funcall("name", ()).map(Self);
        }
        Text::from_value(value)
            .map(Self)
            .ok_or_else(|| wrong_type("attributes with names of String or Symbol", value))
    }
}

/// Returns the value of an attribute, or the error for ill-formed text.
fn attribute(value: Value) -> Result<Result<AttributeValue, deskseal::Error>, Error> {
    if let Some(text) = Text::from_value(value) {
        return Ok(text.of(Parameter::Claim).map(AttributeValue::from));
    }
    if Integer::from_value(value).is_some() {
        return WholeNumber::try_convert(value).map(|WholeNumber(number)| Ok(number.into()));
    }
    match Flag::try_convert(value) {
        Ok(Flag(flag)) => Ok(Ok(flag.into())),
        Err(_) => Err(wrong_type("attributes of String, Integer, true or false", value)),
    }
}

fn repeated(hash: RHash) -> Error {
    let ruby = Ruby::get_with(hash);
    let message =
        "expected attributes with different names, but a String and a Symbol are the same name";
    Error::new(ruby.exception_type_error(), message)
}
