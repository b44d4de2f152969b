//! The native part of the gem `deskseal`: converts arguments, calls the core, and maps its errors.
//!
//! The Ruby code in `lib/` has the public methods and their documentation. It calls the functions of the module
//! `Deskseal::Native`, which have no keywords and no defaults.

#![expect(clippy::needless_pass_by_value, reason = "magnus passes converted arguments by value")]
#![expect(missing_docs, reason = "a macro makes the only public function, which Ruby calls")]

mod claims;
mod error;
mod holder;
mod result;
mod secret;
mod signer;
mod text;
mod time;
mod verifier;

use deskseal::{HttpResponse, Parameter};
use magnus::prelude::*;
use magnus::{Error, ExceptionClass, RString, Ruby, Value, function};

use crate::error::{Failure, answer};
use crate::result::{ResultClass, integer, map, string};
use crate::text::{Headers, Text};

static HTTP_RESPONSE: ResultClass<3> = ResultClass::new("HttpResponse");

#[magnus::init(name = "deskseal")]
fn init(ruby: &Ruby) -> Result<(), Error> {
    mark_as_ractor_safe();
    let deskseal = ruby.define_module("Deskseal")?;
    let native = deskseal.define_module("Native")?;
    native.define_singleton_method("canonical_email", function!(canonical_email, 1))?;
    native.define_singleton_method("canonical_host", function!(canonical_host, 1))?;
    native.define_singleton_method("public_form_url", function!(public_form_url, 1))?;
    native.define_singleton_method("portal_host", function!(portal_host, 1))?;
    native.define_singleton_method("response_unless_click", function!(response_unless_click, 2))?;
    native.define_singleton_method("generate_secret", function!(generate_secret, 0))?;
    #[cfg(feature = "panic-test")]
    deskseal.define_singleton_method("panic", function!(panic, 0))?;
    signer::define(ruby, deskseal, native)?;
    verifier::define(ruby, deskseal, native)
}

/// Lets every Ractor call the functions, which share only constant data.
#[expect(unsafe_code, reason = "magnus does not wrap it")]
fn mark_as_ractor_safe() {
    // SAFETY: Ruby calls this on one of its threads, while it loads the library.
    unsafe { rb_sys::rb_ext_ractor_safe(true) };
}

fn canonical_email(ruby: &Ruby, email: Text) -> Result<RString, Error> {
    answer(ruby, || {
        let email = deskseal::canonical_email(email.of(Parameter::Email)?)?;
        Ok(string(ruby, email.as_str()))
    })
}

fn canonical_host(ruby: &Ruby, host: Text) -> Result<RString, Error> {
    answer(ruby, || {
        let host = deskseal::canonical_host(host.of(Parameter::Host)?)?;
        Ok(string(ruby, host.as_str()))
    })
}

fn public_form_url(ruby: &Ruby, portal_url: Text) -> Result<RString, Error> {
    answer(ruby, || {
        let url = deskseal::public_form_url(portal_url.of(Parameter::PortalUrl)?)?;
        Ok(string(ruby, &url))
    })
}

fn portal_host(ruby: &Ruby, portal_url: Text) -> Result<RString, Error> {
    answer(ruby, || {
        let host = deskseal::portal_host(portal_url.of(Parameter::PortalUrl)?)?;
        Ok(string(ruby, host.as_str()))
    })
}

fn response_unless_click(
    ruby: &Ruby,
    target: Text,
    headers: Headers,
) -> Result<Option<Value>, Error> {
    answer(ruby, || {
        let answer = deskseal::response_unless_click(&target.received(), &headers.received());
        Ok(answer.map(|answer| http_response(ruby, &answer)).transpose()?)
    })
}

fn http_response(ruby: &Ruby, answer: &HttpResponse) -> Result<Value, Error> {
    let status = integer(ruby, answer.status.into());
    let headers = answer.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let headers = map(ruby, headers)?;
    HTTP_RESPONSE.object(ruby, [status, headers, string(ruby, &answer.body).as_value()])
}

fn generate_secret(ruby: &Ruby) -> Result<RString, Error> {
    answer(ruby, || {
        let secret = deskseal::generate_secret().map_err(|error| system_error(ruby, &error))?;
        Ok(string(ruby, &secret))
    })
}

/// Returns the exception for an error of the operating system: an `Errno::…` if the error has a number.
fn system_error(ruby: &Ruby, error: &std::io::Error) -> Failure {
    let class: ExceptionClass = ruby.exception_system_call_error();
    match class.new_instance((error.to_string(), error.raw_os_error())) {
        Ok(exception) => Failure::Raised(exception.into()),
        Err(raised) => Failure::Raised(raised),
    }
}

/// Panics, for the test that a panic becomes an exception.
#[cfg(feature = "panic-test")]
fn panic(ruby: &Ruby) -> Result<(), Error> {
    answer(ruby, || panic!("on purpose"))
}
