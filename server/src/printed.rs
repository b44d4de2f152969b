//! Escapes what could steer a terminal or forge a line, in what the command prints of names and paths.

/// Returns a name or a path as it is printed: a line break stands as `\n`, and any other character that is
/// not to be seen, such as a mark of direction, as `\u{202e}`.
pub fn printed(name: &str) -> String {
    let mut printed = String::new();
    for character in name.chars() {
        if is_printable(character) {
            printed.push(character);
        } else {
            printed.extend(character.escape_debug());
        }
    }
    printed
}

/// Returns lines as they are printed, when each name in them has been through [`printed`].
pub fn printed_lines(text: &str) -> String {
    text.split('\n').map(printed).collect::<Vec<_>>().join("\n")
}

/// Tells whether a character is one to be seen, by the standard library's own table.
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
    fn what_is_not_to_be_seen_is_escaped_and_lines_stay_lines() {
        assert_eq!(printed("Zoë's \"C:\\desk\""), "Zoë's \"C:\\desk\"");
        assert_eq!(
            printed("a\n\u{1B}[2A\u{9B}\u{202E}\u{2028}"),
            "a\\n\\u{1b}[2A\\u{9b}\\u{202e}\\u{2028}"
        );
        assert_eq!(printed_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }
}
