//! The module that PHP loads, and the functions that need no handle.

use deskseal::{ErrorCode, Parameter};
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ModuleEntry;
use ext_php_rs::{info_table_end, info_table_row, info_table_start};

use crate::answer::{Keys, answer, integer, list, text};
use crate::error::Failure;
use crate::text::Text;
use crate::{signer, verifier};

#[php_module]
fn module(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    let module = module
        .name("deskseal")
        .info_function(print_info)
        .class::<signer::SignerHandle>()
        .class::<verifier::VerifierHandle>()
        .function(wrap_function!(canonical_email))
        .function(wrap_function!(canonical_host))
        .function(wrap_function!(public_form_url))
        .function(wrap_function!(portal_host))
        .function(wrap_function!(response_unless_click))
        .function(wrap_function!(is_about_customer))
        .function(wrap_function!(generate_secret));
    #[cfg(feature = "panic-test")]
    let module = module.function(wrap_function!(panic));
    verifier::functions(signer::functions(module))
}

/// Returns the canonical form of an e-mail.
#[php_function]
#[php(name = "Deskseal\\Internal\\canonical_email")]
fn canonical_email(email: Text<'_>) -> Zval {
    answer(|| Ok(text(deskseal::canonical_email(Parameter::Email.decode(&email)?)?.as_str())))
}

/// Returns the canonical form of a portal host.
#[php_function]
#[php(name = "Deskseal\\Internal\\canonical_host")]
fn canonical_host(host: Text<'_>) -> Zval {
    answer(|| Ok(text(deskseal::canonical_host(Parameter::Host.decode(&host)?)?.as_str())))
}

/// Returns the address of the portal's form for visitors who are not signed in.
#[php_function]
#[php(name = "Deskseal\\Internal\\public_form_url")]
fn public_form_url(portal_url: Text<'_>) -> Zval {
    answer(|| Ok(text(&deskseal::public_form_url(Parameter::PortalUrl.decode(&portal_url)?)?)))
}

/// Returns the canonical host of a portal's URL.
#[php_function]
#[php(name = "Deskseal\\Internal\\portal_host")]
fn portal_host(portal_url: Text<'_>) -> Zval {
    answer(|| Ok(text(deskseal::portal_host(Parameter::PortalUrl.decode(&portal_url)?)?.as_str())))
}

/// Returns the status, headers and body for a request that is not a click, and `null` for a click.
/// Takes the headers as two lists: names and values.
#[php_function]
#[php(name = "Deskseal\\Internal\\response_unless_click")]
fn response_unless_click(target: Text<'_>, names: Vec<Text<'_>>, values: Vec<Text<'_>>) -> Zval {
    answer(|| {
        let received = |texts: &[Text<'_>]| {
            texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect::<Vec<_>>()
        };
        let (names, values) = (received(&names), received(&values));
        let headers: Vec<_> =
            names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
        let target = String::from_utf8_lossy(&target);
        let Some(answered) = deskseal::response_unless_click(&target, &headers) else {
            return Ok(Zval::null());
        };
        let headers = answered.headers.iter().map(|(name, value)| (*name, value.as_str()));
        list([integer(answered.status)?, Keys::default().map(headers)?, text(&answered.body)])
    })
}

/// Tells whether the error with the code is about the customer's own data.
#[php_function]
#[php(name = "Deskseal\\Internal\\is_about_customer")]
fn is_about_customer(code: Text<'_>) -> bool {
    ErrorCode::ALL
        .iter()
        .any(|known| known.as_str().as_bytes() == *code && known.is_about_customer())
}

/// Returns a new secret.
#[php_function]
#[php(name = "Deskseal\\Internal\\generate_secret")]
fn generate_secret() -> Zval {
    answer(|| Ok(text(deskseal::generate_secret().map_err(Failure::Random)?.as_str())))
}

/// Panics, to test that a panic becomes an exception.
#[cfg(feature = "panic-test")]
#[php_function]
#[php(name = "Deskseal\\Internal\\panic")]
fn panic() -> Zval {
    answer(|| panic!("on purpose"))
}

/// Prints the version for `phpinfo`, and nothing else.
extern "C" fn print_info(_: *mut ModuleEntry) {
    info_table_start!();
    info_table_row!("version", env!("CARGO_PKG_VERSION"));
    info_table_end!();
}
