//! The functions behind JavaScript's `Signer`.

use std::rc::Rc;

use deskseal::{EmbedOptions, Parameter, Signer};

use crate::Stateless;
use crate::callback::{Body, Buffer, Call, Value};
use crate::error::Failure;
use crate::secret::CurrentSecretText;

const METHODS: [(&str, Body<Signer>); 4] = [
    ("signEmail", sign_email),
    ("signUser", sign_user),
    ("portalLink", portal_link),
    ("ticketCenter", ticket_center),
];

/// Takes a secret or `undefined`, and its variable's name or `undefined`; returns the signer's functions by name.
pub(crate) fn create<'call>(_: &Stateless, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let signer = Rc::new(Signer::new(CurrentSecretText::read(call)?.check()?));
    call.scope().methods(&signer, &METHODS)
}

/// Takes an e-mail; returns its signature and the canonical e-mail as one string, since values are
/// what costs most.
fn sign_email<'call>(signer: &Signer, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let mut buffer = Buffer::new();
    let sealed = signer.sign_email(call.argument(0).text(Parameter::Email, &mut buffer)?)?;
    let mut hex = [0; 64];
    call.scope().joined(&[sealed.signature.write_hex(&mut hex), sealed.email.as_str()])
}

/// Takes a portal host, a user id and a timestamp; returns user id, timestamp and signature.
fn sign_user<'call>(signer: &Signer, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let mut buffers = [const { Buffer::new() }; 2];
    let [host, user_id] = &mut buffers;
    let user = signer.sign_user(
        call.argument(0).text(Parameter::Host, host)?,
        call.argument(1).text(Parameter::UserId, user_id)?,
        call.argument(2).integer()?,
    )?;
    let scope = call.scope();
    scope.array(&[
        scope.string(user.user_id.as_str())?,
        scope.integer(user.timestamp.seconds())?,
        scope.string(user.signature.write_hex(&mut [0; 64]))?,
    ])
}

/// Takes a portal URL, a user id and a timestamp; returns the link.
fn portal_link<'call>(signer: &Signer, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let mut buffers = [const { Buffer::new() }; 2];
    let [url, user_id] = &mut buffers;
    let link = signer.portal_link(
        call.argument(0).text(Parameter::PortalUrl, url)?,
        call.argument(1).text(Parameter::UserId, user_id)?,
        call.argument(2).integer()?,
    )?;
    call.scope().string(&link)
}

/// Takes an e-mail, a helpdesk id, and align, max width, container, script URL, crossorigin and nonce
/// or `undefined`; returns the attributes by name, and the HTML.
fn ticket_center<'call>(signer: &Signer, call: &Call<'call>) -> Result<Value<'call>, Failure> {
    let mut buffers = [const { Buffer::new() }; 7];
    let [email, helpdesk_id, align, max_width, container, script_url, nonce] = &mut buffers;
    let embed = signer.ticket_center(
        call.argument(0).text(Parameter::Email, email)?,
        call.argument(1).text(Parameter::HelpdeskId, helpdesk_id)?,
        &EmbedOptions {
            align: option(call.argument(2), align)?,
            max_width: option(call.argument(3), max_width)?,
            container: option(call.argument(4), container)?,
            script_url: option(call.argument(5), script_url)?,
            crossorigin: call.argument(6).unless_undefined(Value::flag)?.unwrap_or_default(),
            nonce: option(call.argument(7), nonce)?,
        },
    )?;
    let scope = call.scope();
    let attributes = scope.object()?;
    for (name, value) in &embed.attributes {
        attributes.set(name, scope.string(value)?)?;
    }
    scope.array(&[attributes, scope.string(&embed.html)?])
}

fn option<'buffer>(
    value: Value<'_>,
    buffer: &'buffer mut Buffer,
) -> Result<Option<&'buffer str>, Failure> {
    value.unless_undefined(|value| value.text(Parameter::EmbedOption, buffer))
}
