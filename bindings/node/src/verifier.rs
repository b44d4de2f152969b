//! The functions behind JavaScript's `Verifier`.

use std::rc::Rc;

use deskseal::{
    Error, Explanation, Parameter, Secret, UserClaim, VerifiedUser, Verifier, VerifierOptions,
};

use crate::Stateless;
use crate::callback::{Body, Buffer, Call, Scope, Value};
use crate::error::Failure;
use crate::secret::{CurrentSecretText, SecretText};

const METHODS: [(&str, Body<Verifier>); 5] = [
    ("verifyEmail", verify_email),
    ("verifyUser", verify_user),
    ("verifyLink", verify_link),
    ("explainEmail", explain_email),
    ("explainLink", explain_link),
];

/// Takes a secret or `undefined`, its variable's name or `undefined`, the previous secrets, their
/// expiries, and the tolerance or `undefined`; returns the verifier's functions by name.
pub(crate) fn create<'call>(_: &Stateless, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let current = CurrentSecretText::read(call)?;
    let previous = SecretText::read_all(call.argument(2))?;
    let expiries = call.argument(3).items()?.into_iter().map(Value::integer);
    let expiries = expiries.collect::<Result<Vec<_>, _>>()?;
    let tolerance = call.argument(4).unless_undefined(Value::integer)?;

    let current = current.check()?;
    let previous = previous.iter().map(SecretText::as_str).zip(expiries);
    let verifier = Verifier::new(current, VerifierOptions::new(previous, tolerance)?);
    call.scope().methods(&Rc::new(verifier), &METHODS)
}

/// Takes an e-mail, a signature and a time; returns the canonical e-mail, and behind a space the
/// secret's number unless it is 0: one string, since values are what costs most.
fn verify_email<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let (mut email, mut signature) = (Buffer::new(), Buffer::new());
    let customer = verifier.verify_email(
        visitor_text(call.argument(0), Parameter::Email, &mut email)?,
        visitor_text(call.argument(1), Parameter::Signature, &mut signature)?,
        call.argument(2).integer()?,
    )?;
    let email = customer.email.as_str();
    match customer.secret_index {
        0 => call.scope().string(email),
        number => call.scope().string(&format!("{email} {number}")),
    }
}

/// Takes a portal host, a user id, a timestamp in written form, a signature and a time; returns what
/// [`verified_user`] does.
fn verify_user<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let mut buffers = [const { Buffer::new() }; 4];
    let [host, user_id, timestamp, signature] = &mut buffers;
    let claim = UserClaim {
        portal_host: call.argument(0).text(Parameter::Host, host)?,
        user_id: visitor_text(call.argument(1), Parameter::UserId, user_id)?,
        timestamp: visitor_text(call.argument(2), Parameter::Timestamp, timestamp)?,
        signature: visitor_text(call.argument(3), Parameter::Signature, signature)?,
    };
    let user = verifier.verify_user(&claim, call.argument(4).integer()?)?;
    verified_user(call.scope(), &user)
}

/// Takes a portal host, a URL and a time; returns what [`verified_user`] does, or `null`.
fn verify_link<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let (mut host, mut url) = (Buffer::new(), Buffer::new());
    let user = verifier.verify_link(
        call.argument(0).text(Parameter::Host, &mut host)?,
        visitor_text(call.argument(1), Parameter::PortalUrl, &mut url)?,
        call.argument(2).integer()?,
    )?;
    match user {
        Some(user) => verified_user(call.scope(), &user),
        None => call.scope().null(),
    }
}

/// Takes an e-mail, a signature, other secrets and a time; returns what [`findings`] does.
fn explain_email<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let (mut email, mut signature) = (Buffer::new(), Buffer::new());
    let email = call.argument(0).text(Parameter::Email, &mut email)?;
    let signature = call.argument(1).text(Parameter::Signature, &mut signature)?;
    let others = other_secrets(call.argument(2))?;
    let now = call.argument(3).integer()?;
    findings(call.scope(), &verifier.explain_email(email, signature, &others, now)?)
}

/// Takes a portal host, a URL, other secrets and a time; returns what [`findings`] does.
fn explain_link<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let (mut host, mut url) = (Buffer::new(), Buffer::new());
    let host = call.argument(0).text(Parameter::Host, &mut host)?;
    let url = call.argument(1).text(Parameter::PortalUrl, &mut url)?;
    let others = other_secrets(call.argument(2))?;
    let now = call.argument(3).integer()?;
    findings(call.scope(), &verifier.explain_link(host, url, &others, now)?)
}

fn other_secrets(values: Value<'_>) -> Result<Vec<Secret>, Failure> {
    let texts = SecretText::read_all(values)?;
    Ok(texts.iter().map(SecretText::check).collect::<Result<_, Error>>()?)
}

/// Returns a text that came from the visitor, whose fault it is when it is ill-formed (SPEC 7.1).
fn visitor_text<'buffer>(
    value: Value<'_>,
    parameter: Parameter,
    buffer: &'buffer mut Buffer,
) -> Result<&'buffer str, Failure> {
    value.text(parameter, buffer).map_err(Failure::attributed_to_visitor)
}

/// Returns the user id, the timestamp and the secret's number.
fn verified_user<'call>(scope: Scope<'call>, user: &VerifiedUser) -> Result<Value<'call>, Failure> {
    scope.array(&[
        scope.string(user.user_id.as_str())?,
        scope.integer(user.timestamp.seconds())?,
        scope.index(user.secret_index)?,
    ])
}

/// Returns a list of pairs of code and message.
fn findings<'call>(
    scope: Scope<'call>,
    explanation: &Explanation,
) -> Result<Value<'call>, Failure> {
    let findings = explanation
        .findings
        .iter()
        .map(|finding| {
            scope.array(&[scope.string(finding.code.as_str())?, scope.string(&finding.message)?])
        })
        .collect::<Result<Vec<_>, _>>()?;
    scope.array(&findings)
}
