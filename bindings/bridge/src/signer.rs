//! The calls of a signer.

use deskseal::{EmbedOptions, Parameter, Signer};

use crate::answer;
use crate::calls::calls;
use crate::claims::{self, identity_claims, link_claims};
use crate::secret::CurrentSecret;
use crate::{Answer, Arguments, Failure};

calls! {
    /// Returns the calls of a signer by name.
    signer_calls(Signer, signer), SIGNER_FUNCTIONS, 8;
    sign_email deskseal_sign_email None;
    sign_user deskseal_sign_user None;
    portal_link deskseal_portal_link None;
    ticket_center deskseal_ticket_center None;
    identity deskseal_identity None;
    identity_token deskseal_identity_token None;
    ticket_center_with_token deskseal_ticket_center_with_token None;
    portal_link_with_token deskseal_portal_link_with_token None;
}

/// Takes the names of the secret's variables (none if the secret itself is passed), and the values, each or none;
/// returns the signer.
///
/// # Errors
/// Those of [`Secret::from_first_named`](deskseal::Secret::from_first_named).
pub fn create_signer<A: Arguments>(arguments: &A) -> Result<Signer, Failure> {
    Ok(Signer::new(CurrentSecret::read(arguments)?.check()?))
}

/// Takes an e-mail; returns its signature followed by the canonical e-mail.
///
/// # Errors
/// Those of [`Signer::sign_email`].
pub fn sign_email<A: Arguments>(signer: &Signer, arguments: &A) -> Result<Answer, Failure> {
    let mut memory = A::Memory::default();
    let customer = signer.sign_email(arguments.text(0, Parameter::Email, &mut memory)?)?;
    Ok(Answer::Signed(customer.signature, customer.email.into_string()))
}

/// Takes a portal host, a user id and a timestamp; returns the signature followed by the user id.
///
/// # Errors
/// Those of [`Signer::sign_user`].
pub fn sign_user<A: Arguments>(signer: &Signer, arguments: &A) -> Result<Answer, Failure> {
    let (mut host, mut user_id) = (A::Memory::default(), A::Memory::default());
    let user = signer.sign_user(
        arguments.text(0, Parameter::Host, &mut host)?,
        arguments.text(1, Parameter::UserId, &mut user_id)?,
        arguments.integer(2)?,
    )?;
    Ok(Answer::Signed(user.signature, user.user_id.into_string()))
}

/// Takes a portal URL, a user id and a timestamp; returns the link.
///
/// # Errors
/// Those of [`Signer::portal_link`].
pub fn portal_link<A: Arguments>(signer: &Signer, arguments: &A) -> Result<Answer, Failure> {
    let (mut url, mut user_id) = (A::Memory::default(), A::Memory::default());
    let link = signer.portal_link(
        arguments.text(0, Parameter::PortalUrl, &mut url)?,
        arguments.text(1, Parameter::UserId, &mut user_id)?,
        arguments.integer(2)?,
    )?;
    Ok(Answer::Text(link))
}

/// Takes an e-mail, a helpdesk id, and optionally align, max width, container, script URL, crossorigin and nonce,
/// each or none. Returns an embed: one character whose code is the number for
/// [`attribute_names`](crate::attribute_names), then the attributes' values as parts, and the HTML.
///
/// # Errors
/// Those of [`Signer::ticket_center`].
pub fn ticket_center<A: Arguments>(signer: &Signer, arguments: &A) -> Result<Answer, Failure> {
    let (mut email, mut helpdesk_id, mut memory) =
        (A::Memory::default(), A::Memory::default(), None);
    let email = arguments.text(0, Parameter::Email, &mut email)?;
    let helpdesk_id = arguments.text(1, Parameter::HelpdeskId, &mut helpdesk_id)?;
    let options = embed_options(arguments, 2, &mut memory)?;
    Ok(answer::embed(&signer.ticket_center(email, helpdesk_id, &options)?))
}

/// Takes the six options of an embed, from the argument `first` on.
fn embed_options<'text, A: Arguments>(
    arguments: &'text A,
    first: usize,
    memory: &'text mut Option<[A::Memory; 5]>,
) -> Result<EmbedOptions<'text>, Failure> {
    if !arguments.has(first) {
        return Ok(EmbedOptions::default());
    }
    let option =
        |number, memory| arguments.optional_text(first + number, Parameter::EmbedOption, memory);
    let [align, max_width, container, script_url, nonce] = memory.insert(Default::default());
    Ok(EmbedOptions {
        align: option(0, align)?,
        max_width: option(1, max_width)?,
        container: option(2, container)?,
        script_url: option(3, script_url)?,
        crossorigin: arguments.optional_flag(first + 4)?.unwrap_or_default(),
        nonce: option(5, nonce)?,
    })
}

/// Takes an e-mail and a helpdesk id; returns the signature followed by the helpdesk id, a space, and the canonical
/// e-mail.
///
/// # Errors
/// Those of [`Signer::identity`].
pub fn identity<A: Arguments>(signer: &Signer, arguments: &A) -> Result<Answer, Failure> {
    let (mut email, mut helpdesk_id) = (A::Memory::default(), A::Memory::default());
    let identity = signer.identity(
        arguments.text(0, Parameter::Email, &mut email)?,
        arguments.text(1, Parameter::HelpdeskId, &mut helpdesk_id)?,
    )?;
    let rest = [identity.helpdesk_id.as_str(), identity.email.as_str()].join(" ");
    Ok(Answer::Signed(identity.signature, rest))
}

/// Takes an audience; e-mail, whether it is proved, user id, name, attributes, token id and lifetime, each or none;
/// a time; and 16 random bytes, if there is no token id. Returns the token.
///
/// # Errors
/// Those of [`Signer::identity_token`].
pub fn identity_token<A: Arguments>(signer: &Signer, arguments: &A) -> Result<Answer, Failure> {
    let (mut audience, mut claims) = (A::Memory::default(), claims::Memory::<A>::default());
    let audience = arguments.text(0, Parameter::Audience, &mut audience)?;
    let claims = identity_claims(arguments, 9, &mut claims)?;
    Ok(Answer::Text(signer.identity_token(audience, &claims, arguments.integer(8)?)?))
}

/// Takes a helpdesk id, then the arguments of [`identity_token`] from its second one on, and the options of
/// [`ticket_center`]; returns an embed as [`ticket_center`] does.
///
/// # Errors
/// Those of [`Signer::ticket_center_with_token`].
pub fn ticket_center_with_token<A: Arguments>(
    signer: &Signer,
    arguments: &A,
) -> Result<Answer, Failure> {
    let (mut helpdesk_id, mut claims, mut options) =
        (A::Memory::default(), claims::Memory::<A>::default(), None);
    let helpdesk_id = arguments.text(0, Parameter::HelpdeskId, &mut helpdesk_id)?;
    let claims = identity_claims(arguments, 9, &mut claims)?;
    let options = embed_options(arguments, 10, &mut options)?;
    let now = arguments.integer(8)?;
    Ok(answer::embed(&signer.ticket_center_with_token(helpdesk_id, &claims, &options, now)?))
}

/// Takes a portal URL; e-mail, whether it is proved, user id, token id and lifetime, each or none; a time; and 16
/// random bytes, if there is no token id. Returns the link.
///
/// # Errors
/// Those of [`Signer::portal_link_with_token`].
pub fn portal_link_with_token<A: Arguments>(
    signer: &Signer,
    arguments: &A,
) -> Result<Answer, Failure> {
    let (mut url, mut claims) = (A::Memory::default(), claims::Memory::<A>::default());
    let url = arguments.text(0, Parameter::PortalUrl, &mut url)?;
    let claims = link_claims(arguments, 7, &mut claims)?;
    Ok(Answer::Text(signer.portal_link_with_token(url, &claims, arguments.integer(6)?)?))
}
