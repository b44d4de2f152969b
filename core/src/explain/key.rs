//! The keys that a signer may have used in place of the secret.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{FindingCode, Variant, utf16};
use crate::secret::{Secret, without_issued_prefix};
use crate::timestamp::Timestamp;
use crate::verifier::Verifier;

type KeyVariant = Variant<Zeroizing<Vec<u8>>>;

/// The texts that languages print for a missing value, and placeholders of documentation.
const STAND_INS: [&str; 6] = ["undefined", "null", "None", "nil", "YOUR_HMAC_SECRET", "changeme"];

/// Returns every key to try, starting with the current secret.
pub(super) fn variants(
    verifier: &Verifier,
    other_secrets: &[Secret],
    now: Timestamp,
) -> Vec<KeyVariant> {
    let listed = verifier.keys().iter().map(|key| {
        let deviation = match key.expires_at {
            None => None,
            Some(_) if key.is_active(now) => Some(FindingCode::SecretPrevious),
            Some(_) => Some(FindingCode::SecretExpired),
        };
        (key.key.secret(), deviation)
    });
    let others =
        other_secrets.iter().map(|secret| (secret, Some(FindingCode::SecretOfOtherPurpose)));

    let mut variants: Vec<_> = listed
        .chain(others)
        .flat_map(|(secret, deviation)| variants_of(secret.as_str(), deviation))
        .collect();
    variants.push(variant(b"", [FindingCode::SecretEmpty]));
    variants
        .extend(STAND_INS.map(|text| variant(text.as_bytes(), [FindingCode::SecretPlaceholder])));
    variants.extend(Secret::usual_variables().flat_map(variants_of_name));
    variants
}

/// Returns the texts that a signer may use in place of the value of the variable.
fn variants_of_name(name: &str) -> Vec<KeyVariant> {
    let references = [
        format!("${name}"),
        format!("${{{name}}}"),
        format!("$({name})"),
        format!("%{name}%"),
        format!("{{{{{name}}}}}"),
        format!("{{{{ {name} }}}}"),
        format!("process.env.{name}"),
    ];
    references
        .into_iter()
        .map(|text| variant(text.as_bytes(), [FindingCode::SecretNotExpanded]))
        .chain([variant(name.as_bytes(), [FindingCode::SecretVariableName])])
        .collect()
}

/// Returns the secret unchanged, as files and shells may change it, and as code may decode it.
fn variants_of(secret: &str, deviation: Option<FindingCode>) -> Vec<KeyVariant> {
    let changed = [
        (format!("{secret}\n"), FindingCode::SecretNewline),
        (format!("{secret}\r\n"), FindingCode::SecretNewline),
        (format!("{secret} "), FindingCode::SecretBlanks),
        (format!(" {secret}"), FindingCode::SecretBlanks),
        (format!(" {secret} "), FindingCode::SecretBlanks),
        (format!("{secret}\t"), FindingCode::SecretBlanks),
        (format!("\"{secret}\""), FindingCode::SecretQuoted),
        (format!("'{secret}'"), FindingCode::SecretQuoted),
        (format!("`{secret}`"), FindingCode::SecretQuoted),
        (format!("\u{FEFF}{secret}"), FindingCode::SecretByteOrderMark),
    ]
    .map(|(text, code)| (Zeroizing::new(text.into_bytes()), code));

    let payload = Some(without_issued_prefix(secret)).filter(|payload| *payload != secret);
    let decoded = [Some(secret), payload].into_iter().flatten().flat_map(decodings);
    let encoded = payload
        .map(|payload| (payload.as_bytes().to_vec(), FindingCode::SecretWithoutPrefix))
        .into_iter()
        .chain(utf16(secret).map(|key| (key, FindingCode::SecretUtf16)))
        .map(|(key, code)| (Zeroizing::new(key), code));

    let as_it_is = variant(secret.as_bytes(), deviation.as_slice());
    let deviating = changed.into_iter().chain(decoded).chain(encoded).map(|(key, code)| {
        Variant::new(key, deviation.into_iter().chain([code]).collect::<Vec<_>>())
    });
    std::iter::once(as_it_is).chain(deviating).collect()
}

fn decodings(text: &str) -> impl Iterator<Item = (Zeroizing<Vec<u8>>, FindingCode)> {
    let hexadecimal = base16ct::mixed::decode_vec(text).ok();
    let base64 = Base64::decode_vec(text)
        .or_else(|_| Base64Unpadded::decode_vec(text))
        .or_else(|_| Base64UrlUnpadded::decode_vec(text))
        .or_else(|_| Base64Url::decode_vec(text))
        .ok();
    [
        hexadecimal.map(|key| (Zeroizing::new(key), FindingCode::SecretHexDecoded)),
        base64.map(|key| (Zeroizing::new(key), FindingCode::SecretBase64Decoded)),
    ]
    .into_iter()
    .flatten()
}

fn variant(key: &[u8], deviations: impl Into<Vec<FindingCode>>) -> KeyVariant {
    Variant::new(Zeroizing::new(key.to_vec()), deviations)
}
