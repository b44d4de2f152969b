//! The API as JSON: the conformance adapter, which reads one JSON request a line and writes one JSON response a
//! line, and the results, which the commands print as well.
//!
//! A request is `{ id, class?, new?, call, args }`, a response `{ id, value }` or
//! `{ id, error: { kind, code } }`; `tests/api.toml` names the calls and their arguments. Ill-formed text
//! comes as `{ utf8, utf16le }`, both hexadecimal (SPEC 1.1).

use std::io::{self, BufRead, Write};

use deskseal::{
    EmbedOptions, Error, Parameter, Secret, Signer, UserClaim, Verifier, VerifierOptions,
    canonical_email, canonical_host, portal_host, public_form_url, response_unless_click, unix_now,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

type Arguments = Map<String, Value>;

/// One call of the API.
#[derive(Deserialize)]
pub(crate) struct Request {
    #[serde(default)]
    id: Value,
    class: Option<String>,
    #[serde(default)]
    new: Arguments,
    call: String,
    #[serde(default)]
    args: Arguments,
}

/// Why a request has an error in place of a value.
enum CallError {
    /// An error of the crate `deskseal`.
    Core(Error),
    /// The request is not one of the contract's calls.
    Request(&'static str),
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl CallError {
    fn to_json(&self) -> Value {
        match self {
            Self::Core(error) => {
                json!({ "kind": error.kind().as_str(), "code": error.code().as_str() })
            }
            Self::Request(what) => json!({ "kind": "request", "code": what }),
        }
    }
}

/// Responds to every request until the input ends.
pub(crate) fn serve(requests: impl BufRead, mut responses: impl Write) -> io::Result<()> {
    for line in requests.lines() {
        writeln!(responses, "{}", response_line(&line?))?;
    }
    Ok(())
}

fn response_line(line: &str) -> Value {
    match serde_json::from_str(line) {
        Ok(request) => response(&request),
        Err(_) => json!({ "id": null, "error": CallError::Request("not_json").to_json() }),
    }
}

/// Returns the response to one request.
pub(crate) fn response(request: &Request) -> Value {
    match value(request) {
        Ok(value) => json!({ "id": request.id, "value": value }),
        Err(error) => json!({ "id": request.id, "error": error.to_json() }),
    }
}

fn value(request: &Request) -> Result<Value, CallError> {
    match request.class.as_deref() {
        None => function(&request.call, &request.args),
        Some("Signer") => signer_method(&signer(&request.new)?, &request.call, &request.args),
        Some("Verifier") => verifier_method(&verifier(&request.new)?, &request.call, &request.args),
        Some(_) => Err(CallError::Request("unknown_class")),
    }
}

fn function(call: &str, args: &Arguments) -> Result<Value, CallError> {
    match call {
        "canonical_email" => {
            Ok(canonical_email(text(args, "email", Parameter::Email)?)?.as_str().into())
        }
        "canonical_host" => {
            Ok(canonical_host(text(args, "host", Parameter::Host)?)?.as_str().into())
        }
        "public_form_url" => {
            Ok(public_form_url(text(args, "portal_url", Parameter::PortalUrl)?)?.into())
        }
        "portal_host" => {
            Ok(portal_host(text(args, "portal_url", Parameter::PortalUrl)?)?.as_str().into())
        }
        "response_unless_click" => {
            let target = args.get("target").and_then(Value::as_str);
            let target = target.ok_or(CallError::Request("missing_argument"))?;
            let headers = args.get("headers").and_then(Value::as_object);
            let headers = headers.ok_or(CallError::Request("missing_argument"))?.iter();
            let headers = headers
                .map(|(name, value)| Some((name.as_str(), value.as_str()?)))
                .collect::<Option<Vec<_>>>()
                .ok_or(CallError::Request("wrong_type"))?;
            let response = response_unless_click(target, &headers);
            Ok(response.as_ref().map_or(Value::Null, result::http_response))
        }
        _ => Err(CallError::Request("unknown_call")),
    }
}

fn signer_method(signer: &Signer, call: &str, args: &Arguments) -> Result<Value, CallError> {
    match call {
        "sign_email" => {
            let email = text(args, "email", Parameter::Email)?;
            Ok(result::signed_email(&signer.sign_email(email)?))
        }
        "sign_user" => {
            let portal_host = text(args, "portal_host", Parameter::Host)?;
            let user_id = text(args, "user_id", Parameter::UserId)?;
            let timestamp = second(args, "timestamp")?;
            Ok(result::signed_user(&signer.sign_user(portal_host, user_id, timestamp)?))
        }
        "portal_link" => {
            let portal_url = text(args, "portal_url", Parameter::PortalUrl)?;
            let user_id = text(args, "user_id", Parameter::UserId)?;
            Ok(signer.portal_link(portal_url, user_id, second(args, "timestamp")?)?.into())
        }
        "ticket_center" => {
            let email = text(args, "email", Parameter::Email)?;
            let helpdesk_id = text(args, "helpdesk_id", Parameter::HelpdeskId)?;
            let option = |name| optional_text(args, name, Parameter::EmbedOption);
            let options = EmbedOptions {
                align: option("align")?,
                max_width: option("max_width")?,
                container: option("container")?,
                script_url: option("script_url")?,
                crossorigin: flag(args, "crossorigin")?,
                nonce: option("nonce")?,
            };
            Ok(result::embed(&signer.ticket_center(email, helpdesk_id, &options)?))
        }
        "identity" => {
            let email = text(args, "email", Parameter::Email)?;
            let helpdesk_id = text(args, "helpdesk_id", Parameter::HelpdeskId)?;
            Ok(result::identity(&signer.identity(email, helpdesk_id)?))
        }
        _ => Err(CallError::Request("unknown_call")),
    }
}

fn verifier_method(verifier: &Verifier, call: &str, args: &Arguments) -> Result<Value, CallError> {
    let now = second(args, "now")?;
    match call {
        "verify_email" => {
            let email = text(args, "email", Parameter::ReceivedEmail)?;
            let signature = text(args, "signature", Parameter::Signature)?;
            Ok(result::verified_email(&verifier.verify_email(email, signature, now)?))
        }
        "verify_user" => {
            let claim = UserClaim {
                portal_host: text(args, "portal_host", Parameter::Host)?,
                user_id: text(args, "user_id", Parameter::ReceivedUserId)?,
                timestamp: text(args, "timestamp", Parameter::ReceivedTimestamp)?,
                signature: text(args, "signature", Parameter::Signature)?,
            };
            Ok(result::verified_user(&verifier.verify_user(&claim, now)?))
        }
        "verify_link" => {
            let portal_host = text(args, "portal_host", Parameter::Host)?;
            let url = text(args, "url", Parameter::ReceivedUrl)?;
            let user = verifier.verify_link(portal_host, url, now)?;
            Ok(user.as_ref().map_or(Value::Null, result::verified_user))
        }
        "explain_email" => {
            let email = text(args, "email", Parameter::Email)?;
            let signature = text(args, "signature", Parameter::Signature)?;
            let others = other_secrets(args)?;
            Ok(result::explanation(&verifier.explain_email(email, signature, &others, now)?))
        }
        "explain_link" => {
            let portal_host = text(args, "portal_host", Parameter::Host)?;
            let url = text(args, "url", Parameter::PortalUrl)?;
            let others = other_secrets(args)?;
            Ok(result::explanation(&verifier.explain_link(portal_host, url, &others, now)?))
        }
        _ => Err(CallError::Request("unknown_call")),
    }
}

fn signer(new: &Arguments) -> Result<Signer, CallError> {
    Ok(Signer::new(current_secret(current_texts(new)?)?))
}

fn verifier(new: &Arguments) -> Result<Verifier, CallError> {
    let current = current_texts(new)?;
    let previous = list(new, "previous")?
        .iter()
        .map(|pair| match pair.as_array().map(Vec::as_slice) {
            Some([secret, expires_at]) => Ok((secret_text(Some(secret))?, integer(expires_at)?)),
            _ => Err(CallError::Request("wrong_type")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let tolerance = new.get("tolerance").map(integer).transpose()?;
    Ok(Verifier::new(current_secret(current)?, VerifierOptions::new(previous, tolerance)?))
}

/// The source of the current secret.
enum Current<'args> {
    Given(Option<&'args str>),
    /// The first variable of these names that is set.
    Named(Vec<&'args str>),
}

/// Returns the texts, not yet checked as secrets: an ill-formed text in any parameter is reported before
/// other errors.
fn current_texts(new: &Arguments) -> Result<Current<'_>, CallError> {
    let names = match new.get("name") {
        None => return Ok(Current::Given(secret_text(new.get("secret"))?)),
        Some(Value::Array(names)) => names.as_slice(),
        Some(name) => std::slice::from_ref(name),
    };
    let names =
        names.iter().map(|name| secret_text(Some(name))?.ok_or(CallError::Request("wrong_type")));
    Ok(Current::Named(names.collect::<Result<_, _>>()?))
}

fn current_secret(current: Current<'_>) -> Result<Secret, Error> {
    match current {
        Current::Given(secret) => Secret::new(secret),
        Current::Named(names) => Secret::from_first_env(&names),
    }
}

fn other_secrets(args: &Arguments) -> Result<Vec<Secret>, CallError> {
    let texts = list(args, "other_secrets")?.iter().map(|secret| secret_text(Some(secret)));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    Ok(texts.into_iter().map(Secret::new).collect::<Result<_, _>>()?)
}

fn text<'args>(
    args: &'args Arguments,
    name: &str,
    parameter: Parameter,
) -> Result<&'args str, CallError> {
    optional_text(args, name, parameter)?.ok_or(CallError::Request("missing_argument"))
}

fn optional_text<'args>(
    args: &'args Arguments,
    name: &str,
    parameter: Parameter,
) -> Result<Option<&'args str>, CallError> {
    well_formed(args.get(name), parameter)
}

fn secret_text(value: Option<&Value>) -> Result<Option<&str>, CallError> {
    well_formed(value, Parameter::Secret)
}

fn well_formed(value: Option<&Value>, parameter: Parameter) -> Result<Option<&str>, CallError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Object(forms)) => Err(ill_formed(forms, parameter)),
        Some(_) => Err(CallError::Request("wrong_type")),
    }
}

/// Returns the core's error for bytes that are not UTF-8.
fn ill_formed(forms: &Map<String, Value>, parameter: Parameter) -> CallError {
    let hex = forms.get("utf8").and_then(Value::as_str).unwrap_or_default();
    match base16ct::lower::decode_vec(hex).map(|bytes| parameter.decode(&bytes).map(drop)) {
        Ok(Err(error)) => CallError::Core(error),
        Ok(Ok(())) => CallError::Request("well_formed"),
        Err(_) => CallError::Request("not_hexadecimal"),
    }
}

/// Returns a time in Unix seconds; the default is the system clock's.
fn second(args: &Arguments, name: &str) -> Result<i64, CallError> {
    match args.get(name) {
        None => Ok(unix_now()),
        Some(second) => integer(second),
    }
}

fn flag(args: &Arguments, name: &str) -> Result<bool, CallError> {
    match args.get(name) {
        None => Ok(false),
        Some(flag) => flag.as_bool().ok_or(CallError::Request("wrong_type")),
    }
}

fn integer(value: &Value) -> Result<i64, CallError> {
    value.as_i64().ok_or(CallError::Request("wrong_type"))
}

fn list<'args>(args: &'args Arguments, name: &str) -> Result<&'args [Value], CallError> {
    match args.get(name) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(CallError::Request("wrong_type")),
    }
}

/// Converts the API's results to JSON, with the field names of `tests/api.toml`.
pub(crate) mod result {
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
        entries
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::String(value.clone())))
            .collect()
    }
}
