//! The functions behind the library's class `Signer`.

use deskseal::{EmbedOptions, Parameter, Secret, Signer, unix_now};
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use crate::HANDLE;
use crate::answer::{answer, hexadecimal, integer, list, map, text};
use crate::text::{Text, optional, variables};

/// A signer, which PHP's engine frees. PHP code cannot create, clone, serialise or read it.
#[php_class]
#[php(name = "Deskseal\\Internal\\SignerHandle")]
#[php(flags = HANDLE)]
pub struct SignerHandle(Signer);

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
}

/// Returns a signer with the secret.
#[php_function]
#[php(name = "Deskseal\\Internal\\signer")]
fn signer(secret: Option<Text<'_>>) -> Zval {
    answer(|| {
        let secret = Secret::new(optional(secret.as_ref(), Parameter::Secret)?)?;
        Ok(SignerHandle(Signer::new(secret)).into_zval(false)?)
    })
}

/// Returns a signer with the value of the first variable that has one.
#[php_function]
#[php(name = "Deskseal\\Internal\\signer_from_first_named")]
fn signer_from_first_named(names: Vec<Text<'_>>, values: Vec<Option<Text<'_>>>) -> Zval {
    answer(|| {
        let secret = Secret::from_first_named(&variables(&names, &values)?)?;
        Ok(SignerHandle(Signer::new(secret)).into_zval(false)?)
    })
}

/// Returns the canonical e-mail and its signature.
#[php_function]
#[php(name = "Deskseal\\Internal\\sign_email")]
fn sign_email(handle: &SignerHandle, email: Text<'_>) -> Zval {
    answer(|| {
        let signed = handle.0.sign_email(Parameter::Email.decode(&email)?)?;
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
        let signed = handle.0.sign_user(portal_host, user_id, timestamp)?;
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
        Ok(text(&handle.0.portal_link(portal_url, user_id, timestamp)?))
    })
}

/// Returns the script tag's attributes and the markup.
#[php_function]
#[php(name = "Deskseal\\Internal\\ticket_center")]
#[expect(clippy::too_many_arguments, reason = "the library passes each option by its position")]
fn ticket_center(
    handle: &SignerHandle,
    email: Text<'_>,
    helpdesk_id: Text<'_>,
    align: Option<Text<'_>>,
    max_width: Option<Text<'_>>,
    container: Option<Text<'_>>,
    script_url: Option<Text<'_>>,
    crossorigin: bool,
    nonce: Option<Text<'_>>,
) -> Zval {
    answer(|| {
        let email = Parameter::Email.decode(&email)?;
        let helpdesk_id = Parameter::HelpdeskId.decode(&helpdesk_id)?;
        let option = |text: &Option<_>| optional(text.as_ref(), Parameter::EmbedOption);
        let options = EmbedOptions {
            align: option(&align)?,
            max_width: option(&max_width)?,
            container: option(&container)?,
            script_url: option(&script_url)?,
            crossorigin,
            nonce: option(&nonce)?,
        };
        let embed = handle.0.ticket_center(email, helpdesk_id, &options)?;
        list([map(&embed.attributes)?, text(&embed.html)])
    })
}

/// Returns the canonical e-mail, its signature and the help desk's id.
#[php_function]
#[php(name = "Deskseal\\Internal\\identity")]
fn identity(handle: &SignerHandle, email: Text<'_>, helpdesk_id: Text<'_>) -> Zval {
    answer(|| {
        let email = Parameter::Email.decode(&email)?;
        let helpdesk_id = Parameter::HelpdeskId.decode(&helpdesk_id)?;
        let identity = handle.0.identity(email, helpdesk_id)?;
        list([
            text(identity.email.as_str()),
            hexadecimal(&identity.signature),
            text(&identity.helpdesk_id),
        ])
    })
}
