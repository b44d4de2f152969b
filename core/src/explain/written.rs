//! Reads the written form of a signature: encoding, capitals, quotes, label, whitespace.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};

use percent_encoding::percent_decode_str;

use super::{FindingCode, Variant};
use crate::text::is_whitespace;

/// Fewer digits are not recognised. Otherwise an attacker could find a signature digit by digit (SPEC 8,
/// rule 4).
const MIN_DIGITS: usize = 32;

/// Lengths in bytes of the digests that the search computes: MD5, SHA-1, SHA-256, SHA-384, SHA-512.
const DIGEST_BYTES: [usize; 5] = [16, 20, 32, 48, 64];

/// Labels that tools and other vendors put before a digest, in lower case.
const LABELS: [&str; 8] =
    ["sha256=", "sha256:", "hmac-sha256=", "sha1=", "sha384=", "sha512=", "v1=", "0x"];

/// Separators between the bytes of a digest: .NET writes the first one, certificate fingerprints the second.
const SEPARATORS: [&str; 3] = ["-", ":", " "];

/// A function that removes what surrounds the signature, and the code of the deviation.
type Wrapping = (fn(&str) -> Option<&str>, FindingCode);

const WRAPPINGS: [Wrapping; 3] = [
    (without_whitespace, FindingCode::OutputNotTrimmed),
    (without_quotes, FindingCode::OutputQuoted),
    (without_label, FindingCode::OutputPrefixed),
];

/// A function that converts an encoding of the signature to hexadecimal digits, and the code of the deviation.
type Spelling = (fn(&str) -> Option<String>, FindingCode);

const SPELLINGS: [Spelling; 5] = [
    (from_base64, FindingCode::OutputBase64),
    (from_base64url, FindingCode::OutputBase64url),
    (from_base64_of_hex, FindingCode::OutputBase64OfHex),
    (from_byte_list, FindingCode::OutputByteList),
    (from_separated, FindingCode::OutputSeparated),
];

/// The lowercase hexadecimal digits of a signature, and the deviations in how it is written.
pub(super) type WrittenForm = Variant<String>;

/// Returns every way to read the signature as a digest.
pub(super) fn forms(signature: &str) -> Vec<WrittenForm> {
    let mut text = signature;
    let mut deviations = Vec::new();
    for (without, code) in WRAPPINGS {
        if let Some(inner) = without(text) {
            text = inner;
            deviations.push(code);
        }
    }
    let decoded = percent_decoded(text);
    if let Some(decoded) = &decoded {
        text = decoded;
        deviations.push(FindingCode::OutputPercentEncoded);
    }
    let spelled = SPELLINGS.into_iter().filter_map(|(digits_of, code)| {
        let mut form = hexadecimal(&digits_of(text)?)?;
        form.deviations.insert(0, code);
        Some(form)
    });
    hexadecimal(text)
        .into_iter()
        .chain(spelled)
        .map(|form| Variant::new(form.value, [&deviations[..], &form.deviations].concat()))
        .collect()
}

/// Tells whether the form is only the start of the digest, which is in lowercase hexadecimal digits; `None` if it
/// is another digest.
pub(super) fn is_beginning_of(form: &WrittenForm, digest: &[u8]) -> Option<bool> {
    digest.starts_with(form.value.as_bytes()).then_some(form.value.len() < digest.len())
}

fn without_whitespace(text: &str) -> Option<&str> {
    let trimmed = text.trim_matches(is_whitespace);
    (trimmed.len() < text.len()).then_some(trimmed)
}

/// Removes quotes, and the `b` that Python puts before the quotes of bytes.
fn without_quotes(text: &str) -> Option<&str> {
    let text = text.strip_prefix('b').filter(|rest| rest.starts_with(['\'', '"'])).unwrap_or(text);
    ['\'', '"', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
}

/// Removes a vendor's label, or the text that the command `openssl` prints before a digest.
fn without_label(text: &str) -> Option<&str> {
    if let Some((_, digest)) = text.split_once(")= ") {
        return Some(digest);
    }
    LABELS.iter().find_map(|label| {
        let start = text.get(..label.len())?;
        start.eq_ignore_ascii_case(label).then(|| &text[label.len()..])
    })
}

fn hexadecimal(text: &str) -> Option<WrittenForm> {
    if text.len() < MIN_DIGITS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let has_capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
    let deviations = if has_capitals { vec![FindingCode::OutputUppercase] } else { vec![] };
    Some(Variant::new(text.to_ascii_lowercase(), deviations))
}

/// Returns the text percent-decoded; `None` if decoding changes nothing.
fn percent_decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (decoded != text).then(|| decoded.into_owned())
}

fn from_base64(text: &str) -> Option<String> {
    let is_of_alphabet = text.contains(['+', '/', '=']);
    let decoded = Base64::decode_vec(text).or_else(|_| Base64Unpadded::decode_vec(text));
    is_of_alphabet.then_some(decoded.ok()).flatten().and_then(|bytes| digits_of_digest(&bytes))
}

fn from_base64url(text: &str) -> Option<String> {
    let is_of_alphabet = text.contains(['-', '_']) || !text.contains(['+', '/', '=']);
    let decoded = Base64UrlUnpadded::decode_vec(text).or_else(|_| Base64Url::decode_vec(text));
    is_of_alphabet.then_some(decoded.ok()).flatten().and_then(|bytes| digits_of_digest(&bytes))
}

fn from_base64_of_hex(text: &str) -> Option<String> {
    let decoded = Base64::decode_vec(text)
        .or_else(|_| Base64Unpadded::decode_vec(text))
        .or_else(|_| Base64UrlUnpadded::decode_vec(text));
    let digits = String::from_utf8(decoded.ok()?).ok()?;
    DIGEST_BYTES.contains(&(digits.len() / 2)).then_some(digits)
}

/// Reads an array of bytes as languages print it: numbers separated by commas, with or without brackets.
fn from_byte_list(text: &str) -> Option<String> {
    let list = text.trim_matches(['[', ']', '{', '}', '(', ')', '<', '>']);
    // Bytes in Java are signed.
    let byte = |number: &str| {
        let number: i16 = number.trim().parse().ok()?;
        u8::try_from(number).or_else(|_| i8::try_from(number).map(i8::cast_unsigned)).ok()
    };
    let bytes: Option<Vec<u8>> = list.split(',').map(byte).collect();
    digits_of_digest(&bytes?)
}

fn from_separated(text: &str) -> Option<String> {
    SEPARATORS.into_iter().find_map(|separator| {
        let mut bytes = text.split(separator);
        let is_separated = text.contains(separator) && bytes.all(|byte| byte.len() == 2);
        is_separated.then(|| text.replace(separator, ""))
    })
}

fn digits_of_digest(bytes: &[u8]) -> Option<String> {
    DIGEST_BYTES.contains(&bytes.len()).then(|| base16ct::lower::encode_string(bytes))
}
