//! The PHP extension `deskseal`: converts arguments, calls the core, and maps its errors.
//!
//! The comments on classes and on what [`describe::functions`] lists are their documentation in PHP.

mod describe;
#[cfg(feature = "stubs")]
mod documentation;
mod engine;
mod environment;
mod error;
mod results;
mod secret;
mod signer;
mod text;
mod time;
mod verifier;

use deskseal::{Parameter, Signer, Verifier};

use describe::{Function, TEXT, functions};
use engine::{Call, Registration, function};
use error::{DesksealException, Failure, InputException, SecretException, VerificationException};
use results::{Embed, Explanation, Finding, SignedEmail, SignedUser, VerifiedEmail, VerifiedUser};
use text::Text;

/// Returns the functions of the namespace `Deskseal`.
fn namespace_functions() -> Vec<Function> {
    let published = functions! {
        /// Returns the canonical form of an e-mail, which is what is signed (SPEC 3.1).
        ///
        /// ```php
        /// assert(Deskseal\canonical_email('  Ada@Example.com ') === 'ada@example.com');
        /// ```
        ///
        /// @param string $email the e-mail as typed
        ///
        /// @throws \Deskseal\Exception\InputException `email_empty`, `email_too_long`,
        ///     `email_malformed`, `email_ambiguous`
        fn canonical_email(email: TEXT) -> TEXT = function(canonical_email);

        /// Returns the canonical form of a portal host, which is what is signed (SPEC 4.1).
        ///
        /// ```php
        /// assert(Deskseal\canonical_host('HELP.company.com') === 'help.company.com');
        /// ```
        ///
        /// @param string $host a host name or an IP address, never a URL, and without a port
        ///
        /// @throws \Deskseal\Exception\InputException `host_malformed`
        fn canonical_host(host: TEXT) -> TEXT = function(canonical_host);

        /// Returns a new secret: `dsk_secret_` and 256 bits from the operating system (SPEC 2.4).
        ///
        /// ```php
        /// $signer = new Deskseal\Signer(Deskseal\generate_secret());
        /// ```
        ///
        /// @throws \Random\RandomException the operating system's source of randomness cannot be read
        fn generate_secret() -> TEXT = function(generate_secret);
    };
    let unpublished: &[fn() -> Vec<Function>] = &[
        #[cfg(feature = "panic-test")]
        panic_function,
        #[cfg(feature = "stubs")]
        documentation::function,
    ];
    published.into_iter().chain(unpublished.iter().flat_map(|functions| functions())).collect()
}

/// Returns the classes, parents before their children.
fn classes() -> [Registration; 13] {
    [
        Registration::base_exception::<DesksealException>(),
        Registration::exception::<SecretException, DesksealException>(),
        Registration::exception::<InputException, DesksealException>(),
        Registration::exception::<VerificationException, DesksealException>(),
        Registration::result::<SignedEmail>(),
        Registration::result::<SignedUser>(),
        Registration::result::<Embed>(),
        Registration::result::<VerifiedEmail>(),
        Registration::result::<VerifiedUser>(),
        Registration::result::<Explanation>(),
        Registration::result::<Finding>(),
        Registration::holder::<Signer>(),
        Registration::holder::<Verifier>(),
    ]
}

fn canonical_email(call: Call<'_>) -> Result<String, Failure> {
    let email = Text::from_argument(call.argument(0))?;
    Ok(deskseal::canonical_email(email.of(Parameter::Email)?)?.into_string())
}

fn canonical_host(call: Call<'_>) -> Result<String, Failure> {
    let host = Text::from_argument(call.argument(0))?;
    Ok(deskseal::canonical_host(host.of(Parameter::Host)?)?.into_string())
}

fn generate_secret(_: Call<'_>) -> Result<String, Failure> {
    let secret = deskseal::generate_secret().map_err(Failure::Random)?;
    Ok(secret.as_str().to_owned())
}

#[cfg(feature = "panic-test")]
fn panic_function() -> Vec<Function> {
    functions! {
        /// Panics, for the test that a panic is an exception.
        fn panic() -> TEXT = function(panic);
    }
}

#[cfg(feature = "panic-test")]
fn panic(_: Call<'_>) -> Result<String, Failure> {
    panic!("on purpose")
}
