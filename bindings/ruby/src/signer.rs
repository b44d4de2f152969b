//! The native functions of the class `Signer`.

use deskseal::{Embed, EmbedOptions, Parameter};
use magnus::prelude::*;
use magnus::{Error, RModule, RString, Ruby, Value, function};

use crate::claims::Claims;
use crate::error::answer;
use crate::holder::Holder;
use crate::result::{ResultClass, hex, integer, map, string};
use crate::secret::{SecretText, Source, Variables};
use crate::text::{Flag, Text};
use crate::time::{Time, or_now};

static SIGNED_EMAIL: ResultClass<2> = ResultClass::new("SignedEmail");
static SIGNED_USER: ResultClass<3> = ResultClass::new("SignedUser");
static IDENTITY: ResultClass<3> = ResultClass::new("Identity");
static EMBED: ResultClass<2> = ResultClass::new("Embed");

/// The object behind a `Signer`: empty until `initialize`.
#[derive(Default)]
#[magnus::wrap(class = "Deskseal::Signer", free_immediately, size, frozen_shareable)]
struct Signer(Holder<deskseal::Signer>);

/// Defines the class and its functions.
pub(crate) fn define(ruby: &Ruby, deskseal: RModule, native: RModule) -> Result<(), Error> {
    deskseal.define_class("Signer", ruby.class_object())?.define_alloc_func::<Signer>();
    native.define_singleton_method("initialize_signer", function!(initialize, 3))?;
    native.define_singleton_method("sign_email", function!(sign_email, 2))?;
    native.define_singleton_method("sign_user", function!(sign_user, 4))?;
    native.define_singleton_method("portal_link", function!(portal_link, 4))?;
    native.define_singleton_method("identity", function!(identity, 3))?;
    native.define_singleton_method("ticket_center", function!(ticket_center, 9))?;
    native.define_singleton_method("identity_token", function!(identity_token, 4))?;
    let with_token = function!(ticket_center_with_token, 10);
    native.define_singleton_method("ticket_center_with_token", with_token)?;
    native.define_singleton_method("portal_link_with_token", function!(portal_link_with_token, 4))
}

fn initialize(
    ruby: &Ruby,
    signer: &Signer,
    variables: Option<Variables>,
    text: SecretText,
) -> Result<(), Error> {
    answer(ruby, || {
        let secret = Source::new(variables.as_ref(), &text)?.secret()?;
        Ok(signer.0.set(ruby, deskseal::Signer::new(secret))?)
    })
}

fn sign_email(ruby: &Ruby, signer: &Signer, email: Text) -> Result<Value, Error> {
    answer(ruby, || {
        let customer = signer.0.get(ruby)?.sign_email(email.of(Parameter::Email)?)?;
        let email = string(ruby, customer.email.as_str()).as_value();
        Ok(SIGNED_EMAIL.object(ruby, [email, hex(ruby, &customer.signature)])?)
    })
}

fn sign_user(
    ruby: &Ruby,
    signer: &Signer,
    portal_host: Text,
    user_id: Text,
    timestamp: Option<Time>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let signer = signer.0.get(ruby)?;
        let (host, user_id) = (portal_host.of(Parameter::Host)?, user_id.of(Parameter::UserId)?);
        let user = signer.sign_user(host, user_id, or_now(timestamp))?;
        let user_id = string(ruby, user.user_id.as_str()).as_value();
        let timestamp = integer(ruby, user.timestamp.seconds());
        Ok(SIGNED_USER.object(ruby, [user_id, timestamp, hex(ruby, &user.signature)])?)
    })
}

fn portal_link(
    ruby: &Ruby,
    signer: &Signer,
    portal_url: Text,
    user_id: Text,
    timestamp: Option<Time>,
) -> Result<RString, Error> {
    answer(ruby, || {
        let signer = signer.0.get(ruby)?;
        let (url, user_id) = (portal_url.of(Parameter::PortalUrl)?, user_id.of(Parameter::UserId)?);
        Ok(string(ruby, &signer.portal_link(url, user_id, or_now(timestamp))?))
    })
}

fn identity(ruby: &Ruby, signer: &Signer, email: Text, helpdesk_id: Text) -> Result<Value, Error> {
    answer(ruby, || {
        let signer = signer.0.get(ruby)?;
        let email = email.of(Parameter::Email)?;
        let identity = signer.identity(email, helpdesk_id.of(Parameter::HelpdeskId)?)?;
        let email = string(ruby, identity.email.as_str()).as_value();
        let helpdesk_id = string(ruby, &identity.helpdesk_id).as_value();
        Ok(IDENTITY.object(ruby, [email, hex(ruby, &identity.signature), helpdesk_id])?)
    })
}

#[expect(clippy::too_many_arguments, reason = "they are the API's; Ruby's method has keywords")]
fn ticket_center(
    ruby: &Ruby,
    signer: &Signer,
    email: Text,
    helpdesk_id: Text,
    align: Option<Text>,
    max_width: Option<Text>,
    container: Option<Text>,
    script_url: Option<Text>,
    crossorigin: Flag,
    nonce: Option<Text>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let signer = signer.0.get(ruby)?;
        let email = email.of(Parameter::Email)?;
        let helpdesk_id = helpdesk_id.of(Parameter::HelpdeskId)?;
        let options = EmbedOptions {
            align: option(align.as_ref())?,
            max_width: option(max_width.as_ref())?,
            container: option(container.as_ref())?,
            script_url: option(script_url.as_ref())?,
            crossorigin: crossorigin.0,
            nonce: option(nonce.as_ref())?,
        };
        let embed = signer.ticket_center(email, helpdesk_id, &options)?;
        Ok(embedded(ruby, &embed)?)
    })
}

fn identity_token(
    ruby: &Ruby,
    signer: &Signer,
    audience: Text,
    mut claims: Claims,
    now: Option<Time>,
) -> Result<RString, Error> {
    answer(ruby, || {
        let signer = signer.0.get(ruby)?;
        let audience = audience.of(Parameter::Audience)?;
        let token = signer.identity_token(audience, &claims.of_token()?, or_now(now))?;
        Ok(string(ruby, &token))
    })
}

#[expect(clippy::too_many_arguments, reason = "they are the API's; Ruby's method has keywords")]
fn ticket_center_with_token(
    ruby: &Ruby,
    signer: &Signer,
    helpdesk_id: Text,
    mut claims: Claims,
    now: Option<Time>,
    align: Option<Text>,
    max_width: Option<Text>,
    container: Option<Text>,
    script_url: Option<Text>,
    crossorigin: Flag,
    nonce: Option<Text>,
) -> Result<Value, Error> {
    answer(ruby, || {
        let signer = signer.0.get(ruby)?;
        let helpdesk_id = helpdesk_id.of(Parameter::HelpdeskId)?;
        let claims = claims.of_token()?;
        let options = EmbedOptions {
            align: option(align.as_ref())?,
            max_width: option(max_width.as_ref())?,
            container: option(container.as_ref())?,
            script_url: option(script_url.as_ref())?,
            crossorigin: crossorigin.0,
            nonce: option(nonce.as_ref())?,
        };
        let now = or_now(now);
        let embed = signer.ticket_center_with_token(helpdesk_id, &claims, &options, now)?;
        Ok(embedded(ruby, &embed)?)
    })
}

fn portal_link_with_token(
    ruby: &Ruby,
    signer: &Signer,
    portal_url: Text,
    claims: Claims,
    now: Option<Time>,
) -> Result<RString, Error> {
    answer(ruby, || {
        let signer = signer.0.get(ruby)?;
        let url = portal_url.of(Parameter::PortalUrl)?;
        let link = signer.portal_link_with_token(url, &claims.of_link()?, or_now(now))?;
        Ok(string(ruby, &link))
    })
}

fn embedded(ruby: &Ruby, embed: &Embed) -> Result<Value, Error> {
    let attributes = map(ruby, embed.attributes())?;
    EMBED.object(ruby, [attributes, string(ruby, &embed.html).as_value()])
}

fn option(text: Option<&Text>) -> Result<Option<&str>, deskseal::Error> {
    text.map(|text| text.of(Parameter::EmbedOption)).transpose()
}
