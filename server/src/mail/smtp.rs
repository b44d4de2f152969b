//! Sends a mail to the mail server, and reports the outcome exactly.
//!
//! A mail is accepted when the server confirms the end of its text. If anything fails before the text is
//! sent, no mail was sent; if anything fails after it without a response, the outcome is unknown. So every
//! command is sent separately.

use std::net::IpAddr;
use std::time::Duration;

use base64ct::{Base64Unpadded, Encoding as _};
use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use tokio::time;
use url::Url;

use super::address::{AddressError, address};
use crate::origin::read_host;

/// The longest response that is kept to show to a person, in characters.
const MAX_REASON: usize = 300;

/// Why the mail settings are invalid.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MailerError {
    /// The URL names no mail server.
    #[error("smtp_url must be smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465.")]
    Url,
    /// The URL's host is neither a host name nor an address.
    #[error("The host in smtp_url cannot be a host name. Check its spelling.")]
    Host,
    /// `mail_from` is not set.
    #[error(
        "smtp_url is set, but mail_from is not. Set mail_from to the address that mails come from."
    )]
    SenderMissing,
    /// `mail_from` is not an address.
    #[error("mail_from must be an address without a name, such as support@example.com.")]
    Sender,
    /// The system's certificate authorities cannot be read.
    #[error(
        "The system's certificates, which smtp_url needs for TLS, cannot be read. Install them."
    )]
    Certificates,
}

/// The outcome of sending a mail. The texts are for a person and may contain an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SendOutcome {
    /// The server accepted the mail.
    Accepted,
    /// The server rejected the mail permanently.
    Rejected(String),
    /// The server has certainly not accepted it; a retry may succeed.
    Deferred(String),
    /// The server may have accepted it.
    Unknown(String),
    /// No server accepts such an address.
    Unaddressable(String),
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    /// TLS from the start.
    Tls,
    /// TLS by STARTTLS; without it, nothing is sent.
    StartTls,
    /// No encryption, to the same machine only.
    Loopback,
}

/// The client of a mail server, with the sender's address.
#[derive(Clone, Debug)]
pub struct Mailer {
    host: String,
    port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
    /// The password, and the forms in which a server may repeat it.
    secrets: Vec<SecretString>,
    sender: Address,
    timeout: Duration,
}

impl Mailer {
    /// Reads the mail server's URL and the address that mails come from. `timeout` applies to each of the
    /// three steps: connecting, offering the mail, and sending its text.
    ///
    /// # Errors
    /// [`MailerError`].
    pub fn parse(url: &str, sender: Option<&str>, timeout: Duration) -> Result<Self, MailerError> {
        let sender = sender.ok_or(MailerError::SenderMissing)?;
        let sender = address(sender).map_err(|_| MailerError::Sender)?;
        let url = Url::parse(url).map_err(|_| MailerError::Url)?;
        let host = url.host_str().ok_or(MailerError::Url)?;
        let host = read_host(host).map_err(|_| MailerError::Host)?.into_string();
        let (protection, usual_port) = match url.scheme() {
            "smtps" => (Protection::Tls, 465),
            "smtp" if is_loopback(&host) => (Protection::Loopback, 25),
            "smtp" => (Protection::StartTls, 587),
            _ => return Err(MailerError::Url),
        };
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
        if !is_bare || url.fragment().is_some() {
            return Err(MailerError::Url);
        }
        let port = url.port().unwrap_or(usual_port);
        let signing_in = SignIn::read(&url)?;
        let (credentials, secrets) = match signing_in {
            Some(sign_in) => (Some(sign_in.credentials), sign_in.secrets),
            None => (None, Vec::new()),
        };
        Ok(Self { host, port, protection, credentials, secrets, sender, timeout })
    }

    /// Returns the address that mails come from.
    pub(crate) const fn sender(&self) -> &Address {
        &self.sender
    }

    /// Returns how long storing the result of a mail may take.
    pub(crate) fn settle_timeout(&self) -> Duration {
        self.timeout * 4
    }

    /// Returns the longest duration of an attempt: the three steps of sending, and storing the result.
    pub(crate) fn lease(&self) -> Duration {
        self.timeout * 3 + self.settle_timeout() + self.timeout
    }

    /// Sends a mail to one recipient, and calls `done` after each step.
    pub(crate) async fn send_mail(
        &self,
        recipient: &Address,
        mail: &[u8],
        done: &mut (dyn FnMut(Step) + Send),
    ) -> SendOutcome {
        let mut connection = match time::timeout(self.timeout, self.reach(done)).await {
            Ok(Ok(connection)) => connection,
            // The mail was not offered yet, so this error is about the server's setup.
            Ok(Err(reason)) => return SendOutcome::Deferred(reason),
            Err(_) => return SendOutcome::Deferred(self.timeout_reason("to the connection")),
        };
        match time::timeout(self.timeout, self.offer(&mut connection, recipient, done)).await {
            Ok(Ok(())) => {}
            Ok(Err(failed)) if failed.error.is_permanent() => {
                self.quit(connection);
                return SendOutcome::Rejected(self.reason(failed.step, &failed.error));
            }
            Ok(Err(failed)) => {
                return SendOutcome::Deferred(self.reason(failed.step, &failed.error));
            }
            Err(_) => {
                return SendOutcome::Deferred(self.timeout_reason("to the sender and recipient"));
            }
        }
        let outcome = match time::timeout(self.timeout, connection.message(mail)).await {
            Ok(Ok(_)) => {
                done(Step::Text);
                SendOutcome::Accepted
            }
            Ok(Err(error)) => {
                let reason = self.reason(Step::Text, &error);
                if error.is_permanent() {
                    SendOutcome::Rejected(reason)
                } else if error.is_transient() {
                    SendOutcome::Deferred(reason)
                } else {
                    SendOutcome::Unknown(reason)
                }
            }
            Err(_) => return SendOutcome::Unknown(self.timeout_reason("to the text of the mail")),
        };
        self.quit(connection);
        outcome
    }

    /// Connects, encrypts and signs in. Returns the reason if one of these steps fails.
    async fn reach(
        &self,
        done: &mut (dyn FnMut(Step) + Send),
    ) -> Result<AsyncSmtpConnection, String> {
        let parameters = || {
            TlsParameters::new(self.host.trim_matches(['[', ']']).to_owned())
                .map_err(|error| self.reason(Step::Encrypt, &error))
        };
        let hello = ClientId::Domain(self.sender.domain().to_owned());
        let from_the_start = match self.protection {
            Protection::Tls => Some(parameters()?),
            Protection::StartTls | Protection::Loopback => None,
        };
        let server = (self.host.trim_matches(['[', ']']), self.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(server, None, &hello, from_the_start, None);
        let mut connection =
            connecting.await.map_err(|error| self.reason(Step::Connect, &error))?;
        done(Step::Connect);
        if self.protection == Protection::StartTls {
            let encrypted = connection.starttls(parameters()?, &hello).await;
            encrypted.map_err(|error| self.reason(Step::Encrypt, &error))?;
        }
        done(Step::Encrypt);
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let signed_in = connection.auth(&mechanisms, credentials).await;
            signed_in.map_err(|error| self.reason(Step::SignIn, &error))?;
        }
        done(Step::SignIn);
        Ok(connection)
    }

    async fn offer(
        &self,
        connection: &mut AsyncSmtpConnection,
        recipient: &Address,
        done: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), FailedStep> {
        let failed = |step| move |error| FailedStep { step, error };
        let sender = Mail::new(Some(self.sender.clone()), Vec::new());
        connection.command(sender).await.map_err(failed(Step::Sender))?;
        done(Step::Sender);
        let recipient = Rcpt::new(recipient.clone(), Vec::new());
        connection.command(recipient).await.map_err(failed(Step::Recipient))?;
        done(Step::Recipient);
        connection.command(Data).await.map_err(failed(Step::Text))?;
        Ok(())
    }

    /// Sends `QUIT` in the background, so that no mail waits for it.
    fn quit(&self, mut connection: AsyncSmtpConnection) {
        let timeout = self.timeout;
        tokio::spawn(async move {
            // The result of the mail is already known.
            let _ = time::timeout(timeout, connection.quit()).await;
        });
    }

    fn timeout_reason(&self, what: &str) -> String {
        format!(
            "the mail server did not respond {what} within {} seconds (smtp_seconds).",
            self.timeout.as_secs()
        )
    }
}

/// The user and password of `smtp_url`.
struct SignIn {
    credentials: Credentials,
    /// The password, and the forms in which a server may repeat it.
    secrets: Vec<SecretString>,
}

impl SignIn {
    /// Reads the user and password of the URL, if it has them.
    fn read(url: &Url) -> Result<Option<Self>, MailerError> {
        let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| MailerError::Url);
        match (url.username(), url.password()) {
            ("", None) => Ok(None),
            ("", Some(_)) | (_, None) => Err(MailerError::Url),
            (user, Some(password)) => {
                let (user, password) =
                    (decoded(user)?.into_owned(), decoded(password)?.into_owned());
                // As the commands AUTH PLAIN and AUTH LOGIN contain it.
                let plain =
                    Base64Unpadded::encode_string(format!("\0{user}\0{password}").as_bytes());
                let login = Base64Unpadded::encode_string(password.as_bytes());
                let secrets = [plain, login, password.clone()].map(SecretString::from).into();
                Ok(Some(Self { credentials: Credentials::new(user, password), secrets }))
            }
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// A step of sending a mail, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Connecting, with TLS from the start for `smtps`.
    Connect,
    /// Starting TLS, unless the server is on the same machine.
    Encrypt,
    /// Signing in, if `smtp_url` has a user.
    SignIn,
    /// Offering the sender.
    Sender,
    /// Offering the recipient.
    Recipient,
    /// Sending the text.
    Text,
}

/// The step at which the mail server did not accept an offered mail.
struct FailedStep {
    step: Step,
    error: SmtpError,
}

impl Mailer {
    /// Returns the sentence for an operator after a step is done.
    pub(crate) fn done(&self, step: Step, recipient: &Address) -> String {
        let (host, port, sender) = (&self.host, self.port, &self.sender);
        match step {
            Step::Connect => format!("Connected to the mail server {host}, port {port}."),
            Step::Encrypt if self.protection == Protection::Loopback => {
                "Not encrypted, because the mail server is on this machine.".to_owned()
            }
            Step::Encrypt => "Encrypted with TLS.".to_owned(),
            Step::SignIn if self.credentials.is_none() => {
                "Not signed in, because smtp_url has no user and password.".to_owned()
            }
            Step::SignIn => "Signed in.".to_owned(),
            Step::Sender => format!("The mail server accepted the sender {sender}."),
            Step::Recipient => format!("The mail server accepted the recipient {recipient}."),
            Step::Text => "The mail server accepted the mail.".to_owned(),
        }
    }

    /// Returns what failed and what to check, on one line.
    fn reason(&self, step: Step, error: &SmtpError) -> String {
        let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let what = match error.status() {
            Some(code) => format!("the mail server answered {code} {source}"),
            None if step == Step::Connect => {
                format!("the mail server could not be reached: {source}")
            }
            None => format!("the connection to the mail server ended: {source}"),
        };
        let check = match step {
            Step::Connect if self.protection == Protection::Tls => {
                " (check the scheme, host and port in smtp_url)"
            }
            Step::Connect => " (check the host and port in smtp_url)",
            Step::Encrypt => " (when TLS was started; check the scheme and port in smtp_url)",
            Step::SignIn => " (at sign-in; check the user and password in smtp_url)",
            Step::Sender => " (at the sender; check mail_from)",
            Step::Recipient => " (at the recipient; check the address)",
            Step::Text => "",
        };
        // What to check comes last, and is not cut off.
        let what = self.without_password(crate::text::on_one_line(&what));
        what.chars().take(MAX_REASON - check.len()).chain(check.chars()).collect()
    }

    /// Removes the password from a response: some servers repeat the command that they do not accept.
    fn without_password(&self, text: String) -> String {
        let secrets = self.secrets.iter().map(ExposeSecret::expose_secret);
        let secrets = secrets.filter(|password| !password.is_empty());
        secrets.fold(text, |text, password| text.replace(password, "[password]"))
    }
}

impl From<AddressError> for SendOutcome {
    fn from(error: AddressError) -> Self {
        Self::Unaddressable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    use super::address;
    use super::{Mailer, MailerError, Protection, SendOutcome};

    const TIMEOUT: Duration = Duration::from_mins(1);

    fn parse(url: &str) -> Result<Mailer, MailerError> {
        Mailer::parse(url, Some("desk@example.com"), TIMEOUT)
    }

    #[test]
    fn only_a_server_on_the_same_machine_is_used_without_tls() {
        for (url, host, port, protection) in [
            ("smtp://mail.example.com", "mail.example.com", 587, Protection::StartTls),
            ("smtp://mail.example.com:25/", "mail.example.com", 25, Protection::StartTls),
            ("smtps://MAIL.example.com", "mail.example.com", 465, Protection::Tls),
            ("smtps://127.0.0.1", "127.0.0.1", 465, Protection::Tls),
            ("smtp://localhost:2525", "localhost", 2525, Protection::Loopback),
            ("smtp://127.0.0.2", "127.0.0.2", 25, Protection::Loopback),
            ("smtp://[::1]", "[::1]", 25, Protection::Loopback),
            ("smtp://localhost.example.com", "localhost.example.com", 587, Protection::StartTls),
        ] {
            let mailer = parse(url).expect("it is a mail server");
            assert_eq!(
                (mailer.host.as_str(), mailer.port, mailer.protection),
                (host, port, protection)
            );
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_not_shown() {
        let mailer = parse("smtps://ada%40example.com:pass%2Fword@mail.example.com");
        let mailer = mailer.expect("it is a mail server");
        let expected = super::Credentials::new("ada@example.com".into(), "pass/word".into());
        assert_eq!(mailer.credentials, Some(expected));
        let shown = format!("{mailer:?}");
        assert!(!shown.contains("ada@") && !shown.contains("word"), "{shown}");
    }

    #[test]
    fn a_url_without_a_mail_server_is_rejected() {
        for url in [
            "",
            "mail.example.com",
            "http://mail.example.com",
            "smtp:mail.example.com",
            "smtp://",
            "smtp://mail.example.com/path",
            "smtp://mail.example.com?tls=none",
            "smtp://user@mail.example.com",
            "smtp://user:%ff@mail.example.com",
        ] {
            assert_eq!(parse(url).err(), Some(MailerError::Url), "{url}");
        }
        for url in
            ["smtp://mail..example.com", "smtps://-mail.example.com", "smtp://mail.example.com."]
        {
            assert_eq!(parse(url).err(), Some(MailerError::Host), "{url}");
        }
        let missing = Mailer::parse("smtp://localhost", None, TIMEOUT).err();
        assert_eq!(missing, Some(MailerError::SenderMissing));
        for sender in ["desk", "Desk <desk@example.com>", "a@example.com, b@example.com"] {
            let error = Mailer::parse("smtp://localhost", Some(sender), TIMEOUT).err();
            assert_eq!(error, Some(MailerError::Sender), "{sender}");
        }
    }

    #[tokio::test]
    async fn a_server_without_tls_gets_neither_password_nor_mail() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("it is called");
            let (reader, mut writer) = stream.split();
            writer.write_all(b"220 hello\r\n").await.expect("it is written");
            let (mut lines, mut heard) = (BufReader::new(reader).lines(), Vec::new());
            while let Some(line) = lines.next_line().await.expect("it is text") {
                heard.push(line.split(' ').next().unwrap_or_default().to_owned());
                writer.write_all(b"250 AUTH PLAIN\r\n").await.expect("it is written");
            }
            heard
        });
        let url = format!("smtp://user:password@127.0.0.1:{port}");
        let mailer =
            Mailer { protection: Protection::StartTls, ..parse(&url).expect("it is good") };
        let recipient = address("ada@example.com").expect("it is an address");
        let outcome =
            mailer.send_mail(&recipient, b"Subject: hello\r\n\r\nhello", &mut |_| {}).await;
        assert!(matches!(outcome, SendOutcome::Deferred(_)), "{outcome:?}");
        assert_eq!(server.await.expect("the task did not panic"), ["EHLO"]);
    }

    #[tokio::test]
    async fn a_server_that_cannot_be_reached_is_named_by_its_setting() {
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", free.local_addr().expect("an address"));
        drop(free);
        let recipient = address("ada@example.com").expect("an address");
        let outcome = parse(&url).expect("a mailer").send_mail(&recipient, b"", &mut |_| {}).await;
        let SendOutcome::Deferred(reason) = outcome else { panic!("{outcome:?}") };
        assert!(reason.starts_with("the mail server could not be reached: "), "{reason}");
        assert!(reason.ends_with("(check the host and port in smtp_url)"), "{reason}");
    }
}
