//! What PHP loads, and the functions that need no handle.

use deskseal::Parameter;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ModuleEntry;
use ext_php_rs::{info_table_end, info_table_row, info_table_start};

use crate::answer::{answer, text};
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
        .function(wrap_function!(generate_secret));
    #[cfg(feature = "panic-test")]
    let module = module.function(wrap_function!(panic));
    verifier::functions(signer::functions(module))
}

/// Returns the canonical form of an e-mail.
#[php_function]
#[php(name = "Deskseal\\Internal\\canonical_email")]
fn canonical_email(email: Text<'_>) -> Zval {
    answer(|| text(deskseal::canonical_email(Parameter::Email.decode(&email)?)?.as_str()))
}

/// Returns the canonical form of a portal host.
#[php_function]
#[php(name = "Deskseal\\Internal\\canonical_host")]
fn canonical_host(host: Text<'_>) -> Zval {
    answer(|| text(deskseal::canonical_host(Parameter::Host.decode(&host)?)?.as_str()))
}

/// Returns a new secret.
#[php_function]
#[php(name = "Deskseal\\Internal\\generate_secret")]
fn generate_secret() -> Zval {
    answer(|| text(deskseal::generate_secret().map_err(Failure::Random)?.as_str()))
}

/// Panics, for the test that a panic is an exception.
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
