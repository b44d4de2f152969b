//! Composes the mail that tells a contact of a reply.

use askama::Template;
use lettre::message::header::HeaderValue;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use crate::clock::Moment;
use crate::mail::{AUTO_SUBMITTED, AddressError, address};
use crate::text::on_one_line;

/// The content of a mail to a contact.
#[derive(Clone, Debug)]
pub(crate) struct EmailMessage {
    /// The contact's address.
    pub(crate) to: String,
    /// The conversation's subject.
    pub(crate) subject: String,
    /// The reply.
    pub(crate) text: String,
    /// The name of the agent who wrote it.
    pub(crate) agent: String,
    /// The desk's name.
    pub(crate) desk: String,
    /// The page where the contact finds the conversation.
    pub(crate) support_page: Option<String>,
    /// The `Message-ID`.
    pub(crate) mail_id: String,
    /// The id of the conversation's thread.
    pub(crate) thread: String,
    /// The `Message-ID`s of the conversation's latest earlier mails, the oldest first.
    pub(crate) earlier: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/reply.txt")]
struct Plain<'email_message> {
    agent: &'email_message str,
    desk: &'email_message str,
    subject: &'email_message str,
    text: &'email_message str,
    support_page: Option<&'email_message str>,
}

#[derive(Template)]
#[template(path = "mail/reply.html")]
struct Rich<'email_message> {
    agent: &'email_message str,
    desk: &'email_message str,
    subject: &'email_message str,
    text: &'email_message str,
    support_page: Option<&'email_message str>,
}

impl EmailMessage {
    /// Returns the composed mail.
    pub(crate) fn composed(&self, sender: &Address, now: Moment) -> Result<Vec<u8>, AddressError> {
        let (agent, desk) = (plain_name(&self.agent), plain_name(&self.desk));
        let (agent, desk, subject) = (agent.as_str(), desk.as_str(), &plain_name(&self.subject));
        let (text, support_page) = (self.text.as_str(), self.support_page.as_deref());
        let plain = Plain { agent, desk, subject, text, support_page }.render();
        let rich = Rich { agent, desk, subject, text, support_page }.render();
        let builder = Message::builder()
            .from(Mailbox::new(Some(desk.to_owned()), sender.clone()))
            .to(Mailbox::new(None, address(&self.to)?))
            .subject(format!("Re: {}", without_re(subject)))
            .date(now.system_time())
            .message_id(Some(self.mail_id.clone()))
            .in_reply_to(self.earlier.last().unwrap_or(&self.thread).clone())
            .references(self.references())
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()));
        // Rendering into a string cannot fail, and every header is set.
        let (Ok(plain), Ok(rich)) = (plain, rich) else { return Err(AddressError::Malformed) };
        let mail = builder.multipart(MultiPart::alternative_plain_html(plain, rich));
        Ok(mail.map_err(|_| AddressError::Malformed)?.formatted())
    }

    /// Returns the ids that the mail refers to. The thread's id comes first in every mail: a relay may
    /// replace each `Message-ID`, and then the receiver knows no other id.
    fn references(&self) -> String {
        let ids = std::iter::once(&self.thread).chain(&self.earlier);
        ids.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Returns the subject without a prefix such as `Re:`, which every mail adds itself.
fn without_re(subject: &str) -> &str {
    let mut subject = subject;
    while let Some((mark, rest)) = subject.split_once(':')
        && mark.eq_ignore_ascii_case("re")
        && !rest.trim().is_empty()
    {
        subject = rest.trim_start();
    }
    subject
}

/// Returns a name on one line, without characters that change the direction of the text.
fn plain_name(text: &str) -> String {
    let changes_direction = |character: &char| {
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(character, '\u{2066}'..='\u{2069}')
    };
    let kept: String = text.chars().filter(|character| !changes_direction(character)).collect();
    on_one_line(&kept)
}

#[cfg(test)]
mod tests {
    use super::{EmailMessage, address, plain_name, without_re};
    use crate::clock::Moment;

    fn email_message() -> EmailMessage {
        EmailMessage {
            to: "ada@example.com".into(),
            subject: "Cannot log in".into(),
            text: "Please try again.".into(),
            agent: "Grace".into(),
            desk: "Example".into(),
            support_page: None,
            mail_id: "<2@example.com>".into(),
            thread: "<1.thread@example.com>".into(),
            earlier: Vec::new(),
        }
    }

    fn composed(email_message: &EmailMessage) -> String {
        let sender = address("desk@example.com").expect("it is an address");
        let mail = email_message.composed(&sender, Moment::from_milliseconds(1_767_225_600_000));
        String::from_utf8(mail.expect("it is a mail")).expect("it is ASCII")
    }

    fn head(mail: &str) -> &str {
        mail.split("\r\n\r\n").next().expect("there is a head")
    }

    #[test]
    fn a_mail_names_its_writer_recipient_and_subject() {
        let mail = composed(&email_message());
        for line in [
            "From: Example <desk@example.com>",
            "To: ada@example.com",
            "Subject: Re: Cannot log in",
            "Date: Thu, 01 Jan 2026 00:00:00 +0000",
            "Message-ID: <2@example.com>",
            "In-Reply-To: <1.thread@example.com>",
            "References: <1.thread@example.com>",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(head(&mail).lines().any(|other| other == line), "{line} in {mail}");
        }
        assert!(!head(&mail).contains("Reply-To: d"));
    }

    #[test]
    fn mails_of_one_conversation_refer_to_those_before() {
        let earlier = vec!["<0@example.com>".to_owned(), "<1@example.com>".to_owned()];
        let mail = composed(&EmailMessage { earlier, ..email_message() });
        assert!(mail.contains("In-Reply-To: <1@example.com>\r\n"), "{mail}");
        let references = "References: <1.thread@example.com> <0@example.com> <1@example.com>\r\n";
        assert!(mail.contains(references), "{mail}");
    }

    #[test]
    fn a_subject_is_marked_as_a_reply_once() {
        for (subject, kept) in [
            ("Cannot log in", "Cannot log in"),
            ("Re: RE:re: Cannot log in", "Cannot log in"),
            ("Regarding: the invoice", "Regarding: the invoice"),
            ("Re:", "Re:"),
        ] {
            assert_eq!(without_re(subject), kept);
        }
    }

    #[test]
    fn no_written_text_adds_a_header() {
        let evil = "x\r\nBcc: eve@example.com\r\n\r\n<script>".to_owned();
        for email_message in [
            EmailMessage { subject: evil.clone(), ..email_message() },
            EmailMessage { desk: evil.clone(), ..email_message() },
            EmailMessage { agent: evil.clone(), ..email_message() },
        ] {
            let mail = composed(&email_message);
            assert!(!head(&mail).lines().any(|line| line.starts_with("Bcc")), "{mail}");
        }
        let mail = EmailMessage { to: evil, ..email_message() };
        let sender = address("desk@example.com").expect("it is an address");
        assert!(mail.composed(&sender, Moment::from_milliseconds(0)).is_err());
    }

    #[test]
    fn characters_that_change_the_direction_of_text_are_left_out_of_names() {
        assert_eq!(plain_name("Ada\u{202e}moc\u{2066}\u{200f}\n x"), "Adamoc x");
    }
}
