//! The functions behind the library's class `Signer`.

use deskseal::{
    Embed, EmbedOptions, Error, IdentityClaims, LinkClaims, Parameter, Secret, Signer, unix_now,
};
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use crate::HANDLE;
use crate::answer::{Keys, answer, hexadecimal, integer, list, text};
use crate::attribute::{Attribute, attributes};
use crate::error::Failure;
use crate::text::{Text, optional, variables};

/// A signer, which PHP's engine frees. PHP code cannot create, clone, serialise or read it.
#[php_class]
#[php(name = "Deskseal\\Internal\\SignerHandle")]
#[php(flags = HANDLE)]
pub struct SignerHandle {
    signer: Signer,
    keys: Keys,
}

impl SignerHandle {
    fn with(secret: Secret) -> Result<Zval, Failure> {
        Ok(Self { signer: Signer::new(secret), keys: Keys::default() }.into_zval(false)?)
    }
}

/// Adds the functions.
pub(crate) fn functions(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    module
        .function(wrap_function!(signer))
        .function(wrap_function!(signer_from_first_named))
        .function(wrap_function!(sign_email))
        .function(wrap_function!(sign_user))
        .function(wrap_function!(portal_link))
        .function(wrap_function!(ticket_center))
        .function(wrap_function!(identity))
        .function(wrap_function!(identity_token))
        .function(wrap_function!(ticket_center_with_token))
        .function(wrap_function!(portal_link_with_token))
}

/// Returns a signer with the secret.
#[php_function]
#[php(name = "Deskseal\\Internal\\signer")]
fn signer(secret: Option<Text<'_>>) -> Zval {
    answer(|| {
        let secret = Secret::new(optional(secret.as_ref(), Parameter::Secret)?)?;
        SignerHandle::with(secret)
    })
}

/// Returns a signer with the value of the first variable that has one.
#[php_function]
#[php(name = "Deskseal\\Internal\\signer_from_first_named")]
fn signer_from_first_named(names: Vec<Text<'_>>, values: Vec<Option<Text<'_>>>) -> Zval {
    answer(|| {
        let secret = Secret::from_first_named(&variables(&names, &values)?)?;
        SignerHandle::with(secret)
    })
}

/// Returns the canonical e-mail and its signature.
#[php_function]
#[php(name = "Deskseal\\Internal\\sign_email")]
fn sign_email(handle: &SignerHandle, email: Text<'_>) -> Zval {
    answer(|| {
        let signed = handle.signer.sign_email(Parameter::Email.decode(&email)?)?;
        list([text(signed.email.as_str()), hexadecimal(&signed.signature)])
    })
}

/// Returns the user id, the Unix second and their signature.
#[php_function]
#[php(name = "Deskseal\\Internal\\sign_user")]
fn sign_user(
    handle: &SignerHandle,
    portal_host: Text<'_>,
    user_id: Text<'_>,
    timestamp: Option<i64>,
) -> Zval {
    answer(|| {
        let portal_host = Parameter::Host.decode(&portal_host)?;
        let user_id = Parameter::UserId.decode(&user_id)?;
        let timestamp = timestamp.unwrap_or_else(unix_now);
        let signed = handle.signer.sign_user(portal_host, user_id, timestamp)?;
        list([
            text(signed.user_id.as_str()),
            integer(signed.timestamp.seconds())?,
            hexadecimal(&signed.signature),
        ])
    })
}

/// Returns the signed link to the portal's form.
#[php_function]
#[php(name = "Deskseal\\Internal\\portal_link")]
fn portal_link(
    handle: &SignerHandle,
    portal_url: Text<'_>,
    user_id: Text<'_>,
    timestamp: Option<i64>,
) -> Zval {
    answer(|| {
        let portal_url = Parameter::PortalUrl.decode(&portal_url)?;
        let user_id = Parameter::UserId.decode(&user_id)?;
        let timestamp = timestamp.unwrap_or_else(unix_now);
        Ok(text(&handle.signer.portal_link(portal_url, user_id, timestamp)?))
    })
}

/// Returns the script tag's attributes and the markup. Takes the options as [`embed_options`] does.
#[php_function]
#[php(name = "Deskseal\\Internal\\ticket_center")]
fn ticket_center(
    handle: &SignerHandle,
    email: Text<'_>,
    helpdesk_id: Text<'_>,
    options: Option<Vec<Option<Text<'_>>>>,
) -> Zval {
    answer(|| {
        let email = Parameter::Email.decode(&email)?;
        let helpdesk_id = Parameter::HelpdeskId.decode(&helpdesk_id)?;
        let options = embed_options(options.as_deref())?;
        embedded(&handle.keys, &handle.signer.ticket_center(email, helpdesk_id, &options)?)
    })
}

/// Returns the options of an embed: align, maximum width, container, script URL, nonce, and any text if the script
/// is loaded with CORS, in this order. As one list, since each argument of a function takes time, and most pages
/// give no option.
fn embed_options<'call>(
    options: Option<&'call [Option<Text<'_>>]>,
) -> Result<EmbedOptions<'call>, Error> {
    let option = |index: usize| options.and_then(|options| options.get(index)?.as_ref());
    let text = |index| optional(option(index), Parameter::EmbedOption);
    Ok(EmbedOptions {
        align: text(0)?,
        max_width: text(1)?,
        container: text(2)?,
        script_url: text(3)?,
        nonce: text(4)?,
        crossorigin: option(5).is_some(),
    })
}

fn embedded(keys: &Keys, embed: &Embed) -> Result<Zval, Failure> {
    list([keys.map(embed.attributes())?, text(&embed.html)])
}

/// Returns the canonical e-mail, its signature and the help desk's id.
#[php_function]
#[php(name = "Deskseal\\Internal\\identity")]
fn identity(handle: &SignerHandle, email: Text<'_>, helpdesk_id: Text<'_>) -> Zval {
    answer(|| {
        let email = Parameter::Email.decode(&email)?;
        let helpdesk_id = Parameter::HelpdeskId.decode(&helpdesk_id)?;
        let identity = handle.signer.identity(email, helpdesk_id)?;
        list([
            text(identity.email.as_str()),
            hexadecimal(&identity.signature),
            text(&identity.helpdesk_id),
        ])
    })
}

/// Returns an identity token. Takes the attributes as two lists: names and values.
#[php_function]
#[php(name = "Deskseal\\Internal\\identity_token")]
#[expect(clippy::too_many_arguments, reason = "the library passes each claim by its position")]
fn identity_token(
    handle: &SignerHandle,
    audience: Text<'_>,
    email: Option<Text<'_>>,
    email_verified: bool,
    user_id: Option<Text<'_>>,
    name: Option<Text<'_>>,
    attribute_names: Vec<Text<'_>>,
    attribute_values: Vec<Attribute<'_>>,
    token_id: Option<Text<'_>>,
    expires_in: i64,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let audience = Parameter::Audience.decode(&audience)?;
        let claims = IdentityClaims {
            email: optional(email.as_ref(), Parameter::Email)?,
            email_verified,
            user_id: optional(user_id.as_ref(), Parameter::UserId)?,
            name: optional(name.as_ref(), Parameter::Claim)?,
            attributes: attributes(&attribute_names, &attribute_values)?,
            token_id: optional(token_id.as_ref(), Parameter::Claim)?,
            expires_in: Some(expires_in),
        };
        let now = now.unwrap_or_else(unix_now);
        Ok(text(&handle.signer.identity_token(audience, &claims, now)?))
    })
}

/// Returns the script tag's attributes and the markup, with an identity token.
#[php_function]
#[php(name = "Deskseal\\Internal\\ticket_center_with_token")]
#[expect(clippy::too_many_arguments, reason = "the library passes each claim by its position")]
fn ticket_center_with_token(
    handle: &SignerHandle,
    helpdesk_id: Text<'_>,
    email: Option<Text<'_>>,
    email_verified: bool,
    user_id: Option<Text<'_>>,
    name: Option<Text<'_>>,
    attribute_names: Vec<Text<'_>>,
    attribute_values: Vec<Attribute<'_>>,
    token_id: Option<Text<'_>>,
    expires_in: i64,
    now: Option<i64>,
    options: Option<Vec<Option<Text<'_>>>>,
) -> Zval {
    answer(|| {
        let helpdesk_id = Parameter::HelpdeskId.decode(&helpdesk_id)?;
        let claims = IdentityClaims {
            email: optional(email.as_ref(), Parameter::Email)?,
            email_verified,
            user_id: optional(user_id.as_ref(), Parameter::UserId)?,
            name: optional(name.as_ref(), Parameter::Claim)?,
            attributes: attributes(&attribute_names, &attribute_values)?,
            token_id: optional(token_id.as_ref(), Parameter::Claim)?,
            expires_in: Some(expires_in),
        };
        let options = embed_options(options.as_deref())?;
        let now = now.unwrap_or_else(unix_now);
        embedded(
            &handle.keys,
            &handle.signer.ticket_center_with_token(helpdesk_id, &claims, &options, now)?,
        )
    })
}

/// Returns the link to the portal's form, with an identity token.
#[php_function]
#[php(name = "Deskseal\\Internal\\portal_link_with_token")]
#[expect(clippy::too_many_arguments, reason = "the library passes each claim by its position")]
fn portal_link_with_token(
    handle: &SignerHandle,
    portal_url: Text<'_>,
    email: Option<Text<'_>>,
    email_verified: bool,
    user_id: Option<Text<'_>>,
    token_id: Option<Text<'_>>,
    expires_in: i64,
    now: Option<i64>,
) -> Zval {
    answer(|| {
        let portal_url = Parameter::PortalUrl.decode(&portal_url)?;
        let claims = LinkClaims {
            email: optional(email.as_ref(), Parameter::Email)?,
            email_verified,
            user_id: optional(user_id.as_ref(), Parameter::UserId)?,
            token_id: optional(token_id.as_ref(), Parameter::Claim)?,
            expires_in: Some(expires_in),
        };
        let now = now.unwrap_or_else(unix_now);
        Ok(text(&handle.signer.portal_link_with_token(portal_url, &claims, now)?))
    })
}
