//! The answers of calls, as bytes for Java.

use std::panic::{AssertUnwindSafe, catch_unwind};

use deskseal_bridge::{Answer, Failure};

use crate::arguments::JavaArguments;

/// The first byte of an answer, of a failure, and of nothing. The number of the bytes that follow comes next, as four bytes
/// with the lowest first.
const ANSWER: u8 = 0;
const FAILURE: u8 = 1;
const NOTHING: u8 = 2;

/// The number of the bytes before an answer.
const HEAD: usize = 5;

/// The number of hexadecimal digits of a signature.
const SIGNATURE_DIGITS: usize = 64;

/// The sentence of a panic.
const INTERNAL: &str =
    "Internal error in deskseal; nothing was signed or verified. Please report this bug.";

/// Returns the bytes of the call's answer. A panic is a failure.
///
/// A list is written as parts, as [`Answer`] defines them; a failure as the parts kind (`secret`, `input`,
/// `verification`, or `internal` for a fault of the package), code, message, and `true` or `false` for whether it is
/// about the customer.
pub(crate) fn of(
    arguments: &[u8],
    call: impl FnOnce(&JavaArguments<'_>) -> Result<Answer, Failure>,
) -> Vec<u8> {
    // The handles are the only state that outlives a panic, and no call changes an object.
    let result = catch_unwind(AssertUnwindSafe(|| call(&JavaArguments::read(arguments)?)));
    match result {
        Ok(Ok(Answer::Nothing)) => joined(NOTHING, &[]),
        Ok(Ok(Answer::Text(text))) => joined(ANSWER, &[text.as_bytes()]),
        Ok(Ok(Answer::Secret(text))) => joined(ANSWER, &[text.as_bytes()]),
        Ok(Ok(Answer::Signed(signature, text))) => {
            let mut digits = [0; SIGNATURE_DIGITS];
            joined(ANSWER, &[signature.write_hex(&mut digits).as_bytes(), text.as_bytes()])
        }
        Ok(Ok(Answer::Texts(texts))) => joined(ANSWER, &[parts(&texts).as_bytes()]),
        Ok(Err(Failure::Rejected(error))) => {
            let is_about_customer = if error.is_about_customer() { "true" } else { "false" };
            let kind = error.kind();
            failure([kind.as_str(), error.code().as_str(), error.message(), is_about_customer])
        }
        Ok(Err(other)) => failure(["internal", "", &other.to_string(), "false"]),
        Err(_) => failure(["internal", "", INTERNAL, "false"]),
    }
}

fn failure(texts: [&str; 4]) -> Vec<u8> {
    joined(FAILURE, &[parts(&texts).as_bytes()])
}

fn parts(texts: &[impl AsRef<str>]) -> String {
    let mut parts = String::new();
    for text in texts {
        parts.push_str(&text.as_ref().replace('\u{1}', "\u{1}1").replace('\0', "\u{1}0"));
        parts.push('\0');
    }
    parts
}

fn joined(tag: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut bytes = Vec::with_capacity(HEAD + length);
    bytes.push(tag);
    // An answer of 4 GiB is longer than every array of Java.
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    for piece in pieces {
        bytes.extend_from_slice(piece);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the first byte and the text of an answer, after checking its length.
    fn text_of(call: impl FnOnce(&JavaArguments<'_>) -> Result<Answer, Failure>) -> (u8, String) {
        let bytes = of(&[], call);
        let (head, text) = bytes.split_at(HEAD);
        assert_eq!(head[1..], u32::try_from(text.len()).expect("it is short").to_le_bytes());
        (head[0], String::from_utf8_lossy(text).into_owned())
    }

    #[test]
    fn a_list_is_written_as_parts_in_which_zeros_are_escaped() {
        let texts = text_of(|_| Ok(Answer::Texts(vec!["a\0b".to_owned(), "\u{1}".to_owned()])));
        assert_eq!(texts, (ANSWER, "a\u{1}0b\0\u{1}1\0".to_owned()));
        assert_eq!(text_of(|_| Ok(Answer::Nothing)), (NOTHING, String::new()));
    }

    #[test]
    fn misuse_and_panics_are_internal_failures() {
        let (tag, text) = text_of(|_| Err(Failure::Misuse));
        assert!(tag == FAILURE && text.starts_with("internal\0\0"));
        let panic = text_of(|_| panic!("on purpose"));
        assert_eq!(panic, (FAILURE, format!("internal\0\0{INTERNAL}\0false\0")));
    }

    #[test]
    fn a_rejection_has_kind_code_message_and_whether_it_is_about_the_customer() {
        let (tag, text) =
            text_of(|_| Err(deskseal::canonical_email("").expect_err("empty").into()));
        assert!(tag == FAILURE);
        assert!(text.starts_with("input\0email_empty\0") && text.ends_with("\0true\0"));
    }
}
