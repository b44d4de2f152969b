//! The native addon of the npm package `deskseal`.
//!
//! It takes texts and whole numbers from `index.cjs`, calls the core, and returns texts, numbers and lists.
//! `index.cjs` checks types and makes the results' objects. An error of the core is thrown as
//! `[kind, code, message, isAboutCustomer]`, and `index.cjs` makes the error of that kind.

// The test harness does not register the addon, so its functions are unused there.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod callback;
mod error;
mod secret;
mod signer;
mod verifier;

use deskseal::{
    Parameter, canonical_email, canonical_host, generate_secret, portal_host, public_form_url,
    response_unless_click,
};

use callback::{Answer, Body, Buffer, Call};
use error::Failure;

/// The state of functions without state.
struct Stateless;

const FUNCTIONS: &[(&str, Body<Stateless>)] = &[
    ("canonicalEmail", canonical_email_text),
    ("canonicalHost", canonical_host_text),
    ("generateSecret", generated_secret),
    ("publicFormUrl", public_form_url_text),
    ("portalHost", portal_host_text),
    ("responseUnlessClick", response_unless_clicked),
    ("createSigner", signer::create),
    ("createVerifier", verifier::create),
    #[cfg(feature = "panic-test")]
    ("panic", panic),
];

/// Takes an e-mail; returns its canonical form.
fn canonical_email_text<'call>(
    _: &Stateless,
    call: &Call<'call>,
) -> Result<Answer<'call>, Failure> {
    let mut buffer = Buffer::new();
    let email = canonical_email(call.text(0, Parameter::Email, &mut buffer)?)?;
    Ok(Answer::Text(email.into_string()))
}

/// Takes a portal host; returns its canonical form.
fn canonical_host_text<'call>(_: &Stateless, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let mut buffer = Buffer::new();
    let host = canonical_host(call.text(0, Parameter::Host, &mut buffer)?)?;
    Ok(Answer::Text(host.into_string()))
}

/// Returns a new secret.
fn generated_secret<'call>(_: &Stateless, _: &Call<'call>) -> Result<Answer<'call>, Failure> {
    Ok(Answer::Secret(generate_secret().map_err(Failure::Random)?))
}

/// Takes a portal's URL; returns the URL of its form.
fn public_form_url_text<'call>(
    _: &Stateless,
    call: &Call<'call>,
) -> Result<Answer<'call>, Failure> {
    let mut buffer = Buffer::new();
    Ok(Answer::Text(public_form_url(call.text(0, Parameter::PortalUrl, &mut buffer)?)?))
}

/// Takes a portal's URL; returns its canonical host.
fn portal_host_text<'call>(_: &Stateless, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let mut buffer = Buffer::new();
    let host = portal_host(call.text(0, Parameter::PortalUrl, &mut buffer)?)?;
    Ok(Answer::Text(host.into_string()))
}

/// Takes path and query, and the headers as name, value, name, value …; returns the status, the body and the
/// response's headers in the same way, or `null`. Node-API replaces ill-formed text with U+FFFD.
fn response_unless_clicked<'call>(
    _: &Stateless,
    call: &Call<'call>,
) -> Result<Answer<'call>, Failure> {
    let (target, headers): (String, Vec<String>) = (call.value(0)?, call.value(1)?);
    let (headers, _) = headers.as_chunks();
    let headers: Vec<_> = headers.iter().map(|[name, value]| (&**name, &**value)).collect();
    Ok(response_unless_click(&target, &headers).map_or(Answer::Nothing, |answer| {
        let headers = answer.headers.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        let status = answer.status.to_string();
        Answer::Texts([status, answer.body].into_iter().chain(headers).collect())
    }))
}

/// Panics, for the test that JavaScript can catch a panic.
#[cfg(feature = "panic-test")]
fn panic<'call>(_: &Stateless, _: &Call<'call>) -> Result<Answer<'call>, Failure> {
    panic!("on purpose")
}
