//! The answers of calls.

use deskseal::{Embed, Explanation, Signature, VerifiedIdentity, VerifiedUser};
use zeroize::Zeroizing;

use crate::Failure;
use crate::claims::push_attributes;

/// The answer of a call. A result with several values is one text where that costs a host less than several texts.
///
/// A text of parts has a zero after each part. Within the attributes of a customer, which may contain any character,
/// a zero is written as U+0001 and `0`, and U+0001 as U+0001 and `1`; no other part contains either.
#[derive(Debug)]
pub enum Answer {
    /// Nothing, which is no error.
    Nothing,
    /// A text.
    Text(String),
    /// A text: the signature's 64 hexadecimal digits, and the text after them.
    Signed(Signature, String),
    /// A text whose memory is to be overwritten after the host has copied it.
    Secret(Zeroizing<String>),
    /// A list of texts.
    Texts(Vec<String>),
}

/// What follows each part of a text.
pub(crate) const PART_END: char = '\0';

/// The first character of a character that is written otherwise.
pub(crate) const ESCAPE: char = '\u{1}';

/// The characters that are written otherwise, in the order in which they are read again.
pub(crate) const ESCAPED: [(&str, &str); 2] = [("\0", "\u{1}0"), ("\u{1}", "\u{1}1")];

/// The attributes that every embed has, and those of either proof of identity.
const FIRST_ATTRIBUTES: [&str; 2] = ["src", "data-helpdesk-id"];
const SIGNATURE_ATTRIBUTES: [&str; 2] = ["data-email", "data-signature"];
const TOKEN_ATTRIBUTE: &str = "data-identity";

/// The attributes that some embeds have, in order. The number of a list of names has one bit for each of them, after
/// the bit for a token.
const OPTIONAL_ATTRIBUTES: [&str; 5] =
    ["data-align", "data-max-width", "data-container", "crossorigin", "nonce"];

/// Returns the list of attribute names with this number, with which the answer for an embed begins.
///
/// # Errors
/// [`Failure::Misuse`] if there is no such list.
pub fn attribute_names(number: u8) -> Result<Answer, Failure> {
    if number >= 1 << (OPTIONAL_ATTRIBUTES.len() + 1) {
        return Err(Failure::Misuse);
    }
    let proof = if number & 1 == 1 { &[TOKEN_ATTRIBUTE][..] } else { &SIGNATURE_ATTRIBUTES };
    let optional = OPTIONAL_ATTRIBUTES.iter().enumerate();
    let optional = optional.filter(|(bit, _)| number >> (bit + 1) & 1 == 1).map(|(_, name)| name);
    let names = FIRST_ATTRIBUTES.iter().chain(proof).chain(optional);
    Ok(Answer::Texts(names.map(|name| (*name).to_owned()).collect()))
}

/// Returns the number of the embed's list of attribute names.
fn number_of_names(embed: &Embed) -> u8 {
    let bit = |name: &str| match name {
        TOKEN_ATTRIBUTE => 1,
        name => OPTIONAL_ATTRIBUTES
            .iter()
            .position(|optional| *optional == name)
            .map_or(0, |position| 2 << position),
    };
    embed.attributes().map(|(name, _)| bit(name)).sum()
}

/// Returns one character whose code is the number of the list of attribute names, then the attributes' values as
/// parts, and the HTML: no value contains a zero.
pub(crate) fn embed(embed: &Embed) -> Answer {
    let values = embed.attributes().map(|(_, value)| value.len() + 1).sum::<usize>();
    let mut answer = String::with_capacity(1 + values + embed.html.len());
    answer.push(number_of_names(embed).into());
    for (_, value) in embed.attributes() {
        answer.push_str(value);
        answer.push(PART_END);
    }
    answer.push_str(&embed.html);
    Answer::Text(answer)
}

/// Returns the secret's index, the timestamp and the user id, separated by spaces.
pub(crate) fn verified_user(user: &VerifiedUser) -> Answer {
    let VerifiedUser { user_id, timestamp, secret_index, .. } = user;
    Answer::Text(format!("{secret_index} {} {}", timestamp.seconds(), user_id.as_str()))
}

/// Returns parts: the secret's index, the times of signing and of expiry, token id, e-mail, unverified e-mail, user
/// id and name, and the attributes. One that is not given is empty.
pub(crate) fn verified_identity(identity: &VerifiedIdentity) -> Answer {
    let VerifiedIdentity { email, unverified_email, user_id, name, attributes, token_id, .. } =
        identity;
    let texts = [
        token_id.as_deref(),
        email.as_ref().map(AsRef::as_ref),
        unverified_email.as_ref().map(AsRef::as_ref),
        user_id.as_ref().map(AsRef::as_ref),
        name.as_deref(),
    ];
    let VerifiedIdentity { secret_index, issued_at, expires_at, .. } = identity;
    let mut answer = format!("{secret_index}\0{issued_at}\0{expires_at}\0");
    for text in texts {
        answer.push_str(text.unwrap_or_default());
        answer.push(PART_END);
    }
    push_attributes(attributes, &mut answer);
    Answer::Text(answer)
}

/// Returns each finding's code and message: code, message, code, message …
pub(crate) fn findings(explanation: Explanation) -> Answer {
    let findings = explanation.findings.into_iter();
    Answer::Texts(
        findings.flat_map(|finding| [finding.code.as_str().to_owned(), finding.message]).collect(),
    )
}

/// Adds a part, and its end.
pub(crate) fn push_part(part: &str, answer: &mut String) {
    if part.contains([PART_END, ESCAPE]) {
        let escaped = ESCAPED.iter().rev();
        answer.push_str(
            &escaped.fold(part.to_owned(), |text, (character, written)| {
                text.replace(character, written)
            }),
        );
    } else {
        answer.push_str(part);
    }
    answer.push(PART_END);
}
