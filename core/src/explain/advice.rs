//! The sentences of findings: each says what to change, and none contains a secret or a signature.

use super::search::Search;
use super::{Finding, FindingCode};
use crate::error::Error;

/// Returns the finding of a signature that holds.
pub(super) fn no_deviation(secret_index: usize) -> Finding {
    let message = match secret_index {
        0 => "The signature holds; nothing needs to change.".to_owned(),
        index => format!(
            "The signature holds, but it was made with previous secret {index}; give the signer the \
             current one before that expires."
        ),
    };
    Finding::new(FindingCode::NoDeviation, message)
}

/// Returns the finding of a signature that nothing reproduces.
pub(super) fn unexplained(search: &Search) -> Finding {
    let message = if search.is_digest() {
        sentence(FindingCode::Unexplained).to_owned()
    } else {
        "The signature is not a digest in hexadecimal digits or base64, so nothing can be compared; \
         pass on what the signer returned."
            .to_owned()
    };
    Finding::new(FindingCode::Unexplained, message)
}

/// Returns the sentence of a value that is refused before any signature is looked at.
pub(super) fn refused(error: &Error) -> String {
    format!("No signature can hold here ({}): {error}", error.code())
}

/// Returns what to change.
#[expect(clippy::too_many_lines, reason = "a table of sentences")]
pub(super) const fn sentence(code: FindingCode) -> &'static str {
    use FindingCode as Code;
    match code {
        Code::NoDeviation => "The signature holds; nothing needs to change.",
        Code::Unexplained => {
            "Nothing that was tried reproduces the signature: the signer has another secret, or \
             signs another field. Copy the secret again, and look at the text that is signed."
        }
        Code::InputTooLong => {
            "The input has more than 4096 bytes; pass one identity and one signature."
        }
        Code::EmailNotTrimmed => {
            "The e-mail was signed with blanks or a line break around it; sign its canonical form."
        }
        Code::EmailNotLowercased => {
            "The e-mail was signed with its capitals; sign its canonical form."
        }
        Code::EmailTrimmedByPython => {
            "The e-mail was trimmed by the rules of Python's strip(); sign its canonical form."
        }
        Code::EmailTrimmedByRuby => {
            "The e-mail was trimmed by the rules of Ruby's strip; sign its canonical form."
        }
        Code::EmailTrimmedByPhp => {
            "The e-mail was trimmed by the rules of PHP's trim(); sign its canonical form."
        }
        Code::EmailTrimmedByRust => {
            "The e-mail was trimmed by the White_Space property, as Rust's trim() and Go's TrimSpace() \
             do; sign its canonical form."
        }
        Code::EmailLowercasedAsciiOnly => {
            "Only the ASCII letters were lowercased, as PHP's strtolower() does; sign the canonical \
             form."
        }
        Code::EmailLowercasedWithoutFinalSigma => {
            "A final sigma was lowercased like any other, as Ruby's downcase and Go's ToLower() do; \
             sign the canonical form."
        }
        Code::EmailLowercasedByOlderUnicode => {
            "The e-mail was lowercased by a version of Unicode before 17.0, which leaves newer letters \
             alone; sign the canonical form."
        }
        Code::EmailNormalizedNfc => {
            "The e-mail was signed in Unicode normalization form C; sign it without normalizing."
        }
        Code::EmailNormalizedNfd => {
            "The e-mail was signed in Unicode normalization form D; sign it without normalizing."
        }
        Code::EmailPlusAsSpace => {
            "A + of the e-mail is a space on one side; encode the e-mail when it goes into a query."
        }
        Code::EmailPercentEncoded => {
            "The e-mail was percent-encoded before it was signed; sign it first, and encode afterwards."
        }
        Code::EmailPercentDecoded => {
            "What was received is still percent-encoded; decode it before it is verified."
        }
        Code::EmailHtmlEscaped => {
            "The e-mail was HTML-escaped before it was signed; sign it first, and escape in the page."
        }
        Code::EmailHtmlUnescaped => {
            "What was received is still HTML-escaped; escape it once only, in the page."
        }
        Code::EmailQuoted => {
            "The e-mail was signed in quotes, as JSON has it; sign the text itself."
        }
        Code::EmailMailto => {
            "The e-mail was signed with mailto: before it; sign the address alone."
        }
        Code::EmailUndefined => {
            "The word \"undefined\" was signed: the signer's variable has no value in JavaScript."
        }
        Code::EmailNull => "The word \"null\" was signed: the signer's variable has no value.",
        Code::EmailNone => {
            "The word \"None\" was signed: the signer's variable has no value in Python."
        }
        Code::EmailBlank => "The empty text was signed: the signer's e-mail is empty.",
        Code::EmailWithName => {
            "The e-mail was signed with a name or angle brackets around it; sign the address alone."
        }
        Code::EmailJsonEscaped => {
            "The e-mail was signed with the escapes that JSON has; sign the text itself."
        }
        Code::EmailDomainInAscii => {
            "The e-mail was signed with its domain in ASCII (xn--…); sign the address as it is stored."
        }
        Code::EmailDomainInUnicode => {
            "The e-mail was signed with its domain in Unicode; sign the address as it is stored."
        }
        Code::EmailIsUserId => {
            "There is no @: a user id or a name stands where the e-mail belongs; pass the e-mail."
        }
        Code::EmailRefused => "The e-mail is one that must not be signed.",
        Code::SecretNewline => {
            "The signer's secret ends in a line break; remove it from the file or variable."
        }
        Code::SecretBlanks => "The signer's secret has blanks around it; remove them.",
        Code::SecretQuoted => {
            "The signer's secret has quotes around it; remove them from the variable."
        }
        Code::SecretWithoutPrefix => {
            "The signer's secret lacks its prefix (hdh_secret_ or dsk_secret_); use the whole text."
        }
        Code::SecretByteOrderMark => {
            "The signer's secret starts with a byte order mark; save the file without one."
        }
        Code::SecretUtf16 => {
            "The signer encodes the secret as UTF-16; use its UTF-8 bytes as the key."
        }
        Code::SecretNotExpanded => {
            "The signer's secret is a reference to a variable that was not replaced by its value; \
             check how the signer's configuration reads variables."
        }
        Code::SecretVariableName => {
            "The signer's secret is the variable's name; read the value of the variable."
        }
        Code::SecretHexDecoded => {
            "The signer decodes the secret from hexadecimal digits; use its text as the key."
        }
        Code::SecretBase64Decoded => {
            "The signer decodes the secret from base64; use its text as the key."
        }
        Code::SecretEmpty => {
            "The signer's secret is empty: the variable is not set where the signer runs."
        }
        Code::SecretPlaceholder => {
            "The signer's secret is a placeholder, or the text of a missing value such as \
             \"undefined\"; set the variable where the signer runs."
        }
        Code::SecretPrevious => {
            "The signer has a previous secret, which is still accepted; give it the current one."
        }
        Code::SecretExpired => {
            "The signer has a previous secret, which is no longer accepted; give it the current one."
        }
        Code::SecretOfOtherPurpose => {
            "The signer has the secret of another purpose; give it the one that belongs here."
        }
        Code::KeyAndMessageSwapped => "Key and message are swapped in the call to HMAC; swap them.",
        Code::AlgorithmMd5 => "The signer uses MD5; use SHA-256.",
        Code::AlgorithmSha1 => "The signer uses SHA-1; use SHA-256.",
        Code::AlgorithmSha384 => "The signer uses SHA-384; use SHA-256.",
        Code::AlgorithmSha512 => "The signer uses SHA-512; use SHA-256.",
        Code::MessageUtf16 => "The message was signed as UTF-16; sign its UTF-8 bytes.",
        Code::MessageLatin1 => "The message was signed as Latin-1; sign its UTF-8 bytes.",
        Code::PlainHashSecretFirst => {
            "The signer hashes secret and message without HMAC; use HMAC-SHA256."
        }
        Code::PlainHashSecretLast => {
            "The signer hashes message and secret without HMAC; use HMAC-SHA256."
        }
        Code::PlainHashWithoutSecret => {
            "The signer hashes the message without the secret, which anyone can do; use HMAC-SHA256."
        }
        Code::OutputBase64 => "The signature is written in base64; write it in hexadecimal digits.",
        Code::OutputBase64url => {
            "The signature is written in base64url; write it in hexadecimal digits."
        }
        Code::OutputBase64OfHex => {
            "The signature's hexadecimal digits were encoded in base64 once more; pass on the digits."
        }
        Code::OutputByteList => {
            "The signature is written as a list of numbers; write it in hexadecimal digits."
        }
        Code::OutputSeparated => {
            "The signature has separators between its bytes; pass on the digits alone."
        }
        Code::OutputPercentEncoded => {
            "The signature is percent-encoded; decode it once when it is received."
        }
        Code::OutputTruncated => {
            "The signature is cut off; pass on all of its 64 hexadecimal digits."
        }
        Code::OutputPrefixed => {
            "The signature has a label before it, such as sha256=; pass on the digits alone."
        }
        Code::OutputUppercase => {
            "The signature is written in capitals, which is accepted; lowercase is the usual form."
        }
        Code::OutputQuoted => "The signature has quotes around it; pass on the digits alone.",
        Code::OutputNotTrimmed => {
            "The signature has blanks or a line break around it; remove them."
        }
        Code::LinkHostWithScheme => "The host was signed with its scheme; sign the host alone.",
        Code::LinkHostWithPort => "The host was signed with its port; sign the host alone.",
        Code::LinkHostWithPath => "The host was signed with a path; sign the host alone.",
        Code::LinkHostWithTrailingDot => "The host was signed with a dot at its end; remove it.",
        Code::LinkHostNotCanonical => {
            "The host was signed in another spelling; sign its canonical form, lower case and ASCII."
        }
        Code::LinkHostIsAnother => {
            "Another host was signed than the portal's; sign the one that customers visit."
        }
        Code::LinkHostMissing => "The host was not signed; the message is host:user_id:timestamp.",
        Code::LinkTimestampInMilliseconds => {
            "The timestamp is in milliseconds; divide by 1000 and drop the fraction, in the message and \
             in the link."
        }
        Code::LinkTimestampMissing => {
            "The timestamp was not signed; the message is host:user_id:timestamp."
        }
        Code::LinkUserIdEncoded => {
            "The user id was signed in another encoding than it was received in; sign it as it is, and \
             encode it once, in the link."
        }
        Code::LinkUserIdUndefined => {
            "The text of a missing value was signed in place of the user id; check the signer's \
             variable."
        }
        Code::LinkOrder => "The parts were signed in another order; it is host:user_id:timestamp.",
        Code::LinkSeparator => {
            "The parts were signed with another separator; it is a colon: host:user_id:timestamp."
        }
        Code::LinkExpired => {
            "The link is older than the tolerance; sign it when the customer clicks."
        }
        Code::LinkInFuture => "The link is from the future; check both clocks.",
        Code::LinkPublic => {
            "The link carries no identity, so the visitor is public; add the three parameters."
        }
        Code::LinkIncomplete => "The link lacks a parameter; pass on all three, or none.",
        Code::LinkRepeated => "The link repeats a parameter; pass it on as signed.",
        Code::LinkRefused => "The link carries a value that must be refused.",
    }
}
