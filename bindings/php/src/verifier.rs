//! The functions behind the library's class `Verifier`.

use deskseal::{
    CanonicalEmail, Error, Explanation, Parameter, Secret, UserClaim, UserId, VerifiedIdentity,
    VerifiedUser, Verifier, VerifierOptions, unix_now,
};
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use crate::HANDLE;
use crate::answer::{self, answer, integer, list, text};
use crate::error::Failure;
use crate::text::{Text, optional, texts, variables};

/// A verifier, which PHP's engine frees. PHP code cannot create, clone, serialise or read it.
#[php_class]
#[php(name = "Deskseal\\Internal\\VerifierHandle")]
#[php(flags = HANDLE)]
pub struct VerifierHandle(Verifier);

/// Adds the functions.
pub(crate) fn functions(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    module
        .function(wrap_function!(verifier))
        .function(wrap_function!(verifier_from_first_named))
        .function(wrap_function!(verify_email))
        .function(wrap_function!(verify_user))
        .function(wrap_function!(verify_link))
        .function(wrap_function!(explain_email))
        .function(wrap_function!(explain_link))
        .function(wrap_function!(verify_identity_token))
        .function(wrap_function!(explain_identity_token))
}

/// Returns a verifier with the secret. Takes previous secrets as two lists: texts and expiries.
#[php_function]
#[php(name = "Deskseal\\Internal\\verifier")]
fn verifier(
    secret: Option<Text<'_>>,
    previous: Vec<Option<Text<'_>>>,
    expiries: Vec<i64>,
    tolerance: i64,
) -> Zval {
    answer(|| {
        let secret = optional(secret.as_ref(), Parameter::Secret)?;
        let previous = texts(&previous)?;
        let secret = Secret::new(secret)?;
        verifier_of(secret, previous, expiries, tolerance)
    })
}

/// Returns a verifier with the value of the first variable that has one.
#[php_function]
#[php(name = "Deskseal\\Internal\\verifier_from_first_named")]
fn verifier_from_first_named(
    names: Vec<Text<'_>>,
    values: Vec<Option<Text<'_>>>,
    previous: Vec<Option<Text<'_>>>,
    expiries: Vec<i64>,
    tolerance: i64,
) -> Zval {
    answer(|| {
        let variables = variables(&names, &values)?;
        let previous = texts(&previous)?;
        let secret = Secret::from_first_named(&variables)?;
        verifier_of(secret, previous, expiries, tolerance)
    })
}

fn verifier_of(
    secret: Secret,
    previous: Vec<Option<&str>>,
    expiries: Vec<i64>,
    tolerance: i64,
) -> Result<Zval, Failure> {
    let options = VerifierOptions::new(previous.into_iter().zip(expiries), tolerance)?;
    Ok(VerifierHandle(Verifier::new(secret, options)).into_zval(false)?)
}

/// Returns the secrets with other purposes.
fn other_secrets(secrets: &[Option<Text<'_>>]) -> Result<Vec<Secret>, Error> {
    texts(secrets)?.into_iter().map(Secret::new).collect()
}

/// Returns the canonical e-mail and the number of the secret that made the signature.
#[php_function]
#[php(name = "Deskseal\\Internal\\verify_email")]
fn verify_email(
    handle: &VerifierHandle,
    email: Text<'_>,
    signature: Text<'_>,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let email = Parameter::ReceivedEmail.decode(&email)?;
        let signature = Parameter::Signature.decode(&signature)?;
        let verified = handle.0.verify_email(email, signature, now.unwrap_or_else(unix_now))?;
        list([text(verified.email.as_str()), integer(verified.secret_index)?])
    })
}

/// Returns the user id, the time at which it was signed, and the number of the secret.
#[php_function]
#[php(name = "Deskseal\\Internal\\verify_user")]
fn verify_user(
    handle: &VerifierHandle,
    portal_host: Text<'_>,
    user_id: Text<'_>,
    timestamp: Text<'_>,
    signature: Text<'_>,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let claim = UserClaim {
            portal_host: Parameter::Host.decode(&portal_host)?,
            user_id: Parameter::ReceivedUserId.decode(&user_id)?,
            timestamp: Parameter::ReceivedTimestamp.decode(&timestamp)?,
            signature: Parameter::Signature.decode(&signature)?,
        };
        user(&handle.0.verify_user(&claim, now.unwrap_or_else(unix_now))?)
    })
}

/// Returns the same as [`verify_user`], and `null` for a link without an identity.
#[php_function]
#[php(name = "Deskseal\\Internal\\verify_link")]
fn verify_link(
    handle: &VerifierHandle,
    portal_host: Text<'_>,
    url: Text<'_>,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let portal_host = Parameter::Host.decode(&portal_host)?;
        let url = Parameter::ReceivedUrl.decode(&url)?;
        let verified = handle.0.verify_link(portal_host, url, now.unwrap_or_else(unix_now))?;
        verified.map_or_else(|| Ok(Zval::null()), |verified| user(&verified))
    })
}

/// Returns the code and message of each finding, in order.
#[php_function]
#[php(name = "Deskseal\\Internal\\explain_email")]
fn explain_email(
    handle: &VerifierHandle,
    email: Text<'_>,
    signature: Text<'_>,
    other_secrets: Vec<Option<Text<'_>>>,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let email = Parameter::Email.decode(&email)?;
        let signature = Parameter::Signature.decode(&signature)?;
        let others = self::other_secrets(&other_secrets)?;
        let now = now.unwrap_or_else(unix_now);
        findings(&handle.0.explain_email(email, signature, &others, now)?)
    })
}

/// Returns the code and message of each finding, in order.
#[php_function]
#[php(name = "Deskseal\\Internal\\explain_link")]
fn explain_link(
    handle: &VerifierHandle,
    portal_host: Text<'_>,
    url: Text<'_>,
    other_secrets: Vec<Option<Text<'_>>>,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let portal_host = Parameter::Host.decode(&portal_host)?;
        let url = Parameter::PortalUrl.decode(&url)?;
        let others = self::other_secrets(&other_secrets)?;
        let now = now.unwrap_or_else(unix_now);
        findings(&handle.0.explain_link(portal_host, url, &others, now)?)
    })
}

/// Returns what a token says about the customer, and the number of the secret that made it.
#[php_function]
#[php(name = "Deskseal\\Internal\\verify_identity_token")]
fn verify_identity_token(
    handle: &VerifierHandle,
    audience: Text<'_>,
    token: Text<'_>,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let audience = Parameter::Audience.decode(&audience)?;
        let token = Parameter::Token.decode(&token)?;
        let now = now.unwrap_or_else(unix_now);
        identity(&handle.0.verify_identity_token(audience, token, now)?)
    })
}

/// Returns the code and message of each finding, in order.
#[php_function]
#[php(name = "Deskseal\\Internal\\explain_identity_token")]
fn explain_identity_token(
    handle: &VerifierHandle,
    audience: Text<'_>,
    token: Text<'_>,
    other_secrets: Vec<Option<Text<'_>>>,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let audience = Parameter::Audience.decode(&audience)?;
        let token = Parameter::Token.decode(&token)?;
        let others = self::other_secrets(&other_secrets)?;
        let now = now.unwrap_or_else(unix_now);
        findings(&handle.0.explain_identity_token(audience, token, &others, now)?)
    })
}

fn identity(verified: &VerifiedIdentity) -> Result<Zval, Failure> {
    let email = |email: &Option<_>| answer::optional(email.as_ref().map(CanonicalEmail::as_str));
    list([
        email(&verified.email),
        email(&verified.unverified_email),
        answer::optional(verified.user_id.as_ref().map(UserId::as_str)),
        answer::optional(verified.name.as_deref()),
        answer::attributes(&verified.attributes)?,
        answer::optional(verified.token_id.as_deref()),
        integer(verified.issued_at)?,
        integer(verified.expires_at)?,
        integer(verified.secret_index)?,
    ])
}

fn user(verified: &VerifiedUser) -> Result<Zval, Failure> {
    list([
        text(verified.user_id.as_str()),
        integer(verified.timestamp.seconds())?,
        integer(verified.secret_index)?,
    ])
}

fn findings(explanation: &Explanation) -> Result<Zval, Failure> {
    let mut findings = ZendHashTable::new();
    for finding in &explanation.findings {
        findings.push(list([text(finding.code.as_str()), text(&finding.message)])?)?;
    }
    Ok(findings.into_zval(false)?)
}
