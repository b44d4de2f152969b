//! Sends mail: checks addresses and connects to the mail server.

mod address;
mod smtp;
mod test_mail;

pub(crate) use address::{AUTO_SUBMITTED, AddressError, address};
pub(crate) use smtp::SendOutcome;
pub use smtp::{Mailer, MailerError};
