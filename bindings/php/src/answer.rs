//! The return values of functions: a value, or for an error an object with the fields `kind`, `code` and
//! `message`. No value is an object of that class.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use deskseal::{AttributeValue, Signature};
use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::types::{ArrayKey, ZendHashTable, ZendObject, ZendStr, Zval};

use crate::error::Failure;

/// Returns the call's answer. A panic becomes an internal error.
pub(crate) fn answer(call: impl FnOnce() -> Result<Zval, Failure>) -> Zval {
    let answered = catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Failure::Internal));
    answered.unwrap_or_else(|failure| {
        // The library's return types reject `false`.
        reason(&failure).unwrap_or_else(|_| false.into())
    })
}

fn reason(failure: &Failure) -> Result<Zval, ext_php_rs::error::Error> {
    let mut reason = ZendObject::new_stdclass();
    reason.set_property("kind", failure.kind())?;
    reason.set_property("code", failure.code())?;
    reason.set_property("message", failure.message())?;
    reason.into_zval(false)
}

/// Returns a string.
pub(crate) fn text(text: &str) -> Zval {
    let mut value = Zval::new();
    value.set_zend_string(ZendStr::new(text, false));
    value
}

/// Returns a string, or `null`.
pub(crate) fn optional(value: Option<&str>) -> Zval {
    value.map_or_else(Zval::null, text)
}

/// Returns a signature's hexadecimal digits.
pub(crate) fn hexadecimal(signature: &Signature) -> Zval {
    text(signature.write_hex(&mut [0; 64]))
}

/// Returns an integer.
pub(crate) fn integer<T>(integer: T) -> Result<Zval, Failure>
where
    T: IntoZval,
{
    Ok(integer.into_zval(false)?)
}

/// The keys of arrays, for those who return arrays often: making a key takes time, and so does its hash.
#[derive(Default)]
pub(crate) struct Keys(RefCell<Vec<(&'static str, ZBox<ZendStr>)>>);

impl Keys {
    /// Returns an array of the texts by name, in order.
    pub(crate) fn map<'text>(
        &self,
        entries: impl ExactSizeIterator<Item = (&'static str, &'text str)>,
    ) -> Result<Zval, Failure> {
        let mut keys = self.0.borrow_mut();
        let mut map = ZendHashTable::with_capacity(entries.len().try_into().unwrap_or_default());
        for (name, value) in entries {
            let index = keys.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                keys.push((name, ZendStr::new(name, false)));
                keys.len() - 1
            });
            map.insert(ArrayKey::ZendString(&keys[index].1), text(value))?;
        }
        Ok(map.into_zval(false)?)
    }
}

/// Returns an array of a customer's attributes by name, in order.
pub(crate) fn attributes(attributes: &BTreeMap<String, AttributeValue>) -> Result<Zval, Failure> {
    let mut map = ZendHashTable::with_capacity(attributes.len().try_into().unwrap_or_default());
    for (name, value) in attributes {
        let value = match value {
            AttributeValue::Text(value) => text(value),
            AttributeValue::Integer(value) => integer(*value)?,
            AttributeValue::Flag(value) => (*value).into(),
        };
        map.insert(name.as_str(), value)?;
    }
    Ok(map.into_zval(false)?)
}

/// Returns an array of the items.
pub(crate) fn list<const LENGTH: usize>(items: [Zval; LENGTH]) -> Result<Zval, Failure> {
    let mut list = ZendHashTable::with_capacity(LENGTH.try_into().unwrap_or_default());
    for item in items {
        list.push(item)?;
    }
    Ok(list.into_zval(false)?)
}
