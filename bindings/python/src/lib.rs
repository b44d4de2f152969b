//! The Python package `deskseal`: converts arguments, calls the core, and maps its errors.
//!
//! The comments on functions and classes are their documentation in Python.

#![expect(
    clippy::doc_link_with_quotes,
    clippy::doc_markdown,
    reason = "Python's documentation is not Markdown"
)]
#![expect(clippy::needless_pass_by_value, reason = "PyO3 passes converted arguments by value")]

mod claims;
mod error;
mod results;
mod secret;
mod signer;
mod text;
mod time;
mod verifier;

/// The compiled part of the package `deskseal`.
#[pyo3::pymodule(gil_used = false)]
mod _deskseal {
    use deskseal::Parameter;
    use pyo3::prelude::*;

    use crate::error::{answer, guarded};
    use crate::text::{Headers, Text};

    // The list is generated from tests/api.toml by `cargo xtask generate`.
    #[pymodule_export]
    use crate::results::{
        Embed, Explanation, Finding, HttpResponse, Identity, SignedEmail, SignedUser,
        VerifiedEmail, VerifiedIdentity, VerifiedUser,
    };
    #[pymodule_export]
    use crate::signer::Signer;
    #[pymodule_export]
    use crate::verifier::Verifier;

    /// Return the canonical form of an e-mail, which is what is signed (SPEC 3.1).
    ///
    /// Args:
    ///     email: The e-mail as the customer typed it.
    ///
    /// Raises:
    ///     InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`.
    ///
    /// Example:
    ///     >>> from deskseal import canonical_email
    ///     >>> canonical_email("  Ada@Example.com ")
    ///     'ada@example.com'
    #[pyfunction]
    fn canonical_email(email: Text<'_>) -> PyResult<String> {
        answer(|| Ok(deskseal::canonical_email(email.of(Parameter::Email)?)?.into_string()))
    }

    /// Return the canonical form of a portal host, which is what is signed (SPEC 4.1).
    ///
    /// Args:
    ///     host: A host name or an IP address, never a URL, and without a port.
    ///
    /// Raises:
    ///     InputError: `host_malformed`.
    ///
    /// Example:
    ///     >>> from deskseal import canonical_host
    ///     >>> canonical_host("HELP.company.com")
    ///     'help.company.com'
    #[pyfunction]
    fn canonical_host(host: Text<'_>) -> PyResult<String> {
        answer(|| Ok(deskseal::canonical_host(host.of(Parameter::Host)?)?.into_string()))
    }

    /// Return the address of a portal's form for anonymous visitors (SPEC 4.5).
    ///
    /// Args:
    ///     portal_url: The portal's address; its path, query and fragment are replaced.
    ///
    /// Raises:
    ///     InputError: `portal_url_malformed`, `portal_url_insecure`.
    ///
    /// Example:
    ///     >>> from deskseal import public_form_url
    ///     >>> public_form_url("https://help.company.com")
    ///     'https://help.company.com/submit-ticket'
    #[pyfunction]
    fn public_form_url(portal_url: Text<'_>) -> PyResult<String> {
        answer(|| deskseal::public_form_url(portal_url.of(Parameter::PortalUrl)?))
    }

    /// Return the canonical host of a portal's address, to pass to a verifier (SPEC 4.2).
    ///
    /// Args:
    ///     portal_url: The portal's address.
    ///
    /// Raises:
    ///     InputError: `portal_url_malformed`, `portal_url_insecure`.
    ///
    /// Example:
    ///     >>> from deskseal import portal_host
    ///     >>> portal_host("https://HELP.company.com:8443/submit-ticket")
    ///     'help.company.com'
    #[pyfunction]
    fn portal_host(portal_url: Text<'_>) -> PyResult<String> {
        answer(|| Ok(deskseal::portal_host(portal_url.of(Parameter::PortalUrl)?)?.into_string()))
    }

    /// Return the response to a request for the portal's route that is not a click (SPEC 6.5).
    ///
    /// Sign a link only for a customer's click. Libraries that swap pages cannot follow a redirect
    /// to another site, and the customer may never open a page that the browser prefetches.
    ///
    /// Args:
    ///     target: The request's path and query.
    ///     headers: The request's headers by name, in any case. Headers that SPEC 6.5 does not
    ///         list are ignored. U+FFFD replaces ill-formed text.
    ///
    /// Returns:
    ///     The response to send; `None` for a click: then redirect to the signed link.
    ///
    /// Example:
    ///     >>> from deskseal import response_unless_click
    ///     >>> response_unless_click("/help", {"Sec-Fetch-Mode": "navigate"}) is None
    ///     True
    ///     >>> response_unless_click("/help", {"Purpose": "prefetch"}).status
    ///     403
    #[pyfunction]
    fn response_unless_click(
        target: Text<'_>,
        headers: Headers<'_>,
    ) -> PyResult<Option<HttpResponse>> {
        guarded(|| {
            let headers = headers.received();
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
            Ok(deskseal::response_unless_click(&target.received(), &headers).map(HttpResponse))
        })
    }

    /// Return a new secret: `dsk_secret_` and 256 bits from the operating system (SPEC 2.4).
    ///
    /// Raises:
    ///     OSError: The operating system's source of randomness cannot be read.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, generate_secret
    ///     >>> signer = Signer(generate_secret())
    #[pyfunction]
    fn generate_secret() -> PyResult<String> {
        guarded(|| Ok(deskseal::generate_secret()?.as_str().to_owned()))
    }

    /// Panic, to test that a panic becomes an exception.
    #[cfg(feature = "panic-test")]
    #[pyfunction]
    fn panic() -> PyResult<()> {
        guarded(|| panic!("on purpose"))
    }
}
