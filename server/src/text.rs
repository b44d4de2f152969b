//! Reads messages, subjects and names, and removes invisible characters.

use std::fmt::Write as _;

use deskseal::ErrorCode;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The longest message, in characters.
const MAX_MESSAGE: usize = 10_000;

/// The longest subject that may be given, in characters.
const MAX_SUBJECT: usize = 200;

/// The longest subject that is made from a message, in characters.
const MAX_MADE_SUBJECT: usize = 80;

/// The longest name of a person, in characters.
const MAX_NAME: usize = 100;

/// The longest preview of a message, in characters.
const MAX_PREVIEW: usize = 140;

/// Why a text is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The message contains only whitespace.
    #[error("The message is empty. Write a text.")]
    MessageEmpty,
    /// The message has more than 10 000 characters.
    #[error("The message has more than 10000 characters. Shorten it.")]
    MessageTooLong,
    /// The subject has more than 200 characters.
    #[error("The subject has more than 200 characters. Shorten it.")]
    SubjectTooLong,
    /// The name has more than 100 characters.
    #[error("The name has more than 100 characters. Shorten it.")]
    NameTooLong,
}

/// Returns the sentence for a person who typed an invalid e-mail address. The library's own sentences are for the
/// developers of a product.
pub(crate) const fn typed_email_problem(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::EmailEmpty => "Enter an e-mail address.",
        ErrorCode::EmailTooLong => "This e-mail address is too long. Please check it.",
        ErrorCode::EmailAmbiguous => {
            "This e-mail address has a letter that looks like another one. Please type it again."
        }
        _ => "This e-mail address is incomplete. Enter one such as ada@example.com.",
    }
}

/// A message's text: 1 to 10 000 characters, with lines that end in a line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// Reads a message. It removes surrounding whitespace and control characters: pasted text contains them,
    /// they are invisible, and not every database stores them.
    ///
    /// # Errors
    /// [`TextError::MessageEmpty`], [`TextError::MessageTooLong`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let is_kept =
            |character: &char| matches!(character, '\n' | '\t') || !character.is_control();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text.chars().filter(is_kept).collect();
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::MessageEmpty);
        }
        if text.chars().count() > MAX_MESSAGE {
            return Err(TextError::MessageTooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text's beginning on one line.
    pub(crate) fn preview(&self) -> String {
        shortened(&on_one_line(&self.0), MAX_PREVIEW)
    }
}

/// A conversation's subject: one line of 1 to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Reads a subject. An empty one is made from the message's first line.
    ///
    /// # Errors
    /// [`TextError::SubjectTooLong`].
    pub fn parse(text: Option<&str>, message: &MessageText) -> Result<Self, TextError> {
        let given = text.map(on_one_line).filter(|given| !given.is_empty());
        match given {
            Some(given) if given.chars().count() > MAX_SUBJECT => Err(TextError::SubjectTooLong),
            Some(given) => Ok(Self(given)),
            None => Ok(Self::made_of(message)),
        }
    }

    fn made_of(message: &MessageText) -> Self {
        let first_line = message.0.lines().next().unwrap_or_default();
        Self(shortened(&on_one_line(first_line), MAX_MADE_SUBJECT))
    }

    /// Returns the subject.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that a visitor typed: one line of 1 to 100 characters. It proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name; `None` when it is empty.
    ///
    /// # Errors
    /// [`TextError::NameTooLong`].
    pub fn parse(text: &str) -> Result<Option<Self>, TextError> {
        let name = on_one_line(text);
        match name.chars().count() {
            0 => Ok(None),
            count if count > MAX_NAME => Err(TextError::NameTooLong),
            _ => Ok(Some(Self(name))),
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the words of a text on one line.
pub(crate) fn on_one_line(text: &str) -> String {
    let is_gap = |character: char| character.is_whitespace() || character.is_control();
    let words: Vec<_> = text.split(is_gap).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Returns a text that a contact wrote about themselves, to be shown beside a proved identity: one line of at
/// most `most` characters, without hidden characters or characters that change the direction of the text.
///
/// Invisible characters are written as their code points. Joiners and variation selectors stay, because names
/// need them.
pub(crate) fn visible(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for character in on_one_line(text).chars() {
        if is_hidden(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shortened(&shown, most)
}

fn is_hidden(character: char) -> bool {
    let is_part_of_names = matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let is_filler = matches!(character, '\u{2800}' | '\u{3164}' | '\u{ffa0}');
    !is_part_of_names
        && (is_filler
            || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
            || CodePointMapData::<GeneralCategory>::new().get(character) == GeneralCategory::Format)
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MessageText, PersonName, Subject, TextError, visible};

    fn message(text: &str) -> MessageText {
        MessageText::parse(text).expect("it is a message")
    }

    #[test]
    fn control_characters_are_left_out_and_lines_kept() {
        assert_eq!(message(" a\r\nb\rc\0\u{1b}[0m\td \n").as_str(), "a\nb\nc[0m\td");
    }

    #[test]
    fn a_message_without_visible_characters_is_empty() {
        for text in ["", " \r\n\t ", "\0\0", "\u{a0}\u{3000}"] {
            assert_eq!(MessageText::parse(text), Err(TextError::MessageEmpty), "{text:?}");
        }
    }

    #[test]
    fn limits_count_characters_and_not_bytes() {
        assert!(MessageText::parse(&"ü".repeat(10_000)).is_ok());
        assert_eq!(MessageText::parse(&"a".repeat(10_001)), Err(TextError::MessageTooLong));
    }

    #[test]
    fn a_subject_is_given_or_made_of_the_first_line() {
        let text = message("Cannot   log in\nIt says 403.");
        let subject = |given| Subject::parse(given, &text).map(|subject| subject.0);
        assert_eq!(subject(Some(" Log\nin ")), Ok("Log in".to_owned()));
        for nothing in [None, Some(" \n")] {
            assert_eq!(subject(nothing), Ok("Cannot log in".to_owned()));
        }
        assert_eq!(subject(Some(&"a".repeat(201))), Err(TextError::SubjectTooLong));
    }

    #[test]
    fn a_name_is_one_line_or_absent() {
        let name = |text| PersonName::parse(text).map(|name| name.map(|name| name.0));
        assert_eq!(name(" Ada\r\n\0 Lovelace "), Ok(Some("Ada Lovelace".to_owned())));
        assert_eq!(name(" \t"), Ok(None));
        assert_eq!(name(&"ü".repeat(101)), Err(TextError::NameTooLong));
    }

    #[test]
    fn hidden_characters_become_visible_in_a_text_beside_a_proof() {
        for (text, shown) in [
            ("Ada\u{202e}moc", "Ada⟨U+202E⟩moc"),
            ("a\u{2066}b\u{2069}\u{200f}", "a⟨U+2066⟩b⟨U+2069⟩⟨U+200F⟩"),
            ("a\u{200b}b\u{feff}", "a⟨U+200B⟩b⟨U+FEFF⟩"),
            ("a\u{e0041}\u{ad}\u{3164}", "a⟨U+E0041⟩⟨U+00AD⟩⟨U+3164⟩"),
            ("one\r\ntwo\u{2028}three\u{85}four", "one two three four"),
            ("علی\u{200c}رضا 👩\u{200d}🚀", "علی\u{200c}رضا 👩\u{200d}🚀"),
        ] {
            assert_eq!(visible(text, 100), shown);
        }
        assert_eq!(visible(&"ü".repeat(300), 10).chars().count(), 10);
    }

    #[test]
    fn a_long_first_line_is_shortened_at_a_character() {
        let subject = Subject::parse(None, &message(&"ü".repeat(200))).expect("it is made");
        assert_eq!(subject.as_str(), format!("{}…", "ü".repeat(79)));
        assert_eq!(message(&"ü\n".repeat(200)).preview().chars().count(), 140);
    }
}
