//! Escapes names and paths in the command's output, so that they cannot control a terminal or forge a line.

/// Returns a name or a path for printing: a line break becomes `\n`, and any other invisible character, such
/// as a mark of direction, becomes `\u{202e}`.
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

/// Returns several lines for printing, when each name in them went through [`printed`].
pub fn printed_lines(text: &str) -> String {
    text.split('\n').map(printed).collect::<Vec<_>>().join("\n")
}

/// Tells whether a character is visible, by the standard library's own table.
fn is_printable(character: char) -> bool {
    // A combining accent after a letter is not escaped; quotes and backslashes are escaped for other reasons.
    let behind_letter = format!("a{character}");
    let is_escaped = behind_letter.escape_debug().ne(behind_letter.chars());
    !is_escaped || matches!(character, '\'' | '"' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_escaped_and_line_breaks_stay() {
        assert_eq!(printed("Zoë's \"C:\\desk\""), "Zoë's \"C:\\desk\"");
        assert_eq!(
            printed("a\n\u{1B}[2A\u{9B}\u{202E}\u{2028}"),
            "a\\n\\u{1b}[2A\\u{9b}\\u{202e}\\u{2028}"
        );
        assert_eq!(printed_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }
}
