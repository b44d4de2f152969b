//! The native functions of the class `Verifier`.

use deskseal::{
    CanonicalEmail, Explanation, Parameter, UserClaim, UserId, VerifiedIdentity, VerifiedUser,
    VerifierOptions,
};
use magnus::prelude::*;
use magnus::{Error, IntoValue as _, RArray, RModule, Ruby, Value, function};

use crate::error::answer;
use crate::holder::Holder;
use crate::result::{ResultClass, attributes, integer, optional, string};
use crate::secret::{OtherSecrets, PreviousSecrets, SecretText, Source, Variables};
use crate::text::{Text, WholeNumber};
use crate::time::{Time, or_now};

static VERIFIED_EMAIL: ResultClass<2> = ResultClass::new("VerifiedEmail");
static VERIFIED_USER: ResultClass<3> = ResultClass::new("VerifiedUser");
static VERIFIED_IDENTITY: ResultClass<9> = ResultClass::new("VerifiedIdentity");
static EXPLANATION: ResultClass<1> = ResultClass::new("Explanation");
static FINDING: ResultClass<2> = ResultClass::new("Finding");

/// The object behind a `Verifier`: empty until `initialize`.
#[derive(Default)]
#[magnus::wrap(class = "Deskseal::Verifier", free_immediately, size, frozen_shareable)]
struct Verifier(Holder<deskseal::Verifier>);

/// Defines the class and its functions.
pub(crate) fn define(ruby: &Ruby, deskseal: RModule, native: RModule) -> Result<(), Error> {
    deskseal.define_class("Verifier", ruby.class_object())?.define_alloc_func::<Verifier>();
    native.define_singleton_method("initialize_verifier", function!(initialize, 5))?;
    native.define_singleton_method("verify_email", function!(verify_email, 4))?;
    native.define_singleton_method("verify_user", function!(verify_user, 6))?;
    native.define_singleton_method("verify_link", function!(verify_link, 4))?;
    native.define_singleton_method("explain_email", function!(explain_email, 5))?;
    native.define_singleton_method("explain_link", function!(explain_link, 5))?;
    native.define_singleton_method("verify_identity_token", function!(verify_identity_token, 4))?;
    native.define_singleton_method("explain_identity_token", function!(explain_identity_token, 5))
}

fn initialize(
    ruby: &Ruby,
    verifier: &Verifier,
    variables: Option<Variables>,
    text: SecretText,
    previous: PreviousSecrets,
    tolerance: WholeNumber,
) -> Result<(), Error> {
    answer(ruby, || {
        let source = Source::new(variables.as_ref(), &text)?;
        let previous = previous.texts()?;
        let secret = source.secret()?;
        let options = VerifierOptions::new(previous, tolerance.0)?;
        Ok(verifier.0.set(ruby, deskseal::Verifier::new(secret, options))?)
    })
}

fn verify_email(
    ruby: &Ruby,
    verifier: &Verifier,
    email: Text,
    signature: Text,
    now: Option<Time>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let verifier = verifier.0.get(ruby)?;
        let email = email.of(Parameter::ReceivedEmail)?;
        let signature = signature.of(Parameter::Signature)?;
        let customer = verifier.verify_email(email, signature, or_now(now))?;
        let email = string(ruby, customer.email.as_str()).as_value();
        let secret_index = customer.secret_index.into_value_with(ruby);
        Ok(VERIFIED_EMAIL.object(ruby, [email, secret_index])?)
    })
}

fn verify_user(
    ruby: &Ruby,
    verifier: &Verifier,
    portal_host: Text,
    user_id: Text,
    timestamp: Text,
    signature: Text,
    now: Option<Time>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let verifier = verifier.0.get(ruby)?;
        let claim = UserClaim {
            portal_host: portal_host.of(Parameter::Host)?,
            user_id: user_id.of(Parameter::ReceivedUserId)?,
            timestamp: timestamp.of(Parameter::ReceivedTimestamp)?,
            signature: signature.of(Parameter::Signature)?,
        };
        let customer = verifier.verify_user(&claim, or_now(now))?;
        Ok(verified_user(ruby, &customer)?)
    })
}

fn verify_link(
    ruby: &Ruby,
    verifier: &Verifier,
    portal_host: Text,
    url: Text,
    now: Option<Time>,
) -> Result<Option<Value>, Error> {
    answer(ruby, || {
        let verifier = verifier.0.get(ruby)?;
        let portal_host = portal_host.of(Parameter::Host)?;
        let url = url.of(Parameter::ReceivedUrl)?;
        let customer = verifier.verify_link(portal_host, url, or_now(now))?;
        Ok(customer.map(|customer| verified_user(ruby, &customer)).transpose()?)
    })
}

fn explain_email(
    ruby: &Ruby,
    verifier: &Verifier,
    email: Text,
    signature: Text,
    other_secrets: OtherSecrets,
    now: Option<Time>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let verifier = verifier.0.get(ruby)?;
        let email = email.of(Parameter::Email)?;
        let signature = signature.of(Parameter::Signature)?;
        let others = other_secrets.secrets()?;
        let explanation = verifier.explain_email(email, signature, &others, or_now(now))?;
        Ok(explained(ruby, &explanation)?)
    })
}

fn explain_link(
    ruby: &Ruby,
    verifier: &Verifier,
    portal_host: Text,
    url: Text,
    other_secrets: OtherSecrets,
    now: Option<Time>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let verifier = verifier.0.get(ruby)?;
        let portal_host = portal_host.of(Parameter::Host)?;
        let url = url.of(Parameter::PortalUrl)?;
        let others = other_secrets.secrets()?;
        let explanation = verifier.explain_link(portal_host, url, &others, or_now(now))?;
        Ok(explained(ruby, &explanation)?)
    })
}

fn verify_identity_token(
    ruby: &Ruby,
    verifier: &Verifier,
    audience: Text,
    token: Text,
    now: Option<Time>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let verifier = verifier.0.get(ruby)?;
        let audience = audience.of(Parameter::Audience)?;
        let token = token.of(Parameter::Token)?;
        let customer = verifier.verify_identity_token(audience, token, or_now(now))?;
        Ok(verified_identity(ruby, &customer)?)
    })
}

fn explain_identity_token(
    ruby: &Ruby,
    verifier: &Verifier,
    audience: Text,
    token: Text,
    other_secrets: OtherSecrets,
    now: Option<Time>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let verifier = verifier.0.get(ruby)?;
        let audience = audience.of(Parameter::Audience)?;
        let token = token.of(Parameter::Token)?;
        let others = other_secrets.secrets()?;
        let explanation = verifier.explain_identity_token(audience, token, &others, or_now(now))?;
        Ok(explained(ruby, &explanation)?)
    })
}

fn verified_identity(ruby: &Ruby, verified: &VerifiedIdentity) -> Result<Value, Error> {
    let email = |email: &Option<_>| optional(ruby, email.as_ref().map(CanonicalEmail::as_str));
    VERIFIED_IDENTITY.object(
        ruby,
        [
            email(&verified.email),
            email(&verified.unverified_email),
            optional(ruby, verified.user_id.as_ref().map(UserId::as_str)),
            optional(ruby, verified.name.as_deref()),
            attributes(ruby, &verified.attributes)?,
            optional(ruby, verified.token_id.as_deref()),
            integer(ruby, verified.issued_at),
            integer(ruby, verified.expires_at),
            verified.secret_index.into_value_with(ruby),
        ],
    )
}

fn verified_user(ruby: &Ruby, verified: &VerifiedUser) -> Result<Value, Error> {
    let user_id = string(ruby, verified.user_id.as_str()).as_value();
    let timestamp = integer(ruby, verified.timestamp.seconds());
    let secret_index = verified.secret_index.into_value_with(ruby);
    VERIFIED_USER.object(ruby, [user_id, timestamp, secret_index])
}

fn explained(ruby: &Ruby, explanation: &Explanation) -> Result<Value, Error> {
    let findings: RArray = ruby.ary_new_capa(explanation.findings.len());
    for finding in &explanation.findings {
        let code = string(ruby, finding.code.as_str()).as_value();
        let message = string(ruby, &finding.message).as_value();
        findings.push(FINDING.object(ruby, [code, message])?)?;
    }
    findings.freeze();
    EXPLANATION.object(ruby, [findings.as_value()])
}
