//! Puts text that is not well-formed Unicode into cases (SPEC 1.1).
//!
//! JSON cannot contain such text, so a request has `{ utf8, utf16le }`, both hexadecimal: the same text for
//! languages whose strings are bytes and for those whose strings are code units. The contract says which error
//! is expected.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use oorandom::Rand64;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cases::{Case, Outcome};

/// An ill-formed piece of text. In UTF-16, each byte of a piece without surrogates is a low surrogate, as in
/// Python's `surrogateescape`.
struct Piece {
    utf8: &'static [u8],
    utf16: &'static [u16],
}

const PIECES: [Piece; 8] = [
    // A high surrogate, a low one, and a pair in the wrong order.
    Piece { utf8: b"\xED\xA0\x80", utf16: &[0xD800] },
    Piece { utf8: b"\xED\xBF\xBF", utf16: &[0xDFFF] },
    Piece { utf8: b"\xED\xB8\x80\xED\xA0\xBD", utf16: &[0xDE00, 0xD83D] },
    // Bytes that never begin a character.
    Piece { utf8: b"\xFF", utf16: &[0xDCFF] },
    Piece { utf8: b"\x80", utf16: &[0xDC80] },
    // An overlong slash, an incomplete character, and one after U+10FFFF.
    Piece { utf8: b"\xC0\xAF", utf16: &[0xDCC0, 0xDCAF] },
    Piece { utf8: b"\xE2\x82", utf16: &[0xDCE2, 0xDC82] },
    Piece { utf8: b"\xF4\x90\x80\x80", utf16: &[0xDCF4, 0xDC90, 0xDC80, 0xDC80] },
];

/// The parts of the contract about texts.
#[derive(Deserialize)]
pub(crate) struct Contract {
    errors: HashMap<String, Vec<String>>,
    call: Vec<Call>,
}

#[derive(Deserialize)]
pub(crate) struct Call {
    pub(crate) class: Option<String>,
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
    returns: String,
    errors: Vec<String>,
    visitor_errors: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    default: Option<toml::Value>,
    /// The code of ill-formed text; a number has none.
    ill_formed: Option<String>,
}

/// A text of a request, and the expected error if it is ill-formed.
struct Text {
    /// Where the text is, as a JSON Pointer.
    place: String,
    answer: Outcome,
}

impl Call {
    /// Tells whether the same arguments get the same answer: a constructor has none that could be
    /// compared, and without arguments a call is random.
    pub(crate) fn has_one_answer(&self) -> bool {
        self.class.as_ref() != Some(&self.returns) && !self.parameters.is_empty()
    }

    pub(crate) fn is_explaining(&self) -> bool {
        self.returns == "Explanation"
    }
}

impl Parameter {
    /// Tells whether it may be left out, and the answer then depends neither on the clock nor on random bytes.
    pub(crate) fn is_option(&self) -> bool {
        self.kind != "time?"
            && self.name != "token_id"
            && (self.default.is_some() || self.kind.ends_with('?'))
    }
}

impl Contract {
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.call.iter()
    }

    pub(crate) fn new(contract: toml::Table) -> Result<Self> {
        contract.try_into().context("the contract's calls are not as expected")
    }

    /// Returns the case with one or two of its texts made ill-formed; the first one decides the error. A case
    /// without texts stays unchanged.
    pub(crate) fn damaged(&self, mut case: Case, random: &mut Rand64) -> Result<Case> {
        let texts = self.texts(&case)?;
        if texts.is_empty() {
            return Ok(case);
        }
        let count = u64::try_from(texts.len())?;
        let picks = [random.rand_range(0..count), random.rand_range(0..count)];
        for (index, text) in (0..).zip(&texts) {
            if picks.contains(&index) {
                let text = case.request.pointer_mut(&text.place).context("a text is missing")?;
                *text = damaged(text.as_str().context("a text is not a string")?, random)?;
            }
        }
        let first = usize::try_from(picks[0].min(picks[1]))?;
        case.expected = texts.into_iter().nth(first).context("the call takes no text")?.answer;
        "ill-formed text is reported before every other error".clone_into(&mut case.comment);
        Ok(case)
    }

    /// Returns the texts of a case in the order in which they are checked. If the constructor fails, the texts of
    /// the call are not checked.
    fn texts(&self, case: &Case) -> Result<Vec<Text>> {
        let Case { request, expected, .. } = case;
        let (class, name) = (request["class"].as_str(), request["call"].as_str());
        if class.is_none() {
            return self.texts_in(request, "args", self.call(class, name)?);
        }
        let constructor = self.call(class, Some("new"))?;
        let mut texts = self.texts_in(request, "new", constructor)?;
        if !expected.is_one_of(&constructor.errors) {
            texts.extend(self.texts_in(request, "args", self.call(class, name)?)?);
        }
        Ok(texts)
    }

    fn call(&self, class: Option<&str>, name: Option<&str>) -> Result<&Call> {
        let is_called =
            |call: &&Call| call.class.as_deref() == class && Some(call.name.as_str()) == name;
        self.call.iter().find(is_called).context("the contract has no such call")
    }

    fn texts_in(&self, request: &Value, member: &str, call: &Call) -> Result<Vec<Text>> {
        let mut texts = Vec::new();
        for Parameter { name, ill_formed, .. } in &call.parameters {
            let Some(code) = ill_formed else { continue };
            let answer = self.error(call, code)?;
            let place = format!("/{member}/{name}");
            let places = request.pointer(&place).map(|value| places_in(value, &place));
            let text = |place| Text { place, answer: answer.clone() };
            texts.extend(places.into_iter().flatten().map(text));
        }
        Ok(texts)
    }

    fn error(&self, call: &Call, code: &str) -> Result<Outcome> {
        let has_code = |codes: &Vec<String>| codes.iter().any(|other| other == code);
        let kind = if has_code(&call.visitor_errors) {
            "verification"
        } else {
            let found = self.errors.iter().find(|(_, codes)| has_code(codes));
            found.with_context(|| format!("the contract has no code {code}"))?.0
        };
        Ok(Outcome::Error { kind: kind.to_owned(), code: code.to_owned() })
    }
}

/// Returns the places of all texts in a value: the value itself, its items, or the values of its members.
fn places_in(value: &Value, place: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![place.to_owned()],
        Value::Array(items) => (0..)
            .zip(items)
            .flat_map(|(index, item): (usize, _)| places_in(item, &format!("{place}/{index}")))
            .collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                places_in(member, &format!("{place}/{name}"))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the text with an ill-formed piece between two of its characters.
fn damaged(text: &str, random: &mut Rand64) -> Result<Value> {
    let ends: Vec<usize> =
        text.char_indices().map(|(start, _)| start).chain([text.len()]).collect();
    let end = ends[usize::try_from(random.rand_range(0..u64::try_from(ends.len())?))?];
    let piece = &PIECES[usize::try_from(random.rand_range(0..u64::try_from(PIECES.len())?))?];
    let (before, after) = text.split_at(end);
    let utf8 = [before.as_bytes(), piece.utf8, after.as_bytes()].concat();
    let units =
        before.encode_utf16().chain(piece.utf16.iter().copied()).chain(after.encode_utf16());
    let utf16le: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    let hex = base16ct::lower::encode_string;
    Ok(json!({ "utf8": hex(&utf8), "utf16le": hex(&utf16le) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An emoji is a pair of surrogates in UTF-16, so that a lone surrogate next to it could form a wrong pair.
    const TEXT: &str = "a\u{1F600}\u{1F600}é";

    #[test]
    fn damaged_text_is_ill_formed_in_utf_8_and_in_utf_16() -> Result<()> {
        let mut random = Rand64::new(1);
        for _ in 0..1000 {
            let value = damaged(TEXT, &mut random)?;
            assert!(String::from_utf8(bytes(&value["utf8"])?).is_err(), "{value}");
            let units = bytes(&value["utf16le"])?;
            let units = units.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
            assert!(char::decode_utf16(units).any(|unit| unit.is_err()), "{value}");
        }
        Ok(())
    }

    fn bytes(hex: &Value) -> Result<Vec<u8>> {
        base16ct::lower::decode_vec(hex.as_str().context("no text")?).context("not hexadecimal")
    }
}
