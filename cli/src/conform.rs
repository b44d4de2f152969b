//! The conformance adapter: one JSON request a line, one JSON answer a line.
//!
//! A request is `{ id, class?, new?, call, args }`, an answer `{ id, value }` or
//! `{ id, error: { kind, code } }`; `tests/api.toml` names the calls and their arguments.

use std::io::{self, BufRead, Write};

use deskseal::{
    EmbedOptions, Error, Secret, Signer, UserClaim, Verifier, VerifierOptions, canonical_email,
    canonical_host, unix_now,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::json as result;

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

/// Why a request has no value.
enum Refusal {
    /// The core refused.
    Core(Error),
    /// The request is not one of the contract's calls.
    Request(&'static str),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl Refusal {
    fn to_json(&self) -> Value {
        match self {
            Self::Core(error) => {
                json!({ "kind": error.kind().as_str(), "code": error.code().as_str() })
            }
            Self::Request(what) => json!({ "kind": "request", "code": what }),
        }
    }
}

/// Answers requests until there are no more.
pub(crate) fn serve(requests: impl BufRead, mut answers: impl Write) -> io::Result<()> {
    for line in requests.lines() {
        writeln!(answers, "{}", answer_line(&line?))?;
    }
    Ok(())
}

fn answer_line(line: &str) -> Value {
    match serde_json::from_str(line) {
        Ok(request) => answer(&request),
        Err(_) => json!({ "id": null, "error": Refusal::Request("not_json").to_json() }),
    }
}

/// Answers one request.
pub(crate) fn answer(request: &Request) -> Value {
    match value(request) {
        Ok(value) => json!({ "id": request.id, "value": value }),
        Err(refusal) => json!({ "id": request.id, "error": refusal.to_json() }),
    }
}

fn value(request: &Request) -> Result<Value, Refusal> {
    match request.class.as_deref() {
        None => function(&request.call, &request.args),
        Some("Signer") => signer_method(&signer(&request.new)?, &request.call, &request.args),
        Some("Verifier") => verifier_method(&verifier(&request.new)?, &request.call, &request.args),
        Some(_) => Err(Refusal::Request("unknown_class")),
    }
}

fn function(call: &str, args: &Arguments) -> Result<Value, Refusal> {
    match call {
        "canonical_email" => Ok(canonical_email(text(args, "email")?)?.as_str().into()),
        "canonical_host" => Ok(canonical_host(text(args, "host")?)?.as_str().into()),
        _ => Err(Refusal::Request("unknown_call")),
    }
}

fn signer_method(signer: &Signer, call: &str, args: &Arguments) -> Result<Value, Refusal> {
    match call {
        "sign_email" => Ok(result::signed_email(&signer.sign_email(text(args, "email")?)?)),
        "sign_user" => Ok(result::signed_user(&signer.sign_user(
            text(args, "portal_host")?,
            text(args, "user_id")?,
            second(args, "timestamp")?,
        )?)),
        "portal_link" => Ok(signer
            .portal_link(
                text(args, "portal_url")?,
                text(args, "user_id")?,
                second(args, "timestamp")?,
            )?
            .into()),
        "ticket_center" => {
            let options = EmbedOptions {
                align: optional_text(args, "align")?,
                max_width: optional_text(args, "max_width")?,
                container: optional_text(args, "container")?,
                script_url: optional_text(args, "script_url")?,
                nonce: optional_text(args, "nonce")?,
            };
            let (email, helpdesk_id) = (text(args, "email")?, text(args, "helpdesk_id")?);
            Ok(result::embed(&signer.ticket_center(email, helpdesk_id, &options)?))
        }
        _ => Err(Refusal::Request("unknown_call")),
    }
}

fn verifier_method(verifier: &Verifier, call: &str, args: &Arguments) -> Result<Value, Refusal> {
    let now = second(args, "now")?;
    match call {
        "verify_email" => {
            let (email, signature) = (text(args, "email")?, text(args, "signature")?);
            Ok(result::verified_email(&verifier.verify_email(email, signature, now)?))
        }
        "verify_user" => {
            let claim = UserClaim {
                portal_host: text(args, "portal_host")?,
                user_id: text(args, "user_id")?,
                timestamp: text(args, "timestamp")?,
                signature: text(args, "signature")?,
            };
            Ok(result::verified_user(&verifier.verify_user(&claim, now)?))
        }
        "verify_link" => {
            let user = verifier.verify_link(text(args, "portal_host")?, text(args, "url")?, now)?;
            Ok(user.as_ref().map_or(Value::Null, result::verified_user))
        }
        "explain_email" => {
            let (email, signature) = (text(args, "email")?, text(args, "signature")?);
            let others = other_secrets(args)?;
            Ok(result::explanation(&verifier.explain_email(email, signature, &others, now)?))
        }
        "explain_link" => {
            let (portal_host, url) = (text(args, "portal_host")?, text(args, "url")?);
            let others = other_secrets(args)?;
            Ok(result::explanation(&verifier.explain_link(portal_host, url, &others, now)?))
        }
        _ => Err(Refusal::Request("unknown_call")),
    }
}

fn signer(new: &Arguments) -> Result<Signer, Refusal> {
    Ok(Signer::new(current_secret(new)?))
}

fn verifier(new: &Arguments) -> Result<Verifier, Refusal> {
    let secret = current_secret(new)?;
    let previous = list(new, "previous")?
        .iter()
        .map(|pair| match pair.as_array().map(Vec::as_slice) {
            Some([secret, expires_at]) => Ok((secret.as_str(), integer(expires_at)?)),
            _ => Err(Refusal::Request("wrong_type")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let tolerance = new.get("tolerance").map(integer).transpose()?;
    Ok(Verifier::new(secret, VerifierOptions::new(previous, tolerance)?))
}

/// Returns the secret as given, or from the environment variable `name`.
fn current_secret(new: &Arguments) -> Result<Secret, Refusal> {
    match optional_text(new, "name")? {
        Some(name) => Ok(Secret::from_env(name)?),
        None => Ok(Secret::new(optional_text(new, "secret")?)?),
    }
}

fn other_secrets(args: &Arguments) -> Result<Vec<Secret>, Refusal> {
    list(args, "other_secrets")?.iter().map(|secret| Ok(Secret::new(secret.as_str())?)).collect()
}

fn text<'args>(args: &'args Arguments, name: &str) -> Result<&'args str, Refusal> {
    optional_text(args, name)?.ok_or(Refusal::Request("missing_argument"))
}

fn optional_text<'args>(args: &'args Arguments, name: &str) -> Result<Option<&'args str>, Refusal> {
    match args.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::Request("wrong_type")),
    }
}

/// Returns a time in Unix seconds, by default the system clock's.
fn second(args: &Arguments, name: &str) -> Result<i64, Refusal> {
    match args.get(name) {
        None => Ok(unix_now()),
        Some(second) => integer(second),
    }
}

fn integer(value: &Value) -> Result<i64, Refusal> {
    value.as_i64().ok_or(Refusal::Request("wrong_type"))
}

fn list<'args>(args: &'args Arguments, name: &str) -> Result<&'args [Value], Refusal> {
    match args.get(name) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(Refusal::Request("wrong_type")),
    }
}
