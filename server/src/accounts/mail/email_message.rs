//! Composes the mails that contain a link.

use askama::Template;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderValue};
use lettre::{Address, Message};
use url::Url;
use uuid::Uuid;

use super::super::link::LinkToken;
use crate::agents::Role;
use crate::clock::Moment;
use crate::mail::{AUTO_SUBMITTED, AddressError, address};

/// The sender's name in mail programs. Owners choose their desk's name, so it is never used here.
const SENDER: &str = "Ticket Center";

/// The longest name in a mail, in characters.
const MAX_NAME: usize = 60;

/// What the link is for.
#[derive(Clone, Debug)]
pub(crate) enum EmailContent {
    /// Becoming a member of a desk.
    Invitation {
        desk: String,
        /// The owner who invites, else the operator.
        by: Option<String>,
        role: Role,
    },
    /// Setting a new password.
    Recovery,
}

/// A mail that contains a link.
#[derive(Debug)]
pub(crate) struct EmailMessage {
    /// The address.
    pub(crate) to: String,
    pub(crate) content: EmailContent,
    pub(crate) token: LinkToken,
    /// When the link expires.
    pub(crate) expires_at: Moment,
}

#[derive(Template)]
#[template(path = "mail/invitation.txt")]
struct Invitation<'message> {
    by: Option<&'message str>,
    desk: &'message str,
    role: &'message str,
    link: &'message str,
    until: &'message str,
}

#[derive(Template)]
#[template(path = "mail/recovery.txt")]
struct Recovery<'message> {
    email: &'message str,
    host: &'message str,
    link: &'message str,
    until: &'message str,
}

/// The words of a mail.
struct Written {
    subject: String,
    text: String,
}

impl EmailMessage {
    /// Returns the composed mail.
    pub(crate) fn composed(
        &self,
        sender: &Address,
        public_url: &Url,
        now: Moment,
    ) -> Result<Vec<u8>, AddressError> {
        let Written { subject, text } = self.written(public_url);
        let mail = Message::builder()
            .from(Mailbox::new(Some(SENDER.to_owned()), sender.clone()))
            .to(Mailbox::new(None, address(&self.to)?))
            .subject(subject)
            .date(now.system_time())
            .message_id(Some(format!("<{}@{}>", Uuid::now_v7(), sender.domain())))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(text);
        Ok(mail.map_err(|_| AddressError::Malformed)?.formatted())
    }

    fn written(&self, public_url: &Url) -> Written {
        let until = &self.expires_at.to_minute();
        let host = public_url.host_str().unwrap_or_default();
        let (subject, text) = match &self.content {
            EmailContent::Invitation { desk, by, role } => {
                let desk = &plain_name(desk);
                let by = by.as_deref().map(plain_name);
                let link = &link_url(public_url, "invitation", &self.token);
                let by = by.as_deref();
                let page = Invitation { by, desk, role: role.as_str(), link, until };
                (format!("Invitation to the desk {desk}"), page.render())
            }
            EmailContent::Recovery => {
                let link = &link_url(public_url, "recovery", &self.token);
                let page = Recovery { email: &self.to, host, link, until };
                ("Set a new password".to_owned(), page.render())
            }
        };
        // Rendering into a string cannot fail.
        Written { subject, text: text.unwrap_or_default() }
    }
}

/// Returns the link. Its token is in the query, which this server does not log, and neither do proxies that
/// are set up as described in `server/README.md`.
pub fn link_url(public_url: &Url, page: &str, token: &LinkToken) -> String {
    format!("{public_url}{page}?token={}", token.shown())
}

/// Returns a chosen name as plain words: without text that mail programs turn into links, without markup, and
/// without characters that change the direction of the text.
fn plain_name(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().take(MAX_NAME).peekable();
    while let Some(character) = characters.next() {
        let is_end = characters.peek().is_none_or(|next| !next.is_alphanumeric());
        let is_kept = character.is_alphanumeric()
            || matches!(character, ' ' | '-' | '\'' | '’' | '&' | ',' | '(' | ')')
            || (character == '.' && is_end);
        plain.push(if is_kept { character } else { ' ' });
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::LinkToken;
    use super::{EmailContent, EmailMessage, plain_name};
    use crate::agents::Role;
    use crate::clock::Moment;
    use crate::mail::address;

    struct Composed {
        head: String,
        body: String,
    }

    fn composed(desk: &str, by: &str) -> Composed {
        let email_message = EmailMessage {
            to: "ada@example.com".to_owned(),
            content: EmailContent::Invitation {
                desk: desk.to_owned(),
                by: Some(by.to_owned()),
                role: Role::Agent,
            },
            token: LinkToken::generate().expect("there is randomness"),
            expires_at: Moment::from_milliseconds(1_767_225_600_000),
        };
        let sender = address("desk@example.com").expect("it is an address");
        let url = "https://desk.example.com".parse().expect("it is a URL");
        let mail = email_message.composed(&sender, &url, Moment::from_milliseconds(0));
        let mail = String::from_utf8(mail.expect("it is a mail")).expect("it is text");
        let (head, body) = mail.split_once("\r\n\r\n").expect("there is a head");
        Composed { head: head.to_owned(), body: body.to_owned() }
    }

    #[test]
    fn a_chosen_name_adds_no_link_no_markup_and_no_line() {
        for (name, plain) in [
            ("Acme & Sons, Inc.", "Acme & Sons, Inc."),
            ("Ünïcode Süpport", "Ünïcode Süpport"),
            ("evil.example/pay", "evil example pay"),
            ("https://evil.example", "https evil example"),
            ("eve@evil.example", "eve evil example"),
            ("<b>x</b>\r\nBcc: eve", "b x b Bcc eve"),
            ("a\u{202e}b", "a b"),
        ] {
            assert_eq!(plain_name(name), plain);
        }
        assert_eq!(plain_name(&"x".repeat(500)).len(), 60);
    }

    #[test]
    fn no_name_adds_a_header_a_line_or_a_link() {
        let evil = "x\r\nBcc: eve@example.com\r\n\r\nhttps://evil.example/pay";
        let Composed { head, body } = composed(evil, evil);
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert_eq!(body.matches("://").count(), 1, "{body}");
        assert!(!body.contains("evil.example"), "{body}");
    }
}
