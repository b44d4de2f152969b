//! Reads the JSON of received tokens: no member twice, and bounded depth (SPEC 12.6, step 5).
//!
//! `serde_json` parses; values stay text until a claim reads them, so that a number is read from its own digits.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess};
use serde_json::value::RawValue;

use super::claims::MAX_INTEGER;

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 32;

/// The members of an object, in order. No two have the same name.
pub(crate) struct Members<'text>(Vec<(Cow<'text, str>, &'text RawValue)>);

/// A JSON value that was checked at every depth.
#[derive(Clone, Copy)]
pub(crate) struct Json<'text>(&'text RawValue);

impl<'text> Members<'text> {
    /// Reads an object; `None` unless it is one, and valid at every depth.
    pub(crate) fn read(text: &'text str) -> Option<Self> {
        checked_object(text, MAX_DEPTH)
    }

    /// Returns the value of a member.
    pub(crate) fn get(&self, name: &str) -> Option<Json<'text>> {
        self.0.iter().find_map(|(own, value)| (own == name).then_some(Json(value)))
    }

    /// Returns the members.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Json<'text>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), Json(value)))
    }
}

impl<'text> Json<'text> {
    /// Returns the text; `None` for another type.
    pub(crate) fn text(self) -> Option<Cow<'text, str>> {
        let quoted = self.0.get();
        let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            return serde_json::from_str(quoted).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(inner))
    }

    /// Returns the integer; `None` for another type, and for a number with a fraction or an exponent.
    pub(crate) fn integer(self) -> Option<i64> {
        let literal = self.0.get();
        let integer: i64 = literal.parse().ok()?;
        let is_in_range = integer.unsigned_abs() <= MAX_INTEGER.unsigned_abs();
        (is_in_range && literal != "-0").then_some(integer)
    }

    /// Returns the boolean; `None` for another type.
    pub(crate) fn flag(self) -> Option<bool> {
        self.0.get().parse().ok()
    }

    /// Returns the members of an object; `None` for another type.
    pub(crate) fn object(self) -> Option<Members<'text>> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// Returns the values of an array; `None` for another type.
    pub(crate) fn array(self) -> Option<Vec<Self>> {
        let values: Vec<&RawValue> = serde_json::from_str(self.0.get()).ok()?;
        Some(values.into_iter().map(Json).collect())
    }
}

fn checked_object(text: &str, depth_left: usize) -> Option<Members<'_>> {
    let depth_left = depth_left.checked_sub(1)?;
    let members: Members<'_> = serde_json::from_str(text).ok()?;
    members.0.iter().all(|(_, value)| is_valid(value, depth_left)).then_some(members)
}

/// Tells whether a value is valid at every depth. `serde_json` has checked its grammar, but for the escapes of
/// surrogates.
fn is_valid(value: &RawValue, depth_left: usize) -> bool {
    let text = value.get();
    match text.as_bytes()[0] {
        b'"' => !text.contains('\\') || serde_json::from_str::<String>(text).is_ok(),
        b'{' => checked_object(text, depth_left).is_some(),
        b'[' => {
            let Some(depth_left) = depth_left.checked_sub(1) else { return false };
            let values: Result<Vec<&RawValue>, _> = serde_json::from_str(text);
            values.is_ok_and(|values| values.into_iter().all(|value| is_valid(value, depth_left)))
        }
        _ => true,
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> de::Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(de::Error::custom("a member is repeated"));
        }
        Ok(Members(members))
    }
}

/// The name of a member, borrowed where it has no escape.
#[derive(serde::Deserialize)]
struct Name<'text>(#[serde(borrow)] Cow<'text, str>);
