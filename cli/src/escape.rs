//! Escapes control and format characters in everything that the command prints.
//!
//! Names and paths may come from an attacker, for example from a downloaded archive. Unescaped, they could
//! control the terminal, fake a line of output, or reverse the direction of text.

use std::ffi::OsStr;
use std::fmt::Write as _;

use serde_json::Value;

/// Returns a name or a path with escapes: a control character, line break or direction mark as `\n` or
/// `\u{1b}`, and a byte that is not UTF-8 as `\xFF`.
///
/// A backslash is doubled, so that two different names never look the same. On Windows it is not doubled:
/// there it separates folders, and names cannot contain it.
pub(crate) fn escaped(name: impl AsRef<OsStr>) -> String {
    let mut escaped = String::new();
    for chunk in name.as_ref().as_encoded_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '\\' && !cfg!(windows) {
                escaped.push('\\');
            }
            push(&mut escaped, character);
        }
        for byte in chunk.invalid() {
            let _ = write!(escaped, "\\x{byte:02X}");
        }
    }
    escaped
}

/// Returns a whole line with escapes, as a second protection: its names have already been [`escaped`].
pub(crate) fn escaped_line(line: &str) -> String {
    let mut escaped = String::new();
    line.chars().for_each(|character| push(&mut escaped, character));
    escaped
}

/// Returns a value as JSON, with characters that are not printable as `\uXXXX`.
pub(crate) fn escaped_json(value: &Value) -> String {
    let mut escaped = String::new();
    for character in value.to_string().chars() {
        if is_printable(character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

fn push(escaped: &mut String, character: char) {
    if is_printable(character) {
        escaped.push(character);
    } else {
        escaped.extend(character.escape_debug());
    }
}

/// Tells whether a character is printable. Not printable are the categories Cc, Cf, Co, Cn, Zl and Zp, and
/// all spaces except U+0020; the standard library knows them.
fn is_printable(character: char) -> bool {
    // After a letter, `escape_debug` keeps combining accents. It escapes quotes and backslashes as well.
    let after_letter = format!("a{character}");
    let is_escaped = after_letter.escape_debug().ne(after_letter.chars());
    !is_escaped || matches!(character, '\'' | '"' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_are_not_printable_are_escaped() {
        let cases = [
            ("shop/a b.js", "shop/a b.js"),
            ("it's \"so\"", "it's \"so\""),
            ("Grüße/日本語/e\u{301}/\u{1F600}", "Grüße/日本語/e\u{301}/\u{1F600}"),
            ("a\n\r\t\0b", "a\\n\\r\\t\\0b"),
            ("\u{1B}[2A\u{7}\u{8}", "\\u{1b}[2A\\u{7}\\u{8}"),
            ("\u{7F}\u{85}\u{9B}2J", "\\u{7f}\\u{85}\\u{9b}2J"),
            ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            ("\u{202E}txt.exe\u{2066}\u{2069}", "\\u{202e}txt.exe\\u{2066}\\u{2069}"),
            ("\u{200B}\u{200D}\u{FEFF}\u{AD}", "\\u{200b}\\u{200d}\\u{feff}\\u{ad}"),
            ("\u{E0001}\u{A0}\u{3000}", "\\u{e0001}\\u{a0}\\u{3000}"),
        ];
        for (name, expected) in cases {
            assert_eq!(escaped(name), expected);
            assert_eq!(
                escaped_line(&escaped(name)),
                expected,
                "escaping a line keeps escaped names"
            );
        }
    }

    #[test]
    fn every_control_and_format_character_is_escaped() {
        // Unicode's categories Cc, Cf, Zl and Zp (DerivedGeneralCategory.txt).
        let ranges = [
            0x00..=0x1F_u32,
            0x7F..=0x9F,
            0xAD..=0xAD,
            0x600..=0x605,
            0x61C..=0x61C,
            0x6DD..=0x6DD,
            0x70F..=0x70F,
            0x890..=0x891,
            0x8E2..=0x8E2,
            0x180E..=0x180E,
            0x200B..=0x200F,
            0x2028..=0x202E,
            0x2060..=0x206F,
            0xFEFF..=0xFEFF,
            0xFFF9..=0xFFFB,
            0x110BD..=0x110BD,
            0x110CD..=0x110CD,
            0x13430..=0x1343F,
            0x1BCA0..=0x1BCA3,
            0x1D173..=0x1D17A,
            0xE0001..=0xE007F,
        ];
        for character in ranges.into_iter().flatten().filter_map(char::from_u32) {
            let name = character.to_string();
            assert!(!escaped(&name).contains(character), "{name:?}");
            let json = escaped_json(&Value::String(name.clone()));
            assert!(json.is_ascii() && json.bytes().all(|byte| byte >= b' '), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), name);
        }
    }

    #[cfg(unix)]
    #[test]
    fn different_names_are_escaped_differently() {
        use std::os::unix::ffi::OsStrExt as _;

        let cases = [
            (&b"a\nb"[..], "a\\nb"),
            (b"a\\nb", "a\\\\nb"),
            (b"a\\\nb", "a\\\\\\nb"),
            (b"\xFF", "\\xFF"),
            (b"\\xFF", "\\\\xFF"),
            (b"\xED\xA0\x80", "\\xED\\xA0\\x80"),
            ("\u{FFFD}".as_bytes(), "\u{FFFD}"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(escaped(OsStr::from_bytes(bytes)), expected);
        }
    }
}
