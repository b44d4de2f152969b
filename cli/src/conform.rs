//! The API as JSON: the conformance adapter, which reads one JSON request a line and writes one JSON response a
//! line, and the results, which the commands print as well.
//!
//! A request is `{ id, class?, new?, call, args }`, a response `{ id, value }` or
//! `{ id, error: { kind, code } }`; `tests/api.toml` names the calls and their arguments. Ill-formed text
//! comes as `{ utf8, utf16le }`, both hexadecimal (SPEC 1.1).

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{self, BufRead, Write};

use deskseal::{
    AttributeValue, CanonicalEmail, Embed, EmbedOptions, Error, Explanation, HttpResponse,
    Identity, IdentityClaims, LinkClaims, Parameter, PortalHost, Secret, SignedEmail, SignedUser,
    Signer, UserClaim, VerifiedEmail, VerifiedIdentity, VerifiedUser, Verifier, VerifierOptions,
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

/// What a call returned.
type CallResult = Result<Box<dyn Answer>, CallError>;

/// Why a request has an error in place of a value.
pub(crate) enum CallError {
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
    match answer(request) {
        Ok(answer) => json!({ "id": request.id, "value": answer.to_json() }),
        Err(error) => json!({ "id": request.id, "error": error.to_json() }),
    }
}

/// Makes the call, and returns what it returned.
pub(crate) fn answer(request: &Request) -> CallResult {
    match request.class.as_deref() {
        None => function(&request.call, &request.args),
        Some("Signer") => signer_method(&signer(&request.new)?, &request.call, &request.args),
        Some("Verifier") => verifier_method(&verifier(&request.new)?, &request.call, &request.args),
        Some(_) => Err(CallError::Request("unknown_class")),
    }
}

fn function(call: &str, args: &Arguments) -> CallResult {
    match call {
        "canonical_email" => Ok(Box::new(canonical_email(text(args, "email", Parameter::Email)?)?)),
        "canonical_host" => Ok(Box::new(canonical_host(text(args, "host", Parameter::Host)?)?)),
        "public_form_url" => {
            Ok(Box::new(public_form_url(text(args, "portal_url", Parameter::PortalUrl)?)?))
        }
        "portal_host" => {
            Ok(Box::new(portal_host(text(args, "portal_url", Parameter::PortalUrl)?)?))
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
            Ok(Box::new(response_unless_click(target, &headers)))
        }
        _ => Err(CallError::Request("unknown_call")),
    }
}

fn signer_method(signer: &Signer, call: &str, args: &Arguments) -> CallResult {
    match call {
        "sign_email" => {
            let email = text(args, "email", Parameter::Email)?;
            Ok(Box::new(signer.sign_email(email)?))
        }
        "sign_user" => {
            let portal_host = text(args, "portal_host", Parameter::Host)?;
            let user_id = text(args, "user_id", Parameter::UserId)?;
            let timestamp = second(args, "timestamp")?;
            Ok(Box::new(signer.sign_user(portal_host, user_id, timestamp)?))
        }
        "portal_link" => {
            let portal_url = text(args, "portal_url", Parameter::PortalUrl)?;
            let user_id = text(args, "user_id", Parameter::UserId)?;
            Ok(Box::new(signer.portal_link(portal_url, user_id, second(args, "timestamp")?)?))
        }
        "ticket_center" => {
            let email = text(args, "email", Parameter::Email)?;
            let helpdesk_id = text(args, "helpdesk_id", Parameter::HelpdeskId)?;
            let options = embed_options(args)?;
            Ok(Box::new(signer.ticket_center(email, helpdesk_id, &options)?))
        }
        "identity" => {
            let email = text(args, "email", Parameter::Email)?;
            let helpdesk_id = text(args, "helpdesk_id", Parameter::HelpdeskId)?;
            Ok(Box::new(signer.identity(email, helpdesk_id)?))
        }
        "identity_token" => {
            let audience = text(args, "audience", Parameter::Audience)?;
            let claims = identity_claims(args)?;
            Ok(Box::new(signer.identity_token(audience, &claims, second(args, "now")?)?))
        }
        "ticket_center_with_token" => {
            let helpdesk_id = text(args, "helpdesk_id", Parameter::HelpdeskId)?;
            let (claims, options) = (identity_claims(args)?, embed_options(args)?);
            let now = second(args, "now")?;
            Ok(Box::new(signer.ticket_center_with_token(helpdesk_id, &claims, &options, now)?))
        }
        "portal_link_with_token" => {
            let portal_url = text(args, "portal_url", Parameter::PortalUrl)?;
            let claims = LinkClaims {
                email: optional_text(args, "email", Parameter::Email)?,
                email_verified: flag(args, "email_verified", true)?,
                user_id: optional_text(args, "user_id", Parameter::UserId)?,
                token_id: optional_text(args, "token_id", Parameter::Claim)?,
                expires_in: args.get("expires_in").map(integer).transpose()?,
            };
            let now = second(args, "now")?;
            Ok(Box::new(signer.portal_link_with_token(portal_url, &claims, now)?))
        }
        _ => Err(CallError::Request("unknown_call")),
    }
}

fn verifier_method(verifier: &Verifier, call: &str, args: &Arguments) -> CallResult {
    let now = second(args, "now")?;
    match call {
        "verify_email" => {
            let email = text(args, "email", Parameter::ReceivedEmail)?;
            let signature = text(args, "signature", Parameter::Signature)?;
            Ok(Box::new(verifier.verify_email(email, signature, now)?))
        }
        "verify_user" => {
            let claim = UserClaim {
                portal_host: text(args, "portal_host", Parameter::Host)?,
                user_id: text(args, "user_id", Parameter::ReceivedUserId)?,
                timestamp: text(args, "timestamp", Parameter::ReceivedTimestamp)?,
                signature: text(args, "signature", Parameter::Signature)?,
            };
            Ok(Box::new(verifier.verify_user(&claim, now)?))
        }
        "verify_link" => {
            let portal_host = text(args, "portal_host", Parameter::Host)?;
            let url = text(args, "url", Parameter::ReceivedUrl)?;
            Ok(Box::new(verifier.verify_link(portal_host, url, now)?))
        }
        "explain_email" => {
            let email = text(args, "email", Parameter::Email)?;
            let signature = text(args, "signature", Parameter::Signature)?;
            let others = other_secrets(args)?;
            Ok(Box::new(verifier.explain_email(email, signature, &others, now)?))
        }
        "explain_link" => {
            let portal_host = text(args, "portal_host", Parameter::Host)?;
            let url = text(args, "url", Parameter::PortalUrl)?;
            let others = other_secrets(args)?;
            Ok(Box::new(verifier.explain_link(portal_host, url, &others, now)?))
        }
        "verify_identity_token" => {
            let audience = text(args, "audience", Parameter::Audience)?;
            let token = text(args, "token", Parameter::Token)?;
            Ok(Box::new(verifier.verify_identity_token(audience, token, now)?))
        }
        "explain_identity_token" => {
            let audience = text(args, "audience", Parameter::Audience)?;
            let token = text(args, "token", Parameter::Token)?;
            let others = other_secrets(args)?;
            Ok(Box::new(verifier.explain_identity_token(audience, token, &others, now)?))
        }
        _ => Err(CallError::Request("unknown_call")),
    }
}

fn embed_options(args: &Arguments) -> Result<EmbedOptions<'_>, CallError> {
    let option = |name| optional_text(args, name, Parameter::EmbedOption);
    Ok(EmbedOptions {
        align: option("align")?,
        max_width: option("max_width")?,
        container: option("container")?,
        script_url: option("script_url")?,
        crossorigin: flag(args, "crossorigin", false)?,
        nonce: option("nonce")?,
    })
}

fn identity_claims(args: &Arguments) -> Result<IdentityClaims<'_>, CallError> {
    Ok(IdentityClaims {
        email: optional_text(args, "email", Parameter::Email)?,
        email_verified: flag(args, "email_verified", true)?,
        user_id: optional_text(args, "user_id", Parameter::UserId)?,
        name: optional_text(args, "name", Parameter::Claim)?,
        attributes: attributes(args.get("attributes"))?,
        token_id: optional_text(args, "token_id", Parameter::Claim)?,
        expires_in: args.get("expires_in").map(integer).transpose()?,
    })
}

fn attributes(value: Option<&Value>) -> Result<BTreeMap<String, AttributeValue>, CallError> {
    let attribute = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Bool(flag) => (*flag).into(),
            Value::Number(_) => integer(value)?.into(),
            _ => well_formed(Some(value), Parameter::Claim)?
                .ok_or(CallError::Request("wrong_type"))?
                .into(),
        };
        Ok((name.clone(), value))
    };
    match value {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(attributes)) => attributes.iter().map(attribute).collect(),
        Some(_) => Err(CallError::Request("wrong_type")),
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

fn flag(args: &Arguments, name: &str, default: bool) -> Result<bool, CallError> {
    match args.get(name) {
        None => Ok(default),
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

/// A result of the API, as JSON with the field names of `tests/api.toml`.
pub(crate) trait Answer: Debug {
    fn to_json(&self) -> Value;
}

impl<T: Answer> Answer for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, Answer::to_json)
    }
}

impl Answer for String {
    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Answer for CanonicalEmail {
    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Answer for PortalHost {
    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Answer for SignedEmail {
    fn to_json(&self) -> Value {
        json!({ "email": self.email.as_str(), "signature": self.signature.to_hex() })
    }
}

impl Answer for SignedUser {
    fn to_json(&self) -> Value {
        json!({
            "user_id": self.user_id.as_str(),
            "timestamp": self.timestamp.seconds(),
            "signature": self.signature.to_hex(),
        })
    }
}

impl Answer for VerifiedEmail {
    fn to_json(&self) -> Value {
        json!({ "email": self.email.as_str(), "secret_index": self.secret_index })
    }
}

impl Answer for VerifiedUser {
    fn to_json(&self) -> Value {
        json!({
            "user_id": self.user_id.as_str(),
            "timestamp": self.timestamp.seconds(),
            "secret_index": self.secret_index,
        })
    }
}

impl Answer for VerifiedIdentity {
    fn to_json(&self) -> Value {
        json!({
            "email": self.email.as_ref().map(AsRef::<str>::as_ref),
            "unverified_email": self.unverified_email.as_ref().map(AsRef::<str>::as_ref),
            "user_id": self.user_id.as_ref().map(AsRef::<str>::as_ref),
            "name": self.name,
            "attributes": self.attributes,
            "token_id": self.token_id,
            "issued_at": self.issued_at,
            "expires_at": self.expires_at,
            "secret_index": self.secret_index,
        })
    }
}

impl Answer for Embed {
    fn to_json(&self) -> Value {
        json!({ "attributes": map(self.attributes()), "html": self.html })
    }
}

impl Answer for Identity {
    fn to_json(&self) -> Value {
        json!({
            "email": self.email.as_str(),
            "signature": self.signature.to_hex(),
            "helpdesk_id": self.helpdesk_id,
        })
    }
}

impl Answer for HttpResponse {
    fn to_json(&self) -> Value {
        let headers = self.headers.iter().map(|(name, value)| (*name, value.as_str()));
        json!({ "status": self.status, "headers": map(headers), "body": self.body })
    }
}

impl Answer for Explanation {
    fn to_json(&self) -> Value {
        let findings: Vec<_> = self
            .findings
            .iter()
            .map(|finding| json!({ "code": finding.code.as_str(), "message": finding.message }))
            .collect();
        json!({ "findings": findings })
    }
}

fn map<'name, 'text>(
    entries: impl Iterator<Item = (&'name str, &'text str)>,
) -> Map<String, Value> {
    entries.map(|(name, value)| (name.to_owned(), value.into())).collect()
}
