//! `mail test`.

use clap::Subcommand;
use lettre::Address;

use super::{Outcome, note};
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::{SendOutcome, address};

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Send a test mail with the mail settings, and report each step
    Test {
        /// The address to send the test mail to, such as your own
        #[arg(value_name = "ADDRESS", value_parser = recipient)]
        recipient: Address,
    },
}

/// Runs the command.
pub(super) async fn run(config: &Config, MailCommand::Test { recipient }: &MailCommand) -> Outcome {
    let Some(mailer) = config.mailer()? else {
        return Err("Mail is not set up. Set smtp_url and mail_from.".into());
    };
    let now = Clock::default().now();
    let mail = mailer.test_mail(recipient, &config.public_url, now)?;
    let mut shown = Ok(());
    let mut report = |step| {
        let line = note(&mailer.done(step, recipient));
        if shown.is_ok() {
            shown = line;
        }
    };
    let outcome = mailer.send_mail(recipient, &mail, &mut report).await;
    shown?;
    match outcome {
        SendOutcome::Accepted => note(&format!(
            "Look for the mail in the inbox of {recipient}. If it is not there, look in the spam folder."
        )),
        SendOutcome::Rejected(reason)
        | SendOutcome::Deferred(reason)
        | SendOutcome::Unaddressable(reason) => {
            Err(format!("The test mail was not sent: {reason}").into())
        }
        SendOutcome::Unknown(reason) => Err(format!(
            "The mail server may have accepted the test mail: {reason} Look in the inbox of {recipient}."
        )
        .into()),
    }
}

fn recipient(text: &str) -> Result<Address, String> {
    address(text).map_err(|error| error.to_string())
}
