//! The results of calls: frozen objects. `lib/deskseal/results.rb` defines their classes and lists their fields.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use deskseal::AttributeValue;
use magnus::prelude::*;
use magnus::rb_sys::{AsRawId as _, AsRawValue as _, FromRawValue as _, protect};
use magnus::value::{IntoId as _, Opaque, OpaqueId};
use magnus::{Error, IntoValue as _, RArray, RClass, RHash, RModule, RString, Ruby, Symbol, Value};

/// A class of Ruby with the given number of fields.
pub(crate) struct ResultClass<const FIELDS: usize> {
    name: &'static str,
    found: OnceLock<Found<FIELDS>>,
}

/// The class, and the instance variables that its readers return. Both live as long as Ruby runs.
struct Found<const FIELDS: usize> {
    class: Opaque<RClass>,
    variables: [OpaqueId; FIELDS],
}

impl<const FIELDS: usize> ResultClass<FIELDS> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, found: OnceLock::new() }
    }

    /// Returns a frozen object with the fields in the class's order. Ruby code cannot make one: the class's `new` is
    /// private.
    #[expect(
        unsafe_code,
        reason = "magnus guards each step against exceptions; one guard is faster"
    )]
    pub(crate) fn object(&self, ruby: &Ruby, fields: [Value; FIELDS]) -> Result<Value, Error> {
        let Found { class, variables } = self.found(ruby)?;
        let class = ruby.get_inner(*class).as_raw();
        // SAFETY: these are a class, ids of variables, and values on the stack. The guard contains no value of
        // Rust that an exception could leave without being dropped.
        let object = protect(|| unsafe {
            let object = rb_sys::rb_obj_alloc(class);
            for (variable, field) in variables.iter().zip(fields) {
                rb_sys::rb_ivar_set(object, variable.into_id_with(ruby).as_raw(), field.as_raw());
            }
            rb_sys::rb_obj_freeze(object)
        })?;
        // SAFETY: Ruby has just made the object.
        Ok(unsafe { Value::from_raw(object) })
    }

    fn found(&self, ruby: &Ruby) -> Result<&Found<FIELDS>, Error> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let deskseal: RModule = ruby.class_object().const_get("Deskseal")?;
        let class: RClass = deskseal.const_get(self.name)?;
        ruby.gc_register_mark_object(class);
        let fields: RArray = class.const_get("FIELDS")?;
        let fields: [Symbol; FIELDS] = fields.to_array()?;
        let variables = fields.map(|field| ruby.intern(&format!("@{field}")).into());
        Ok(self.found.get_or_init(|| Found { class: class.into(), variables }))
    }
}

/// Returns a frozen string in UTF-8.
pub(crate) fn string(ruby: &Ruby, text: &str) -> RString {
    let string = ruby.str_new(text);
    string.freeze();
    string
}

/// Returns a frozen Hash of the texts by name.
pub(crate) fn map<'name, 'text>(
    ruby: &Ruby,
    texts: impl Iterator<Item = (&'name str, &'text str)>,
) -> Result<Value, Error> {
    let map: RHash = ruby.hash_new();
    for (name, value) in texts {
        map.aset(string(ruby, name), string(ruby, value))?;
    }
    map.freeze();
    Ok(map.as_value())
}

/// Returns a frozen Hash of a customer's attributes by name.
pub(crate) fn attributes(
    ruby: &Ruby,
    attributes: &BTreeMap<String, AttributeValue>,
) -> Result<Value, Error> {
    let map: RHash = ruby.hash_new();
    for (name, value) in attributes {
        let value = match value {
            AttributeValue::Text(text) => string(ruby, text).as_value(),
            AttributeValue::Integer(number) => integer(ruby, *number),
            AttributeValue::Flag(flag) => flag.into_value_with(ruby),
        };
        map.aset(string(ruby, name), value)?;
    }
    map.freeze();
    Ok(map.as_value())
}

/// Returns a frozen string, or `nil`.
pub(crate) fn optional(ruby: &Ruby, text: Option<&str>) -> Value {
    text.map_or_else(|| ruby.qnil().as_value(), |text| string(ruby, text).as_value())
}

/// Returns the signature's hexadecimal digits.
pub(crate) fn hex(ruby: &Ruby, signature: &deskseal::Signature) -> Value {
    string(ruby, signature.write_hex(&mut [0; 64])).as_value()
}

/// Returns an integer.
pub(crate) fn integer(ruby: &Ruby, integer: i64) -> Value {
    ruby.integer_from_i64(integer).as_value()
}
