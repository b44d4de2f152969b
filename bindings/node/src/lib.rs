//! The native addon of the npm package `deskseal`.
//!
//! It takes texts and whole numbers from `index.cjs`, calls the core, and gives texts, numbers and
//! lists back; types are checked and results are named there. A refusal is thrown as
//! `[kind, code, message]`, which `index.cjs` turns into the error of its kind.

// Nothing registers the addon with the test harness.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod callback;
mod error;
mod secret;
mod signer;
mod verifier;

use std::rc::Rc;

use deskseal::{Parameter, canonical_email, canonical_host, generate_secret};

use callback::{Body, Buffer, Call, Scope, Value};
use error::Failure;

/// The state of functions that have none.
struct Stateless;

const FUNCTIONS: &[(&str, Body<Stateless>)] = &[
    ("canonicalEmail", canonical_email_text),
    ("canonicalHost", canonical_host_text),
    ("generateSecret", generated_secret),
    ("createSigner", signer::create),
    ("createVerifier", verifier::create),
    #[cfg(feature = "panic-test")]
    ("panic", panic),
];

/// Gives the addon its functions.
fn register<'call>(scope: Scope<'call>, exports: Value<'call>) -> Result<(), Failure> {
    exports.set_methods(scope, &Rc::new(Stateless), FUNCTIONS)
}

/// Takes an e-mail; returns its canonical form.
fn canonical_email_text<'call>(_: &Stateless, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let mut buffer = Buffer::new();
    let email = canonical_email(call.argument(0).text(Parameter::Email, &mut buffer)?)?;
    call.scope().string(email.as_str())
}

/// Takes a portal host; returns its canonical form.
fn canonical_host_text<'call>(_: &Stateless, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let mut buffer = Buffer::new();
    let host = canonical_host(call.argument(0).text(Parameter::Host, &mut buffer)?)?;
    call.scope().string(host.as_str())
}

/// Returns a new secret.
fn generated_secret<'call>(_: &Stateless, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    call.scope().string(&generate_secret().map_err(Failure::Random)?)
}

/// Proves that a panic is something that JavaScript can catch.
#[cfg(feature = "panic-test")]
fn panic<'call>(_: &Stateless, _: &Call<'call>) -> Result<Value<'call>, Failure> {
    panic!("on purpose")
}
