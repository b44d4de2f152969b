//! Composes the mail that checks the mail settings.

use lettre::message::header::{ContentType, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, error::Error};
use url::Url;
use uuid::Uuid;

use super::address::AUTO_SUBMITTED;
use super::smtp::Mailer;
use crate::clock::Moment;

impl Mailer {
    /// Returns the test mail to this recipient.
    ///
    /// # Errors
    /// The library's error for a header that cannot be written.
    pub(crate) fn test_mail(
        &self,
        recipient: &Address,
        public_url: &Url,
        now: Moment,
    ) -> Result<Vec<u8>, Error> {
        let sender = self.sender();
        let mail = Message::builder()
            .from(Mailbox::new(None, sender.clone()))
            .to(Mailbox::new(None, recipient.clone()))
            .subject("Test mail of the Ticket Center")
            .date(now.system_time())
            .message_id(Some(format!("<{}@{}>", Uuid::now_v7(), sender.domain())))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(format!("The Ticket Center at {public_url} can send mail.\n"))?;
        Ok(mail.formatted())
    }
}
