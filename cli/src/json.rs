//! Converts the API's results to JSON, with the field names of `tests/api.toml`.

use deskseal::{
    Embed, Explanation, HttpResponse, Identity, SignedEmail, SignedUser, VerifiedEmail,
    VerifiedUser,
};
use serde_json::{Map, Value, json};

pub(crate) fn signed_email(signed: &SignedEmail) -> Value {
    json!({ "email": signed.email.as_str(), "signature": signed.signature.to_hex() })
}

pub(crate) fn signed_user(signed: &SignedUser) -> Value {
    json!({
        "user_id": signed.user_id.as_str(),
        "timestamp": signed.timestamp.seconds(),
        "signature": signed.signature.to_hex(),
    })
}

pub(crate) fn verified_email(verified: &VerifiedEmail) -> Value {
    json!({ "email": verified.email.as_str(), "secret_index": verified.secret_index })
}

pub(crate) fn verified_user(verified: &VerifiedUser) -> Value {
    json!({
        "user_id": verified.user_id.as_str(),
        "timestamp": verified.timestamp.seconds(),
        "secret_index": verified.secret_index,
    })
}

pub(crate) fn embed(embed: &Embed) -> Value {
    json!({ "attributes": map(&embed.attributes), "html": embed.html })
}

pub(crate) fn identity(identity: &Identity) -> Value {
    json!({
        "email": identity.email.as_str(),
        "signature": identity.signature.to_hex(),
        "helpdesk_id": identity.helpdesk_id,
    })
}

pub(crate) fn http_response(response: &HttpResponse) -> Value {
    json!({
        "status": response.status,
        "headers": map(&response.headers),
        "body": response.body,
    })
}

pub(crate) fn explanation(explanation: &Explanation) -> Value {
    let findings: Vec<_> = explanation
        .findings
        .iter()
        .map(|finding| json!({ "code": finding.code.as_str(), "message": finding.message }))
        .collect();
    json!({ "findings": findings })
}

fn map(entries: &[(&str, String)]) -> Map<String, Value> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), Value::String(value.clone()))).collect()
}
