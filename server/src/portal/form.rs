//! Reads and checks the fields of the portal's form.

use deskseal::ErrorCode;
use url::form_urlencoded;

use super::token::{Customer, Visit};
use crate::contacts::TypedAddress;
use crate::portal_hosts::PortalDesk;
use crate::text::{MessageText, PersonName, Subject, TextError, typed_email_problem};
use crate::tickets::{Sender, Ticket};

/// The fields of the form, as they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) subject: String,
    pub(super) message: String,
    /// A hidden field that only bots fill.
    pub(super) trap: String,
    pub(super) token: String,
}

impl Typed {
    /// Reads `application/x-www-form-urlencoded`. Invalid UTF-8 becomes U+FFFD, which no address contains.
    pub(super) fn read(body: &[u8]) -> Self {
        let mut typed = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let field = match name.as_ref() {
                "name" => &mut typed.name,
                "email" => &mut typed.email,
                "subject" => &mut typed.subject,
                "message" => &mut typed.message,
                "homepage" => &mut typed.trap,
                "token" => &mut typed.token,
                _ => continue,
            };
            *field = value.into_owned();
        }
        typed
    }
}

/// The invalid fields, with a sentence for the visitor each.
#[derive(Clone, Debug, Default)]
pub(super) struct Problems {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) message: Option<String>,
}

/// An invalid field.
pub(super) struct InvalidField<'problems> {
    /// The id of the field on the page.
    pub(super) id: &'static str,
    pub(super) sentence: &'problems str,
}

impl Problems {
    /// Returns the invalid fields.
    pub(super) fn list(&self) -> Vec<InvalidField<'_>> {
        [
            ("name", &self.name),
            ("email", &self.email),
            ("subject", &self.subject),
            ("message", &self.message),
        ]
        .into_iter()
        .filter_map(|(id, problem)| Some(InvalidField { id, sentence: problem.as_deref()? }))
        .collect()
    }
}

/// Returns the ticket of the fields.
///
/// # Errors
/// [`Problems`], for all fields at once.
pub(super) fn ticket(typed: &Typed, visit: &Visit, desk: &PortalDesk) -> Result<Ticket, Problems> {
    let name = PersonName::parse(&typed.name);
    let sender = sender(typed, visit);
    let text = MessageText::parse(&typed.message);
    let subject = text.as_ref().ok().map(|text| Subject::parse(Some(&typed.subject), text));
    match (name, sender, subject, text) {
        (Ok(name), Ok(sender), Some(Ok(subject)), Ok(text)) => Ok(Ticket {
            sender,
            name,
            subject,
            text,
            host: desk.host.clone(),
            key: visit.key.clone(),
        }),
        (name, sender, subject, text) => Err(Problems {
            name: name.err().map(sentence),
            email: sender.err(),
            subject: subject.and_then(Result::err).map(sentence),
            message: text.err().map(sentence),
        }),
    }
}

/// Returns the sender. A verified customer may leave the address out; the desk knows who they are.
fn sender(typed: &Typed, visit: &Visit) -> Result<Sender, String> {
    let address = TypedAddress::parse(&typed.email);
    let is_replaced = typed.email.contains(char::REPLACEMENT_CHARACTER);
    let verified = |customer: &Customer, address| match customer.clone() {
        Customer::User(user) => Sender::Verified(user, address),
        Customer::Token(proof) => Sender::Token(proof, address),
    };
    match (&visit.customer, address) {
        (_, Ok(_)) if is_replaced => Err(address_sentence(ErrorCode::EmailMalformed)),
        (Some(customer), Ok(address)) => Ok(verified(customer, Some(address))),
        (None, Ok(address)) => Ok(Sender::Public(address)),
        (Some(customer), Err(error)) if error.code() == ErrorCode::EmailEmpty => {
            Ok(verified(customer, None))
        }
        (_, Err(error)) => Err(address_sentence(error.code())),
    }
}

fn address_sentence(code: ErrorCode) -> String {
    match code {
        ErrorCode::EmailEmpty => "Enter your e-mail address, so that we can answer you.",
        code => typed_email_problem(code),
    }
    .to_owned()
}

fn sentence(error: TextError) -> String {
    match error {
        TextError::MessageEmpty => "Write what you need help with.",
        TextError::MessageTooLong => "Your message is too long. Shorten it to 10,000 characters.",
        TextError::SubjectTooLong => "The subject is too long. Shorten it to 200 characters.",
        TextError::NameTooLong => "The name is too long. Shorten it to 100 characters.",
    }
    .to_owned()
}
