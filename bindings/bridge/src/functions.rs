//! The functions without a secret.

use deskseal::{Parameter, secret_from_entropy};
use zeroize::Zeroizing;

use crate::{Answer, Arguments, Failure};

/// Takes an e-mail; returns its canonical form.
///
/// # Errors
/// Those of [`deskseal::canonical_email`].
pub fn canonical_email<A: Arguments>(arguments: &A) -> Result<Answer, Failure> {
    let mut memory = A::Memory::default();
    let email = arguments.text(0, Parameter::Email, &mut memory)?;
    Ok(Answer::Text(deskseal::canonical_email(email)?.into_string()))
}

/// Takes a portal host; returns its canonical form.
///
/// # Errors
/// Those of [`deskseal::canonical_host`].
pub fn canonical_host<A: Arguments>(arguments: &A) -> Result<Answer, Failure> {
    let mut memory = A::Memory::default();
    let host = arguments.text(0, Parameter::Host, &mut memory)?;
    Ok(Answer::Text(deskseal::canonical_host(host)?.into_string()))
}

/// Takes 32 random bytes; returns a new secret.
///
/// # Errors
/// [`Failure::Random`].
pub fn generate_secret<A: Arguments>(arguments: &A) -> Result<Answer, Failure> {
    let entropy = Zeroizing::new(arguments.random(0)?);
    Ok(Answer::Secret(secret_from_entropy(&entropy)))
}

/// Takes a portal's URL; returns the URL of its form.
///
/// # Errors
/// Those of [`deskseal::public_form_url`].
pub fn public_form_url<A: Arguments>(arguments: &A) -> Result<Answer, Failure> {
    let mut memory = A::Memory::default();
    let url = arguments.text(0, Parameter::PortalUrl, &mut memory)?;
    Ok(Answer::Text(deskseal::public_form_url(url)?))
}

/// Takes a portal's URL; returns its canonical host.
///
/// # Errors
/// Those of [`deskseal::portal_host`].
pub fn portal_host<A: Arguments>(arguments: &A) -> Result<Answer, Failure> {
    let mut memory = A::Memory::default();
    let url = arguments.text(0, Parameter::PortalUrl, &mut memory)?;
    Ok(Answer::Text(deskseal::portal_host(url)?.into_string()))
}

/// Takes path and query of a request, as a list of one text, and its headers as name, value, name, value …; returns
/// the response's status, body and headers in the same way, or nothing for a click.
///
/// # Errors
/// None but misuse.
pub fn response_unless_click<A: Arguments>(arguments: &A) -> Result<Answer, Failure> {
    let target = arguments.received_texts(0)?;
    let headers = arguments.received_texts(1)?;
    let [target] = target.as_slice() else { return Err(Failure::Misuse) };
    let (headers, _) = headers.as_chunks();
    let headers: Vec<_> = headers.iter().map(|[name, value]| (&**name, &**value)).collect();
    Ok(deskseal::response_unless_click(target, &headers).map_or(Answer::Nothing, |response| {
        let headers =
            response.headers.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        let status = response.status.to_string();
        Answer::Texts([status, response.body].into_iter().chain(headers).collect())
    }))
}
