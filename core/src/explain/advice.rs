//! The messages of findings. Each says what to change; none contains a secret or a signature.

use super::search::Search;
use super::{Finding, FindingCode};
use crate::error::Error;

/// Returns the finding of a valid signature.
pub(super) fn no_deviation(secret_index: usize) -> Finding {
    let message = match secret_index {
        0 => sentence(FindingCode::NoDeviation).to_owned(),
        index => format!(
            "The signature is valid, but it was made with previous secret {index}. Give the signer the \
             current secret before the previous one expires."
        ),
    };
    Finding::new(FindingCode::NoDeviation, message)
}

/// Returns the finding of a signature that no tried deviation reproduces.
pub(super) fn unexplained(search: &Search) -> Finding {
    let message = if search.is_digest() {
        sentence(FindingCode::Unexplained).to_owned()
    } else {
        "The signature is not a digest in hexadecimal digits or base64, so it cannot be compared. Pass \
         the signature as the signer returned it."
            .to_owned()
    };
    Finding::new(FindingCode::Unexplained, message)
}

/// Returns the message about a value that is rejected whatever its signature is.
pub(super) fn rejected(error: &Error) -> String {
    format!("No signature of this value is accepted ({}). {error}", error.code())
}

/// Returns the message of a finding: what is wrong, and what to change.
#[expect(clippy::too_many_lines, reason = "a table of messages")]
pub(super) const fn sentence(code: FindingCode) -> &'static str {
    use FindingCode as Code;
    match code {
        Code::NoDeviation => "The signature is valid. Nothing needs to change.",
        Code::Unexplained => {
            "None of the known mistakes explains the signature. The signer uses another secret, \
             or signs another field. Copy the secret again, and check which text is signed."
        }
        Code::InputTooLong => {
            "The input has more than 4096 bytes, or 8192 for a token. Pass one identity and one \
             signature, or one token."
        }
        Code::EmailNotTrimmed => {
            "The e-mail was signed with whitespace around it. Sign its canonical form."
        }
        Code::EmailNotLowercased => {
            "The e-mail was signed with capital letters. Sign its canonical form."
        }
        Code::EmailTrimmedByPython => {
            "The e-mail was trimmed by the rules of Python's strip(). Sign its canonical form."
        }
        Code::EmailTrimmedByRuby => {
            "The e-mail was trimmed by the rules of Ruby's strip. Sign its canonical form."
        }
        Code::EmailTrimmedByPhp => {
            "The e-mail was trimmed by the rules of PHP's trim(). Sign its canonical form."
        }
        Code::EmailTrimmedByRust => {
            "The e-mail was trimmed by the property White_Space, as Rust's trim() and Go's \
             TrimSpace() do. Sign its canonical form."
        }
        Code::EmailLowercasedAsciiOnly => {
            "Only the ASCII letters of the e-mail were lowercased, as PHP's strtolower() does. \
             Sign its canonical form."
        }
        Code::EmailLowercasedWithoutFinalSigma => {
            "A final sigma of the e-mail was lowercased like any other sigma, as Ruby's downcase \
             and Go's ToLower() do. Sign its canonical form."
        }
        Code::EmailLowercasedByOlderUnicode => {
            "The e-mail was lowercased by a version of Unicode before 17.0, which does not know \
             newer letters. Sign its canonical form."
        }
        Code::EmailNormalizedNfc => {
            "The e-mail was signed in Unicode normalization form C. Sign it without normalizing \
             it."
        }
        Code::EmailNormalizedNfd => {
            "The e-mail was signed in Unicode normalization form D. Sign it without normalizing \
             it."
        }
        Code::EmailPlusAsSpace => {
            "A + in the e-mail became a space, or a space became a +. Percent-encode the e-mail \
             when you put it into a query."
        }
        Code::EmailPercentEncoded => {
            "The e-mail was percent-encoded before it was signed. Sign it first, and encode it \
             afterwards."
        }
        Code::EmailPercentDecoded => {
            "The e-mail that was received is still percent-encoded. Decode it before you verify \
             it."
        }
        Code::EmailHtmlEscaped => {
            "The e-mail was HTML-escaped before it was signed. Sign it first, and escape it in \
             the page."
        }
        Code::EmailHtmlUnescaped => {
            "The e-mail that was received is still HTML-escaped. Escape it only once, in the \
             page."
        }
        Code::EmailQuoted => {
            "The e-mail was signed in quotes, as JSON writes it. Sign it without quotes."
        }
        Code::EmailMailto => "The e-mail was signed with mailto: before it. Sign only the address.",
        Code::EmailUndefined => {
            "The text \"undefined\" was signed. Check why the variable of the e-mail has no value \
             in the signer's JavaScript."
        }
        Code::EmailNull => {
            "The text \"null\" was signed. Check why the variable of the e-mail has no value in \
             the signer."
        }
        Code::EmailNone => {
            "The text \"None\" was signed. Check why the variable of the e-mail has no value in \
             the signer's Python."
        }
        Code::EmailBlank => {
            "An empty text was signed. Check why the e-mail is empty in the signer."
        }
        Code::EmailWithName => {
            "The e-mail was signed with a name or angle brackets around it. Sign only the \
             address."
        }
        Code::EmailJsonEscaped => {
            "The e-mail was signed with JSON's escapes. Sign it without escapes."
        }
        Code::EmailDomainInAscii => {
            "The e-mail was signed with its domain in ASCII (xn--…). Sign the address as it is \
             stored."
        }
        Code::EmailDomainInUnicode => {
            "The e-mail was signed with its domain in Unicode. Sign the address as it is stored."
        }
        Code::EmailIsUserId => {
            "The e-mail contains no @, so it may be a user id or a name. Pass the e-mail address."
        }
        Code::EmailRefused => {
            "The e-mail is rejected whatever its signature is. Pass the customer's e-mail \
             address."
        }
        Code::SecretNewline => {
            "The signer's secret ends with a line break. Remove it from the file or the variable."
        }
        Code::SecretBlanks => {
            "The signer's secret has whitespace around it. Remove the whitespace."
        }
        Code::SecretQuoted => {
            "The signer's secret has quotes around it. Remove them from the variable."
        }
        Code::SecretWithoutPrefix => {
            "The signer's secret lacks its prefix (hdh_secret_ or dsk_secret_). Use the whole \
             text."
        }
        Code::SecretByteOrderMark => {
            "The signer's secret starts with a byte order mark. Save the file without one."
        }
        Code::SecretUtf16 => {
            "The signer encodes the secret in UTF-16. Use its UTF-8 bytes as the key."
        }
        Code::SecretNotExpanded => {
            "The signer's secret is a reference to a variable that was not replaced by its value. \
             Check how the signer's configuration reads variables."
        }
        Code::SecretVariableName => {
            "The signer's secret is the name of the variable. Read the value of the variable."
        }
        Code::SecretHexDecoded => {
            "The signer decodes the secret from hexadecimal digits. Use its text as the key."
        }
        Code::SecretBase64Decoded => {
            "The signer decodes the secret from base64. Use its text as the key."
        }
        Code::SecretEmpty => {
            "The signer's secret is empty. Set the variable in the environment where the signer \
             runs."
        }
        Code::SecretPlaceholder => {
            "The signer's secret is a placeholder, or the text of a missing value such as \
             \"undefined\". Set the variable in the environment where the signer runs."
        }
        Code::SecretPrevious => {
            "The signer uses a previous secret, which is still active. Give the signer the \
             current secret."
        }
        Code::SecretExpired => {
            "The signer uses a previous secret, which has expired. Give the signer the current \
             secret."
        }
        Code::SecretOfOtherPurpose => {
            "The signer uses the secret of another purpose. Give the signer the secret of this \
             purpose."
        }
        Code::KeyAndMessageSwapped => "Key and message are swapped in the call to HMAC. Swap them.",
        Code::AlgorithmMd5 => "The signer uses MD5. Use SHA-256.",
        Code::AlgorithmSha1 => "The signer uses SHA-1. Use SHA-256.",
        Code::AlgorithmSha384 => "The signer uses SHA-384. Use SHA-256.",
        Code::AlgorithmSha512 => "The signer uses SHA-512. Use SHA-256.",
        Code::MessageUtf16 => "The message was signed in UTF-16. Sign its UTF-8 bytes.",
        Code::MessageLatin1 => "The message was signed in Latin-1. Sign its UTF-8 bytes.",
        Code::PlainHashSecretFirst => {
            "The signer hashes secret and message without HMAC. Use HMAC-SHA256."
        }
        Code::PlainHashSecretLast => {
            "The signer hashes message and secret without HMAC. Use HMAC-SHA256."
        }
        Code::PlainHashWithoutSecret => {
            "The signer hashes the message without the secret, which anyone can do. Use \
             HMAC-SHA256."
        }
        Code::OutputBase64 => "The signature is written in base64. Write it in hexadecimal digits.",
        Code::OutputBase64url => {
            "The signature is written in base64url. Write it in hexadecimal digits."
        }
        Code::OutputBase64OfHex => {
            "The signature's hexadecimal digits were encoded in base64. Pass the digits without \
             encoding them."
        }
        Code::OutputByteList => {
            "The signature is written as a list of numbers. Write it in hexadecimal digits."
        }
        Code::OutputSeparated => {
            "The signature has separators between its bytes. Pass only the digits."
        }
        Code::OutputPercentEncoded => {
            "The signature is percent-encoded. Decode it once when you receive it."
        }
        Code::OutputTruncated => {
            "The signature is truncated. Pass all of its 64 hexadecimal digits."
        }
        Code::OutputPrefixed => {
            "The signature has a label before it, such as sha256=. Pass only the digits."
        }
        Code::OutputUppercase => {
            "The signature is written in capital letters. They are accepted, but lowercase is the \
             usual form."
        }
        Code::OutputQuoted => "The signature has quotes around it. Pass only the digits.",
        Code::OutputNotTrimmed => "The signature has whitespace around it. Remove the whitespace.",
        Code::LinkHostWithScheme => "The host was signed with its scheme. Sign only the host.",
        Code::LinkHostWithPort => "The host was signed with its port. Sign only the host.",
        Code::LinkHostWithPath => "The host was signed with a path. Sign only the host.",
        Code::LinkHostWithTrailingDot => "The host was signed with a dot at its end. Remove it.",
        Code::LinkHostNotCanonical => {
            "The host was signed in another spelling. Sign its canonical form, in lowercase \
             ASCII."
        }
        Code::LinkHostIsAnother => {
            "Another host than the portal's was signed. Sign the host that customers visit."
        }
        Code::LinkHostMissing => {
            "The host was not signed. Sign the message host:user_id:timestamp."
        }
        Code::LinkTimestampInMilliseconds => {
            "The timestamp is in milliseconds. Divide it by 1000 and drop the fraction, in the \
             message and in the link."
        }
        Code::LinkTimestampMissing => {
            "The timestamp was not signed. Sign the message host:user_id:timestamp."
        }
        Code::LinkUserIdEncoded => {
            "The user id was signed in another encoding than it was received in. Sign the user id \
             as it is stored, and encode it only once, in the link."
        }
        Code::LinkUserIdUndefined => {
            "The text of a missing value was signed in place of the user id. Check why the \
             variable of the user id has no value in the signer."
        }
        Code::LinkOrder => {
            "The parts of the message were signed in another order. Sign host:user_id:timestamp."
        }
        Code::LinkSeparator => {
            "The parts of the message were joined with another separator. Join them with colons: \
             host:user_id:timestamp."
        }
        Code::LinkExpired => {
            "The link was signed longer ago than the tolerance. Sign the link when the customer \
             clicks."
        }
        Code::LinkInFuture => {
            "The link's timestamp is in the future. Check the clocks of both servers."
        }
        Code::LinkPublic => {
            "The link contains no identity, so the visitor is anonymous. Add the three parameters \
             to the link."
        }
        Code::LinkIncomplete => {
            "The link lacks a parameter. Pass on all three parameters as signed, or none of them."
        }
        Code::LinkRepeated => {
            "The link contains a parameter more than once. Pass on each parameter once, as \
             signed."
        }
        Code::LinkRefused => {
            "The link contains a value that is rejected whatever its signature is. Pass on the \
             link as signed."
        }
        Code::TokenNotTrimmed => "The token has whitespace around it. Remove the whitespace.",
        Code::TokenQuoted => "The token has quotes around it. Pass only the token.",
        Code::TokenPrefixed => {
            "The token has a prefix, such as Bearer or identity=. Pass only the token."
        }
        Code::TokenEncoding => {
            "The token's parts are not in base64url without padding. Use base64url (- and _ in \
             place of + and /), leave out the = at the end, and do not wrap lines."
        }
        Code::TokenMalformed => {
            "The text is not a token: three parts in base64url, with two dots between them. Pass \
             the token as the signer returned it."
        }
        Code::TokenAlgorithm => {
            "The token's header names another algorithm. Sign with HS256 and the secret's text."
        }
        Code::TokenHeader => {
            "The token's header must have alg HS256, and may have typ JWT and kid, a text. Remove \
             everything else."
        }
        Code::TokenClaimRenamed => {
            "The token has a claim by a name that another vendor uses. Use the names aud, sub, \
             email, name, attributes, iat and exp."
        }
        Code::TokenClaimMissing => "The token lacks a claim that is required. Add it.",
        Code::TokenTimeInMilliseconds => {
            "A time in the token is in milliseconds. Divide it by 1000 and drop the fraction."
        }
        Code::TokenTimeNotInteger => {
            "A time in the token is a text or has a fraction. Write iat, exp and nbf as whole \
             numbers of Unix seconds."
        }
        Code::TokenClaimRefused => {
            "A claim of the token is rejected whatever its signature is. Correct the claim."
        }
        Code::TokenLifetime => {
            "The token is valid for too long, or expires before it was signed. Set exp to iat and \
             at most 86400 seconds."
        }
        Code::TokenAudience => {
            "The token is for another desk or portal. Sign it for this helpdesk id, or for the \
             portal's host."
        }
        Code::TokenExpired => "The token has expired. Sign a token when the page or link is made.",
        Code::TokenInFuture => "The token is not yet valid. Check the clocks of both servers.",
    }
}
