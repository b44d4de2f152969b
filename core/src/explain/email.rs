//! The texts that a signer may have signed in place of the canonical e-mail.

use std::collections::HashMap;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::escapes::{html_escaped, html_unescaped, json_escaped};
use super::search::MAX_COMBINED;
use super::{Finding, FindingCode, Variant, advice, encodings};
use crate::email::CanonicalEmail;
use crate::text::{is_trimmed, is_whitespace};
use crate::unicode::push_lowercase;

type Message = Variant<Vec<u8>>;

/// The characters that `encodeURIComponent` encodes (ECMAScript, 19.2.6.4).
pub(super) const URI_COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The texts that languages print for a missing value.
const STAND_INS: [(&str, FindingCode); 4] = [
    ("undefined", FindingCode::EmailUndefined),
    ("null", FindingCode::EmailNull),
    ("None", FindingCode::EmailNone),
    ("", FindingCode::EmailBlank),
];

/// A function that tells whether a character is trimmed, and the code of the deviation.
type Trim = (fn(char) -> bool, Option<FindingCode>);

const TRIMS: [Trim; 6] = [
    (is_trimmed, None),
    (|_| false, Some(FindingCode::EmailNotTrimmed)),
    (
        |character| is_unicode_space(character) || matches!(character, '\u{1C}'..='\u{1F}'),
        Some(FindingCode::EmailTrimmedByPython),
    ),
    (
        |character| matches!(character, '\t'..='\r' | ' ' | '\0'),
        Some(FindingCode::EmailTrimmedByRuby),
    ),
    (
        |character| matches!(character, '\t' | '\n' | '\u{B}' | '\r' | ' ' | '\0'),
        Some(FindingCode::EmailTrimmedByPhp),
    ),
    (is_unicode_space, Some(FindingCode::EmailTrimmedByRust)),
];

/// A function that lowercases a text, and the code of the deviation.
type Lowercase = (fn(&str) -> String, Option<FindingCode>);

const LOWERCASES: [Lowercase; 7] = [
    (lowercase, None),
    (str::to_owned, Some(FindingCode::EmailNotLowercased)),
    (str::to_ascii_lowercase, Some(FindingCode::EmailLowercasedAsciiOnly)),
    (
        |text| lowercase(&text.replace('\u{3A3}', "\u{3C3}")),
        Some(FindingCode::EmailLowercasedWithoutFinalSigma),
    ),
    (|text| lowercase_as_of(13, text), Some(FindingCode::EmailLowercasedByOlderUnicode)),
    (|text| lowercase_as_of(15, text), Some(FindingCode::EmailLowercasedByOlderUnicode)),
    (|text| lowercase_as_of(16, text), Some(FindingCode::EmailLowercasedByOlderUnicode)),
];

/// Capital letters that were added after Unicode 13.0: the version, the first and the last (`DerivedAge.txt`).
const NEW_CAPITALS: [(u8, char, char); 15] = [
    (14, '\u{2C2F}', '\u{2C2F}'),
    (14, '\u{A7C0}', '\u{A7C0}'),
    (14, '\u{A7D0}', '\u{A7D0}'),
    (14, '\u{A7D6}', '\u{A7D6}'),
    (14, '\u{A7D8}', '\u{A7D8}'),
    (14, '\u{10570}', '\u{10595}'),
    (16, '\u{1C89}', '\u{1C89}'),
    (16, '\u{A7CB}', '\u{A7CC}'),
    (16, '\u{A7DA}', '\u{A7DA}'),
    (16, '\u{A7DC}', '\u{A7DC}'),
    (16, '\u{10D50}', '\u{10D65}'),
    (17, '\u{A7CE}', '\u{A7CE}'),
    (17, '\u{A7D2}', '\u{A7D2}'),
    (17, '\u{A7D4}', '\u{A7D4}'),
    (17, '\u{16EA0}', '\u{16EB8}'),
];

/// Returns why the e-mail is rejected whatever its signature is; `None` if it is valid.
pub(super) fn rejection(email: &str) -> Option<Finding> {
    let error = CanonicalEmail::parse(email).err()?;
    let text = email.trim_matches(is_trimmed);
    if let Some((_, code)) = STAND_INS.iter().find(|(stand_in, _)| text == *stand_in) {
        return Some(Finding::from(*code));
    }
    if !text.contains('@') {
        return Some(FindingCode::EmailIsUserId.into());
    }
    Some(Finding::new(FindingCode::EmailRefused, advice::rejected(&error)))
}

/// Returns every text to try, starting with the canonical form.
pub(super) fn messages(email: &str) -> Vec<Message> {
    let mut messages = Messages::default();
    if !email.contains('@') {
        messages.push(email.to_owned(), Vec::new());
    }
    for (is_trimmed, trim_code) in TRIMS {
        for (lowercase, lowercase_code) in LOWERCASES {
            let text = lowercase(email.trim_matches(is_trimmed));
            messages.push(text, trim_code.into_iter().chain(lowercase_code).collect());
        }
    }
    for (text, deviations) in messages.clone_combinable() {
        for (changed, code) in changes(&text) {
            messages.push(changed, [&deviations[..], &[code]].concat());
        }
    }
    for (text, code) in STAND_INS {
        messages.push(text.to_owned(), vec![code]);
    }
    let encoded: Vec<_> = messages
        .clone_combinable()
        .iter()
        .flat_map(|(text, deviations)| {
            encodings(text)
                .map(|(bytes, code)| Variant::new(bytes, [&deviations[..], &[code]].concat()))
        })
        .collect();
    let as_text = messages
        .all
        .into_iter()
        .map(|Variant { value, deviations }| Variant::new(value.into_bytes(), deviations));
    as_text.chain(encoded).collect()
}

/// Returns the text as databases, pages and requests may change it.
fn changes(text: &str) -> Vec<(String, FindingCode)> {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let nfd = DecomposingNormalizerBorrowed::new_nfd();
    let mut changes = vec![
        (format!("{text}\n"), FindingCode::EmailNotTrimmed),
        (format!("{text}\r\n"), FindingCode::EmailNotTrimmed),
        (format!("{text} "), FindingCode::EmailNotTrimmed),
        (format!(" {text}"), FindingCode::EmailNotTrimmed),
        (nfc.normalize(text).into_owned(), FindingCode::EmailNormalizedNfc),
        (nfd.normalize(text).into_owned(), FindingCode::EmailNormalizedNfd),
        (text.replace('+', " "), FindingCode::EmailPlusAsSpace),
        (text.replace(' ', "+"), FindingCode::EmailPlusAsSpace),
        (utf8_percent_encode(text, URI_COMPONENT).to_string(), FindingCode::EmailPercentEncoded),
        (
            percent_decode_str(text).decode_utf8_lossy().into_owned(),
            FindingCode::EmailPercentDecoded,
        ),
        (html_unescaped(text), FindingCode::EmailHtmlUnescaped),
        (format!("\"{text}\""), FindingCode::EmailQuoted),
        (format!("'{text}'"), FindingCode::EmailQuoted),
        (format!("mailto:{text}"), FindingCode::EmailMailto),
    ];
    let html = html_escaped(text).map(|escaped| (escaped, FindingCode::EmailHtmlEscaped));
    let json = json_escaped(text).map(|escaped| (escaped, FindingCode::EmailJsonEscaped));
    changes.extend(html.chain(json));
    changes.extend(with_name(text).into_iter().map(|named| (named, FindingCode::EmailWithName)));
    changes.extend(with_other_domain(text));
    changes
}

/// Returns the address with the display names that sign-up forms make of it; if it already has a display name,
/// the address without it.
fn with_name(text: &str) -> Vec<String> {
    if let Some((_, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        return vec![address.to_owned()];
    }
    let Some((local, _)) = text.rsplit_once('@') else { return Vec::new() };
    let words: Vec<String> = local.split(['.', '_', '-']).map(capitalized).collect();
    let names = [local.to_owned(), capitalized(local), words.concat(), words.join(" ")];
    names
        .into_iter()
        .chain(words.into_iter().next())
        .flat_map(|name| [format!("{name} <{text}>"), format!("\"{name}\" <{text}>")])
        .chain([format!("<{text}>")])
        .collect()
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// Returns the address with its domain in ASCII, and in Unicode.
fn with_other_domain(text: &str) -> Vec<(String, FindingCode)> {
    let Some((local, domain)) = text.rsplit_once('@') else { return Vec::new() };
    let in_ascii = idna::domain_to_ascii(domain).ok();
    let in_unicode = Some(idna::domain_to_unicode(domain).0);
    [(in_ascii, FindingCode::EmailDomainInAscii), (in_unicode, FindingCode::EmailDomainInUnicode)]
        .into_iter()
        .filter_map(|(domain, code)| Some((format!("{local}@{}", domain?), code)))
        .collect()
}

/// Texts in the order in which they were added, each with the fewest deviations that produce it.
#[derive(Default)]
struct Messages {
    all: Vec<Variant<String>>,
    positions: HashMap<String, usize>,
}

impl Messages {
    /// Returns the texts to which one more deviation may be added.
    fn clone_combinable(&self) -> Vec<(String, Vec<FindingCode>)> {
        let is_combinable = |message: &&Variant<String>| message.deviations.len() < MAX_COMBINED;
        let combinable = self.all.iter().filter(is_combinable);
        combinable.map(|message| (message.value.clone(), message.deviations.clone())).collect()
    }

    fn push(&mut self, text: String, deviations: Vec<FindingCode>) {
        if let Some(&position) = self.positions.get(&text) {
            let known = &mut self.all[position].deviations;
            if deviations.len() < known.len() {
                *known = deviations;
            }
            return;
        }
        self.positions.insert(text.clone(), self.all.len());
        self.all.push(Variant::new(text, deviations));
    }
}

fn is_unicode_space(character: char) -> bool {
    is_whitespace(character) && character != '\u{FEFF}'
}

fn lowercase(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    push_lowercase(text, usize::MAX, &mut lower);
    lower
}

/// Returns the text in lower case by an older version of Unicode, which does not change letters added later.
fn lowercase_as_of(version: u8, text: &str) -> String {
    let is_new = |character: char| {
        NEW_CAPITALS
            .iter()
            .any(|(since, first, last)| *since > version && (*first..=*last).contains(&character))
    };
    text.split_inclusive(is_new)
        .map(|part| match part.char_indices().next_back() {
            Some((start, last)) if is_new(last) => lowercase(&part[..start]) + &part[start..],
            _ => lowercase(part),
        })
        .collect()
}
