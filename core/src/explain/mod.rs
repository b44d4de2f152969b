//! Explains why a signature is invalid (SPEC 8).
//!
//! The search tries deviations from the specification, fewest first: deviations of the message
//! ([`email`](mod@email), [`link`](mod@link)), of the key ([`key`]) and of the call ([`call`]). Deviations in the
//! written form of the signature ([`written`]) are not counted. Identity tokens ([`token`]) have no other message than
//! what they contain; their claims are explained one by one.

mod advice;
mod call;
mod email;
mod escapes;
mod key;
mod link;
mod search;
mod token;
mod written;

use crate::error::codes;
use crate::host::PortalHost;
use crate::link::Claim;
use crate::secret::Secret;
use crate::timestamp::Timestamp;
use crate::token::Audience;
use crate::verifier::Verifier;

use search::Search;

/// The greatest length of an input for which deviations are tried (SPEC 8, rule 2).
const MAX_INPUT_BYTES: usize = 4096;

codes! {
    /// The stable code of a [`Finding`] (SPEC 8).
    ///
    /// ```
    /// use deskseal::FindingCode;
    ///
    /// assert_eq!(FindingCode::SecretNewline.as_str(), "secret_newline");
    /// ```
    FindingCode {
        /// The signature is valid.
        NoDeviation = "no_deviation",
        /// No tried deviation reproduces the signature.
        Unexplained = "unexplained",
        /// The input has more than 4096 bytes.
        InputTooLong = "input_too_long",
        /// The e-mail was signed with whitespace around it.
        EmailNotTrimmed = "email_not_trimmed",
        /// The e-mail was signed with capital letters.
        EmailNotLowercased = "email_not_lowercased",
        /// The e-mail was trimmed by the rules of Python's `strip`.
        EmailTrimmedByPython = "email_trimmed_by_python",
        /// The e-mail was trimmed by the rules of Ruby's `strip`.
        EmailTrimmedByRuby = "email_trimmed_by_ruby",
        /// The e-mail was trimmed by the rules of PHP's `trim`.
        EmailTrimmedByPhp = "email_trimmed_by_php",
        /// The e-mail was trimmed by the rules of Rust's `trim`.
        EmailTrimmedByRust = "email_trimmed_by_rust",
        /// Only the ASCII letters of the e-mail were lowercased.
        EmailLowercasedAsciiOnly = "email_lowercased_ascii_only",
        /// The e-mail was lowercased without regard to the final sigma.
        EmailLowercasedWithoutFinalSigma = "email_lowercased_without_final_sigma",
        /// The e-mail was lowercased by an older version of Unicode.
        EmailLowercasedByOlderUnicode = "email_lowercased_by_older_unicode",
        /// The e-mail was signed in normalization form C.
        EmailNormalizedNfc = "email_normalized_nfc",
        /// The e-mail was signed in normalization form D.
        EmailNormalizedNfd = "email_normalized_nfd",
        /// A `+` in the e-mail became a space on one side.
        EmailPlusAsSpace = "email_plus_as_space",
        /// The e-mail was signed percent-encoded.
        EmailPercentEncoded = "email_percent_encoded",
        /// The e-mail was signed percent-decoded.
        EmailPercentDecoded = "email_percent_decoded",
        /// The e-mail was signed with HTML escapes.
        EmailHtmlEscaped = "email_html_escaped",
        /// The e-mail was signed with its HTML escapes resolved.
        EmailHtmlUnescaped = "email_html_unescaped",
        /// The e-mail was signed in quotes.
        EmailQuoted = "email_quoted",
        /// The e-mail was signed as a `mailto:` address.
        EmailMailto = "email_mailto",
        /// The text `undefined` was signed.
        EmailUndefined = "email_undefined",
        /// The text `null` was signed.
        EmailNull = "email_null",
        /// The text `None` was signed.
        EmailNone = "email_none",
        /// An empty text was signed.
        EmailBlank = "email_blank",
        /// The e-mail was signed with a display name, or in angle brackets.
        EmailWithName = "email_with_name",
        /// The e-mail was signed with JSON's escapes.
        EmailJsonEscaped = "email_json_escaped",
        /// The e-mail was signed with its domain in ASCII (Punycode).
        EmailDomainInAscii = "email_domain_in_ascii",
        /// The e-mail was signed with its domain in Unicode.
        EmailDomainInUnicode = "email_domain_in_unicode",
        /// The e-mail contains no `@`, so it may be a user id or a name.
        EmailIsUserId = "email_is_user_id",
        /// The e-mail is rejected whatever its signature is.
        EmailRefused = "email_refused",
        /// The key ended in a line break.
        SecretNewline = "secret_newline",
        /// The key had whitespace around it.
        SecretBlanks = "secret_blanks",
        /// The key had quotes around it.
        SecretQuoted = "secret_quoted",
        /// The key was the secret without `hdh_secret_` or `dsk_secret_`.
        SecretWithoutPrefix = "secret_without_prefix",
        /// The key began with a byte order mark.
        SecretByteOrderMark = "secret_byte_order_mark",
        /// The key was the secret in UTF-16.
        SecretUtf16 = "secret_utf16",
        /// The key was an unresolved reference to a variable.
        SecretNotExpanded = "secret_not_expanded",
        /// The key was the name of the variable.
        SecretVariableName = "secret_variable_name",
        /// The key was decoded from hexadecimal digits.
        SecretHexDecoded = "secret_hex_decoded",
        /// The key was decoded from base64.
        SecretBase64Decoded = "secret_base64_decoded",
        /// The key was empty.
        SecretEmpty = "secret_empty",
        /// The key was a placeholder, or the text of a missing value.
        SecretPlaceholder = "secret_placeholder",
        /// The key was a previous secret that is still active.
        SecretPrevious = "secret_previous",
        /// The key was a previous secret that has expired.
        SecretExpired = "secret_expired",
        /// The key was a secret of another purpose.
        SecretOfOtherPurpose = "secret_of_other_purpose",
        /// Key and message were swapped.
        KeyAndMessageSwapped = "key_and_message_swapped",
        /// MD5 was used.
        AlgorithmMd5 = "algorithm_md5",
        /// SHA-1 was used.
        AlgorithmSha1 = "algorithm_sha1",
        /// SHA-384 was used.
        AlgorithmSha384 = "algorithm_sha384",
        /// SHA-512 was used.
        AlgorithmSha512 = "algorithm_sha512",
        /// The message was signed in UTF-16.
        MessageUtf16 = "message_utf16",
        /// The message was signed in Latin-1.
        MessageLatin1 = "message_latin1",
        /// Secret and message were hashed without HMAC.
        PlainHashSecretFirst = "plain_hash_secret_first",
        /// Message and secret were hashed without HMAC.
        PlainHashSecretLast = "plain_hash_secret_last",
        /// The message alone was hashed.
        PlainHashWithoutSecret = "plain_hash_without_secret",
        /// The signature is written in base64.
        OutputBase64 = "output_base64",
        /// The signature is written in base64url.
        OutputBase64url = "output_base64url",
        /// The signature is the base64 form of hexadecimal digits.
        OutputBase64OfHex = "output_base64_of_hex",
        /// The signature is a list of numbers.
        OutputByteList = "output_byte_list",
        /// The signature has separators between its bytes.
        OutputSeparated = "output_separated",
        /// The signature is percent-encoded.
        OutputPercentEncoded = "output_percent_encoded",
        /// The signature is truncated.
        OutputTruncated = "output_truncated",
        /// The signature has a prefix such as `sha256=`.
        OutputPrefixed = "output_prefixed",
        /// The signature is written in capitals.
        OutputUppercase = "output_uppercase",
        /// The signature has quotes around it.
        OutputQuoted = "output_quoted",
        /// The signature has whitespace around it.
        OutputNotTrimmed = "output_not_trimmed",
        /// The host was signed with its scheme.
        LinkHostWithScheme = "link_host_with_scheme",
        /// The host was signed with its port.
        LinkHostWithPort = "link_host_with_port",
        /// The host was signed with a path.
        LinkHostWithPath = "link_host_with_path",
        /// The host was signed with a trailing dot.
        LinkHostWithTrailingDot = "link_host_with_trailing_dot",
        /// The host was signed in another spelling.
        LinkHostNotCanonical = "link_host_not_canonical",
        /// Another host than the portal's was signed.
        LinkHostIsAnother = "link_host_is_another",
        /// No host was signed.
        LinkHostMissing = "link_host_missing",
        /// The timestamp is in milliseconds.
        LinkTimestampInMilliseconds = "link_timestamp_in_milliseconds",
        /// No timestamp was signed.
        LinkTimestampMissing = "link_timestamp_missing",
        /// The user id was signed in encoded form.
        LinkUserIdEncoded = "link_user_id_encoded",
        /// The text of a missing value was signed as the user id.
        LinkUserIdUndefined = "link_user_id_undefined",
        /// The parts were signed in another order.
        LinkOrder = "link_order",
        /// The parts were signed with another separator.
        LinkSeparator = "link_separator",
        /// The link was signed longer ago than the tolerance.
        LinkExpired = "link_expired",
        /// The link's timestamp is in the future by more than the tolerance.
        LinkInFuture = "link_in_future",
        /// The link contains no identity: the visitor is anonymous.
        LinkPublic = "link_public",
        /// The link lacks a parameter.
        LinkIncomplete = "link_incomplete",
        /// The link contains a parameter more than once.
        LinkRepeated = "link_repeated",
        /// The link contains a value that is rejected whatever its signature is.
        LinkRefused = "link_refused",
        /// The token has whitespace around it.
        TokenNotTrimmed = "token_not_trimmed",
        /// The token is in quotes.
        TokenQuoted = "token_quoted",
        /// The token has a prefix, such as `Bearer`.
        TokenPrefixed = "token_prefixed",
        /// The token is not in base64url without padding.
        TokenEncoding = "token_encoding",
        /// The text is not a token.
        TokenMalformed = "token_malformed",
        /// The token names another algorithm than HS256.
        TokenAlgorithm = "token_algorithm",
        /// The token's header has another member, or one of a wrong type.
        TokenHeader = "token_header",
        /// A claim has the name that another vendor uses.
        TokenClaimRenamed = "token_claim_renamed",
        /// A required claim is missing.
        TokenClaimMissing = "token_claim_missing",
        /// A time is in milliseconds.
        TokenTimeInMilliseconds = "token_time_in_milliseconds",
        /// A time is not an integer.
        TokenTimeNotInteger = "token_time_not_integer",
        /// A claim is rejected whatever the signature is.
        TokenClaimRefused = "token_claim_refused",
        /// The token is valid for too long, or expires before it was signed.
        TokenLifetime = "token_lifetime",
        /// The token is for another desk or portal.
        TokenAudience = "token_audience",
        /// The token has expired.
        TokenExpired = "token_expired",
        /// The token is not yet valid.
        TokenInFuture = "token_in_future",
    }
}

/// One reason why a signature is invalid, and what to change (SPEC 8).
///
/// ```
/// # use deskseal::{Secret, Verifier, VerifierOptions};
/// # let secret = Secret::new("example-secret-for-documentation")?;
/// # let verifier = Verifier::new(secret, VerifierOptions::default());
/// let explanation = verifier.explain_email("ada@example.com", "not a signature", &[], 0)?;
/// let finding = &explanation.findings[0];
/// assert_eq!(finding.code, deskseal::FindingCode::Unexplained);
/// assert!(finding.message.contains("not a digest"));
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The stable code.
    pub code: FindingCode,
    /// The message that says what to change. It may change between versions.
    pub message: String,
}

impl Finding {
    fn new(code: FindingCode, message: String) -> Self {
        Self { code, message }
    }
}

impl From<FindingCode> for Finding {
    fn from(code: FindingCode) -> Self {
        Self::new(code, advice::sentence(code).to_owned())
    }
}

/// Why a signature is invalid: one finding or more, in the order of SPEC 8, rule 6.
///
/// ```
/// # use deskseal::{Secret, Verifier, VerifierOptions};
/// # let secret = Secret::new("example-secret-for-documentation")?;
/// # let verifier = Verifier::new(secret, VerifierOptions::default());
/// let signature = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";
/// let labelled = format!("sha256={}", &signature[..40]);
/// let explanation = verifier.explain_email("ada@example.com", &labelled, &[], 0)?;
/// let codes: Vec<_> = explanation.findings.iter().map(|finding| finding.code.as_str()).collect();
/// assert_eq!(codes, ["output_prefixed", "output_truncated"]);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The findings. Together they reproduce the signature, unless the last one is
    /// [`FindingCode::Unexplained`].
    pub findings: Vec<Finding>,
}

impl From<Finding> for Explanation {
    fn from(finding: Finding) -> Self {
        Self { findings: vec![finding] }
    }
}

/// A value to try, and its deviations. Without deviations, it is the specified value.
#[derive(Clone)]
struct Variant<T> {
    value: T,
    deviations: Vec<FindingCode>,
}

impl<T> Variant<T> {
    fn new(value: T, deviations: impl Into<Vec<FindingCode>>) -> Self {
        Self { value, deviations: deviations.into() }
    }
}

/// Returns the text in UTF-16, in both byte orders.
fn utf16(text: &str) -> [Vec<u8>; 2] {
    [
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ]
}

/// Returns the text in UTF-16 and Latin-1.
fn encodings(text: &str) -> impl Iterator<Item = (Vec<u8>, FindingCode)> {
    let in_utf16 = utf16(text).map(|bytes| (bytes, FindingCode::MessageUtf16));
    let in_latin1 = latin1(text).map(|bytes| (bytes, FindingCode::MessageLatin1));
    in_utf16.into_iter().chain(in_latin1)
}

/// Returns the text in Latin-1, if Latin-1 has all of its characters and its bytes differ from UTF-8.
fn latin1(text: &str) -> Option<Vec<u8>> {
    if text.is_ascii() {
        return None;
    }
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

/// Explains why an e-mail signature is invalid.
pub(crate) fn email(
    verifier: &Verifier,
    email: &str,
    signature: &str,
    other_secrets: &[Secret],
    now: Timestamp,
) -> Explanation {
    if email.len().max(signature.len()) > MAX_INPUT_BYTES {
        return Finding::from(FindingCode::InputTooLong).into();
    }
    if let Ok(verified) = verifier.verify_email(email, signature, now.seconds()) {
        return advice::no_deviation(verified.secret_index).into();
    }
    let search = Search {
        messages: email::messages(email),
        lone_messages: Vec::new(),
        keys: key::variants(verifier, other_secrets, now),
        written: written::forms(signature),
    };
    explanation(email::rejection(email), &search, None)
}

/// Explains why a link is invalid.
pub(crate) fn link(
    verifier: &Verifier,
    portal_host: &PortalHost,
    url: &str,
    other_secrets: &[Secret],
    now: Timestamp,
) -> Explanation {
    let claim = match Claim::read(url) {
        Ok(Some(claim)) => claim,
        Ok(None) => return Finding::from(FindingCode::LinkPublic).into(),
        Err(error) => return link::unreadable(&error).into(),
    };
    if let Ok(verified) = verifier.verify_claim(portal_host, &claim, now) {
        return advice::no_deviation(verified.secret_index).into();
    }
    if url.len() > MAX_INPUT_BYTES {
        return Finding::from(FindingCode::InputTooLong).into();
    }
    let (user_id, timestamp, signature) = match claim.texts() {
        Ok(texts) => texts,
        Err(error) => return link::unreadable(&error).into(),
    };
    let search = Search {
        messages: link::messages(portal_host, url, user_id, timestamp),
        lone_messages: link::messages_with_milliseconds(portal_host, user_id, timestamp),
        keys: key::variants(verifier, other_secrets, now),
        written: written::forms(signature),
    };
    let window = link::window(verifier.tolerance(), timestamp, now);
    explanation(link::rejection(user_id, timestamp), &search, window)
}

/// Explains why an identity token is invalid.
pub(crate) fn identity_token(
    verifier: &Verifier,
    audience: &Audience,
    token: &str,
    other_secrets: &[Secret],
    now: Timestamp,
) -> Explanation {
    token::explanation(verifier, audience, token, other_secrets, now)
}

/// Joins the findings: why the text is rejected, what reproduces the signature, and whether the time is outside
/// the tolerance.
fn explanation(
    rejection: Option<Finding>,
    search: &Search,
    window: Option<Finding>,
) -> Explanation {
    let (deviations, conclusion) = match search.fewest_deviations() {
        Some(deviations) => (deviations, None),
        None => (search.written_deviations(), Some(advice::unexplained(search))),
    };
    let rejected = rejection.as_ref().map(|finding| finding.code);
    let deviations =
        deviations.into_iter().filter(|code| Some(*code) != rejected).map(Finding::from);
    let findings =
        rejection.into_iter().chain(deviations).chain(window).chain(conclusion).collect();
    Explanation { findings }
}
