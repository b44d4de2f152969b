//! The server's settings, from a TOML file and the environment, which overrides the file.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::config::{Environment, File, FileFormat};
use deskseal::PortalHost;
use ipnet::IpNet;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

pub use secrecy::SecretString;

use crate::mail::{Mailer, MailerError};
use crate::portal_hosts::{PortalRoot, bare_host};
use crate::vault::{Keyring, VaultError};

/// The prefix of the server's environment variables.
const PREFIX: &str = "TICKET_CENTER";

/// The environment variable that names the file; it cannot be set in the file.
pub const FILE_VARIABLE: &str = "TICKET_CENTER_CONFIG";

/// The environment variable in which hosting platforms set the database URL.
const DATABASE_VARIABLE: &str = "DATABASE_URL";

/// Why the settings are invalid.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting is unknown or has an invalid value.
    #[error("The configuration is invalid: {0}")]
    Wrong(#[from] ::config::ConfigError),
    /// The public URL contains more than a host.
    #[error(
        "public_url must be an http or https URL of a host only, such as https://desk.example.com. Check the \
         spelling of the host, and remove what follows it."
    )]
    PublicUrl,
    /// The portal URL contains more than a host name, or the public URL is below it.
    #[error(
        "portal_url must be an http or https URL of a host name only, such as https://help.example.com. \
         public_url must not be a host below it: desks have their portals there."
    )]
    PortalUrl,
    /// The file with the keys cannot be read.
    #[error("The file of keys_file cannot be read: {0}")]
    KeysFile(#[source] std::io::Error),
    /// Both `keys` and `keys_file` are set.
    #[error("Both keys and keys_file are set. Remove one of them.")]
    KeysTwice,
    /// The keys are missing or malformed.
    #[error(transparent)]
    Keys(#[from] VaultError),
    /// The mail settings are invalid.
    #[error(transparent)]
    Mail(#[from] MailerError),
}

/// The settings. Each one is a key of the file, and an environment variable: `TICKET_CENTER_` and the key in
/// capitals. `DATABASE_URL` also sets the database.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address that serves `/metrics` and nothing else; without it, `/metrics` is not served.
    pub metrics_listen: Option<SocketAddr>,
    /// The URL at which browsers reach the server.
    pub public_url: Url,
    /// The URL below whose host each desk has its portal; by default `help.` and the public URL's host.
    pub portal_url: Option<Url>,
    /// `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub database_url: SecretString,
    /// The most connections to PostgreSQL.
    pub database_connections: NonZeroU32,
    /// The keys that encrypt secrets at rest: `ID:KEY`, separated by commas, the current one first.
    pub keys: Option<SecretString>,
    /// A file that contains the keys, instead of `keys`.
    pub keys_file: Option<PathBuf>,
    /// The networks of trusted proxies, whose `X-Forwarded-For` is used.
    pub trusted_proxies: Vec<IpNet>,
    /// Calls per minute from one address. Many customers may share an address.
    pub calls_per_minute: NonZeroU32,
    /// Calls per minute from one address whose signature is invalid.
    pub refusals_per_minute: NonZeroU32,
    /// Verifications per minute of one contact. Every open widget verifies all the time.
    pub verifies_per_minute: NonZeroU32,
    /// Other reads per minute of one contact.
    pub reads_per_minute: NonZeroU32,
    /// Messages per minute of one contact.
    pub messages_per_minute: NonZeroU32,
    /// Tickets per hour from one address, or from one verified customer.
    pub tickets_per_hour: NonZeroU32,
    /// Seconds until a contact is mailed about a reply that they have not read.
    pub notify_after: u32,
    /// The mail server: `smtps://USER:PASSWORD@HOST:465`, or `smtp://USER:PASSWORD@HOST:587` with STARTTLS. A
    /// server on the same machine is used without TLS. Without this setting, mails wait.
    pub smtp_url: Option<SecretString>,
    /// The address that mails come from.
    pub mail_from: Option<String>,
    /// The timeout of each step of sending a mail, in seconds.
    pub smtp_seconds: NonZeroU32,
    /// The most concurrent connections; fewer if the system allows fewer open files.
    pub connections: NonZeroU32,
    /// The most connections of one address, except trusted proxies.
    pub connections_per_address: NonZeroU32,
    /// Seconds that a connection may be without a request, or a response without progress.
    pub silence_seconds: NonZeroU32,
    /// Seconds that a client may take to read a response.
    pub answer_seconds: NonZeroU32,
    /// Megabytes of responses that may be unread at the same time.
    pub unread_megabytes: NonZeroU32,
    /// Seconds that a request may take, including its body.
    pub request_seconds: NonZeroU32,
    /// Seconds that open requests have to end when the server stops.
    pub drain_seconds: u32,
}

impl Default for Config {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            public_url: Url::parse("http://localhost:8080").expect("it is a URL"),
            portal_url: None,
            database_url: SecretString::from("sqlite:ticket-center.db"),
            database_connections: number(16),
            keys: None,
            keys_file: None,
            trusted_proxies: Vec::new(),
            calls_per_minute: number(12_000),
            refusals_per_minute: number(120),
            verifies_per_minute: number(600),
            reads_per_minute: number(240),
            messages_per_minute: number(20),
            tickets_per_hour: number(30),
            notify_after: 60,
            smtp_url: None,
            mail_from: None,
            smtp_seconds: number(60),
            connections: number(4096),
            connections_per_address: number(256),
            silence_seconds: number(15),
            answer_seconds: number(60),
            unread_megabytes: number(64),
            request_seconds: number(30),
            drain_seconds: 30,
        }
    }
}

impl Config {
    /// Reads the file, if there is one, and the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::read(file, std::env::vars_os().filter_map(text_pair).collect())
    }

    /// Reads the file, if there is one, and these variables.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(
        file: Option<&Path>,
        mut variables: HashMap<String, String>,
    ) -> Result<Self, ConfigError> {
        variables.remove(FILE_VARIABLE);
        let database_url = variables.get(DATABASE_VARIABLE).cloned();
        let environment = Environment::with_prefix(PREFIX)
            .prefix_separator("_")
            .ignore_empty(true)
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("trusted_proxies")
            .source(Some(variables));
        let mut builder = ::config::Config::builder();
        if let Some(file) = file {
            builder = builder.add_source(File::from(file).format(FileFormat::Toml));
        }
        let config: Self = builder
            .add_source(environment)
            .set_override_option("database_url", database_url)?
            .build()?
            .try_deserialize()?;
        config.portal_root()?;
        config.mailer()?;
        Ok(config)
    }

    /// Returns the host at which browsers reach the server.
    ///
    /// # Errors
    /// [`ConfigError::PublicUrl`].
    pub fn public_host(&self) -> Result<PortalHost, ConfigError> {
        bare_host(&self.public_url).ok_or(ConfigError::PublicUrl)
    }

    /// Returns the host below which desks have their portals.
    ///
    /// # Errors
    /// [`ConfigError::PublicUrl`], [`ConfigError::PortalUrl`].
    pub fn portal_root(&self) -> Result<PortalRoot, ConfigError> {
        let public_host = self.public_host()?;
        let root = match &self.portal_url {
            Some(url) => PortalRoot::of(url),
            None => PortalRoot::beside(&self.public_url, &public_host),
        };
        // The public host could otherwise be a desk's portal host.
        root.filter(|root| root.label_of(&public_host).is_none()).ok_or(ConfigError::PortalUrl)
    }

    /// Returns the keys. The server cannot run without one.
    ///
    /// # Errors
    /// [`ConfigError::Keys`], [`ConfigError::KeysFile`], [`ConfigError::KeysTwice`].
    pub fn keyring(&self) -> Result<Keyring, ConfigError> {
        match (&self.keys, &self.keys_file) {
            (Some(_), Some(_)) => Err(ConfigError::KeysTwice),
            (Some(keys), None) => Ok(Keyring::parse(keys.expose_secret())?),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(ConfigError::KeysFile)?;
                Ok(Keyring::parse(Zeroizing::new(text).trim())?)
            }
            (None, None) => Err(VaultError::KeyMissing.into()),
        }
    }

    /// Returns the mail client; `None` without a mail server.
    ///
    /// # Errors
    /// [`ConfigError::Mail`].
    pub fn mailer(&self) -> Result<Option<Mailer>, ConfigError> {
        let timeout = Duration::from_secs(self.smtp_seconds.get().into());
        let parsed = |url: &SecretString| {
            Mailer::parse(url.expose_secret(), self.mail_from.as_deref(), timeout)
        };
        Ok(self.smtp_url.as_ref().map(parsed).transpose()?)
    }

    /// Returns how long a contact has to read a reply before they are mailed about it.
    pub fn notify_delay(&self) -> Duration {
        Duration::from_secs(self.notify_after.into())
    }

    /// Returns how long a request may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_seconds.get().into())
    }

    /// Returns how long open requests have to end when the server stops.
    pub fn drain_timeout(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }
}

/// Returns the variable as text; settings that are not UTF-8 are ignored.
fn text_pair((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use std::collections::HashMap;
    use std::io::Write as _;

    use super::{Config, ConfigError};
    use crate::vault::{Keyring, VaultError};

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Config::read(None, variables.iter().map(pair).collect())
    }

    #[test]
    fn only_the_keys_must_be_set() {
        let config = read(&[]).expect("the defaults are good");
        assert_eq!(config.database_url.expose_secret(), "sqlite:ticket-center.db");
        assert_eq!(config.public_host().expect("it is a host").as_str(), "localhost");
        let error = config.keyring().expect_err("there is no key");
        assert!(matches!(error, ConfigError::Keys(VaultError::KeyMissing)));
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let mut file = tempfile::NamedTempFile::new().expect("there is room");
        writeln!(file, "listen = \"127.0.0.1:1\"\nmessages_per_minute = 5").expect("it is written");
        let variables = [
            ("TICKET_CENTER_CONFIG", "the file that is read already"),
            ("TICKET_CENTER_LISTEN", "[::1]:2"),
            ("TICKET_CENTER_TRUSTED_PROXIES", "10.0.0.0/8,::1/128"),
            ("DATABASE_URL", "postgres://desk@db.example.com/desk"),
            ("OTHER", "x"),
        ];
        let variables: HashMap<_, _> =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let config = Config::read(Some(file.path()), variables).expect("it is good");
        assert_eq!(config.listen.to_string(), "[::1]:2");
        assert_eq!(config.messages_per_minute.get(), 5);
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.database_url.expose_secret(), "postgres://desk@db.example.com/desk");
    }

    #[test]
    fn an_unknown_setting_is_rejected() {
        assert!(matches!(read(&[("TICKET_CENTER_LISTN", "x")]), Err(ConfigError::Wrong(_))));
        assert!(matches!(read(&[("TICKET_CENTER_LISTEN", "x")]), Err(ConfigError::Wrong(_))));
    }

    #[test]
    fn the_public_url_contains_only_a_host() {
        for url in
            ["https://desk.example.com/path", "ftp://desk.example.com", "https://a@b.example"]
        {
            let error = read(&[("TICKET_CENTER_PUBLIC_URL", url)]).expect_err("it is rejected");
            assert!(matches!(error, ConfigError::PublicUrl), "{url}");
        }
    }

    #[test]
    fn portals_are_below_the_portal_url_or_beside_the_public_one() {
        let root = |variables: &[(&str, &str)]| {
            let config = read(variables)?;
            Ok(config.portal_root()?.host().to_string())
        };
        let public = |url| ("TICKET_CENTER_PUBLIC_URL", url);
        let portal = |url| ("TICKET_CENTER_PORTAL_URL", url);
        let good: Result<_, ConfigError> = root(&[]);
        assert_eq!(good.expect("it is good"), "help.localhost");
        for (variables, expected) in [
            (&[public("https://desk.example.com")][..], "help.desk.example.com"),
            (&[public("http://127.0.0.1:8080")], "help.localhost"),
            (
                &[public("https://desk.example.com"), portal("https://help.example.com")],
                "help.example.com",
            ),
            (
                &[public("https://help.example.com"), portal("https://help.example.com")],
                "help.example.com",
            ),
        ] {
            assert_eq!(root(variables).expect("it is good"), expected);
        }
        for url in ["https://example.com", "https://192.0.2.1", "https://help.example.com/path"] {
            let error = root(&[public("https://desk.example.com"), portal(url)]);
            assert!(matches!(error, Err(ConfigError::PortalUrl)), "{url}");
        }
    }

    #[test]
    fn neither_keys_nor_passwords_are_shown() {
        let key = Keyring::generate_key().expect("there is randomness");
        let keys = format!("2026:{}", key.as_str());
        let url = "postgres://desk:hunter2@db.example.com/desk";
        let config = read(&[("TICKET_CENTER_KEYS", &keys), ("DATABASE_URL", url)]);
        let config = config.expect("it is good");
        assert!(config.keyring().is_ok());
        let shown = format!("{config:?}");
        assert!(!shown.contains(key.as_str()) && !shown.contains("hunter2"), "{shown}");
    }
}
