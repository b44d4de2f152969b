//! The functions behind JavaScript's `Signer`.

use std::cell::RefCell;

use deskseal::{Embed, EmbedOptions, Parameter, Signer};

use crate::Stateless;
use crate::callback::{Answer, Body, Buffer, Call};
use crate::error::Failure;
use crate::secret::CurrentSecretText;

const FUNCTIONS: [(&str, Body<State>); 6] = [
    ("signEmail", sign_email),
    ("signUser", sign_user),
    ("portalLink", portal_link),
    ("ticketCenter", ticket_center),
    ("attributeNames", attribute_names),
    ("identity", identity),
];

struct State {
    signer: Signer,
    /// The lists of attribute names that embeds had. JavaScript asks for each list once.
    attribute_names: RefCell<Vec<Vec<&'static str>>>,
}

impl State {
    /// Returns the number of the embed's list of attribute names.
    fn number_of_names(&self, embed: &Embed) -> usize {
        let names = || embed.attributes.iter().map(|(name, _)| *name);
        let mut known = self.attribute_names.borrow_mut();
        let number = known.iter().position(|list| list.iter().copied().eq(names()));
        number.unwrap_or_else(|| {
            known.push(names().collect());
            known.len() - 1
        })
    }
}

/// Takes the arguments of [`CurrentSecretText::read`]; returns the signer's functions by name.
pub(crate) fn create<'call>(_: &Stateless, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let signer = Signer::new(CurrentSecretText::read(call)?.check()?);
    call.functions(State { signer, attribute_names: RefCell::default() }, &FUNCTIONS)
}

/// Takes an e-mail; returns its signature followed by the canonical e-mail.
fn sign_email<'call>(state: &State, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let mut buffer = Buffer::new();
    let signed = state.signer.sign_email(call.text(0, Parameter::Email, &mut buffer)?)?;
    Ok(Answer::Signed(signed.signature, signed.email.into_string()))
}

/// Takes a portal host, a user id and a timestamp; returns the signature followed by the user id.
fn sign_user<'call>(state: &State, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut host, mut user_id) = (Buffer::new(), Buffer::new());
    let user = state.signer.sign_user(
        call.text(0, Parameter::Host, &mut host)?,
        call.text(1, Parameter::UserId, &mut user_id)?,
        call.value(2)?,
    )?;
    Ok(Answer::Signed(user.signature, user.user_id.into_string()))
}

/// Takes a portal URL, a user id and a timestamp; returns the link.
fn portal_link<'call>(state: &State, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut url, mut user_id) = (Buffer::new(), Buffer::new());
    let link = state.signer.portal_link(
        call.text(0, Parameter::PortalUrl, &mut url)?,
        call.text(1, Parameter::UserId, &mut user_id)?,
        call.value(2)?,
    )?;
    Ok(Answer::Text(link))
}

/// Takes an e-mail, a helpdesk id, and optionally align, max width, container, script URL, crossorigin and nonce,
/// each or `undefined`. Returns one character whose code is the number of the list of attribute names, then the
/// attributes' values and the HTML, separated by zeros: no attribute contains a zero.
fn ticket_center<'call>(state: &State, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut email, mut helpdesk_id, mut buffers) = (Buffer::new(), Buffer::new(), None);
    let email = call.text(0, Parameter::Email, &mut email)?;
    let helpdesk_id = call.text(1, Parameter::HelpdeskId, &mut helpdesk_id)?;
    let options = if call.has(2) {
        embed_options(call, buffers.insert([const { Buffer::new() }; 5]))?
    } else {
        EmbedOptions::default()
    };
    let embed = state.signer.ticket_center(email, helpdesk_id, &options)?;
    let number = u8::try_from(state.number_of_names(&embed)).map_err(|_| Failure::Internal)?;
    let values = embed.attributes.iter().map(|(_, value)| value.len() + 1).sum::<usize>();
    let mut answer = String::with_capacity(2 + values + embed.html.len());
    answer.push(number.into());
    for (_, value) in &embed.attributes {
        answer.push_str(value);
        answer.push('\0');
    }
    answer.push_str(&embed.html);
    Ok(Answer::Text(answer))
}

fn embed_options<'buffer>(
    call: &Call<'_>,
    buffers: &'buffer mut [Buffer; 5],
) -> Result<EmbedOptions<'buffer>, Failure> {
    let option = |index, buffer| call.optional_text(index, Parameter::EmbedOption, buffer);
    let [align, max_width, container, script_url, nonce] = buffers;
    Ok(EmbedOptions {
        align: option(2, align)?,
        max_width: option(3, max_width)?,
        container: option(4, container)?,
        script_url: option(5, script_url)?,
        crossorigin: call.optional(6)?.unwrap_or_default(),
        nonce: option(7, nonce)?,
    })
}

/// Takes the number of a list of attribute names; returns the list.
fn attribute_names<'call>(state: &State, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let number: u32 = call.value(0)?;
    let known = state.attribute_names.borrow();
    let names = known.get(number as usize).ok_or(Failure::Internal)?;
    Ok(Answer::Texts(names.iter().map(|name| (*name).to_owned()).collect()))
}

/// Takes an e-mail and a helpdesk id; returns the signature followed by the helpdesk id, a space, and the
/// canonical e-mail.
fn identity<'call>(state: &State, call: &Call<'call>) -> Result<Answer<'call>, Failure> {
    let (mut email, mut helpdesk_id) = (Buffer::new(), Buffer::new());
    let identity = state.signer.identity(
        call.text(0, Parameter::Email, &mut email)?,
        call.text(1, Parameter::HelpdeskId, &mut helpdesk_id)?,
    )?;
    let rest = [identity.helpdesk_id.as_str(), identity.email.as_str()].join(" ");
    Ok(Answer::Signed(identity.signature, rest))
}
