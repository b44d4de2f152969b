//! Encodes a secret in all ways in which a built bundle may contain it.

use zeroize::Zeroizing;

use super::Form;

/// The fewest base64 characters that are searched for; fewer would be found by chance.
const FEWEST_BASE64_CHARACTERS: usize = 12;

/// The base64 alphabet of RFC 4648 section 4.
const STANDARD_ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The base64url alphabet of RFC 4648 section 5.
const URL_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The most bytes that one byte of a secret becomes: `\u0022`.
const LONGEST_ESCAPE: usize = 6;

/// One encoding of a secret, as bytes.
pub(super) struct Pattern {
    /// The kind of encoding.
    pub(super) form: Form,
    /// The bytes to find.
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// Returns every encoding of this secret. Bytes that two forms share are returned once, with the first form.
pub(super) fn patterns_of(secret: &str) -> Vec<Pattern> {
    let forms = [
        (Form::Plain, vec![secret.as_bytes().to_vec()]),
        (Form::Base64, base64_encodings(secret.as_bytes())),
        (Form::Hex, hex_encodings(secret.as_bytes())),
        (Form::UrlEncoded, url_encodings(secret)),
        (Form::JsonEscaped, json_escapings(secret)),
    ];
    let mut patterns: Vec<Pattern> = Vec::new();
    for (form, encodings) in forms {
        for bytes in encodings.into_iter().map(Zeroizing::new) {
            let is_new = patterns.iter().all(|pattern| pattern.bytes != bytes);
            if is_new && !bytes.is_empty() {
                patterns.push(Pattern { form, bytes });
            }
        }
    }
    patterns
}

/// Returns the base64 of a secret for each of the three places where it can begin in a group of three bytes,
/// as it is written in files, in JSON and in URLs.
fn base64_encodings(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut encodings = Vec::new();
    for bytes_before in 0..3 {
        for alphabet in [STANDARD_ALPHABET, URL_ALPHABET] {
            let text = determined_base64(secret, bytes_before, alphabet);
            if text.len() < FEWEST_BASE64_CHARACTERS {
                continue;
            }
            encodings.push(replaced(&text, |byte| (byte == b'/').then_some(r"\/")));
            encodings.push(replaced(&text, |byte| match byte {
                b'+' => Some("%2B"),
                b'/' => Some("%2F"),
                _ => None,
            }));
            encodings.push(replaced(&text, |byte| match byte {
                b'+' => Some("%2b"),
                b'/' => Some("%2f"),
                _ => None,
            }));
            encodings.push(text);
        }
    }
    encodings
}

/// Returns the base64 characters that depend on the secret alone, when `bytes_before` bytes before it are in
/// the same group of three. Characters at the ends that share bits with a neighbour are left out.
fn determined_base64(secret: &[u8], bytes_before: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bits_before = 8 * bytes_before;
    let first = bits_before.div_ceil(6);
    let end = (bits_before + 8 * secret.len()) / 6;
    (first..end).map(|index| alphabet[six_bits(secret, 6 * index - bits_before)]).collect()
}

/// Returns the six bits that begin at this bit of the text, with zeros after its end.
fn six_bits(bytes: &[u8], bit: usize) -> usize {
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(0);
    let pair = u16::from_be_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
    usize::from((pair >> (10 - bit % 8)) & 0b11_1111)
}

/// Returns the text with some bytes replaced.
fn replaced(text: &[u8], replacement: impl Fn(u8) -> Option<&'static str>) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len() * LONGEST_ESCAPE);
    for &byte in text {
        match replacement(byte) {
            Some(replacement) => result.extend_from_slice(replacement.as_bytes()),
            None => result.push(byte),
        }
    }
    result
}

/// Returns the secret in hexadecimal digits, lowercase and uppercase.
fn hex_encodings(secret: &[u8]) -> Vec<Vec<u8>> {
    Case::BOTH
        .into_iter()
        .map(|case| secret.iter().flat_map(|&byte| case.hex_digits(byte)).collect())
        .collect()
}

/// Returns the secret as the usual URL and form encoders write it.
fn url_encodings(secret: &str) -> Vec<Vec<u8>> {
    // The characters besides letters and digits that an encoder does not encode: encodeURIComponent; the
    // WHATWG form serializer; RFC 3986 (PHP's rawurlencode); PHP's urlencode; Python's quote; encodeURI.
    const UNTOUCHED: [&[u8]; 6] =
        [b"-_.!~*'()", b"*-._", b"-._~", b"-._", b"-._~/", b"-_.!~*'();/?:@&=+$,#"];
    let mut encodings = Vec::new();
    for untouched in UNTOUCHED {
        for space in ["%20", "+"] {
            for case in Case::BOTH {
                encodings.push(url_encoding(secret, untouched, space, case));
            }
        }
    }
    encodings
}

/// Returns the secret, percent-encoded except for letters, digits and the `untouched` characters.
fn url_encoding(secret: &str, untouched: &[u8], space: &str, case: Case) -> Vec<u8> {
    let mut encoding = Vec::with_capacity(secret.len() * LONGEST_ESCAPE);
    for byte in secret.bytes() {
        if byte == b' ' {
            encoding.extend_from_slice(space.as_bytes());
        } else if byte.is_ascii_alphanumeric() || untouched.contains(&byte) {
            encoding.push(byte);
        } else {
            encoding.push(b'%');
            encoding.extend(case.hex_digits(byte));
        }
    }
    encoding
}

/// Returns the secret as the usual writers of JSON and JavaScript strings escape it.
fn json_escapings(secret: &str) -> Vec<Vec<u8>> {
    let mut escapings = Vec::new();
    for quote in ['"', '\'', '`'] {
        for escapes_slash in [false, true] {
            // Go and Rails escape the second set for HTML, .NET and PHP's JSON_HEX_* the third.
            for as_code in ["", "<>&", "<>&'\"`+"] {
                for beyond_ascii in [BeyondAscii::Raw, BeyondAscii::CodeUnits, BeyondAscii::Short] {
                    for case in Case::BOTH {
                        let style =
                            StringStyle { quote, escapes_slash, as_code, beyond_ascii, case };
                        escapings.push(style.escaped(secret));
                    }
                }
            }
        }
    }
    escapings
}

/// How a writer of JSON or JavaScript writes a string.
struct StringStyle {
    /// The quote around the string.
    quote: char,
    /// Whether a slash gets a backslash.
    escapes_slash: bool,
    /// The ASCII characters that are written by their code.
    as_code: &'static str,
    /// How characters outside ASCII are written.
    beyond_ascii: BeyondAscii,
    /// The case of hexadecimal digits.
    case: Case,
}

/// How characters outside ASCII are written in a string.
#[derive(Clone, Copy)]
enum BeyondAscii {
    /// Unescaped.
    Raw,
    /// As `\uXXXX`, two of them where UTF-16 needs two.
    CodeUnits,
    /// As the shortest of `\xXX`, `\uXXXX` and `\u{X}`, as esbuild does.
    Short,
}

impl StringStyle {
    /// Returns the text, escaped as the content of a string.
    fn escaped(&self, text: &str) -> Vec<u8> {
        let mut result = Vec::with_capacity(text.len() * LONGEST_ESCAPE);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let opens_expression =
                self.quote == '`' && character == '$' && characters.peek() == Some(&'{');
            if self.is_by_code(character) {
                self.push_code(character, &mut result);
                continue;
            }
            if opens_expression || self.is_behind_backslash(character) {
                result.push(b'\\');
            }
            result.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        result
    }

    /// Tells whether a character is written as a code.
    fn is_by_code(&self, character: char) -> bool {
        if character.is_ascii() {
            return character.is_ascii_control() || self.as_code.contains(character);
        }
        !matches!(self.beyond_ascii, BeyondAscii::Raw)
    }

    /// Tells whether a character gets a backslash.
    fn is_behind_backslash(&self, character: char) -> bool {
        character == '\\' || character == self.quote || (character == '/' && self.escapes_slash)
    }

    /// Appends a character as its code.
    fn push_code(&self, character: char, result: &mut Vec<u8>) {
        let code = u32::from(character);
        if matches!(self.beyond_ascii, BeyondAscii::Short) && !character.is_ascii() {
            match code {
                ..=0xff => return self.push_hex(r"\x", code, 2, "", result),
                0x1_0000.. => return self.push_hex(r"\u{", code, 5, "}", result),
                _ => {}
            }
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            self.push_hex(r"\u", u32::from(*unit), 4, "", result);
        }
    }

    /// Appends a number between two texts, with at least `digits` hexadecimal digits.
    fn push_hex(&self, before: &str, number: u32, digits: u8, after: &str, result: &mut Vec<u8>) {
        result.extend_from_slice(before.as_bytes());
        // A Unicode scalar value has at most six digits.
        for place in (0..6).rev() {
            let digit = number >> (4 * place) & 0xf;
            if place < u32::from(digits) || number >> (4 * place) != 0 {
                result.push(self.case.hex_digit(digit));
            }
        }
        result.extend_from_slice(after.as_bytes());
    }
}

/// The case of hexadecimal digits.
#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
}

impl Case {
    /// Both cases.
    const BOTH: [Self; 2] = [Self::Lower, Self::Upper];

    /// Returns the two digits of a byte.
    fn hex_digits(self, byte: u8) -> [u8; 2] {
        [self.hex_digit(u32::from(byte >> 4)), self.hex_digit(u32::from(byte & 0xf))]
    }

    /// Returns the digit of a number below 16.
    fn hex_digit(self, number: u32) -> u8 {
        let digits = match self {
            Self::Lower => b"0123456789abcdef",
            Self::Upper => b"0123456789ABCDEF",
        };
        digits[number as usize % digits.len()]
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Url, Encoding as _};
    use proptest::prelude::*;

    use super::*;

    fn texts(secret: &str, form: Form) -> Vec<String> {
        let mut texts: Vec<String> = patterns_of(secret)
            .into_iter()
            .filter(|pattern| pattern.form == form)
            .map(|pattern| String::from_utf8(pattern.bytes.to_vec()).expect("text"))
            .collect();
        texts.sort();
        texts
    }

    #[test]
    fn a_generated_secret_has_few_patterns() {
        let secret = "dsk_secret_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let forms: Vec<Form> =
            patterns_of(secret).into_iter().map(|pattern| pattern.form).collect();
        let base64 = Form::Base64;
        assert_eq!(forms, [Form::Plain, base64, base64, base64, Form::Hex, Form::Hex]);
    }

    #[test]
    fn base64_has_the_characters_that_depend_on_the_secret_alone_at_each_alignment() {
        let secret = "0123456789abcdef";
        let expected = ["AxMjM0NTY3ODlhYmNkZW", "MDEyMzQ1Njc4OWFiY2RlZ", "wMTIzNDU2Nzg5YWJjZGVm"];
        assert_eq!(texts(secret, Form::Base64), expected);
    }

    #[test]
    fn base64_has_both_alphabets_and_the_escapes_of_urls_and_json() {
        let texts = texts("~~~???~~~???>>>???", Form::Base64);
        for expected in [
            "fn5+Pz8/fn5+Pz8/Pj4+Pz8/",
            "fn5-Pz8_fn5-Pz8_Pj4-Pz8_",
            r"fn5+Pz8\/fn5+Pz8\/Pj4+Pz8\/",
            "fn5%2BPz8%2Ffn5%2BPz8%2FPj4%2BPz8%2F",
            "fn5%2bPz8%2ffn5%2bPz8%2fPj4%2bPz8%2f",
        ] {
            assert!(texts.iter().any(|text| text == expected), "{expected}");
        }
    }

    #[test]
    fn base64_so_short_that_it_is_found_by_chance_is_not_searched_for() {
        assert_eq!(texts("12345678", Form::Base64), Vec::<String>::new());
        assert_eq!(texts("123456789", Form::Base64), ["MTIzNDU2Nzg5"]);
    }

    #[test]
    fn hex_is_lowercase_and_uppercase() {
        assert_eq!(texts("jklmno", Form::Hex), ["6A6B6C6D6E6F", "6a6b6c6d6e6f"]);
    }

    #[test]
    fn url_encodings_are_those_of_the_usual_encoders() {
        let texts = texts("a b/c~d!e*ü", Form::UrlEncoded);
        for expected in [
            "a%20b%2Fc~d!e*%C3%BC",
            "a+b%2Fc%7Ed%21e*%C3%BC",
            "a%20b%2Fc~d%21e%2A%C3%BC",
            "a+b%2Fc%7Ed%21e%2A%C3%BC",
            "a%20b/c~d%21e%2A%C3%BC",
            "a%20b/c~d!e*%C3%BC",
            "a+b%2fc%7ed%21e*%c3%bc",
        ] {
            assert!(texts.iter().any(|text| text == expected), "{expected}");
        }
    }

    #[test]
    fn json_escapings_are_those_of_the_usual_writers() {
        let texts = texts("\"'`\\/<é–😀${", Form::JsonEscaped);
        for expected in [
            r#"\"'`\\/<é–😀${"#,
            r#""\'`\\/<é–😀${"#,
            r#""'\`\\/<é–😀\${"#,
            r#"\"'`\\\/<\u00e9\u2013\ud83d\ude00${"#,
            r#"\"'`\\/<\u00E9\u2013\uD83D\uDE00${"#,
            r#"\"'`\\/\u003cé–😀${"#,
            r"\u0022\u0027\u0060\\/\u003C\u00E9\u2013\uD83D\uDE00${",
            r#"\"'`\\/<\xE9\u2013\u{1F600}${"#,
        ] {
            assert!(texts.iter().any(|text| text == expected), "{expected}");
        }
    }

    #[test]
    fn encodings_that_equal_the_plain_secret_are_left_out() {
        let secret = "nothing-to-escape_here.";
        assert_eq!(texts(secret, Form::JsonEscaped), Vec::<String>::new());
        assert_eq!(texts(secret, Form::UrlEncoded), Vec::<String>::new());
        assert_eq!(patterns_of("").len(), 0);
    }

    proptest! {
        #[test]
        fn base64_of_any_text_with_the_secret_inside_has_a_pattern(
            before in prop::collection::vec(any::<u8>(), 0..20),
            secret in "\\PC{12,40}",
            after in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let whole = [before.as_slice(), secret.as_bytes(), after.as_slice()].concat();
            let patterns = patterns_of(&secret);
            for text in [Base64::encode_string(&whole), Base64Url::encode_string(&whole)] {
                let position = patterns
                    .iter()
                    .filter(|pattern| pattern.form == Form::Base64)
                    .filter_map(|pattern| str::from_utf8(&pattern.bytes).ok())
                    .find_map(|pattern| text.find(pattern));
                let first_own_character = (8 * before.len()).div_ceil(6);
                prop_assert_eq!(position, Some(first_own_character));
            }
        }

        #[test]
        fn patterns_are_distinct_and_not_empty(secret in "\\PC{1,30}") {
            let patterns = patterns_of(&secret);
            for (index, pattern) in patterns.iter().enumerate() {
                prop_assert!(!pattern.bytes.is_empty());
                prop_assert!(patterns[..index].iter().all(|other| other.bytes != pattern.bytes));
            }
        }
    }
}
