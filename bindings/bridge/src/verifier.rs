//! The calls of a verifier.

use deskseal::{Parameter, UserClaim, Verifier, VerifierOptions};

use crate::answer::{findings, verified_identity, verified_user};
use crate::calls::calls;
use crate::secret::{self, CurrentSecret};
use crate::{Answer, Arguments, Failure};

calls! {
    /// Returns the calls of a verifier by name.
    verifier_calls(Verifier, verifier), VERIFIER_FUNCTIONS, 7;
    verify_email deskseal_verify_email None;
    verify_user deskseal_verify_user None;
    verify_link deskseal_verify_link None;
    explain_email deskseal_explain_email Secret;
    explain_link deskseal_explain_link Secret;
    verify_identity_token deskseal_verify_identity_token None;
    explain_identity_token deskseal_explain_identity_token Secret;
}

/// Takes the arguments of [`create_signer`](crate::create_signer), the previous secrets, their expiries in Unix
/// seconds, and the tolerance in seconds or none; returns the verifier.
///
/// # Errors
/// Those of [`VerifierOptions::new`] and [`Secret::from_first_named`](deskseal::Secret::from_first_named).
pub fn create_verifier<A: Arguments>(arguments: &A) -> Result<Verifier, Failure> {
    let current = CurrentSecret::read(arguments)?;
    let previous = arguments.secrets(2)?;
    let expiries = arguments.integers(3)?;
    let tolerance = arguments.optional_integer(4)?;

    let current = current.check()?;
    let previous = secret::texts(&previous).zip(expiries);
    Ok(Verifier::new(current, VerifierOptions::new(previous, tolerance)?))
}

/// Takes an e-mail, a signature and a time; returns the canonical e-mail, followed by a space and the secret's index
/// unless it is 0.
///
/// # Errors
/// Those of [`Verifier::verify_email`].
pub fn verify_email<A: Arguments>(verifier: &Verifier, arguments: &A) -> Result<Answer, Failure> {
    let (mut email, mut signature) = (A::Memory::default(), A::Memory::default());
    let customer = verifier.verify_email(
        arguments.text(0, Parameter::ReceivedEmail, &mut email)?,
        arguments.text(1, Parameter::Signature, &mut signature)?,
        arguments.integer(2)?,
    )?;
    let email = customer.email.into_string();
    Ok(Answer::Text(match customer.secret_index {
        0 => email,
        index => format!("{email} {index}"),
    }))
}

/// Takes a portal host, a user id, a timestamp as text, a signature and a time; returns the secret's index, the
/// timestamp and the user id, separated by spaces.
///
/// # Errors
/// Those of [`Verifier::verify_user`].
pub fn verify_user<A: Arguments>(verifier: &Verifier, arguments: &A) -> Result<Answer, Failure> {
    let mut memory: [A::Memory; 4] = Default::default();
    let [host, user_id, timestamp, signature] = &mut memory;
    let claim = UserClaim {
        portal_host: arguments.text(0, Parameter::Host, host)?,
        user_id: arguments.text(1, Parameter::ReceivedUserId, user_id)?,
        timestamp: arguments.text(2, Parameter::ReceivedTimestamp, timestamp)?,
        signature: arguments.text(3, Parameter::Signature, signature)?,
    };
    Ok(verified_user(&verifier.verify_user(&claim, arguments.integer(4)?)?))
}

/// Takes a portal host, a URL and a time; returns what [`verify_user`] does, or nothing for a public visitor.
///
/// # Errors
/// Those of [`Verifier::verify_link`].
pub fn verify_link<A: Arguments>(verifier: &Verifier, arguments: &A) -> Result<Answer, Failure> {
    let (mut host, mut url) = (A::Memory::default(), A::Memory::default());
    let user = verifier.verify_link(
        arguments.text(0, Parameter::Host, &mut host)?,
        arguments.text(1, Parameter::ReceivedUrl, &mut url)?,
        arguments.integer(2)?,
    )?;
    Ok(user.as_ref().map_or(Answer::Nothing, verified_user))
}

/// Takes an e-mail, a signature, other secrets and a time; returns code and message of each finding, in turn.
///
/// # Errors
/// Those of [`Verifier::explain_email`].
pub fn explain_email<A: Arguments>(verifier: &Verifier, arguments: &A) -> Result<Answer, Failure> {
    let (mut email, mut signature) = (A::Memory::default(), A::Memory::default());
    let email = arguments.text(0, Parameter::Email, &mut email)?;
    let signature = arguments.text(1, Parameter::Signature, &mut signature)?;
    let others = secret::checked(arguments, 2)?;
    Ok(findings(verifier.explain_email(email, signature, &others, arguments.integer(3)?)?))
}

/// Takes a portal host, a URL, other secrets and a time; returns what [`explain_email`] does.
///
/// # Errors
/// Those of [`Verifier::explain_link`].
pub fn explain_link<A: Arguments>(verifier: &Verifier, arguments: &A) -> Result<Answer, Failure> {
    let (mut host, mut url) = (A::Memory::default(), A::Memory::default());
    let host = arguments.text(0, Parameter::Host, &mut host)?;
    let url = arguments.text(1, Parameter::PortalUrl, &mut url)?;
    let others = secret::checked(arguments, 2)?;
    Ok(findings(verifier.explain_link(host, url, &others, arguments.integer(3)?)?))
}

/// Takes an audience, a token and a time; returns parts: the secret's index, the times of signing and of expiry,
/// token id, e-mail, unverified e-mail, user id, name, and the attributes. One that is not given is empty.
///
/// # Errors
/// Those of [`Verifier::verify_identity_token`].
pub fn verify_identity_token<A: Arguments>(
    verifier: &Verifier,
    arguments: &A,
) -> Result<Answer, Failure> {
    let (mut audience, mut token) = (A::Memory::default(), A::TokenMemory::default());
    let identity = verifier.verify_identity_token(
        arguments.text(0, Parameter::Audience, &mut audience)?,
        arguments.token(1, &mut token)?,
        arguments.integer(2)?,
    )?;
    Ok(verified_identity(&identity))
}

/// Takes an audience, a token, other secrets and a time; returns what [`explain_email`] does.
///
/// # Errors
/// Those of [`Verifier::explain_identity_token`].
pub fn explain_identity_token<A: Arguments>(
    verifier: &Verifier,
    arguments: &A,
) -> Result<Answer, Failure> {
    let (mut audience, mut token) = (A::Memory::default(), A::TokenMemory::default());
    let audience = arguments.text(0, Parameter::Audience, &mut audience)?;
    let token = arguments.token(1, &mut token)?;
    let others = secret::checked(arguments, 2)?;
    Ok(findings(verifier.explain_identity_token(
        audience,
        token,
        &others,
        arguments.integer(3)?,
    )?))
}
