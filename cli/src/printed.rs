//! Escapes what could steer a terminal, forge a line or turn a text around, in all that is printed.
//!
//! Names and paths are often somebody else's: those of a downloaded archive, of a build, of a page.

use std::ffi::OsStr;
use std::fmt::Write as _;

use serde_json::Value;

/// Returns a name or a path as every command prints it: what is not printable, such as control characters,
/// line breaks and marks of direction, stands as `\n` or `\u{1b}`, and a byte that is no UTF-8 as `\xFF`.
///
/// A backslash is doubled, so that no other name is printed alike. On Windows it is not: it separates the
/// folders of every path, and names cannot contain it.
pub(crate) fn printed(name: impl AsRef<OsStr>) -> String {
    let mut printed = String::new();
    for chunk in name.as_ref().as_encoded_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '\\' && !cfg!(windows) {
                printed.push('\\');
            }
            push(&mut printed, character);
        }
        for byte in chunk.invalid() {
            let _ = write!(printed, "\\x{byte:02X}");
        }
    }
    printed
}

/// Returns a line in which every name has been through [`printed`], and escapes what has not.
pub(crate) fn printed_line(line: &str) -> String {
    let mut printed = String::new();
    line.chars().for_each(|character| push(&mut printed, character));
    printed
}

/// Returns the JSON of a value, in which what is not printable is escaped as JSON does it.
pub(crate) fn printed_json(value: &Value) -> String {
    let mut printed = String::new();
    for character in value.to_string().chars() {
        if is_printable(character) {
            printed.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(printed, "\\u{unit:04x}");
        }
    }
    printed
}

fn push(printed: &mut String, character: char) {
    if is_printable(character) {
        printed.push(character);
    } else {
        printed.extend(character.escape_debug());
    }
}

/// Tells whether a character is one to be seen. The standard library escapes the others: categories Cc, Cf,
/// Co, Cn, Zl and Zp, and all spaces but the usual one.
fn is_printable(character: char) -> bool {
    // Behind a letter, an accent of its own stays one; quotes and backslashes are escaped for other reasons.
    let behind_letter = format!("a{character}");
    let is_escaped = behind_letter.escape_debug().ne(behind_letter.chars());
    !is_escaped || matches!(character, '\'' | '"' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_to_be_seen_is_escaped() {
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
            assert_eq!(printed(name), expected);
            assert_eq!(printed_line(&printed(name)), expected, "once is enough");
        }
    }

    #[test]
    fn no_character_of_control_or_direction_is_printed() {
        // Unicode's categories Cc, Cf, Zl and Zp (DerivedGeneralCategory.txt), where they are not one range.
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
            assert!(!printed(&name).contains(character), "{name:?}");
            let json = printed_json(&Value::String(name.clone()));
            assert!(json.is_ascii() && json.bytes().all(|byte| byte >= b' '), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), name);
        }
    }

    #[cfg(unix)]
    #[test]
    fn different_names_are_printed_differently() {
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
            assert_eq!(printed(OsStr::from_bytes(bytes)), expected);
        }
    }
}
