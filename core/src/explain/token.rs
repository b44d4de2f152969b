//! Explains why an identity token is invalid (SPEC 8, rule 8).

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

use super::search::Search;
use super::{Explanation, Finding, FindingCode, Variant, advice, key};
use crate::error::{Error, ErrorCode};
use crate::secret::Secret;
use crate::text::is_whitespace;
use crate::timestamp::Timestamp;
use crate::token::{
    ALGORITHM, Audience, Json, MAX_BYTES, Members, Payload, TOKEN_PARAMETER, is_header_member,
};
use crate::verifier::Verifier;

/// base64url as other libraries write it: with or without padding, and with any last bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What stands before a token in a header, a link or an attribute, in lower case.
const PREFIXES: [&str; 3] = ["bearer ", "jwt ", "token "];

/// Names that other vendors and libraries use, by the claim that is meant.
const OTHER_NAMES: [(&str, &[&str]); 7] = [
    ("aud", &["audience", "helpdesk_id", "helpdeskId", "app_id", "workspace_id"]),
    (
        "sub",
        &[
            "user_id",
            "userId",
            "userid",
            "uid",
            "id",
            "external_id",
            "externalId",
            "customer_id",
            "customerId",
        ],
    ),
    ("email", &["mail", "e-mail", "email_address", "emailAddress", "user_email", "userEmail"]),
    ("name", &["full_name", "fullName", "display_name", "displayName", "user_name", "username"]),
    ("attributes", &["custom_attributes", "customAttributes", "custom", "traits", "properties"]),
    ("iat", &["issued_at", "issuedAt"]),
    ("exp", &["expires_at", "expiresAt", "expiry", "expires"]),
];

/// A claim with another vendor's signature of the user id or e-mail.
const OTHER_SIGNATURES: [&str; 3] = ["user_hash", "userHash", "hash"];

/// Explains why the token is invalid.
pub(super) fn explanation(
    verifier: &Verifier,
    audience: &Audience,
    token: &str,
    other_secrets: &[Secret],
    now: Timestamp,
) -> Explanation {
    if token.len() > MAX_BYTES {
        return Finding::from(FindingCode::InputTooLong).into();
    }
    if let Ok(verified) = verifier.verify_token(audience, token, now) {
        return advice::no_deviation(verified.secret_index).into();
    }
    let (text, mut findings) = unwrapped(token);
    let Some(parts) = Parts::read(text) else {
        findings.push(FindingCode::TokenMalformed.into());
        return Explanation { findings };
    };
    findings.extend(parts.encoding());
    let (Some(header), Some(payload)) = (object(&parts.header), object(&parts.payload)) else {
        findings.push(Finding::new(
            FindingCode::TokenMalformed,
            "The token's header or payload is not a JSON object in UTF-8 with each member once. Make the token with \
             a JWT library."
                .to_owned(),
        ));
        return Explanation { findings };
    };
    findings.extend(header_findings(&header));
    if is_hmac(&header) {
        findings.extend(parts.signature_findings(key::variants(verifier, other_secrets, now)));
    }
    findings.extend(claim_findings(&Payload::new(payload), audience, now));
    if findings.is_empty() {
        findings.push(FindingCode::Unexplained.into());
    }
    Explanation { findings: joined(findings) }
}

/// Joins the messages of findings with the same code: several claims may have the same fault.
fn joined(findings: Vec<Finding>) -> Vec<Finding> {
    let mut joined: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        match joined.iter_mut().find(|earlier| earlier.code == finding.code) {
            Some(earlier) => earlier.message = [&*earlier.message, &*finding.message].join(" "),
            None => joined.push(finding),
        }
    }
    joined
}

/// Returns the token without what surrounds it, and what that was.
fn unwrapped(token: &str) -> (&str, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut text = token;
    let trimmed = text.trim_matches(is_whitespace);
    if trimmed.len() < text.len() {
        findings.push(FindingCode::TokenNotTrimmed.into());
        text = trimmed;
    }
    let quotes = ['\'', '"', '`'];
    let inner = |quote: &char| text.strip_prefix(*quote)?.strip_suffix(*quote);
    if let Some(inner) = quotes.iter().find_map(inner) {
        findings.push(FindingCode::TokenQuoted.into());
        text = inner;
    }
    if let Some(inner) = without_prefix(text) {
        findings.push(FindingCode::TokenPrefixed.into());
        text = inner;
    }
    (text, findings)
}

fn without_prefix(text: &str) -> Option<&str> {
    let parameter = || text.strip_prefix(TOKEN_PARAMETER)?.strip_prefix('=');
    let scheme = |prefix: &&str| {
        let start = text.get(..prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| text[prefix.len()..].trim_start())
    };
    parameter().or_else(|| PREFIXES.iter().find_map(scheme))
}

/// A token that can be read, although it may be written in another way than SPEC 12.1 says.
struct Parts<'text> {
    /// The message as it was probably signed.
    message: &'text str,
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    is_canonical: bool,
}

impl<'text> Parts<'text> {
    fn read(text: &'text str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let is_canonical =
            [header, payload, signature].iter().all(|part| crate::token::decoded(part).is_some());
        Some(Self {
            message,
            header: decoded(header)?,
            payload: decoded(payload)?,
            signature: decoded(signature)?,
            is_canonical,
        })
    }

    /// Returns the finding of parts that are not in canonical base64url.
    fn encoding(&self) -> Option<Finding> {
        if self.is_hexadecimal() {
            return Some(Finding::new(
                FindingCode::TokenEncoding,
                "The token's last part encodes hexadecimal digits. Encode the 32 bytes of the signature.".to_owned(),
            ));
        }
        (!self.is_canonical).then(|| FindingCode::TokenEncoding.into())
    }

    fn is_hexadecimal(&self) -> bool {
        self.signature.len() == 64 && self.signature.iter().all(u8::is_ascii_hexdigit)
    }

    /// Returns the deviations of secret and call with which the signature was made.
    fn signature_findings(&self, keys: Vec<Variant<zeroize::Zeroizing<Vec<u8>>>>) -> Vec<Finding> {
        let digits = if self.is_hexadecimal() {
            String::from_utf8_lossy(&self.signature).to_ascii_lowercase()
        } else {
            base16ct::lower::encode_string(&self.signature)
        };
        let search = Search {
            messages: vec![Variant::new(self.message.as_bytes().to_vec(), [])],
            lone_messages: Vec::new(),
            keys,
            written: vec![Variant::new(digits, [])],
        };
        match search.fewest_deviations() {
            Some(deviations) => deviations.into_iter().map(Finding::from).collect(),
            None => vec![FindingCode::Unexplained.into()],
        }
    }
}

/// Decodes base64 of either alphabet, as it may have been changed on its way.
fn decoded(part: &str) -> Option<Vec<u8>> {
    let decoded = percent_decode_str(part).decode_utf8().ok()?;
    let url_safe: String = decoded
        .chars()
        .filter(|character| !is_whitespace(*character))
        .map(|character| match character {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    LENIENT.decode(url_safe).ok()
}

fn object(json: &[u8]) -> Option<Members<'_>> {
    Members::read(std::str::from_utf8(json).ok()?)
}

/// Tells whether the header names an algorithm that signs with a secret; true without an algorithm.
fn is_hmac(header: &Members<'_>) -> bool {
    let alg = header.get("alg").and_then(Json::text);
    alg.is_none_or(|alg| alg.to_ascii_uppercase().starts_with("HS"))
}

/// Returns why the header is not as SPEC 12.6 says.
fn header_findings(header: &Members<'_>) -> impl Iterator<Item = Finding> {
    let alg = header.get("alg");
    let names_another = alg.and_then(Json::text).is_some_and(|alg| alg != ALGORITHM);
    let lacks_name = alg.and_then(Json::text).is_none();
    let is_wrong = |(name, value)| name != "alg" && !is_header_member(name, value);
    let algorithm = names_another.then(|| FindingCode::TokenAlgorithm.into());
    let others =
        (lacks_name || header.iter().any(is_wrong)).then(|| FindingCode::TokenHeader.into());
    algorithm.into_iter().chain(others)
}

/// Returns what is wrong with the claims and the time, in the order of SPEC 8, rule 8.
fn claim_findings(payload: &Payload<'_>, audience: &Audience, now: Timestamp) -> Vec<Finding> {
    let mut findings = renamed_claims(payload);
    let is_renamed = |claim: &str| {
        let other = OTHER_NAMES.iter().find(|(own, _)| *own == claim);
        other.is_some_and(|(_, others)| others.iter().any(|name| payload.has(name)))
    };
    for claim in ["aud", "iat", "exp"] {
        if !payload.has(claim) && !is_renamed(claim) {
            findings.push(missing(claim));
        }
    }
    let who = ["sub", "email"];
    let is_anonymous = !who.into_iter().any(|claim| payload.has(claim));
    if is_anonymous && !who.into_iter().any(is_renamed) {
        findings.push(missing("sub or email"));
    }
    findings.extend(time_findings(payload));
    if payload.has("aud") {
        findings.extend(rejection(payload.check_audience(audience)));
    }
    findings.extend(rejection(payload.user_id()));
    findings.extend(rejection(payload.emails()));
    if !is_anonymous {
        findings.extend(rejection(payload.check_identified()));
    }
    findings.extend(rejection(payload.name()));
    findings.extend(rejection(payload.attributes()));
    findings.extend(rejection(payload.token_id()));
    let are_seconds = !findings.iter().any(|finding| {
        matches!(
            finding.code,
            FindingCode::TokenTimeInMilliseconds | FindingCode::TokenTimeNotInteger
        )
    });
    if are_seconds && let Ok(times) = payload.times() {
        findings.extend(rejection_as(FindingCode::TokenLifetime, times.check_length()));
        findings.extend(rejection(times.check_window(now)));
    }
    // The codes are declared in the order of SPEC 8, rule 8.
    findings.sort_by_key(|finding| finding.code);
    findings
}

fn renamed_claims(payload: &Payload<'_>) -> Vec<Finding> {
    let renamed = OTHER_NAMES.iter().filter_map(|(claim, others)| {
        let other = others.iter().find(|other| payload.has(other))?;
        let message = format!("The token has the claim {other}. Name it {claim}.");
        (!payload.has(claim)).then(|| Finding::new(FindingCode::TokenClaimRenamed, message))
    });
    let signature = OTHER_SIGNATURES.iter().find(|name| payload.has(name)).map(|name| {
        let message = format!(
            "The token has the claim {name}, another vendor's signature. Leave it out: the token is signed as a whole."
        );
        Finding::new(FindingCode::TokenClaimRenamed, message)
    });
    renamed.chain(signature).collect()
}

fn missing(claim: &str) -> Finding {
    let message = format!("The token lacks the claim {claim}. Add it.");
    Finding::new(FindingCode::TokenClaimMissing, message)
}

fn time_findings(payload: &Payload<'_>) -> impl Iterator<Item = Finding> {
    let times = ["iat", "exp", "nbf"].map(|name| (payload.has(name), payload.integer(name)));
    let is_in_milliseconds =
        times.iter().any(|(_, time)| time.is_some_and(|time| time > Timestamp::MAX));
    let is_not_integer = times.iter().any(|(is_present, time)| *is_present && time.is_none());
    let milliseconds = is_in_milliseconds.then(|| FindingCode::TokenTimeInMilliseconds.into());
    let not_integer = is_not_integer.then(|| FindingCode::TokenTimeNotInteger.into());
    milliseconds.into_iter().chain(not_integer)
}

/// Returns the finding of a claim that is rejected.
fn rejection<T>(claim: Result<T, Error>) -> Option<Finding> {
    let code = match claim.as_ref().err()?.code() {
        ErrorCode::IdentityTokenAudience => FindingCode::TokenAudience,
        ErrorCode::IdentityTokenExpired => FindingCode::TokenExpired,
        ErrorCode::IdentityTokenInFuture => FindingCode::TokenInFuture,
        _ => FindingCode::TokenClaimRefused,
    };
    rejection_as(code, claim)
}

fn rejection_as<T>(code: FindingCode, claim: Result<T, Error>) -> Option<Finding> {
    claim.err().map(|error| Finding::new(code, error.to_string()))
}
