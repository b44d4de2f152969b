//! What the written form of a signature says: encoding, capitals, quotes, label, blanks.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};

use super::{FindingCode, Variant};
use crate::text::is_blank;

/// Fewer digits are not recognised, so that nobody can grow a signature digit by digit (SPEC 8,
/// rule 4).
const MIN_DIGITS: usize = 32;

/// Lengths in bytes of the digests that the search computes: SHA-1, SHA-256, SHA-384, SHA-512.
const DIGEST_BYTES: [usize; 4] = [20, 32, 48, 64];

/// Labels that tools and other vendors put before a digest, in lower case.
const LABELS: [&str; 8] =
    ["sha256=", "sha256:", "hmac-sha256=", "sha1=", "sha384=", "sha512=", "v1=", "0x"];

/// Returns the text without what surrounds it, if that does; the code of the deviation.
type Wrapping = (fn(&str) -> Option<&str>, FindingCode);

const WRAPPINGS: [Wrapping; 3] = [
    (without_blanks, FindingCode::OutputNotTrimmed),
    (without_quotes, FindingCode::OutputQuoted),
    (without_label, FindingCode::OutputPrefixed),
];

/// The lowercase hexadecimal digits that a signature may stand for, and how it is written.
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
    [hexadecimal(text), base64(text)]
        .into_iter()
        .flatten()
        .map(|form| Variant::new(form.value, [&deviations[..], &form.deviations].concat()))
        .collect()
}

/// Tells whether only the beginning of the digest is written, in lowercase hexadecimal digits; `None`
/// when another digest is.
pub(super) fn is_beginning_of(form: &WrittenForm, digest: &[u8]) -> Option<bool> {
    digest.starts_with(form.value.as_bytes()).then_some(form.value.len() < digest.len())
}

fn without_blanks(text: &str) -> Option<&str> {
    let trimmed = text.trim_matches(is_blank);
    (trimmed.len() < text.len()).then_some(trimmed)
}

/// Removes quotes, and the `b` that Python puts before those of bytes.
fn without_quotes(text: &str) -> Option<&str> {
    let text = text.strip_prefix('b').filter(|rest| rest.starts_with(['\'', '"'])).unwrap_or(text);
    ['\'', '"', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
}

/// Removes a vendor's label, or what the `openssl` command prints before a digest.
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

fn base64(text: &str) -> Option<WrittenForm> {
    let is_url_alphabet = text.contains(['-', '_']) || !text.contains(['+', '/', '=']);
    let (decoded, code) = if is_url_alphabet {
        let decoded = Base64UrlUnpadded::decode_vec(text).or_else(|_| Base64Url::decode_vec(text));
        (decoded, FindingCode::OutputBase64url)
    } else {
        let decoded = Base64::decode_vec(text).or_else(|_| Base64Unpadded::decode_vec(text));
        (decoded, FindingCode::OutputBase64)
    };
    let decoded = decoded.ok().filter(|bytes| DIGEST_BYTES.contains(&bytes.len()))?;
    Some(Variant::new(base16ct::lower::encode_string(&decoded), [code]))
}
