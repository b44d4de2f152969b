//! The functions behind JavaScript's `Verifier`.

use deskseal::{
    Error, Explanation, Parameter, Secret, UserClaim, VerifiedUser, Verifier, VerifierOptions,
};

use crate::Stateless;
use crate::callback::{Answer, Body, Buffer, Call};
use crate::error::Failure;
use crate::secret::{CurrentSecretText, SecretText};

const FUNCTIONS: [(&str, Body<Verifier>); 5] = [
    ("verifyEmail", verify_email),
    ("verifyUser", verify_user),
    ("verifyLink", verify_link),
    ("explainEmail", explain_email),
    ("explainLink", explain_link),
];

/// Takes the arguments of [`CurrentSecretText::read`], the previous secrets, their expiries, and the tolerance or
/// `undefined`; returns the verifier's functions by name.
pub(crate) fn create<'call>(_: &Stateless, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let current = CurrentSecretText::read(call)?;
    let previous = SecretText::read_all(call, 2)?;
    let expiries: Vec<i64> = call.value(3)?;
    let tolerance = call.optional(4)?;

    let current = current.check()?;
    let previous = previous.iter().map(SecretText::as_str).zip(expiries);
    let verifier = Verifier::new(current, VerifierOptions::new(previous, tolerance)?);
    call.functions(verifier, &FUNCTIONS)
}

/// Takes an e-mail, a signature and a time; returns the canonical e-mail, followed by a space and the secret's
/// index unless it is 0.
fn verify_email<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut email, mut signature) = (Buffer::new(), Buffer::new());
    let customer = verifier.verify_email(
        call.text(0, Parameter::ReceivedEmail, &mut email)?,
        call.text(1, Parameter::Signature, &mut signature)?,
        call.value(2)?,
    )?;
    let email = customer.email.into_string();
    Ok(Answer::Text(match customer.secret_index {
        0 => email,
        index => format!("{email} {index}"),
    }))
}

/// Takes a portal host, a user id, a timestamp as text, a signature and a time; returns the result of
/// [`verified_user`].
fn verify_user<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let mut buffers = [const { Buffer::new() }; 4];
    let [host, user_id, timestamp, signature] = &mut buffers;
    let claim = UserClaim {
        portal_host: call.text(0, Parameter::Host, host)?,
        user_id: call.text(1, Parameter::ReceivedUserId, user_id)?,
        timestamp: call.text(2, Parameter::ReceivedTimestamp, timestamp)?,
        signature: call.text(3, Parameter::Signature, signature)?,
    };
    Ok(verified_user(&verifier.verify_user(&claim, call.value(4)?)?))
}

/// Takes a portal host, a URL and a time; returns the result of [`verified_user`], or `null`.
fn verify_link<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut host, mut url) = (Buffer::new(), Buffer::new());
    let user = verifier.verify_link(
        call.text(0, Parameter::Host, &mut host)?,
        call.text(1, Parameter::ReceivedUrl, &mut url)?,
        call.value(2)?,
    )?;
    Ok(user.as_ref().map_or(Answer::Nothing, verified_user))
}

/// Takes an e-mail, a signature, other secrets and a time; returns the result of [`findings`].
fn explain_email<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut email, mut signature) = (Buffer::new(), Buffer::new());
    let email = call.text(0, Parameter::Email, &mut email)?;
    let signature = call.text(1, Parameter::Signature, &mut signature)?;
    let others = other_secrets(call, 2)?;
    Ok(findings(verifier.explain_email(email, signature, &others, call.value(3)?)?))
}

/// Takes a portal host, a URL, other secrets and a time; returns the result of [`findings`].
fn explain_link<'call>(verifier: &Verifier, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut host, mut url) = (Buffer::new(), Buffer::new());
    let host = call.text(0, Parameter::Host, &mut host)?;
    let url = call.text(1, Parameter::PortalUrl, &mut url)?;
    let others = other_secrets(call, 2)?;
    Ok(findings(verifier.explain_link(host, url, &others, call.value(3)?)?))
}

fn other_secrets(call: &Call<'_>, index: usize) -> Result<Vec<Secret>, Failure> {
    let texts = SecretText::read_all(call, index)?;
    Ok(texts.iter().map(SecretText::check).collect::<Result<_, Error>>()?)
}

/// Returns the secret's index, the timestamp and the user id, separated by spaces.
fn verified_user<'call>(user: &VerifiedUser) -> Answer<'call> {
    let VerifiedUser { user_id, timestamp, secret_index, .. } = user;
    Answer::Text(format!("{secret_index} {} {}", timestamp.seconds(), user_id.as_str()))
}

/// Returns each finding's code and message: code, message, code, message …
fn findings<'call>(explanation: Explanation) -> Answer<'call> {
    let texts = explanation
        .findings
        .into_iter()
        .flat_map(|finding| [finding.code.as_str().to_owned(), finding.message]);
    Answer::Texts(texts.collect())
}
